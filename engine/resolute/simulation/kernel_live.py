"""Kernel, part 11: the one case of a forecast from the live state begins in the middle."""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_CONDITION,
    BODY_GATE,
    BODY_SCOPE,
    BODY_TASK,
    BODY_WAIT,
    DO_CLOSE,
    DO_ENTER,
    DO_FLOW,
    GIVEN_ARMED,
    GIVEN_DONE,
    GIVEN_FLOW,
    GIVEN_GATE,
    GIVEN_ITEM,
    GIVEN_KEPT,
    GIVEN_MESSAGE,
    GIVEN_OPEN,
    GIVEN_TURN,
    N_GIVEN,
    N_MESSAGES,
    PHASE_OPEN,
    PHASE_WAITING,
    R_STATUS,
    STATUS_DONE,
)
from resolute.simulation.kernel_activities import open_item, start_copy
from resolute.simulation.kernel_data import await_message, holds
from resolute.simulation.kernel_events import add, push
from resolute.simulation.kernel_flow import arm, new_frame, new_item
from resolute.simulation.kernel_joins import await_others
from resolute.simulation.kernel_undo import entered, joined
from resolute.simulation.tables import State, Tables


def resume(t: Tables, s: State, root: int) -> None:
    """Scopes are open, tokens stand in nodes and on flows, messages wait; what was done may be undone."""
    frames = [root]
    item = -1
    for k in range(t.numbers[N_GIVEN]):
        if s.reg[R_STATUS] != STATUS_DONE:
            return
        kind, what, frame = t.given_kind[k], t.given_node[k], frames[t.given_frame[k]]
        if kind == GIVEN_MESSAGE:
            s.buffered[s.frame_case[frame] * t.numbers[N_MESSAGES] + what] += 1
        elif kind == GIVEN_DONE:
            done = entered(s, t.given_count[k], what)
            s.frame_done[frame] = joined(s, done, s.frame_done[frame])
        elif kind == GIVEN_KEPT:
            s.kept[item] = joined(s, entered(s, s.node[item], what), s.kept[item])
        elif kind == GIVEN_TURN:
            s.counters[s.frame_base[frame] + t.own_slot[s.frame_scope[frame]] + 1 + what] = 1
        elif kind == GIVEN_ARMED:
            armed_already(t, s, item, k)
        else:
            s.frame_tokens[frame] += 1
            if kind == GIVEN_FLOW:
                add(s, DO_FLOW, what, frame, -1)
            elif kind == GIVEN_GATE:
                regain(t, s, what, frame, t.given_done[k])
            elif kind == GIVEN_ITEM and t.body[what] not in (BODY_TASK, BODY_SCOPE, BODY_WAIT, BODY_GATE):
                add(s, DO_ENTER, what, frame, -1)
            else:
                item = reopened(t, s, k, frame)
                if kind == GIVEN_OPEN and s.reg[R_STATUS] == STATUS_DONE:
                    frames.append(reopened_scope(t, s, what, item, frame))
    for frame in frames:
        if s.frame_tokens[frame] == 0:
            add(s, DO_CLOSE, 0, frame, -1)


def reopened(t: Tables, s: State, k: int, frame: int) -> int:
    """An activity goes on after so many rounds, or with so many copies done; the item that stands for all of it."""
    node, copies, done = t.given_node[k], t.given_count[k], t.given_done[k]
    item = new_item(s, node, frame, -1)
    if s.reg[R_STATUS] != STATUS_DONE:
        return item
    s.kept[item] = -1
    s.come[item] = 0
    s.rounds[item] = copies if copies > 0 else done
    if copies > 0:
        s.phase[item] = PHASE_OPEN
        s.remaining[item] = copies - done
    if t.given_kind[k] == GIVEN_ITEM:
        if t.body[node] in (BODY_WAIT, BODY_GATE):
            s.phase[item] = PHASE_WAITING
        elif copies == 0:
            open_item(t, s, item)
        else:
            for _copy in range(1 if t.sequential[node] > 0 else copies - done):
                start_copy(t, s, item)
    return item


def reopened_scope(t: Tables, s: State, node: int, item: int, frame: int) -> int:
    """The frame of an activity, or of the copy of it, that is open."""
    if t.copies[node] > 0 or t.copies[node] == -1:
        copy = new_item(s, node, frame, -1)
        s.group[copy] = item
        item = copy
    s.phase[item] = PHASE_OPEN
    inner = new_frame(t, s, t.scope[node], item, s.frame_case[frame])
    s.child[item] = inner
    return inner


def armed_already(t: Tables, s: State, item: int, k: int) -> None:
    """An item waits for an event since before; of those that need several triggers some may have come."""
    event = t.given_node[k]
    s.come[item] += t.given_count[k]
    if t.given_time[k] >= 0.0:
        push(s, max(t.given_time[k], s.now[0]), item, event)
    elif t.arm[event] == ARM_CONDITION:
        case = s.frame_case[s.frame[item]]
        queue = case * t.numbers[N_MESSAGES] + t.message[event]
        s.buffered[queue] = int(holds(t, s, t.test[event], case, event))
        await_message(s, queue, item, event)
    else:
        arm(t, s, item, event)


def regain(t: Tables, s: State, node: int, frame: int, had: int) -> None:
    """A complex gateway that has gone on waits for a token from each way that it has had none from."""
    resetting = s.frame_base[frame] + t.slot[node] + 1 + t.in_count[node]
    s.counters[resetting] = 1
    for k in range(t.in_count[node]):
        s.counters[resetting + 1 + k] = had >> k & 1
    await_others(s, node, frame)
