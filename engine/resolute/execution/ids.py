"""Ids as people write them: `12` for an instance, `12-3` for a task, and what is wrong with others."""

from __future__ import annotations

from resolute import i18n
from resolute.errors import NotFoundError
from resolute.storage.statements import ANY_GROUP, NO_GROUP

_ = i18n.translator("execution")


def number(text: str) -> int:
    """The number behind an id. Raises NotFoundError for what cannot be one."""
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()) or len(text) > 18:
        raise NotFoundError(_("{id!r} is not known; expected a number").format(id=text))
    return int(text)


def optional(text: str | None) -> int | None:
    """The number behind an id that may be left open."""
    return None if text is None else number(text)


def group(number: int) -> str | None:
    """The id of a group; None for instances that stand alone and messages that reach everyone."""
    return None if number in (ANY_GROUP, NO_GROUP) else str(number)


def task(text: str) -> tuple[int, str]:
    """Instance and token of a task."""
    before, dash, token = text.partition("-") if isinstance(text, str) else ("", "", "")
    if not (dash and token.isascii() and token.isdigit()):
        raise NotFoundError(_("there is no task {id!r}; expected INSTANCE-NUMBER").format(id=text))
    return number(before), token


def token(text: str) -> str:
    """The token in a task's id, or the token itself."""
    found = text.rpartition("-")[2] if isinstance(text, str) else ""
    if not (found.isascii() and found.isdigit()):
        raise NotFoundError(_("there is no task {id!r}; expected INSTANCE-NUMBER").format(id=text))
    return found


def task_id(instance: int, token: str) -> str:
    """The id of a task."""
    return f"{instance}-{token}"
