"""What can be forecast: a protocol, BPMN documents, the live state of an engine; each becomes a blueprint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time
from pathlib import Path
from typing import Any

from resolute import bpmn, i18n, modelling, net
from resolute.bpmn.document import Document
from resolute.errors import InputError
from resolute.net.net import NO_DETAILS, Net
from resolute.protocols.values import Protocol
from resolute.simulation import terms
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.defaults import Defaults, end_of_due
from resolute.simulation.model import build
from resolute.simulation.placing import Root
from resolute.simulation.scenario import Scenario

_ = i18n.translator("simulation")

NO_DATE = datetime.fromisoformat("2024-01-08T09:00")
"""The start of a forecast of a model without any date: a Monday."""
MORNING = time(9)


def of_document(document: Document, scenario: Scenario, start: datetime | None) -> Blueprint:
    """The blueprint of a BPMN document: its first process, or all that are pools of one collaboration."""
    processes = [process.id for process in document.processes if _runs(process)]
    if not processes:
        raise InputError(_("the model holds no process to run"), file=document.file)
    pools = {pool.reference("processRef") for pool in document.participants}
    nets = {process: net.compile(document, process) for process in processes}
    called = {details.called for one in nets.values() for details in one.details if details}
    own = [process for process in processes if process not in called] or processes
    together = [process for process in own if document.ids.get(process) in pools]
    chosen = together if len(together) > 1 else own[:1]
    roots = [Root(nets[process], id=process if len(chosen) > 1 else "") for process in chosen]
    library = nets | _library([document])
    begin = start or scenario.start or _issued(nets.values()) or NO_DATE
    return build(roots, library, scenario, Defaults(scenario, begin, net_terms(roots), {}))


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


def net_terms(roots: Iterable[Root]) -> dict[str, terms.Term]:
    """The terms of all points of these processes, and of other activities with a deadline by their ids."""
    found: dict[str, terms.Term] = {}
    for root in roots:
        details = [one or NO_DETAILS for one in root.net.details]
        ends = [end_of_due(one.due) for one in details]
        dues = [None if end is None else end.date() for end in ends]
        done = {root.net.index[element] for element in root.done if element in root.net.index}
        for node, term in terms.of_net(root.net, dues.__getitem__, done).items():
            found[details[node].ref or root.net.ids[node]] = term
    return found


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
    defaults = Defaults(scenario, begin, terms.of_protocol(protocol, deadlines), deadlines)
    nets = [net.compile(document) for document in documents]
    roots = [Root(one, id=one.process) for one in nets]
    return build(roots, _library(documents), scenario, defaults)


# --- anything ---


def blueprint_of(what: Any, scenario: Scenario, start: datetime | None) -> Blueprint:
    """The blueprint of a protocol, of a document (or its path or bytes), or of an engine's live state.

    `start` is taken as local time: a zone that it may have is dropped.
    """
    if start is not None:
        start = start.replace(tzinfo=None)
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
