"""The answer to a what-if question for a terminal: what was supposed, and what would be different."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.dependencies import words as causes
from resolute.dependencies.changes import Done, Dropped
from resolute.reports import words

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies.changes import Change
    from resolute.dependencies.difference import Shift, WhatIf

_ = i18n.translator("reports")

MOST = 200
"""More rows than this are counted instead of shown."""


def what_if(graph: networkx.DiGraph[str], changes: Sequence[Change], answer: WhatIf) -> RenderableType:
    """The question, the answer in words, and a row a point that would be different."""
    shifts = [shift for shift in answer.shifts if not shift.inner] or list(answer.shifts)
    parts: list[RenderableType] = [Text(_question(graph, changes), style="bold"), Text(answer.text)]
    if shifts:
        parts.append(_table(answer, shifts[:MOST], _over(changes)))
    if len(shifts) > MOST:
        parts.append(Text(_("and {n} more").format(n=len(shifts) - MOST)))
    return Group(*parts, *(Text(line) for line in _lines(graph, changes, answer)))


def _question(graph: networkx.DiGraph[str], changes: Iterable[Change]) -> str:
    texts = []
    for change in changes:
        facts = graph.nodes[change.step]
        texts.append(causes.change(change, causes.label(facts["ref"], facts["name"])))
    return _("If {changes}:").format(changes="; ".join(texts))


def _table(answer: WhatIf, shifts: Iterable[Shift], over: Mapping[str, str]) -> Table:
    table = Table(pad_edge=False, box=SIMPLE_HEAD, expand=True)
    table.add_column(_("Point"), no_wrap=True)
    table.add_column(_("What"), ratio=4, overflow="fold")
    table.add_column(_("Due"), no_wrap=True)
    table.add_column(_("Done at the earliest"), no_wrap=True)
    table.add_column(_("Slack, working days"), width=12)
    table.add_column("", ratio=2)
    saved, broken = set(answer.saved), set(answer.broken)
    for shift in shifts:
        verdict = Text("")
        if shift.step in saved:
            verdict = Text(_("kept after all"), style="green")
        elif shift.step in broken:
            verdict = Text(_("no longer kept"), style="bold red")
        table.add_row(
            shift.ref or "",
            words.shortened(shift.name, 80),
            _pair(*map(_day, shift.due)),
            over.get(shift.step) or _pair(*map(_day, shift.finish)),
            "" if shift.step in over else _pair(*("—" if days is None else str(days) for days in shift.slack)),
            verdict,
        )
    return table


def _over(changes: Iterable[Change]) -> dict[str, str]:
    """What is over in the question itself, in words."""
    texts = {Done: _("done"), Dropped: _("not needed")}
    return {change.step: texts[type(change)] for change in changes if type(change) in texts}


def _lines(graph: networkx.DiGraph[str], changes: Sequence[Change], answer: WhatIf) -> Iterator[str]:
    """What changes hands, and what would no longer be held up, or would be from then on."""
    named = {*answer.saved, *answer.broken, *(change.step for change in changes)}
    for shift in answer.shifts:
        if shift.party[0] != shift.party[1] and not shift.inner:
            yield _("{point}: with {now} instead of {was}").format(
                point=causes.label(shift.ref, shift.name), now=shift.party[1], was=shift.party[0] or "—"
            )
    for steps, text in (
        (answer.freed, _("No longer held up: {points}")),
        (answer.held, _("Held up from then on: {points}")),
    ):
        labels = dict.fromkeys(
            facts["ref"] or facts["name"]
            for facts in (graph.nodes[step] for step in steps if step not in named)
            if facts["kind"] == "point" or facts["parent"] is None
        )
        if labels:
            yield text.format(points=", ".join(labels))


def _pair(was: str, now: str) -> str:
    return now if was == now else f"{was} → {now}"


def _day(value: date | None) -> str:
    return words.day(value) or "—"
