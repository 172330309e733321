"""Finds short ways with few bends between shapes that already stand, on a grid of useful places."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from resolute.bpmn.layout.diagram import Box, Point

_BEND = 30.0
_CROSSING = 14.0
_OVERLAP = 400.0
_INSIDE = 0.6
_CLOSE = 6.0
_MOST_STEPS = 60_000
_HURRY = 1.3
"""Above 1 the search heads for the goal sooner; the way may be a little dearer than the cheapest."""

_RIGHT, _DOWN, _LEFT, _UP = range(4)
_MOVES = ((1, 0), (0, 1), (-1, 0), (0, -1))


@dataclass(frozen=True, slots=True)
class Port:
    """Where a line may touch a shape, and the direction away from it."""

    point: Point
    away: int
    cost: float = 0.0


def port(point: Point, side: str, cost: float = 0.0) -> Port:
    """A port on the `top`, `bottom`, `left` or `right` side."""
    return Port(point, {"right": _RIGHT, "bottom": _DOWN, "left": _LEFT, "top": _UP}[side], cost)


class Maze:
    """A grid through a window of the page, with what is blocked and what is dear."""

    def __init__(
        self, xs: Iterable[float], ys: Iterable[float], obstacles: Iterable[Box], lines: Iterable[Box]
    ) -> None:
        self.xs = sorted(set(xs))
        self.ys = sorted(set(ys))
        columns, rows = len(self.xs), len(self.ys)
        self._across = [[0.0] * columns for _ in range(rows)]
        """Extra cost of the step right from each point; infinite where it is blocked."""
        self._along = [[0.0] * columns for _ in range(rows)]
        """Extra cost of the step down."""
        for box in obstacles:
            self._block(box)
        for line in lines:
            self._price(line)

    def _block(self, box: Box) -> None:
        for j in range(bisect_right(self.ys, box.y), bisect_left(self.ys, box.bottom)):
            self._raise(self._across[j], self.xs, box.x, box.right, math.inf)
        first, last = bisect_right(self.xs, box.x), bisect_left(self.xs, box.right)
        for j in _steps(self.ys, box.y, box.bottom):
            row = self._along[j]
            for i in range(first, last):
                row[i] = math.inf

    @staticmethod
    def _raise(row: list[float], places: Sequence[float], low: float, high: float, cost: float) -> None:
        for i in _steps(places, low, high):
            row[i] += cost

    def _price(self, line: Box) -> None:
        if line.height <= line.width:
            for j in range(bisect_left(self.ys, line.y - _CLOSE), bisect_right(self.ys, line.y + _CLOSE)):
                self._raise(self._across[j], self.xs, line.x, line.right, _OVERLAP)
            j = bisect_left(self.ys, line.y) - 1
            if j >= 0:
                for i in range(bisect_right(self.xs, line.x), bisect_left(self.xs, line.right)):
                    self._along[j][i] += _CROSSING
        else:
            near = range(bisect_left(self.xs, line.x - _CLOSE), bisect_right(self.xs, line.x + _CLOSE))
            for j in _steps(self.ys, line.y, line.bottom):
                for i in near:
                    self._along[j][i] += _OVERLAP
            i = bisect_left(self.xs, line.x) - 1
            if i >= 0:
                for j in range(bisect_right(self.ys, line.y), bisect_left(self.ys, line.bottom)):
                    self._across[j][i] += _CROSSING

    def discourage(self, frame: Box) -> None:
        """Makes level parts inside a frame dearer, so that they run outside where they can."""
        for j in range(bisect_left(self.ys, frame.y), bisect_right(self.ys, frame.bottom)):
            for i in _steps(self.xs, frame.x, frame.right):
                if i + 1 < len(self.xs):
                    self._across[j][i] += _INSIDE * (self.xs[i + 1] - self.xs[i])

    def way(self, starts: Sequence[Port], goals: Sequence[Port]) -> list[Point] | None:
        """The cheapest way from one of `starts` to one of `goals`, None when there is none."""
        rest = self._distances(goals)
        ends: dict[tuple[int, int, int], float] = {}
        for goal in goals:
            at = self._at(goal.point)
            state = (*at, (goal.away + 2) % 4)
            ends[state] = min(goal.cost, ends.get(state, math.inf))
        queue: list[tuple[float, float, tuple[int, int, int]]] = []
        cost: dict[tuple[int, int, int], float] = {}
        before: dict[tuple[int, int, int], tuple[int, int, int] | None] = {}
        for start in starts:
            state = (*self._at(start.point), start.away)
            if start.cost < cost.get(state, math.inf):
                cost[state] = start.cost
                before[state] = None
                heappush(queue, (start.cost + rest[state[1]][state[0]], start.cost, state))
        best, found = math.inf, None
        for _ in range(_MOST_STEPS):
            if not queue or queue[0][0] >= best:
                break
            _, paid, state = heappop(queue)
            if paid > cost[state]:
                continue
            if state in ends and paid + ends[state] < best and before[state] is not None:
                best, found = paid + ends[state], state
            for following, price in self._moves(state, first=before[state] is None):
                if paid + price < cost.get(following, math.inf):
                    cost[following] = paid + price
                    before[following] = state
                    estimate = paid + price + rest[following[1]][following[0]]
                    heappush(queue, (estimate, paid + price, following))
        return None if found is None else self._points(found, before)

    def _at(self, point: Point) -> tuple[int, int]:
        return bisect_left(self.xs, point[0]), bisect_left(self.ys, point[1])

    def _distances(self, goals: Sequence[Port]) -> list[list[float]]:
        """For every point of the grid a little more than its distance from the nearest goal."""
        points = {goal.point for goal in goals}
        across = {gx: [abs(x - gx) for x in self.xs] for gx in {x for x, _ in points}}
        found = []
        for y in self.ys:
            rows = ([d + abs(y - gy) for d in across[gx]] for gx, gy in points)
            found.append([_HURRY * min(near) for near in zip(*rows, strict=True)])
        return found

    def _moves(self, state: tuple[int, int, int], *, first: bool) -> Iterable[tuple[tuple[int, int, int], float]]:
        i, j, heading = state
        for turn, (dx, dy) in enumerate(_MOVES):
            if turn == (heading + 2) % 4 or (first and turn != heading):
                continue
            a, b = i + dx, j + dy
            if not (0 <= a < len(self.xs) and 0 <= b < len(self.ys)):
                continue
            extra = self._across[j][min(i, a)] if dy == 0 else self._along[min(j, b)][i]
            if extra == math.inf:
                continue
            length = abs(self.xs[a] - self.xs[i]) + abs(self.ys[b] - self.ys[j])
            yield (a, b, turn), length + extra + (_BEND if turn != heading else 0.0)

    def _points(
        self,
        state: tuple[int, int, int] | None,
        before: dict[tuple[int, int, int], tuple[int, int, int] | None],
    ) -> list[Point]:
        points: list[Point] = []
        while state is not None:
            points.append((self.xs[state[0]], self.ys[state[1]]))
            state = before[state]
        return points[::-1]


def _steps(places: Sequence[float], low: float, high: float) -> range:
    """The steps between neighbouring places that share more than an end with `low`..`high`."""
    return range(max(bisect_right(places, low) - 1, 0), min(bisect_left(places, high), len(places) - 1))
