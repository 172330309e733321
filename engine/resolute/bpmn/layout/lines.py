"""Routes message flows and associations between shapes that already stand."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise

from resolute.bpmn.document import Element
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, Diagram, Edge, Point, Shape
from resolute.bpmn.layout.maze import Maze, Port, port
from resolute.bpmn.layout.routes import simplify
from resolute.bpmn.layout.scopes import ends
from resolute.bpmn.layout.space import Space

_CLEAR = 6.0
_ASIDE = (16.0, 26.0)
_LANES = (12.0, 22.0, 32.0, 42.0)
_ATTEMPTS = ((60.0, True), (240.0, True), (240.0, False), (900.0, False))
"""How far around both ends to search, and whether to keep off labels."""
_FRAMES = frozenset(("participant", "lane", "group"))
_SQUARE = sizes.ACTIVITIES | {"participant", "textAnnotation", "group"}
_HEADER = 30.0


class _Page:
    """The shapes and lines that a new line must respect."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.shapes = Space()
        self.labels = Space()
        self.lines = Space()
        self.frames: list[Shape] = []
        self.pools: list[Shape] = []
        for shape in diagram.shapes.values():
            if shape.expanded:
                self.frames.append(shape)
            elif shape.element.kind in _FRAMES:
                if shape.element.kind == "participant":
                    self.pools.append(shape)
                self._add_border(shape.box)
                if shape.element.kind != "group":
                    header = Box(shape.box.x, shape.box.y, min(_HEADER, shape.box.width), shape.box.height)
                    self.shapes.add(header)
            else:
                self.shapes.add(shape.box)
            if shape.label is not None:
                self.labels.add(shape.label)
        for edge in diagram.edges.values():
            self.add_line(edge.points)

    def _add_border(self, box: Box) -> None:
        for y in (box.y, box.bottom):
            self.lines.add(Box(box.x, y, box.width, 0.0))
        for x in (box.x, box.right):
            self.lines.add(Box(x, box.y, 0.0, box.height))

    def closed(self, window: Box, ends_: tuple[Shape, Shape]) -> Iterator[Box]:
        """Expanded sub-processes that neither end lies in: a line goes around them."""
        for frame in self.frames:
            if frame.box.overlaps(window) and not any(frame.box.holds(end.box) for end in ends_):
                yield frame.box

    def add_line(self, points: list[Point]) -> None:
        """Takes a routed line into account for the next ones."""
        for a, b in pairwise(points):
            box = Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))
            self.lines.add(box)


def route_lines(diagram: Diagram, lines: Iterable[Element]) -> None:
    """Adds an edge for every line whose two ends stand on the diagram."""
    page = _Page(diagram)
    for line in lines:
        source, target = (_end(diagram, key) for key in ends(line))
        if source is None or target is None or not line.id:
            continue
        points = _route(page, line, source, target)
        page.add_line(points)
        diagram.edges[line.id] = Edge(line, points)


def from_below(diagram: Diagram, lines: Iterable[Element]) -> set[str]:
    """The nodes that a message flow joins with something lower on the page."""
    found = set()
    for line in lines:
        pair = [diagram.shapes.get(key) for key in ends(line)] if line.kind == "messageFlow" else []
        for shape, other in (pair, pair[::-1]) if pair else ():
            if shape is not None and other is not None and other.box.y > shape.box.bottom:
                found.add(shape.element.id)
    return found


def _end(diagram: Diagram, key: str) -> Shape | None:
    """The shape with the id `key`; for a connection the middle of its longest part."""
    edge = diagram.edges.get(key)
    if edge is None:
        return diagram.shapes.get(key)
    (ax, ay), (bx, by) = max(pairwise(edge.points), key=lambda part: math.dist(*part))
    return Shape(edge.element, Box((ax + bx) / 2, (ay + by) / 2, 0.0, 0.0))


