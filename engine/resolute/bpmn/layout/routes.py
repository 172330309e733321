"""Routes the links through the gaps between the layers, and places the layers from left to right."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field

from resolute.bpmn.layout.graph import Arrangement, Graph, Layers, Point
from resolute.bpmn.layout.tracks import Run, assign, pack

_TRACK = 10.0
_MARGIN = 20.0
_CLEAR = 12.0
_LOOK = 100
"""How many items to look past for a free corner."""
_ARROW = 16.0
"""The least length of a last part, so that its arrow shows."""
_STUB = 8.0
"""The least length of a first part."""
_LEAST_GAP = 50.0
_CORNER_LABEL = 6.0


@dataclass(slots=True)
class _Ends:
    """How a link leaves its source and enters its target when it does so at a corner or from below."""

    leave: float | None = None
    """Height to which it goes straight up or down before it turns."""
    enter: float | None = None
    """Height from which it goes straight up or down into its target."""


@dataclass(slots=True)
class _Router:
    graph: Graph
    made: Layers
    y: list[float]
    place: list[int]
    ends: list[_Ends]
    depths: dict[int, list[float]]
    """Host -> how far below its middle the flows of its boundary events turn."""
    ways: list[int]
    """How many links leave every cell."""
    entries: list[int]
    """How many links enter every cell."""
    used: dict[tuple[int, bool], str] = field(default_factory=dict)
    """Corner (cell, lower side?) -> whether links leave ("out") or enter ("in") there."""
    reach: dict[tuple[int, bool], float] = field(default_factory=dict)
    """How far links at a corner go from the middle of the cell."""

    # --- corners ---

    def choose_corners(self) -> None:
        """Lets links leave and enter at corners wherever nothing is in the way."""
        for index, link in enumerate(self.graph.links):
            if self.made.outside[index]:
                continue
            chain = self.made.chains[index]
            if self.made.backward[index]:
                self._corners_of_loop(index)
                continue
            ends = self.ends[index]
            first, last = self.y[chain[1]], self.y[chain[-2]]
            if link.drop is not None:
                if self._may_drop(index, first) and self._free(link.source, first, ()):
                    ends.leave = first
                    self._extend(link.source, True, first)
                else:
                    ends.leave = self.y[link.source] + link.drop[2]
            elif self.graph.cells[link.source].diamond:
                ends.leave = self._corner(link.source, first)
            if (
                self.graph.cells[link.target].diamond
                and not (len(chain) == 2 and ends.leave is not None)
                and self._take(link.target, last, "in")
            ):
                ends.enter = last

    def _corner(self, cell: int, height: float, beside: tuple[int, ...] = ()) -> float | None:
        """How far up or down a link leaves a gateway with several ways out: to `height`, or only past the corner."""
        if self._take(cell, height, "out", beside):
            return height
        distance = height - self.y[cell]
        corner = (cell, distance > 0)
        if self.ways[cell] < 2 or corner in self.used or abs(distance) < self.graph.cells[cell].height / 2 + _CLEAR:
            return None
        past = self.graph.cells[cell].height / 2 + _ARROW
        near = self.y[cell] + (past if distance > 0 else -past)
        return near if self._take(cell, near, "out") else None

    def _may_drop(self, index: int, height: float) -> bool:
        """True when the flow of a boundary event may fall to `height`: no other one turns there."""
        link = self.graph.links[index]
        if link.drop is None or height < self.y[link.source] + link.drop[1] + _CLEAR:
            return False
        depth = height - self.y[link.source]
        return all(abs(depth - other) >= _TRACK for other in self.depths[link.source] if other != link.drop[2])

    def _corners_of_loop(self, index: int) -> None:
        link, chain = self.graph.links[index], self.made.chains[index]
        height = self.y[chain[0]]
        beside = (chain[0], chain[-1])
        source, target = self.graph.cells[link.source], self.graph.cells[link.target]
        if link.drop is not None:
            falls = self._may_drop(index, height) and self._free(link.source, height, beside)
            self.ends[index].leave = height if falls else self.y[link.source] + link.drop[2]
        elif link.source == link.target:
            return
        elif source.diamond:
            self.ends[index].leave = self._corner(link.source, height, beside)
        elif not source.busy_below and self._take(link.source, height, "out", beside):
            self.ends[index].leave = height
        if not target.busy_below and self._take(link.target, height, "in", beside):
            self.ends[index].enter = height

    def _take(self, cell: int, height: float, way: str, beside: tuple[int, ...] = ()) -> bool:
        distance = height - self.y[cell]
        if abs(distance) < self.graph.cells[cell].height / 2 + (_ARROW if way == "in" else _STUB):
            return False
        corner = (cell, distance > 0)
        if self.used.get(corner, way) != way or not self._free(cell, height, beside):
            return False
        self.used[corner] = way
        self._extend(cell, distance > 0, height)
        return True

    def _extend(self, cell: int, below: bool, height: float) -> None:
        corner = (cell, below)
        self.reach[corner] = max(self.reach.get(corner, 0.0), abs(height - self.y[cell]))

    def _free(self, cell: int, height: float, beside: tuple[int, ...]) -> bool:
        """True when nothing lies between a cell and `height` in its layer, except the items in `beside`."""
        below = height > self.y[cell]
        row = self.made.rows[self.made.layer[cell]]
        step = 1 if below else -1
        last = len(row) if below else -1
        for at in range(self.place[cell] + step, last, step)[:_LOOK]:
            other = row[at]
            if self.made.is_cell(other):
                room = self.made.up[other] if below else self.made.down[other]
                near = self.y[other] - step * max(room, self.reach.get((other, not below), 0.0))
                return step * (near - height) >= _CLEAR
            if other not in beside and abs(self.y[other] - height) < _CLEAR:
                return False
        return abs(last - self.place[cell]) <= _LOOK

    # --- runs ---

    def runs(self, outside: dict[int, float]) -> list[dict[object, Run]]:
        """The vertical runs of all links in every gap; links that share an end share a run."""
        gaps: list[dict[object, Run]] = [{} for _ in range(len(self.made.rows) + 1)]
        for index in range(len(self.graph.links)):
            for gap, key, left, right in self._steps(index, outside):
                run = gaps[gap].setdefault(key, Run())
                run.left.extend(left)
                run.right.extend(right)
                run.links.append(index)
        return gaps

    def _steps(
        self, index: int, outside: dict[int, float]
    ) -> Iterable[tuple[int, object, tuple[float, ...], tuple[float, ...]]]:
        link, chain, ends = self.graph.links[index], self.made.chains[index], self.ends[index]
        if index in outside:
            height = outside[index]
            gap = self.made.layer[link.source] + 1
            start = self.y[link.source] + (link.drop[2] if link.drop else 0.0)
            yield gap, ("leave", index), (start,), (height,)
            yield self.made.layer[link.target], ("enter", index), (height,), (self.y[link.target],)
        elif self.made.backward[index]:
            height = self.y[chain[0]]
            start = self.y[link.source] if ends.leave is None else ends.leave
            if ends.leave is None or ends.leave != height:
                key = ("from", link.source) if ends.leave is None else ("leave", index)
                yield self.made.layer[link.source] + 1, key, (start, height), ()
            if ends.enter is None:
                yield self.made.layer[link.target], ("to", link.target), (), (height, self.y[link.target])
        else:
            heights = self.heights(index)
            for position, (a, b) in enumerate(itertools.pairwise(heights)):
                if a != b:
                    gap = self.made.layer[chain[position + 1]]
                    yield gap, self._key(index, position), (a,), (b,)

    def heights(self, index: int) -> list[float]:
        """The height of a forward link in every layer that it touches."""
        link, ends = self.graph.links[index], self.ends[index]
        heights = [self.y[item] for item in self.made.chains[index]]
        if ends.leave is not None:
            heights[0] = ends.leave
        elif link.drop is not None:
            heights[0] += link.drop[2]
        if ends.enter is not None:
            heights[-1] = ends.enter
        return heights

    def _key(self, index: int, position: int) -> object:
        """Links that leave one cell at its right share a run, so do links that enter one cell at its left."""
        link, chain = self.graph.links[index], self.made.chains[index]
        if position == 0 and self.ends[index].leave is None and self.ways[link.source] > 1:
            return ("from", link.source)
        if position == len(chain) - 2 and self.ends[index].enter is None and self.entries[link.target] > 1:
            return ("to", link.target)
        return ("link", index, position)


def route(graph: Graph, made: Layers, y: list[float], bands: list[tuple[float, float]]) -> Arrangement:
    """Places the layers from left to right and gives every link its waypoints."""
    depths: dict[int, list[float]] = {}
    for link in graph.links:
        if link.drop is not None:
            depths.setdefault(link.source, []).append(link.drop[2])
    ways, entries = [0] * len(graph.cells), [0] * len(graph.cells)
    for link in graph.links:
        ways[link.source] += 1
        entries[link.target] += 1
    router = _Router(graph, made, y, made.index(), [_Ends() for _ in graph.links], depths, ways, entries)
    router.choose_corners()
    outside = _outside_heights(graph, made)
    gaps = router.runs(outside)
    tracks = [assign(list(runs.values())) for runs in gaps]
    gap_x, layer_x, width = _columns(graph, made, router, tracks)
    track_x = _track_places(gap_x, tracks, gaps)
    waypoints = [_waypoints(router, index, layer_x, track_x, outside) for index in range(len(graph.links))]
    centres = [(layer_x[made.layer[cell]], y[cell]) for cell in range(made.cells)]
    height = bands[-1][1] if bands else 0.0
    return Arrangement(centres, waypoints, bands, width, height)


def _outside_heights(graph: Graph, made: Layers) -> dict[int, float]:
    """Heights above everything for the links that pass through no layer."""
    links = [index for index in range(len(graph.links)) if made.outside[index]]
    spans = [sorted((made.layer[graph.links[n].source], made.layer[graph.links[n].target])) for n in links]
    tracks = pack([(low, high) for low, high in spans])
    return {index: -_MARGIN - _TRACK * track for index, track in zip(links, tracks, strict=True)}


def _columns(
    graph: Graph, made: Layers, router: _Router, tracks: list[list[int]]
) -> tuple[list[tuple[float, float]], list[float], float]:
    """Left and right side of every gap, the middle of every layer, the whole width."""
    half = [0.0] * len(made.rows)
    for index, cell in enumerate(graph.cells):
        layer = made.layer[index]
        half[layer] = max(half[layer], cell.width / 2 + cell.side)
    label = [0.0] * (len(made.rows) + 1)
    for index, link in enumerate(graph.links):
        if link.label and not made.backward[index]:
            gap = made.layer[link.source] + 1
            label[gap] = max(label[gap], link.label + 2 * _CORNER_LABEL)
    gap_x: list[tuple[float, float]] = []
    layer_x: list[float] = []
    x = 0.0
    for layer in range(len(made.rows) + 1):
        count = max(tracks[layer], default=-1) + 1
        needed = 2 * _MARGIN + _TRACK * max(count - 1, 0) if count else 0.0
        if 0 < layer < len(made.rows):
            needed = max(needed, _LEAST_GAP, label[layer] + (_MARGIN + _TRACK * count if count else 0.0))
        gap_x.append((x, x + needed))
        x += needed
        if layer < len(made.rows):
            layer_x.append(x + half[layer])
            x += 2 * half[layer]
    return gap_x, layer_x, x


def _track_places(
    gap_x: list[tuple[float, float]], tracks: list[list[int]], gaps: list[dict[object, Run]]
) -> list[dict[object, float]]:
    """Where every run of every gap stands: close to the right end, so that labels have room at the left."""
    places: list[dict[object, float]] = []
    for (left, right), numbers, runs in zip(gap_x, tracks, gaps, strict=True):
        count = max(numbers, default=-1) + 1
        start = right - _MARGIN - _TRACK * (count - 1)
        if right - left < _LEAST_GAP + _TRACK * count:
            start = (left + right - _TRACK * (count - 1)) / 2
        places.append({key: start + _TRACK * n for key, n in zip(runs, numbers, strict=True)})
    return places


def _waypoints(
    router: _Router,
    index: int,
    layer_x: list[float],
    track_x: list[dict[object, float]],
    outside: dict[int, float],
) -> list[Point]:
    graph, made = router.graph, router.made
    link, ends = graph.links[index], router.ends[index]
    points = _departure(router, index, layer_x)
    for gap, key, left, right in router._steps(index, outside):
        x = track_x[gap][key]
        points += [(x, height) for height in (*left, *right)]
    target = graph.cells[link.target]
    x, y = layer_x[made.layer[link.target]], router.y[link.target]
    if ends.enter is not None:
        side = 1 if ends.enter > y else -1
        points += [(x, ends.enter), (x, y + side * target.height / 2)]
    else:
        points.append((x - target.width / 2, y))
    return simplify(points)


def _departure(router: _Router, index: int, layer_x: list[float]) -> list[Point]:
    link, leave = router.graph.links[index], router.ends[index].leave
    source = router.graph.cells[link.source]
    x, y = layer_x[router.made.layer[link.source]], router.y[link.source]
    if link.drop is not None:
        start = (x + link.drop[0], y + link.drop[1])
        return [start, (start[0], y + link.drop[2] if leave is None else leave)]
    if leave is None:
        return [(x + source.width / 2, y)]
    side = 1 if leave > y else -1
    return [(x, y + side * source.height / 2), (x, leave)]


def simplify(points: list[Point]) -> list[Point]:
    """Drops repeated points and points in the middle of a straight line."""
    kept: list[Point] = []
    for point in points:
        if kept and kept[-1] == point:
            continue
        while len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _straight(a: Point, b: Point, c: Point) -> bool:
    return (a[0] == b[0] == c[0]) or (a[1] == b[1] == c[1])
