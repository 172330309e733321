"""One pass over a graph without cycles that works out a number for every node from those before it.

Nodes of the same depth are done together with NumPy; where the graph is deep and narrow, as a long row of steps is,
plain Python takes the rest: both give the same numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Indexes: TypeAlias = NDArray[np.int32]

FAR = 1 << 60
"""Further away than any value; added to an edge it takes the edge out of a minimum."""
_NARROW = 16
"""What one depth costs with NumPy, in nodes done by plain Python."""


def joined(columns: Iterable[NDArray[Any]], kind: Any) -> NDArray[Any]:
    """Columns one after another; an empty one of that kind where there are none."""
    pieces = list(columns)
    return np.concatenate(pieces) if pieces else np.zeros(0, kind)


class Sweep:
    """The edges of a graph in the order in which they are worked through."""

    def __init__(self, before: Indexes, after: Indexes, depth: Indexes, any_of: NDArray[np.bool_] | None = None):
        """`depth` rises along every edge; `any_of` says by node where the smallest value counts, not the largest."""
        rank = depth[after].astype(np.int64) * 2
        if any_of is not None:
            rank += any_of[after]
        kind = np.uint16 if len(rank) and rank.max() < 1 << 16 else np.int64
        self.order: NDArray[np.int64] = np.lexsort((after, rank.astype(kind)))
        """Place in the sweep -> edge."""
        rank = rank[self.order]
        self._before = before[self.order]
        ends = after[self.order]
        first = np.ones(len(ends), bool)
        first[1:] = ends[1:] != ends[:-1]
        self._starts: NDArray[np.int64] = np.flatnonzero(first)
        self._nodes = ends[self._starts]
        rank = rank[self._starts]
        change = np.ones(len(rank), bool)
        change[1:] = rank[1:] != rank[:-1]
        steps = np.flatnonzero(change)
        bounds = np.append(steps, len(rank))
        cut = int(np.argmin(len(rank) - bounds + _NARROW * np.arange(len(bounds))))
        self._wide = [
            (int(bounds[n]), int(bounds[n + 1]), bool(any_of is not None and rank[bounds[n]] & 1)) for n in range(cut)
        ]
        self._tail = int(bounds[cut])
        self._any_of = (rank[self._tail :] & 1).astype(bool).tolist() if any_of is not None else None

    def run(self, values: Ints, plus: Ints, *, smallest: bool = False) -> None:
        """Sets, in place, every node that has edges to the largest of its own value and those of its edges.

        The value of an edge is that of its `before` with its own `plus` added. The smallest counts instead at nodes
        that are `any_of`, and everywhere where `smallest` is set.
        """
        plus = plus[self.order]
        starts = np.append(self._starts, len(self._before))
        for begin, end, any_of in self._wide:
            least = smallest or any_of
            first, last = starts[begin], starts[end]
            found = values[self._before[first:last]] + plus[first:last]
            nodes = self._nodes[begin:end]
            if least:
                values[nodes] = np.minimum(values[nodes], np.minimum.reduceat(found, starts[begin:end] - first))
            else:
                values[nodes] = np.maximum(values[nodes], np.maximum.reduceat(found, starts[begin:end] - first))
        if self._tail < len(self._nodes):
            self._run_tail(values, plus, starts, smallest)

    def _run_tail(self, values: Ints, plus: Ints, starts: Ints, smallest: bool) -> None:
        begin = int(starts[self._tail])
        nodes = self._nodes[self._tail :].tolist()
        bounds = (starts[self._tail :] - begin).tolist()
        added, before = plus[begin:].tolist(), self._before[begin:].tolist()
        least = self._any_of if self._any_of is not None and not smallest else [smallest] * len(nodes)
        known = values.tolist()
        for place, node in enumerate(nodes):
            own = known[node]
            for edge in range(bounds[place], bounds[place + 1]):
                value = known[before[edge]] + added[edge]
                if (value < own) if least[place] else (value > own):
                    own = value
            known[node] = own
        values[self._nodes[self._tail :]] = [known[node] for node in nodes]
