"""The stored form of an instance's state: JSON data, versioned, without what can be worked out again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from resolute.errors import InputError
from resolute.i18n import translator
from resolute.net.net import Net
from resolute.net.state import FORMAT, Place, State, Subscription

_ = translator("net")


def dump(state: State) -> dict[str, Any]:
    """The state as JSON data; parts that are empty are left out. Shares no list or dict that play changes."""
    parts: dict[str, Any] = {
        "places": [part for token, place in state.places.items() for part in (token, *place)],
        "joins": [
            [scope, node, [[flow, count] for flow, count in waiting.items()]]
            for (scope, node), waiting in state.joins.items()
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
    state.incidents = {token: (kind, message, phase) for token, kind, message, phase in stored.get("incidents", ())}
    state.done = {scope: list(entries) for scope, entries in stored.get("done", ())}
    return state


def _load_places(state: State, stored: Mapping[str, Any]) -> None:
    net = state.net
    places, children = state.places, state.children
    parts = iter(stored.get("places", ()))
    for token, node, scope in zip(parts, parts, parts, strict=True):
        places[token] = Place(node, scope)
    for token, place in places.items():
        if net.containing[place.node] and state.holds_places(token):
            children.setdefault(token, {})
    for token, handlers in stored.get("undoing", ()):
        state.undoing[token] = list(handlers)
        children.setdefault(token, {})
    for token, place in places.items():
        children[place.scope][token] = None
    for scope, node, waiting in stored.get("joins", ()):
        state.joins[scope, node] = dict(waiting)


def _copied(values: Mapping[str, Any]) -> dict[str, Any]:
    """Local variables; the lists that a loop fills in are copied."""
    return {
        name: list(value) if name.startswith("*") and isinstance(value, list) else value
        for name, value in values.items()
    }
