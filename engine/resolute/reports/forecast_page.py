"""One self-contained HTML page of a forecast: the verdict, every deadline, what decides, who is busy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from resolute import i18n
from resolute.reports import forecast_svg, words
from resolute.simulation.workload import weekly

if TYPE_CHECKING:
    from resolute.simulation.forecast import Forecast, StepForecast

_ = i18n.translator("simulation")

_CSS = (
    "body{font:16px/1.45 'Liberation Sans',Arial,sans-serif;color:#1d2733;max-width:960px;margin:2em auto}"
    "table{border-collapse:collapse;width:100%}td,th{padding:.3em .6em;border-bottom:1px solid #d5dbe1;text-align:left}"
    "td.n,th.n{text-align:right;white-space:nowrap}td:nth-child(2){white-space:nowrap}"
    "svg{max-width:100%;height:auto;margin:1em 0}.late{color:#b3261e;font-weight:bold}"
    ".small{font-size:13px;color:#5b6773;margin:.4em 0}summary{cursor:pointer;color:#1261a8;margin:.6em 0}"
)
LISTED, SHOWN, DRAWN = 20, 6, 40
"""Deadlines in the table and with a picture of their own that are in sight at first, and all that are drawn."""
DOUBTFUL = 0.8
"""Below this probability a deadline is marked."""


def page(
    forecast: Forecast,
    title: str | None = None,
    process: str | None = None,
    step: str | None = None,
    more: str | None = None,
) -> str:
    """The page as text; needs no network. `process` is a picture (SVG) of the process, with the heat of its steps.

    With `step` it is told what decides that step instead of the end; `more` is a piece of HTML after the summary.
    """
    heading = title or _("Forecast")
    parts = [
        f"<h1>{escape(heading)}</h1>",
        summary(forecast),
        *([] if more is None else [more]),
        *_deciding(forecast, process, step),
        forecast_svg.utilisation(forecast),
        *([forecast_svg.workload(weekly(forecast.log))] if forecast.log else []),
        *_pictures(forecast),
        _assumptions(forecast),
    ]
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="{i18n.language()}"><head><meta charset="utf-8">'
        f"<title>{escape(heading)}</title><style>{_CSS}</style></head>\n<body>\n{body}\n</body></html>\n"
    )


def _deciding(forecast: Forecast, process: str | None, step: str | None) -> list[str]:
    """What decides the end; nothing where that is not known."""
    if not _knows(forecast):
        return []
    heat = [] if process is None else [_heading(_("Where the end is decided")), process]
    return [forecast_svg.tornado(forecast, step), forecast_svg.criticality(forecast), *heat]


def summary(forecast: Forecast) -> str:
    """What the page says first, as a piece of HTML: the verdict, the table of the deadlines, the facts."""
    texts = [_legend(), _facts(forecast)]
    notes = "\n".join(f'<p class="small">{escape(text)}</p>' for text in texts)
    return f"<p><b>{escape(verdict(forecast))}</b></p>\n{_tables(forecast)}\n{notes}"


def verdict(forecast: Forecast) -> str:
    """How many deadlines are in doubt, and which most."""
    dated = forecast.deadlines
    if not dated:
        return _("There are no deadlines.")
    doubtful = [step for step in dated if step.on_time is not None and step.on_time < DOUBTFUL]
    if not doubtful:
        return _("Deadlines: {n}; each holds with at least {mark} %.").format(n=len(dated), mark=f"{DOUBTFUL:.0%}"[:-1])
    worst = doubtful[0]
    return _("Deadlines: {n}; in doubt, with less than {mark} %: {doubtful}. Least certain: {step}, {share} %.").format(
        n=len(dated),
        mark=f"{DOUBTFUL:.0%}"[:-1],
        doubtful=len(doubtful),
        step=words.shortened(worst.label, 90),
        share=f"{(worst.on_time or 0.0) * 100:.0f}",
    )


def _legend() -> str:
    return _(
        "Half by, 95 % by: the day by which it is done in half and in 95 % of the runs. "
        "Decides: in how many runs it lies on the chain that decides the end."
    )


def _folded(count: int, content: str) -> str:
    more = escape(_("More: {n}").format(n=count))
    return f"<details><summary>{more}</summary>\n{content}\n</details>"


def _pictures(forecast: Forecast) -> list[str]:
    """The pictures of the deadlines, those after the first few folded away."""
    drawn = [forecast_svg.deadline(step, forecast.start) for step in forecast.deadlines[:DRAWN]]
    rest = drawn[SHOWN:]
    return drawn[:SHOWN] + ([_folded(len(rest), "\n".join(rest))] if rest else [])


def _heading(text: str) -> str:
    return f"<h2>{escape(text)}</h2>"


def _facts(forecast: Forecast) -> str:
    return _("From {start}; {runs} runs, seed {seed}. The same seed gives the same figures.").format(
        start=words.day(forecast.start), runs=forecast.runs, seed=forecast.seed
    )


def _tables(forecast: Forecast) -> str:
    """The deadlines and the other steps, those after the first twenty folded away."""
    steps = [*forecast.deadlines, *_undated(forecast)]
    rest = steps[LISTED:]
    more = "\n" + _folded(len(rest), _table(forecast, rest)) if rest else ""
    return _table(forecast, steps[:LISTED]) + more


def _table(forecast: Forecast, steps: Sequence[StepForecast]) -> str:
    head = (_("Step"), _("Due"), _("In time"), _("Half by"), _("95 % by"), _("Decides"))
    cells = "".join(f'<th class="{"n" if at > 1 else ""}">{escape(text)}</th>' for at, text in enumerate(head))
    rows = "\n".join(_row(forecast, step) for step in steps)
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n{rows}\n</tbody></table>"


def _undated(forecast: Forecast) -> list[StepForecast]:
    return [step for step in forecast.steps if step.on_time is None]


def due_day(step: StepForecast) -> datetime | None:
    """The last day of a deadline, which ends at the midnight after it."""
    return None if step.due is None else step.due - timedelta(seconds=1)


def decides(forecast: Forecast, step: StepForecast) -> str:
    """In how many runs a step decides the end; nothing where that is not known, as with several cases in a run."""
    return f"{step.criticality * 100:.0f} %" if _knows(forecast) else ""


def _knows(forecast: Forecast) -> bool:
    """Whether it is known what decides the end."""
    return any(step.criticality for step in forecast.steps)


def _row(forecast: Forecast, step: StepForecast) -> str:
    share = "" if step.on_time is None else f"{step.on_time * 100:.0f} %"
    late = ' class="n late"' if step.on_time is not None and step.on_time < DOUBTFUL else ' class="n"'
    return (
        f"<tr><td>{escape(step.label)}</td><td>{words.day(due_day(step))}</td><td{late}>{share}</td>"
        f'<td class="n">{words.day(step.p50)}</td><td class="n">{words.day(step.p95)}</td>'
        f'<td class="n">{decides(forecast, step)}</td></tr>'
    )


def _assumptions(forecast: Forecast) -> str:
    texts = dict.fromkeys(finding.message for finding in forecast.findings)
    if not texts:
        return ""
    items = "\n".join(f"<li>{escape(text)}</li>" for text in texts)
    heading = _heading(_("What was assumed"))
    return f"{heading}\n<ul>\n{items}\n</ul>"
