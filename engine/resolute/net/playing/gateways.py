"""Gateways: choosing flows, splitting, and joining by the definitions of BPMN 2.0.2, clause 13.4."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.net.expressions import ExpressionError
from resolute.net.net import GATEWAYS, Kind
from resolute.net.playing import complex_gateway
from resolute.net.reach import deciding_inputs
from resolute.net.state import Flows, State

if TYPE_CHECKING:
    from resolute.net.run import Run

_ = i18n.translator("net")

# --- joining ---


def arrive(run: Run, node: int, scope: int) -> None:
    """A token has come to stand before a join."""
    waiting = run.state.waiting(node, scope)
    if not waiting:
        return
    if node in run.net.activation:
        complex_gateway.arrive(run, node, scope)
        return
    if len(waiting) == len(run.net.incoming[node]):
        _open(run, node, scope)
    elif run.net.kinds[node] != Kind.PARALLEL:
        run.joining.setdefault((scope, node), [])


def _open(run: Run, node: int, scope: int) -> None:
    """Lets a join go on; tokens that came twice on one flow wait for the next time."""
    run.joining.pop((scope, node), None)
    if run.steps > run.limit:
        run.hold(run.state.activate(node, scope), "enter")
    else:
        run.enter(node, scope)
    if run.net.kinds[node] != Kind.PARALLEL and run.state.waiting(node, scope):
        run.joining[scope, node] = []


def waiting_joins(state: State) -> dict[tuple[int, int], list[int]]:
    """The inclusive and complex joins that hold tokens, to look at again."""
    if not state.joins and not state.gates:
        return {}
    kinds = state.net.kinds
    found: dict[tuple[int, int], list[int]] = {
        (scope, node): [] for scope, joins in state.joins.items() for node in joins if kinds[node] != Kind.PARALLEL
    }
    if state.net.activation:
        found.update(complex_gateway.waiting_resets(state))
    return found


def open_joins(run: Run) -> bool:
    """Lets the inclusive and complex joins go on for which no more tokens can come; whether any did."""
    for (scope, node), witnesses in list(run.joining.items()):
        if node in run.net.activation:
            if complex_gateway.reset(run, node, scope):
                return True
        elif not run.state.waiting(node, scope):
            del run.joining[scope, node]
        elif not more_can_come(run, node, scope, witnesses):
            _open(run, node, scope)
            return True
    return False


def more_can_come(run: Run, node: int, scope: int, witnesses: list[int], got: Sequence[int] = ()) -> bool:
    """Whether a token elsewhere can reach an empty flow of the join but none of those that hold or have `got` one.

    `witnesses` keeps the places found last time, so that the whole scope is searched only when they are gone.
    """
    state = run.state
    filled = state.waiting(node, scope)

    def is_new(inputs: Collection[int] | None) -> bool:
        return bool(inputs) and not any(flow in filled or flow in got for flow in inputs or ())

    reach = deciding_inputs(run.net, node)
    places = state.places
    while witnesses:
        place = places.get(witnesses[-1])
        if place is not None and is_new(reach.get(place.node)):
            return True
        witnesses.pop()
    for token in state.children[scope]:
        if is_new(reach.get(places[token].node)):
            witnesses.append(token)
    if witnesses:
        return True
    return any(other != node and is_new(reach.get(other)) for other in state.joins.get(scope, ()))


# --- choosing ---


def choose_all(run: Run, token: int, *, needed: bool = True) -> Flows | None:
    """Every flow whose condition holds, or that has none; the default when no condition does.

    None after an incident: a condition could not be worked out, or no flow is left although one is `needed`.
    """
    net = run.net
    node = run.state.places[token].node
    default = net.defaults.get(node)
    chosen = []
    held = False
    bare = 0
    try:
        data = run.state.variables(token)
        for flow in net.outgoing[node]:
            condition = net.conditions[flow]
            if flow == default:
                continue
            if condition is None:
                bare += 1
                chosen.append(flow)
            elif condition.holds(data, run.now, run.calendar):
                held = True
                chosen.append(flow)
    except ExpressionError as error:
        run.attempt(token, error, "leave")
        return None
    is_gateway = net.kinds[node] in (Kind.INCLUSIVE, Kind.COMPLEX)
    if default is not None and not held and not (is_gateway and bare):
        chosen.append(default)
    if chosen or not net.outgoing[node] or not needed:
        return tuple(chosen)
    _no_flow(run, token)
    return None


def _choose_one(run: Run, token: int) -> Flows | None:
    """The first flow whose condition holds or that has none, else the default; None after an incident."""
    net = run.net
    node = run.state.places[token].node
    outgoing = net.outgoing[node]
    default = net.defaults.get(node)
    if len(outgoing) <= 1 and default is None and (not outgoing or net.conditions[outgoing[0]] is None):
        return outgoing
    try:
        data = run.state.variables(token)
        for flow in outgoing:
            condition = net.conditions[flow]
            if flow != default and (condition is None or condition.holds(data, run.now, run.calendar)):
                return (flow,)
    except ExpressionError as error:
        run.attempt(token, error)
        return None
    if default is not None:
        return (default,)
    _no_flow(run, token)
    return None


def _no_flow(run: Run, token: int) -> None:
    message = _("no condition of its outgoing flows holds, and none is the default")
    phase = "enter" if run.net.kinds[run.state.places[token].node] in GATEWAYS else "leave"
    run.state.incident(token, "no-flow", message, phase)


# --- kinds ---


def enter_exclusive(run: Run, node: int, scope: int) -> None:
    """Passes each token on by itself."""
    begin_exclusive(run, run.state.activate(node, scope))


def begin_exclusive(run: Run, token: int) -> None:
    """Goes on by the first flow that may be taken."""
    flows = _choose_one(run, token)
    if flows is not None:
        run.take(token, flows)


def enter_parallel(run: Run, node: int, scope: int) -> None:
    """Goes on by every flow."""
    run.take(run.state.activate(node, scope), run.net.outgoing[node])


def begin_parallel(run: Run, token: int) -> None:
    """Goes on by every flow."""
    run.take(token, run.net.outgoing[run.state.places[token].node])


def enter_inclusive(run: Run, node: int, scope: int) -> None:
    """Goes on by every flow whose condition holds."""
    begin_inclusive(run, run.state.activate(node, scope))


def begin_inclusive(run: Run, token: int) -> None:
    """Goes on by every flow whose condition holds."""
    node = run.state.places[token].node
    if not run.net.conditional[node]:
        run.take(token, run.net.outgoing[node])
        return
    flows = choose_all(run, token)
    if flows is not None:
        run.take(token, flows)


def enter_complex(run: Run, node: int, scope: int) -> None:
    """Splits like an inclusive gateway."""
    begin_inclusive(run, run.state.activate(node, scope))


def begin_complex(run: Run, token: int) -> None:
    """Splits like an inclusive gateway, or tries its activation condition again."""
    complex_gateway.begin(run, token)
