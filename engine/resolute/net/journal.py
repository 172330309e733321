"""Writes records as events of plain data, named by element ids, and reads such events back into a state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from resolute import i18n
from resolute.errors import InputError
from resolute.net.net import Kind, Net
from resolute.net.state import INSTANCE, OFFERED, Record, State

_ = i18n.translator("net")


class Happening(Protocol):
    """An event of the seam, as far as replay reads it."""

    @property
    def kind(self) -> str:
        """What happened."""
        ...

    @property
    def element(self) -> str:
        """The id of the element, or of the process."""
        ...

    @property
    def token(self) -> str | None:
        """The place or subscription."""
        ...

    @property
    def detail(self) -> Mapping[str, Any]:
        """What else there is to say."""
        ...


def written(net: Net, record: Record) -> tuple[str, str, str | None, dict[str, Any]]:
    """A record as kind, element, token and detail of an event."""
    kind, node, token, extra = record
    element = net.process if node < 0 else net.ids[node]
    write = _WRITE.get(kind)
    detail = {} if write is None else write(net, node, extra)
    return kind, element, None if token == INSTANCE else str(token), detail


def replay(state: State, events: Iterable[Happening]) -> State:
    """The state, changed in place, that the events of the commands after it lead to."""
    for event in events:
        read = _READ.get(event.kind)
        if read is None:
            raise InputError(_("{kind} is no event of the net").format(kind=repr(event.kind)))
        node = state.net.index.get(event.element, -1)
        read(state, node, INSTANCE if event.token is None else int(event.token), event.detail)
    state.log = []
    return state


# --- writing ---


def _activated(_net: Net, _node: int, scope: int) -> dict[str, Any]:
    return {} if scope == INSTANCE else {"scope": str(scope)}


def _completed(net: Net, _node: int, flows: tuple[int, ...]) -> dict[str, Any]:
    return {"flows": [net.flow_ids[flow] for flow in flows]} if flows else {}


def _cancelled(net: Net, _node: int, extra: int | tuple[int, ...] | None) -> dict[str, Any]:
    if isinstance(extra, tuple):
        return {"flows": [net.flow_ids[flow] for flow in extra]}
    return {} if extra is None else {"scope": str(extra)}


def _subscribed(_net: Net, _node: int, extra: tuple[int, int, Mapping[str, Any]]) -> dict[str, Any]:
    owner, definition, detail = extra
    return {**detail, "owner": str(owner), **({"definition": definition} if definition else {})}


def _incident(_net: Net, _node: int, extra: tuple[str, str, str]) -> dict[str, Any]:
    return dict(zip(("kind", "message", "phase"), extra, strict=True))


def _data(_net: Net, _node: int, extra: Any) -> dict[str, Any]:
    if isinstance(extra, tuple):
        return dict(zip(("name", "index", "value"), extra, strict=True))
    return {"values": dict(extra)}


def _compensating(net: Net, _node: int, extra: tuple[int, int | None, bool]) -> dict[str, Any]:
    scope, activity, running = extra
    detail: dict[str, Any] = {"scope": str(scope), "activity": None if activity is None else net.ids[activity]}
    return {**detail, "running": True} if running else detail


def _task(net: Net, node: int, local: Mapping[str, Any] | None) -> dict[str, Any]:
    kind = "user" if net.kinds[node] == Kind.USER else "manual"
    if local and local.get(OFFERED):
        kind = "choice"
    visible = {name: value for name, value in (local or {}).items() if not name.startswith("*")}
    return {"kind": kind, "data": visible} if visible else {"kind": kind}


def _job(_net: Net, _node: int, extra: tuple[str, Mapping[str, Any]]) -> dict[str, Any]:
    return {"service": extra[0], "input": dict(extra[1])}


def _called(_net: Net, _node: int, extra: tuple[str, Mapping[str, Any], list[str]]) -> dict[str, Any]:
    return {"process": extra[0], "data": dict(extra[1]), "catches": extra[2]}


def _sent(_net: Net, _node: int, detail: Mapping[str, Any]) -> dict[str, Any]:
    return dict(detail)


def _ended(_net: Net, _node: int, extra: tuple[str, str | None]) -> dict[str, Any]:
    outcome, error = extra
    return {"outcome": outcome} if error is None else {"outcome": outcome, "error": error}


_WRITE: dict[str, Callable[[Net, int, Any], dict[str, Any]]] = {
    "activated": _activated,
    "completed": _completed,
    "cancelled": _cancelled,
    "subscribed": _subscribed,
    "incident": _incident,
    "data": _data,
    "compensating": _compensating,
    "task": _task,
    "job": _job,
    "called": _called,
    "sent": _sent,
    "read": _sent,
    "stored": _sent,
    "ended": _ended,
}

# --- reading ---

_OWN = frozenset({"owner", "definition"})


def _read_activated(state: State, node: int, _token: int, detail: Mapping[str, Any]) -> None:
    state.activate(node, int(detail.get("scope", INSTANCE)))


def _read_completed(state: State, _node: int, token: int, detail: Mapping[str, Any]) -> None:
    state.complete(token, _flows(state, detail))


def _flows(state: State, detail: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(state.net.flow_index[flow] for flow in detail.get("flows", ()))


def _read_cancelled(state: State, node: int, token: int, detail: Mapping[str, Any]) -> None:
    if token == INSTANCE:
        state.cancel_join(node, int(detail["scope"]))
    elif "flows" in detail:
        state.give_back(token, _flows(state, detail))
    else:
        state.cancel(token)


def _read_subscribed(state: State, node: int, _token: int, detail: Mapping[str, Any]) -> None:
    own = {name: value for name, value in detail.items() if name not in _OWN}
    state.subscribe(node, int(detail["owner"]), detail.get("definition", 0), own)


def _read_unsubscribed(state: State, _node: int, token: int, _detail: Mapping[str, Any]) -> None:
    state.unsubscribe(token)


def _read_incident(state: State, _node: int, token: int, detail: Mapping[str, Any]) -> None:
    state.incident(token, detail["kind"], detail["message"], detail["phase"])


def _read_resolved(state: State, _node: int, token: int, _detail: Mapping[str, Any]) -> None:
    state.resolve(token)


def _read_data(state: State, _node: int, token: int, detail: Mapping[str, Any]) -> None:
    if "values" in detail:
        state.set(token, detail["values"])
    else:
        state.collect(token, detail["name"], detail["index"], detail["value"])


def _read_compensating(state: State, _node: int, token: int, detail: Mapping[str, Any]) -> None:
    activity = None if detail["activity"] is None else state.net.node(detail["activity"])
    state.compensate(token, int(detail["scope"]), activity, running=detail.get("running", False))


def _read_ended(state: State, _node: int, _token: int, detail: Mapping[str, Any]) -> None:
    state.end(detail["outcome"], detail.get("error"))


def _pass(_state: State, _node: int, _token: int, _detail: Mapping[str, Any]) -> None:
    """Asks something of the engine; the state is the same before and after."""


_READ: dict[str, Callable[[State, int, int, Mapping[str, Any]], None]] = {
    "activated": _read_activated,
    "completed": _read_completed,
    "cancelled": _read_cancelled,
    "subscribed": _read_subscribed,
    "unsubscribed": _read_unsubscribed,
    "incident": _read_incident,
    "resolved": _read_resolved,
    "data": _read_data,
    "compensating": _read_compensating,
    "ended": _read_ended,
    "task": _pass,
    "job": _pass,
    "called": _pass,
    "sent": _pass,
    "read": _pass,
    "stored": _pass,
}
