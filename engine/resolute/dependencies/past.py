"""What blocked a step in the past: the report's roots over time, kept as changes only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from resolute.dependencies.values import Blocked


@dataclass(frozen=True, slots=True)
class Held:
    """From `since` on, until the next entry, a step was in this state and waited for these roots."""

    since: datetime
    state: str | None
    """None: it was not in the report, so it was done, running, or not there."""
    roots: tuple[str, ...]
    why: str

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "since": self.since.isoformat(),
            "state": self.state,
            "roots": list(self.roots),
            "why": self.why,
        }


class Past:
    """The history of blockers. Record a report whenever it was made; only what differs takes room."""

    def __init__(self) -> None:
        self._held: dict[str, list[Held]] = {}
        self._open: set[str] = set()

    def record(self, at: datetime, report: Iterable[Blocked]) -> None:
        """Notes the report made at `at`, which must not be earlier than the last one."""
        seen = set()
        for item in report:
            seen.add(item.step)
            self._note(item.step, Held(at, item.state, tuple(root.step for root in item.roots), item.why))
        for step in self._open - seen:
            self._note(step, Held(at, None, (), ""))
        self._open = seen

    def of(self, step: str) -> tuple[Held, ...]:
        """All that is known of a step, oldest first."""
        return tuple(self._held.get(step, ()))

    def at(self, step: str, moment: datetime) -> Held | None:
        """What held a step at `moment`; None before anything was recorded of it."""
        held = self._held.get(step, [])
        place = bisect_right(held, moment, key=lambda entry: entry.since)
        return held[place - 1] if place else None

    def entries(self) -> Iterator[tuple[str, Held]]:
        """Everything, step by step, for storing it elsewhere."""
        for step, held in self._held.items():
            for entry in held:
                yield step, entry

    def _note(self, step: str, entry: Held) -> None:
        held = self._held.setdefault(step, [])
        last = held[-1] if held else None
        if last is None or (last.state, last.roots) != (entry.state, entry.roots):
            held.append(entry)
