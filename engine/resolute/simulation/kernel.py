"""Kernel, part 9: activities from begin to end, cases, replications.

The nine parts run as plain Python on lists; `fast.py` compiles the same source with Numba for arrays. So nothing in
them keeps state between calls, and all of it is numbers, lists (or arrays) and tuples.
"""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_CHANCE,
    ARM_CONDITION,
    ARM_MESSAGE,
    ARM_SIGNAL,
    ASKS_FIRST,
    BODY_CANCEL,
    BODY_GATE,
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
    DO_ENTER,
    DO_FLOW,
    DO_UNDO,
    GIVEN_ITEM,
    GIVEN_MESSAGE,
    GIVEN_OPEN,
    LIMIT_HORIZON,
    LIMIT_START,
    LOCAL_ACTIVE,
    LOCAL_COMPLETED,
    LOCAL_COUNT,
    LOCAL_ROUND,
    LOCAL_TERMINATED,
    N_ARRIVAL,
    N_ARRIVAL_AMOUNT,
    N_ARRIVAL_CALENDAR,
    N_ARRIVAL_ON_CLOCK,
    N_AT_ONCE,
    N_BODIES,
    N_CALENDARS,
    N_CASES,
    N_GIVEN,
    N_MAX_EVENTS,
    N_MESSAGES,
    N_NODES,
    N_POOLS,
    N_ROOT,
    N_SCOPES,
    N_UNITS,
    N_VARIABLES,
    PHASE_OPEN,
    PHASE_WAITING,
    R_ALL_EVENTS,
    R_CASE_FREE,
    R_CASE_TOP,
    R_CASES_DONE,
    R_CASES_STARTED,
    R_CAUSE,
    R_CUT,
    R_EVENT_FREE,
    R_EVENTS,
    R_FAILED,
    R_ITEM_FREE,
    R_KEPT,
    R_LIMIT,
    R_PENDING,
    R_REPLICATION,
    R_ROW,
    R_STATUS,
    R_STUCK,
    R_TODO,
    R_WAIT_FREE,
    ROOM_CASES,
    STATUS_CUT,
    STATUS_DONE,
    STATUS_FULL,
    STATUS_TURNS,
)
from resolute.simulation.kernel_data import assign, await_message, holds, send
from resolute.simulation.kernel_draw import after_work, draw, draw_amount, next_working_at
from resolute.simulation.kernel_events import add, forget, has_room, next_event, push, schedule
from resolute.simulation.kernel_flow import (
    arm,
    arm_all,
    cancel_copies,
    copied_by,
    due,
    empty_frame,
    fill_frame,
    free_frame,
    happen,
    leave,
    new_frame,
    new_item,
    throw,
    unlink,
)
from resolute.simulation.kernel_joins import arrive, fire_pending
from resolute.simulation.kernel_measures import mark_critical, measure
from resolute.simulation.kernel_undo import begin_undoing, end_undoing, next_to_undo, remember
from resolute.simulation.kernel_units import release, request
from resolute.simulation.tables import State, Tables

# --- activities ---


