"""Working calendars: which days are worked, and counting in working days."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Protocol

_DAY = timedelta(days=1)


class Calendar(Protocol):
    """Anything that knows which days are worked."""

    def is_working(self, day: date) -> bool:
        """Whether `day` is a working day."""
        ...


class ProductionCalendar:
    """The production calendar of a country by the `holidays` package: weekends, holidays, transferred days.

    A Saturday that was made a working day counts as worked.
    """

    def __init__(self, country: str = "RU") -> None:
        import holidays

        self.country = country
        self._holidays = holidays.country_holidays(country)

    def is_working(self, day: date) -> bool:
        return bool(self._holidays.is_working_day(day))


class FiveDayWeek:
    """Monday to Friday, no holidays: for tests and for bodies without a production calendar."""

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5


@lru_cache(maxsize=8)
def production_calendar(country: str = "RU") -> ProductionCalendar:
    """The shared production calendar of `country` (ISO 3166 code)."""
    return ProductionCalendar(country)


def previous_working(calendar: Calendar, day: date) -> date:
    """`day` itself when it is worked, else the last working day before it."""
    while not calendar.is_working(day):
        day -= _DAY
    return day


def next_working(calendar: Calendar, day: date) -> date:
    """`day` itself when it is worked, else the first working day after it."""
    while not calendar.is_working(day):
        day += _DAY
    return day


def add_working_days(calendar: Calendar, day: date, count: int) -> date:
    """The `count`-th working day after `day` (before it when negative); `day` itself when `count` is 0."""
    step = _DAY if count > 0 else -_DAY
    for _ in range(abs(count)):
        day += step
        while not calendar.is_working(day):
            day += step
    return day


def working_days_between(calendar: Calendar, start: date, end: date) -> int:
    """How many working days lie after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -working_days_between(calendar, end, start)
    return sum(calendar.is_working(start + _DAY * i) for i in range(1, (end - start).days + 1))
