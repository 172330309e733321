"""How the values of expressions compare, add up and turn into JSON."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import isfinite
from typing import Any, TypeAlias

from resolute import i18n
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.temporal import Duration, as_moment, parse_date, parse_datetime, parse_duration

_ = i18n.translator("net")

Value: TypeAlias = Any
"""None, bool, int, float, str, list, dict, date, datetime, time, Duration or Range."""

MAX_BITS = 4_096
MAX_SIZE = 100_000
"""The longest text or list that an expression may make."""

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Range:
    """Everything between two bounds; None is open-ended."""

    low: Value
    high: Value
    low_included: bool = True
    high_included: bool = True

    def __contains__(self, value: Value) -> bool:
        above = self.low is None or compare(">=" if self.low_included else ">", value, self.low)
        return above and (self.high is None or compare("<=" if self.high_included else "<", value, self.high))


def describe(value: Value) -> str:
    """The kind of a value, in words for messages."""
    if value is None:
        return "null"
    names: tuple[tuple[type, str], ...] = (
        (bool, _("a truth value")),
        ((int), _("a number")),
        (float, _("a number")),
        (str, _("a text")),
        (list, _("a list")),
        (dict, _("a context")),
        (datetime, _("a date and time")),
        (date, _("a date")),
        (Duration, _("a duration")),
    )
    return next((name for kind, name in names if isinstance(value, kind)), type(value).__name__)


def is_number(value: Value) -> bool:
    """Whether it is a number; truth values are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _alike(left: Value, right: Value) -> tuple[Value, Value]:
    """Both sides in one type, where a text meets a date or a duration, or a date meets a date-time."""
    if isinstance(left, str) and isinstance(right, (date, Duration)):
        right_first = _alike(right, left)
        return right_first[1], right_first[0]
    if isinstance(right, str):
        try:
            if isinstance(left, datetime):
                right = parse_datetime(right)
            elif isinstance(left, date):
                right = parse_date(right)
            elif isinstance(left, Duration):
                right = parse_duration(right)
        except ValueError as error:
            raise ExpressionError(str(error)) from None
    if isinstance(left, datetime) and isinstance(right, date):
        right = as_moment(right, left)
        left = as_moment(left, right)
    elif isinstance(right, datetime) and isinstance(left, date):
        left = as_moment(left, right)
    return left, right


def equal(left: Value, right: Value) -> bool:
    """Equality; a truth value never equals a number."""
    if isinstance(left, bool) is not isinstance(right, bool):
        return False
    if type(left) is not type(right):
        try:
            left, right = _alike(left, right)
        except ExpressionError:
            return False
    return bool(left == right)


def compare(sign: str, left: Value, right: Value) -> bool:
    """`left sign right`; raises ExpressionError when they cannot be put in order."""
    if sign == "==":
        return equal(left, right)
    if sign == "!=":
        return not equal(left, right)
    left, right = _alike(left, right)
    if isinstance(left, Duration) and isinstance(right, Duration):
        left, right = _span(left), _span(right)
    comparable = (is_number(left) and is_number(right)) or (
        isinstance(left, (str, date, time, timedelta)) and isinstance(right, type(left))
    )
    if not comparable:
        message = _("{left} and {right} cannot be compared with {sign}")
        raise ExpressionError(message.format(left=describe(left), right=describe(right), sign=sign))
    return _ORDER[sign](left, right)


def _span(duration: Duration) -> timedelta:
    """A length for ordering: months count as a twelfth of 365.25 days."""
    return timedelta(days=duration.months * 30.4375) + duration.rest


def arithmetic(sign: str, left: Value, right: Value) -> Value:
    """`left sign right` for numbers, texts, lists, dates and durations; raises ExpressionError."""
    if is_number(left) and is_number(right):
        return _number(sign, left, right)
    result = _temporal(sign, left, right)
    if result is not None:
        return result
    if sign == "+" and isinstance(left, str) and isinstance(right, str):
        return bounded(left + right)
    if sign == "+" and isinstance(left, list) and isinstance(right, list):
        return bounded(left + right)
    message = _("{sign} does not work on {left} and {right}")
    raise ExpressionError(message.format(sign=sign, left=describe(left), right=describe(right)))


def bounded(value: Value) -> Value:
    """`value`, unless it has grown too large."""
    if len(value) > MAX_SIZE:
        raise ExpressionError(_("the result is longer than {n}").format(n=MAX_SIZE))
    return value


def _number(sign: str, left: Any, right: Any) -> int | float:
    try:
        if sign == "+":
            return finite(left + right)
        if sign == "-":
            return finite(left - right)
        if sign == "*":
            return finite(left * right)
        if sign == "/":
            whole = isinstance(left, int) and isinstance(right, int) and left % right == 0
            return left // right if whole else finite(left / right)
        if sign == "%":
            return finite(left % right)
        if isinstance(left, int) and abs(right) * left.bit_length() > MAX_BITS:
            raise OverflowError
        result = left**right
        if isinstance(result, complex):
            raise ValueError
        return finite(result)
    except ZeroDivisionError:
        raise ExpressionError(_("division by zero")) from None
    except (OverflowError, ValueError):
        raise ExpressionError(_("the number is too large")) from None


def finite(number: Any) -> int | float:
    """`number`, unless it is beyond what a state can keep: too many bits, or an infinity, which JSON cannot write."""
    too_large = number.bit_length() > MAX_BITS if isinstance(number, int) else not isfinite(number)
    if too_large:
        raise ExpressionError(_("the number is too large"))
    return number  # type: ignore[no-any-return]


def _temporal(sign: str, left: Value, right: Value) -> Value:
    """Sums and differences of dates and durations; None when the sides are none of these."""
    if isinstance(right, Duration) and isinstance(left, (date, Duration)) and sign in "+-":
        return shifted(left, right if sign == "+" else -right)
    if isinstance(left, Duration):
        if isinstance(right, date) and sign == "+":
            return shifted(right, left)
        if is_number(right) and sign in "*/" and (sign == "*" or right):
            factor = right if sign == "*" else 1 / right
            return Duration(round(left.months * factor), left.rest * factor)
    if isinstance(left, date) and isinstance(right, (date, str)) and sign == "-":
        left, right = _alike(left, right)
        return Duration(0, left - right)
    return None


def shifted(value: date | Duration, by: Duration) -> date | Duration:
    """A date or duration plus a duration; a plain date stays one when whole days are added."""
    try:
        if isinstance(value, Duration):
            return Duration(value.months + by.months, value.rest + by.rest)
        if isinstance(value, datetime):
            return by.after(value)
        moved = by.after(datetime.combine(value, time()))
    except (OverflowError, ValueError):
        raise ExpressionError(_("the date is out of range")) from None
    return moved if by.rest.seconds or by.rest.microseconds else moved.date()


def to_json(value: Value) -> Any:
    """The value as JSON data: dates and durations as ISO 8601 text."""
    if isinstance(value, list):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Duration):
        return str(value)
    if isinstance(value, Range):
        raise ExpressionError(_("a range cannot be kept as a value"))
    return value
