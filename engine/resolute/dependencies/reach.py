"""Where the tokens of an instance stand and where they can still get to, by the flows alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from resolute.dependencies.outcomes import OUTCOMES, catchers
from resolute.execution.snapshot import InstanceView
from resolute.net.net import ROOT, Kind, Net, ScopeKind, Trigger

_SPLITS = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.EVENT_BASED, Kind.COMPLEX})
_APART = OUTCOMES | {Trigger.COMPENSATION}
"""Boundary events that do not come by themselves."""


@dataclass(frozen=True)
class Reach:
    """What can still happen in one running instance."""

    net: Net
    active: frozenset[int]
    """Nodes with a token inside, and events that are waited for."""
    tokens: frozenset[int]
    """Flows on which a token waits at a join."""
    entered: frozenset[int]
    """Nodes that a token can still come to."""
    flows: frozenset[int]
    """Flows that a token can still take."""
    again: frozenset[int]
    """Nodes that a token comes to for certain: there is no choice on the way."""
    thrown: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """Event that catches errors, escalations or a cancellation -> the nodes out of which these can still come."""


def reach(view: InstanceView) -> Reach:
    """The reach of an instance; empty for one that has ended."""
    net: Net = view.net
    if view.state != "running":
        return Reach(net, frozenset(), frozenset(), frozenset(), frozenset(), frozenset())
    active = frozenset(_active(view))
    tokens = frozenset(view.marking.flows)
    entered: set[int] = set()
    flows: set[int] = set()
    thrown: dict[int, tuple[int, ...]] = {}
    stack = [after for node in active for after in _left(net, node, flows, thrown)]
    stack.extend(_event_starts(net, ROOT))
    stack += [net.targets[flow] for flow in tokens]
    while stack:
        node = stack.pop()
        if node not in entered:
            entered.add(node)
            if node not in active:
                stack.extend(_left(net, node, flows, thrown))
            stack.extend(_inside(net, node))
    again = _without_choice(net, active, tokens)
    return Reach(net, active, tokens, frozenset(entered), frozenset(flows), again, thrown)


def _active(view: InstanceView) -> Iterator[int]:
    net: Net = view.net
    for node, count in view.marking.nodes.items():
        if count > 0 and net.kinds[node] not in (Kind.BOUNDARY, Kind.START):
            yield node
            if net.kinds[node] == Kind.EVENT_BASED:
                yield from (net.targets[flow] for flow in net.outgoing[node])
    for wait in view.waits:
        found = net.index.get(wait.element)
        if found is not None and net.kinds[found] in (Kind.CATCH, Kind.RECEIVE):
            yield found


def _left(net: Net, node: int, flows: set[int], thrown: dict[int, tuple[int, ...]]) -> Iterator[int]:
    """Where a token can get from inside a node: along its flows, out at its boundary, to whoever catches it."""
    for flow in net.outgoing[node]:
        flows.add(flow)
        yield net.targets[flow]
    for boundary in net.boundaries.get(node, ()):
        if net.triggers[boundary] not in _APART:
            yield boundary
    for catcher in catchers(net, node):
        thrown[catcher] = (*thrown.get(catcher, ()), node)
        yield catcher
    if net.kinds[node] == Kind.SCOPE:
        yield from _event_starts(net, node)


def _inside(net: Net, node: int) -> Iterator[int]:
    if net.kinds[node] == Kind.SCOPE:
        yield from net.starts.get(node, ())


def _event_starts(net: Net, scope: int) -> Iterator[int]:
    """The event sub-processes of a scope: they can start as long as it is open."""
    for inner in net.event_scopes.get(scope, ()):
        yield from (start for start in net.starts.get(inner, ()) if net.triggers[start] not in OUTCOMES)


def _without_choice(net: Net, active: frozenset[int], tokens: frozenset[int]) -> frozenset[int]:
    seen: set[int] = set()
    stack = [node for node in active if net.kinds[node] != Kind.EVENT_BASED]
    stack += [net.targets[flow] for flow in tokens]
    inside = set(stack)
    while stack:
        node = stack.pop()
        if node not in inside:
            if node in seen:
                continue
            seen.add(node)
            if net.scope_kind.get(node, ScopeKind.EMBEDDED) != ScopeKind.EMBEDDED:
                continue
            stack.extend(_inside(net, node))
        inside.discard(node)
        flows = net.outgoing[node]
        chosen = len(flows) > 1 and (net.kinds[node] in _SPLITS or any(net.conditions[f] for f in flows))
        if not chosen:
            stack.extend(net.targets[flow] for flow in flows)
    return frozenset(seen)
