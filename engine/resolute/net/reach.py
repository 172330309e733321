"""Which inputs of a joining gateway a token elsewhere can still reach, for every node at once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from resolute.net.net import Net

_known: WeakKeyDictionary[Net, dict[int, dict[int, frozenset[int]]]] = WeakKeyDictionary()


def reachable_inputs(net: Net, join: int) -> dict[int, frozenset[int]]:
    """Node -> the incoming flows of `join` that a token inside the node can reach without passing `join`.

    Nodes that reach none are left out. Worked out once for a join, in time linear in the part of the net before it.
    """
    joins = _known.setdefault(net, {})
    if join not in joins:
        joins[join] = _reachable_inputs(net, join)
    return joins[join]


def _successors(net: Net, node: int) -> list[int]:
    """The flows out of a node and of the boundary events on it."""
    flows = list(net.outgoing[node])
    for boundary in net.boundaries.get(node, ()):
        flows += net.outgoing[boundary]
    return flows


def _reachable_inputs(net: Net, join: int) -> dict[int, frozenset[int]]:
    before = _nodes_before(net, join)
    reach: dict[int, frozenset[int]] = {}
    for component in _components(net, join, before):
        inputs: set[int] = set()
        parts: list[frozenset[int]] = []
        for node in component:
            for flow in _successors(net, node):
                target = net.targets[flow]
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


def _nodes_before(net: Net, join: int) -> set[int]:
    """The nodes from which the join can be reached without passing it."""
    found: set[int] = set()
    stack = [net.sources[flow] for flow in net.incoming[join]]
    while stack:
        node = stack.pop()
        if node == join or node in found:
            continue
        found.add(node)
        if net.attached[node] >= 0:
            stack.append(net.attached[node])
        stack.extend(net.sources[flow] for flow in net.incoming[node])
    return found


def _components(net: Net, join: int, nodes: set[int]) -> list[list[int]]:
    """Strongly connected components in reverse topological order (Tarjan, without recursion)."""
    order: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    components: list[list[int]] = []
    for root in nodes:
        if root in order:
            continue
        work = [(root, iter(_next_nodes(net, root, join, nodes)))]
        order[root] = low[root] = len(order)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for target in successors:
                if target not in order:
                    order[target] = low[target] = len(order)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(_next_nodes(net, target, join, nodes))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], order[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    components.append(_popped(stack, on_stack, node))
    return components


def _next_nodes(net: Net, node: int, join: int, nodes: set[int]) -> list[int]:
    targets = [net.targets[flow] for flow in _successors(net, node)]
    targets += net.boundaries.get(node, ())
    return [target for target in targets if target != join and target in nodes]


def _popped(stack: list[int], on_stack: set[int], root: int) -> list[int]:
    component = []
    while True:
        node = stack.pop()
        on_stack.discard(node)
        component.append(node)
        if node == root:
            return component
