"""Puts the vertical runs of one gap side by side so that none overlap and few lines cross."""

from __future__ import annotations

from dataclasses import dataclass, field
from heapq import heappop, heappush

_NEAR = 10.0
_MANY = 60
_OVERLAP = 100


@dataclass(slots=True)
class Run:
    """A vertical line in a gap: where horizontal lines reach it from the left and from the right."""

    left: list[float] = field(default_factory=list)
    right: list[float] = field(default_factory=list)
    links: list[int] = field(default_factory=list)

    @property
    def low(self) -> float:
        """Its upper end."""
        return min((*self.left, *self.right))

    @property
    def high(self) -> float:
        """Its lower end."""
        return max((*self.left, *self.right))


def assign(runs: list[Run]) -> list[int]:
    """The track of every run, from 0 at the left."""
    if len(runs) > _MANY:
        return pack([(run.low - _NEAR, run.high) for run in runs])
    spans = [(run.low, run.high) for run in runs]
    track = [0] * len(runs)
    done: list[int] = []
    for index in _sorted(runs, spans):
        low, high = spans[index]
        for other in done:
            if spans[other][0] < high + _NEAR and low < spans[other][1] + _NEAR:
                track[index] = max(track[index], track[other] + 1)
        done.append(index)
    return track


def _sorted(runs: list[Run], spans: list[tuple[float, float]]) -> list[int]:
    """The runs from left to right: repeatedly the one that costs least to stand left of the rest."""
    rest = list(range(len(runs)))
    cost = {
        a: sum(_cost(runs[a], spans[a], runs[b], spans[b]) - _cost(runs[b], spans[b], runs[a], spans[a]) for b in rest)
        for a in rest
    }
    order: list[int] = []
    while rest:
        best = min(rest, key=lambda index: (cost[index], spans[index], index))
        rest.remove(best)
        order.append(best)
        for a in rest:
            cost[a] -= _cost(runs[a], spans[a], runs[best], spans[best]) - _cost(
                runs[best], spans[best], runs[a], spans[a]
            )
    return order


def _cost(a: Run, span_a: tuple[float, float], b: Run, span_b: tuple[float, float]) -> int:
    """Crossings when `a` stands left of `b`; lines that would run into each other count most."""
    if span_a[1] + _NEAR < span_b[0] or span_b[1] + _NEAR < span_a[0]:
        return 0
    total = 0
    for height in a.right:
        total += span_b[0] < height < span_b[1]
        total += _OVERLAP * (height in b.left)
    for height in b.left:
        total += span_a[0] < height < span_a[1]
    return total


def pack(spans: list[tuple[float, float]]) -> list[int]:
    """A track for every span such that spans on one track do not touch: the lowest that is free where it begins."""
    track = [0] * len(spans)
    busy: list[tuple[float, int]] = []
    free: list[int] = []
    for index in sorted(range(len(spans)), key=lambda i: (spans[i], i)):
        low, high = spans[index]
        while busy and busy[0][0] < low:
            heappush(free, heappop(busy)[1])
        track[index] = heappop(free) if free else len(busy)
        heappush(busy, (high, track[index]))
    return track
