"""Decision tables of DMN 1.x: read from .dmn, decided by every hit policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from resolute.calendars import Calendar


@dataclass(frozen=True)
class Decision:
    """A decision that business rule tasks can use."""

    id: str

    def decide(self, data: Mapping[str, Any], now: datetime, calendar: Calendar | None = None) -> Any:
        """What the table says on `data`."""
        raise NotImplementedError
