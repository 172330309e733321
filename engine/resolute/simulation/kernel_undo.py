"""Kernel, part 8: compensation: what can be undone, and undoing it, latest first (BPMN 2.0.2, clause 13.5.5)."""

from __future__ import annotations

from resolute.simulation.codes import (
    BODY_CANCEL,
    BODY_SCOPE,
    BODY_UNDO,
    DO_CLOSE,
    DO_ENTER,
    PHASE_OPEN,
    R_STATUS,
    R_UNDO_TOP,
    ROOM_UNDO,
    STATUS_DONE,
)
from resolute.simulation.kernel_events import add, has_room
from resolute.simulation.kernel_flow import (
    cancel,
    chained,
    empty_frame,
    end_token,
    free_frame,
    leave,
    new_frame,
    new_item,
    throw,
    unlink,
    whole,
)
from resolute.simulation.tables import State, Tables


def keep_round(t: Tables, s: State, item: int) -> None:
    """Keeps what an activity, or one round or copy of it, has done; its frame hears of it when all are done."""
    if s.group[item] < 0 and s.rounds[item] == 0:
        s.kept[item] = -1
    home = whole(s, item)
    inner = s.inner[item] if t.body[s.node[item]] == BODY_SCOPE else -1
    s.kept[home] = joined(s, done_by(t, s, s.node[item], inner), s.kept[home])


def done_by(t: Tables, s: State, node: int, inner: int) -> int:
    """What undoes an activity that is done: its handler, else those of what was done inside it."""
    return noted(t, s, node, inner) if t.undo[node] >= 0 else inner


def remember(s: State, node: int, frame: int, done: int) -> None:
    """Tells a frame what an activity has done."""
    at = done
    while at >= 0:
        s.done_node[at] = node
        at = s.done_before[at]
    s.frame_done[frame] = joined(s, done, s.frame_done[frame])


def joined(s: State, latest: int, before: int) -> int:
    """Two chains of what was done as one."""
    if latest < 0:
        return before
    first = latest
    while s.done_before[first] >= 0:
        first = s.done_before[first]
    s.done_before[first] = before
    return latest


def noted(t: Tables, s: State, node: int, inner: int) -> int:
    """A new entry of what may be undone; -1 where there is no room.

    The event sub-process that undoes its finished sub-process knows what was done in there (`inner`).
    """
    at = entered(s, node, t.undo[node])
    if at >= 0 and t.owner[t.undo[node]] == t.scope[node]:
        s.done_inner[at] = inner
    return at


def entered(s: State, node: int, handler: int) -> int:
    """A new entry of what may be undone: the activity and what undoes it; -1 where there is no room."""
    at = s.reg[R_UNDO_TOP]
    if not has_room(s, ROOM_UNDO, at + 1):
        return -1
    s.reg[R_UNDO_TOP] = at + 1
    s.done_node[at] = node
    s.done_handler[at] = handler
    s.done_inner[at] = -1
    s.done_before[at] = -1
    return at


def begin_undoing(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A compensation or cancel event takes over what has been done in its scope, to undo it in a frame of its own."""
    at = frame
    if t.body[node] == BODY_CANCEL:
        gather(t, s, frame)
        empty_frame(t, s, frame)
        s.frame_tokens[frame] = 1
    else:
        while s.frame_scope[at] != t.undo_scope[node]:
            at = s.frame[s.frame_item[at]]
    item = new_item(s, node, frame, cause)
    if s.reg[R_STATUS] != STATUS_DONE:
        return
    s.phase[item] = PHASE_OPEN
    s.kept[item] = taken_over(s, at, t.undo_node[node])
    inner = new_frame(t, s, t.scope[node], item, s.frame_case[frame])
    if s.reg[R_STATUS] == STATUS_DONE:
        s.child[item] = inner
        add(s, DO_CLOSE, 0, inner, cause)


def gather(t: Tables, s: State, frame: int) -> None:
    """Tells a frame what the frames that are open inside it have done so far."""
    inside = opened(t, s, frame, frame, -1)
    while inside >= 0:
        inner = inside
        inside = opened(t, s, inner, frame, s.frame_next[inner])
        remember(s, s.node[s.frame_item[inner]], frame, s.frame_done[inner])
        s.frame_done[inner] = -1


def opened(t: Tables, s: State, around: int, frame: int, rest: int) -> int:
    """The frames that the items of a frame have opened, before those of `rest`; `frame` is told of rounds done."""
    item = s.frame_first[around]
    while item >= 0:
        rest = chained(s, s.child[item], rest)
        if t.undoable[s.node[item]] > 0 and s.group[item] < 0 and s.rounds[item] > 0:
            remember(s, s.node[item], frame, s.kept[item])
            s.kept[item] = -1
        item = s.after[item]
    return rest


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


def undo_next(t: Tables, s: State, item: int) -> None:
    """A compensation event runs the next handler; when all have run, it is done."""
    at, inner = s.kept[item], s.child[item]
    if at < 0:
        end_undoing(t, s, item)
    else:
        s.kept[item] = s.done_before[at]
        s.frame_tokens[inner] = 1
        s.frame_done[inner] = s.done_inner[at]
        add(s, DO_ENTER, s.done_handler[at], inner, s.cause[item])


def hand_over(t: Tables, s: State, around: int, frame: int) -> None:
    """Gives a handler that opens a frame what the finished sub-process had done that it undoes."""
    event = s.frame_item[around]
    if event >= 0 and t.body[s.node[event]] in (BODY_UNDO, BODY_CANCEL):
        s.frame_done[frame] = s.frame_done[around]
        s.frame_done[around] = -1


def end_undoing(t: Tables, s: State, item: int) -> None:
    """All is undone: the token goes on; a transaction ends by its cancel event, or without a way on."""
    node, frame, cause = s.node[item], s.frame[item], s.cause[item]
    if t.body[node] != BODY_CANCEL:
        free_frame(s, s.child[item])
        unlink(s, item)
        leave(t, s, node, frame, cause)
    elif t.handler[node] >= 0:
        throw(t, s, node, frame, cause)
    else:
        opener = s.frame_item[frame]
        around = s.frame[opener]
        cancel(t, s, opener)
        end_token(s, around, cause)
