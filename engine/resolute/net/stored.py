"""The stored form of an instance's state: JSON data, versioned, without what can be worked out again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.net.net import Net
from resolute.net.state import FORMAT, Place, State, Subscription, Undo

_ = i18n.translator("net")

_place: Callable[[tuple[int, int]], Place] = partial(tuple.__new__, Place)  # wide splits: four times Place(*pair)


def _places(places: Mapping[int, Place]) -> list[int]:
    return [part for token, (node, scope) in places.items() for part in (token, node, scope)]


def _joins(joined: Mapping[int, Mapping[int, Mapping[int, int]]]) -> list[Any]:
    return [
        [scope, node, [[flow, count] for flow, count in waiting.items()]]
        for scope, joins in joined.items()
        for node, waiting in joins.items()
    ]


def _tuples(parts: Mapping[int, Sequence[Any]]) -> list[Any]:
    return [[token, *part] for token, part in parts.items()]


def _lists(parts: Mapping[int, Iterable[Any]]) -> list[Any]:
    return [[token, list(part)] for token, part in parts.items()]


def _undoing(parts: Mapping[int, Iterable[Undo]]) -> list[Any]:
    """The handlers still to run; by number alone where there is no snapshot."""
    return [
        [token, [[*undo] if undo.done or undo.values else undo.handler for undo in waiting]]
        for token, waiting in parts.items()
    ]


def _undo(stored: int | list[Any]) -> Undo:
    if isinstance(stored, int):
        return Undo(stored, [], {})
    handler, done, values = stored
    return Undo(handler, list(done), values)


def _locals(parts: Mapping[int, Mapping[str, Any]]) -> list[Any]:
    return [[token, _copied(values)] for token, values in parts.items()]


_PARTS: tuple[tuple[str, Callable[[State], Any], Callable[[Any], Any]], ...] = (
    ("places", attrgetter("places"), _places),
    ("joins", attrgetter("joins"), _joins),
    ("waits", attrgetter("subscriptions"), _tuples),
    ("locals", attrgetter("locals"), _locals),
    ("incidents", attrgetter("incidents"), _tuples),
    ("done", attrgetter("done"), _lists),
    ("undoing", attrgetter("undoing"), _undoing),
    ("catches", attrgetter("catches"), list),
    ("outcome", attrgetter("outcome"), str),
)
"""The name of each part, where it stands, how it is written."""


def dump(state: State) -> dict[str, Any]:
    """The state as JSON data; parts that are empty are left out. Shares no list or dict that play changes."""
    stored: dict[str, Any] = {"format": FORMAT, "next": state.next, "data": dict(state.data)}
    for name, of, written in _PARTS:
        if (part := of(state)) and (content := written(part)):
            stored[name] = content
    return stored


def load(net: Net, stored: Mapping[str, Any]) -> State:
    """The state of an instance of `net` from its stored form; raises InputError for an unknown format."""
    if stored.get("format") != FORMAT:
        message = _("the state has format {found}; this version of Resolute reads {known}")
        raise InputError(message.format(found=stored.get("format"), known=FORMAT))
    state = State(net, tuple(stored.get("catches", ())))
    state.next = stored["next"]
    state.data = dict(stored["data"])
    state.outcome = stored.get("outcome")
    _load_places(state, stored)
    for token, node, owner, definition, detail in stored.get("waits", ()):
        state.subscriptions[token] = Subscription(node, owner, definition, detail)
        state.watchers.setdefault(owner, []).append(token)
        if detail["type"] == "conditional":
            state.watching[token] = None
    state.locals = {token: _copied(values) for token, values in stored.get("locals", ())}
    state.mark_gates()
    state.incidents = {token: (kind, message, phase) for token, kind, message, phase in stored.get("incidents", ())}
    state.done = {scope: list(entries) for scope, entries in stored.get("done", ())}
    return state


def _load_places(state: State, stored: Mapping[str, Any]) -> None:
    net, children = state.net, state.children
    parts = stored.get("places", ())
    tokens, nodes, scopes = parts[0::3], parts[1::3], parts[2::3]
    state.places = dict(zip(tokens, map(_place, zip(nodes, scopes, strict=True)), strict=True))
    for token, node in zip(tokens, nodes, strict=True):
        if net.containing[node] and state.holds_places(token):
            children[token] = {}
    for token, handlers in stored.get("undoing", ()):
        state.undoing[token] = deque(map(_undo, handlers))
        children.setdefault(token, {})
    for token, scope in zip(tokens, scopes, strict=True):
        children[scope][token] = None
    for scope, node, waiting in stored.get("joins", ()):
        state.joins.setdefault(scope, {})[node] = dict(waiting)


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Local variables; the lists that a loop fills in are copied."""
    return {
        name: list(value) if name.startswith("*") and isinstance(value, list) else value
        for name, value in values.items()
    }
