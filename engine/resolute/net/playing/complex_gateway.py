"""The complex gateway: goes on when its condition holds, then waits for the rest (BPMN 2.0.2, clause 13.4.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.net.expressions import ExpressionError
from resolute.net.playing import gateways
from resolute.net.state import GOT, SPLITS, State

if TYPE_CHECKING:
    from resolute.net.run import Run


_HELD = "*held"
"""Local variable of a gateway whose condition could not be worked out: the flows whose tokens it holds."""


def arrive(run: Run, node: int, scope: int) -> None:
    """A token has come: goes on when the activation condition holds; while resetting or stuck, it only waits."""
    state = run.state
    if state.resetting(node, scope) is not None:
        run.joining.setdefault((scope, node), [])
        return
    if any(state.places[stuck] == (node, scope) and _HELD in state.locals.get(stuck, ()) for stuck in state.incidents):
        return
    filled = state.waiting(node, scope)
    data = {**_visible(run, scope), "activationCount": sum(filled.values())}
    try:
        if not run.net.activation[node].holds(data, run.now, run.calendar):
            return
    except ExpressionError as error:
        token = state.activate(node, scope)
        state.set(token, {_HELD: list(filled)})
        run.attempt(token, error)
        return
    _start(run, node, scope, list(filled))


def begin(run: Run, token: int) -> None:
    """Tries again what ended in an incident: the activation condition, on the tokens that it was last tried on."""
    held = run.state.locals.get(token, {}).get(_HELD)
    if held is None:
        gateways.begin_inclusive(run, token)
        return
    node, scope = run.state.places[token]
    run.state.give_back(token, tuple(held))
    arrive(run, node, scope)


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
    if run.steps > run.limit:
        run.hold(token, "enter")
    else:
        gateways.begin_inclusive(run, token)


def waiting_resets(state: State) -> dict[tuple[int, int], list[int]]:
    """The complex gateways that wait for the rest of their flows."""
    return {(scope, node): [] for name, node, scope in state.gates if name == GOT}


def reset(run: Run, node: int, scope: int) -> bool:
    """Takes the tokens of the other flows once no more can come, and is ready to start again; whether it did."""
    state = run.state
    token = state.resetting(node, scope)
    if token is None:
        run.joining.pop((scope, node), None)
        return False
    if gateways.more_can_come(run, node, scope, run.joining[scope, node], state.locals[token][GOT]):
        return False
    flows = gateways.choose_all(run, token, needed=False) if run.net.conditional[node] else ()
    del run.joining[scope, node]
    if flows is None:
        return False
    run.take(token, flows)
    if state.waiting(node, scope):
        arrive(run, node, scope)
    return True
