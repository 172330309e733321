"""Kernel, part 5: the token game: items, frames, splits, events."""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_CHANCE,
    ARM_CONDITION,
    ARM_DELAY,
    ARM_MESSAGE,
    ARM_MOMENT,
    ARM_SIGNAL,
    ARM_WORK,
    DO_CLOSE,
    DO_ENTER,
    DO_FLOW,
    N_MESSAGES,
    PHASE_DROPPED,
    PHASE_FREE,
    PHASE_QUEUED,
    PHASE_WORKING,
    R_FAILED,
    R_FRAME_TOP,
    R_ITEM_FREE,
    R_ITEM_TOP,
    R_SLOT_TOP,
    ROOM_COUNTERS,
    ROOM_FRAMES,
    ROOM_ITEMS,
    SPLIT_ALL,
    SPLIT_ANY,
    SPLIT_FIRST,
    SPLIT_ONE,
    WAY_ALWAYS,
    WAY_DEFAULT,
    WAY_REST,
)
from resolute.simulation.kernel_data import await_condition, await_message, holds
from resolute.simulation.kernel_draw import after_work, draw, draw_amount
from resolute.simulation.kernel_events import add, has_room, push
from resolute.simulation.kernel_units import release
from resolute.simulation.tables import State, Tables

# --- items ---


def new_item(s: State, node: int, frame: int, cause: int) -> int:
    """A fresh item in a frame; sets the status to FULL when there is no room."""
    item = s.reg[R_ITEM_FREE]
    if item >= 0:
        s.reg[R_ITEM_FREE] = s.after[item]
    else:
        item = s.reg[R_ITEM_TOP]
        if not has_room(s, ROOM_ITEMS, item + 1):
            return 0
        s.reg[R_ITEM_TOP] = item + 1
    s.node[item] = node
    s.frame[item] = frame
    s.cause[item] = cause
    s.enabled[item] = s.now[0]
    s.unit[item] = -1
    s.child[item] = -1
    s.group[item] = -1
    s.rounds[item] = 0
    first = s.frame_first[frame]
    s.before[item] = -1
    s.after[item] = first
    if first >= 0:
        s.before[first] = item
    s.frame_first[frame] = item
    return item


def unlink(s: State, item: int) -> None:
    """Takes an item out of its frame; its events and waits are void from now on."""
    before, after = s.before[item], s.after[item]
    if before >= 0:
        s.after[before] = after
    else:
        s.frame_first[s.frame[item]] = after
    if after >= 0:
        s.before[after] = before
    s.generation[item] += 1
    if s.phase[item] == PHASE_QUEUED:
        s.phase[item] = PHASE_DROPPED
        return
    s.phase[item] = PHASE_FREE
    s.after[item] = s.reg[R_ITEM_FREE]
    s.reg[R_ITEM_FREE] = item


def cancel(t: Tables, s: State, item: int) -> None:
    """Ends an item and everything inside it without a token going on."""
    inner = chained(s, s.child[item], -1)
    if t.copies[s.node[item]] != 0:
        cancel_copies(t, s, item)
    drop(t, s, item)
    clear(t, s, inner)


def cancel_copies(t: Tables, s: State, group: int) -> None:
    """Ends the copies of a multi-instance that still run."""
    inner = -1
    home, after = s.frame[group], s.frame_first[s.frame[group]]
    while after >= 0:
        copy, after = after, s.after[after]
        if s.group[copy] == group and s.frame[copy] == home:
            inner = chained(s, s.child[copy], inner)
            drop(t, s, copy)
    clear(t, s, inner)


def chained(s: State, frame: int, rest: int) -> int:
    """A chain of frames that begins with `frame`, where there is one, and goes on with `rest`."""
    if frame < 0:
        return rest
    s.frame_next[frame] = rest
    return frame


def clear(t: Tables, s: State, frame: int) -> None:
    """Drops all items of a chain of frames and of the frames inside them, and frees the frames."""
    while frame >= 0:
        rest = s.frame_next[frame]
        item = s.frame_first[frame]
        while item >= 0:
            after = s.after[item]
            rest = chained(s, s.child[item], rest)
            drop(t, s, item)
            item = after
        free_frame(s, frame)
        frame = rest


def drop(t: Tables, s: State, item: int) -> None:
    """Ends one item; its units take up other work."""
    if s.phase[item] == PHASE_WORKING:
        release(t, s, item, s.cause[item])
    unlink(s, item)


# --- frames ---


