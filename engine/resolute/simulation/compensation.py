"""Says of the placed nodes what undoes them, and of compensation events what they undo."""

from __future__ import annotations

from resolute.net.net import ROOT, Kind, Trigger
from resolute.simulation.blueprint import Blueprint, Scope
from resolute.simulation.codes import BODY_CANCEL, BODY_PASS, BODY_SET, BODY_UNDO
from resolute.simulation.placing import Place, is_event_scope

_THROWING = frozenset({Kind.THROW, Kind.END})


def settle(blueprint: Blueprint, place: Place) -> None:
    """Sets handlers, what has to be remembered, and the scope of each compensation event."""
    net = place.net
    if not any(net.triggers[number] in (Trigger.COMPENSATION, Trigger.CANCEL) for number in net.events):
        return
    for number, kind in enumerate(net.kinds):
        node = blueprint.nodes[place.offset + number]
        node.undoable = net.compensable[number]
        if node.undoable and node.body == BODY_PASS:
            node.body = BODY_SET
        handler = net.handlers.get(number, net.undo_scopes.get(number, -1))
        node.undo = -1 if handler < 0 else place.offset + handler
        if kind in _THROWING and net.triggers[number] == Trigger.COMPENSATION:
            node.body = BODY_UNDO
            node.undo_scope = place.scope_of[_scope(place, number)]
            activity = net.events[number][0].activity
            node.undo_node = -1 if activity is None else place.offset + activity
        if node.body in (BODY_UNDO, BODY_CANCEL):
            node.scope = len(blueprint.scopes)
            blueprint.scopes.append(Scope(place.offset + number, like=node.owner))


def _scope(place: Place, number: int) -> int:
    """The scope that a compensation event undoes: the nearest that is no event sub-process, or that one itself
    where it undoes the sub-process around it after its end.
    """
    net = place.net
    scope = net.parents[number]
    while scope != ROOT and is_event_scope(net, scope) and net.undo_scopes.get(net.parents[scope]) != scope:
        scope = net.parents[scope]
    return scope
