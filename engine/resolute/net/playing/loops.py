"""Loops: the standard loop, and multi-instance in sequence or side by side (BPMN 2.0.2, clause 13.3.6)."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.net.expressions import ExpressionError
from resolute.net.expressions.values import to_json
from resolute.net.net import Loop, LoopKind
from resolute.net.playing import activities, scopes

if TYPE_CHECKING:
    from resolute.net.run import Run

_ = i18n.translator("net")

MAX_ROUNDS = 1_000_000
"""How many rounds of loops one command may begin."""

MAX_AGAIN = 1_000
"""How often one command may begin the same loop anew with moves of its own: a circle around it must come to its end."""

# Local variables of the loop that no expression can name.
_ITEMS = "*items"
_RESULTS = "*results"
_STARTED = "*started"
_COMPLETE = "*complete"


def begin(run: Run, token: int) -> None:
    """Begins the loop that the place `token` is. Raises ExpressionError."""
    loop = _loop(run, token)
    run.begun[run.state.places[token]] += 1
    if loop.kind == LoopKind.STANDARD:
        run.state.set(token, {"loopCounter": 0})
        if loop.test_before and not _goes_on(run, token, loop):
            _finish(run, token)
        else:
            _next_round(run, token)
        return
    count, items = _extent(run, token, loop)
    values: dict[str, Any] = {
        "numberOfInstances": count,
        "numberOfActiveInstances": 0,
        "numberOfCompletedInstances": 0,
        "numberOfTerminatedInstances": 0,
        _STARTED: 0,
    }
    if items is not None:
        values[_ITEMS] = items
    if loop.output and loop.result is not None:
        values[_RESULTS] = [None] * count
    run.state.set(token, values)
    if loop.kind == LoopKind.PARALLEL:
        _allow(run, token, count)
    if count == 0:
        _finish(run, token)
    elif loop.kind == LoopKind.SEQUENTIAL:
        _next_instance(run, token, loop)
    else:
        _all_instances(run, token, loop, count)


def round_done(run: Run, token: int) -> None:
    """One round, the place `token`, is done."""
    node, scope = run.state.places[token]
    loop = run.net.loops[node]
    if loop.kind == LoopKind.STANDARD:
        run.take(token, ())
        return
    try:
        _collect(run, token, scope, loop)
        counts = run.state.locals[scope]
        is_complete = loop.condition is not None and loop.condition.holds(
            ChainMap(_counted(counts), run.state.variables(token)),  # type: ignore[arg-type]
            run.now,
            run.calendar,
        )
    except ExpressionError as error:
        run.attempt(token, error, "leave")
        return
    run.state.set(scope, {**_counted(counts), **({_COMPLETE: True} if is_complete else {})})
    run.take(token, ())
    if is_complete:
        _cancel_rest(run, scope)


def _counted(counts: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers of the loop once one more round is done."""
    return {
        "numberOfActiveInstances": counts["numberOfActiveInstances"] - 1,
        "numberOfCompletedInstances": counts["numberOfCompletedInstances"] + 1,
    }


def go_on(run: Run, token: int) -> None:
    """All rounds begun so far are done: begins the next one, or ends the loop."""
    loop = _loop(run, token)
    try:
        if loop.kind == LoopKind.STANDARD:
            if run.steps > run.limit:
                run.hold(token, "close")
            elif _goes_on(run, token, loop):
                _next_round(run, token)
            else:
                _finish(run, token)
        elif loop.kind == LoopKind.SEQUENTIAL and not _is_complete(run, token):
            _next_instance(run, token, loop)
        else:
            _finish(run, token)
    except ExpressionError as error:
        run.attempt(token, error, "close")


def _loop(run: Run, token: int) -> Loop:
    return run.net.loops[run.state.places[token].node]


def _finish(run: Run, token: int) -> None:
    loop = _loop(run, token)
    results = run.state.locals[token].get(_RESULTS)
    if loop.output and results is not None:
        run.put(token, {loop.output: list(results)})
    run.leave(token)


# --- standard ---


def _goes_on(run: Run, token: int, loop: Loop) -> bool:
    counter = run.state.locals[token]["loopCounter"]
    if loop.maximum is not None and counter >= loop.maximum:
        return False
    if loop.condition is None:
        return loop.maximum is not None or counter == 0
    return loop.condition.holds(run.state.variables(token), run.now, run.calendar)


