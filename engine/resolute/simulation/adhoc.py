"""Says of placed ad-hoc sub-processes what is done one at a time, and when it is looked whether that is enough."""

from __future__ import annotations

from resolute import i18n
from resolute.errors import Finding
from resolute.net.net import AdHoc, Kind
from resolute.simulation.blueprint import Blueprint, Node, Out
from resolute.simulation.codes import (
    BODY_LOOK,
    BODY_SCOPE,
    BODY_TASK,
    BODY_UNDO,
    BODY_WAIT,
    SPLIT_ALL,
)
from resolute.simulation.placing import Place, Placing
from resolute.simulation.variables import Variables

_ = i18n.translator("simulation")

_IS_DONE = (BODY_TASK, BODY_SCOPE)
_TAKES_TIME = (*_IS_DONE, BODY_WAIT, BODY_UNDO)


def settle(placing: Placing, variables: Variables) -> None:
    """Sets the order and the completion of all ad-hoc sub-processes; after all flows and events."""
    for place in placing.places:
        for number, adhoc in place.net.adhoc.items():
            scope = placing.b.scopes[place.scope_of[number]]
            if adhoc.cancel_remaining or adhoc.sequential:
                _complete_early(placing, variables, place, number, adhoc)
            if adhoc.sequential:
                scope.starts, scope.turns = [], scope.starts
                text = _("people choose what is done next in it; each order is taken to be as likely")
                _note(placing.b, place.offset + number, "assumed-order", text)
                _tell_of_borders(placing.b, place, number)


def _tell_of_borders(blueprint: Blueprint, place: Place, number: int) -> None:
    """Tells of tasks whose border events the engine arms as soon as they may be chosen."""
    for start in place.net.starts[number]:
        at_once = place.net.kinds[start] in (Kind.TASK, Kind.USER) and start not in place.net.loops
        if at_once and blueprint.nodes[place.offset + start].events:
            text = _("its border events are forecast from its beginning; they wait from when it may be chosen")
            _note(blueprint, place.offset + start, "border-armed-early", text)


def _complete_early(placing: Placing, variables: Variables, place: Place, number: int, adhoc: AdHoc) -> None:
    at = place.offset + number
    given = placing.steps.get(at)
    scope = placing.b.scopes[place.scope_of[number]]
    if given is not None and given.probability is not None and number not in place.net.loops:
        scope.enough_chance = given.probability
    elif adhoc.condition is not None:
        scope.enough_test = variables.test(place, adhoc.condition)
        if scope.enough_test < 0:
            text = _("when it is complete depends on what is not known; taken to be when all is done")
            _note(placing.b, at, "assumed-probability", text)
    if scope.enough_test >= 0 or scope.enough_chance > 0.0:
        bodies = _TAKES_TIME if scope.enough_test >= 0 else _IS_DONE
        _look_behind(placing.b, place.scope_of[number], bodies)
    if scope.enough_test >= 0 and not adhoc.sequential:
        scope.starts.append(_look(placing.b, Node(place.net.ids[number], "", place.scope_of[number])))


def _look_behind(blueprint: Blueprint, scope: int, bodies: tuple[int, ...]) -> None:
    """Lets each token that has stood in such a node, directly in a scope, say so before it goes on."""
    for number, node in list(enumerate(blueprint.nodes)):
        if node.owner != scope or not (node.body in bodies or (node.host >= 0 and BODY_WAIT in bodies)):
            continue
        look = _look(blueprint, node)
        node.outs, node.split = [Out(look)], SPLIT_ALL
        blueprint.looks[number] = look


def _look(blueprint: Blueprint, node: Node) -> int:
    """A node that looks and then goes on as `node` did."""
    look = Node(node.id, node.name, node.owner, node.ref, body=BODY_LOOK, split=node.split, outs=node.outs, incoming=1)
    blueprint.nodes.append(look)
    return len(blueprint.nodes) - 1


def _note(blueprint: Blueprint, at: int, code: str, message: str) -> None:
    node = blueprint.nodes[at]
    blueprint.findings.append(Finding(code, "info", f"{node.id}: {message}", ref=node.ref, element=node.id))
