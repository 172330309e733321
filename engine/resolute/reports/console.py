"""Tables and texts for a terminal, as rich renderables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.reports import words

if TYPE_CHECKING:
    from resolute.errors import Finding
    from resolute.protocols.values import Protocol

_ = i18n.translator("reports")

STYLES = {
    "done": "green",
    "settled": "dim",
    "reported": "cyan",
    "returned": "yellow",
    "waiting": "yellow",
    "blocked": "bold magenta",
    "overdue": "bold red",
    "failed": "bold red",
    "error": "bold red",
    "warning": "yellow",
    "info": "dim",
}


def title(text: str) -> RenderableType:
    """A section title."""
    return Padding(Text(text, style="bold"), (1, 0, 0, 0))


def heading(protocol: Protocol) -> RenderableType:
    """Which protocol this is, in one line or two."""
    number = _("Protocol No. {number}").format(number=protocol.number or "—")
    when = _("of {date}").format(date=words.day(protocol.date)) if protocol.date else _("without a date")
    return Text(f"{number} {when}\n{protocol.body or ''}".rstrip(), style="bold")


def points(protocol: Protocol, states: Mapping[str, str] | None = None) -> RenderableType:
    """The table of points; `states` (ref -> state) adds the state column."""
    table = Table(show_lines=True, pad_edge=False, expand=False)
    table.add_column(_("Point"), no_wrap=True)
    table.add_column(_("What"), ratio=5, min_width=24)
    table.add_column(_("Who"), ratio=4, min_width=16)
    table.add_column(_("Deadline"), ratio=3, min_width=12)
    if states is not None:
        table.add_column(_("State"), min_width=10)
    for point in protocol.points:
        row: list[RenderableType] = [
            point.ref,
            point.text,
            words.responsible(point) or Text(words.kind(point.kind), style="dim"),
            words.deadline(point.deadline),
        ]
        if states is not None:
            name = states.get(point.ref, "to_come")
            row.append(Text(words.state(name), style=STYLES.get(name, "")))
        table.add_row(*row)
    return table


def findings(found: Iterable[Finding]) -> RenderableType:
    """Findings, gravest first, one a line."""
    order = {"error": 0, "warning": 1, "info": 2}
    lines = []
    for finding in sorted(found, key=lambda item: order[item.severity]):
        place = finding.ref or finding.element or ""
        line = Text("• ")
        line.append(words.severity(finding.severity), style=STYLES.get(finding.severity, ""))
        line.append(f" {place}: " if place else ": ", style="bold" if place else "")
        line.append(finding.message)
        lines.append(line)
    return Group(*lines) if lines else Text(_("Nothing to remark."))
