"""An AND/OR graph of waits in arrays: what must happen before what, and when at the earliest.

A node is an event: "this step is done", "this gateway is passed". An AND node happens when all its inputs
have, an
OR node when one has; `days` later it is over. Sources are what somebody can act on now. Cycles are allowed:
what can
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
        self.unusual: set[int] = set()
        """Sources that nobody counts on: a cancellation, a request. They happen only where nothing else
        helps.
        """

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
    """The nodes that can happen, in order of time; those that need an unusual source last."""
    usual: int
    """How many nodes of `order` need no unusual source."""
    outputs: list[list[int]]


def solve(waits: Waits) -> Solution:
    """Earliest times by Knuth's extension of Dijkstra's algorithm to AND/OR graphs: O(m log n), cycles
    included.

    Among equally early inputs of an OR the one with the shortest chain decides.
    """
    search = _Search(waits)
    search.run(node for node in waits.release if node not in waits.unusual)
    usual = len(search.order)
    search.run(waits.unusual)
    for node in range(len(waits)):
        if search.earliest[node] is None:
            search.via[node] = NEVER
    return Solution(search.earliest, search.via, search.order, usual, search.outputs)


class _Search:
    """The state of `solve`: a queue of nodes by day and length of chain."""

    def __init__(self, waits: Waits) -> None:
        self.waits = waits
        self.outputs = waits.outputs()
        self.earliest: list[int | None] = [None] * len(waits)
        self.hops = [0] * len(waits)
        self.via = [NEVER] * len(waits)
        self.order: list[int] = []
        self.missing = [len(inputs) for inputs in waits.inputs]

    def run(self, sources: Iterable[int]) -> None:
        """Settles everything that these sources, with those before, make possible."""
        queue = [(self.waits.release[node], 0, node) for node in sources]
        heapq.heapify(queue)
        while queue:
            day, length, node = heapq.heappop(queue)
            if self.earliest[node] is not None:
                continue
            self.earliest[node], self.hops[node] = day, length
            self.order.append(node)
            for after in self.outputs[node]:
                if self.earliest[after] is None and self._enables(node, after):
                    heapq.heappush(queue, (day + self.waits.days[after], length + 1, after))

    def _enables(self, node: int, after: int) -> bool:
        """Notes that `node` has happened; whether `after` can now."""
        if self.waits.any_of[after]:
            best = self.via[after]
            if best == NEVER or self._rank(node) < self._rank(best):
                self.via[after] = node
            return True
        if node not in self.waits.unusual or self.via[after] == NEVER:
            self.via[after] = node
        self.missing[after] -= 1
        return self.missing[after] == 0 and not self.waits.dead[after]

    def _rank(self, node: int) -> tuple[int, int]:
        return self.earliest[node] or 0, self.hops[node]


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
    """The strongly connected component of each node, numbered so that every edge goes to the same or a lower
    one.

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
