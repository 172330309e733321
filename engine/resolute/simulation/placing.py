"""Places nets into a blueprint: every process with its sub-processes, every call opened in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.net.expressions import ExpressionError, compile_expression, compile_script, is_expression, value
from resolute.net.net import ACTIVITIES, NO_DETAILS, ROOT, Details, Kind, Net, ScopeKind, Trigger
from resolute.simulation.blueprint import ROOT_SCOPE, Blueprint, Node, Scope
from resolute.simulation.codes import (
    BODY_GATE,
    BODY_PASS,
    BODY_SCOPE,
    BODY_TASK,
    BODY_TERMINATE,
    BODY_WAIT,
)
from resolute.simulation.distributions import Distribution
from resolute.simulation.lookup import Lookup
from resolute.simulation.scenario import Choice, Step

_ = i18n.translator("simulation")

ENDLESS = frozenset({"standing_duty", "monitoring"})
"""Called processes that go on until somebody ends them: nothing waits for them, so a forecast leaves them out."""
MAX_DEPTH = 50
"""How deep calls may be nested."""
_AUTOMATIC = frozenset({Kind.SERVICE, Kind.SCRIPT, Kind.RULE})


@dataclass(frozen=True)
class Root:
    """A process that begins with the case."""

    net: Net
    data: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""
    """Stands before the element in the ids of its steps, `ID:ELEMENT`; empty for the element alone."""
    current: Mapping[str, Any] = field(default_factory=dict)
    """The variables as they are, of which `data` holds those that nothing changes."""
    children: Mapping[str, Root] = field(default_factory=dict)
    """Call activity -> the instance that runs for it already."""
    done: frozenset[str] = frozenset()
    """Elements that were left before the forecast begins."""


@dataclass
class Place:
    """A net that has been placed: node n of the net is node `offset + n` of the blueprint."""

    net: Net
    offset: int
    data: dict[str, Any]
    prefix: str
    depth: int
    around: int
    """The SCOPE node of the call that opened it; for a root, its node in the case."""
    ref: str | None
    scope_of: dict[int, int]
    """SCOPE node of the net, or ROOT -> scope of the blueprint."""
    first: Mapping[str, Any]
    """The values of variables at the beginning."""
    changing: frozenset[str]
    """Variables that get other values during the run."""
    live: str
    """The instance that runs in it; empty for none."""
    children: Mapping[str, Root]

    def known(self, names: frozenset[str]) -> bool:
        """Whether all these variables have a value from the start that nothing changes."""
        return all(self.data.get(name) is not None and name not in self.changing for name in names)

    def details(self, number: int) -> Details:
        """What the model says about a node of the net."""
        return self.net.details[number] or NO_DETAILS

    def sets(self, number: int) -> frozenset[str]:
        """The variables that the model says a node sets."""
        return _set_by(self.net, number)

    def value(self, raw: str | None) -> Any:
        """What a raw value stands for; None when it depends on what is not known before the run."""
        if raw is None or not is_expression(raw):
            return raw
        try:
            if not compile_expression(raw).names.isdisjoint(self.changing):
                return None
            return value(raw, self.data)
        except ExpressionError:
            return None

    @property
    def top(self) -> bool:
        """Whether its activities are steps of their own."""
        return self.depth == 0


class Placing:
    """Fills the nodes and scopes of a blueprint; flows, events and units come after."""

    def __init__(self, blueprint: Blueprint, library: Mapping[str, Net], lookup: Lookup) -> None:
        self.b = blueprint
        self.library = library
        self.lookup = lookup
        self.places: list[Place] = []
        self.steps: dict[int, Step] = {}
        """Node of the blueprint -> what the scenario says about it."""
        self.opened: dict[int, int] = {}
        """Node of a call -> the number of the place that it opens."""
        self.caller: dict[int, int] = {}
        """Number of a place -> that of the one whose call opened it."""

    def place_all(self, roots: Sequence[Root]) -> None:
        """Places the roots, then everything that they call."""
        for root in roots:
            node = Node(root.net.process, root.net.name, ROOT_SCOPE, body=BODY_SCOPE)
            self.b.nodes.append(node)
            opener = len(self.b.nodes) - 1
            self.b.scopes[ROOT_SCOPE].starts.append(opener)
            self.b.processes.append(root.id or root.net.process)
            self._place(root, root.id, opener, 0, None)
        for caller, place in enumerate(self.places):  # grows while calls are opened
            for number, kind in enumerate(place.net.kinds):
                before = len(self.places)
                if kind == Kind.CALL:
                    self._open_call(place, number)
                if len(self.places) > before:
                    self.opened[place.offset + number], self.caller[before] = before, caller

    def _place(self, root: Root, prefix: str, opener: int, depth: int, ref: str | None) -> None:
        net = root.net
        offset, first = len(self.b.nodes), len(self.b.scopes)
        scope_of = {scope: first + count for count, scope in enumerate((ROOT, *net.scope_kind))}
        begins = self.lookup.scenario.data if depth == 0 else {}
        sampled = {name for name, start in begins.items() if isinstance(start, Distribution | Choice)}
        data = {name: start for name, start in begins.items() if name not in sampled} | dict(root.data)
        changing = frozenset(sampled.union(*(_set_by(net, number) for number in range(len(net)))))
        known = {**data, **root.current}
        place = Place(net, offset, data, prefix, depth, opener, ref, scope_of, known, changing, root.id, root.children)
        self.places.append(place)
        for scope in scope_of:
            starts = [offset + start for start in net.starts.get(scope, ())]
            events = [offset + node for node in net.event_scopes.get(scope, ())]
            self.b.scopes.append(Scope(opener if scope == ROOT else offset + scope, starts, events))
        self.b.nodes[opener].scope = first
        for number in range(len(net)):
            self.b.nodes.append(self._node(place, number))

    def _node(self, place: Place, number: int) -> Node:
        net, details = place.net, place.details(number)
        node = Node(net.ids[number], net.names[number], place.scope_of[net.parents[number]])
        ref = place.value(details.ref)
        node.ref = ref if isinstance(ref, str) else None
        node.scope = place.scope_of.get(number, -1)
        if net.attached[number] >= 0:
            node.host = place.offset + net.attached[number]
        node.interrupts = net.interrupting[number]
        given = self._given(place, node)
        node.body = _body(net, number, details, given)
        if given is not None:
            self.steps[place.offset + number] = given
            place.changing |= set(given.sets)
        return node

    def _given(self, place: Place, node: Node) -> Step | None:
        """What the scenario says about a node: by step, by point and element, by element, by point, by name."""
        keys = [f"{place.prefix}:{node.id}" if place.prefix else None, node.id]
        if place.top:
            keys += [node.ref]
        else:
            keys.insert(0, f"{place.ref}/{node.id}" if place.ref else None)
        return self.lookup.find("steps", self.lookup.scenario.steps, (*keys, node.name))

    def _open_call(self, place: Place, number: int) -> None:
        """Makes a call the scope of the process that it calls, where that is known and wanted."""
        at = place.offset + number
        node, details = self.b.nodes[at], place.details(number)
        called = place.value(details.called)
        given = self.steps.get(at)
        if called in ENDLESS or (given is not None and given.duration is not None):
            node.body = BODY_PASS if called in ENDLESS else BODY_TASK
            return
        root = place.children.get(node.id)
        if root is None and isinstance(called, str) and called in self.library:
            data = {name: place.value(raw) for name, raw in details.inputs}
            root = Root(self.library[called], data)
        if root is None:
            message = _("{element}: the process {called} is not at hand; it counts as one task").format(
                element=node.id, called=called
            )
            self.b.findings.append(Finding("call-not-opened", "warning", message, ref=node.ref, element=node.id))
            return
        if place.depth >= MAX_DEPTH:
            raise InputError(
                _("{element}: calls are nested more than {depth} deep; a process may not call itself").format(
                    element=node.id, depth=MAX_DEPTH
                )
            )
        node.body = BODY_SCOPE
        self._place(root, "", at, place.depth + 1, node.ref or place.ref)


def _body(net: Net, number: int, details: Details, given: Step | None) -> int:
    """What happens in a node, as far as its kind says; sending and throwing are settled with the events."""
    kind, trigger = net.kinds[number], net.triggers[number]
    if kind == Kind.SCOPE:
        return BODY_SCOPE
    if kind in _AUTOMATIC or kind == Kind.SEND:
        return BODY_TASK if given is not None and given.duration is not None else BODY_PASS
    if kind == Kind.RECEIVE or (kind == Kind.CATCH and trigger != Trigger.LINK):
        return BODY_WAIT
    if kind in ACTIVITIES:
        return BODY_PASS if details.done else BODY_TASK
    if kind == Kind.EVENT_BASED:
        return BODY_GATE
    if kind == Kind.END and trigger == Trigger.TERMINATE:
        return BODY_TERMINATE
    return BODY_PASS


def is_event_scope(net: Net, number: int) -> bool:
    """Whether a node is an event sub-process."""
    return net.scope_kind.get(number) == ScopeKind.EVENT


def _set_by(net: Net, number: int) -> frozenset[str]:
    """The variables that a node of the net itself sets."""
    details, loop = net.details[number] or NO_DETAILS, net.loops.get(number)
    names = {name for name, _raw in details.outputs}
    if details.result:
        names.add(details.result)
    if details.script:
        names.update(name for name, _value in compile_script(details.script, details.result).statements)
    decision = net.decisions.get(details.decision or "")
    if decision is not None and not details.result:
        names.add(decision.variable)
    if number in net.data:
        names.update(transfer.target for transfer in net.data[number].outputs if not transfer.to_store)
    if loop is not None and loop.output:
        names.add(loop.output)
    return frozenset(names)
