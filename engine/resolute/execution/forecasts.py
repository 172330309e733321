"""Forecasts that are kept in the store, and what became of the steps that they spoke of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from resolute.execution import ids, journal
from resolute.execution.questions import Questions
from resolute.storage import forecasts, queries
from resolute.storage.forecasts import ForecastStepRow
from resolute.storage.rows import micros, moment

Ending = Literal["done", "open", "withdrawn"]
"""Done; still to come; or never to come: its instance has ended without it, or it was cancelled."""


@dataclass(frozen=True, slots=True)
class KeptDeadline:
    """What a forecast said of one open deadline."""

    step: str
    """`INSTANCE:ELEMENT`"""
    ref: str | None
    name: str
    due: datetime
    """The end of the deadline, as it stood then."""
    on_time: float
    p50: datetime | None
    p80: datetime | None
    p95: datetime | None


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """A forecast from the live state, as it was made."""

    id: str
    at: datetime
    seed: int
    runs: int
    deadlines: tuple[KeptDeadline, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step."""

    ending: Ending
    finished: datetime | None = None
    """When it was last left, if it is done."""


OPEN, WITHDRAWN = Outcome("open"), Outcome("withdrawn")


class Forecasts(Questions):
    """Keeps forecasts; `core.Engine` has the other commands as well."""

    def keep_forecast(self, at: datetime, seed: int, runs: int, deadlines: Iterable[KeptDeadline]) -> str:
        """Keeps what was forecast of open deadlines at a moment; answers its id."""
        rows = [_row(one) for one in deadlines]
        number = self._command(lambda work: forecasts.add(self._database, micros(at), seed, runs, rows))
        return str(number)

    def kept_forecasts(self) -> list[KeptForecast]:
        """All forecasts that were kept, oldest first."""
        with self._lock, self._database.reading():
            return [
                KeptForecast(
                    str(row.id),
                    moment(row.made),
                    row.seed,
                    row.runs,
                    tuple(_kept(step) for step in forecasts.steps(self._database, row.id)),
                )
                for row in forecasts.all_forecasts(self._database)
            ]

    def outcomes(self, steps: Iterable[str]) -> dict[str, Outcome]:
        """What became of steps `INSTANCE:ELEMENT`."""
        wanted = {step: _place(step) for step in steps}
        numbers = sorted({number for number, _element in wanted.values()})
        with self._lock, self._database.reading():
            running = queries.running_among(self._database, numbers)
            rows = queries.journals(self._database, numbers)
        found: dict[tuple[int, str], Outcome] = {}
        for event in journal.history(rows):
            place = int(event.instance), event.element
            if event.kind == "completed":
                found[place] = Outcome("done", event.at)
            elif event.kind == "cancelled":
                found[place] = WITHDRAWN
            elif event.kind == "activated":
                found[place] = OPEN
        return {step: _outcome(found.get(place, OPEN), place[0] in running) for step, place in wanted.items()}


def _outcome(last: Outcome, running: bool) -> Outcome:
    return last if running or last.ending == "done" else WITHDRAWN


def _place(step: str) -> tuple[int, str]:
    instance, _colon, element = step.partition(":")
    return ids.number(instance), element


def _row(one: KeptDeadline) -> ForecastStepRow:
    instance, element = _place(one.step)
    p50, p80, p95 = (None if at is None else micros(at) for at in (one.p50, one.p80, one.p95))
    return ForecastStepRow(0, instance, element, one.ref, one.name, micros(one.due), one.on_time, p50, p80, p95)


def _kept(row: ForecastStepRow) -> KeptDeadline:
    p50, p80, p95 = (None if at is None else moment(at) for at in (row.p50, row.p80, row.p95))
    return KeptDeadline(f"{row.instance}:{row.element}", row.ref, row.name, moment(row.due), row.on_time, p50, p80, p95)
