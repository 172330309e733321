"""Counts of times in bins: the quantiles of any number of draws in bounded memory, the same in any order."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.simulation.codes import BINS

Array = NDArray[Any]
_FINE = 9
"""Bits of the mantissa that a bin of a sketch keeps: bins are 0.1 to 0.2 % wide."""
_SHIFT = 52 - _FINE
_LOWEST = (1023 << _FINE) - 1
"""The bin before the one that begins at one second."""
OCTAVES = 32
SIZE = (OCTAVES << _FINE) + 2


class Sketch:
    """Times in seconds, one row of bins for each of several measures; rows can be added up."""

    def __init__(self, measures: int) -> None:
        self.counts = np.zeros((measures, SIZE), dtype=np.int64)

    def add(self, times: Array) -> None:
        """Counts an array of shape (draws, measures); negative times are left out."""
        for measure in range(times.shape[1]):
            column = times[:, measure]
            column = column[column >= 0]
            self.counts[measure] += np.bincount(_bins(column), minlength=SIZE)

    def quantile(self, measure: int, share: float) -> float | None:
        """The time below which `share` of the draws lies; None without draws."""
        return _quantile(self.counts[measure], share, _edges())

    def share_until(self, measure: int, time: float) -> float:
        """The share of the draws up to a time."""
        counts = self.counts[measure]
        total = counts.sum()
        return float(np.interp(time, _edges(), np.concatenate([[0], counts.cumsum()])) / total) if total else 0.0


def _bins(times: Array) -> Array:
    bits = np.ascontiguousarray(times, dtype=np.float64).view(np.int64) >> _SHIFT
    bins: Array = np.clip(bits - _LOWEST, 0, SIZE - 1)
    return bins


def _edges() -> Array:
    """Where the bins begin, and where the last one ends."""
    numbers = (np.arange(1, SIZE + 1, dtype=np.int64) + _LOWEST) << _SHIFT
    return np.concatenate([[0.0], numbers.view(np.float64)])


def _quantile(counts: Array, share: float, edges: Array) -> float | None:
    total = int(counts.sum())
    if total == 0:
        return None
    below = np.concatenate([[0], counts.cumsum()])
    wanted = share * total
    at = int(np.searchsorted(below, wanted, side="left"))
    at = min(max(at - 1, 0), len(counts) - 1)
    while counts[at] == 0 and at < len(counts) - 1:
        at += 1
    inside = (wanted - below[at]) / counts[at] if counts[at] else 0.0
    return float(edges[at] + min(max(inside, 0.0), 1.0) * (edges[at + 1] - edges[at]))


def kernel_quantile(counts: Array, share: float) -> float | None:
    """A quantile from the bins that the kernel counts the times of single executions in."""
    return _quantile(counts, share, _kernel_edges())


def _kernel_edges() -> Array:
    octaves = (BINS - 1) // 64
    edges = np.ldexp(1.0 + np.arange(64) / 64.0, np.arange(octaves)[:, None]).ravel() / 1000.0
    return np.concatenate([[0.0], edges, [2.0 * edges[-1]]])
