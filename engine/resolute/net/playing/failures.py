"""Errors and escalations: who catches them, from the inside out (BPMN 2.0.2, clauses 10.5.6 and 13.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from resolute.net.net import ACTIVITIES, Kind, Trigger
from resolute.net.playing import events, scopes
from resolute.net.state import INSTANCE

if TYPE_CHECKING:
    from resolute.net.run import Run


def fail(run: Run, token: int, code: str, message: str) -> None:
    """An error with `code` comes out of a place: caught inside, or by the caller, or else an incident."""
    state = run.state
    if _caught(run, token, Trigger.ERROR, code):
        return
    if run.net.kinds[state.places[token].node] == Kind.CALL and _caught(run, token, Trigger.ESCALATION, code):
        return
    if code in state.catches or "" in state.catches:
        scopes.cancel_inside(run, INSTANCE)
        scopes.unsubscribe_all(run, INSTANCE)
        state.end("failed", code)
        return
    phase = "work" if run.net.kinds[state.places[token].node] in ACTIVITIES else "enter"
    state.incident(token, "uncaught-error", message, phase)


def escalate(run: Run, token: int, code: str) -> None:
    """An escalation comes out of a place; told to the engine when nothing in the instance catches it."""
    if not _caught(run, token, Trigger.ESCALATION, code):
        detail = {"type": "escalation", "name": code, "payload": {}}
        run.state.tell("sent", run.state.places[token].node, token, detail)


def codes_caught(run: Run, token: int) -> list[str]:
    """The error codes that this instance, or whoever called it, catches around a place; "" is any."""
    codes = set(run.state.catches)
    for catcher, _owner in _catchers(run, token):
        for definition in run.net.events[catcher]:
            if definition.trigger in (Trigger.ERROR, Trigger.ESCALATION):
                codes.add(definition.code or "")
    return sorted(codes)


def _caught(run: Run, token: int, trigger: Trigger, code: str) -> bool:
    """Hands it to the innermost catcher, there to one that names the code rather than one for any."""
    best: tuple[int, int] | None = None
    for catcher, owner in _catchers(run, token):
        if best is not None and not _same_level(run, (catcher, owner), best):
            break
        for definition in run.net.events[catcher]:
            if definition.trigger != trigger:
                continue
            if definition.code == code:
                _hand_over(run, token, catcher, owner)
                return True
            if definition.code is None and best is None:
                best = catcher, owner
    if best is None:
        return False
    _hand_over(run, token, *best)
    return True


def _same_level(run: Run, one: tuple[int, int], other: tuple[int, int]) -> bool:
    """Whether both catchers stand in the same sub-process, or both on the same activity."""
    return one[1] == other[1] and run.net.kinds[one[0]] == run.net.kinds[other[0]]


def _catchers(run: Run, token: int) -> Iterator[tuple[int, int]]:
    """Boundary events and starts of event sub-processes around a place, innermost first, each with its owner.

    What is thrown inside an event sub-process is not caught by its siblings. Boundary events stand around a
    whole loop, not around each of its rounds.
    """
    net, state = run.net, run.state
    while token != INSTANCE:
        node, scope = state.places[token]
        if not state.is_instance(token):
            for boundary in net.boundaries.get(node, ()):
                if boundary in net.events:
                    yield boundary, token
        around_rounds = scope != INSTANCE and state.is_loop(scope)
        if not around_rounds and not scopes.is_event_scope(run, node):
            for inner in net.event_scopes.get(scopes.node_of_scope(run, scope), ()):
                for start in net.starts[inner]:
                    if start in net.events:
                        yield start, scope
        token = scope


def _hand_over(run: Run, token: int, catcher: int, owner: int) -> None:
    """Ends the event that threw, when it is an end event, and lets the catcher go on."""
    if run.net.kinds[run.state.places[token].node] == Kind.END:
        run.take(token, ())
    _catch(run, catcher, owner)


def _catch(run: Run, catcher: int, owner: int) -> None:
    if run.net.kinds[catcher] == Kind.START:
        events.open_event_scope(run, catcher, owner)
        return
    scope = run.state.places[owner].scope
    if run.net.interrupting[catcher]:
        scopes.cancel(run, owner)
    events.enter_start(run, catcher, scope)
