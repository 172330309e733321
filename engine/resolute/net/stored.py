"""The stored form of an instance's state: JSON data, versioned, without what can be worked out again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.net.net import Net
from resolute.net.state import FORMAT, Place, State, Subscription

_ = i18n.translator("net")

_place: Callable[[tuple[int, int]], Place] = partial(tuple.__new__, Place)  # wide splits: four times Place(*pair)


def dump(state: State) -> dict[str, Any]:
    """The state as JSON data; parts that are empty are left out. Shares no list or dict that play changes."""
    parts: dict[str, Any] = {
        "places": [part for token, (node, scope) in state.places.items() for part in (token, node, scope)],
        "joins": [
            [scope, node, [[flow, count] for flow, count in waiting.items()]]
            for scope, joins in state.joins.items()
            for node, waiting in joins.items()
        ],
        "waits": [[token, *waiting] for token, waiting in state.subscriptions.items()],
        "locals": [[token, _copied(values)] for token, values in state.locals.items()],
        "incidents": [[token, *incident] for token, incident in state.incidents.items()],
        "done": [[scope, list(entries)] for scope, entries in state.done.items()],
        "undoing": [[token, list(handlers)] for token, handlers in state.undoing.items()],
        "catches": list(state.catches),
        "outcome": state.outcome,
    }
    stored: dict[str, Any] = {"format": FORMAT, "next": state.next, "data": dict(state.data)}
    stored.update((name, part) for name, part in parts.items() if part)
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
        state.undoing[token] = deque(handlers)
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
