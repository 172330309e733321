"""Compiles one process of a BPMN document to a net, or says everything that keeps it from running."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import BPMNDI, RESOLUTE
from resolute.errors import NotFoundError
from resolute.net import dmn, forms
from resolute.net.dmn import Decision
from resolute.net.expressions import Expression
from resolute.net.net import (
    ACTIVITIES,
    NO_DETAILS,
    ROOT,
    AdHoc,
    DataFlow,
    Details,
    EventDefinition,
    Kind,
    Loop,
    Net,
    ScopeKind,
    Trigger,
)
from resolute.net.reading.checks import check_structure
from resolute.net.reading.correlation import correlated, standard_keys
from resolute.net.reading.data import DataReader
from resolute.net.reading.details import read_details
from resolute.net.reading.elements import NODES, SCOPES, UNSUPPORTED
from resolute.net.reading.event_definitions import read_events, trigger_of
from resolute.net.reading.loops import read_adhoc, read_loop
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

_LINK = f"{{{RESOLUTE}}}link"
_REASON = f"{{{RESOLUTE}}}reason"

_ALWAYS_INTERRUPTING = frozenset({Trigger.ERROR, Trigger.CANCEL, Trigger.COMPENSATION})

FORMAT = b"resolute net 2"
"""Part of every key: compiled nets of another format are never taken for this one's."""


def compile(
    document: Document, process_id: str | None = None, *, decisions: Mapping[str, Decision] | None = None
) -> Net:
    """The net of process `process_id` (the first one when None).

    Business rule tasks use `decisions` and those that the document carries (`dmn.embed`), by id.

    Raises NotFoundError when the document has no such process, and ModelError whose `.findings` hold every
    reason why it cannot be run, each with element, rule and what to do.
    """
    process = _process(document, process_id)
    known = {**dmn.embedded(document), **(decisions or {})}
    return _Compiler(document, process).net(known, forms.embedded(document))


def net_key(document: Document, process_id: str) -> str:
    """A hash of all that a process can mean: the document without its diagrams, and the id of the process."""
    digest = hashlib.sha256(FORMAT + b"\0" + process_id.encode())
    for child in document.tree.getroot():
        if not isinstance(child.tag, str) or child.tag.startswith(f"{{{BPMNDI}}}"):
            continue
        digest.update(etree.tostring(child, with_tail=False))
    return digest.hexdigest()


def _process(document: Document, process_id: str | None) -> Element:
    for process in document.processes:
        if process_id is None or process.id == process_id:
            return process
    known = ", ".join(process.id for process in document.processes) or "-"
    raise NotFoundError(
        _("the document has no process {process}; it has: {known}").format(process=process_id or "", known=known)
    )


