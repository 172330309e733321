"""Counts what a careful eye would object to in a diagram: overlaps, lines through shapes, covered labels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, Diagram, Point, Shape
from resolute.bpmn.layout.scopes import ends, local
from resolute.bpmn.layout.space import Space

_FRAMES = frozenset(("participant", "lane", "group"))
_TOUCH = 1.0


@dataclass(frozen=True, slots=True)
class Flaw:
    """One thing wrong with a diagram.

    `kind` is `overlap` (two shapes), `through` (a line and a shape that it does not belong to), `slanted`
    (a line with a part neither level nor upright), `outside` (a node and the lane or sub-process around it),
    `loose` (a line that does not touch its end), `covered` (a label and what lies under or over it).
    """

    kind: str
    first: str
    second: str = ""


def flaws(diagram: Diagram) -> list[Flaw]:
    """All flaws of a diagram."""
    return [
        *_overlaps(diagram),
        *_lines(diagram),
        *_strays(diagram),
        *_labels(diagram),
    ]


def crossings(lines: Iterable[Sequence[Point]]) -> int:
    """How many times lines of level and upright parts cross; those that branch off one another do not."""
    space = Space()
    owner: dict[int, int] = {}
    level: list[tuple[Box, int]] = []
    upright: list[Box] = []
    for number, points in enumerate(lines):
        for a, b in pairwise(points):
            box = _segment(a, b)
            if box.height > box.width:
                owner[id(box)] = number
                upright.append(box)
                space.add(box)
            else:
                level.append((box, number))
    total = 0
    for box, number in level:
        for other in space.covered(box):
            inside = box.x < other.x < box.right and other.y < box.y < other.bottom
            total += inside and owner[id(other)] != number
    return total


def _leaves(diagram: Diagram) -> list[Shape]:
    return [s for s in diagram.shapes.values() if s.element.kind not in _FRAMES and not s.expanded]


def _overlaps(diagram: Diagram) -> Iterator[Flaw]:
    space, keys = _indexed(diagram, _leaves(diagram))
    for shape in _leaves(diagram):
        mine = shape.element
        for box in space.covered(shape.box):
            other = keys[id(box)].element
            if mine.id < other.id and not (_attached(shape, other.id) or _attached(keys[id(box)], mine.id)):
                yield Flaw("overlap", mine.id, other.id)


def _indexed(diagram: Diagram, shapes: list[Shape]) -> tuple[Space, dict[int, Shape]]:
    space = Space()
    keys: dict[int, Shape] = {}
    for shape in shapes:
        keys[id(shape.box)] = shape
        space.add(shape.box)
    return space, keys


def _attached(shape: Shape, host: str) -> bool:
    return local(shape.element.get("attachedToRef")) == host


def _lines(diagram: Diagram) -> Iterator[Flaw]:
    space, keys = _indexed(diagram, _leaves(diagram))
    for edge in diagram.edges.values():
        source, target = ends(edge.element)
        for a, b in pairwise(edge.points):
            if a[0] != b[0] and a[1] != b[1]:
                yield Flaw("slanted", edge.element.id)
            segment = _segment(a, b)
            for box in space.covered(segment):
                shape = keys[id(box)]
                own = shape.element.id in (source, target) and not _inside(segment, box)
                if not own:
                    yield Flaw("through", edge.element.id, shape.element.id)
        for key, point in ((source, edge.points[0]), (target, edge.points[-1])):
            if key in diagram.shapes and not _touches(diagram.shapes[key].box, point):
                yield Flaw("loose", edge.element.id, key)


def _segment(a: Point, b: Point) -> Box:
    return Box(min(a[0], b[0]), min(a[1], b[1]), abs(a[0] - b[0]), abs(a[1] - b[1]))


def _inside(segment: Box, box: Box) -> bool:
    """True when a line runs within a shape for longer than its border is thick."""
    width = min(segment.right, box.right) - max(segment.x, box.x)
    height = min(segment.bottom, box.bottom) - max(segment.y, box.y)
    return max(width, height) > _TOUCH


def _touches(box: Box, point: Point) -> bool:
    x, y = point
    near = box.x - _TOUCH <= x <= box.right + _TOUCH and box.y - _TOUCH <= y <= box.bottom + _TOUCH
    deep = box.x + _TOUCH < x < box.right - _TOUCH and box.y + _TOUCH < y < box.bottom - _TOUCH
    return near and not deep


def _strays(diagram: Diagram) -> Iterator[Flaw]:
    for frame in diagram.shapes.values():
        if frame.element.kind == "lane":
            inside = (local(reference.text) for reference in frame.element.children("flowNodeRef"))
        elif frame.expanded:
            inside = (child.id for child in frame.element.children(*sizes.FLOW_NODES))
        else:
            continue
        for key in inside:
            node = diagram.shapes.get(key)
            if node is not None and node.element.kind != "boundaryEvent" and not frame.box.holds(node.box):
                yield Flaw("outside", key, frame.element.id)


def _labels(diagram: Diagram) -> Iterator[Flaw]:
    space, keys = _indexed(diagram, _leaves(diagram))
    labels = Space()
    owners: dict[int, str] = {}
    labelled = [(s.element.id, s.label) for s in diagram.shapes.values()]
    labelled += [(e.element.id, e.label) for e in diagram.edges.values()]
    for key, label in labelled:
        if label is None:
            continue
        for box in space.covered(label):
            yield Flaw("covered", key, keys[id(box)].element.id)
        for box in labels.covered(label):
            yield Flaw("covered", key, owners[id(box)])
        owners[id(label)] = key
        labels.add(label)
