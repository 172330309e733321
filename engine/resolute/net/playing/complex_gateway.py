"""The complex gateway: goes on when its condition holds, then waits for the rest (BPMN 2.0.2, clause 13.4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.net.expressions import ExpressionError
from resolute.net.playing import gateways
from resolute.net.state import GOT, SPLITS, State

if TYPE_CHECKING:
    from resolute.net.run import Run


def arrive(run: Run, node: int, scope: int) -> None:
    """A token has come: goes on when the activation condition holds; while resetting, it only waits."""
    state = run.state
    if state.resetting(node, scope) is not None:
        run.joining[scope, node] = []
        return
    filled = state.joins[scope, node]
    data = {**_visible(run, scope), "activationCount": sum(filled.values())}
    try:
        if not run.net.activation[node].holds(data, run.now, run.calendar):
            return
    except ExpressionError as error:
        run.attempt(state.activate(node, scope), error)
        return
    _start(run, node, scope, list(filled))


def _visible(run: Run, scope: int) -> dict[str, object]:
    return dict(run.state.variables(scope))


def _start(run: Run, node: int, scope: int, had: list[int]) -> None:
    state = run.state
    token = state.activate(node, scope)
    state.set(token, {"waitingForStart": True})
    if len(had) < len(run.net.incoming[node]):
        state.set(token, {SPLITS: True})
        rest = state.activate(node, scope)
        state.set(token, {SPLITS: False})
        state.set(rest, {"waitingForStart": False, GOT: had})
        run.joining[scope, node] = []
    gateways.begin_inclusive(run, token)


def waiting_resets(state: State) -> dict[tuple[int, int], list[int]]:
    """The complex gateways that wait for the rest of their flows."""
    return {
        (place.scope, place.node): []
        for token, place in state.places.items()
        if place.node in state.net.activation and GOT in state.locals.get(token, ())
    }


def reset(run: Run, node: int, scope: int) -> bool:
    """Takes the tokens of the other flows once no more can come, and is ready to start again; whether it did."""
    state = run.state
    token = state.resetting(node, scope) if scope in state.children else None
    if token is None or GOT not in state.locals.get(token, ()):
        run.joining.pop((scope, node), None)
        return False
    filled = dict(state.joins.get((scope, node), {}))
    had = dict.fromkeys(state.locals[token][GOT], 1) | filled
    if gateways.more_can_come(run, node, scope, had, run.joining[scope, node]):
        return False
    flows = gateways.choose_all(run, token, needed=False) if run.net.conditional[node] else ()
    del run.joining[scope, node]
    if flows is None:
        return False
    run.take(token, flows)
    if (scope, node) in state.joins:
        arrive(run, node, scope)
    return True
