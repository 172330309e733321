"""Kernel, part 7: compensation: what can be undone, and undoing it, latest first (BPMN 2.0.2, clause 13.5.5)."""

from __future__ import annotations

from resolute.simulation.codes import (
    BODY_CANCEL,
    DO_UNDO,
    PHASE_OPEN,
    R_STATUS,
    R_UNDO_TOP,
    ROOM_UNDO,
    STATUS_DONE,
)
from resolute.simulation.kernel_events import add, has_room
from resolute.simulation.kernel_flow import cancel, empty_frame, end_token, leave, new_item, throw, unlink
from resolute.simulation.tables import State, Tables


def remember(t: Tables, s: State, node: int, frame: int, inner: int) -> None:
    """Notes in a frame that an activity was done: its handler, else those of what was done inside it (`inner`)."""
    if t.undo[node] >= 0:
        inner = noted(s, node, t.undo[node], -1)
    hand_on(s, node, frame, inner)


def remember_copy(t: Tables, s: State, group: int, inner: int) -> None:
    """Notes in a multi-instance that a copy was done; its frame hears of it when all are."""
    node = s.node[group]
    if t.undo[node] >= 0:
        s.inner[group] = noted(s, node, t.undo[node], s.inner[group])
        return
    last = inner
    while last >= 0:
        if s.done_before[last] < 0:
            s.done_before[last] = s.inner[group]
            s.inner[group] = inner
            return
        last = s.done_before[last]


def remember_copies(s: State, group: int) -> None:
    """Hands on what the copies of a multi-instance have done to the frame."""
    hand_on(s, s.node[group], s.frame[group], s.inner[group])


def hand_on(s: State, node: int, frame: int, inner: int) -> None:
    """Puts what was done inside an activity (`inner`, latest first) before what its frame knows already."""
    last = inner
    while last >= 0:
        s.done_node[last] = node
        if s.done_before[last] < 0:
            s.done_before[last] = s.frame_done[frame]
            s.frame_done[frame] = inner
            return
        last = s.done_before[last]


def noted(s: State, node: int, handler: int, before: int) -> int:
    """A new entry of what may be undone, after those of `before`; -1 where there is no room."""
    at = s.reg[R_UNDO_TOP]
    if not has_room(s, ROOM_UNDO, at + 1):
        return -1
    s.reg[R_UNDO_TOP] = at + 1
    s.done_node[at] = node
    s.done_handler[at] = handler
    s.done_before[at] = before
    return at


def begin_undoing(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A compensation or cancel event takes over what has been done in its scope, to undo it."""
    at = frame
    if t.body[node] == BODY_CANCEL:
        empty_frame(t, s, frame)
        s.frame_tokens[frame] = 1
    else:
        while s.frame_scope[at] != t.undo_scope[node]:
            at = s.frame[s.frame_item[at]]
    item = new_item(s, node, frame, cause)
    if s.reg[R_STATUS] != STATUS_DONE:
        return
    s.phase[item] = PHASE_OPEN
    s.remaining[item] = taken_over(s, at, t.undo_node[node])
    add(s, DO_UNDO, item, frame, cause)


def taken_over(s: State, frame: int, node: int) -> int:
    """Takes what was done (of one activity, or of all where `node` is -1) out of a frame; its latest."""
    first, last, kept = -1, -1, -1
    at = s.frame_done[frame]
    s.frame_done[frame] = -1
    while at >= 0:
        before = s.done_before[at]
        s.done_before[at] = -1
        if node < 0 or s.done_node[at] == node:
            if first < 0:
                first = at
            else:
                s.done_before[last] = at
            last = at
        elif kept < 0:
            s.frame_done[frame] = at
            kept = at
        else:
            s.done_before[kept] = at
            kept = at
        at = before
    return first


def next_to_undo(s: State, item: int) -> int:
    """The handler that a compensation event runs next, -1 when all have run."""
    at = s.remaining[item]
    if at < 0:
        return -1
    s.remaining[item] = s.done_before[at]
    return s.done_handler[at]


def end_undoing(t: Tables, s: State, item: int) -> None:
    """All is undone: the token goes on; a transaction ends by its cancel event, or without a way on."""
    node, frame, cause = s.node[item], s.frame[item], s.cause[item]
    if t.body[node] != BODY_CANCEL:
        unlink(s, item)
        leave(t, s, node, frame, cause)
    elif t.handler[node] >= 0:
        throw(t, s, node, frame, cause)
    else:
        opener = s.frame_item[frame]
        around = s.frame[opener]
        cancel(t, s, opener)
        end_token(s, around, cause)
