"""Kernel, part 10: activities from begin to end, alone, in copies, in rounds, and to undo others."""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_CHANCE,
    ASKS_FIRST,
    BODY_CANCEL,
    BODY_GATE,
    BODY_LOOK,
    BODY_PASS,
    BODY_RAISE,
    BODY_SCOPE,
    BODY_SEND,
    BODY_SET,
    BODY_TASK,
    BODY_TERMINATE,
    BODY_UNDO,
    BODY_WAIT,
    DO_CLOSE,
    LOCAL_ACTIVE,
    LOCAL_COMPLETED,
    LOCAL_COUNT,
    LOCAL_ROUND,
    LOCAL_TERMINATED,
    N_BODIES,
    PHASE_OPEN,
    PHASE_WAITING,
    R_FAILED,
    R_LIMIT,
    R_STATUS,
    STATUS_DONE,
)
from resolute.simulation.kernel_adhoc import look_later
from resolute.simulation.kernel_data import assign, holds, send
from resolute.simulation.kernel_draw import draw, draw_amount
from resolute.simulation.kernel_events import add
from resolute.simulation.kernel_flow import (
    arm,
    arm_all,
    cancel_copies,
    empty_frame,
    fill_frame,
    happen,
    leave,
    new_frame,
    new_item,
    throw,
    unlink,
    whole,
)
from resolute.simulation.kernel_measures import measure
from resolute.simulation.kernel_undo import (
    begin_undoing,
    done_by,
    hand_over,
    keep_round,
    remember,
)
from resolute.simulation.kernel_units import release, request
from resolute.simulation.tables import State, Tables


