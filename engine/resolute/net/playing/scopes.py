"""Sub-processes: opening, closing and cancelling what runs inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.net.expressions import ExpressionError
from resolute.net.net import ROOT, Kind, ScopeKind
from resolute.net.playing import choices, compensation, events, loops
from resolute.net.state import INSTANCE

if TYPE_CHECKING:
    from resolute.net.run import Run

# --- opening ---


def begin(run: Run, token: int) -> None:
    """Gives tokens to the starts of a sub-process. Raises ExpressionError."""
    node = run.state.places[token].node
    subscribe_event_scopes(run, node, token)
    adhoc = run.net.adhoc.get(node)
    for start in run.net.starts[node]:
        if adhoc is not None and adhoc.sequential:
            choices.offer(run, start, token)
        else:
            run.queue.append((~start, token))
    run.closing[token] = None


def subscribe_event_scopes(run: Run, node: int, token: int) -> None:
    """Arms the event sub-processes of a scope that is entered. Raises ExpressionError."""
    for inner in run.net.event_scopes.get(node, ()):
        for start in run.net.starts[inner]:
            events.subscribe(run, token, start)


# --- closing ---


def close_next(run: Run) -> bool:
    """Finishes one scope in which nothing is left; whether any was."""
    while run.closing:
        token, _nothing = run.closing.popitem()
        if _is_empty(run, token):
            _close(run, token)
            return True
        if token != INSTANCE and _adhoc_complete(run, token):
            return True
    return False


def _is_empty(run: Run, token: int) -> bool:
    state = run.state
    return (
        state.outcome is None
        and token in state.children
        and not state.children[token]
        and token not in state.incidents
        and token not in state.joins
    )


def _close(run: Run, token: int) -> None:
    if token == INSTANCE:
        unsubscribe_all(run, INSTANCE)
        run.state.end("completed")
        return
    if token in run.state.undoing:
        compensation.go_on(run, token)
    elif run.state.is_loop(token):
        loops.go_on(run, token)
    else:
        unsubscribe_all(run, token)
        run.leave(token)


def _adhoc_complete(run: Run, token: int) -> bool:
    """Whether the completion condition of an ad-hoc sub-process holds, which then ends."""
    state = run.state
    if token not in state.places or token in state.incidents:
        return False
    adhoc = run.net.adhoc.get(state.places[token].node)
    ends_early = adhoc is not None and (adhoc.cancel_remaining or adhoc.sequential)
    if not ends_early or state.is_loop(token) or not _holds(run, token):
        return False
    cancel_inside(run, token)
    unsubscribe_all(run, token)
    run.leave(token)
    return True


def _holds(run: Run, token: int) -> bool:
    condition = run.net.adhoc[run.state.places[token].node].condition
    if condition is None:
        return False
    try:
        return condition.holds(run.state.variables(token), run.now, run.calendar)
    except ExpressionError as error:
        run.attempt(token, error, "close")
        return False


# --- cancelling ---


def cancel(run: Run, token: int) -> None:
    """Takes away a place with all that is inside; tokens on their way in there are lost with it."""
    _take_away(run, token, None)
    unsubscribe_all(run, token)
    run.state.cancel(token)


def cancel_inside(run: Run, scope: int, keep: int | None = None) -> None:
    """Takes away everything inside a scope, innermost first, except the place `keep`."""
    _take_away(run, scope, keep)
    if any(around == scope for _flow, around in run.queue):
        kept = [entry for entry in run.queue if entry[1] != scope]
        run.queue.clear()
        run.queue.extend(kept)


def _take_away(run: Run, scope: int, keep: int | None) -> None:
    state = run.state
    order = []
    stack = [scope]
    while stack:
        outer = stack.pop()
        for token in state.children.get(outer, ()):
            if token != keep:
                order.append(token)
                stack.append(token)
    for outer in (scope, *order) if state.joins else ():
        for node in list(state.joins.get(outer, ())):
            state.cancel_join(node, outer)
            run.joining.pop((outer, node), None)
    for token in reversed(order):
        unsubscribe_all(run, token)
        state.cancel(token)


def unsubscribe_all(run: Run, owner: int, but: Kind | None = None) -> None:
    """Ends everything that is waited for on behalf of a place, except by events of the kind `but`."""
    state = run.state
    for token in list(state.watchers.get(owner, ())):
        if run.net.kinds[state.subscriptions[token].node] != but:
            state.unsubscribe(token)


def is_event_scope(run: Run, node: int) -> bool:
    """Whether the node is an event sub-process."""
    return run.net.scope_kind.get(node) == ScopeKind.EVENT


def node_of_scope(run: Run, token: int) -> int:
    """The SCOPE node of a scope's token; ROOT for the instance."""
    return ROOT if token == INSTANCE else run.state.places[token].node


def surrounding_scope(run: Run, token: int) -> int:
    """The nearest sub-process around a place, loops and compensations skipped; INSTANCE at the top."""
    state = run.state
    scope = state.places[token].scope
    while scope != INSTANCE and (run.net.kinds[state.places[scope].node] != Kind.SCOPE or state.is_loop(scope)):
        scope = state.places[scope].scope
    return scope
