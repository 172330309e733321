"""When timers are due: dates, durations and repetitions of ISO 8601; working days by calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from resolute import calendars, i18n
from resolute.calendars import Calendar
from resolute.net.expressions import ExpressionError
from resolute.net.expressions.temporal import Duration, as_moment, parse_datetime, parse_duration
from resolute.net.net import EventDefinition, TimerKind

_ = i18n.translator("net")

_REPEAT = re.compile(r"R(?P<count>\d{0,9})/(?P<rest>.+)\Z")

QUICK = timedelta(seconds=1)
MOST_QUICK = 1000
"""How often a timer may fire whose repetitions follow quicker than a second: a model must not keep an engine busy."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a timer fires: first at `due`, then `left` more times (None: for ever), `every` so often."""

    due: datetime
    left: int | None = 0
    every: Duration | None = None


def schedule(
    definition: EventDefinition, data: Mapping[str, Any], now: datetime, calendar: Calendar | None
) -> Schedule | None:
    """The schedule of a timer that is armed now; None when its expression gives null: then it is never armed.

    Raises ExpressionError when what it says is no time.
    """
    if definition.expression is None:
        raise ExpressionError(_("the timer says no time; set timeDate, timeDuration or timeCycle"))
    value = definition.expression.evaluate(data, now, calendar)
    if value is None:
        return None
    try:
        return _schedule(definition, value, now, calendar)
    except (ValueError, OverflowError) as error:
        if isinstance(error, ExpressionError):
            raise
        raise ExpressionError(str(error)) from None


def _schedule(definition: EventDefinition, value: Any, now: datetime, calendar: Calendar | None) -> Schedule:
    found = _said(definition, value, now, calendar)
    often = found.left is None or found.left >= MOST_QUICK
    if found.every is not None and often and found.every.after(now) - now < QUICK:
        raise ExpressionError(
            _(
                "a timer that repeats more often than once a second ({found}) would never let go; say R{n} at most"
            ).format(found=value, n=MOST_QUICK)
        )
    return found


def _said(definition: EventDefinition, value: Any, now: datetime, calendar: Calendar | None) -> Schedule:
    if isinstance(value, str):
        match = _REPEAT.match(value.strip())
        if match:
            return _cycle(match, now, definition.working, calendar)
        value = parse_duration(value) if value.strip().lstrip("-").startswith("P") else parse_datetime(value)
    if isinstance(value, Duration):
        due = after(now, value, definition.working, calendar)
        repeats = definition.timer == TimerKind.CYCLE
        return Schedule(due, None if repeats else 0, value if repeats else None)
    if isinstance(value, date):
        return Schedule(as_moment(value, now))
    raise ExpressionError(
        _("{found} is no time; expected a date, a duration such as P5D, or R3/P1D").format(found=repr(value))
    )


def _cycle(match: re.Match[str], now: datetime, working: bool, calendar: Calendar | None) -> Schedule:
    """`R3/P1D`, `R/2022-07-01T10:00/P1D`, `R2/P1D/2022-12-31`; the count says how often it fires."""
    count = int(match["count"]) if match["count"] else None
    if count == 0:
        raise ExpressionError(_("a timer that repeats 0 times never fires; expected R1 or more"))
    first, _slash, second = match["rest"].partition("/")
    left = None if count is None else count - 1
    if not second:
        every = parse_duration(first)
        return Schedule(after(now, every, working, calendar), left, every)
    if first.startswith("P"):
        every = parse_duration(first)
        end = as_moment(parse_datetime(second), now)
        fits = max(0, (end - now) // max(after(now, every, working, calendar) - now, timedelta(seconds=1)) - 1)
        left = fits if left is None else min(left, fits)
        return Schedule(after(now, every, working, calendar), left, every)
    every = parse_duration(second)
    return Schedule(as_moment(parse_datetime(first), now), left, every)


def after(moment: datetime, span: Duration, working: bool, calendar: Calendar | None) -> datetime:
    """The moment `span` later; with `working`, its whole days are counted in working days."""
    if not working or span.rest.days < 0:
        return span.after(moment)
    first = Duration(span.months).after(moment).date()
    day = calendars.add_working_days(calendar or calendars.production_calendar(), first, span.rest.days)
    return datetime.combine(day, moment.timetz()) + timedelta(
        seconds=span.rest.seconds, microseconds=span.rest.microseconds
    )


def is_literal(text: str, kind: TimerKind) -> bool:
    """Whether `text` is ISO 8601 as it stands, and no expression."""
    text = text.strip()
    match = _REPEAT.match(text)
    parts = match["rest"].split("/") if match and kind == TimerKind.CYCLE else [text]
    return len(parts) <= 2 and all(map(_is_time, parts))


def _is_time(text: str) -> bool:
    for parse in (parse_duration, parse_datetime):
        try:
            parse(text)
        except ValueError:
            continue
        return True
    return False
