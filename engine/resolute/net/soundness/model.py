"""One scope of a net as a graph for the search: flows hold tokens, nodes move them at once.

Data is left aside: every condition may hold or not, every boundary event may come. Sub-processes, loops and called
processes are one step each; the inside of a sub-process is a model of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations
from typing import NamedTuple, TypeAlias

from resolute.net.net import GATEWAYS, ROOT, Kind, Net, ScopeKind, Trigger

MAX_SUBSETS = 6
"""Up to so many flows every choice of an inclusive split is looked at; beyond, single ones, pairs and all."""


Path: TypeAlias = "tuple[int | Path, ...]"
"""Nodes in order, nested so that joining two paths takes no time; `flat` reads them."""


def flat(path: Path) -> Iterator[int]:
    """The nodes of a path, in order."""
    stack: list[int | Path] = [path]
    while stack:
        part = stack.pop()
        if isinstance(part, int):
            yield part
        else:
            stack.extend(reversed(part))


class Way(NamedTuple):
    """One way in which a node may be left."""

    flows: tuple[int, ...]
    """What gets a token."""
    path: Path
    """The nodes passed: the node itself, and those that reduction has drawn into it."""
    beside: Path = ()
    """Nodes that some other way, now taken for this one, passes."""


class Join(IntEnum):
    """How a node takes tokens."""

    EACH = 0
    ALL = 1
    INCLUSIVE = 2


@dataclass
class Model:
    """Nodes with what they take and give. Reduction changes it; a search only reads it."""

    joins: dict[int, Join] = field(default_factory=dict)
    incoming: dict[int, list[int]] = field(default_factory=dict)
    ways: dict[int, list[Way]] = field(default_factory=dict)
    targets: dict[int, int] = field(default_factory=dict)
    """Flow -> the node that takes from it; flows into SINK are never taken from."""
    sources: dict[int, int] = field(default_factory=dict)
    terminating: set[int] = field(default_factory=set)
    """Nodes that take away all tokens of the scope."""
    initial: tuple[int, ...] = ()
    """The flows that hold a token at the start."""
    sinks: dict[int, int] = field(default_factory=dict)
    """Flow -> the end that it stands for: a second token there means that the end was reached twice."""


SINK = -2


def entries(net: Net, scope: int) -> list[tuple[int, ...]]:
    """The alternative ways into a scope: the nodes that get a token at once, of a process for each start event.

    An instantiating receive task or gateway is an alternative of its own (BPMN 2.0.2, clauses 10.3.3 and 10.6.6).
    """
    found = [net.starts[scope]]
    if scope == ROOT:
        found += [(node,) for node in net.members[ROOT] if _begins(net, node) and (node,) != net.starts[ROOT]]
    return found


def _begins(net: Net, node: int) -> bool:
    return net.kinds[node] == Kind.START or (net.details[node].instantiate and not net.incoming[node])


def asides(net: Net, scope: int) -> frozenset[int]:
    """The boundary events that interrupt nothing and whose paths never come back to the main one.

    Such a path (a reminder, a word to someone) may well run several times at once; it is looked at by itself.
    """
    waiting = {
        boundary: _reached(net, _targets(net, boundary), frozenset())
        for boundary in net.members[scope]
        if net.attached[boundary] >= 0 and not net.interrupting[boundary]
    }
    while True:
        main = _reached(net, {node for entry in entries(net, scope) for node in entry}, frozenset(waiting))
        back = [boundary for boundary, path in waiting.items() if path & main]
        if not back:
            return frozenset(waiting)
        for boundary in back:
            del waiting[boundary]


def _reached(net: Net, nodes: Iterable[int], without: frozenset[int]) -> set[int]:
    """The nodes that tokens in `nodes` can reach, by boundary events too, except those in `without`."""
    found: set[int] = set()
    stack = list(nodes)
    while stack:
        node = stack.pop()
        if node not in found:
            found.add(node)
            stack += _targets(net, node)
            for boundary in net.boundaries.get(node, ()):
                stack += [] if boundary in without else _targets(net, boundary)
    return found


def _targets(net: Net, node: int) -> list[int]:
    return [net.targets[flow] for flow in net.outgoing[node]]


def model_of(net: Net, scope: int, without: frozenset[int], begin: tuple[int, ...]) -> Model:
    """The model of one scope without some of its boundary events, from nodes that it is entered by or a boundary."""
    model = Model()
    fresh = len(net.flow_ids)
    members = [node for node in net.members[scope] if plays(net, node)]
    for node in members:
        model.joins[node] = _join(net.kinds[node])
        model.incoming[node] = list(net.incoming[node])
        for flow in net.incoming[node]:
            model.targets[flow] = node
        if any(event.trigger == Trigger.TERMINATE for event in net.events.get(node, ())):
            model.terminating.add(node)
        model.ways[node] = [Way(flows, (node,)) for flows in _ways(net, node, without)]
    for node in members:
        fresh = _end_paths(model, node, fresh)
        for way in model.ways[node]:
            for flow in way.flows:
                model.sources[flow] = node
    if begin and net.kinds[begin[0]] == Kind.BOUNDARY:
        model.initial = net.outgoing[begin[0]]
        return model
    initial = []
    for node in begin:
        model.incoming[node] = [*model.incoming[node], fresh]
        model.targets[fresh] = node
        initial.append(fresh)
        fresh += 1
    model.initial = tuple(initial)
    return model


def plays(net: Net, node: int) -> bool:
    """Whether tokens of the scope can reach it: no boundary event, handler or event sub-process."""
    return (
        net.kinds[node] != Kind.BOUNDARY
        and not net.details[node].compensation
        and net.scope_kind.get(node) != ScopeKind.EVENT
    )


def _join(kind: Kind) -> Join:
    if kind == Kind.PARALLEL:
        return Join.ALL
    return Join.INCLUSIVE if kind in (Kind.INCLUSIVE, Kind.COMPLEX) else Join.EACH


def _ways(net: Net, node: int, without: frozenset[int]) -> list[tuple[int, ...]]:
    """Each set of flows that may get tokens when the node is left."""
    found = _normal(net, node)
    extra: list[tuple[int, ...]] = []
    for boundary in net.boundaries.get(node, ()):
        if boundary in without or net.triggers[boundary] == Trigger.COMPENSATION:
            continue
        out = net.outgoing[boundary]
        if net.interrupting[boundary]:
            extra.append(out)
        else:
            found = found + [way + out for way in found]
    return list(dict.fromkeys([*found, *extra]))


def _normal(net: Net, node: int) -> list[tuple[int, ...]]:
    outgoing = net.outgoing[node]
    kind = net.kinds[node]
    if kind in (Kind.EXCLUSIVE, Kind.EVENT_BASED):
        if kind == Kind.EVENT_BASED and net.details[node].parallel:
            return [outgoing]
        return [(flow,) for flow in outgoing] or [()]
    chosen = [flow for flow in outgoing if net.conditions[flow] is not None or net.is_default(flow)]
    always = tuple(flow for flow in outgoing if flow not in chosen)
    if kind == Kind.PARALLEL or not chosen:
        return [outgoing]
    conditional = [flow for flow in chosen if not net.is_default(flow)]
    ways = [always + subset for subset in _subsets(conditional)]
    if len(chosen) > len(conditional):
        ways.append(always + tuple(set(chosen) - set(conditional)))
    elif always and kind not in GATEWAYS:
        ways.append(always)
    return ways


def _subsets(flows: list[int]) -> list[tuple[int, ...]]:
    """The non-empty choices, all of them or a sample of many."""
    sizes = range(1, len(flows) + 1) if len(flows) <= MAX_SUBSETS else (1, 2, len(flows))
    return [subset for size in sizes for subset in combinations(flows, size)]


def _end_paths(model: Model, node: int, fresh: int) -> int:
    """Gives ways out that lead nowhere a flow of their own into the sink, one for each node."""
    if all(way.flows for way in model.ways[node]):
        return fresh
    model.ways[node] = [way._replace(flows=way.flows or (fresh,)) for way in model.ways[node]]
    model.targets[fresh] = SINK
    model.sinks[fresh] = node
    return fresh + 1
