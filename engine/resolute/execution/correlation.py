"""Which message is for which receiver: keys that an index can find, and the exact rule behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from resolute.execution.seam import Data
from resolute.storage.rows import canonical
from resolute.storage.statements import ANY_GROUP

NO_KEY = ""
MANY_KEYS = "*"


@dataclass(frozen=True, slots=True)
class Message:
    """A message or signal on its way."""

    name: str
    payload: Data
    correlation: Any = None
    group: int = ANY_GROUP
    sender: int | None = None
    heard: bool = False
    """Whether the sender itself has already been reached by its signal."""
    expires: int | None = None
    element: str = ""
    """Of the model, that throws it."""


def key_of(correlation: Any) -> str:
    """The key under which a message or subscription is filed: none, one value, or several."""
    if correlation is None or correlation == {}:
        return NO_KEY
    if isinstance(correlation, dict):
        return _key(next(iter(correlation.values()))) if len(correlation) == 1 else MANY_KEYS
    return _key(correlation)


def receiver_keys(correlation: Any) -> list[str]:
    """The keys of the subscriptions that a message with this correlation may reach."""
    if not isinstance(correlation, dict):
        return [key_of(correlation)]
    keys = dict.fromkeys(_key(value) for value in correlation.values())
    return [*keys, MANY_KEYS, NO_KEY] if len(correlation) > 1 else [*keys, NO_KEY]


def sender_keys(declared: Any) -> tuple[str, str] | None:
    """The keys of the messages that may be for a receiver that declares this; None means any key."""
    return None if key_of(declared) == NO_KEY else (key_of(declared), MANY_KEYS)


def matches(declared: Any, data: Data, correlation: Any) -> bool:
    """Whether a message with `correlation` is for a receiver that declares `declared` and holds `data`.

    A receiver that declares a key takes only messages with that key. One that declares none takes messages without
    correlation, and those whose correlation names variables that it holds with just these values.
    """
    sent = correlation if isinstance(correlation, dict) else {} if correlation is None else {"": correlation}
    if declared is None or declared == {}:
        return all(name in data and _key(data[name]) == _key(value) for name, value in sent.items())
    values = {_key(value) for value in sent.values()}
    if not isinstance(declared, dict):
        return _key(declared) in values
    if len(declared) == 1 and "" in sent:
        return {_key(value) for value in declared.values()} == values
    return all(name in sent and _key(sent[name]) == _key(value) for name, value in declared.items())


def _key(value: Any) -> str:
    """Numbers and texts that read the same are the same key."""
    return "=" + (value if isinstance(value, str) else canonical(value))
