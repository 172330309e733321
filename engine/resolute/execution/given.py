"""What callers hand in, checked and copied: JSON values only, so that what runs on is what the store gives back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import isfinite
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.execution.seam import Data

_ = i18n.translator("execution")

MAX_DEPTH = 100
"""How deep lists and mappings may stand in one another."""

_MAX_BITS = 4096
"""The longest whole number: still far below what Python reads back from decimal digits."""


def checked(data: Mapping[str, Any] | None) -> Data:
    """The variables as a dictionary of their own, down to the last list: what the caller changes later changes
    nothing here. Raises InputError, with the place, for what JSON cannot hold.
    """
    if data is None:
        return {}
    if type(data) is not dict and not isinstance(data, Mapping):
        raise _refused("", _("{kind} is no mapping of variables").format(kind=type(data).__name__))
    return _mapping(data, "", 0)


def json_value(value: Any) -> Any:
    """Any value of JSON, copied. Raises InputError."""
    return _copied(value, "", 0)


def text(value: Any, what: str) -> str:
    """A text that every database can keep; `what` names it in the InputError for anything else."""
    if not isinstance(value, str):
        raise InputError(_("{what}: found {found!r}; expected a text").format(what=what, found=value))
    return _check_text(value, what)


def optional_text(value: Any, what: str) -> None:
    """The same where nothing need be said."""
    if value is not None:
        text(value, what)


def names(named: str | Sequence[str]) -> list[str]:
    """What is named, by itself or among others, each once. Raises InputError for nothing, and for what is no name."""
    if not isinstance(named, Sequence):
        raise InputError(_("{what}: found {found!r}; expected a text").format(what="name", found=named))
    found = dict.fromkeys(text(name, "name") for name in ([named] if isinstance(named, str) else named))
    if not found:
        raise InputError(_("nothing is named; expected one at least"))
    return list(found)


def one_of(value: str | None, known: Collection[str], what: str) -> None:
    """A word that is asked for; None asks for all. Raises InputError for one that means nothing."""
    if value is not None and value not in known:
        raise InputError(
            _("{what}: found {found!r}; expected one of {known}").format(what=what, found=value, known=", ".join(known))
        )


def page(limit: int | None, offset: int) -> None:
    """The part of a list that is asked for. Raises InputError for numbers below 0."""
    for what, number in (("limit", limit), ("offset", offset)):
        if number is not None and number < 0:
            raise InputError(_("{what}: found {found!r}; expected 0 or more").format(what=what, found=number))


def _copied(value: Any, place: str, depth: int) -> Any:
    if value is None or value is True or value is False:
        return value
    if isinstance(value, str):
        return _check_text(value, place)
    if isinstance(value, int):
        if value.bit_length() > _MAX_BITS:
            raise _refused(place, _("a whole number of {n} bits").format(n=value.bit_length()))
        return int(value)
    if isinstance(value, float):
        if not isfinite(value):
            raise _refused(place, _("{value} is no number of JSON").format(value=value))
        return float(value)
    if depth >= MAX_DEPTH:
        raise _refused(place[:60], _("more than {n} lists and mappings in one another").format(n=MAX_DEPTH))
    if isinstance(value, Mapping):
        return _mapping(value, place, depth)
    if isinstance(value, list | tuple):
        return [_copied(item, f"{place}[{index}]", depth + 1) for index, item in enumerate(value)]
    raise _refused(place, _("a value of the type {kind}").format(kind=type(value).__name__))


def _mapping(value: Mapping[Any, Any], place: str, depth: int) -> Data:
    result = {}
    for name, item in value.items():
        if not isinstance(name, str):
            raise _refused(place, _("the key {key!r} is no text").format(key=name))
        _check_text(name, place)
        result[name] = _copied(item, f"{place}.{name}" if place else name, depth + 1)
    return result


def _check_text(value: str, place: str) -> str:
    if "\0" in value:
        raise _refused(place, _("a text with the character NUL"))
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError as error:
            half = ascii(value[error.start])
            raise _refused(place, _("a text with half a character ({found})").format(found=half)) from None
    return value if type(value) is str else str(value)


def _refused(place: str, found: str) -> InputError:
    return InputError(
        _("the data cannot be kept: {found}{at}; expected only texts, numbers, lists and mappings").format(
            found=found, at=f" ({place[:200]})" if place else ""
        )
    )
