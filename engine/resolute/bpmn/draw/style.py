"""The look of one element: theme, live state and heat brought together."""

from __future__ import annotations

from dataclasses import dataclass

from resolute.bpmn.draw.overlay import Overlay
from resolute.bpmn.draw.theme import Theme, blend

_DASHES = {"blocked": "7 4", "incident": "2 3"}
_FRAMES = frozenset(("participant", "lane", "group", "textAnnotation"))


@dataclass(frozen=True, slots=True)
class Style:
    """Colours and strokes for one element."""

    ink: str
    line: str
    fill: str
    stroke: str
    header: str
    width: float = 1.5
    dash: str | None = None


def style_of(kind: str, key: str, theme: Theme, overlay: Overlay | None) -> Style:
    """The style of an element of a kind, by its id."""
    if kind in _FRAMES:
        return Style(theme.ink, theme.line, theme.lane, theme.line, theme.header, 1.2)
    plain = Style(theme.ink, theme.line, theme.shape, theme.line, theme.header)
    if overlay is None:
        return plain
    fill = plain.fill
    if key in overlay.heat:
        fill = blend(*theme.heat, overlay.heat[key])
    state = overlay.states.get(key)
    if state is None:
        return Style(plain.ink, plain.line, fill, plain.stroke, plain.header)
    colour, tint = theme.states[state]
    width = 1.8 if state == "done" else 2.6
    return Style(
        theme.ink,
        theme.line,
        tint if key not in overlay.heat else fill,
        colour,
        theme.header,
        width,
        _DASHES.get(state),
    )