def enter(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A token comes to a node."""
    body = t.body[node]
    if body in (BODY_TASK, BODY_SCOPE):
        start_activity(t, s, node, frame, cause, -1)
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
        remember(t, s, node, frame, -1)


def start_activity(t: Tables, s: State, node: int, frame: int, cause: int, group: int) -> None:
    """An activity begins: alone, or as the parent of its copies; `group` is the event that undoes by it, else -1."""
    item = new_item(s, node, frame, cause)
    if s.reg[R_STATUS] != STATUS_DONE:
        return
    if group >= 0:
        s.group[item] = group
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
    if group >= 0 and s.node[group] == node:
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
    depart(t, s, item)


def leave_marks(t: Tables, s: State, item: int) -> None:
    """An activity gives values to variables, and it is remembered where it can be undone."""
    node, frame = s.node[item], s.frame[item]
    assign(t, s, node, s.frame_case[frame])
    if t.undoable[node] > 0:
        remember(t, s, node, frame, s.inner[item] if t.body[node] == BODY_SCOPE else -1)


def depart(t: Tables, s: State, item: int) -> None:
    """An activity is done: its token goes on, or the event that undoes by it."""
    node, frame, cause, group = s.node[item], s.frame[item], s.cause[item], s.group[item]
    unlink(s, item)
    if group >= 0:
        s.cause[group] = cause
        add(s, DO_UNDO, group, frame, cause)
    else:
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
            group = copied_by(s, item)
            happen(t, s, group if group >= 0 else item, event, s.cause[item])
            if t.interrupts[event] > 0:
                return True
    return False


def undo(t: Tables, s: State, item: int) -> None:
    """A compensation event runs the next handler, or is done."""
    handler, frame = next_to_undo(s, item), s.frame[item]
    if handler < 0:
        end_undoing(t, s, item)
    elif t.body[handler] in (BODY_TASK, BODY_SCOPE):
        start_activity(t, s, handler, frame, s.cause[item], item)
    else:
        if t.body[handler] in (BODY_SEND, BODY_SET):
            do_at_once(t, s, handler, frame)
        add(s, DO_UNDO, item, frame, s.cause[item])


# --- cases ---


def begin_case(t: Tables, s: State) -> int:
    """A new case with its root frame; its frame."""
    case = s.reg[R_CASE_FREE]
    if case >= 0:
        s.reg[R_CASE_FREE] = s.case_next[case]
    else:
        case = s.reg[R_CASE_TOP]
        if not has_room(s, ROOM_CASES, case + 1):
            return 0
        s.reg[R_CASE_TOP] = case + 1
    messages = t.numbers[N_MESSAGES]
    for queue in range(case * messages, (case + 1) * messages):
        s.buffered[queue] = 0
        s.wait_first[queue] = -1
    variables = t.numbers[N_VARIABLES]
    for variable in range(variables):
        s.value[case * variables + variable] = t.initial[variable]
    s.case_arrival[case] = s.now[0]
    s.case_number[case] = s.reg[R_CASES_STARTED]
    s.reg[R_CASES_STARTED] += 1
    return new_frame(t, s, t.numbers[N_ROOT], -1, case)


def arrival(t: Tables, s: State) -> None:
    """A case arrives, and the next arrival is scheduled."""
    frame = begin_case(t, s)
    if s.reg[R_STATUS] != STATUS_DONE:
        return
    fill_frame(t, s, frame, -1)
    if s.reg[R_CASES_STARTED] < t.numbers[N_CASES]:
        gap = draw_amount(t, s, t.numbers[N_ARRIVAL], t.numbers[N_ARRIVAL_AMOUNT])
        calendar = t.numbers[N_ARRIVAL_CALENDAR]
        if t.numbers[N_ARRIVAL_ON_CLOCK] > 0:
            time = next_working_at(t, calendar, s.now[0] + gap)
        else:
            time = after_work(t, s, calendar, gap)
        schedule(s, time, -1, 0, -1)


def end_case(t: Tables, s: State, frame: int, cause: int) -> None:
    """The root frame of a case is done."""
    case = s.frame_case[frame]
    cases = t.numbers[N_CASES]
    s.cycle[s.reg[R_ROW] * cases + s.case_number[case]] = s.now[0] - s.case_arrival[case]
    s.reg[R_CASES_DONE] += 1
    s.case_next[case] = s.reg[R_CASE_FREE]
    s.reg[R_CASE_FREE] = case
    s.reg[R_CAUSE] = cause
    free_frame(s, frame)


def close(t: Tables, s: State, frame: int, cause: int) -> None:
    """The last token of a frame is gone: its scope is done, or its case."""
    item = s.frame_item[frame]
    if item < 0:
        end_case(t, s, frame, cause)
        return
    s.inner[item] = s.frame_done[frame]
    free_frame(s, frame)
    s.child[item] = -1
    s.cause[item] = cause
    finish(t, s, item)


def resume(t: Tables, s: State) -> None:
    """The one case begins in the middle: scopes are open, tokens stand in nodes and on flows, messages wait."""
    frames = [begin_case(t, s)]
    for k in range(t.numbers[N_GIVEN]):
        kind, node = t.given_kind[k], t.given_node[k]
        frame = frames[t.given_frame[k]]
        if s.reg[R_STATUS] != STATUS_DONE:
            return
        if kind == GIVEN_MESSAGE:
            s.buffered[s.frame_case[frame] * t.numbers[N_MESSAGES] + node] += 1
            continue
        s.frame_tokens[frame] += 1
        if kind == GIVEN_OPEN:
            item = new_item(s, node, frame, -1)
            s.phase[item] = PHASE_OPEN
            inner = new_frame(t, s, t.scope[node], item, s.frame_case[frame])
            s.child[item] = inner
            frames.append(inner)
            arm_all(t, s, item)
        elif kind == GIVEN_ITEM:
            add(s, DO_ENTER, node, frame, -1)
        else:
            add(s, DO_FLOW, node, frame, -1)


# --- replications ---


def drain(t: Tables, s: State) -> None:
    """Does all that is to be done at this moment."""
    while s.reg[R_STATUS] == STATUS_DONE:
        if s.reg[R_TODO] == 0:
            if s.reg[R_PENDING] > 0:
                fire_pending(t, s)
            if s.reg[R_TODO] == 0:
                return
        at = s.reg[R_TODO] - 1
        s.reg[R_TODO] = at
        kind, what, frame, cause = s.todo_kind[at], s.todo_what[at], s.todo_frame[at], s.todo_cause[at]
        if s.frame_generation[frame] != s.todo_generation[at]:
            continue
        s.reg[R_EVENTS] += 1
        if s.reg[R_EVENTS] > s.reg[R_LIMIT] and not allows_more(t, s):
            s.reg[R_CAUSE] = t.out_target[what] if kind == DO_FLOW else what
        elif kind == DO_FLOW:
            arrive(t, s, what, frame, cause)
        elif kind == DO_ENTER:
            enter(t, s, what, frame, cause)
        elif kind == DO_CLOSE:
            close(t, s, frame, cause)
        else:
            undo(t, s, what)


def occur(t: Tables, s: State, item: int, event: int) -> None:
    """A scheduled event of an item has come: the end of its work, its own event, or one that it carries."""
    if event < 0 or event == s.node[item]:
        finish(t, s, item)
        return
    if t.need[event] > 1 and not has_all(t, s, item, event):
        return
    if t.interrupts[event] == 0:
        wait_again(t, s, item, event)
    happen(t, s, item, event, s.cause[item])


def wait_again(t: Tables, s: State, item: int, event: int) -> None:
    """An event that does not interrupt waits for the next time."""
    if t.need[event] > 1:
        node = s.node[item]
        for k in range(t.event_lo[node], t.event_hi[node]):
            if t.digit[t.event_node[k]] == t.digit[event] and t.need[t.event_node[k]] > 1:
                arm(t, s, item, t.event_node[k])
    elif t.repeats[event] < 0:
        push(s, due(t, s, event, 1), item, event)
    elif t.arm[event] == ARM_MESSAGE or t.arm[event] == ARM_SIGNAL:
        arm(t, s, item, event)
    elif t.arm[event] == ARM_CONDITION:
        case = s.frame_case[s.frame[item]]
        await_message(s, case * t.numbers[N_MESSAGES] + t.message[event], item, event)


def has_all(t: Tables, s: State, item: int, event: int) -> bool:
    """Counts one of the triggers of an event that needs several; whether it was the last. Each event has a digit."""
    digit, need = t.digit[event], t.need[event]
    s.come[item] += digit
    if s.come[item] // digit % (need + 1) < need:
        return False
    s.come[item] -= digit * need
    return True


def allows_more(t: Tables, s: State) -> bool:
    """Whether more moves may follow: time has gone on since this was last asked. If not, the status says why."""
    if s.reg[R_EVENTS] > t.numbers[N_MAX_EVENTS]:
        s.reg[R_STATUS] = STATUS_CUT
    elif s.now[0] > s.now[1]:
        s.now[1] = s.now[0]
        s.reg[R_LIMIT] = min(t.numbers[N_MAX_EVENTS], s.reg[R_EVENTS] + t.numbers[N_AT_ONCE])
        return True
    else:
        s.reg[R_STATUS] = STATUS_TURNS
    return False


def reset(t: Tables, s: State) -> None:
    """Clears what a replication leaves behind; measures stay."""
    for register in range(R_KEPT):
        s.reg[register] = 0
    s.reg[R_ITEM_FREE] = -1
    s.reg[R_WAIT_FREE] = -1
    s.reg[R_CASE_FREE] = -1
    s.reg[R_CAUSE] = -1
    s.reg[R_EVENT_FREE] = -1
    s.now[0] = t.limits[LIMIT_START]
    s.now[1] = s.now[0] - 1.0
    for node in range(t.numbers[N_NODES]):
        s.occurrence[node] = 0
    for unit in range(t.numbers[N_UNITS]):
        s.busy[unit] = 0
        s.idle_since[unit] = 0.0
        s.last_record[unit] = -1
    for pool in range(t.numbers[N_POOLS]):
        s.queue[pool] = -1
    for scope in range(t.numbers[N_SCOPES]):
        s.frame_free[scope] = -1
    for calendar in range(t.numbers[N_CALENDARS]):
        s.mark_span[calendar] = t.span_lo[calendar]
        s.mark_base[calendar] = 0.0


def play(t: Tables, s: State) -> None:
    """Plays one replication to its end, to the horizon, or to the largest number of events."""
    reset(t, s)
    if t.numbers[N_GIVEN] > 0:
        resume(t, s)
    else:
        if t.numbers[N_ARRIVAL_ON_CLOCK] > 0:
            s.now[0] = next_working_at(t, t.numbers[N_ARRIVAL_CALENDAR], s.now[0])
        arrival(t, s)
    drain(t, s)
    while s.reg[R_STATUS] == STATUS_DONE:
        event = next_event(s)
        if event < 0:
            return
        item, generation, node = s.event_item[event], s.event_generation[event], s.event_node[event]
        forget(s, event)
        if item >= 0 and s.generation[item] != generation:
            continue
        if s.heap_time[0] > t.limits[LIMIT_HORIZON]:
            s.reg[R_STATUS] = STATUS_CUT
            return
        s.now[0] = s.heap_time[0]
        if item < 0:
            arrival(t, s)
        else:
            occur(t, s, item, node)
        drain(t, s)


def play_chunk(t: Tables, s: State, start: int, count: int) -> int:
    """Plays `count` replications from number `start`; how many are done.

    Fewer than `count` means that a room was too small, or that tokens turn without end: the measures are worthless.
    """
    for row in range(count):
        s.reg[R_REPLICATION] = start + row
        s.reg[R_ROW] = row
        play(t, s)
        if s.reg[R_STATUS] == STATUS_FULL or s.reg[R_STATUS] == STATUS_TURNS:
            return row
        s.reg[R_ALL_EVENTS] += s.reg[R_EVENTS]
        if s.reg[R_STATUS] == STATUS_CUT:
            s.reg[R_CUT] += 1
        elif s.reg[R_CASES_DONE] < t.numbers[N_CASES]:
            s.reg[R_STUCK] += 1
        else:
            mark_critical(t, s, s.reg[R_CAUSE])
        s.end[row] = s.now[0]
    return count
