"""What a picture shows over the model: the live state of the elements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

State = Literal["done", "active", "overdue", "blocked", "incident"]


@dataclass(frozen=True, slots=True)
class Overlay:
    """Live state by element id. Every state has a colour, a border pattern and a badge of its own."""

    states: Mapping[str, State] = field(default_factory=dict)
    """One state an element; sequence flows may be `done`."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """How many instances or tokens stand at an element."""
    heat: Mapping[str, float] = field(default_factory=dict)
    """0..1: how much of something an element has (time, load, risk); shown as a tint with the per cent."""
    notes: Mapping[str, str] = field(default_factory=dict)
    """A short text at an element: a date, a name."""
    legend: bool = True
    """Whether the states that occur are explained under the picture."""
