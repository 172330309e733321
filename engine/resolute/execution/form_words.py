"""Says in words why an answer does not fit its form."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.storage.rows import canonical

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_ = i18n.translator("execution")

_TYPES: dict[str, Callable[[], str]] = {
    "string": lambda: _("a text"),
    "number": lambda: _("a number"),
    "integer": lambda: _("a whole number"),
    "boolean": lambda: _("yes or no (true, false)"),
    "array": lambda: _("a list"),
    "object": lambda: _("an object"),
    "null": lambda: _("nothing (null)"),
}


def words(error: ValidationError) -> str:
    """A problem with its place, in the language of the reader where the keyword is a usual one."""
    place = ".".join(map(str, error.absolute_path)) or _("the answer")
    return f"{place}: {_said(str(error.validator), error.validator_value, error)}"


def _said(keyword: str, value: Any, error: ValidationError) -> str:
    given: Any = error.instance
    if keyword == "required":
        return _("missing: {names}").format(names=", ".join(name for name in value if name not in given))
    if keyword == "additionalProperties":
        return _("not asked for: {names}").format(names=error.message)
    wanted = _wanted(keyword, value)
    if wanted is None:
        return str(error.message)[:200]
    return _("found {found}, expected {wanted}").format(found=canonical(given)[:100], wanted=wanted)


def _wanted(keyword: str, value: Any) -> str | None:
    """What a keyword asks for; None for one that has no words of ours."""
    match keyword:
        case "type":
            kinds = [value] if isinstance(value, str) else value
            return ", ".join(_TYPES[kind]() for kind in kinds)
        case "enum":
            return _("one of {values}").format(values=", ".join(map(canonical, value))[:200])
        case "const":
            return canonical(value)[:200]
        case "minimum" | "exclusiveMinimum" | "maximum" | "exclusiveMaximum":
            return f"{_SIGNS[keyword]} {value}"
        case "minLength" | "minItems" | "minProperties":
            return _("a length of at least {n}").format(n=value)
        case "maxLength" | "maxItems" | "maxProperties":
            return _("a length of at most {n}").format(n=value)
        case "pattern":
            return _("a text like {pattern}").format(pattern=value)
        case "format":
            return _("the format {format}").format(format=value)
        case "uniqueItems":
            return _("no item twice")
    return None


_SIGNS = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
