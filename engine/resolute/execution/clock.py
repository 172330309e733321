"""Clocks: where the engine gets the time from."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Anything that knows what time it is."""

    def now(self) -> datetime:
        """The current moment, with its time zone."""
        ...


class SystemClock:
    """The clock of the machine, in its time zone."""

    def now(self) -> datetime:
        return datetime.now().astimezone()
