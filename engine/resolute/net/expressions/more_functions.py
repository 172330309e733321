"""Built-in functions of FEEL beyond the everyday ones: remainders, parts of lists and texts, ends of months."""

from __future__ import annotations

import calendar
import math
from datetime import date

from resolute import i18n
from resolute.net.expressions.arguments import (
    Known,
    Surroundings,
    day_of,
    items_of,
    list_of,
    real,
    text_of,
    whole_number,
)
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.values import Value, arithmetic, bounded

_ = i18n.translator("net")

MAX_SCALE = 20


def _decimal(_here: Surroundings, value: Value, digits: Value) -> int | float:
    places = whole_number(digits)
    if abs(places) > MAX_SCALE:
        raise ExpressionError(_("the number is too large"))
    return round(real(value), places)


def _modulo(_here: Surroundings, value: Value, by: Value) -> Value:
    return arithmetic("%", real(value), real(by))


def _median(_here: Surroundings, *values: Value) -> int | float | None:
    numbers = sorted(real(value) for value in items_of(values))
    if not numbers:
        return None
    middle = len(numbers) // 2
    return numbers[middle] if len(numbers) % 2 else (numbers[middle - 1] + numbers[middle]) / 2


def _place(values: list[Value], position: Value, most: int) -> int:
    """The index of a place counted from 1, or from the end when it is negative."""
    place = whole_number(position)
    index = place - 1 if place > 0 else len(values) + place
    if place == 0 or not 0 <= index < most:
        message = _("the list has {count} items, none at {place}")
        raise ExpressionError(message.format(count=len(values), place=place))
    return index


def _sublist(_here: Surroundings, values: Value, start: Value, length: Value = None) -> list[Value]:
    items = list_of(values)
    first = _place(items, start, len(items))
    return items[first:] if length is None else items[first : first + max(whole_number(length), 0)]


def _insert_before(_here: Surroundings, values: Value, position: Value, item: Value) -> Value:
    items = list_of(values)
    at = _place(items, position, len(items) + 1)
    return bounded([*items[:at], item, *items[at:]])


def _remove(_here: Surroundings, values: Value, position: Value) -> list[Value]:
    items = list_of(values)
    at = _place(items, position, len(items))
    return items[:at] + items[at + 1 :]


def _flatten(here: Surroundings, values: Value) -> Value:
    found: list[Value] = []
    stack = list_of(values)[::-1]
    while stack:
        here.step()
        item = stack.pop()
        if isinstance(item, list):
            stack += item[::-1]
        else:
            found.append(item)
    return bounded(found)


def _before(_here: Surroundings, value: Value, part: Value) -> str:
    before, found, _after = text_of(value).partition(text_of(part)) if part else ("", "", "")
    return before if found else ""


def _after(_here: Surroundings, value: Value, part: Value) -> str:
    return text_of(value).partition(text_of(part))[2] if part else text_of(value)


def _last_day_of_month(_here: Surroundings, value: Value) -> date:
    day = day_of(value)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


MORE_FUNCTIONS: dict[str, Known] = {
    "decimal": Known(_decimal, (2, 2)),
    "modulo": Known(_modulo, (2, 2)),
    "odd": Known(lambda _here, n: math.fmod(real(n), 2) != 0, (1, 1)),
    "even": Known(lambda _here, n: math.fmod(real(n), 2) == 0, (1, 1)),
    "median": Known(_median, (1, 100)),
    "sublist": Known(_sublist, (2, 3)),
    "insert_before": Known(_insert_before, (3, 3)),
    "remove": Known(_remove, (2, 2)),
    "flatten": Known(_flatten, (1, 1)),
    "trim": Known(lambda _here, value: text_of(value).strip(), (1, 1)),
    "substring_before": Known(_before, (2, 2)),
    "substring_after": Known(_after, (2, 2)),
    "last_day_of_month": Known(_last_day_of_month, (1, 1)),
}
