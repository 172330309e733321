"""Everything that a node of a graph leads to, for all nodes at once and in little room.

Nodes are numbered so that what a node leads to mostly lies side by side; it is then a few intervals (Agrawal,
Borgida and Jagadish, SIGMOD 1989). A chain of n nodes needs n intervals where sets would need n squared. Where that
fails, in tangled graphs, nodes are counted in sets of bits a slice at a time, and listed by walking.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

import numpy as np

from resolute.dependencies.sweep import Indexes
from resolute.dependencies.waits import NEVER, components

Interval = tuple[int, int]

_MANY = 100
"""So many intervals for each node are too many."""
_SLICE = 4096
"""So many marked nodes are counted at a time."""


@dataclass(frozen=True, eq=False)
class Regions:
    """The components of a graph and the edges between them, in columns."""

    component: Indexes
    """Node -> component."""
    before: Indexes
    after: Indexes
    depth: Indexes
    """Component -> the longest way from it; rises from `after` to `before`."""


class Cones:
    """The nodes that each node leads to, itself included, restricted to the `marked` ones."""

    def __init__(self, outputs: list[list[int]], marked: Sequence[int], component: Sequence[int] | None = None) -> None:
        """`component` saves finding the strongly connected components, where they are known."""
        self.component = components(len(outputs), outputs) if component is None else component
        """Node -> its strongly connected component; every edge leads to the same one or to a lower number."""
        count = max(self.component, default=NEVER) + 1
        self.after: list[list[int]] = [[] for _ in range(count)]
        """Component -> the components that it leads to, all with lower numbers."""
        for node, ends in enumerate(outputs):
            own = self.component[node]
            self.after[own] += [self.component[end] for end in ends if self.component[end] != own]
        number, low = _postorder(self.after)
        self._ranges = _ranges(self.after, number, low)
        self._number = number
        held: list[list[int]] = [[] for _ in range(count)]
        for node in marked:
            held[number[self.component[node]]].append(node)
        self.marked = [node for nodes in held for node in nodes]
        self._first = [0, *accumulate(len(nodes) for nodes in held)]

    @cached_property
    def regions(self) -> Regions:
        """The components and the edges between them."""
        depth = [0] * len(self.after)
        for number, ends in enumerate(self.after):
            for end in ends:
                if depth[end] >= depth[number]:
                    depth[number] = depth[end] + 1
        before = [number for number, ends in enumerate(self.after) for _end in ends]
        after = [end for ends in self.after for end in ends]
        return Regions(*(np.array(column, np.int32) for column in (self.component, before, after, depth)))

    def spans(self, node: int) -> tuple[Interval, ...]:
        """Where the marked nodes that it leads to stand: equal for nodes that lead to the same ones.

        In tangled graphs something else that is equal for such nodes stands for it.
        """
        first, component = self._first, self.component[node]
        if self._ranges is None:
            return ((NEVER, self._few[component] if self._few is not None else component),)
        spans = ((first[start], first[end + 1]) for start, end in self._ranges[component])
        return tuple(span for span in spans if span[0] < span[1])

    def count(self, node: int) -> int:
        """How many marked nodes it leads to."""
        return self._sums[self.component[node]]

    def counts(self) -> Indexes:
        """Node -> how many marked nodes it leads to."""
        return np.array(self._sums, np.int32)[self.component] if self._sums else np.zeros(0, np.int32)

    @cached_property
    def _sums(self) -> list[int]:
        """Component -> how many marked nodes it leads to."""
        first = self._first
        if self._ranges is not None:
            return [sum(first[end + 1] - first[start] for start, end in ranges) for ranges in self._ranges]
        sums = [0] * len(self.after)
        for begin in range(0, len(self.marked), _SLICE):
            sums = [known + found.bit_count() for known, found in zip(sums, self._bits(begin), strict=True)]
        return sums

    def _bits(self, begin: int) -> list[int]:
        """Component -> which of a slice of the marked nodes it leads to, as bits."""
        seen = [0] * len(self.after)
        for place, node in enumerate(self.marked[begin : begin + _SLICE]):
            seen[self.component[node]] |= 1 << place
        for component, ends in enumerate(self.after):
            found = seen[component]
            for end in ends:
                found |= seen[end]
            seen[component] = found
        return seen

    @cached_property
    def _few(self) -> list[int] | None:
        """Component -> the marked nodes that it leads to, as bits; None where there are too many of them."""
        return self._bits(0) if len(self.marked) <= _SLICE else None

    def turned(self) -> list[int]:
        """The components of the same graph with all its edges turned round, as `component` of its cones."""
        last = len(self.after) - 1
        return [last - number for number in self.component]

    def items(self, node: int) -> Iterator[int]:
        """The marked nodes that it leads to."""
        if self._ranges is None and self._few is not None:
            bits = self._few[self.component[node]]
            while bits:
                last = bits & -bits
                yield self.marked[last.bit_length() - 1]
                bits ^= last
        elif self._ranges is None:
            yield from self._walk(self.component[node])
        else:
            for start, end in self.spans(node):
                yield from self.marked[start:end]

    def _walk(self, component: int) -> Iterator[int]:
        queue, seen = deque([component]), {component}
        while queue:
            component = queue.popleft()
            place = self._number[component]
            yield from self.marked[self._first[place] : self._first[place + 1]]
            for end in self.after[component]:
                if end not in seen:
                    seen.add(end)
                    queue.append(end)


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


def _ranges(after: list[list[int]], number: list[int], low: list[int]) -> list[list[Interval]] | None:
    """The merged intervals of each node; every edge leads to a node with a lower position.

    None where there would be too many.
    """
    found: list[list[Interval]] = []
    left = _MANY * (len(after) + 1000)
    for node, ends in enumerate(after):
        first, last = low[node], number[node]
        others: list[Interval] = []
        for end in ends:
            for range_ in found[end]:
                if range_[0] < first or range_[1] > last:
                    others.append(range_)
        found.append(_merged([(first, last), *others]) if others else [(first, last)])
        left -= len(others) + len(found[-1])
        if left < 0:
            return None
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