def enter(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A token comes to a node."""
    body = t.body[node]
    if body in (BODY_TASK, BODY_SCOPE):
        start_activity(t, s, node, frame, cause)
    elif body == BODY_PASS:
        leave(t, s, node, frame, cause)
    elif body in (BODY_WAIT, BODY_GATE):
        item = new_item(s, node, frame, cause)
        s.phase[item] = PHASE_WAITING
        if body == BODY_WAIT:
            arm(t, s, item, node)
        arm_all(t, s, item)
    elif body in (BODY_SEND, BODY_SET):
        do_at_once(t, s, node, frame)
        leave(t, s, node, frame, cause)
    elif body == BODY_TERMINATE:
        empty_frame(t, s, frame)
        add(s, DO_CLOSE, 0, frame, cause)
    elif body in (BODY_UNDO, BODY_CANCEL):
        begin_undoing(t, s, node, frame, cause)
    elif body == BODY_LOOK:
        look_later(t, s, node, frame)
        leave(t, s, node, frame, cause)
    elif body == BODY_RAISE:
        if t.handler[node] < 0:
            s.reg[R_FAILED] += 1  # an incident: the token stays until someone acts
        elif throw(t, s, node, frame, cause):
            leave(t, s, node, frame, cause)


def do_at_once(t: Tables, s: State, node: int, frame: int) -> None:
    """Sends, or gives values to variables."""
    if t.body[node] == BODY_SEND:
        send(t, s, node, s.frame_case[frame])
        return
    assign(t, s, node, s.frame_case[frame])
    if t.undoable[node] > 0:
        remember(s, node, frame, done_by(t, s, node, -1))


def start_activity(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """An activity begins: alone, or as the parent of its copies."""
    item = new_item(s, node, frame, cause)
    if s.reg[R_STATUS] != STATUS_DONE:
        return
    copies = t.copies[node]
    if copies == ASKS_FIRST:
        if not goes_round(t, s, item, 0):
            depart(t, s, item)
            return
    elif copies != 0:
        start_copies(t, s, item)
        return
    if t.event_lo[node] < t.event_hi[node]:
        arm_all(t, s, item)
    open_item(t, s, item)


def start_copies(t: Tables, s: State, group: int) -> None:
    """A multi-instance begins: its first copy, or all."""
    node = s.node[group]
    copies = t.copies[node]
    if copies < 0:
        copies = int(draw_amount(t, s, node, t.copies_amount[node]) + 0.5)
    s.phase[group] = PHASE_OPEN
    s.remaining[group] = copies
    s.rounds[group] = copies
    s.kept[group] = -1
    if copies == 0:
        depart(t, s, group)
        return
    s.reg[R_LIMIT] += copies * t.numbers[N_BODIES]
    arm_all(t, s, group)
    for _copy in range(1 if t.sequential[node] > 0 else copies):
        start_copy(t, s, group)


def start_copy(t: Tables, s: State, group: int) -> None:
    """One copy of a multi-instance begins."""
    copy = new_item(s, s.node[group], s.frame[group], s.cause[group])
    if s.reg[R_STATUS] == STATUS_DONE:
        s.group[copy] = group
        open_item(t, s, copy)


def open_item(t: Tables, s: State, item: int) -> None:
    """The work of an item is wanted, or its scope opens."""
    node = s.node[item]
    s.enabled[item] = s.now[0]
    if t.body[node] == BODY_TASK:
        request(t, s, item)
        return
    s.phase[item] = PHASE_OPEN
    frame = new_frame(t, s, t.scope[node], item, s.frame_case[s.frame[item]])
    if s.reg[R_STATUS] == STATUS_DONE:
        s.child[item] = frame
        hand_over(t, s, s.frame[item], frame)
        fill_frame(t, s, frame, s.cause[item])


def finish(t: Tables, s: State, item: int) -> None:
    """The own work of an item is done: on to the next copy, the next round, or out."""
    node = s.node[item]
    if t.body[node] == BODY_TASK or t.body[node] == BODY_SCOPE:
        measure(t, s, item)
        release(t, s, item, s.cause[item])
    if t.event_lo[node] < t.event_hi[node] and fails(t, s, item):
        return
    if t.leaves_marks[node] > 0:
        leave_marks(t, s, item)
    group = s.group[item]
    if group >= 0:
        s.cause[group] = s.cause[item]
        unlink(s, item)
        s.remaining[group] -= 1
        if s.remaining[group] > 0:
            if not is_complete(t, s, group):
                if t.sequential[node] > 0:
                    start_copy(t, s, group)
                return
            cancel_copies(t, s, group)
        item = group
    elif t.again[node] > 0.0 and goes_round(t, s, item, s.rounds[item] + 1):
        s.rounds[item] += 1
        open_item(t, s, item)
        return
    if t.undoable[node] > 0:
        remember(s, node, s.frame[item], s.kept[item])
    depart(t, s, item)


def leave_marks(t: Tables, s: State, item: int) -> None:
    """An activity gives values to variables, and it is remembered where it can be undone."""
    node, frame = s.node[item], s.frame[item]
    assign(t, s, node, s.frame_case[frame])
    if t.undoable[node] > 0:
        keep_round(t, s, item)


def depart(t: Tables, s: State, item: int) -> None:
    """An activity is done: its token goes on."""
    node, frame, cause = s.node[item], s.frame[item], s.cause[item]
    unlink(s, item)
    leave(t, s, node, frame, cause)


def goes_round(t: Tables, s: State, item: int, rounds: int) -> bool:
    """Whether a loop goes round (again) after so many rounds."""
    node = s.node[item]
    if rounds >= t.loop_limit[node]:
        return False
    if t.test[node] < 0:
        return draw(t, s, node) < t.again[node]
    s.local[LOCAL_ROUND] = float(rounds)
    return holds(t, s, t.test[node], s.frame_case[s.frame[item]], node)


def is_complete(t: Tables, s: State, group: int) -> bool:
    """Whether the completion condition of a multi-instance holds once one more copy is done."""
    node = s.node[group]
    if t.test[node] < 0:
        return t.until[node] > 0.0 and draw(t, s, node) < t.until[node]
    count, left = s.rounds[group], s.remaining[group]
    s.local[LOCAL_COUNT] = float(count)
    s.local[LOCAL_ACTIVE] = 0.0 if t.sequential[node] > 0 else float(left)
    s.local[LOCAL_COMPLETED] = float(count - left)
    s.local[LOCAL_TERMINATED] = 0.0
    return holds(t, s, t.test[node], s.frame_case[s.frame[group]], node)


def fails(t: Tables, s: State, item: int) -> bool:
    """Whether an activity ends in one of the failures that its boundary events catch."""
    node = s.node[item]
    for k in range(t.event_lo[node], t.event_hi[node]):
        event = t.event_node[k]
        if t.arm[event] == ARM_CHANCE and draw(t, s, event) < t.chance[event]:
            happen(t, s, whole(s, item), event, s.cause[item])
            if t.interrupts[event] > 0:
                return True
    return False
