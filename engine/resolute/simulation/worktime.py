"""Working time: weekly hours, a production calendar and days off, laid out as spans of seconds from an origin."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property

from resolute import i18n
from resolute.calendars import Calendar, production_calendar
from resolute.errors import InputError

_ = i18n.translator("simulation")

DAY = 86400.0
WEEK = 7 * DAY
YEARS = 12
"""How far a dated calendar is laid out; after that it repeats."""
OFFICE_HOURS = "09:00-13:00 14:00-18:00"
_SPAN = re.compile(r"(\d{1,2})(?::(\d\d))?(?::(\d\d))?")

Hours = tuple[tuple[float, float], ...]
"""Spans of work within a day, in seconds after midnight, in order."""


@dataclass(frozen=True)
class WorkCalendar:
    """When a party works: hours for each weekday, days off by the production calendar and by itself."""

    week: tuple[Hours, ...]
    """Seven entries, Monday first."""
    country: str | None = None
    """The production calendar whose days off are kept and whose moved working days are worked; None for none."""
    days_off: frozenset[date] = field(default_factory=frozenset)
    """Vacations and other single days without work."""

    @cached_property
    def hours_per_day(self) -> float:
        """The hours of an ordinary working day: the most that a weekday has."""
        return max(sum(end - start for start, end in hours) for hours in self.week) / 3600

    def hours(self, day: date, calendar: Calendar | None) -> Hours:
        """The spans of work of one day."""
        if day in self.days_off:
            return ()
        usual = self.week[day.weekday()]
        if calendar is None:
            return usual
        if not calendar.is_working(day):
            return usual if usual and self.works_weekends and day.weekday() >= 5 else ()
        return usual or max(self.week, key=len)

    @property
    def works_weekends(self) -> bool:
        """Whether Saturday or Sunday is worked as a rule, so that a production calendar only adds holidays."""
        return bool(self.week[5] or self.week[6])


ROUND_THE_CLOCK = WorkCalendar((((0.0, DAY),),) * 7)


def office(country: str | None = "RU", hours: str = OFFICE_HOURS) -> WorkCalendar:
    """Monday to Friday in office hours, by the production calendar of a country."""
    return WorkCalendar((parse_hours(hours),) * 5 + ((),) * 2, country)


def parse_hours(text: str) -> Hours:
    """Spans of a day such as `09:00-13:00 14:00-18:00`, joined where they touch. Raises InputError."""
    spans = []
    for part in text.replace(",", " ").split():
        start, _dash, end = part.replace("–", "-").partition("-")
        first, last = parse_time(start), parse_time(end) or DAY
        if last <= first:
            raise InputError(_("working hours {part!r} end before they begin").format(part=part))
        spans.append((first, last))
    return joined(spans)


def parse_time(text: str) -> float:
    """Seconds after midnight of `9`, `09:00` or `09:00:00.000`. Raises InputError."""
    match = _SPAN.match(text.strip())
    if match is None:
        raise InputError(_("{text!r} is no time of day; write it like 09:00").format(text=text))
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours > 24 or minutes > 59 or seconds > 59:
        raise InputError(_("{text!r} is no time of day; write it like 09:00").format(text=text))
    return hours * 3600.0 + minutes * 60 + seconds


def joined(spans: Sequence[tuple[float, float]]) -> Hours:
    """Spans in order, those that touch or overlap made one."""
    result: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return tuple(result)


@dataclass(frozen=True)
class Spans:
    """A calendar laid out from an origin; after `period` seconds it repeats."""

    period: float
    starts: tuple[float, ...]
    ends: tuple[float, ...]

    @cached_property
    def work(self) -> tuple[float, ...]:
        """Working time before each span, and in all."""
        total = [0.0]
        for start, end in zip(self.starts, self.ends, strict=True):
            total.append(total[-1] + end - start)
        return tuple(total)

    @cached_property
    def by_day(self) -> tuple[int, ...]:
        """For each day the first span that ends after its beginning; one more day for rounding."""
        days = int(self.period // DAY)
        found, at = [], 0
        for day in range(days + 1):
            while at < len(self.ends) and self.ends[at] <= day * DAY:
                at += 1
            found.append(at)
        return tuple(found)

    @cached_property
    def bucket(self) -> float:
        """A stretch of working time about as long as a span."""
        return self.work[-1] / len(self.starts)

    @cached_property
    def by_work(self) -> tuple[int, ...]:
        """For each bucket of working time the span in which it begins."""
        last = len(self.starts) - 1
        return tuple(
            min(max(bisect_left(self.work, bucket * self.bucket) - 1, 0), last)
            for bucket in range(len(self.starts) + 2)
        )


def lay_out(calendar: WorkCalendar, origin: datetime, key: str = "calendar", file: str | None = None) -> Spans | None:
    """The spans of a calendar from `origin` (midnight); None when it is worked round the clock.

    Raises InputError with its key in the scenario when it has no working hour at all.
    """
    dated = calendar.country is not None or calendar.days_off
    days = (YEARS * 366 // 7) * 7 if dated else 7
    production = production_calendar(calendar.country) if calendar.country else None
    first = origin.date()
    spans = [
        (number * DAY + start, number * DAY + end)
        for number in range(days)
        for start, end in calendar.hours(first + timedelta(days=number), production)
    ]
    whole = joined(spans)
    if not whole:
        raise InputError(_("{key}: this calendar has no working hour; give it some").format(key=key), file=file)
    if whole == ((0.0, days * DAY),):
        return None
    return Spans(days * DAY, tuple(start for start, _end in whole), tuple(end for _start, end in whole))


def midnight(moment: datetime) -> datetime:
    """The beginning of the day of a moment, without a zone: working time is local time."""
    return datetime.combine(moment.date(), time())
