"""Kernel, part 4: the token game: items, frames, joins, splits, events."""

from __future__ import annotations

from resolute.simulation.codes import (
    ARM_DELAY,
    ARM_MESSAGE,
    ARM_MOMENT,
    ARM_SIGNAL,
    ARM_WORK,
    DO_CLOSE,
    DO_ENTER,
    DO_FLOW,
    JOIN_ALL,
    N_BODIES,
    N_MESSAGES,
    PHASE_DROPPED,
    PHASE_FREE,
    PHASE_QUEUED,
    PHASE_WORKING,
    R_FRAME_TOP,
    R_ITEM_FREE,
    R_ITEM_TOP,
    R_PENDING,
    R_SLOT_TOP,
    R_WAIT_FREE,
    R_WAIT_TOP,
    ROOM_COUNTERS,
    ROOM_FRAMES,
    ROOM_ITEMS,
    ROOM_PENDING,
    ROOM_WAITS,
    SPLIT_ALL,
    SPLIT_ONE,
)
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
    home, after = s.frame[item], s.frame_first[s.frame[item]]
    while t.copies[s.node[item]] != 0 and after >= 0:
        copy, after = after, s.after[after]
        if s.group[copy] == item and s.frame[copy] == home:
            inner = chained(s, s.child[copy], inner)
            drop(t, s, copy)
    drop(t, s, item)
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
    for k in range(t.event_lo[node], t.event_hi[node]):
        arm(t, s, item, t.event_node[k])


def arm(t: Tables, s: State, item: int, event: int) -> None:
    """Makes an event wait on an item."""
    kind = t.arm[event]
    if kind in (ARM_MESSAGE, ARM_SIGNAL):
        queue = s.frame_case[s.frame[item]] * t.numbers[N_MESSAGES] + t.message[event]
        if kind == ARM_MESSAGE and s.buffered[queue] > 0:
            s.buffered[queue] -= 1
            push(s, s.now[0], item, event)
        else:
            await_message(s, queue, item, event)
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


def await_message(s: State, queue: int, item: int, event: int) -> None:
    """Adds an event to those that wait for a message."""
    wait = s.reg[R_WAIT_FREE]
    if wait >= 0:
        s.reg[R_WAIT_FREE] = s.wait_next[wait]
    else:
        wait = s.reg[R_WAIT_TOP]
        if not has_room(s, ROOM_WAITS, wait + 1):
            return
        s.reg[R_WAIT_TOP] = wait + 1
    s.wait_item[wait] = item
    s.wait_generation[wait] = s.generation[item]
    s.wait_node[wait] = event
    s.wait_next[wait] = -1
    if s.wait_first[queue] < 0:
        s.wait_first[queue] = wait
    else:
        s.wait_next[s.wait_last[queue]] = wait
    s.wait_last[queue] = wait


def send(t: Tables, s: State, node: int, case: int) -> None:
    """A message goes to the first that waits for it, else it is kept; a signal goes to all that wait now."""
    queue = case * t.numbers[N_MESSAGES] + t.message[node]
    signal = t.arm[node] == ARM_SIGNAL
    taken = False
    while s.wait_first[queue] >= 0 and (signal or not taken):
        wait = s.wait_first[queue]
        s.wait_first[queue] = s.wait_next[wait]
        item = s.wait_item[wait]
        if s.generation[item] == s.wait_generation[wait]:
            taken = True
            push(s, s.now[0], item, s.wait_node[wait])
        s.wait_next[wait] = s.reg[R_WAIT_FREE]
        s.reg[R_WAIT_FREE] = wait
    if not taken and not signal:
        s.buffered[queue] += 1


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
        if s.group[item] >= 0:
            item = s.group[item]
        happen(t, s, item, handler, cause)
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
        s.frame_tokens[frame] -= 1
        if s.frame_tokens[frame] == 0:
            add(s, DO_CLOSE, 0, frame, cause)
        return
    if hi - lo == 1:
        go(t, s, lo, frame, cause)
        return
    if t.split[node] == SPLIT_ALL:
        s.frame_tokens[frame] += hi - lo - 1
        for flow in range(hi - 1, lo - 1, -1):
            go(t, s, flow, frame, cause)
    elif t.split[node] == SPLIT_ONE:
        u = draw(t, s, t.chooser[node])
        flow = lo
        while flow < hi - 1 and u >= t.out_share[flow]:
            flow += 1
        go(t, s, flow, frame, cause)
    else:
        leave_some(t, s, node, frame, cause)


