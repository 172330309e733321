"""How long finished work took, in working days: what a schedule may expect where no model declares a duration."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from itertools import accumulate
from statistics import median_high

from resolute.calendars import Calendar, production_calendar
from resolute.storage import queries
from resolute.storage.database import Database
from resolute.storage.queries import Spell
from resolute.storage.rows import micros, moment

ENOUGH = 3
"""So many finished executions say something; of fewer nothing is expected."""


@dataclass(frozen=True, slots=True)
class Durations:
    """Medians of what has been finished; the day on which work began and the day on which it ended both count."""

    tasks: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Process and element -> working days."""
    by_party: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    """Process, element and party -> working days, where the party has done enough of them."""
    calls: Mapping[str, int] = field(default_factory=dict)
    """Process that is called -> working days from its start to its end."""

    def of_task(self, process: str, element: str, party: str | None) -> int | None:
        """What to expect of a task of a party; None where too few were done."""
        own = self.by_party.get((process, element, party)) if party is not None else None
        return own if own is not None else self.tasks.get((process, element))

    def of_call(self, process: str | None) -> int | None:
        """What to expect of a called process as a whole."""
        return self.calls.get(process) if process is not None else None


def learned(database: Database, until: datetime, *, calendar: Calendar | None = None) -> Durations:
    """The medians of all work that was finished by `until`; days are those of its time zone.

    A called process counts when a task of it was done: what was cancelled before anybody acted says nothing.
    """
    tasks = queries.finished_tasks(database, micros(until))
    calls = queries.finished_calls(database, micros(until))
    count = _Counter(calendar or production_calendar(), until.tzinfo, [*tasks, *calls])
    elements: dict[tuple[str, str], list[int]] = defaultdict(list)
    parties: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for spell in tasks:
        days = count.days(spell)
        elements[spell.process, spell.element].append(days)
        if spell.party is not None:
            parties[spell.process, spell.element, spell.party].append(days)
    called: dict[str, list[int]] = defaultdict(list)
    for spell in calls:
        called[spell.process].append(count.days(spell))
    return Durations(
        {key: median_high(days) for key, days in elements.items() if len(days) >= ENOUGH},
        {key: median_high(days) for key, days in parties.items() if len(days) >= ENOUGH},
        {key: median_high(days) for key, days in called.items() if len(days) >= ENOUGH},
    )


class _Counter:
    """Counts the working days of spells, the calendar asked once a day."""

    def __init__(self, calendar: Calendar, zone: tzinfo | None, spells: Iterable[Spell]) -> None:
        self._zone = zone
        self._days: dict[int, date] = {}
        ends = [self._day(at).toordinal() for spell in spells for at in (spell.began, spell.ended)]
        self._first = min(ends, default=1)
        span = range(self._first, max(ends, default=0) + 1)
        self._worked = [0, *accumulate(calendar.is_working(date.fromordinal(day)) for day in span)]

    def days(self, spell: Spell) -> int:
        """Working days from the day on which it began to the day on which it ended, both counted; at least one."""
        began, ended = (self._day(at).toordinal() - self._first for at in (spell.began, spell.ended))
        return max(self._worked[ended + 1] - self._worked[began], 1)

    def _day(self, at: int) -> date:
        hour = at // 3_600_000_000
        if hour not in self._days:
            self._days[hour] = moment(at).astimezone(self._zone).date()
        return self._days[hour]
