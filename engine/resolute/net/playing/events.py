"""Events: waiting for messages, timers, signals and conditions, and what happens when they come."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from resolute.net import expressions
from resolute.net.expressions import ExpressionError
from resolute.net.expressions.temporal import parse_datetime, parse_duration
from resolute.net.expressions.values import to_json
from resolute.net.net import ROOT, EventDefinition, Kind, Trigger
from resolute.net.playing import data_flow, scopes, throwing
from resolute.net.state import INSTANCE, Subscription
from resolute.net.timers import after, schedule

if TYPE_CHECKING:
    from resolute.net.run import Run

# --- waiting ---


def subscribe(run: Run, owner: int, node: int) -> bool:
    """Waits for what an event node or receive task waits for; whether it is anything.

    A timer that says null is never armed. Raises ExpressionError.
    """
    found = False
    for index, definition in enumerate(run.net.events.get(node, ())):
        describe = _DETAIL.get(definition.trigger)
        if describe is None:
            continue
        found = True
        detail = describe(run, definition, run.state.variables(owner))
        if detail is not None:
            run.state.subscribe(node, owner, index, detail)
    return found


def subscribe_boundaries(run: Run, token: int, node: int) -> None:
    """Arms the boundary events of an activity. Raises ExpressionError."""
    for boundary in run.net.boundaries.get(node, ()):
        subscribe(run, token, boundary)


def _message(run: Run, definition: EventDefinition, data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "message",
        "name": definition.name,
        "correlation": correlation(run, definition.correlation, data),
    }


def correlation(run: Run, raw: str | None, data: Mapping[str, Any]) -> Any:
    """The key of a message: None, a value, or a context of names and values. Raises ExpressionError."""
    return None if raw is None else to_json(expressions.value(raw, data, run.now, run.calendar))


def _timer(run: Run, definition: EventDefinition, data: Mapping[str, Any]) -> dict[str, Any] | None:
    plan = schedule(definition, data, run.now, run.calendar)
    if plan is None:
        return None
    return _timer_detail(plan.due, plan.left, None if plan.every is None else str(plan.every))


def _timer_detail(due: datetime, left: int | None, every: str | None) -> dict[str, Any]:
    detail: dict[str, Any] = {"type": "timer", "due": due.isoformat()}
    return detail if every is None else {**detail, "left": left, "every": every}


def _signal(_run: Run, definition: EventDefinition, _data: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "signal", "name": definition.name}


def _conditional(run: Run, _definition: EventDefinition, _data: Mapping[str, Any]) -> dict[str, Any]:
    run.stirred = True
    return {"type": "conditional"}


_DETAIL: dict[Trigger, Callable[[Run, EventDefinition, Mapping[str, Any]], dict[str, Any] | None]] = {
    Trigger.MESSAGE: _message,
    Trigger.TIMER: _timer,
    Trigger.SIGNAL: _signal,
    Trigger.CONDITIONAL: _conditional,
}

# --- a token reaches an event ---


def enter_start(run: Run, node: int, scope: int) -> None:
    """An event that has already happened: the token goes on."""
    run.leave(run.state.activate(node, scope))


def enter(run: Run, node: int, scope: int) -> None:
    """A token reaches a catching, throwing or end event."""
    begin(run, run.state.activate(node, scope))


def begin(run: Run, token: int) -> None:
    """Waits, or throws and goes on."""
    node = run.state.places[token].node
    try:
        if run.net.kinds[node] == Kind.CATCH:
            if subscribe(run, token, node):
                return
        elif run.net.triggers[node] != Trigger.NONE:
            data_flow.begin(run, token)
            throwing.throw(run, token)
            if not _goes_on(run, token):
                return
    except ExpressionError as error:
        scopes.unsubscribe_all(run, token)
        run.attempt(token, error)
        return
    run.leave(token)


def _goes_on(run: Run, token: int) -> bool:
    """Whether a throwing event is done: neither gone, nor stuck, nor undoing something first."""
    state = run.state
    return token in state.places and token not in state.incidents and token not in state.undoing


def start_at(run: Run, node: int) -> None:
    """Starts the instance by an event that has just happened."""
    enter_start(run, node, INSTANCE)
    for flow in run.net.incoming[node]:
        gateway = run.net.sources[flow]
        if run.net.kinds[gateway] == Kind.EVENT_BASED and run.net.details[gateway].parallel:
            for other in run.net.outgoing[gateway]:
                if other != flow:
                    run.queue.append((other, INSTANCE))


def enter_event_gateway(run: Run, node: int, scope: int) -> None:
    """A token reaches an event-based gateway."""
    begin_event_gateway(run, run.state.activate(node, scope))


def begin_event_gateway(run: Run, token: int) -> None:
    """Waits for whatever the events after the gateway wait for."""
    node = run.state.places[token].node
    try:
        for flow in run.net.outgoing[node]:
            subscribe(run, token, run.net.targets[flow])
    except ExpressionError as error:
        scopes.unsubscribe_all(run, token)
        run.attempt(token, error)


# --- something comes ---


def fire(run: Run, token: int, payload: Mapping[str, Any], nominal: datetime | None) -> None:
    """What `token` waits for has come."""
    subscription = run.state.subscriptions[token]
    owner_node = scopes.node_of_scope(run, subscription.owner)
    kind = run.net.kinds[subscription.node]
    if payload or run.net.details[subscription.node].outputs:
        context = _context(run, subscription, kind)
        run.put(context, received(run, subscription.node, context, payload))
    if owner_node != ROOT and run.net.kinds[owner_node] == Kind.EVENT_BASED:
        _fire_gateway(run, token, subscription, owner_node)
    elif kind == Kind.BOUNDARY:
        _fire_boundary(run, token, subscription, nominal)
    elif kind == Kind.START:
        _fire_event_scope(run, token, subscription, nominal)
    elif _all_have_come(run, token, subscription):
        scopes.unsubscribe_all(run, subscription.owner)
        run.leave(subscription.owner)


def hear(run: Run, token: int, payload: Mapping[str, Any]) -> None:
    """A signal thrown inside the instance has reached `token`, if that still waits.

    Raises ExpressionError only for an event sub-process of the process itself: there is no place for an incident.
    """
    subscription = run.state.subscriptions.get(token)
    if subscription is None:
        return
    run.steps += 1
    try:
        fire(run, token, payload, None)
    except ExpressionError as error:
        if subscription.owner == INSTANCE:
            raise
        run.attempt(subscription.owner, error, "watch")


def _context(run: Run, subscription: Subscription, kind: Kind) -> int:
    """The place whose variables a payload goes to."""
    if kind == Kind.BOUNDARY:
        return run.state.places[subscription.owner].scope
    return subscription.owner


def received(run: Run, node: int, context: int, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a payload sets where it is received, as the event's mappings or data outputs say. Raises ExpressionError."""
    outputs = run.net.details[node].outputs
    if not outputs and run.net.kinds[node] == Kind.RECEIVE:
        flow = run.net.data.get(node)
        return payload if flow is None or not flow.results else data_flow.results(flow, payload)
    if not outputs:
        return data_flow.received(run, node, context, payload)
    return {name: to_json(expressions.value(raw, payload, run.now, run.calendar)) for name, raw in outputs}


