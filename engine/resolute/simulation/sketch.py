"""Counts of times in bins: the quantiles of any number of draws in bounded memory, the same in any order."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.simulation.codes import BINS

Array = NDArray[Any]
_FINE = 8
"""Bits of the mantissa that a bin of a sketch keeps: bins are 0.2 to 0.4 % wide, and shared evenly inside."""
_SHIFT = 52 - _FINE
_LOWEST = (1023 << _FINE) - 1
"""The bin before the one that begins at one second."""
OCTAVES = 30
SIZE = (OCTAVES << _FINE) + 2


class Sketch:
    """Times in seconds, one row of bins for each of several measures; rows can be added up."""

    def __init__(self, measures: int) -> None:
        self.counts = np.zeros((measures, SIZE), dtype=np.int32)

    def add(self, times: Array) -> None:
        """Counts an array of shape (draws, measures); negative times are left out."""
        draws, measures = np.nonzero(times >= 0)
        bits = np.ascontiguousarray(times[draws, measures], dtype=np.float64).view(np.int64) >> _SHIFT
        np.add.at(self.counts.reshape(-1), measures * SIZE + np.clip(bits - _LOWEST, 0, SIZE - 1), 1)

    def quantiles(self, measure: int, shares: Sequence[float]) -> list[float] | None:
        """The times below which these shares of the draws lie; None without draws."""
        return _quantiles(self.counts[measure], shares, _edges())

    def quantile(self, measure: int, share: float) -> float | None:
        """The time below which `share` of the draws lies; None without draws."""
        found = self.quantiles(measure, (share,))
        return None if found is None else found[0]


@lru_cache(maxsize=1)
def _edges() -> Array:
    """Where the bins begin, and where the last one ends."""
    numbers = (np.arange(1, SIZE + 1, dtype=np.int64) + _LOWEST) << _SHIFT
    return np.concatenate([[0.0], numbers.view(np.float64)])


def _quantiles(counts: Array, shares: Sequence[float], edges: Array) -> list[float] | None:
    below = np.concatenate([[0], counts.cumsum()])
    total = int(below[-1])
    if total == 0:
        return None
    wanted = np.asarray(shares) * total
    first, last = np.flatnonzero(counts)[[0, -1]]
    at = np.clip(np.searchsorted(below, wanted, side="left") - 1, first, last)
    inside = np.clip((wanted - below[at]) / np.maximum(counts[at], 1), 0.0, 1.0)
    found: list[float] = (edges[at] + inside * (edges[at + 1] - edges[at])).tolist()
    return found


def kernel_quantile(counts: Array, share: float) -> float | None:
    """A quantile from the bins that the kernel counts the times of single executions in."""
    found = _quantiles(counts, (share,), _kernel_edges())
    return None if found is None else found[0]


@lru_cache(maxsize=1)
def _kernel_edges() -> Array:
    octaves = (BINS - 1) // 64
    edges = np.ldexp(1.0 + np.arange(64) / 64.0, np.arange(octaves)[:, None]).ravel() / 1000.0
    return np.concatenate([[0.0], edges, [2.0 * edges[-1]]])
