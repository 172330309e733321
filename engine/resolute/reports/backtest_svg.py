"""Draws how reliable kept forecasts were: how often deadlines held against the probability that was forecast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute import i18n
from resolute.reports.forecast_svg_parts import box, percent, svg, text
from resolute.reports.graph_svg_style import CHAIN, GREY, INK, PALE

if TYPE_CHECKING:
    from resolute.simulation.backtest import Backtest
    from resolute.simulation.scoring import Reliability

_ = i18n.translator("simulation")

WIDTH, HEIGHT = 760, 540
LEFT, TOP, SIDE = 76, 84, 400
BARS = 60
"""Height of the bars that show how many forecasts there were of each probability."""
LINE, FILL = "#1261a8", "#a9c8e4"


def reliability(value: Backtest) -> str:
    """The reliability picture: points on the diagonal are forecasts that came true as often as they said."""
    title = _("How often what was forecast came true")
    parts = [text(16, 26, title, size=15, weight="bold"), text(16, 48, _verdict(value), fill=GREY)]
    parts += _grid()
    if value.score is not None:
        parts += _bars(value.score.bands)
        parts += _base(value.score.base_rate)
        parts += _points(value.score.bands)
    parts += _coverage(value)
    return svg(WIDTH, HEIGHT, parts, title)


def _verdict(value: Backtest) -> str:
    if value.score is None:
        return _("No deadline that was forecast has come yet.")
    found = _("Forecasts: {n}, deadlines: {things}, Brier score {brier}").format(
        n=value.score.count, things=value.score.things, brier=f"{value.score.brier:.3f}"
    )
    if value.score.skill is None:
        return found
    return found + _(", skill against the base rate {skill}").format(skill=f"{value.score.skill:+.2f}")


def _x(share: float) -> float:
    return LEFT + share * SIDE


def _y(share: float) -> float:
    return TOP + (1 - share) * SIDE


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, width: float = 1, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="{width}"'
        f"{dashes}/>"
    )


def _grid() -> list[str]:
    parts = []
    for step in range(6):
        share = step / 5
        parts += [_line(_x(share), _y(0), _x(share), _y(1), PALE), _line(_x(0), _y(share), _x(1), _y(share), PALE)]
        parts.append(text(_x(share), _y(0) + 18, f"{percent(share)} %", size=11, fill=GREY, anchor="middle"))
        parts.append(text(_x(0) - 8, _y(share) + 4, f"{percent(share)} %", size=11, fill=GREY, anchor="end"))
    parts.append(_line(_x(0), _y(0), _x(1), _y(1), GREY, dash="5 4"))
    parts.append(text(_x(0.5), _y(0) + 38, _("probability that was forecast"), size=12, anchor="middle"))
    parts.append(text(_x(0), _y(1) - 8, _("share of the deadlines that held"), size=12))
    return parts


def _bars(bands: tuple[Reliability, ...]) -> list[str]:
    tallest = max(band.count for band in bands)
    parts = []
    for band in bands:
        height = band.count / tallest * BARS
        parts.append(box(_x(band.low) + 2, _y(0) - height, _x(band.high) - _x(band.low) - 4, height, "#e8edf2"))
    return parts


def _base(rate: float) -> list[str]:
    label = text(_x(1) + 6, _y(rate) + 4, _("base rate {share} %").format(share=percent(rate)), size=11, fill=CHAIN)
    return [_line(_x(0), _y(rate), _x(1), _y(rate), CHAIN, dash="2 3"), label]


def _points(bands: tuple[Reliability, ...]) -> list[str]:
    row = " ".join(f"{_x(band.forecast):.1f},{_y(band.came):.1f}" for band in bands)
    parts = [f'<polyline points="{row}" fill="none" stroke="{LINE}" stroke-width="1.5"/>']
    for band in bands:
        x, low, high = _x(band.forecast), *band.interval
        hover = _("forecast {forecast} %, held {came} % of {n}").format(
            forecast=percent(band.forecast), came=percent(band.came), n=band.count
        )
        parts.append(_line(x, _y(low), x, _y(high), LINE, width=1.5))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{_y(band.came):.1f}" r="5" fill="{LINE}"><title>{hover}</title></circle>'
        )
    return parts


def _coverage(value: Backtest) -> list[str]:
    """At the side: how many steps were done by the dates that were forecast."""
    left, width = LEFT + SIDE + 112, 120
    parts = []
    if value.coverage:
        parts.append(text(left, TOP + 12, _("Done by the date"), size=12, weight="bold"))
    for number, one in enumerate(value.coverage):
        top = TOP + 26 + number * 62
        parts.append(
            text(
                left,
                top + 10,
                _("forecast {share} %: came {came} %").format(share=percent(one.share), came=percent(one.came)),
            )
        )
        parts.append(box(left, top + 18, width, 12, "#eef1f4"))
        parts.append(box(left, top + 18, width * one.came, 12, FILL))
        low, high = (left + width * bound for bound in one.interval)
        parts.append(_line(low, top + 24, high, top + 24, LINE, width=1.5))
        mark = left + width * one.share
        parts.append(_line(mark, top + 15, mark, top + 33, INK, width=2))
    return parts
