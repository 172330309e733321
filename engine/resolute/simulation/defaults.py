"""What is assumed where neither model nor scenario says anything: durations from deadlines, shares of branches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from resolute.calendars import Calendar, FiveDayWeek, production_calendar, working_days_between
from resolute.net.expressions.temporal import parse_datetime, parse_duration
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.scenario import Scenario
from resolute.simulation.terms import NO_TERM, Term

DEFAULT_FLOW = 0.8
"""Share of the default flow of a gateway about which nothing is known; the others share the rest."""
TERM = (0.3, 0.8, 1.2)
"""Least, usual and most part of its term that an assignment takes (PERT): most work is done towards the deadline."""
TASK_DAYS = (0.5, 1.0, 2.0)
"""Least, usual and most working days of a task without a deadline (triangular)."""


@dataclass(frozen=True)
class Defaults:
    """Assumptions at one starting moment."""

    scenario: Scenario
    start: datetime
    """Local, without a zone."""
    terms: Mapping[str, Term]
    """Point, or id of another activity -> the stretch that it has for itself, where that is known better than from its
    deadline alone."""
    deadlines: Mapping[str, datetime]
    """Point -> the end of its deadline after the calendar rule."""

    @property
    def day(self) -> float:
        """Working seconds of a working day."""
        return self.scenario.calendar.hours_per_day * 3600

    def from_model(self, duration: Any) -> Distribution | None:
        """A duration that stands in the model: working days and hours, always the same."""
        if not isinstance(duration, str) or not duration.strip():
            return None
        span = parse_duration(duration.strip())
        days = span.months * 21 + span.rest.days
        return fixed(days * self.day + span.rest.seconds)

    def of_task(self, key: str, due: datetime | None) -> Distribution:
        """The duration of a task about which only its point (or id) and deadline are known."""
        if due is None:
            return Distribution("triangular", tuple(days * self.day for days in TASK_DAYS))
        term = self.terms.get(key, NO_TERM)
        begin = max(self.start.date(), term.begin or self.start.date())
        days = max(working_days_between(self.calendar, begin, due.date()), 1) / term.parts
        return Distribution("pert", tuple(days * part * self.day for part in TERM))

    @property
    def calendar(self) -> Calendar:
        """The days that the scenario's calendar works."""
        country = self.scenario.calendar.country
        return production_calendar(country) if country else FiveDayWeek()


def end_of_due(due: Any) -> datetime | None:
    """The end of a deadline: of the whole day where it names a day. None for what is no date."""
    if isinstance(due, str):
        try:
            due = parse_datetime(due)
        except ValueError:
            return None
    if isinstance(due, datetime):
        return due.replace(tzinfo=None) if due.time() != time() else due.replace(tzinfo=None) + timedelta(days=1)
    if isinstance(due, date):
        return datetime.combine(due, time()) + timedelta(days=1)
    return None


def equal_shares(count: int, default: int | None) -> list[float]:
    """Probabilities of `count` ways out about which nothing is known."""
    if default is None or count < 2:
        return [1.0 / count] * count
    return [DEFAULT_FLOW if at == default else (1 - DEFAULT_FLOW) / (count - 1) for at in range(count)]
