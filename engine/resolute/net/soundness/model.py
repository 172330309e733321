"""One scope of a net as a graph for the search: flows hold tokens, nodes move them at once.

Data is left aside: every condition may hold or not, every boundary event may come. Sub-processes, loops and called
processes are one step each; the inside of a sub-process is a model of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import combinations, pairwise
from typing import NamedTuple, TypeAlias, TypeVar

from resolute.net.net import GATEWAYS, ROOT, Kind, Net, ScopeKind, Trigger

MAX_SUBSETS = 6
"""Up to so many flows every choice of an inclusive split is looked at; beyond, single ones, pairs and all."""


MAX_PAIRS = 60
"""Up to so many flows every pair is looked at; beyond, neighbours, and the verdict says that it is no proof."""
MAX_WAYS = 4_000
"""How many ways out of one node are looked at, when events on its border may come beside each of them."""

T = TypeVar("T")

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
    sampled: bool = False
    """Whether not every way out of every node is there, since there are too many."""
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


def model_of(net: Net, without: frozenset[int], begin: tuple[int, ...]) -> Model:
    """The part of a scope that tokens reach from `begin`: nodes that it is entered by, or one of its boundary events.

    Of the boundary events `without` nothing is taken up.
    """
    model = Model()
    fresh = len(net.flow_ids)
    aside = bool(begin) and net.kinds[begin[0]] == Kind.BOUNDARY
    reached = _reached(net, _targets(net, begin[0]) if aside else begin, without)
    members = [node for node in sorted(reached) if plays(net, node)]
    for node in members:
        model.joins[node] = _join(net.kinds[node])
        model.incoming[node] = list(net.incoming[node])
        for flow in net.incoming[node]:
            model.targets[flow] = node
        if any(event.trigger == Trigger.TERMINATE for event in net.events.get(node, ())):
            model.terminating.add(node)
        ways, sampled = _ways(net, node, without)
        model.ways[node] = [Way(flows, (node,)) for flows in ways]
        model.sampled = model.sampled or sampled
    for node in members:
        fresh = _end_paths(model, node, fresh)
        for way in model.ways[node]:
            for flow in way.flows:
                model.sources[flow] = node
    if aside:
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


def _ways(net: Net, node: int, without: frozenset[int]) -> tuple[list[tuple[int, ...]], bool]:
    """Each set of flows that may get tokens when the node is left; whether these are too many, so only a sample."""
    normal, sampled = _normal(net, node)
    beside: list[tuple[int, ...]] = []
    instead: list[tuple[int, ...]] = []
    for boundary in net.boundaries.get(node, ()):
        if boundary not in without and net.triggers[boundary] != Trigger.COMPENSATION:
            (instead if net.interrupting[boundary] else beside).append(net.outgoing[boundary])
    some, few = _subsets(beside)
    if len(normal) * len(some) > MAX_WAYS:
        some, few = some[-1:], True
    ways = normal + [way + sum(also, ()) for also in some for way in normal]
    return list(dict.fromkeys([*ways, *instead])), sampled or few


def _normal(net: Net, node: int) -> tuple[list[tuple[int, ...]], bool]:
    outgoing = net.outgoing[node]
    kind = net.kinds[node]
    if kind in (Kind.EXCLUSIVE, Kind.EVENT_BASED):
        if kind == Kind.EVENT_BASED and net.details[node].parallel:
            return [outgoing], False
        return [(flow,) for flow in outgoing] or [()], False
    chosen = [flow for flow in outgoing if net.conditions[flow] is not None or net.is_default(flow)]
    always = tuple(flow for flow in outgoing if flow not in chosen)
    if kind == Kind.PARALLEL or not chosen:
        return [outgoing], False
    conditional = [flow for flow in chosen if not net.is_default(flow)]
    some, sampled = _subsets(conditional)
    ways = [always + subset for subset in some]
    if len(chosen) > len(conditional):
        ways.append(always + tuple(set(chosen) - set(conditional)))
    elif always and kind not in GATEWAYS:
        ways.append(always)
    return ways, sampled


def _subsets(parts: list[T]) -> tuple[list[tuple[T, ...]], bool]:
    """The non-empty choices: all of few, of many single ones, pairs and all; of very many a sample, told by True."""
    if len(parts) > MAX_PAIRS:
        return [*((part,) for part in parts), *pairwise(parts), tuple(parts)], True
    sizes = range(1, len(parts) + 1) if len(parts) <= MAX_SUBSETS else (1, 2, len(parts))
    return [subset for size in sizes for subset in combinations(parts, size)], False


def _end_paths(model: Model, node: int, fresh: int) -> int:
    """Gives ways out that lead nowhere a flow of their own into the sink, one for each node."""
    if all(way.flows for way in model.ways[node]):
        return fresh
    model.ways[node] = [way._replace(flows=way.flows or (fresh,)) for way in model.ways[node]]
    model.targets[fresh] = SINK
    model.sinks[fresh] = node
    return fresh + 1
