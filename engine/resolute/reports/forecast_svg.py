"""Draws forecasts as SVG: a histogram with S-curve for a deadline, what decides it, who is busy, what is critical."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from resolute import i18n
from resolute.reports import words
from resolute.reports.forecast_svg_parts import box, percent, stacked, svg, text
from resolute.reports.graph_svg_style import GREY, INK, PALE

if TYPE_CHECKING:
    from resolute.simulation.forecast import Forecast, StepForecast
    from resolute.simulation.workload import Week

_ = i18n.translator("simulation")

WIDTH, ROW, LABEL = 760, 26, 340
EARLY, LATE, LINE = "#7fb08a", "#d98880", "#1261a8"
_BARS = 40
_PLOT_TOP, _PLOT_HEIGHT = 56, 190


def deadline(step: StepForecast, start: datetime) -> str:
    """When a step will be done: bars for the share of runs, a line for the share done by then, its deadline."""
    parts = [text(16, 24, step.label, size=15, weight="bold")]
    parts.append(text(16, 43, _verdict(step), fill=GREY))
    if len(step.histogram) < 2 or step.histogram[0][0] == step.histogram[-1][0]:
        parts.append(text(16, 80, _("No spread to draw: it is done on one day, or never.")))
        return svg(WIDTH, 100, parts, _("When it will be done"))
    axis = _Axis(step, start)
    parts += axis.bars() + axis.curve() + axis.marks() + axis.days()
    return svg(WIDTH, _PLOT_TOP + _PLOT_HEIGHT + 44, parts, _("When it will be done"))


def _verdict(step: StepForecast) -> str:
    if step.on_time is None:
        return _("No deadline. Half of the runs: by {p50}, 95 %: by {p95}").format(
            p50=words.day(step.p50), p95=words.day(step.p95)
        )
    return _("In time with {share} % (due {due}); half of the runs: by {p50}, 95 %: by {p95}").format(
        share=percent(step.on_time),
        due=words.day(step.due - timedelta(seconds=1) if step.due else None),
        p50=words.day(step.p50),
        p95=words.day(step.p95),
    )


class _Axis:
    """Places the days of one step on the picture."""

    def __init__(self, step: StepForecast, start: datetime) -> None:
        self.step = step
        self.start = start
        due = [] if step.due is None else [(step.due - start).total_seconds() / 86400]
        self.low = min(step.histogram[0][0], *due) if due else step.histogram[0][0]
        self.high = max(step.histogram[-1][0], *due) if due else step.histogram[-1][0]
        margin = (self.high - self.low) * 0.04
        self.low, self.high = self.low - margin, self.high + margin
        self.due = due[0] if due else None

    def x(self, days: float) -> float:
        return 40 + (days - self.low) / (self.high - self.low) * (WIDTH - 80)

    @staticmethod
    def y(share: float) -> float:
        return _PLOT_TOP + _PLOT_HEIGHT * (1 - share)

    def share(self, days: float) -> float:
        """The share of runs done by then, between the points of the curve."""
        points = self.step.histogram
        if days < points[0][0]:
            return 0.0
        for (before, low), (after, high) in itertools.pairwise(points):
            if days <= after:
                return low + (high - low) * (days - before) / (after - before) if after > before else high
        return points[-1][1]

    def bars(self) -> list[str]:
        edges = [self.low + (self.high - self.low) * n / _BARS for n in range(_BARS + 1)]
        shares = [self.share(b) - self.share(a) for a, b in itertools.pairwise(edges)]
        tallest = max(*shares, 1e-9)
        found = []
        for a, b, share in zip(edges, edges[1:], shares, strict=False):
            if share <= 0:
                continue
            height = share / tallest * _PLOT_HEIGHT * 0.9
            late = self.due is not None and (a + b) / 2 > self.due
            top = _PLOT_TOP + _PLOT_HEIGHT - height
            fill = LATE if late else EARLY
            found.append(box(self.x(a) + 0.5, top, self.x(b) - self.x(a) - 1, height, fill))
        return found

    def curve(self) -> list[str]:
        points = " ".join(f"{self.x(days):.1f},{self.y(share):.1f}" for days, share in self.step.histogram)
        return [f'<polyline points="{points}" fill="none" stroke="{LINE}" stroke-width="2"/>']

    def marks(self) -> list[str]:
        if self.due is None:
            return []
        x = self.x(self.due)
        line = f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_PLOT_TOP - 4}" y2="{self.y(0):.1f}" stroke="{INK}" '
        return [line + 'stroke-dasharray="5 3"/>', text(x + 4, _PLOT_TOP + 6, _("deadline"), size=11)]

    def days(self) -> list[str]:
        bottom = self.y(0)
        found = [f'<line x1="40" x2="{WIDTH - 40}" y1="{bottom}" y2="{bottom}" stroke="{PALE}"/>']
        for n in range(5):
            days = self.low + (self.high - self.low) * (n + 0.5) / 5
            day = words.day(self.start + timedelta(days=days))
            found.append(text(self.x(days), bottom + 18, day, size=11, fill=GREY, anchor="middle"))
        for share in (0.5, 1.0):
            found.append(text(34, self.y(share) + 4, f"{share:.0%}", size=11, fill=GREY, anchor="end"))
        return found


# --- rows of bars ---


def tornado(forecast: Forecast, step: str | None = None) -> str:
    """What decides when a step (or everything) is done: the correlation of the work on each step with that end."""
    influences = forecast.influences if step is None else forecast.step(step).influences
    labels = {one.step: one.label for one in forecast.steps}
    rows = [(labels[one.step], one.correlation, f"{one.correlation:+.2f}") for one in influences]
    title = _("What decides the end") if step is None else _("What decides {step}").format(step=labels[step])
    below = _("How closely the time spent on each step goes with that: +1 wholly, 0 not at all.")
    return _rows(title, rows, below, two_sided=True)


def step(forecast: Forecast, which: StepForecast) -> str:
    """One step: when it will be done, and below what decides that."""
    return stacked([deadline(which, forecast.start), tornado(forecast, which.step)], which.label)


def criticality(forecast: Forecast, most: int = 20) -> str:
    """In how many runs each step lies on the chain that decides the end."""
    steps = sorted((one for one in forecast.steps if one.criticality > 0), key=lambda one: -one.criticality)
    rows = [(one.label, one.criticality, f"{percent(one.criticality)} %") for one in steps[:most]]
    return _rows(_("How often each step decides the end"), rows)


def utilisation(forecast: Forecast, most: int = 30) -> str:
    """How busy each party is; above 100 % it would need more than one person."""
    parties = sorted(forecast.parties, key=lambda one: -one.utilisation)[:most]
    scale = max(1.0, *(one.utilisation for one in parties)) if parties else 1.0
    rows = [(one.party, one.utilisation / scale, f"{percent(one.utilisation)} %") for one in parties]
    return _rows(_("How busy each party is"), rows)


def workload(weeks: Mapping[str, Sequence[Week]], most: int = 12) -> str:
    """How many tasks each party has in hand, week by week: the darker, the more (`simulation.workload.weekly`)."""
    title = _("Tasks in hand, week by week")
    busiest = sorted(weeks, key=lambda party: -sum(week.in_hand for week in weeks[party]))[:most]
    count = max((len(weeks[party]) for party in busiest), default=1)
    peak = max((week.in_hand for party in busiest for week in weeks[party]), default=0.0) or 1.0
    width = (WIDTH - LABEL - 20) / count
    parts = [text(16, 24, title, size=15, weight="bold")]
    for number, party in enumerate(busiest):
        top = 40 + number * ROW
        parts.append(text(LABEL - 8, top + 16, words.shortened(party, 34), anchor="end", title=party))
        for at, week in enumerate(weeks[party]):
            hover = f"{words.day(week.monday)}: {week.in_hand:.1f}"
            parts.append(_cell(LABEL + at * width, top + 3, width, ROW - 6, week.in_hand / peak, hover))
    bottom = 40 + max(len(busiest), 1) * ROW + 14
    for week, anchor, x in _ends(weeks, busiest):
        parts.append(text(x, bottom, words.day(week.monday), size=11, fill=GREY, anchor=anchor))
    return svg(WIDTH, bottom + 12, parts, title)


def _ends(weeks: Mapping[str, Sequence[Week]], parties: Sequence[str]) -> list[tuple[Week, str, float]]:
    """The first and the last week, and where their dates stand."""
    if not parties:
        return []
    row = weeks[parties[0]]
    return [(row[0], "start", LABEL), (row[-1], "end", WIDTH - 20)]


def _cell(x: float, y: float, width: float, height: float, strength: float, hover: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width - 0.5, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect {place} fill="{LINE}" fill-opacity="{strength:.2f}"><title>{escape(hover)}</title></rect>'


def _rows(title: str, rows: Sequence[tuple[str, float, str]], below: str = "", *, two_sided: bool = False) -> str:
    parts = [text(16, 24, title, size=15, weight="bold")]
    head = 58 if below and rows else 40
    if not rows:
        parts.append(text(16, 52, _("Nothing stands out.")))
    elif below:
        parts.append(text(16, 43, below, fill=GREY))
    room = WIDTH - LABEL - 80
    zero = LABEL + (room / 2 if two_sided else 0)
    for number, (name, value, figure) in enumerate(rows):
        top = head + number * ROW
        width = abs(value) * (room / 2 if two_sided else room)
        parts.append(text(LABEL - 8, top + 16, words.shortened(name, 34), anchor="end", title=name))
        parts.append(box(zero if value >= 0 else zero - width, top + 4, max(width, 1), ROW - 8, LINE))
        parts.append(text(LABEL + room + 8, top + 16, figure, fill=GREY))
    return svg(WIDTH, head + 8 + max(len(rows), 1) * ROW, parts, title)
