"""Kernel, part 2: what will happen later, in a heap by time, and what is to be done at once, on a stack."""

from __future__ import annotations

from resolute.simulation.codes import (
    R_EVENT_FREE,
    R_EVENT_TOP,
    R_HEAP,
    R_HOLE,
    R_ROOM,
    R_SEQUENCE,
    R_SHORT,
    R_STATUS,
    R_TODO,
    ROOM_EVENTS,
    ROOM_TODO,
    STATUS_FULL,
)
from resolute.simulation.tables import State

BRANCHES = 4
"""Children of a place in the heap: fewer levels than two, at no more cost."""


def has_room(s: State, room: int, wanted: int) -> bool:
    """Whether a room is large enough; if not, the status says so and which one is short."""
    if wanted <= s.reg[R_ROOM + room]:
        return True
    s.reg[R_STATUS] = STATUS_FULL
    s.reg[R_SHORT] = room
    return False


# --- later ---


def push(s: State, time: float, item: int, node: int) -> None:
    """Schedules an event of an item: that of `node`, -1 for the end of its own work."""
    schedule(s, time, item, s.generation[item], node)


def schedule(s: State, time: float, item: int, generation: int, node: int) -> None:
    """Schedules an event that is void when its item has another generation by then; item -1 is an arrival."""
    event = s.reg[R_EVENT_FREE]
    if event >= 0:
        s.reg[R_EVENT_FREE] = s.event_item[event]
    else:
        event = s.reg[R_EVENT_TOP]
        if not has_room(s, ROOM_EVENTS, event + 1):
            return
        s.reg[R_EVENT_TOP] = event + 1
    s.reg[R_SEQUENCE] += 1
    order = s.reg[R_SEQUENCE]
    s.event_order[event] = order
    s.event_item[event] = item
    s.event_generation[event] = generation
    s.event_node[event] = node
    if s.reg[R_HOLE] > 0:
        s.reg[R_HOLE] = 0
        sift_down(s, time, order, event)
        return
    at = s.reg[R_HEAP]
    s.reg[R_HEAP] = at + 1
    while at > 0:
        above = (at - 1) // BRANCHES
        other = s.heap_time[above]
        if other < time or (other == time and s.event_order[s.heap_event[above]] < order):
            break
        s.heap_time[at] = other
        s.heap_event[at] = s.heap_event[above]
        at = above
    s.heap_time[at] = time
    s.heap_event[at] = event


def sift_down(s: State, time: float, order: int, event: int) -> None:
    """Puts an event into the hole at the top of the heap, and in its place."""
    size = s.reg[R_HEAP]
    at = 0
    first = 1
    while first < size:
        best = first
        best_time = s.heap_time[first]
        for other in range(first + 1, min(first + BRANCHES, size)):
            other_time = s.heap_time[other]
            if other_time < best_time or (
                other_time == best_time and s.event_order[s.heap_event[other]] < s.event_order[s.heap_event[best]]
            ):
                best, best_time = other, other_time
        if time < best_time or (time == best_time and order < s.event_order[s.heap_event[best]]):
            break
        s.heap_time[at] = best_time
        s.heap_event[at] = s.heap_event[best]
        at = best
        first = BRANCHES * at + 1
    s.heap_time[at] = time
    s.heap_event[at] = event


def next_event(s: State) -> int:
    """The next event, -1 for none; its time is at the top of the heap, which is a hole until something is put there."""
    size = s.reg[R_HEAP]
    if s.reg[R_HOLE] > 0:
        s.reg[R_HOLE] = 0
        size -= 1
        s.reg[R_HEAP] = size
        if size > 0:
            last = s.heap_event[size]
            sift_down(s, s.heap_time[size], s.event_order[last], last)
    if size == 0:
        return -1
    s.reg[R_HOLE] = 1
    return s.heap_event[0]


def forget(s: State, event: int) -> None:
    """Gives the place of an event back."""
    s.event_item[event] = s.reg[R_EVENT_FREE]
    s.reg[R_EVENT_FREE] = event


# --- at once ---


def add(s: State, kind: int, what: int, frame: int, cause: int) -> None:
    """Puts something on the stack of things to do at once; void when the frame is gone by then."""
    at = s.reg[R_TODO]
    if not has_room(s, ROOM_TODO, at + 1):
        return
    s.todo_kind[at] = kind
    s.todo_what[at] = what
    s.todo_frame[at] = frame
    s.todo_generation[at] = s.frame_generation[frame]
    s.todo_cause[at] = cause
    s.reg[R_TODO] = at + 1