def _route(page: _Page, line: Element, source: Shape, target: Shape) -> list[Point]:
    starts, goals = _ports(line, source, target.box), _ports(line, target, source.box)
    touched = _around([p.point for p in (*starts, *goals)])
    for margin, polite in _ATTEMPTS:
        window = Box(
            touched.x - margin,
            touched.y - margin,
            touched.width + 2 * margin,
            touched.height + 2 * margin,
        )
        obstacles = [*page.shapes.covered(window), *page.closed(window, (source, target))]
        if polite:
            obstacles.extend(page.labels.covered(window))
        points = [p.point for p in (*starts, *goals)]
        maze = _maze(page, window, obstacles, (source.box, target.box), points)
        if line.kind == "messageFlow":
            for pool in page.pools:
                maze.discourage(pool.box)
        found = maze.way(starts, goals)
        if found is not None:
            return simplify(found)
    return _direct(starts[0].point, goals[0].point)


def _maze(page: _Page, window: Box, boxes: list[Box], ends_: tuple[Box, Box], points: list[Point]) -> Maze:
    obstacles: list[Box] = []
    xs = {x for x, _ in points}
    ys = {y for _, y in points}
    for box in boxes:
        touches = any(box.overlaps(end) for end in ends_)
        clear = 0.0 if touches else _CLEAR
        obstacles.append(Box(box.x - clear, box.y - clear, box.width + 2 * clear, box.height + 2 * clear))
        for away in _ASIDE:
            xs.update((box.x - away, box.right + away))
            ys.update((box.y - away, box.bottom + away))
    lines = list(page.lines.covered(window))
    for box in lines:
        if box.height <= box.width:
            ys.update((box.y - 10, box.y + 10))
        else:
            xs.update((box.x - 10, box.x + 10))
    for pool in page.pools:
        ys.update(y for away in _LANES for y in (pool.box.y - away, pool.box.bottom + away))
    inside_x = (x for x in xs if window.x <= x <= window.right)
    inside_y = (y for y in ys if window.y <= y <= window.bottom)
    return Maze(inside_x, inside_y, obstacles, lines)


def _ports(line: Element, shape: Shape, other: Box) -> list[Port]:
    """Where a line may touch a shape: the middle of each side, or level with the other end."""
    box = shape.box
    x, y = box.centre
    sideways = 40.0 if line.kind == "messageFlow" else 0.0
    if shape.element.kind == "participant":
        return _pool_ports(box, other)
    found = [
        port((x, box.y), "top"),
        port((x, box.bottom), "bottom"),
        port((box.x, y), "left", sideways),
        port((box.right, y), "right", sideways),
    ]
    if shape.element.kind in _SQUARE:
        low, high = max(box.x, other.x), min(box.right, other.right)
        if low + 8 < high:
            found += [port(((low + high) / 2, box.y), "top"), port(((low + high) / 2, box.bottom), "bottom")]
        for shift in (-box.width / 4, box.width / 4):
            found += [port((x + shift, box.y), "top", 12.0), port((x + shift, box.bottom), "bottom", 12.0)]
        low, high = max(box.y, other.y), min(box.bottom, other.bottom)
        if low + 8 < high:
            middle = (low + high) / 2
            found += [port((box.x, middle), "left", sideways), port((box.right, middle), "right", sideways)]
    return found


def _pool_ports(box: Box, other: Box) -> list[Port]:
    centre = min(max(other.centre[0], box.x + _HEADER + 20), box.right - 20)
    found = []
    for shift in (0.0, -20.0, 20.0, -40.0, 40.0, -80.0, 80.0):
        x = centre + shift
        if box.x + _HEADER < x < box.right:
            found += [port((x, box.y), "top"), port((x, box.bottom), "bottom")]
    return found


def _around(points: list[Point]) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def _direct(a: Point, b: Point) -> list[Point]:
    middle = (a[1] + b[1]) / 2
    return simplify([a, (a[0], middle), (b[0], middle), b])
