"""Everything that a node of a graph leads to, for all nodes at once and in little room.

Nodes are numbered so that what a node leads to mostly lies side by side; it is then a few intervals (Agrawal,
Borgida and Jagadish, SIGMOD 1989). A chain of n nodes needs n intervals where sets would need n squared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate

from resolute.dependencies.waits import NEVER, components

Interval = tuple[int, int]


class Cones:
    """The nodes that each node leads to, itself included, restricted to the `marked` ones."""

    def __init__(self, size: int, outputs: Callable[[int], Iterable[int]], marked: Sequence[int]) -> None:
        lists = [list(outputs(node)) for node in range(size)]
        self._component = components(size, lists)
        count = max(self._component, default=NEVER) + 1
        after: list[list[int]] = [[] for _ in range(count)]
        for node, ends in enumerate(lists):
            own = self._component[node]
            after[own] += [self._component[end] for end in ends if self._component[end] != own]
        number, low = _postorder(after)
        self._ranges = _ranges(after, number, low)
        held: list[list[int]] = [[] for _ in range(count)]
        for node in marked:
            held[number[self._component[node]]].append(node)
        self._marked = [node for nodes in held for node in nodes]
        self._first = [0, *accumulate(len(nodes) for nodes in held)]

    def count(self, node: int) -> int:
        """How many marked nodes it leads to."""
        return sum(self._first[end + 1] - self._first[start] for start, end in self._ranges[self._component[node]])

    def items(self, node: int) -> Iterator[int]:
        """The marked nodes that it leads to."""
        for start, end in self._ranges[self._component[node]]:
            yield from self._marked[self._first[start] : self._first[end + 1]]


def _postorder(after: list[list[int]]) -> tuple[list[int], list[int]]:
    """A number for each node after those of its subtree in a spanning forest, and the lowest number in that
    subtree.
    """
    number = [NEVER] * len(after)
    low = [0] * len(after)
    seen = bytearray(len(after))
    counter = 0
    for start in range(len(after) - 1, NEVER, -1):
        if seen[start]:
            continue
        seen[start] = 1
        low[start] = counter
        work = [(start, iter(after[start]))]
        while work:
            node, rest = work[-1]
            for end in rest:
                if not seen[end]:
                    seen[end] = 1
                    low[end] = counter
                    work.append((end, iter(after[end])))
                    break
            else:
                work.pop()
                number[node] = counter
                counter += 1
    return number, low


def _ranges(after: list[list[int]], number: list[int], low: list[int]) -> list[list[Interval]]:
    """The merged intervals of each node; every edge leads to a node with a lower position."""
    found: list[list[Interval]] = []
    for node, ends in enumerate(after):
        own = (low[node], number[node])
        outside = [range_ for end in ends if not own[0] <= number[end] <= own[1] for range_ in found[end]]
        inside = [
            range_
            for end in ends
            if own[0] <= number[end] <= own[1]
            for range_ in found[end]
            if not (own[0] <= range_[0] and range_[1] <= own[1])
        ]
        found.append(_merged([own, *outside, *inside]))
    return found


def _merged(ranges: list[Interval]) -> list[Interval]:
    if len(ranges) == 1:
        return ranges
    ranges.sort()
    merged = [ranges[0]]
    for start, end in ranges[1:]:
        if start <= merged[-1][1] + 1:
            if end > merged[-1][1]:
                merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
    return merged