class _Compiler:
    """Fills the columns of one net; used once."""

    def __init__(self, document: Document, process: Element) -> None:
        self.document = document
        self.process = process
        self.problems = Problems(document.file)
        self.data = DataReader(document, self.problems)
        self.elements: list[Element] = []
        self.ids: list[str] = []
        self.kinds: list[Kind] = []
        self.parents: list[int] = []
        self.index: dict[str, int] = {}
        self.scope_kind: dict[int, ScopeKind] = {}
        self.flows: list[tuple[Element, int]] = []
        self.flow_ids: list[str] = []
        self.flow_names: list[str] = []
        self.sources: list[int] = []
        self.targets: list[int] = []
        self.conditions: list[Expression | None] = []
        self.links: list[str] = []
        self.reasons: list[str | None] = []
        self.incoming: list[list[int]] = []
        self.outgoing: list[list[int]] = []
        self.lanes: dict[str, str] = {}
        self.scope_locals: dict[int, tuple[str, ...]] = {}
        self.associations: list[tuple[str, str]] = []

    def net(self, decisions: Mapping[str, Decision], schemas: Mapping[str, forms.Schema]) -> Net:
        """All columns, checked."""
        self._collect()
        self._read_flows()
        details, events, loops, adhoc, activation = self._read_nodes()
        data = self._read_data()
        triggers = tuple(
            trigger_of(element, events[node], self.kinds[node]) if node in events else Trigger.NONE
            for node, element in enumerate(self.elements)
        )
        self._join_links(events)
        attached, boundaries = self._attach()
        members = self._members()
        net = Net(
            process=self.process.id,
            name=self.process.name,
            key=net_key(self.document, self.process.id),
            ids=tuple(self.ids),
            names=tuple(element.name for element in self.elements),
            kinds=tuple(self.kinds),
            triggers=triggers,
            parents=tuple(self.parents),
            incoming=tuple(map(tuple, self.incoming)),
            outgoing=tuple(map(tuple, self.outgoing)),
            attached=attached,
            boundaries=boundaries,
            interrupting=tuple(_interrupting(element, events.get(n, ())) for n, element in enumerate(self.elements)),
            details=details,
            events=events,
            loops=loops,
            scope_kind=self.scope_kind,
            adhoc=adhoc,
            activation=activation,
            handlers=self._handlers(boundaries, triggers, details),
            data=data,
            locals=self.scope_locals,
            flow_ids=tuple(self.flow_ids),
            flow_names=tuple(self.flow_names),
            sources=tuple(self.sources),
            targets=tuple(self.targets),
            conditions=tuple(self.conditions),
            defaults=self._defaults(),
            links=tuple(self.links),
            reasons=tuple(self.reasons),
            members=members,
            starts=self._starts(members, triggers, details),
            event_scopes=self._event_scopes(members),
            decisions=decisions,
            forms=schemas,
        )
        check_structure(net, self.elements, self.problems)
        self.problems.raise_errors(self.process.id)
        return replace(net, findings=tuple(self.problems.findings))

    # --- walking the document ---

    def _collect(self) -> None:
        """Numbers the nodes of all scopes, outer scopes first, and gathers flows, lanes and associations."""
        scopes = [(self.process, ROOT)]
        for container, scope in scopes:
            data_objects = []
            for element in container.children():
                kind = element.kind
                if kind in NODES:
                    node = self._add_node(element, NODES[kind], scope)
                    if kind in SCOPES:
                        event = element.get("triggeredByEvent") in ("true", "1")
                        self.scope_kind[node] = ScopeKind.EVENT if event else SCOPES[kind]
                        scopes.append((element, node))
                elif kind == "sequenceFlow":
                    self.flows.append((element, scope))
                elif kind == "laneSet":
                    self._read_lanes(element)
                elif kind == "dataObject" and scope != ROOT:
                    data_objects.append(self.data.variable(element))
                elif kind == "association":
                    ends = element.get("sourceRef", "") or "", element.get("targetRef", "") or ""
                    self.associations.append(ends)
                elif kind in UNSUPPORTED:
                    message = _("{kind} stands in a process; expected a task, event, gateway or sub-process")
                    self.problems.error("unsupported-element", element, message.format(kind=kind))
            if data_objects:
                self.scope_locals[scope] = tuple(data_objects)

    def _add_node(self, element: Element, kind: Kind, scope: int) -> int:
        node = len(self.elements)
        identity = element.id or f"{self.process.id}#{node}"
        if identity in self.index:
            message = _("the id {id} is used twice; give every element an id of its own").format(id=identity)
            self.problems.error("duplicate-id", element, message)
        self.index.setdefault(identity, node)
        self.elements.append(element)
        self.ids.append(identity)
        self.kinds.append(kind)
        self.parents.append(scope)
        return node

    def _read_lanes(self, lane_set: Element) -> None:
        """Names the lane of each element, inner lanes over outer ones."""
        stack = [(lane_set, "")]
        for container, outer in stack:
            for lane in container.children("lane"):
                name = lane.name or outer
                for ref in lane.children("flowNodeRef"):
                    self.lanes[ref.text] = name
                for child in lane.children("childLaneSet"):
                    stack.append((child, name))

    def _lane_of_nodes(self) -> list[str | None]:
        """The lane of each node; inside a sub-process, the sub-process's where it has none of its own."""
        found: list[str | None] = []
        for identity, scope in zip(self.ids, self.parents, strict=True):
            around = None if scope == ROOT else found[scope]
            found.append(self.lanes.get(identity) or around)
        return found

    # --- flows ---

    def _read_flows(self) -> None:
        self.incoming = [[] for _node in self.elements]
        self.outgoing = [[] for _node in self.elements]
        seen: set[str] = set()
        for element, scope in self.flows:
            identity = element.id
            if identity and identity in seen:
                message = _("the id {id} is used twice; give every element an id of its own")
                self.problems.error("duplicate-id", element, message.format(id=identity))
            seen.add(identity)
            source = self._flow_end(element, "sourceRef")
            target = self._flow_end(element, "targetRef")
            if source < 0 or target < 0:
                continue
            if self.parents[source] == self.parents[target]:
                self._add_flow(element, source, target)
            else:
                message = _("it crosses the border of a sub-process at {ref}; end it inside, use an event to leave")
                at = source if self.parents[source] != scope else target
                self.problems.error("flow-crosses-scope", element, message.format(ref=self.ids[at]))

    def _flow_end(self, element: Element, side: str) -> int:
        ref = (element.get(side) or "").strip()
        node = self.index.get(ref, -1)
        if node < 0:
            message = _("its {side} {ref} is no node of this process; connect it or remove it")
            self.problems.error("dangling-flow", element, message.format(side=side, ref=repr(ref)))
        return node

    def _add_flow(self, element: Element, source: int, target: int) -> None:
        condition = element.child("conditionExpression")
        compiled = None
        if condition is not None and condition.text:
            compiled = self.problems.expression(condition.text, element)
        self._connect(
            element.id or f"{self.process.id}#flow{len(self.flow_ids)}",
            source,
            target,
            name=element.name,
            condition=compiled,
            link=element.get(_LINK) or "sequence",
            reason=element.get(_REASON),
        )

    def _connect(
        self,
        identity: str,
        source: int,
        target: int,
        *,
        name: str = "",
        condition: Expression | None = None,
        link: str = "sequence",
        reason: str | None = None,
    ) -> None:
        flow = len(self.flow_ids)
        self.flow_ids.append(identity)
        self.flow_names.append(name)
        self.sources.append(source)
        self.targets.append(target)
        self.conditions.append(condition)
        self.links.append(link)
        self.reasons.append(reason)
        self.outgoing[source].append(flow)
        self.incoming[target].append(flow)

    def _defaults(self) -> dict[int, int]:
        defaults = {}
        for node, element in enumerate(self.elements):
            ref = element.get("default")
            if not ref:
                continue
            flow = next((flow for flow in self.outgoing[node] if self.flow_ids[flow] == ref), None)
            if flow is None:
                message = _("its default flow {ref} does not leave it; name one of its outgoing flows")
                self.problems.error("bad-default", element, message.format(ref=ref))
            else:
                defaults[node] = flow
        return defaults

    def _join_links(self, events: dict[int, tuple[EventDefinition, ...]]) -> None:
        """Turns each throwing link event into a flow to the catching one of its name in the same scope."""
        catches: dict[tuple[int, str | None], int] = {}
        throws = []
        for node, definitions in events.items():
            if definitions and definitions[0].trigger == Trigger.LINK:
                if self.kinds[node] == Kind.CATCH:
                    catches[self.parents[node], definitions[0].name] = node
                else:
                    throws.append((node, definitions[0].name))
        for node, name in throws:
            target = catches.get((self.parents[node], name))
            if target is None:
                message = _("no catching link event is called {name} in its scope; add one or rename it")
                self.problems.error("broken-link", self.elements[node], message.format(name=repr(name)))
            else:
                self._connect(f"link:{self.ids[node]}", node, target)

    # --- nodes ---

    def _read_nodes(
        self,
    ) -> tuple[
        tuple[Details, ...],
        dict[int, tuple[EventDefinition, ...]],
        dict[int, Loop],
        dict[int, AdHoc],
        dict[int, Expression],
    ]:
        details: list[Details] = []
        events: dict[int, tuple[EventDefinition, ...]] = {}
        loops: dict[int, Loop] = {}
        adhoc: dict[int, AdHoc] = {}
        activation: dict[int, Expression] = {}
        receiving, sending = standard_keys(self.document)
        lanes = self._lane_of_nodes()
        for node, element in enumerate(self.elements):
            kind = self.kinds[node]
            details.append(read_details(element, kind, lanes[node], self.problems) or NO_DETAILS)
            if kind >= Kind.START or kind == Kind.RECEIVE or kind == Kind.SEND:
                definitions = read_events(element, kind, self.index, self.problems)
                if definitions:
                    keys = sending if kind in (Kind.SEND, Kind.THROW, Kind.END) else receiving
                    events[node] = correlated(definitions, keys) if keys else definitions
            if kind in ACTIVITIES:
                loop = read_loop(element, self.data, self.problems)
                if loop is not None:
                    loops[node] = loop
            if self.scope_kind.get(node) == ScopeKind.ADHOC:
                adhoc[node] = read_adhoc(element, self.problems)
            if kind == Kind.COMPLEX:
                condition = element.child("activationCondition")
                if condition is not None and condition.text:
                    compiled = self.problems.expression(condition.text, element)
                    if compiled is not None:
                        activation[node] = compiled
        return tuple(details), events, loops, adhoc, activation

    def _read_data(self) -> dict[int, DataFlow]:
        """What goes into and out of nodes."""
        found = {}
        for node, element in enumerate(self.elements):
            flow = self.data.flow(element)
            if flow is not None:
                found[node] = flow
        return found

    def _attach(self) -> tuple[tuple[int, ...], dict[int, tuple[int, ...]]]:
        attached = [-1] * len(self.elements)
        boundaries: dict[int, list[int]] = defaultdict(list)
        for node, element in enumerate(self.elements):
            if self.kinds[node] != Kind.BOUNDARY:
                continue
            host = self.index.get((element.get("attachedToRef") or "").strip(), -1)
            if host < 0 or self.kinds[host] not in ACTIVITIES or self.parents[host] != self.parents[node]:
                message = _("it is attached to no activity of its scope; attach it to a task or sub-process")
                self.problems.error("unattached-boundary", element, message)
                continue
            attached[node] = host
            boundaries[host].append(node)
        return tuple(attached), {host: tuple(nodes) for host, nodes in boundaries.items()}

    def _handlers(
        self,
        boundaries: dict[int, tuple[int, ...]],
        triggers: tuple[Trigger, ...],
        details: tuple[Details, ...],
    ) -> dict[int, int]:
        """Which activity undoes which: from the associations of compensation boundary events."""
        partners: dict[str, list[str]] = defaultdict(list)
        for source, target in self.associations:
            partners[source].append(target)
            partners[target].append(source)
        handlers = {}
        for host, nodes in boundaries.items():
            for node in nodes:
                if triggers[node] != Trigger.COMPENSATION:
                    continue
                ends = [self.index[end] for end in partners[self.ids[node]] if end in self.index]
                ends += [self.targets[flow] for flow in self.outgoing[node]]
                handler = next((end for end in ends if self.kinds[end] in ACTIVITIES), None)
                if handler is None:
                    message = _("no compensation activity is associated with it; draw an association to one")
                    self.problems.error("compensation-without-handler", self.elements[node], message)
                else:
                    handlers[host] = handler
        return handlers

    # --- scopes ---

    def _members(self) -> dict[int, tuple[int, ...]]:
        members: dict[int, list[int]] = {ROOT: []}
        for node in self.scope_kind:
            members[node] = []
        for node, scope in enumerate(self.parents):
            members[scope].append(node)
        return {scope: tuple(nodes) for scope, nodes in members.items()}

    def _starts(
        self,
        members: dict[int, tuple[int, ...]],
        triggers: tuple[Trigger, ...],
        details: tuple[Details, ...],
    ) -> dict[int, tuple[int, ...]]:
        starts = {}
        for scope, nodes in members.items():
            events = [node for node in nodes if self.kinds[node] == Kind.START]
            plain = [node for node in events if triggers[node] == Trigger.NONE]
            sources = [
                node
                for node in nodes
                if not self.incoming[node]
                and self.kinds[node] not in (Kind.BOUNDARY, Kind.START)
                and not (self.kinds[node] == Kind.CATCH and triggers[node] == Trigger.LINK)
                and not details[node].compensation
                and self.scope_kind.get(node) != ScopeKind.EVENT
            ]
            starts[scope] = tuple(plain[:1] or events[:1] or sources)
        return starts

    def _event_scopes(self, members: dict[int, tuple[int, ...]]) -> dict[int, tuple[int, ...]]:
        found = {}
        for scope, nodes in members.items():
            inner = tuple(node for node in nodes if self.scope_kind.get(node) == ScopeKind.EVENT)
            if inner:
                found[scope] = inner
        return found


def _interrupting(element: Element, events: tuple[EventDefinition, ...]) -> bool:
    """Whether it ends what it stands on or in: always for what leaves nothing to go on with (table 10.93)."""
    attribute = {"boundaryEvent": "cancelActivity", "startEvent": "isInterrupting"}.get(element.kind)
    if attribute is None or element.get(attribute) not in ("false", "0"):
        return True
    return any(event.trigger in _ALWAYS_INTERRUPTING for event in events)
