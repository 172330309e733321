"""What functions of the expression language are given, and how they ask for a text, a number, a list, a day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from resolute import i18n
from resolute.calendars import Calendar
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.temporal import parse_date
from resolute.net.expressions.values import Value, describe, is_number

_ = i18n.translator("net")


class Surroundings(Protocol):
    """What a function may ask of the evaluation."""

    now: datetime
    calendar: Calendar | None

    def step(self) -> None:
        """Counts one round of a loop."""
        ...


@dataclass(frozen=True, slots=True)
class Known:
    """A function that expressions may call."""

    function: Callable[..., Value]
    arity: tuple[int, int]


def wrong(value: Value, wanted: str) -> ExpressionError:
    """What to raise when a value is of another kind than is needed."""
    return ExpressionError(_("{wanted} is needed, {found} is given").format(wanted=wanted, found=describe(value)))


def text_of(value: Value) -> str:
    """The value, which must be a text."""
    if isinstance(value, str):
        return value
    raise wrong(value, _("a text"))


def whole_number(value: Value) -> int:
    """The value, which must be a whole number."""
    if is_number(value) and float(value).is_integer() and abs(value) < 2**53:
        return int(value)
    raise wrong(value, _("a whole number"))


def real(value: Value) -> int | float:
    """The value, which must be a number."""
    if is_number(value):
        return value  # type: ignore[no-any-return]
    raise wrong(value, _("a number"))


def items_of(values: tuple[Value, ...]) -> list[Value]:
    """The items of the one list that is given, or the values themselves."""
    return values[0] if len(values) == 1 and isinstance(values[0], list) else list(values)


def list_of(value: Value) -> list[Value]:
    """The value, which must be a list."""
    if isinstance(value, list):
        return value
    raise wrong(value, _("a list"))


def day_of(value: Value) -> date:
    """The day of a date, of a moment, of a text."""
    if isinstance(value, str):
        return parse_date(value)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    raise wrong(value, _("a date"))
