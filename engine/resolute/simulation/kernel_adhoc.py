"""Kernel, part 7: ad-hoc sub-processes: what is done next, one at a time, and when it is enough (BPMN 2.0.2, 13.3.5).

Such a frame is looked at when nothing moves any more, as the engine does. Its own counters stand behind those of its
joins: whether it is said by chance to be complete, then which activities were begun, of those done one at a time.
"""

from __future__ import annotations

from resolute.simulation.codes import DO_CLOSE, DO_ENTER, LOOKS, R_PENDING
from resolute.simulation.kernel_data import holds
from resolute.simulation.kernel_draw import draw
from resolute.simulation.kernel_events import add
from resolute.simulation.kernel_flow import empty_frame
from resolute.simulation.kernel_joins import await_others, take_out
from resolute.simulation.tables import State, Tables


def is_in_turns(t: Tables, s: State, frame: int) -> bool:
    """Whether the activities of a frame are done one at a time, and it is not closed yet."""
    scope = s.frame_scope[frame]
    return t.turn_lo[scope] < t.turn_hi[scope] and s.frame_closed[frame] == 0


def look_later(t: Tables, s: State, node: int, frame: int) -> None:
    """Something has been done in an ad-hoc sub-process: whether that is enough is seen when nothing moves."""
    scope = s.frame_scope[frame]
    if t.enough_chance[scope] > 0.0 and draw(t, s, node) < t.enough_chance[scope]:
        s.counters[s.frame_base[frame] + t.own_slot[scope]] = 1
    await_others(s, LOOKS, frame)


def look(t: Tables, s: State, cause: int) -> None:
    """Looks at what waits for that, until something moves."""
    k = 0
    while k < s.reg[R_PENDING]:
        frame, stale = s.pending_frame[k], s.pending_generation[k] != s.frame_generation[s.pending_frame[k]]
        if s.pending_node[k] != LOOKS:
            k += 1
            continue
        take_out(s, k)
        if not stale and goes_on(t, s, frame, cause):
            return


def goes_on(t: Tables, s: State, frame: int, cause: int) -> bool:
    """Ends a frame when it is complete, or begins what is done next; whether anything moves."""
    if is_enough(t, s, frame):
        empty_frame(t, s, frame)
    elif s.frame_tokens[frame] > 0:
        return False
    elif is_in_turns(t, s, frame) and begin_next(t, s, frame, cause):
        return True
    s.frame_closed[frame] = 1
    add(s, DO_CLOSE, 0, frame, cause)
    return True


def is_enough(t: Tables, s: State, frame: int) -> bool:
    """Whether the completion condition of an ad-hoc sub-process holds."""
    scope = s.frame_scope[frame]
    if t.enough_test[scope] >= 0:
        return holds(t, s, t.enough_test[scope], s.frame_case[frame], s.node[s.frame_item[frame]])
    return t.enough_chance[scope] > 0.0 and s.counters[s.frame_base[frame] + t.own_slot[scope]] > 0


def begin_next(t: Tables, s: State, frame: int, cause: int) -> bool:
    """Begins one of the activities that were not begun yet, each as likely; whether there is one."""
    scope = s.frame_scope[frame]
    own = s.frame_base[frame] + t.own_slot[scope] + 1
    count = t.turn_hi[scope] - t.turn_lo[scope]
    left = 0
    for k in range(count):
        left += 1 - s.counters[own + k]
    if left == 0:
        return False
    skipped = int(draw(t, s, s.node[s.frame_item[frame]]) * left)
    k = 0
    while s.counters[own + k] > 0 or skipped > 0:
        skipped -= 1 - s.counters[own + k]
        k += 1
    s.counters[own + k] = 1
    s.frame_tokens[frame] = 1
    add(s, DO_ENTER, t.turn_node[t.turn_lo[scope] + k], frame, cause)
    return True
