"""What might be changed, to ask what would follow."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Done:
    """The step is done today."""

    step: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody waits for the step any more."""

    step: str


@dataclass(frozen=True, slots=True)
class Delayed:
    """The step takes so many working days longer."""

    step: str
    days: int


@dataclass(frozen=True, slots=True)
class Given:
    """The step goes to another party."""

    step: str
    party: str


@dataclass(frozen=True, slots=True)
class Due:
    """The deadline of the step moves."""

    step: str
    due: date


Change: TypeAlias = Done | Dropped | Delayed | Given | Due
