"""What every instance of a process shares: its steps and the edges between them, gateways contracted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from weakref import WeakKeyDictionary

from resolute.dependencies.values import EdgeKind
from resolute.net.net import ACTIVITIES, ROOT, Kind, Net, ScopeKind, Trigger

TAGS = {
    Kind.TASK: "task",
    Kind.USER: "userTask",
    Kind.SERVICE: "serviceTask",
    Kind.SCRIPT: "scriptTask",
    Kind.SEND: "sendTask",
    Kind.RECEIVE: "receiveTask",
    Kind.RULE: "businessRuleTask",
    Kind.CALL: "callActivity",
    Kind.SCOPE: "subProcess",
    Kind.EXCLUSIVE: "exclusiveGateway",
    Kind.PARALLEL: "parallelGateway",
    Kind.INCLUSIVE: "inclusiveGateway",
    Kind.EVENT_BASED: "eventBasedGateway",
    Kind.COMPLEX: "complexGateway",
    Kind.CATCH: "intermediateCatchEvent",
    Kind.THROW: "intermediateThrowEvent",
    Kind.END: "endEvent",
}
PASSING = frozenset(
    {
        TAGS[kind]
        for kind in (
            Kind.EXCLUSIVE,
            Kind.PARALLEL,
            Kind.INCLUSIVE,
            Kind.EVENT_BASED,
            Kind.COMPLEX,
            Kind.THROW,
            Kind.END,
        )
    }
)
"""Kinds that stand in the graph only to lead on: nobody waits in them, and no report lists them."""

CALLED = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})
_CROWD = 64
"""A gateway stays in the graph when contracting it would make more edges than this."""


@dataclass(frozen=True, slots=True)
class Arc:
    """An edge between two nodes of one net."""

    kind: EdgeKind
    reason: str | None
    alternative: bool


@dataclass(frozen=True)
class Template:
    """The steps of a net and the edges between them."""

    nodes: tuple[int, ...]
    """The nodes that are steps, in the order of the net."""
    arcs: tuple[tuple[int, int, Arc], ...]
    lasts: tuple[int, ...]
    """The steps after which the process ends."""


def template(net: Net) -> Template:
    """The template of a net, made once."""
    found = _cache.get(net)
    if found is None:
        found = _cache[net] = _Contraction(net).template()
    return found


def sends(net: Net, node: int) -> bool:
    """Whether the node throws a message or a signal."""
    if net.kinds[node] == Kind.SEND:
        return True
    return net.kinds[node] in (Kind.THROW, Kind.END) and net.triggers[node] in CALLED


def is_step(net: Net, node: int) -> bool:
    """Whether the node is a step of its own: an activity, an event that is waited for, or one that calls
    another.
    """
    kind = net.kinds[node]
    if kind == Kind.SCOPE:
        return False
    return kind in ACTIVITIES or (kind == Kind.CATCH and net.triggers[node] != Trigger.LINK) or sends(net, node)


_cache: WeakKeyDictionary[Net, Template] = WeakKeyDictionary()


class _Contraction:
    """Removes everything that is no step from a copy of the net's flow graph, cheapest first."""

    def __init__(self, net: Net) -> None:
        self.net = net
        size = len(net)
        self.final = 2 * size
        self.before: list[dict[int, Arc]] = [{} for _ in range(2 * size + 1)]
        self.after: list[dict[int, Arc]] = [{} for _ in range(2 * size + 1)]
        for start, end, arc in self._arcs():
            self._join(start, end, arc)

    def template(self) -> Template:
        size = len(self.net)
        keep = [node < size and is_step(self.net, node) for node in range(2 * size)] + [True]
        queue = [(self._price(node), node) for node in range(2 * size) if not keep[node]]
        heapify(queue)
        while queue:
            price, node = heappop(queue)
            now = self._price(node)
            if now > price:
                heappush(queue, (now, node))
            elif now > _CROWD and node < size and len(self.before[node]) > 1 < len(self.after[node]):
                keep[node] = True
            else:
                self._contract(node)
        nodes = tuple(node for node in range(size) if keep[node])
        arcs = tuple((start, end, arc) for start in nodes for end, arc in self.after[start].items() if end < size)
        return Template(nodes, arcs, tuple(self.before[self.final]))

    def _price(self, node: int) -> int:
        return len(self.before[node]) * len(self.after[node])

    def _join(self, start: int, end: int, arc: Arc) -> None:
        if start != end:
            self.before[end].setdefault(start, arc)
            self.after[start].setdefault(end, arc)

    def _contract(self, node: int) -> None:
        before, after = self.before[node], self.after[node]
        self.before[node], self.after[node] = {}, {}
        for start in before:
            del self.after[start][node]
        for end in after:
            del self.before[end][node]
        for start, first in before.items():
            for end, second in after.items():
                self._join(start, end, _joined(first, second))

    def _arcs(self) -> Iterator[tuple[int, int, Arc]]:
        net, size = self.net, len(self.net)
        plain = Arc("sequence", None, False)
        other = Arc("sequence", None, True)
        for flow, (source, target) in enumerate(zip(net.sources, net.targets, strict=True)):
            start = source + size if net.kinds[source] == Kind.SCOPE else source
            merge = len(net.incoming[target]) > 1 and net.kinds[target] not in (Kind.PARALLEL, Kind.INCLUSIVE)
            yield start, target, Arc(_kind(net.links[flow]), net.reasons[flow], merge)
        for node, activity in enumerate(net.attached):
            if net.kinds[node] == Kind.BOUNDARY:
                yield activity, node, other
        for scope, members in net.members.items():
            leaves = [n for n in members if not net.outgoing[n] and net.kinds[n] != Kind.BOUNDARY]
            ways = plain if len(leaves) < 2 else other
            leaves = [n for n in leaves if net.scope_kind.get(n) != ScopeKind.EVENT]
            for leaf in leaves:
                start = leaf + size if net.kinds[leaf] == Kind.SCOPE else leaf
                yield start, self.final if scope == ROOT else scope + size, ways
            if scope != ROOT:
                for start in net.starts.get(scope, ()):
                    yield scope, start, plain
                if not leaves:
                    yield scope, scope + size, plain


_LINKS: dict[str, EdgeKind] = {"approval": "approval", "resource": "resource", "declared": "declared"}


def _kind(link: str) -> EdgeKind:
    return _LINKS.get(link, "sequence")


def _joined(first: Arc, second: Arc) -> Arc:
    strong = second if first.kind == "sequence" else first
    return replace(strong, reason=first.reason or second.reason, alternative=first.alternative or second.alternative)
