"""The fields of a task's form, as far as a page can show them: what a JSON Schema says of flat values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.errors import InputError

if TYPE_CHECKING:
    from resolute.execution import Task

_ = i18n.translator("server")

_INPUTS = {"integer": ("number", "1"), "number": ("number", "any"), "boolean": ("checkbox", None)}


@dataclass(frozen=True, slots=True)
class Field:
    """One field."""

    name: str
    title: str
    type: str
    """Of the HTML input."""
    kind: str
    """Of the JSON value."""
    required: bool
    choices: Sequence[Any] = ()
    step: str | None = None


def fields(task: Task) -> Sequence[Field]:
    """The fields of a task without a form: none; parts that are objects or lists are left to the API."""
    schema = (task.form and task.form.schema) or {}
    parts = schema.get("properties")
    required = schema.get("required")
    if not isinstance(parts, Mapping):
        return ()
    needed = set(required) if isinstance(required, list) else set()
    return [_field(name, part, name in needed) for name, part in parts.items() if _is_flat(part)]


def _is_flat(part: Any) -> bool:
    return isinstance(part, Mapping) and (
        isinstance(part.get("enum"), list) or part.get("type") in ("string", "integer", "number", "boolean")
    )


def _field(name: str, part: Mapping[str, Any], required: bool) -> Field:
    kind = str(part.get("type", "string"))
    shown, step = _INPUTS.get(kind, ("date" if part.get("format") == "date" else "text", None))
    choices = [choice for choice in part.get("enum", ()) if isinstance(choice, str | int | float)]
    return Field(name, str(part.get("title", name)), shown, kind, required, choices, step)


def answer(task: Task, given: Mapping[str, str]) -> dict[str, Any]:
    """What a person has put into the fields, as JSON values; an empty field is left out. Raises InputError."""
    found: dict[str, Any] = {}
    for field in fields(task):
        text = given.get(field.name, "")
        if field.kind == "boolean":
            found[field.name] = bool(text)
        elif text:
            found[field.name] = _value(field, text)
    return found


def _value(field: Field, text: str) -> Any:
    for choice in field.choices:
        if text == str(choice):
            return choice
    try:
        return {"integer": int, "number": float}.get(field.kind, str)(text)
    except ValueError:
        raise InputError(_("{field}: found {text!r}, expected a number").format(field=field.title, text=text)) from None
