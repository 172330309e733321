"""Turns net and marking of every running instance into wait nodes: the AND/OR graph of what waits for what.

A parallel join waits for every branch that has not come (AND), a merge for the first (OR), a called process or
a sub-process for all its tokens, a message for whoever can still send it. What a token stands in, and what no
other step can bring about, is a source: something to act on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

from resolute.dependencies.drains import Drains, terminates
from resolute.dependencies.outcomes import OUTCOMES
from resolute.dependencies.reach import Reach
from resolute.dependencies.template import sends
from resolute.dependencies.waits import Waits
from resolute.execution.correlation import NO_KEY, key_of
from resolute.execution.snapshot import BufferedMessage, InstanceView
from resolute.net.expressions import ExpressionError, value
from resolute.net.net import ROOT, Kind, LoopKind, Net, ScopeKind, Trigger
from resolute.net.reach import before_join

CALLED = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})

Sender = tuple[str, int]
Name = tuple[Trigger, str | None, str | None, str]


class Wiring:
    """The wait nodes of all running instances.

    `release` and `days` of nodes are set by the caller, who knows deadlines and durations: `sources` are the
    nodes that need one.
    """

    def __init__(self, views: Iterable[InstanceView], reaches: Mapping[str, Reach], buffered: Set[Name]) -> None:
        """`buffered` are the messages that lie ready."""
        self.waits = Waits()
        self.reaches = reaches
        self.views = {view.id: view for view in views if view.state == "running"}
        self.done: dict[str, dict[int, int]] = {}
        """Instance -> node -> the wait node of its end."""
        self.sources: dict[int, tuple[str, int]] = {}
        """Wait node -> the instance and node that can be acted on."""
        self.unsent: dict[int, tuple[str, int]] = {}
        """Wait node -> the instance and node that wait for what nothing that runs can send."""
        self._entered: dict[tuple[str, int], int] = {}
        self._ended: dict[str, int] = {}
        self.senders: dict[Name, list[Sender]] = {}
        self._hubs: dict[Name, int | None] = {}
        self._buffered = buffered
        self._children: dict[tuple[str, str | None], list[str]] = {}
        for view in self.views.values():
            if view.parent is not None:
                self._children.setdefault((view.parent, view.parent_element), []).append(view.id)
        self._nodes()
        for view in self.views.values():
            for node in self.done[view.id]:
                _Wire(self, view, node).wire()

    def _nodes(self) -> None:
        for view in self.views.values():
            found = self.reaches[view.id]
            nodes = sorted(found.active | found.entered)
            self.done[view.id] = {node: self.waits.add() for node in nodes}
            for node in nodes:
                if sends(found.net, node):
                    for name in names(view, node):
                        self.senders.setdefault(name, []).append((view.id, node))

    def entered(self, view: InstanceView, node: int) -> int:
        """The wait node that happens when a token comes to `node`, apart from its end."""
        key = (view.id, node)
        if key not in self._entered:
            self._entered[key] = self.waits.add()
            _Wire(self, view, node).enter(self._entered[key])
        return self._entered[key]

    def is_entered(self, view: InstanceView, node: int) -> bool:
        """Whether `entered` was asked for already."""
        return (view.id, node) in self._entered

    def children(self, view: InstanceView, node: int) -> list[str]:
        """The running instances that a call activity has started."""
        return self._children.get((view.id, view.net.ids[node]), [])

    def ended(self, instance: str) -> int:
        """The wait node that happens when a running instance has ended."""
        if instance not in self._ended:
            self._ended[instance] = self.waits.add()
            view = self.views[instance]
            self.close(view, ROOT, self._ended[instance])
        return self._ended[instance]

    def close(self, view: InstanceView, scope: int, target: int) -> None:
        """`target` waits until all tokens of a scope have gone, or until one of them comes to a terminate
        event.
        """
        net: Net = view.net
        done = self.done[view.id]
        members = net.members.get(scope, ())
        cuts = [n for n in members if n in done and terminates(net, n)]
        drains = Drains(self.waits, self.reaches[view.id], self.done[view.id])
        held = self.held(view, self.standing(view, members), drains)
        if not held and scope not in self.reaches[view.id].active:
            held = [drains.of(start) for start in net.starts.get(scope, ()) if start in done]
        self.waits.any_of[target] = 1
        if held and not drains.always_cut(self.standing(view, members)):
            rest = self.waits.add()
            for drain in held:
                self.waits.link(drain, rest)
            self.waits.link(rest, target)
        for cut in cuts:
            self.waits.link(done[cut], target)

    def standing(self, view: InstanceView, members: Iterable[int]) -> list[int]:
        """The nodes among `members` that hold a token, or whose join holds one."""
        found = self.reaches[view.id]
        joins = {view.net.targets[flow] for flow in found.tokens}
        return [
            node
            for node in members
            if (node in found.active and view.net.kinds[node] != Kind.EVENT_BASED) or node in joins
        ]

    def held(self, view: InstanceView, standing: Iterable[int], drains: Drains) -> list[int]:
        """The wait nodes after which every token is gone; events after one gateway count as one."""
        held: list[int] = []
        choices: dict[int, list[int]] = {}
        for node in standing:
            gateway = _choice(view.net, node)
            if gateway is None:
                held.append(drains.of(node))
            else:
                choices.setdefault(gateway, []).append(drains.of(node))
        for options in choices.values():
            held.append(self.waits.add(any_of=True))
            for option in options:
                self.waits.link(option, held[-1])
        return held

    def sender(self, view: InstanceView, node: int) -> int | None:
        """A wait node that happens when what the node waits for is sent; None when nothing can send it any
        more.
        """
        found = []
        for name in names(view, node):
            if name not in self._hubs:
                senders = self.senders.get(name, ())
                self._hubs[name] = self.waits.add(any_of=True) if senders else None
                for instance, sending in senders:
                    self.waits.link(self.done[instance][sending], self._hubs[name] or 0)
            hub = self._hubs[name]
            if hub is not None:
                found.append(hub)
        if len(found) < 2:
            return found[0] if found else None
        either = self.waits.add(any_of=True)
        for hub in found:
            self.waits.link(hub, either)
        return either

    def has_come(self, view: InstanceView, node: int) -> bool:
        """Whether a message that `node` takes lies ready."""
        return any(name in self._buffered for name in names(view, node))


def ready(messages: Iterable[BufferedMessage]) -> frozenset[Name]:
    """The names of messages that nobody has taken yet."""
    return frozenset((Trigger.MESSAGE, item.name, item.group, key_of(item.correlation)) for item in messages)


def names(view: InstanceView, node: int) -> list[Name]:
    """The messages and signals that a node sends or takes, with their key; they stay inside the group."""
    return [
        (definition.trigger, definition.name, view.group, _key(view, definition.correlation))
        for definition in view.net.events.get(node, ())
        if definition.trigger in CALLED
    ]


def _key(view: InstanceView, raw: str | None) -> str:
    if raw is None:
        return NO_KEY
    try:
        return key_of(value(raw, view.data))
    except ExpressionError:
        return NO_KEY


def _choice(net: Net, node: int) -> int | None:
    """The event-based gateway that made the node one of several events to wait for."""
    if net.kinds[node] not in (Kind.CATCH, Kind.RECEIVE):
        return None
    sources = [net.sources[flow] for flow in net.incoming[node]]
    gateways = [n for n in sources if net.kinds[n] == Kind.EVENT_BASED and not net.details[n].parallel]
    return gateways[0] if gateways else None


class _Wire:
    """Wires one node of one instance."""

    def __init__(self, wiring: Wiring, view: InstanceView, node: int) -> None:
        self.wiring = wiring
        self.waits = wiring.waits
        self.view = view
        self.node = node
        self.net: Net = view.net
        self.kind = self.net.kinds[node]
        self.reach = wiring.reaches[view.id]
        self.done = wiring.done[view.id]
        self.own = self.done.get(node, -1)

    def wire(self) -> None:
        """Links what the end of the node waits for."""
        if self.node in self.reach.active:
            self._wire_active()
        elif self.kind == Kind.BOUNDARY:
            self._wire_event(self.net.attached[self.node])
        elif self.kind == Kind.START and self._in_event_scope():
            self._wire_event(self.net.parents[self.net.parents[self.node]])
        elif self.kind == Kind.SCOPE and self.net.members.get(self.node):
            self.wiring.close(self.view, self.node, self.own)
        elif self.kind in (Kind.CATCH, Kind.RECEIVE) and self._called():
            self._wire_catch()
        elif self.wiring.is_entered(self.view, self.node):
            self.waits.link(self.wiring.entered(self.view, self.node), self.own)
        else:
            self.enter(self.own)

    def _wire_active(self) -> None:
        if self.kind == Kind.SCOPE:
            self.wiring.close(self.view, self.node, self.own)
            return
        children = self.wiring.children(self.view, self.node) if self.kind == Kind.CALL else []
        if children:
            for child in children:
                self.waits.link(self.wiring.ended(child), self.own)
        elif self.kind == Kind.EVENT_BASED:
            self.waits.any_of[self.own] = 1
            for flow in self.net.outgoing[self.node]:
                self.waits.link(self.done[self.net.targets[flow]], self.own)
        else:
            self._wait_outside()

    def _wait_outside(self) -> None:
        """Waits for whoever can send it; where nobody can, it is for someone outside to act."""
        sender = self.wiring.sender(self.view, self.node) if self._called() else None
        if sender is not None:
            self.waits.link(sender, self.own)
            return
        self.wiring.sources[self.own] = (self.view.id, self.node)
        if self.kind in (Kind.BOUNDARY, Kind.START) and self.net.triggers[self.node] != Trigger.TIMER:
            self.waits.unusual.add(self.own)

    def _wire_event(self, host: int) -> None:
        """A boundary event, or the start of an event sub-process in `host`."""
        if self.net.triggers[self.node] in OUTCOMES:
            self.waits.any_of[self.own] = 1
            for thrower in self.reach.thrown[self.node]:
                self.waits.link(self.done[thrower], self.own)
        elif host == ROOT or host in self.reach.active:
            self._wait_outside()
        else:
            self.waits.link(self.wiring.entered(self.view, host), self.own)
            self.waits.link(self._chance(), self.own)

    def _chance(self) -> int:
        """An event that may come once its activity has begun; nobody counts on it."""
        node = self.waits.add()
        self.waits.source(node, 0)
        self.waits.unusual.add(node)
        return node

    def _wire_catch(self) -> None:
        self.waits.link(self.wiring.entered(self.view, self.node), self.own)
        if self.wiring.has_come(self.view, self.node):
            return
        sender = self.wiring.sender(self.view, self.node)
        if sender is not None:
            self.waits.link(sender, self.own)
        else:
            self.wiring.unsent[self.own] = (self.view.id, self.node)

    def enter(self, target: int) -> None:
        """Links what `target`, the coming of a token to the node, waits for."""
        incoming = self.net.incoming[self.node]
        if not incoming:
            scope = self.net.parents[self.node]
            if scope != ROOT and self.node in self.net.starts.get(scope, ()):
                if scope in self.reach.entered:
                    self.waits.link(self.wiring.entered(self.view, scope), target)
                else:
                    self.waits.dead[target] = 1
            return
        if self.kind == Kind.PARALLEL:
            self._enter_join(target, incoming)
            return
        if self.kind == Kind.INCLUSIVE and len(incoming) > 1:
            self._enter_inclusive(target, incoming)
            return
        self._first_of(target, incoming)

    def _first_of(self, target: int, incoming: Iterable[int]) -> None:
        self.waits.any_of[target] = 1
        for flow in incoming:
            if flow in self.reach.flows:
                self.waits.link(self.done[self.net.sources[flow]], target)

    def _enter_inclusive(self, target: int, incoming: Iterable[int]) -> None:
        """Waits for a token, and until every other one that could come has come or has gone another way."""
        inputs, gate = before_join(self.net, self.node)
        filled = self._filled
        late: dict[object, list[int]] = {}
        for node, flows in inputs.items():
            if flows and not flows & filled and node != self.node:
                late.setdefault(flows if len(flows) == 1 else node, []).append(node)
        drains = Drains(self.waits, self.reach, self.done, within=inputs.keys())
        held = [
            self._first(self.wiring.held(self.view, standing, drains))
            for nodes in late.values()
            if (standing := self.wiring.standing(self.view, nodes))
        ]
        if not held and gate in self.done:
            held = [drains.of(gate)]
        for drain in held:
            self.waits.link(drain, target)
        if not filled or not held:
            some = self.waits.add()
            self._first_of(some, incoming)
            self.waits.link(some, target)

    def _first(self, nodes: Sequence[int]) -> int:
        """A wait node that happens when the first of some does."""
        if len(nodes) == 1:
            return nodes[0]
        first = self.waits.add(any_of=True)
        for node in nodes:
            self.waits.link(node, first)
        return first

    def _enter_join(self, target: int, incoming: Iterable[int]) -> None:
        for flow in incoming:
            if flow in self._filled:
                continue
            if flow in self.reach.flows:
                self.waits.link(self.done[self.net.sources[flow]], target)
            else:
                self.waits.dead[target] = 1

    @cached_property
    def _filled(self) -> frozenset[int]:
        """The flows into the node whose token has come; of rounds side by side: in every round."""
        filled = self.reach.tokens.intersection(self.net.incoming[self.node])
        scope = self.net.parents[self.node]
        while filled and scope != ROOT:
            if scope in self.net.loops and self.net.loops[scope].kind == LoopKind.PARALLEL:
                return filled - self.reach.flows
            scope = self.net.parents[scope]
        return filled

    def _called(self) -> bool:
        return self.net.triggers[self.node] in CALLED or self.kind == Kind.RECEIVE

    def _in_event_scope(self) -> bool:
        return self.net.scope_kind.get(self.net.parents[self.node]) == ScopeKind.EVENT
