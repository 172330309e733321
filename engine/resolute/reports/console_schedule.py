"""A schedule for a terminal: when each point can be done, what is critical, which deadlines do not fit together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.reports import words
from resolute.reports.console import with_id

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies.values import Dates, Schedule

_ = i18n.translator("reports")

MOST = 200
"""More rows than this are counted instead of shown."""


def schedule(value: Schedule, graph: networkx.DiGraph[str], *, everything: bool = False) -> RenderableType:
    """The dates of the points, or of all steps with `everything`, and what does not fit; `graph` names the steps."""
    shown = [dates for step, dates in value.dates.items() if everything or graph.nodes[step]["kind"] == "point"]
    parts: list[RenderableType] = [_table(shown[:MOST], graph)]
    if len(shown) > MOST:
        parts.append(Text(_("and {n} more").format(n=len(shown) - MOST)))
    if value.finish is not None:
        parts.append(Text(_("All can be done by {date} at the earliest.").format(date=words.day(value.finish))))
    path = [str(label) for label, _same in groupby(_label(step, graph) for step in value.critical_path)]
    if len(path) > 1:
        parts.append(Text(_("Critical path: {steps}").format(steps=" → ".join(path))))
    if value.unknown_days:
        known = _("Steps whose duration nothing declares, one working day counted for each: {n}.")
        parts.append(Text(known.format(n=len(value.unknown_days))))
    return Group(*parts, *_misfits(value, graph, everything))


def _table(shown: list[Dates], graph: networkx.DiGraph[str]) -> Table:
    table = Table(pad_edge=False, box=SIMPLE_HEAD, expand=True)
    table.add_column(_("Point"), no_wrap=True)
    table.add_column(_("What"), ratio=1, overflow="fold")
    for heading in (_("Due"), _("Done at the earliest"), _("At the latest")):
        table.add_column(heading, no_wrap=True)
    table.add_column(_("Slack, working days"), width=12, justify="right")
    protocols = graph.graph["protocols"]
    for protocol, members in groupby(shown, key=lambda dates: graph.nodes[dates.step]["protocol"]):
        if len(protocols) > 1 and protocol is not None:
            table.add_row("", Text(with_id(protocols[protocol], protocol), style="bold"))
        for dates in members:
            table.add_row(*_cells(dates, graph.nodes[dates.step]))
    return table


def _cells(dates: Dates, facts: dict[str, Any]) -> tuple[str | Text, ...]:
    late = dates.slack is not None and dates.slack < 0
    style = "bold red" if late else "bold" if dates.critical else ""
    return (
        dates.ref or "",
        Text(words.shortened(facts["name"], 80), style="bold" if dates.critical else ""),
        words.day(dates.due),
        words.day(dates.finish) or _("never, as things stand"),
        words.day(dates.latest),
        Text("" if dates.slack is None else str(dates.slack), style=style),
    )


def _misfits(value: Schedule, graph: networkx.DiGraph[str], everything: bool) -> Iterator[RenderableType]:
    """The deadlines that leave too little time between them, and which would have to move.

    Those between steps inside a point, whose work is as a rule due on the day of the point, are counted and shown with
    `everything`.
    """
    named = {step: _label(step, graph, everything) for pair in value.tight for step in (pair.before, pair.after)}
    inside = [pair for pair in value.tight if pair.before is not None and named[pair.before] == named[pair.after]]
    pairs = {(named[p.before], named[p.after]): p.missing for p in value.tight if everything or p not in inside}
    if inside and not everything:
        text = _("Deadlines inside points that leave too little time for the steps after them: {n}; --all shows them.")
        yield Text("\n" + text.format(n=len(inside)))
    if not pairs:
        return
    yield Text("\n" + _("Deadlines that do not fit together"), style="bold")
    for (before, after), missing in pairs.items():
        text = _("• {after} after {before}: too little time in between, {days} short")
        if before is None:
            text = _("• {after}: too little time even from today, {days} short")
        yield Text(text.format(after=after, before=before, days=words.working_days(missing)))
    late = {after for _before, after in pairs}
    moves = {label: move for move in value.moves if (label := _label(move.step, graph, everything)) in late}
    whole = value.fewest and len(moves) == len(value.moves)
    yield Text("\n" + (_("Moving these is enough, and no fewer are:") if whole else _("To be moved:")), style="bold")
    for label, move in moves.items():
        yield Text(
            _("• {point}: {due} → {to}, by {days}").format(
                point=label,
                due=words.day(move.due),
                to=words.day(move.to),
                days=words.working_days(abs(move.days)),
            )
        )


def _label(step: str | None, graph: networkx.DiGraph[str], everything: bool = False) -> str | None:
    """A step by its ref, inside a point by its name as well where `everything` is shown; with its decision where
    several protocols are open.
    """
    if step is None:
        return None
    facts = graph.nodes[step]
    name = str(facts["ref"] or facts["name"] or step)
    if everything and facts["ref"] and facts["kind"] != "point":
        name = f"{facts['ref']} {facts['name']}"
    several = len(graph.graph["protocols"]) > 1 and facts["protocol"] is not None
    return f"{name} ({facts['decision']})" if several else name
