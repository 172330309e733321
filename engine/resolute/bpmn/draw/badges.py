"""Draws what lies over the elements: state badges, counts, heat, notes, and the legend."""

from __future__ import annotations

from resolute.bpmn.draw import icons, svg
from resolute.bpmn.draw.overlay import Overlay
from resolute.bpmn.draw.theme import Theme
from resolute.bpmn.draw.words import state_name
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.diagram import Box, Point, Shape
from resolute.bpmn.measure import Text, text_width

_RADIUS = 9.0
_LEGEND = 30.0


def badges(shape: Shape, theme: Theme, overlay: Overlay) -> str:
    """State, count, heat and note of one element."""
    key, box = shape.element.id, shape.box
    drawn = ""
    state = overlay.states.get(key)
    if state is not None:
        drawn += badge(state, (box.right - 3, box.y + 3), theme)
    count = overlay.counts.get(key)
    if count is not None:
        drawn += _pill(str(count), (box.x + 3, box.y + 1), theme.ink, theme.paper)
    if key in overlay.heat:
        words = f"{round(overlay.heat[key] * 100)} %"
        drawn += _pill(words, (box.x + 8, box.bottom - 2), theme.paper, theme.ink, theme.line)
    if key in overlay.notes:
        y = box.bottom + 3 if shape.element.kind in sizes.GATEWAYS else box.y - 2
        drawn += _pill(overlay.notes[key], (box.centre[0], y), theme.paper, theme.ink, theme.line)
    return drawn


def badge(state: str, centre: Point, theme: Theme) -> str:
    """A disc with the sign of a state."""
    colour = theme.states[state][0]
    disc = svg.circle(centre, _RADIUS, fill=colour, stroke=theme.paper, stroke_width=1.5)
    sign = svg.icon(
        icons.STATES[state],
        centre,
        fill=theme.paper if state == "active" else "none",
        stroke=theme.paper,
        stroke_width=2.1,
        stroke_linecap="round",
        stroke_linejoin="round",
    )
    return disc + sign


def _pill(words: str, centre: Point, fill: str, ink: str, stroke: str | None = None) -> str:
    size = 11.0
    width = max(text_width(words, size) + 10, 18.0)
    box = Box(centre[0] - width / 2, centre[1] - 8.5, width, 17.0)
    text = svg.text(Text((words,), size), centre[0], centre[1] - 6.8, fill=ink, font_weight="bold")
    return svg.rect(box, 8.5, fill=fill, stroke=stroke, stroke_width=1.0 if stroke else None) + text


def legend(overlay: Overlay, theme: Theme, left: float, top: float) -> tuple[str, float]:
    """The states that occur, with their badges and words; and the height it takes."""
    used = set(overlay.states.values())
    states = [state for state in icons.STATES if state in used]
    if not overlay.legend or not states:
        return "", 0.0
    drawn, x = "", left + _RADIUS
    for state in states:
        words = state_name(state)
        drawn += badge(state, (x, top + _LEGEND / 2), theme)
        block = Text((words,), 12.0)
        drawn += svg.text(block, x + 14, top + _LEGEND / 2 - 7, anchor="start", fill=theme.ink)
        x += 14 + block.width + 30
    return svg.tag("g", drawn, class_="legend"), _LEGEND
