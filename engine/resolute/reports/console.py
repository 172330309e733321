"""Tables and texts for a terminal, as rich renderables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.reports import words

if TYPE_CHECKING:
    from pathlib import Path

    from resolute.errors import Finding
    from resolute.execution import Task
    from resolute.execution.values import Counts
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


def points(protocol: Protocol) -> RenderableType:
    """The table of points: ref, what, who, deadline."""
    table = Table(show_lines=True, pad_edge=False, expand=True)
    table.add_column(_("Point"), no_wrap=True)
    table.add_column(_("What"), ratio=5, overflow="fold")
    table.add_column(_("Who"), ratio=4, overflow="fold")
    table.add_column(_("Deadline"), ratio=3, overflow="fold")
    for point in protocol.points:
        table.add_row(
            point.ref,
            point.text,
            words.responsible(point) or Text(words.kind(point.kind), style="dim"),
            words.deadline(point.deadline),
        )
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


def status(points: Iterable[Mapping[str, Any]], protocols: Mapping[str, str]) -> RenderableType:
    """The state of every point: ref, what, who answers, deadline, state with what is open now.

    `protocols` gives the titles of opened protocols by their ids: where there are several, each gets a heading.
    """
    table = Table(pad_edge=False, box=SIMPLE_HEAD, expand=True)
    table.add_column(_("Point"), no_wrap=True)
    table.add_column(_("What"), ratio=4, overflow="fold")
    table.add_column(_("Who"), ratio=3, overflow="fold")
    table.add_column(_("Due"), no_wrap=True)
    table.add_column(_("State"), ratio=2, overflow="fold")
    for protocol, members in groupby(points, key=lambda point: point["protocol"]):
        if len(protocols) > 1 and protocol is not None:
            table.add_row("", Text(with_id(protocols[protocol], protocol), style="bold"))
        for point in members:
            table.add_row(
                point["ref"],
                words.shortened(point["name"], 80),
                words.shortened(point["party"] or "", 70),
                words.day(point["due"]),
                _state(point),
            )
    return table


def with_id(title: str, protocol: str) -> str:
    """The title of a protocol and its id, which commands take to tell it from others."""
    return f"{title} (--protocol {protocol})"


def _state(point: Mapping[str, Any]) -> Text:
    cell = Text(words.state(point["state"]), style=STYLES.get(point["state"], ""))
    for task in dict.fromkeys(task["name"] for task in point["open"]):
        cell.append(f"\n{task}", style="not bold default")
    return cell


def tasks(found: Iterable[Task], numbers: Mapping[str, str]) -> RenderableType:
    """Open tasks: id, point, what, who, by when.

    `numbers` gives the numbers of opened protocols by their ids: a column where there are several.
    """
    several = len(numbers) > 1
    table = Table(pad_edge=False, box=SIMPLE_HEAD)
    for label in (_("Task"), *([_("Protocol")] if several else []), _("Point"), _("What"), _("Who"), _("Due")):
        table.add_column(label)
    for task in found:
        number = [numbers.get(task.group or "", "")] if several else []
        table.add_row(task.id, *number, task.ref or "", task.name, task.party or "", words.day(task.due))
    return table


def counts(numbers: Mapping[str, int]) -> RenderableType:
    """How many points are in each state, in one line."""
    return Text(", ".join(f"{words.state(name)}: {number}" for name, number in numbers.items()))


def numbers(found: Counts) -> RenderableType:
    """Instances that run, open and overdue tasks, incidents, in one line."""
    said = _("running instances: {running}, open tasks: {tasks}, of these overdue: {overdue}, incidents: {incidents}")
    return Text(
        said.format(
            running=found.instances.get("running", 0),
            tasks=found.open_tasks,
            overdue=found.overdue_tasks,
            incidents=found.incidents,
        )
    )


def files(paths: Iterable[Path], folder: Path) -> RenderableType:
    """The files that were written, relative to `folder`, which is named first."""
    return Group(Text(f"{folder}/"), *(Text(f"  {path.relative_to(folder)}") for path in paths))
