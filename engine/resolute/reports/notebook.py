"""What graphs, schedules, forecasts and answers look like in a notebook; imported with `resolute`, loads at use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from resolute import display, i18n

if TYPE_CHECKING:
    from resolute.bpmn import Document
    from resolute.dependencies.difference import WhatIf
    from resolute.dependencies.explain import Explanation
    from resolute.dependencies.step_graph import StepGraph
    from resolute.dependencies.values import Schedule
    from resolute.protocols.values import Protocol
    from resolute.simulation.forecast import Forecast

_ = i18n.translator("reports")

MOST = 500
"""Longer tables are cut, and say so."""


def graph(value: StepGraph) -> str:
    """The picture of the graph, as SVG."""
    from resolute.reports.graph_svg import draw

    return draw(value)


def document(value: Document) -> str:
    """The picture of the first process, as SVG."""
    from resolute import bpmn

    return bpmn.draw(value)


def schedule(value: Schedule) -> str:
    """The dates of every step that is still to be done, as a table."""
    from resolute.reports import words

    head = (_("Point"), _("Due"), _("Done at the earliest"), _("Slack, working days"))
    rows = [
        (
            dates.ref or dates.step,
            words.day(dates.due),
            words.day(dates.finish) or _("never, as things stand"),
            "" if dates.slack is None else str(dates.slack),
        )
        for dates in value.dates.values()
    ]
    return _table(head, rows)


def forecast(value: Forecast) -> str:
    """The deadlines, least certain first, and what decides them."""
    from resolute.reports import forecast_page

    return forecast_page.summary(value)


def protocol(value: Protocol) -> str:
    """The points with who, what, by when."""
    from resolute.reports import words

    head = (_("Point"), _("What"), _("Who"), _("Deadline"))
    rows = [(one.ref, one.text, words.responsible(one), words.deadline(one.deadline)) for one in value.points]
    return _table(head, rows)


def explanation(value: Explanation) -> str:
    """The sentences, a line each."""
    return "".join(f"<p>{escape(sentence.text)}</p>" for sentence in value.sentences)


def what_if(value: WhatIf) -> str:
    """The answer in words, and what would be different."""
    from resolute.reports import words

    head = (_("Point"), _("Due"), _("Done at the earliest"), _("Slack, working days"))
    rows = [
        (
            shift.ref or shift.name,
            words.day(shift.due[1]),
            _pair(*(words.day(day) or "—" for day in shift.finish)),
            _pair(*("—" if slack is None else str(slack) for slack in shift.slack)),
        )
        for shift in value.shifts
        if not shift.inner
    ]
    return f"<p>{escape(value.text)}</p>" + _table(head, rows)


def _pair(was: str, now: str) -> str:
    return now if was == now else f"{was} → {now}"


def _table(head: Iterable[str], rows: Sequence[Iterable[str]]) -> str:
    def line(cells: Iterable[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    body = "".join(line(row, "td") for row in rows[:MOST])
    more = f"<p>{escape(_('and {n} more').format(n=len(rows) - MOST))}</p>" if len(rows) > MOST else ""
    return f"<table><thead>{line(head, 'th')}</thead><tbody>{body}</tbody></table>{more}"


_MAKERS: dict[str, Callable[[Any], str]] = {
    "graph": graph,
    "document": document,
    "schedule": schedule,
    "forecast": forecast,
    "protocol": protocol,
    "explanation": explanation,
    "what-if": what_if,
}
for _kind, _maker in _MAKERS.items():
    display.offer(_kind, _maker)
