"""Places the labels that stand outside their shapes so that they cover nothing."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator
from itertools import pairwise

from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, Diagram, Edge, Point, Shape, middle
from resolute.bpmn.layout.space import Space

_NEAR = 4.0
_READABLE = 50.0
"""A horizontal part from this length on is the best place for the name of a line."""
_STEPS = (0.0, 14.0, 28.0, 48.0, 72.0, 100.0)
_SEGMENTS = 8
_SHAPE, _LABEL, _LINE, _FRAME = 4000.0, 4000.0, 60.0, 30.0
_HEADER = 30.0
_TITLE = 30.0
_MARKERS = 22.0
_FRAMES = frozenset(("participant", "lane"))
_LABELLED = sizes.EVENTS | sizes.GATEWAYS | sizes.DATA


def label_nodes(diagram: Diagram, above: Collection[str] = ()) -> None:
    """Gives every outside label of a node that has no place yet the cheapest of its usual ones.

    The labels of the nodes in `above` keep the lower side free if they can.
    """
    wanted = [s for s in diagram.shapes.values() if s.element.kind in _LABELLED and s.label is None]
    wanted = [shape for shape in wanted if sizes.outside_name(shape.element)]
    space = _filled(diagram) if wanted else Space()
    for shape in wanted:
        places = _beside_shape(shape, shape.element.id in above)
        shape.label = _best(space, sizes.outside_name(shape.element), places)


def label_lines(diagram: Diagram, edges: Iterable[Edge]) -> None:
    """Gives the names of lines that have no place yet the cheapest of their usual ones."""
    wanted = [edge for edge in edges if edge.element.name and edge.label is None]
    space = _filled(diagram) if wanted else Space()
    for edge in wanted:
        edge.label = _best(space, edge.element.name, _beside_line(edge))


def _filled(diagram: Diagram) -> Space:
    """All that labels must keep away from, each with what covering it costs."""
    space = Space()
    for shape in diagram.shapes.values():
        if shape.element.kind in _FRAMES:
            header = Box(shape.box.x, shape.box.y, min(_HEADER, shape.box.width), shape.box.height)
            space.add(header, _SHAPE)
            _add_frame(space, shape.box)
        elif shape.expanded:
            box = shape.box
            space.add(Box(box.x, box.y, box.width, _TITLE), _SHAPE)
            space.add(Box(box.x, box.bottom - _MARKERS, box.width, _MARKERS), _SHAPE)
            _add_frame(space, box)
        elif shape.element.kind != "group":
            space.add(shape.box, _SHAPE)
        if shape.label is not None:
            space.add(shape.label, _LABEL)
    for edge in diagram.edges.values():
        for a, b in pairwise(edge.points):
            space.add(_segment(a, b), _LINE)
        if edge.element.get("messageRef"):
            x, y = middle(edge.points)
            space.add(Box(x - 10, y - 8, 20.0, 16.0), _LABEL)
        if edge.label is not None:
            space.add(edge.label, _LABEL)
    return space


def _add_frame(space: Space, box: Box) -> None:
    corners = [
        (box.x, box.y),
        (box.right, box.y),
        (box.right, box.bottom),
        (box.x, box.bottom),
        (box.x, box.y),
    ]
    for a, b in pairwise(corners):
        space.add(_segment(a, b), _FRAME)


def _segment(a: Point, b: Point) -> Box:
    return Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))


def _best(space: Space, name: str, places: Iterator[tuple[Point, float, float]]) -> Box | None:
    """The cheapest place; a place is an anchor, and how much of the label lies left of and above it."""
    text = sizes.label_text(name)
    if not text.lines:
        return None
    width, height = math.ceil(text.width), math.ceil(text.height)
    best, least = None, math.inf
    for rank, ((x, y), left, above) in enumerate(places):
        box = Box(round(x - left * width), round(y - above * height), width, height)
        cost = rank + space.cost(box, least - rank)
        if cost < least:
            best, least = box, cost
        if rank >= least:
            break
    if best is not None:
        space.add(best, _LABEL)
    return best


def _beside_shape(shape: Shape, above_first: bool) -> Iterator[tuple[Point, float, float]]:
    box = shape.box
    x, y = box.centre
    below, above = box.bottom + _NEAR, box.y - _NEAR
    kind = shape.element.kind
    if kind == "boundaryEvent":
        usual = [((x + 5, below), 0.0, 0.0), ((x - 5, below), 1.0, 0.0), ((x, below), 0.5, 0.0)]
    elif kind in sizes.GATEWAYS:
        usual = [
            ((x, above), 0.5, 1.0),
            ((x + 7, above + 8), 0.0, 1.0),
            ((x - 7, above + 8), 1.0, 1.0),
            ((x, below), 0.5, 0.0),
            ((x + 7, below - 8), 0.0, 0.0),
            ((x - 7, below - 8), 1.0, 0.0),
        ]
    else:
        usual = [((x, below), 0.5, 0.0), ((x, above), 0.5, 1.0)]
        if kind in sizes.DATA or above_first:
            usual.reverse()
    yield from usual
    if kind == "boundaryEvent":
        yield from (((x + side, below + step), left, 0.0) for step in _STEPS for side, left in ((5, 0.0), (-5, 1.0)))
        return
    for step in _STEPS:
        yield (x + 5, below + step), 0.0, 0.0
        yield (x - 5, below + step), 1.0, 0.0
        yield (x + 5, above - step), 0.0, 1.0
        yield (x - 5, above - step), 1.0, 1.0
        yield (box.right + _NEAR + step, y - 3), 0.0, 1.0
        yield (box.right + _NEAR + step, y + 3), 0.0, 0.0
        yield (box.x - _NEAR - step, y - 3), 1.0, 1.0
        yield (box.x - _NEAR - step, y + 3), 1.0, 0.0
        yield (x, below + step), 0.5, 0.0
        yield (x, above - step), 0.5, 1.0


def _beside_line(edge: Edge) -> Iterator[tuple[Point, float, float]]:
    """Beside the first parts of the line: near their start, in the middle, near their end."""
    parts = list(pairwise(edge.points))
    message = edge.element.kind == "messageFlow"
    if message:
        parts.sort(key=lambda part: -math.dist(*part))
    else:
        parts[:3] = sorted(parts[:3], key=lambda part: abs(part[0][0] - part[1][0]) < _READABLE)
    gap = _NEAR - 1
    for step in _STEPS:
        for a, b in parts[:_SEGMENTS]:
            usual = [(a, b, False), (a, b, True), (b, a, False)]
            if message:
                usual.insert(0, usual.pop(1))
            for start, end, centred in usual:
                if abs(a[1] - b[1]) < abs(a[0] - b[0]):
                    yield from _along(start, end, centred, gap + step)
                else:
                    yield from _across(start, end, centred, gap + step)


def _along(start: Point, end: Point, centred: bool, gap: float) -> Iterator[tuple[Point, float, float]]:
    """Above and below a horizontal part."""
    rightwards = end[0] > start[0]
    x = (start[0] + end[0]) / 2 if centred else start[0] + (12 if rightwards else -12)
    left = 0.5 if centred else 0.0 if rightwards else 1.0
    y = (start[1] + end[1]) / 2 if centred else start[1]
    yield (x, y - gap), left, 1.0
    yield (x, y + gap), left, 0.0


def _across(start: Point, end: Point, centred: bool, gap: float) -> Iterator[tuple[Point, float, float]]:
    """Right and left of a vertical part."""
    downwards = end[1] > start[1]
    y = (start[1] + end[1]) / 2 if centred else start[1] + (6 if downwards else -6)
    above = 0.5 if centred else 0.0 if downwards else 1.0
    yield (start[0] + gap, y), 0.0, above
    yield (start[0] - gap, y), 1.0, above