def new_frame(t: Tables, s: State, scope: int, item: int, case: int) -> int:
    """An open scope with cleared counters; sets the status to FULL when there is no room."""
    frame = s.frame_free[scope]
    if frame >= 0:
        s.frame_free[scope] = s.frame_next[frame]
    else:
        frame = s.reg[R_FRAME_TOP]
        base = s.reg[R_SLOT_TOP]
        room = has_room(s, ROOM_FRAMES, frame + 1) and has_room(s, ROOM_COUNTERS, base + t.width[scope])
        if not room:
            return 0
        s.reg[R_FRAME_TOP] = frame + 1
        s.reg[R_SLOT_TOP] = base + t.width[scope]
        s.frame_base[frame] = base
    for slot in range(s.frame_base[frame], s.frame_base[frame] + t.width[scope]):
        s.counters[slot] = 0
    s.frame_scope[frame] = scope
    s.frame_item[frame] = item
    s.frame_tokens[frame] = 0
    s.frame_first[frame] = -1
    s.frame_case[frame] = case
    s.frame_closed[frame] = 0
    s.frame_done[frame] = -1
    return frame


def free_frame(s: State, frame: int) -> None:
    """Gives a frame back; what still refers to it sees another generation."""
    scope = s.frame_scope[frame]
    s.frame_generation[frame] += 1
    s.frame_next[frame] = s.frame_free[scope]
    s.frame_free[scope] = frame


def fill_frame(t: Tables, s: State, frame: int, cause: int) -> None:
    """Puts a token on each start of a frame's scope; an empty scope is done at once."""
    scope = s.frame_scope[frame]
    s.frame_tokens[frame] = t.start_hi[scope] - t.start_lo[scope]
    if s.frame_tokens[frame] == 0:
        add(s, DO_CLOSE, 0, frame, cause)
    for k in range(t.start_hi[scope] - 1, t.start_lo[scope] - 1, -1):
        add(s, DO_ENTER, t.start_node[k], frame, cause)


# --- events ---


def arm_all(t: Tables, s: State, item: int) -> None:
    """Arms the events of an item: its boundary events, its event sub-processes, what follows its gateway."""
    node = s.node[item]
    s.come[item] = 0
    for k in range(t.event_lo[node], t.event_hi[node]):
        arm(t, s, item, t.event_node[k])


def arm(t: Tables, s: State, item: int, event: int) -> None:
    """Makes an event wait on an item."""
    kind = t.arm[event]
    if t.chance[event] < 1.0 and kind != ARM_CHANCE and draw(t, s, event) >= t.chance[event]:
        return
    if kind in (ARM_MESSAGE, ARM_SIGNAL):
        queue = s.frame_case[s.frame[item]] * t.numbers[N_MESSAGES] + t.message[event]
        if kind == ARM_MESSAGE and s.buffered[queue] > 0:
            s.buffered[queue] -= 1
            push(s, s.now[0], item, event)
        else:
            await_message(s, queue, item, event)
    elif kind == ARM_CONDITION:
        await_condition(t, s, item, event)
    elif kind in (ARM_DELAY, ARM_WORK, ARM_MOMENT):
        for times in range(max(t.repeats[event], 1)):
            push(s, due(t, s, event, times + 1), item, event)


def due(t: Tables, s: State, event: int, times: int) -> float:
    """When a timer that is armed now fires for the `times`-th time."""
    amount = draw_amount(t, s, event, t.amount[event])
    if t.arm[event] == ARM_MOMENT:
        return max(amount, s.now[0])
    if t.arm[event] == ARM_WORK:
        return after_work(t, s, t.calendar[event], amount * times)
    return s.now[0] + amount * times


def happen(t: Tables, s: State, item: int, event: int, cause: int) -> None:
    """An event occurs on an item: a boundary event, an event sub-process, one after a gateway."""
    if t.event_scope[event] >= 0:
        open_event_scope(t, s, s.child[item], event, cause)
        return
    frame = s.frame[item]
    if t.host[event] < 0:
        unlink(s, item)
    elif t.interrupts[event] > 0:
        cancel(t, s, item)
    else:
        s.frame_tokens[frame] += 1
    leave(t, s, event, frame, cause)


def whole(s: State, item: int) -> int:
    """The multi-instance that an item is a copy of, else the item itself."""
    return s.group[item] if s.group[item] >= 0 else item


def open_event_scope(t: Tables, s: State, frame: int, event: int, cause: int) -> None:
    """An event sub-process of a frame begins; an interrupting one ends all else in the frame."""
    if s.frame_closed[frame] > 0:
        return
    if t.interrupts[event] > 0:
        empty_frame(t, s, frame)
        s.frame_closed[frame] = 1
    s.frame_tokens[frame] += 1
    add(s, DO_ENTER, t.event_scope[event], frame, cause)


