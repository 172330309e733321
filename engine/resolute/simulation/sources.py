"""What can be forecast: a protocol, BPMN documents, the live state of an engine; each becomes a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from resolute import bpmn, modelling, net
from resolute.bpmn.document import Document
from resolute.calendars import working_days_between
from resolute.errors import InputError
from resolute.i18n import translator
from resolute.net.net import Net
from resolute.protocols.values import Point, Protocol
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.defaults import Defaults, end_of_due
from resolute.simulation.model import build
from resolute.simulation.placing import Root
from resolute.simulation.scenario import Scenario

_ = translator("simulation")

NO_DATE = datetime.fromisoformat("2024-01-08T09:00")
"""The start of a forecast of a model without any date: a Monday."""
MORNING = time(9)


def of_document(document: Document, scenario: Scenario, start: datetime | None) -> Blueprint:
    """The blueprint of a BPMN document: its first process, or all that are pools of one collaboration."""
    processes = [process.id for process in document.processes if _runs(process)]
    if not processes:
        raise InputError(_("the model holds no process to run"), file=document.file)
    pools = {pool.reference("processRef") for pool in document.participants}
    together = [process for process in processes if document.ids.get(process) in pools]
    nets = {process: net.compile(document, process) for process in processes}
    called = {details.called for one in nets.values() for details in one.details if details}
    chosen = together if len(together) > 1 else [next((p for p in processes if p not in called), processes[0])]
    roots = [Root(nets[process], id=process if len(chosen) > 1 else "") for process in chosen]
    library = nets | _library([document])
    begin = start or scenario.start or _issued(nets.values()) or NO_DATE
    return build(roots, library, scenario, Defaults(scenario, begin, {}, {}))


def _runs(process: bpmn.Element) -> bool:
    return any(True for _node in process.flow_nodes)


def _library(documents: Iterable[Document]) -> dict[str, Net]:
    """The nets of the shipped patterns that these documents call."""
    return {
        process.id: net.compile(pattern, process.id)
        for pattern in modelling.needed_patterns(documents)
        for process in pattern.processes
    }


def _issued(nets: Iterable[Net]) -> datetime | None:
    """When the assignments of a decision were given, as its calls say."""
    days = [
        end
        for one in nets
        for details in one.details
        if details is not None
        for name, raw in details.inputs
        if name == "issued" and (end := end_of_due(raw)) is not None
    ]
    return datetime.combine(min(days).date(), MORNING) if days else None


# --- protocols ---


def of_protocol(protocol: Protocol, scenario: Scenario, start: datetime | None) -> Blueprint:
    """The blueprint of a protocol: all its decisions at once, each assignment opened."""
    documents = modelling.model(protocol)
    begin = start or scenario.start
    if begin is None:
        begin = datetime.combine(protocol.date, MORNING) if protocol.date else NO_DATE
    deadlines = {
        point.ref: end
        for point in protocol.points
        if (end := end_of_due(point.deadline.effective or point.deadline.due)) is not None
    }
    defaults = Defaults(scenario, begin, {}, deadlines)
    defaults = replace(defaults, terms=terms(protocol, begin.date(), defaults))
    nets = [net.compile(document) for document in documents]
    roots = [Root(one, id=one.process) for one in nets]
    return build(roots, _library(documents), scenario, defaults)


def terms(protocol: Protocol, start: date, defaults: Defaults) -> dict[str, float]:
    """Working days that each point has: from the deadlines of what it waits for to its own.

    Points that wait for one another and are due on the same day share the days that they have together.
    """
    points = {point.ref: point for point in protocol.points}
    order = _in_order(points)
    before = _chain(points, order, forward=True)
    after = _chain(points, order[::-1], forward=False)
    found = {}
    for ref, point in points.items():
        due = defaults.deadlines.get(ref)
        if due is None:
            continue
        earlier = [d for d in (_due(defaults, dependency.ref) for dependency in point.after) if d and d < due]
        begin = max([start, *(day.date() for day in earlier)])
        span = working_days_between(defaults.calendar, begin, due.date())
        found[ref] = max(span, 1) / (before[ref] + after[ref] - 1)
    return found


def _due(defaults: Defaults, ref: str) -> datetime | None:
    return defaults.deadlines.get(ref)


def _in_order(points: Mapping[str, Point]) -> list[str]:
    """Points after what they wait for; what waits in a circle comes last."""
    waiting = {
        ref: {dependency.ref for dependency in point.after if dependency.ref in points} for ref, point in points.items()
    }
    followers: dict[str, list[str]] = {}
    for ref, others in waiting.items():
        for other in others:
            followers.setdefault(other, []).append(ref)
    order = [ref for ref, others in waiting.items() if not others]
    for ref in order:
        for follower in followers.get(ref, ()):
            waiting[follower].discard(ref)
            if not waiting[follower]:
                order.append(follower)
    placed = set(order)
    return order + [ref for ref in points if ref not in placed]


def _chain(points: Mapping[str, Point], order: list[str], *, forward: bool) -> dict[str, int]:
    """How many points due on the same day stand in a row up to each point (or from it on)."""
    length = dict.fromkeys(points, 1)
    for ref in order:
        for dependency in points[ref].after:
            other = points.get(dependency.ref)
            if other is None or other.deadline.due != points[ref].deadline.due:
                continue
            if forward:
                length[ref] = max(length[ref], length[other.ref] + 1)
            else:
                length[other.ref] = max(length[other.ref], length[ref] + 1)
    return length


# --- anything ---


def blueprint_of(what: Any, scenario: Scenario, start: datetime | None) -> Blueprint:
    """The blueprint of a protocol, of a document (or its path or bytes), or of an engine's live state."""
    if isinstance(what, Protocol):
        return of_protocol(what, scenario, start)
    if isinstance(what, Document):
        return of_document(what, scenario, start)
    if isinstance(what, bytes):
        return of_document(bpmn.loads(what), scenario, start)
    if isinstance(what, str | Path):
        return _of_path(Path(what), scenario, start)
    if hasattr(what, "snapshot"):
        from resolute.simulation.live import of_snapshot

        return of_snapshot(what.snapshot(), scenario)
    raise InputError(
        _("{kind} cannot be forecast; expected a protocol, a path, a BPMN document or an engine").format(
            kind=type(what).__name__
        )
    )


def _of_path(path: Path, scenario: Scenario, start: datetime | None) -> Blueprint:
    from resolute import protocols

    if path.suffix.lower() in (".bpmn", ".xml", ".bpmn20"):
        return of_document(bpmn.load(path), scenario, start)
    read = protocols.load_register if protocols.is_register(path) else protocols.read
    return of_protocol(read(path), scenario, start)
