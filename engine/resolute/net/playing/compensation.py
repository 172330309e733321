"""Compensation: undoing what was done, latest first; cancelling transactions (BPMN 2.0.2, clause 13.5.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.net.net import Kind, Trigger
from resolute.net.playing import events, scopes
from resolute.net.state import INSTANCE

if TYPE_CHECKING:
    from resolute.net.run import Run


def begin(run: Run, token: int, activity: int | None) -> None:
    """Undoes `activity`, or all that was done in the scope of the throwing event.

    An event sub-process throws for the scope that it stands in; one that undoes that scope after its end has the
    snapshot of what was done there in its own place.
    """
    scope = scopes.surrounding_scope(run, token)
    while scope != INSTANCE and _throws_for_another(run, run.state.places[scope].node):
        scope = scopes.surrounding_scope(run, scope)
    run.state.compensate(token, scope, activity)
    run.closing[token] = None


def _throws_for_another(run: Run, node: int) -> bool:
    return scopes.is_event_scope(run, node) and run.net.undo_scopes.get(run.net.parents[node]) != node


def go_on(run: Run, token: int) -> None:
    """Runs the next handler; when all have run, the throwing event goes on."""
    handlers = run.state.undoing[token]
    if handlers:
        handler = handlers[0].handler
        if run.net.kinds[handler] == Kind.SCOPE and scopes.is_event_scope(run, handler):
            _open_handler(run, handler, token)
        else:
            run.enter(handler, token)
    elif run.net.triggers[run.state.places[token].node] == Trigger.CANCEL:
        _leave_transaction(run, token)
    else:
        run.leave(token)


def _open_handler(run: Run, handler: int, token: int) -> None:
    inner = run.state.activate(handler, token)
    run.closing[inner] = None
    for start in run.net.starts[handler]:
        events.enter_start(run, start, inner)


def cancel_transaction(run: Run, token: int) -> None:
    """Ends everything else in the transaction and undoes what it has done, parts of open sub-processes included."""
    scope = run.state.places[token].scope
    run.state.compensate(token, scope, None, running=True)
    scopes.cancel_inside(run, scope, keep=token)
    run.closing[token] = None


def _leave_transaction(run: Run, token: int) -> None:
    """Leaves a cancelled transaction by its cancel boundary event; without one, its path ends."""
    state = run.state
    transaction = state.places[token].scope
    if state.is_instance(transaction):
        transaction = state.places[transaction].scope
    node, scope = state.places[transaction]
    run.take(token, ())
    scopes.cancel(run, transaction)
    for boundary in run.net.boundaries.get(node, ()):
        if run.net.triggers[boundary] == Trigger.CANCEL:
            events.enter_start(run, boundary, scope)
            return
    run.closing[scope] = None