def _next_round(run: Run, token: int) -> None:
    loop = _loop(run, token)
    if loop.maximum is None:
        run.steps += 1
    else:
        _allow(run, token, 1)
    run.state.set(token, {"loopCounter": run.state.locals[token]["loopCounter"] + 1})
    _start_round(run, token, {})


def _allow(run: Run, token: int, count: int) -> None:
    """Lets `count` rounds whose number is known make their moves. Raises ExpressionError when they are too many."""
    run.rounds += count
    if run.rounds > MAX_ROUNDS:
        message = _("loops begin more than {limit} rounds at once; expected fewer")
        raise ExpressionError(message.format(limit=MAX_ROUNDS))
    place = run.state.places[token]
    if run.begun[place] <= MAX_AGAIN:
        run.limit += 4 * count * (1 + run.net.sizes.get(place.node, 0))


def _start_round(run: Run, token: int, values: Mapping[str, Any]) -> None:
    inner = run.state.activate(run.state.places[token].node, token)
    if values:
        run.state.set(inner, values)
    activities.begin_guarded(run, inner)


# --- multi-instance ---


def _extent(run: Run, token: int, loop: Loop) -> tuple[int, list[Any] | None]:
    """How many instances, and the items of the list they go over."""
    data = run.state.variables(token)
    if loop.collection is not None:
        items = loop.collection.evaluate(data, run.now, run.calendar)
        if isinstance(items, Mapping):
            items = list(items.values())
        if not isinstance(items, list):
            raise ExpressionError(
                _("{source} is no list; a multi-instance goes over a list").format(source=loop.collection.source)
            )
        return len(items), [to_json(item) for item in items]
    if loop.cardinality is None:
        return 1, None
    count = loop.cardinality.evaluate(data, run.now, run.calendar)
    if isinstance(count, float) and count.is_integer():
        count = int(count)
    if not isinstance(count, int) or isinstance(count, bool) or not 0 <= count <= MAX_ROUNDS:
        message = _("{source} is {found}; a multi-instance needs a whole number from 0 to {limit}")
        raise ExpressionError(message.format(source=loop.cardinality.source, found=repr(count)[:40], limit=MAX_ROUNDS))
    return count, None


def _all_instances(run: Run, token: int, loop: Loop, count: int) -> None:
    run.state.set(token, {"numberOfActiveInstances": count, _STARTED: count})
    for index in range(count):
        if token not in run.state.places or token in run.state.incidents or _is_over(run, token):
            return
        _start_round(run, token, _round_values(run, token, loop, index))


def _next_instance(run: Run, token: int, loop: Loop) -> None:
    _allow(run, token, 1)
    index = run.state.locals[token][_STARTED]
    run.state.set(token, {"numberOfActiveInstances": 1, _STARTED: index + 1})
    _start_round(run, token, _round_values(run, token, loop, index))


def _round_values(run: Run, token: int, loop: Loop, index: int) -> dict[str, Any]:
    values: dict[str, Any] = {"loopCounter": index + 1}
    items = run.state.locals[token].get(_ITEMS)
    if loop.item and items is not None:
        values[loop.item] = items[index]
    return values


def _collect(run: Run, token: int, scope: int, loop: Loop) -> None:
    if loop.output and loop.result is not None:
        result = to_json(loop.result.evaluate(run.state.variables(token), run.now, run.calendar))
        index = run.state.locals[token]["loopCounter"] - 1
        run.state.collect(scope, _RESULTS, index, result)


def _is_complete(run: Run, token: int) -> bool:
    counts = run.state.locals[token]
    return _is_over(run, token) or bool(counts[_STARTED] >= counts["numberOfInstances"])


def _is_over(run: Run, token: int) -> bool:
    """Whether the completion condition has come to hold: no more instances begin."""
    return bool(run.state.locals[token].get(_COMPLETE, False))


def _cancel_rest(run: Run, token: int) -> None:
    """Ends the instances that still run or were to begin in this step, since the completion condition holds."""
    remaining = run.state.locals[token]["numberOfActiveInstances"]
    if remaining:
        scopes.cancel_inside(run, token)
        run.state.set(token, {"numberOfActiveInstances": 0, "numberOfTerminatedInstances": remaining})
