"""Which inputs of a joining gateway a token elsewhere can still reach, for every node at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from resolute.net.net import Net


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and flows, with the flows out of a boundary event counted as the activity's own."""

    incoming: Mapping[int, Sequence[int]] | Sequence[Sequence[int]]
    outgoing: Mapping[int, Sequence[int]] | Sequence[Sequence[int]]
    sources: Mapping[int, int] | Sequence[int]
    targets: Mapping[int, int] | Sequence[int]


_known: WeakKeyDictionary[Net, tuple[Graph, dict[int, dict[int, frozenset[int]]]]] = WeakKeyDictionary()


def reachable_inputs(net: Net, join: int) -> dict[int, frozenset[int]]:
    """Node -> the incoming flows of `join` that a token inside the node can reach without passing `join`.

    Nodes that reach none are left out. Worked out once for a join, in time linear in the part of the net before
    it.
    """
    if net not in _known:
        _known[net] = (_graph(net), {})
    graph, joins = _known[net]
    if join not in joins:
        joins[join] = inputs_of(graph, join)
    return joins[join]


def _graph(net: Net) -> Graph:
    outgoing = [list(flows) for flows in net.outgoing]
    sources = list(net.sources)
    for host, boundaries in net.boundaries.items():
        for boundary in boundaries:
            outgoing[host] += net.outgoing[boundary]
            for flow in net.outgoing[boundary]:
                sources[flow] = host
    return Graph(net.incoming, outgoing, sources, net.targets)


def inputs_of(graph: Graph, join: int) -> dict[int, frozenset[int]]:
    """Like `reachable_inputs`, on any graph."""
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
