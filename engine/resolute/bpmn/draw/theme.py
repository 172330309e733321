"""Colours of the light and the dark theme."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ThemeName = Literal["light", "dark"]

FONT = "Arial, 'Liberation Sans', Roboto, Helvetica, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of a picture."""

    paper: str
    ink: str
    line: str
    """Flows and frames."""
    shape: str
    """Inside of activities, events and gateways."""
    header: str
    """Strip with the name of a pool or lane."""
    lane: str
    muted: str
    states: dict[str, tuple[str, str]]
    """State -> colour of border and badge, colour of the inside."""
    heat: tuple[str, str]
    """Inside of an element at heat 0 and at heat 1."""


LIGHT = Theme(
    paper="#ffffff",
    ink="#1b2430",
    line="#3b4654",
    shape="#ffffff",
    header="#eef2f6",
    lane="#ffffff",
    muted="#6b7684",
    states={
        "done": ("#2e7d4f", "#e6f4ea"),
        "active": ("#1c5fb8", "#e3eefc"),
        "overdue": ("#c02f2f", "#fde8e6"),
        "blocked": ("#9a5b00", "#fff1d6"),
        "incident": ("#8e24aa", "#f6e6fa"),
    },
    heat=("#fff7e6", "#e8590c"),
)

DARK = Theme(
    paper="#12171e",
    ink="#e8edf3",
    line="#aeb9c6",
    shape="#1c2530",
    header="#222d3a",
    lane="#151c25",
    muted="#8a96a4",
    states={
        "done": ("#5fc98a", "#17352a"),
        "active": ("#6cabff", "#16304f"),
        "overdue": ("#ff8080", "#47211f"),
        "blocked": ("#f0b04f", "#43300f"),
        "incident": ("#d993ee", "#3a1f44"),
    },
    heat=("#2a2419", "#b8460a"),
)

THEMES: dict[str, Theme] = {"light": LIGHT, "dark": DARK}


def blend(low: str, high: str, share: float) -> str:
    """The colour a `share` (0..1) of the way from `low` to `high`."""
    share = min(max(share, 0.0), 1.0)
    parts = ((int(low[i : i + 2], 16), int(high[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)