def _all_have_come(run: Run, token: int, subscription: Subscription) -> bool:
    """Whether the event is complete: at once, unless it is parallel multiple and others are still to come."""
    if run.net.triggers[subscription.node] != Trigger.PARALLEL_MULTIPLE:
        return True
    run.state.unsubscribe(token)
    return not _siblings(run, subscription)


def _siblings(run: Run, subscription: Subscription) -> list[int]:
    state = run.state
    return [
        other
        for other in state.watchers.get(subscription.owner, ())
        if state.subscriptions[other].node == subscription.node
    ]


def _fire_gateway(run: Run, token: int, subscription: Subscription, gateway: int) -> None:
    owner, node = subscription.owner, subscription.node
    scope = run.state.places[owner].scope
    if not _all_have_come(run, token, subscription):
        return
    if run.net.details[gateway].parallel:
        for other in _siblings(run, subscription):
            run.state.unsubscribe(other)
        if owner not in run.state.watchers:
            run.state.complete(owner, run.net.outgoing[gateway])
    else:
        scopes.unsubscribe_all(run, owner)
        flow = next(flow for flow in run.net.outgoing[gateway] if run.net.targets[flow] == node)
        run.state.complete(owner, (flow,))
    enter_start(run, node, scope)


def _fire_boundary(run: Run, token: int, subscription: Subscription, nominal: datetime | None) -> None:
    owner, node = subscription.owner, subscription.node
    scope = run.state.places[owner].scope
    if not _all_have_come(run, token, subscription):
        return
    if run.net.interrupting[node]:
        scopes.cancel(run, owner)
    else:
        _wait_again(run, token, subscription, nominal)
    enter_start(run, node, scope)


