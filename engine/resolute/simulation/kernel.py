"""Kernel, part 12: cases and replications.

The twelve parts run as plain Python on lists; `fast.py` compiles the same source with Numba for arrays. So nothing in
them keeps state between calls, and all of it is numbers, lists (or arrays) and tuples.
"""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_CONDITION,
    ARM_MESSAGE,
    ARM_SIGNAL,
    BODY_CANCEL,
    BODY_UNDO,
    DO_ENTER,
    DO_FLOW,
    LIMIT_HORIZON,
    LIMIT_START,
    LOOKS,
    N_ARRIVAL,
    N_ARRIVAL_AMOUNT,
    N_ARRIVAL_CALENDAR,
    N_ARRIVAL_ON_CLOCK,
    N_AT_ONCE,
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
    R_ALL_EVENTS,
    R_CASE_FREE,
    R_CASE_TOP,
    R_CASES_DONE,
    R_CASES_STARTED,
    R_CAUSE,
    R_CUT,
    R_EVENT_FREE,
    R_EVENTS,
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
from resolute.simulation.kernel_activities import enter, finish
from resolute.simulation.kernel_adhoc import is_in_turns, look
from resolute.simulation.kernel_data import await_message
from resolute.simulation.kernel_draw import after_work, draw_amount, next_working_at
from resolute.simulation.kernel_events import forget, has_room, next_event, push, schedule
from resolute.simulation.kernel_flow import arm, due, fill_frame, free_frame, happen, new_frame
from resolute.simulation.kernel_joins import arrive, await_others, fire_pending
from resolute.simulation.kernel_live import resume
from resolute.simulation.kernel_measures import mark_critical
from resolute.simulation.kernel_undo import undo_next
from resolute.simulation.tables import State, Tables

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
    if is_in_turns(t, s, frame):
        await_others(s, LOOKS, frame)
        return
    s.cause[item] = cause
    if t.body[s.node[item]] in (BODY_UNDO, BODY_CANCEL):
        undo_next(t, s, item)
        return
    s.inner[item] = s.frame_done[frame]
    free_frame(s, frame)
    s.child[item] = -1
    finish(t, s, item)


# --- replications ---


def drain(t: Tables, s: State) -> None:
    """Does all that is to be done at this moment."""
    cause = -1
    while s.reg[R_STATUS] == STATUS_DONE:
        if s.reg[R_TODO] == 0:
            if s.reg[R_PENDING] > 0:
                fire_pending(t, s, cause)
                if s.reg[R_TODO] == 0:
                    look(t, s, cause)
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
        else:
            close(t, s, frame, cause)


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
        resume(t, s, begin_case(t, s))
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
