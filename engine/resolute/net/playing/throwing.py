"""Throwing events: sending messages and signals, failing, escalating, undoing, terminating."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.net.net import EventDefinition, Trigger
from resolute.net.playing import activities, compensation, events, failures, scopes

if TYPE_CHECKING:
    from resolute.net.run import Run

_ = i18n.translator("net")


def throw(run: Run, token: int) -> None:
    """Throws everything that an event or send task throws. Raises ExpressionError."""
    node = run.state.places[token].node
    for definition in run.net.events.get(node, ()):
        if token in run.state.places:
            _THROW[definition.trigger](run, token, definition)


def _throw_message(run: Run, token: int, definition: EventDefinition) -> None:
    data = run.state.variables(token)
    detail = {
        "type": "message",
        "name": definition.name,
        "payload": activities.inputs_of(run, token),
        "correlation": events.correlation(run, definition.correlation, data),
    }
    if definition.to_all:
        detail["scope"] = "all"
    run.state.tell("sent", run.state.places[token].node, token, detail)


def _throw_signal(run: Run, token: int, definition: EventDefinition) -> None:
    """Reaches all that wait for it at this moment: here at once, elsewhere through the engine (clause 10.5.6)."""
    state = run.state
    payload = activities.inputs_of(run, token)
    for waiting, (_node, _owner, _index, detail) in state.subscriptions.items():
        if detail["type"] == "signal" and detail["name"] == definition.name:
            run.heard.append((waiting, payload))
    told = {"type": "signal", "name": definition.name, "payload": payload, "heard": True}
    state.tell("sent", state.places[token].node, token, told)


def _throw_error(run: Run, token: int, definition: EventDefinition) -> None:
    code = definition.code or ""
    failures.fail(run, token, code, _("error {code} is thrown and nothing catches it").format(code=code))


def _throw_escalation(run: Run, token: int, definition: EventDefinition) -> None:
    failures.escalate(run, token, definition.code or "")


def _throw_compensation(run: Run, token: int, definition: EventDefinition) -> None:
    compensation.begin(run, token, definition.activity)


def _throw_cancel(run: Run, token: int, _definition: EventDefinition) -> None:
    compensation.cancel_transaction(run, token)


def _throw_terminate(run: Run, token: int, _definition: EventDefinition) -> None:
    scopes.cancel_inside(run, run.state.places[token].scope, keep=token)


def _throw_link(_run: Run, _token: int, _definition: EventDefinition) -> None:
    """The flow to the catching link event does it."""


_THROW: dict[Trigger, Callable[[Run, int, EventDefinition], None]] = {
    Trigger.MESSAGE: _throw_message,
    Trigger.SIGNAL: _throw_signal,
    Trigger.ERROR: _throw_error,
    Trigger.ESCALATION: _throw_escalation,
    Trigger.COMPENSATION: _throw_compensation,
    Trigger.CANCEL: _throw_cancel,
    Trigger.TERMINATE: _throw_terminate,
    Trigger.LINK: _throw_link,
}
