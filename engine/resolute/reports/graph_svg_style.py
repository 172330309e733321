"""How states and kinds of edges look: a colour and a mark for each; nothing hangs on colour alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from colorsys import hls_to_rgb, rgb_to_hls
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from xml.sax.saxutils import escape

from resolute import i18n
from resolute.bpmn.draw.theme import FONT as FONT
from resolute.bpmn.measure import text_width

_ = i18n.translator("pictures")

BOLD = 1.07
"""How much wider bold letters are."""
_FREE = 3
"""Texts of more letters than this keep their measured width whatever font is at hand; shorter ones have room."""
INK = "#1d2733"
GREY = "#5b6672"
FAINT = "#8b96a1"
PALE = "#d5dbe1"
CHAIN = "#d9480f"
CRITICAL = "#1d2733"


@dataclass(frozen=True, slots=True)
class Look:
    """Colours of a state and its mark, a path in a square of 16 by 16."""

    ink: str
    paper: str
    mark: str


LOOKS: dict[str, Look] = {
    "done": Look("#2b7a3d", "#eef7f0", "M3 8.5 L6.5 12 L13 4.5"),
    "running": Look("#1261a8", "#edf4fb", "M4.5 3 L13 8 L4.5 13 Z"),
    "waiting": Look("#8a6100", "#fff8e6", "M8 2 A6 6 0 1 1 7.99 2 M8 4.5 V8 L10.5 10"),
    "blocked": Look("#b3261e", "#fdf0ef", "M8 2 A6 6 0 1 1 7.99 2 M3.8 3.8 L12.2 12.2"),
    "overdue": Look("#8c1d18", "#fbe3e1", "M8 2 L14.5 13.5 H1.5 Z M8 6 V9.5 M8 11.3 V12"),
    "failed": Look("#6a1b7a", "#f7edf9", "M4 4 L12 12 M12 4 L4 12"),
    "to_come": Look("#5b6672", "#f6f7f9", "M8 2.5 A5.5 5.5 0 1 1 7.99 2.5"),
    "skipped": Look("#7d8791", "#fafafa", "M3 8 H13"),
}

DASHES = {"message": "7 4", "call": "2 3", "approval": "9 3 2 3", "resource": "2 5"}
"""Edges that are not plain lines."""


def dark(colour: str) -> str:
    """A colour, `#rrggbb`, as it is on a dark screen: as light as it was dark, of the same hue."""
    red, green, blue = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    hue, light, strong = rgb_to_hls(red, green, blue)
    found = hls_to_rgb(hue, 0.1 + (1 - light) * 0.85, strong * 0.6)
    return "#" + "".join(f"{round(part * 255):02x}" for part in found)


def state(name: str) -> str:
    """A state in words."""
    return {
        "done": _("done"),
        "running": _("in work"),
        "waiting": _("waiting for an event"),
        "blocked": _("blocked"),
        "overdue": _("overdue"),
        "failed": _("failed"),
        "to_come": _("still to come"),
        "skipped": _("not taken"),
    }.get(name, name)


def edge(name: str) -> str:
    """A kind of edge in words."""
    return {
        "sequence": _("one after the other"),
        "message": _("message between decisions"),
        "call": _("part of the step"),
        "approval": _("approval"),
        "resource": _("shared executor"),
        "declared": _("dependency of the register"),
    }.get(name, name)


def day(value: date | None) -> str:
    """A date: 01.07.2022 in Russian, 1 Jul 2022 in English."""
    if value is None:
        return ""
    if i18n.language() == "ru":
        return value.strftime("%d.%m.%Y")
    return f"{value.day} {value:%b} {value.year}"


def day_of(value: date | datetime | None) -> date | None:
    """The day of a date or a date-time."""
    return value.date() if isinstance(value, datetime) else value


def month(value: date, *, long: bool, year: bool = True) -> str:
    """A month, with its year or without, as the heading of a column."""
    name = (_months if long else _short_months)()[value.month - 1]
    return f"{name} {value.year}" if year else name


def mark(look: Look) -> str:
    """The mark of a state, 16 by 16 pixels."""
    return (
        f'<path d="{look.mark}" fill="none" stroke="{look.ink}" stroke-width="2" stroke-linecap="round" '
        'stroke-linejoin="round"/>'
    )


def _months() -> list[str]:
    return _("January February March April May June July August September October November December").split()


def _short_months() -> list[str]:
    return _("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec").split()


def text(
    x: float,
    y: float,
    content: str,
    size: float = 12,
    *,
    colour: str = INK,
    bold: bool = False,
    anchor: Literal["start", "middle", "end"] = "start",
) -> str:
    """One line of text; `anchor` says which part of it stands at `x`."""
    weight = ' font-weight="bold"' if bold else ""
    place = "" if anchor == "start" else f' text-anchor="{anchor}"'
    width = ""
    if len(content) > _FREE:
        pixels = text_width(content, size) * (BOLD if bold else 1)
        width = f' textLength="{pixels:.0f}" lengthAdjust="spacingAndGlyphs"'
    return (
        f'<text x="{x:.0f}" y="{y:.1f}" font-size="{size}" fill="{colour}"{weight}{place}{width}>'
        f"{clean(content)}</text>"
    )


def lines(texts: Sequence[str], x: float, y: float, size: float, colour: str = INK) -> str:
    """Lines of text below one another."""
    return "".join(text(x, y + index * size * 1.2, line, size, colour=colour) for index, line in enumerate(texts))


def clean(content: object) -> str:
    """Text as it may stand in XML: escaped, without characters that XML forbids."""
    return escape(FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", str(content)), {'"': "&quot;"})


FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
