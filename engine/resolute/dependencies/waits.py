"""An AND/OR graph of waits in arrays: what must happen before what, and when at the earliest.

A node is an event: "this step is done", "this gateway is passed". An AND node happens when all its inputs have, an
OR node when one has; `days` later it is over. Sources are what somebody can act on now. Cycles are allowed: what can
happen at all is the least fixed point, found together with the earliest times in one pass.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass

NEVER = -1
"""In `Solution.via` and `Waits.step`: none."""


class Waits:
    """The graph while it is built: nodes are numbered from 0."""

    def __init__(self) -> None:
        self.any_of = bytearray()
        """1 for an OR node."""
        self.dead = bytearray()
        """1 for an AND node one of whose inputs can never come."""
        self.days: list[int] = []
        """Working days from the last (AND) or first (OR) input to the event."""
        self.step: list[int] = []
        """The step whose end this node is, or NEVER."""
        self.inputs: list[list[int]] = []
        self.release: dict[int, int] = {}
        """Sources: the earliest working day (0 is today) on which each can happen."""

    def __len__(self) -> int:
        return len(self.days)

    def add(self, *, any_of: bool = False, days: int = 0, step: int = NEVER) -> int:
        """A new node without inputs: it never happens until it gets some, or is a source."""
        self.any_of.append(any_of)
        self.dead.append(0)
        self.days.append(days)
        self.step.append(step)
        self.inputs.append([])
        return len(self.days) - 1

    def source(self, node: int, release: int) -> None:
        """Makes `node` something that can be acted on now; its inputs, if any, no longer matter."""
        self.release[node] = release

    def link(self, before: int, after: int) -> None:
        """`after` waits for `before`."""
        self.inputs[after].append(before)

    def outputs(self) -> list[list[int]]:
        """The nodes that wait for each node."""
        found: list[list[int]] = [[] for _ in self.days]
        for after, inputs in enumerate(self.inputs):
            if after not in self.release:
                for before in inputs:
                    found[before].append(after)
        return found


@dataclass(frozen=True, slots=True)
class Solution:
    """When each node happens at the earliest, and what decides it."""

    earliest: list[int | None]
    """Working day of each node; None when it can never happen as things stand."""
    via: list[int]
    """The input that decides: the last one of an AND, the first one of an OR; NEVER for sources."""
    order: list[int]
    """The nodes that can happen, in order of time."""
    outputs: list[list[int]]


def solve(waits: Waits) -> Solution:
    """Earliest times by Knuth's extension of Dijkstra's algorithm to AND/OR graphs: O(m log n), cycles included.

    Among equally early inputs of an OR the one with the shortest chain decides.
    """
    outputs = waits.outputs()
    earliest: list[int | None] = [None] * len(waits)
    hops = [0] * len(waits)
    via = [NEVER] * len(waits)
    missing = [1 if any_of else len(inputs) for any_of, inputs in zip(waits.any_of, waits.inputs, strict=True)]
    queue = [(release, 0, node) for node, release in waits.release.items()]
    heapq.heapify(queue)
    order = []
    while queue:
        day, length, node = heapq.heappop(queue)
        if earliest[node] is not None:
            continue
        earliest[node], hops[node] = day, length
        order.append(node)
        for after in outputs[node]:
            if earliest[after] is not None or waits.dead[after]:
                continue
            if waits.any_of[after]:
                if via[after] == NEVER or _better(earliest, hops, node, via[after]):
                    via[after] = node
                heapq.heappush(queue, (day + waits.days[after], length + 1, after))
                continue
            missing[after] -= 1
            via[after] = node
            if missing[after] == 0:
                heapq.heappush(queue, (day + waits.days[after], length + 1, after))
    for node in range(len(waits)):
        if earliest[node] is None:
            via[node] = NEVER
    return Solution(earliest, via, order, outputs)


def _better(earliest: list[int | None], hops: list[int], node: int, other: int) -> bool:
    return (earliest[node] or 0, hops[node]) < (earliest[other] or 0, hops[other])


def latest(waits: Waits, solution: Solution, due: dict[int, int]) -> list[int | None]:
    """The latest day on which each node may happen so that all deadlines `due` (node -> day) downstream hold.

    None where no deadline depends on it. Through an OR only the input that decides it is bound.
    """
    found: list[int | None] = [None] * len(waits)
    for node in reversed(solution.order):
        bound = due.get(node)
        for after in solution.outputs[node]:
            limit = found[after]
            if limit is None or (waits.any_of[after] and solution.via[after] != node):
                continue
            limit -= waits.days[after]
            if bound is None or limit < bound:
                bound = limit
        found[node] = bound
    return found


def components(size: int, outputs: list[list[int]]) -> list[int]:
    """The strongly connected component of each node, numbered so that every edge goes to the same or a lower one.

    Tarjan's algorithm without recursion.
    """
    number = [NEVER] * size
    low = [0] * size
    component = [NEVER] * size
    open_nodes: list[int] = []
    counter = found = 0
    for start in range(size):
        if number[start] != NEVER:
            continue
        number[start] = low[start] = counter
        counter += 1
        open_nodes.append(start)
        work = [(start, iter(outputs[start]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if number[after] == NEVER:
                    number[after] = low[after] = counter
                    counter += 1
                    open_nodes.append(after)
                    work.append((after, iter(outputs[after])))
                    break
                if component[after] == NEVER:
                    low[node] = min(low[node], number[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    while component[node] == NEVER:
                        component[open_nodes.pop()] = found
                    found += 1
    return component


def reached_sets(size: int, outputs: list[list[int]], own: dict[int, Iterable[int]]) -> list[frozenset[int]]:
    """For each node the union of `own` over the node and everything that leads to it.

    Nodes with one input share the set of that input, so a long chain costs no more than one set.
    """
    component = components(size, outputs)
    members: list[list[int]] = [[] for _ in range(max(component, default=NEVER) + 1)]
    for node, number in enumerate(component):
        members[number].append(node)
    sets: list[frozenset[int]] = [frozenset()] * len(members)
    for number in range(len(members) - 1, -1, -1):
        extra = frozenset(item for node in members[number] for item in own.get(node, ()))
        if extra and not extra <= sets[number]:
            sets[number] |= extra
        for node in members[number]:
            for after in outputs[node]:
                target = component[after]
                if target != number and sets[target] is not sets[number]:
                    sets[target] = sets[number] if sets[target] <= sets[number] else sets[target] | sets[number]
    return [sets[number] for number in component]
