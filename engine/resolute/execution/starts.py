"""What definitions wait for by themselves: start events with a trigger, and the names of the messages they take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo

from resolute import i18n
from resolute.errors import Finding, ModelError
from resolute.net.expressions import ExpressionError
from resolute.net.net import ROOT, EventDefinition, Kind, Net, Trigger
from resolute.net.timers import after, schedule
from resolute.storage.rows import StartRow, micros, moment

_ = i18n.translator("execution")

_CATCHING = frozenset({Kind.START, Kind.CATCH, Kind.BOUNDARY, Kind.RECEIVE})
_NAMED = {Trigger.MESSAGE: "message", Trigger.SIGNAL: "signal"}


def waiting_starts(net: Net, definition: int, now: datetime) -> list[StartRow]:
    """What a process waits for from now on: its start events, instantiating receive tasks and gateways."""
    return [
        _start(net, node, event, definition, now)
        for node in _instantiating(net)
        for event in net.events.get(node, ())
        if event.trigger in _NAMED or (event.trigger == Trigger.TIMER and net.kinds[node] == Kind.START)
    ]


def _instantiating(net: Net) -> Iterator[int]:
    """The nodes whose events start an instance (BPMN 2.0.2, clauses 10.3.3, 10.5.2 and 10.6.6)."""
    for node in net.members[ROOT]:
        kind, instantiates = net.kinds[node], net.details[node].instantiate
        if kind == Kind.START or (kind == Kind.RECEIVE and instantiates):
            yield node
        elif kind == Kind.EVENT_BASED and instantiates and not net.incoming[node]:
            yield from (net.targets[flow] for flow in net.outgoing[node])


def caught_messages(net: Net) -> set[str]:
    """The names of the messages that a process may wait for."""
    return {
        event.name
        for node, events in net.events.items()
        if net.kinds[node] in _CATCHING
        for event in events
        if event.trigger == Trigger.MESSAGE and event.name
    }


def next_start(net: Net, start: StartRow, zone: tzinfo | None) -> tuple[int | None, int | None]:
    """When a timer start event fires after this time, and how often more (None: for ever); `(None, 0)` at the end.

    Days are those of `zone`: nine o'clock stays nine o'clock when summer time begins.
    """
    assert start.due is not None
    timer = next(e for e in net.events[net.node(start.element)] if e.trigger == Trigger.TIMER)
    nominal = moment(start.due).astimezone(zone)
    planned = schedule(timer, {}, nominal, None)
    if planned is None or planned.every is None or start.left == 0:
        return None, 0
    due = after(nominal, planned.every, timer.working, None)
    return micros(due), None if start.left is None else start.left - 1


def _start(net: Net, node: int, event: EventDefinition, definition: int, now: datetime) -> StartRow:
    element = net.ids[node]
    if event.trigger != Trigger.TIMER:
        return StartRow(0, definition, element, _NAMED[event.trigger], event.name, None, 0)
    try:
        first = schedule(event, {}, now, None)
    except ExpressionError as error:
        message = _("start event {element}: {reason}").format(element=element, reason=error)
        raise ModelError(message, findings=[Finding("bad-timer", "error", message, element=element)]) from error
    if first is None:
        return StartRow(0, definition, element, "timer", None, None, 0)
    return StartRow(0, definition, element, "timer", None, micros(first.due), first.left)
