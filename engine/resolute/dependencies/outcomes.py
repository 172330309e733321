"""What work itself leads to beside its end: errors, escalations and cancellations, and which events catch them."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.net.net import ROOT, EventDefinition, Kind, Net, Trigger

OUTCOMES = frozenset({Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL})
_MAY_FAIL = frozenset({Kind.CALL, Kind.SERVICE, Kind.RULE, Kind.SEND})
"""Activities out of which an error or escalation may come that the model does not show."""
_ANY = (EventDefinition(Trigger.ERROR), EventDefinition(Trigger.ESCALATION))
"""What may come out of them, with any code."""


def catchers(net: Net, node: int) -> Iterator[int]:
    """The boundary events, and starts of event sub-processes, that catch what can come out of a node.

    The innermost ones (BPMN 2.0.2, clause 10.5.6); where nobody knows the code, all outwards to one that catches any.
    """
    for thrown in _thrown(net, node):
        for around in _levels(net, node):
            found = [catcher for catcher in around if _is_caught(net, catcher, thrown)]
            yield from found
            if found and (thrown.code is not None or any(_catches_any(net, catcher) for catcher in found)):
                break


def _levels(net: Net, node: int) -> Iterator[list[int]]:
    """What stands around a node, from the inside out: its boundary, and of each scope the event sub-processes as well.

    What comes out of an event sub-process is not caught by those beside it.
    """
    yield list(net.boundaries.get(node, ()))
    while node != ROOT:
        scope = net.parents[node]
        beside = net.event_scopes.get(scope, ())
        starts = [] if node in beside else [start for inner in beside for start in net.starts.get(inner, ())]
        yield [*starts, *net.boundaries.get(scope, ())]
        node = scope


def _thrown(net: Net, node: int) -> tuple[EventDefinition, ...]:
    if net.kinds[node] in (Kind.THROW, Kind.END):
        return tuple(definition for definition in net.events.get(node, ()) if definition.trigger in OUTCOMES)
    return _ANY if net.kinds[node] in _MAY_FAIL else ()


def _is_caught(net: Net, catcher: int, thrown: EventDefinition) -> bool:
    return any(
        definition.trigger == thrown.trigger and (thrown.code is None or definition.code in (None, thrown.code))
        for definition in net.events.get(catcher, ())
    )


def _catches_any(net: Net, catcher: int) -> bool:
    return any(definition.code is None for definition in net.events.get(catcher, ()))
