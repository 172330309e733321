"""Gives every cell its layer: loops are opened, then each cell stands right of all that lead to it."""

from __future__ import annotations

from collections import Counter, deque

from resolute.bpmn.layout.graph import Graph


def backward_links(graph: Graph) -> list[bool]:
    """True for the links that close a loop, found by walking from the starts in the order of the model."""
    count = len(graph.cells)
    outgoing: list[list[int]] = [[] for _ in range(count)]
    entered = [False] * count
    for index, link in enumerate(graph.links):
        outgoing[link.source].append(index)
        entered[link.target] = True
    backward = [False] * len(graph.links)
    state = bytearray(count)
    roots = [cell for cell in range(count) if not entered[cell]] + [c for c in range(count) if entered[c]]
    for root in roots:
        if state[root]:
            continue
        state[root] = 1
        stack = [(root, iter(outgoing[root]))]
        while stack:
            cell, rest = stack[-1]
            for index in rest:
                target = graph.links[index].target
                if state[target] == 1:
                    backward[index] = True
                elif state[target] == 0:
                    state[target] = 1
                    stack.append((target, iter(outgoing[target])))
                    break
            else:
                state[cell] = 2
                stack.pop()
    return backward


def ranks(graph: Graph, backward: list[bool]) -> list[int]:
    """The layer of every cell, from 0. Parallel links between the same cells get a layer to spread in."""
    count = len(graph.cells)
    forward: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    entering = [0] * count
    pairs = Counter((link.source, link.target) for link in graph.links)
    for link, closes in zip(graph.links, backward, strict=True):
        if not closes:
            length = 2 if pairs[link.source, link.target] > 1 else 1
            forward[link.source].append((link.target, length))
            entering[link.target] += 1
    rank = [0] * count
    waiting = entering[:]
    queue = deque(cell for cell in range(count) if not waiting[cell])
    order: list[int] = []
    while queue:
        cell = queue.popleft()
        order.append(cell)
        for target, length in forward[cell]:
            rank[target] = max(rank[target], rank[cell] + length)
            waiting[target] -= 1
            if not waiting[target]:
                queue.append(target)
    for cell in reversed(order):
        if forward[cell] and len(forward[cell]) > entering[cell]:
            rank[cell] = min(rank[target] - length for target, length in forward[cell])
    return rank
