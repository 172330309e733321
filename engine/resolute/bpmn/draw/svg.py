"""Small helpers that write SVG elements as text."""

from __future__ import annotations

import math
from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

from resolute.bpmn.layout.diagram import Box, Point
from resolute.bpmn.layout.diagram import number as number
from resolute.bpmn.measure import LINE, Text

Attribute = str | float | None


def tag(name: str, *children: str, **attributes: Attribute) -> str:
    """An element; `_` in attribute names stands for `-`, a trailing one is dropped, None leaves it out."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(_value(value))}"
        for key, value in attributes.items()
        if value is not None
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"


def _value(value: str | float) -> str:
    return value if isinstance(value, str) else number(value)


def content(text: str) -> str:
    """Text with the characters escaped that mean something in XML."""
    return escape(text)


def rect(box: Box, radius: float = 0.0, **attributes: Attribute) -> str:
    """A rectangle with round corners."""
    return tag(
        "rect",
        x=box.x,
        y=box.y,
        width=box.width,
        height=box.height,
        rx=radius or None,
        **attributes,
    )


def circle(centre: Point, radius: float, /, **attributes: Attribute) -> str:
    """A circle."""
    return tag("circle", cx=centre[0], cy=centre[1], r=radius, **attributes)


def path(data: str, /, **attributes: Attribute) -> str:
    """A path."""
    return tag("path", d=data, **attributes)


def icon(data: str, centre: Point, scale: float = 1.0, /, **attributes: Attribute) -> str:
    """A path drawn around (0, 0), moved to `centre`."""
    place = f"translate({number(centre[0])} {number(centre[1])})"
    if scale != 1.0:
        place += f" scale({scale:.4g})"
    return path(data, transform=place, **attributes)


def polygon(points: Iterable[Point], /, **attributes: Attribute) -> str:
    """A closed polygon."""
    return tag("polygon", points=" ".join(f"{number(x)},{number(y)}" for x, y in points), **attributes)


def text(block: Text, x: float, top: float, *, anchor: str = "middle", **attributes: Attribute) -> str:
    """Lines of text below `top`, each anchored at `x`."""
    if not block.lines:
        return ""
    size, step = block.size, block.size * LINE
    spans = [
        tag("tspan", content(line), x=x, y=top + step * index + size * 0.95) for index, line in enumerate(block.lines)
    ]
    return tag("text", *spans, font_size=size, text_anchor=anchor, **attributes)


def rounded(points: list[Point], radius: float = 5.0) -> str:
    """Path data of a line whose bends are rounded off."""
    parts = [f"M{number(points[0][0])},{number(points[0][1])}"]
    for before, bend, after in zip(points, points[1:], points[2:], strict=False):
        room = min(radius, math.dist(before, bend) / 2, math.dist(bend, after) / 2)
        start, end = _towards(bend, before, room), _towards(bend, after, room)
        parts.append(
            f"L{number(start[0])},{number(start[1])}"
            f"Q{number(bend[0])},{number(bend[1])} {number(end[0])},{number(end[1])}"
        )
    parts.append(f"L{number(points[-1][0])},{number(points[-1][1])}")
    return "".join(parts)


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = math.dist(start, end)
    if not length:
        return start
    share = distance / length
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
