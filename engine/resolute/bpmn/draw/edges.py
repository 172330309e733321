"""Draws the connections: sequence flows, message flows, associations."""

from __future__ import annotations

import math

from resolute.bpmn.document import Element
from resolute.bpmn.draw import icons, svg
from resolute.bpmn.draw.theme import Theme
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Edge, Point, middle
from resolute.bpmn.measure import Text, wrap

_DATA = ("dataInputAssociation", "dataOutputAssociation")


def draw_edge(edge: Edge, theme: Theme, *, done: bool = False) -> str:
    """The SVG of one connection, without its label."""
    kind = edge.element.kind
    if kind == "sequenceFlow":
        return _sequence(edge, theme, done=done)
    if kind == "messageFlow":
        return _message(edge, theme)
    return _association(edge, theme)


def _sequence(edge: Edge, theme: Theme, *, done: bool) -> str:
    colour = theme.states["done"][0] if done else theme.line
    width = 2.4 if done else 1.5
    tip, points = _shortened(edge.points, 8.0)
    drawn = svg.path(svg.rounded(points), fill="none", stroke=colour, stroke_width=width)
    drawn += svg.polygon(_arrow(tip, points[-1], 10.0, 4.2), fill=colour)
    start, following = edge.points[0], edge.points[1]
    if _is_default(edge.element):
        drawn += _slash(start, following, colour)
    elif _is_conditional(edge.element):
        drawn += svg.polygon(
            _diamond(start, following),
            fill=theme.paper,
            stroke=colour,
            stroke_width=1.3,
            stroke_linejoin="round",
        )
    return drawn


def _message(edge: Edge, theme: Theme) -> str:
    tip, points = _shortened(edge.points, 9.0)
    drawn = svg.path(svg.rounded(points), fill="none", stroke=theme.line, stroke_width=1.4, stroke_dasharray="8 4")
    open_: dict[str, svg.Attribute] = {"fill": theme.paper, "stroke": theme.line, "stroke_width": 1.3}
    drawn += svg.polygon(_arrow(tip, points[-1], 10.0, 4.6), stroke_linejoin="round", **open_)
    drawn += svg.circle(edge.points[0], 3.6, **open_)
    if edge.element.get("messageRef"):
        drawn += svg.icon(icons.EVENTS["messageEventDefinition"], middle(edge.points), 0.9, **open_)
    return drawn


def _association(edge: Edge, theme: Theme) -> str:
    kind = edge.element.kind
    direction = edge.element.get("associationDirection") or "None"
    drawn = svg.path(
        svg.rounded(edge.points),
        fill="none",
        stroke=theme.line,
        stroke_width=1.4,
        stroke_dasharray="0.5 4",
        stroke_linecap="round",
    )
    if kind in _DATA or direction in ("One", "Both"):
        drawn += _open_arrow(edge.points[-1], edge.points[-2], theme)
    if direction == "Both":
        drawn += _open_arrow(edge.points[0], edge.points[1], theme)
    return drawn


def _open_arrow(tip: Point, before: Point, theme: Theme) -> str:
    _, left, right = _arrow(tip, before, 9.0, 4.5)
    data = f"M{left[0]:g},{left[1]:g}L{tip[0]:g},{tip[1]:g}L{right[0]:g},{right[1]:g}"
    return svg.path(data, fill="none", stroke=theme.line, stroke_width=1.4)


def _is_default(flow: Element) -> bool:
    source = flow.document.ids.get((flow.get("sourceRef") or "").rpartition(":")[2])
    return source is not None and (source.get("default") or "").rpartition(":")[2] == flow.id


def _is_conditional(flow: Element) -> bool:
    if flow.child("conditionExpression") is None:
        return False
    source = flow.document.ids.get((flow.get("sourceRef") or "").rpartition(":")[2])
    return source is not None and source.kind in sizes.ACTIVITIES


# --- geometry ---


def _unit(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    return ((end[0] - start[0]) / length, (end[1] - start[1]) / length) if length else (1.0, 0.0)


def _arrow(tip: Point, before: Point, length: float, half: float) -> tuple[Point, Point, Point]:
    dx, dy = _unit(before, tip)
    back = (tip[0] - dx * length, tip[1] - dy * length)
    return tip, (back[0] - dy * half, back[1] + dx * half), (back[0] + dy * half, back[1] - dx * half)


def _shortened(points: list[Point], length: float) -> tuple[Point, list[Point]]:
    """The tip, and the line ending a little before it so that it does not show beside the arrow."""
    tip, before = points[-1], points[-2]
    dx, dy = _unit(before, tip)
    cut = min(length, math.dist(before, tip) * 0.9)
    return tip, [*points[:-1], (tip[0] - dx * cut, tip[1] - dy * cut)]


def _slash(start: Point, following: Point, colour: str) -> str:
    dx, dy = _unit(start, following)
    x, y = start[0] + dx * 9, start[1] + dy * 9
    data = f"M{x - dx * 3 - dy * 5:g},{y - dy * 3 + dx * 5:g}L{x + dx * 3 + dy * 5:g},{y + dy * 3 - dx * 5:g}"
    return svg.path(data, fill="none", stroke=colour, stroke_width=1.5)


def _diamond(start: Point, following: Point) -> list[Point]:
    dx, dy = _unit(start, following)
    x, y = start
    return [
        (x, y),
        (x + dx * 8 - dy * 4.5, y + dy * 8 + dx * 4.5),
        (x + dx * 16, y + dy * 16),
        (x + dx * 8 + dy * 4.5, y + dy * 8 - dx * 4.5),
    ]


def edge_label(edge: Edge) -> tuple[Text, float, float] | None:
    """The name of a connection: its lines, the x of the middle and the y of the top."""
    name = edge.element.name
    if not name:
        return None
    width = sizes.LABEL_WIDTH if edge.label is None else max(edge.label.width + 2, 40.0)
    block = Text(wrap(name, width, sizes.LABEL_SIZE), sizes.LABEL_SIZE)
    if edge.label is not None:
        return block, edge.label.centre[0], edge.label.y
    x, y = middle(edge.points)
    return block, x, y - block.height - 3