def empty_frame(t: Tables, s: State, frame: int) -> None:
    """Ends everything in a frame and leaves it open, without tokens."""
    inner = -1
    item = s.frame_first[frame]
    while item >= 0:
        after = s.after[item]
        inner = chained(s, s.child[item], inner)
        drop(t, s, item)
        item = after
    clear(t, s, inner)
    scope = s.frame_scope[frame]
    for slot in range(s.frame_base[frame], s.frame_base[frame] + t.width[scope]):
        s.counters[slot] = 0
    s.frame_generation[frame] += 1
    s.frame_tokens[frame] = 0


def throw(t: Tables, s: State, node: int, frame: int, cause: int) -> bool:
    """An error or escalation goes to its handler; whether the frame it came from is still open."""
    handler = t.handler[node]
    generation = s.frame_generation[frame]
    at = frame
    if t.event_scope[handler] >= 0:
        scope = t.owner[t.event_scope[handler]]
        while s.frame_scope[at] != scope:
            at = s.frame[s.frame_item[at]]
        open_event_scope(t, s, at, handler, cause)
    else:
        item = s.frame_item[at]
        while s.node[item] != t.host[handler]:
            item = s.frame_item[s.frame[item]]
        happen(t, s, whole(s, item), handler, cause)
    return s.frame_generation[frame] == generation


# --- tokens ---


def go(t: Tables, s: State, flow: int, frame: int, cause: int) -> None:
    """A token goes along a flow: to a join, or straight into the next node."""
    if t.out_slot[flow] < 0:
        add(s, DO_ENTER, t.out_target[flow], frame, cause)
    else:
        add(s, DO_FLOW, flow, frame, cause)


def leave(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A token goes out of a node."""
    lo, hi = t.out_lo[node], t.out_hi[node]
    if hi == lo:
        end_token(s, frame, cause)
    elif hi - lo == 1:
        go(t, s, lo, frame, cause)
    elif t.split[node] == SPLIT_ALL:
        s.frame_tokens[frame] += hi - lo - 1
        for flow in range(hi - 1, lo - 1, -1):
            go(t, s, flow, frame, cause)
    elif t.split[node] == SPLIT_ONE:
        u = draw(t, s, t.chooser[node])
        flow = lo
        while flow < hi - 1 and u >= t.out_share[flow]:
            flow += 1
        go(t, s, flow, frame, cause)
    elif t.split[node] == SPLIT_FIRST:
        leave_first(t, s, node, frame, cause)
    else:
        leave_some(t, s, node, frame, cause)


def end_token(s: State, frame: int, cause: int) -> None:
    """A token is gone; with the last one its frame is done."""
    s.frame_tokens[frame] -= 1
    if s.frame_tokens[frame] == 0:
        add(s, DO_CLOSE, 0, frame, cause)


def leave_first(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A token takes the first flow whose condition holds, else the default; without one it stays: an incident."""
    default = -1
    for flow in range(t.out_lo[node], t.out_hi[node]):
        if t.out_way[flow] == WAY_DEFAULT:
            default = flow
        elif t.out_test[flow] < 0 or holds(t, s, t.out_test[flow], s.frame_case[frame], t.chooser[node]):
            go(t, s, flow, frame, cause)
            return
    if default >= 0:
        go(t, s, default, frame, cause)
    else:
        s.reg[R_FAILED] += 1


def leave_some(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """Each flow gets a token by its condition or its own probability; the default flow when no other does."""
    taken = 0
    held = 0
    rest = -1
    for flow in range(t.out_lo[node], t.out_hi[node]):
        way = t.out_way[flow]
        if way in (WAY_DEFAULT, WAY_REST):
            rest = flow
        if way != WAY_DEFAULT and taken_by(t, s, flow, frame, t.chooser[node]):
            taken += 1
            held += int(way != WAY_ALWAYS)
            go(t, s, flow, frame, cause)
    if held == 0 and rest >= 0:
        taken += 1
        go(t, s, rest, frame, cause)
    if taken > 0:
        s.frame_tokens[frame] += taken - 1
    elif t.split[node] == SPLIT_ANY:
        end_token(s, frame, cause)
    else:
        s.reg[R_FAILED] += 1


def taken_by(t: Tables, s: State, flow: int, frame: int, chooser: int) -> bool:
    """Whether a flow is taken, by its condition or by its probability."""
    if t.out_test[flow] >= 0:
        return holds(t, s, t.out_test[flow], s.frame_case[frame], chooser)
    return draw(t, s, chooser) < t.out_share[flow]
