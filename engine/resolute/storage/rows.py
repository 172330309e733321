"""Rows of the store as the engine handles them, and the forms in which moments and structures are kept."""

from __future__ import annotations

import json
import json.encoder
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("execution")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _writer() -> Callable[[Any, int], Iterable[str]]:
    """What `JSONEncoder.iterencode` makes anew for each value, made once: that takes half of the time."""
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return lambda value, _level: _JSON.iterencode(value)
    writer: Callable[[Any, int], Iterable[str]] = make(
        None, _JSON.default, json.encoder.encode_basestring, None, ":", ",", False, False, False
    )
    return writer


_written = _writer()
_quoted = json.encoder.encode_basestring
_canonical = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True).encode


def micros(moment: datetime) -> int:
    """An aware moment as microseconds since 1970, UTC. Raises InputError for one without a zone."""
    if moment.tzinfo is None:
        raise InputError(_("{moment}: a time without a zone; expected an aware datetime").format(moment=moment))
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware moment, in UTC, behind a stored number."""
    return _EPOCH + value * _MICROSECOND


def dumps(value: Any) -> str:
    """Compact JSON. Raises TypeError, ValueError or RecursionError for what JSON cannot hold."""
    return "".join(_written(value, 0))


def quoted(text: str | None) -> str:
    """As `dumps`, of a text or nothing."""
    return "null" if text is None else _quoted(text)


def canonical(value: Any) -> str:
    """Compact JSON with sorted keys: equal values give equal texts."""
    return _canonical(value)


def loads(text: str) -> Any:
    """The structure behind a stored text."""
    return json.loads(text)


class InstanceRow(NamedTuple):
    """A row of `instances`, in the order of its columns."""

    id: int
    definition: int
    executor: str
    status: str
    parent: int | None
    parent_token: str | None
    group_id: int
    key: str | None
    ref: str | None
    started: int
    ended: int | None
    seq: int
    head: str
    body: str
    behind: int


class Move(NamedTuple):
    """What a command makes of an instance whose state stays as written, in the order of the statement's parameters."""

    seq: int
    head: str
    behind: int
    id: int
    before: int
    """The `seq` that the unit of work found."""


class Advance(NamedTuple):
    """What a command makes of an instance that runs on, in that order as well."""

    seq: int
    head: str
    body: str
    id: int
    before: int


class Change(NamedTuple):
    """What a command makes of an instance that ends or changes its definition, in that order as well."""

    definition: int
    status: str
    ended: int | None
    seq: int
    head: str
    body: str
    id: int
    before: int


class TaskRow(NamedTuple):
    """A row of `tasks`, in the order of its columns."""

    instance: int
    token: str
    element: str
    name: str
    party: str | None
    due: str | None
    ref: str | None
    status: str
    local: str | None
    created: int
    done: int | None
    by: str | None
    assignee: str | None
    form: str | None


class CommentRow(NamedTuple):
    """A row of `comments`, in the order of its columns."""

    id: int
    instance: int
    token: str
    at: int
    by: str | None
    text: str
    file: str | None
    hash: str | None


class SubscriptionRow(NamedTuple):
    """A row of `subscriptions`, in the order of its columns."""

    id: int
    instance: int
    token: str
    element: str
    type: str
    name: str | None
    key: str | None
    correlation: str | None
    due: int | None
    group_id: int
    created: int


class MessageRow(NamedTuple):
    """A row of `messages`, in the order of its columns."""

    id: int
    name: str
    key: str
    correlation: str
    payload: str
    group_id: int
    sender: int | None
    created: int
    expires: int | None


class OutgoingRow(NamedTuple):
    """A row of `outbox`, in the order of its columns."""

    id: int
    instance: int
    element: str
    name: str
    correlation: str
    payload: str
    at: int


class JobRow(NamedTuple):
    """A row of `jobs`, in the order of its columns."""

    instance: int
    token: str
    element: str
    service: str
    input: str
    attempts: int
    due: int
    created: int
    error: str | None
    worker: int | None


class IncidentRow(NamedTuple):
    """A row of `incidents`, in the order of its columns."""

    id: int
    instance: int
    token: str
    element: str
    kind: str
    message: str
    created: int
    resolved: int | None


class JournalRow(NamedTuple):
    """A row of `journal`, in the order of its columns."""

    instance: int
    seq: int
    at: int
    by: str | None
    command: str | None
    events: str | None
    digest: str | None
    hash: str


class DefinitionRow(NamedTuple):
    """A row of `definitions`, in the order of its columns."""

    id: int
    process: str
    version: int
    name: str
    document: str
    deployed: int


class StartRow(NamedTuple):
    """A row of `starts`, in the order of its columns."""

    id: int
    definition: int
    element: str
    type: str
    name: str | None
    due: int | None
    left: int | None
    """How often a timer fires after `due`; None for ever."""


class OpeningRow(NamedTuple):
    """A row of `openings`, in the order of its columns."""

    id: int
    number: str | None
    date: str | None
    body: str | None
    source: str | None
    opened: int