def leave_some(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """Each outgoing flow gets a token with its own probability, the default flow when no other does."""
    taken = 0
    default = t.out_hi[node] - 1
    for flow in range(t.out_lo[node], t.out_hi[node]):
        if t.out_default[flow] > 0:
            default = flow
        elif draw(t, s, t.chooser[node]) < t.out_share[flow]:
            taken += 1
            go(t, s, flow, frame, cause)
    if taken == 0:
        taken = 1
        go(t, s, default, frame, cause)
    s.frame_tokens[frame] += taken - 1


def arrive(t: Tables, s: State, flow: int, frame: int, cause: int) -> None:
    """A token comes to a join."""
    node = t.out_target[flow]
    full = s.frame_base[frame] + t.slot[node]
    place = s.frame_base[frame] + t.out_slot[flow]
    s.counters[place] += 1
    if s.counters[place] == 1:
        s.counters[full] += 1
    if t.join[node] == JOIN_ALL:
        if s.counters[full] == t.in_count[node]:
            consume(t, s, node, frame)
            add(s, DO_ENTER, node, frame, cause)
    elif s.counters[full] == 1 and s.counters[place] == 1:
        pending = s.reg[R_PENDING]
        if not has_room(s, ROOM_PENDING, pending + 1):
            return
        s.pending_frame[pending] = frame
        s.pending_node[pending] = node
        s.pending_generation[pending] = s.frame_generation[frame]
        s.reg[R_PENDING] = pending + 1


def consume(t: Tables, s: State, node: int, frame: int) -> None:
    """Takes one token from each flow into a join that has one; they go on as one."""
    full = s.frame_base[frame] + t.slot[node]
    for place in range(full + 1, full + 1 + t.in_count[node]):
        if s.counters[place] > 0:
            s.counters[place] -= 1
            s.frame_tokens[frame] -= 1
            if s.counters[place] == 0:
                s.counters[full] -= 1
    s.frame_tokens[frame] += 1


def reached(t: Tables, s: State, join: int, frame: int, node: int) -> bool:
    """Whether a token at `node` keeps an inclusive join waiting (BPMN 2.0.2, 13.4.3)."""
    full = s.frame_base[frame] + t.slot[join]
    nodes = t.numbers[N_BODIES]
    empty = False
    for k in range(t.in_count[join]):
        if t.or_reach[(t.or_row[join] + k) * nodes + node] > 0:
            if s.counters[full + 1 + k] > 0:
                return False
            empty = True
    return empty


def may_go(t: Tables, s: State, join: int, frame: int) -> bool:
    """Whether no token of the frame keeps an inclusive join waiting."""
    item = s.frame_first[frame]
    while item >= 0:
        if s.group[item] < 0 and reached(t, s, join, frame, s.node[item]):
            return False
        item = s.after[item]
    scope = s.frame_scope[frame]
    for k in range(t.join_lo[scope], t.join_hi[scope]):
        other = t.join_node[k]
        if other != join and s.counters[s.frame_base[frame] + t.slot[other]] > 0 and reached(t, s, join, frame, other):
            return False
    return True


def fire_pending(t: Tables, s: State) -> None:
    """Lets one inclusive join go on that need not wait any longer."""
    k = 0
    while k < s.reg[R_PENDING]:
        frame, node = s.pending_frame[k], s.pending_node[k]
        stale = s.pending_generation[k] != s.frame_generation[frame]
        going = not stale and may_go(t, s, node, frame)
        if going:
            consume(t, s, node, frame)
            add(s, DO_ENTER, node, frame, -1)
        if stale or (going and s.counters[s.frame_base[frame] + t.slot[node]] == 0):
            last = s.reg[R_PENDING] - 1
            s.pending_frame[k] = s.pending_frame[last]
            s.pending_node[k] = s.pending_node[last]
            s.pending_generation[k] = s.pending_generation[last]
            s.reg[R_PENDING] = last
        else:
            k += 1
        if going:
            return
