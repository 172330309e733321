"""Sequential ad-hoc sub-processes: people choose what is done next, one at a time (BPMN 2.0.2, clause 13.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.errors import ConflictError
from resolute.net.net import Kind
from resolute.net.playing import activities
from resolute.net.state import INSTANCE, OFFERED

if TYPE_CHECKING:
    from resolute.net.run import Run

_ = i18n.translator("net")

_CHOSEN = "*chosen"
"""Local variable of the sub-process: the activity that was chosen last."""


def offer(run: Run, node: int, scope: int) -> None:
    """Opens a task for an activity that may be chosen: a person's task itself, for any other one to begin it."""
    if run.net.kinds[node] in (Kind.TASK, Kind.USER) and node not in run.net.loops:
        run.queue.append((~node, scope))
        return
    token = run.state.activate(node, scope)
    run.state.set(token, {OFFERED: True})
    run.state.tell("task", node, token, run.state.locals[token])


def is_offered(run: Run, token: int) -> bool:
    """Whether the place only waits to be chosen."""
    return bool(run.state.locals.get(token, {}).get(OFFERED))


def choose(run: Run, token: int, data: Mapping[str, Any]) -> None:
    """Begins an activity that was offered; `data` is what the person who chose it adds to the variables."""
    if data:
        run.put(token, data)
    run.state.set(run.state.places[token].scope, {_CHOSEN: token})
    run.state.set(token, {OFFERED: False})
    activities.begin_guarded(run, token)


def check_free(run: Run, token: int) -> None:
    """Raises ConflictError while another activity runs in the sequential ad-hoc sub-process around a place."""
    state = run.state
    scope = state.places[token].scope
    adhoc = None if scope == INSTANCE else run.net.adhoc.get(state.places[scope].node)
    if adhoc is None or not adhoc.sequential:
        return
    chosen = state.locals.get(scope, {}).get(_CHOSEN)
    if chosen in state.places and chosen != token:
        message = _("{running} is under way in {scope}, which does one thing at a time; complete it first")
        names = run.net.ids
        running, around = names[state.places[chosen].node], names[state.places[scope].node]
        raise ConflictError(message.format(running=running, scope=around))
