"""Working days as whole numbers counted from an origin, so that schedules add and compare integers."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import date, timedelta

from resolute.calendars import Calendar

_DAY = timedelta(days=1)
HORIZON_YEARS = 40
"""How far a calendar is asked; beyond it weeks of five days are assumed."""


class Workdays:
    """Converts dates to numbers of working days after `origin`, and back.

    Day 0 is `origin` itself, worked or not; day 1 is the first working day after it, day -1 the last one
    before it.
    Days are taken from the calendar when first needed and then kept.
    """

    def __init__(self, calendar: Calendar, origin: date) -> None:
        self.calendar = calendar
        self.origin = origin
        self._ahead: list[date] = []
        self._behind: list[date] = []
        self._last = self._first = origin
        years = timedelta(days=366 * HORIZON_YEARS)
        self._end = origin + years if origin < date.max - years else date.max
        self._begin = origin - years if origin > date.min + years else date.min

    def number(self, day: date) -> int:
        """How many working days lie after the origin up to and including `day`; negative before it."""
        if day > self.origin:
            self._extend_to(day)
            beyond = max((day - self._end).days, 0)
            return bisect_right(self._ahead, day) + beyond * 5 // 7
        self._extend_back_to(day)
        later = bisect_left(self._behind, -day.toordinal(), key=lambda worked: -worked.toordinal())
        return -(later + (day < self.origin and self.calendar.is_working(self.origin)))

    def day(self, number: int) -> date:
        """The `number`-th working day after the origin (before it when negative)."""
        if number == 0:
            return self.origin
        days = self._ahead if number > 0 else self._behind
        while len(days) < abs(number):
            if not (self._grow() if number > 0 else self._grow_back()):
                return self._far(abs(number) - len(days), forward=number > 0)
        return days[abs(number) - 1]

    def _far(self, missing: int, *, forward: bool) -> date:
        days = missing * 7 // 5 + 1
        if forward:
            return date.max if days > (date.max - self._end).days else self._end + _DAY * days
        return date.min if days > (self._begin - date.min).days else self._begin - _DAY * days

    def _extend_to(self, day: date) -> None:
        while self._last < day and self._grow():
            pass

    def _extend_back_to(self, day: date) -> None:
        while self._first > day and self._grow_back():
            pass

    def _grow(self) -> bool:
        if self._last >= self._end:
            return False
        stop = min(self._end, self._last + _DAY * min(60, (date.max - self._last).days))
        while self._last < stop:
            self._last += _DAY
            if self.calendar.is_working(self._last):
                self._ahead.append(self._last)
        return True

    def _grow_back(self) -> bool:
        if self._first <= self._begin:
            return False
        stop = max(self._begin, self._first - _DAY * min(60, (self._first - date.min).days))
        while self._first > stop:
            self._first -= _DAY
            if self.calendar.is_working(self._first):
                self._behind.append(self._first)
        return True