def _fire_event_scope(run: Run, token: int, subscription: Subscription, nominal: datetime | None) -> None:
    owner, node = subscription.owner, subscription.node
    if not _all_have_come(run, token, subscription):
        return
    if not run.net.interrupting[node]:
        _wait_again(run, token, subscription, nominal)
    open_event_scope(run, node, owner)


def open_event_scope(run: Run, start: int, scope: int) -> None:
    """Starts an event sub-process inside `scope`; an interrupting one ends all else there."""
    state = run.state
    if run.net.interrupting[start]:
        scopes.cancel_inside(run, scope)
        for other in list(state.watchers.get(scope, ())):
            if run.net.kinds[state.subscriptions[other].node] == Kind.START:
                state.unsubscribe(other)
    node = run.net.parents[start]
    token = state.activate(node, scope)
    run.closing[token] = None
    try:
        scopes.subscribe_event_scopes(run, node, token)
    except ExpressionError as error:
        run.attempt(token, error, "close")
    enter_start(run, start, token)


def _wait_again(run: Run, token: int, subscription: Subscription, nominal: datetime | None) -> None:
    """Goes on waiting for an event that does not interrupt."""
    node, owner, index, detail = subscription
    state = run.state
    definition = run.net.events[node][index]
    if run.net.triggers[node] == Trigger.PARALLEL_MULTIPLE:
        subscribe(run, owner, node)
    elif definition.trigger == Trigger.TIMER:
        state.unsubscribe(token)
        left = detail.get("left", 0)
        if left is None or left > 0:
            due = nominal or parse_datetime(detail["due"])
            following = after(due, parse_duration(detail["every"]), definition.working, run.calendar)
            again = _timer_detail(following, None if left is None else left - 1, detail["every"])
            state.subscribe(node, owner, index, again)
    elif definition.trigger == Trigger.CONDITIONAL:
        state.unsubscribe(token)
        state.subscribe(node, owner, index, {"type": "conditional", "held": True})


# --- conditions ---


def look_at_conditions(run: Run) -> bool:
    """Fires every waiting condition that has come to hold; whether there was one."""
    run.stirred = False
    state = run.state
    fired = False
    for token in list(state.watching):
        if token not in state.watching:
            continue
        node, owner, index, detail = state.subscriptions[token]
        holds = _holds(run, owner, run.net.events[node][index])
        if holds and not detail.get("held"):
            fire(run, token, {}, None)
            run.stirred = fired = True
        if not holds and detail.get("held"):
            state.unsubscribe(token)
            state.subscribe(node, owner, index, {"type": "conditional"})
    return fired


def _holds(run: Run, owner: int, definition: EventDefinition) -> bool:
    """Whether a condition holds; a variable that is not there yet means it does not.

    Raises ExpressionError only for an event sub-process of the process itself: there is no place for an incident.
    """
    condition = definition.expression
    data = run.state.variables(owner)
    if condition is None or not all(name in data for name in condition.names):
        return False
    try:
        return condition.holds(data, run.now, run.calendar)
    except ExpressionError as error:
        if owner == INSTANCE:
            raise
        if owner not in run.state.incidents:
            run.attempt(owner, error, "watch")
        return False
