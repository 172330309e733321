"""Which inputs of a joining gateway a token elsewhere can still reach, for every node at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from weakref import WeakKeyDictionary

from resolute.net.net import Net


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and flows, with the flows out of a boundary event counted as the activity's own."""

    incoming: Mapping[int, Sequence[int]] | Sequence[Sequence[int]]
    outgoing: Mapping[int, Sequence[int]] | Sequence[Sequence[int]]
    sources: Mapping[int, int] | Sequence[int]
    targets: Mapping[int, int] | Sequence[int]


@dataclass(frozen=True, slots=True)
class _Known:
    """What has been worked out for one net."""

    graph: Graph
    order: Sequence[int]
    """The place of each node in a reverse postorder: where there are no loops, after all that leads to it."""
    joins: dict[int, tuple[dict[int, frozenset[int]], int | None]]


_known: WeakKeyDictionary[Net, _Known] = WeakKeyDictionary()


def reachable_inputs(net: Net, join: int) -> dict[int, frozenset[int]]:
    """Node -> the incoming flows of `join` that a token inside the node can reach without passing `join`.

    Nodes that reach none are left out. Takes time linear in the part of the net before the join.
    """
    return inputs_of(_of(net).graph, join)


def deciding_inputs(net: Net, join: int) -> dict[int, frozenset[int]]:
    """Like `reachable_inputs`, without nodes that reach every input: their tokens never keep the join waiting.

    Worked out once for a join, where possible only between it and the nearest node that all ways to it pass, so
    that joins in a row take linear time together.
    """
    return before_join(net, join)[0]


def before_join(net: Net, join: int) -> tuple[dict[int, frozenset[int]], int | None]:
    """The `deciding_inputs` of a join, and the nearest node that all ways to it pass; None when there is none."""
    known = _of(net)
    if join not in known.joins:
        between, gate = _between(known, join)
        reach = inputs_of(known.graph, join, between)
        if gate is not None and len(reach[gate]) < len(net.incoming[join]):
            reach = inputs_of(known.graph, join)
        known.joins[join] = reach, gate
    return known.joins[join]


def _of(net: Net) -> _Known:
    if net not in _known:
        graph = _graph(net)
        _known[net] = _Known(graph, _order(graph, len(net)), {})
    return _known[net]


def _order(graph: Graph, size: int) -> Sequence[int]:
    """The place of each node in a reverse postorder of the whole graph."""
    place = [-1] * size
    number = size
    roots = [node for node in range(size) if not graph.incoming[node]]
    for root in (*roots, *range(size)):
        if place[root] >= 0:
            continue
        place[root] = 0
        work = [(root, iter(graph.outgoing[root]))]
        while work:
            node, flows = work[-1]
            target = next((graph.targets[flow] for flow in flows if place[graph.targets[flow]] < 0), None)
            if target is None:
                work.pop()
                number -= 1
                place[node] = number
            else:
                place[target] = 0
                work.append((target, iter(graph.outgoing[target])))
    return place


def _between(known: _Known, join: int) -> tuple[set[int], int | None]:
    """The nodes before a join up to the nearest that all ways to it pass, and that one; None when there is none.

    Goes back node by node, the latest first, until only one is left to go back from.
    """
    graph, order = known.graph, known.order
    found: set[int] = set()
    heap: list[tuple[int, int]] = []

    def go_back_from(node: int) -> None:
        for flow in graph.incoming[node]:
            source = graph.sources[flow]
            if source != join and source not in found:
                found.add(source)
                heappush(heap, (-order[source], source))

    go_back_from(join)
    while heap:
        _place, node = heappop(heap)
        if not heap:
            return found, node
        go_back_from(node)
    return found, None


def _graph(net: Net) -> Graph:
    outgoing = [list(flows) for flows in net.outgoing]
    sources = list(net.sources)
    for host, boundaries in net.boundaries.items():
        for boundary in boundaries:
            outgoing[host] += net.outgoing[boundary]
            for flow in net.outgoing[boundary]:
                sources[flow] = host
    return Graph(net.incoming, outgoing, sources, net.targets)


def inputs_of(graph: Graph, join: int, before: set[int] | None = None) -> dict[int, frozenset[int]]:
    """Like `reachable_inputs`, on any graph; only for the nodes `before` the join when they are given."""
    if before is None:
        before = _nodes_before(graph, join)
    reach: dict[int, frozenset[int]] = {}
    for component in _components(graph, join, before):
        inputs: set[int] = set()
        parts: list[frozenset[int]] = []
        for node in component:
            for flow in graph.outgoing[node]:
                target = graph.targets[flow]
                if target == join:
                    inputs.add(flow)
                elif target in reach:
                    parts.append(reach[target])
        found = _united(inputs, parts)
        for node in component:
            reach[node] = found
    return reach


def _united(inputs: set[int], parts: list[frozenset[int]]) -> frozenset[int]:
    """The union; the part itself where it is the only one, so that long sequences share one set."""
    if not inputs and len(set(map(id, parts))) == 1:
        return parts[0]
    return frozenset(inputs.union(*parts))


def _nodes_before(graph: Graph, join: int) -> set[int]:
    """The nodes from which the join can be reached without passing it."""
    found: set[int] = set()
    stack = [graph.sources[flow] for flow in graph.incoming[join]]
    while stack:
        node = stack.pop()
        if node != join and node not in found:
            found.add(node)
            stack.extend(graph.sources[flow] for flow in graph.incoming[node])
    return found


def _components(graph: Graph, join: int, nodes: set[int]) -> Iterator[list[int]]:
    """Strongly connected components in reverse topological order (Tarjan, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()

    def successors(node: int) -> Iterator[int]:
        targets = (graph.targets[flow] for flow in graph.outgoing[node])
        return (target for target in targets if target != join and target in nodes)

    def enter(node: int) -> tuple[int, Iterator[int]]:
        order[node] = low[node] = len(order)
        stack.append(node)
        on_stack.add(node)
        return node, successors(node)

    for root in nodes:
        if root in order:
            continue
        work = [enter(root)]
        while work:
            node, rest = work[-1]
            target = next(rest, None)
            if target is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    yield _popped(stack, on_stack, node)
            elif target not in order:
                work.append(enter(target))
            elif target in on_stack:
                low[node] = min(low[node], order[target])


def _popped(stack: list[int], on_stack: set[int], root: int) -> list[int]:
    component = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        component.append(node)
        if node == root:
            return component
