"""The functions that an expression may call; there are no others."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, timedelta

from resolute import calendars, i18n
from resolute.calendars import Calendar
from resolute.net.expressions.arguments import (
    Known,
    Surroundings,
    day_of,
    items_of,
    list_of,
    real,
    text_of,
    whole_number,
    wrong,
)
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.more_functions import MORE_FUNCTIONS
from resolute.net.expressions.temporal import (
    Duration,
    as_moment,
    parse_date,
    parse_datetime,
    parse_duration,
)
from resolute.net.expressions.values import (
    Value,
    bounded,
    compare,
    equal,
    is_number,
    shifted,
    to_json,
)

_ = i18n.translator("net")

MAX_DAYS = 10_000
"""The most working days that one call counts."""


def _calendar(here: Surroundings) -> Calendar:
    return here.calendar or calendars.production_calendar()


# --- dates ---


def _date(_here: Surroundings, first: Value, *rest: Value) -> date:
    if rest:
        if len(rest) != 2:
            raise ExpressionError(_("date(...) takes a text, or year, month and day"))
        return date(whole_number(first), whole_number(rest[0]), whole_number(rest[1]))
    return day_of(first)


def _datetime(here: Surroundings, value: Value) -> datetime:
    moment = parse_datetime(value) if isinstance(value, str) else value
    if isinstance(moment, date):
        return as_moment(moment, here.now)
    raise wrong(value, _("a date and time"))


def _duration(_here: Surroundings, value: Value) -> Duration:
    return value if isinstance(value, Duration) else parse_duration(text_of(value))


def _span(unit: str) -> Callable[[Surroundings, Value], Duration]:
    return lambda _here, n: Duration(0, timedelta(**{unit: real(n)}))


def _add_days(_here: Surroundings, value: Value, n: Value) -> Value:
    day = parse_date(value) if isinstance(value, str) else value
    return shifted(day, Duration(0, timedelta(days=whole_number(n))))


def _add_months(_here: Surroundings, value: Value, n: Value) -> Value:
    day = parse_date(value) if isinstance(value, str) else value
    return shifted(day, Duration(whole_number(n)))


def _add_working_days(here: Surroundings, value: Value, n: Value) -> date:
    count = whole_number(n)
    if abs(count) > MAX_DAYS:
        raise ExpressionError(_("at most {n} working days are counted").format(n=MAX_DAYS))
    day = parse_datetime(value) if isinstance(value, str) and len(value) > 10 else value
    moved = calendars.add_working_days(_calendar(here), day_of(day), count)
    if isinstance(day, datetime):
        return datetime.combine(moved, day.timetz())
    return moved


def _working_days_between(here: Surroundings, start: Value, end: Value) -> int:
    first, last = day_of(start), day_of(end)
    if abs((last - first).days) > MAX_DAYS * 2:
        raise ExpressionError(_("at most {n} working days are counted").format(n=MAX_DAYS))
    return calendars.working_days_between(_calendar(here), first, last)


# --- numbers ---


def _round(_here: Surroundings, value: Value, digits: Value = 0) -> int | float:
    places = whole_number(digits)
    if not -20 <= places <= 20:
        raise ExpressionError(_("the number is too large"))
    result = round(real(value), places)
    return int(result) if places <= 0 else result


def _number(_here: Surroundings, value: Value) -> int | float:
    if isinstance(value, str) and len(value) <= 40:
        number = float(value)
        return int(value) if value.strip().lstrip("+-").isdigit() else number
    return real(value)


def _sum(_here: Surroundings, *values: Value) -> int | float:
    return sum(real(value) for value in items_of(values))


def _mean(here: Surroundings, *values: Value) -> float:
    items = items_of(values)
    if not items:
        raise ExpressionError(_("an empty list has no mean"))
    return _sum(here, *values) / len(items)


def _extreme(sign: str) -> Callable[..., Value]:
    def find(here: Surroundings, *values: Value) -> Value:
        items = items_of(values)
        if not items:
            raise ExpressionError(_("an empty list has no smallest or largest item"))
        best = items[0]
        for item in items[1:]:
            here.step()
            if compare(sign, item, best):
                best = item
        return best

    return find


# --- texts ---


def _string(_here: Surroundings, value: Value) -> str:
    plain = to_json(value)
    return (
        plain
        if isinstance(plain, str)
        else {True: "true", False: "false", None: "null"}.get(plain)
        or (str(plain) if is_number(plain) else text_of(plain))
    )


def _substring(_here: Surroundings, value: Value, start: Value, length: Value = None) -> str:
    text, first = text_of(value), whole_number(start)
    begin = first - 1 if first > 0 else max(len(text) + first, 0)
    return text[begin:] if length is None else text[begin : begin + max(whole_number(length), 0)]


def _contains(here: Surroundings, whole: Value, part: Value) -> bool:
    if isinstance(whole, str):
        return text_of(part) in whole
    return _list_contains(here, whole, part)


def _join(_here: Surroundings, values: Value, by: Value = "") -> str:
    return str(bounded(text_of(by).join(text_of(value) for value in list_of(values))))


def _split(_here: Surroundings, value: Value, by: Value) -> list[str]:
    return text_of(value).split(text_of(by) or None)


def _replace(_here: Surroundings, value: Value, old: Value, new: Value) -> str:
    text, piece, other = text_of(value), text_of(old), text_of(new)
    bounded("x" * min(text.count(piece) * len(other), 10**6) if piece else text)
    return str(bounded(text.replace(piece, other) if piece else text))


# --- lists ---


def _list_contains(here: Surroundings, values: Value, wanted: Value) -> bool:
    for item in list_of(values):
        here.step()
        if equal(item, wanted):
            return True
    return False


def _distinct(here: Surroundings, values: Value) -> list[Value]:
    found: list[Value] = []
    for item in list_of(values):
        if not _list_contains(here, found, item):
            found.append(item)
    return found


def _union(here: Surroundings, *lists: Value) -> list[Value]:
    return _distinct(here, _concatenate(here, *lists))


def _concatenate(_here: Surroundings, *lists: Value) -> list[Value]:
    joined: list[Value] = []
    for values in lists:
        joined += list_of(values)
        bounded(joined)
    return joined


def _index_of(_here: Surroundings, values: Value, wanted: Value) -> list[int]:
    return [place for place, item in enumerate(list_of(values), 1) if equal(item, wanted)]


def _count(_here: Surroundings, value: Value) -> int:
    if isinstance(value, (list, str, dict)):
        return len(value)
    raise wrong(value, _("a list"))


def _all(_here: Surroundings, *values: Value) -> bool:
    return all(value is True for value in items_of(values))


def _any(_here: Surroundings, *values: Value) -> bool:
    return any(value is True for value in items_of(values))


def _get(_here: Surroundings, whole: Value, key: Value, default: Value = None) -> Value:
    if not isinstance(whole, dict):
        raise wrong(whole, _("a context"))
    return whole.get(text_of(key), default)


def _or_else(_here: Surroundings, value: Value, default: Value) -> Value:
    return default if value is None else value


FUNCTIONS: dict[str, Known] = {
    "date": Known(_date, (1, 3)),
    "datetime": Known(_datetime, (1, 1)),
    "duration": Known(_duration, (1, 1)),
    "today": Known(lambda here: here.now.date(), (0, 0)),
    "now": Known(lambda here: here.now, (0, 0)),
    "days": Known(_span("days"), (1, 1)),
    "hours": Known(_span("hours"), (1, 1)),
    "minutes": Known(_span("minutes"), (1, 1)),
    "months": Known(lambda _here, n: Duration(whole_number(n)), (1, 1)),
    "add_days": Known(_add_days, (2, 2)),
    "add_months": Known(_add_months, (2, 2)),
    "add_working_days": Known(_add_working_days, (2, 2)),
    "working_days_between": Known(_working_days_between, (2, 2)),
    "is_working_day": Known(lambda here, day: _calendar(here).is_working(day_of(day)), (1, 1)),
    "next_working_day": Known(lambda here, day: calendars.next_working(_calendar(here), day_of(day)), (1, 1)),
    "previous_working_day": Known(lambda here, day: calendars.previous_working(_calendar(here), day_of(day)), (1, 1)),
    "abs": Known(lambda _here, n: -n if isinstance(n, Duration) and n.rest < timedelta(0) else abs(real(n)), (1, 1)),
    "floor": Known(lambda _here, n: math.floor(real(n)), (1, 1)),
    "ceiling": Known(lambda _here, n: math.ceil(real(n)), (1, 1)),
    "round": Known(_round, (1, 2)),
    "number": Known(_number, (1, 1)),
    "sum": Known(_sum, (1, 100)),
    "mean": Known(_mean, (1, 100)),
    "min": Known(_extreme("<"), (1, 100)),
    "max": Known(_extreme(">"), (1, 100)),
    "count": Known(_count, (1, 1)),
    "len": Known(_count, (1, 1)),
    "string": Known(_string, (1, 1)),
    "substring": Known(_substring, (2, 3)),
    "upper": Known(lambda _here, value: text_of(value).upper(), (1, 1)),
    "lower": Known(lambda _here, value: text_of(value).lower(), (1, 1)),
    "contains": Known(_contains, (2, 2)),
    "starts_with": Known(lambda _here, value, part: text_of(value).startswith(text_of(part)), (2, 2)),
    "ends_with": Known(lambda _here, value, part: text_of(value).endswith(text_of(part)), (2, 2)),
    "join": Known(_join, (1, 2)),
    "split": Known(_split, (2, 2)),
    "replace": Known(_replace, (3, 3)),
    "list_contains": Known(_list_contains, (2, 2)),
    "append": Known(lambda _here, values, *more: bounded([*list_of(values), *more]), (1, 100)),
    "concatenate": Known(_concatenate, (1, 100)),
    "union": Known(_union, (1, 100)),
    "distinct": Known(_distinct, (1, 1)),
    "index_of": Known(_index_of, (2, 2)),
    "reverse": Known(lambda _here, values: list_of(values)[::-1], (1, 1)),
    "all": Known(_all, (1, 100)),
    "any": Known(_any, (1, 100)),
    "get": Known(_get, (2, 3)),
    "or_else": Known(_or_else, (2, 2)),
    "is_null": Known(lambda _here, value: value is None, (1, 1)),
    **MORE_FUNCTIONS,
}

PHRASES: dict[str, str] = {
    "date and time": "datetime",
    "day of week": "weekday",
    "string length": "count",
    "string join": "join",
    "upper case": "upper",
    "lower case": "lower",
    "starts with": "starts_with",
    "ends with": "ends_with",
    "list contains": "list_contains",
    "distinct values": "distinct",
    "index of": "index_of",
    "get value": "get",
    "get or else": "or_else",
    "is defined": "defined",
    "years and months duration": "months_between",
    "insert before": "insert_before",
    "substring before": "substring_before",
    "substring after": "substring_after",
    "last day of month": "last_day_of_month",
}
"""The names that FEEL gives these functions."""

FUNCTIONS["weekday"] = Known(lambda _here, day: day_of(day).isoweekday(), (1, 1))
FUNCTIONS["months_between"] = Known(
    lambda _here, start, end: Duration(
        (day_of(end).year - day_of(start).year) * 12
        + day_of(end).month
        - day_of(start).month
        - (day_of(end).day < day_of(start).day)
    ),
    (2, 2),
)
