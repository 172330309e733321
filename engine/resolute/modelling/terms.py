"""The days that a model needs from a deadline: last day, first report, half of the term, period."""

from __future__ import annotations

from datetime import date, timedelta

from resolute.protocols.values import Point

_PERIODS = {
    "daily": "P1D",
    "weekly": "P7D",
    "monthly": "P1M",
    "quarterly": "P3M",
    "half_yearly": "P6M",
    "yearly": "P12M",
}
_REPORT_DAY = 10
"""Without a date, a periodical report is due by the 10th of the month after the period."""


def last_day(point: Point) -> date | None:
    """The last day of the deadline after the calendar rule, where there is one."""
    return point.deadline.effective or point.deadline.due


def period(point: Point) -> str | None:
    """How often a duty comes again, as an ISO duration; None when it does not or not by the calendar."""
    return _PERIODS.get(point.deadline.recurring or "")


def first_day(point: Point, issued: date | None, *, after_first: bool = False) -> date | None:
    """The first last day that is counted from; for a periodical duty without a date, by the usual rule.

    `after_first`: of what follows the first part of a compound deadline.
    """
    due = last_day(point)
    often = period(point)
    if after_first:
        start = due or issued
        return None if start is None or often is None else _later(start, often)
    return due or first_report(point, issued)


def first_report(point: Point, issued: date | None) -> date | None:
    """The day of the first report of a periodical duty whose deadline names none, by the usual rule."""
    often = period(point)
    if often is None or issued is None or last_day(point) is not None:
        return None
    return _after_the_period(issued, often)


def half_term(issued: date | None, due: date | None) -> date | None:
    """The day by which co-executors give the lead their proposals: the middle of the term."""
    if issued is None or due is None or due <= issued:
        return None
    return issued + (due - issued) / 2


def _after_the_period(day: date, often: str) -> date:
    """The report day after the period of the calendar that `day` lies in."""
    if often.endswith("D"):
        return _later(day, often)
    months = int(often[1:-1])
    return _month(day.year, (day.month - 1) // months * months + months, _REPORT_DAY)


def _later(day: date, often: str) -> date:
    count = int(often[1:-1])
    if often.endswith("D"):
        return day + timedelta(days=count)
    return _month(day.year, day.month - 1 + count, day.day)


def _month(year: int, month_from_0: int, day: int) -> date:
    """The day in a month counted from January of `year` = 0, or the last day of that month."""
    years, month = divmod(month_from_0, 12)
    following = date(year + years + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(following - timedelta(days=1), date(year + years, month + 1, 1) + timedelta(days=day - 1))
