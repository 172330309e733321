"""Kernel, part 6: joins: parallel, inclusive and complex gateways that wait for several tokens.

The counters of a joining gateway in a frame: how many of its flows hold a token, then the tokens on each flow; of a
complex one also whether it has gone on and waits for the rest, and which flows it had by then.
"""

from __future__ import annotations

from resolute.simulation.codes import (
    DO_ENTER,
    JOIN_ALL,
    JOIN_COMPLEX,
    LOCAL_ACTIVATION,
    LOOKS,
    N_BODIES,
    R_PENDING,
    ROOM_PENDING,
)
from resolute.simulation.kernel_data import holds
from resolute.simulation.kernel_draw import draw
from resolute.simulation.kernel_events import add, has_room
from resolute.simulation.kernel_flow import end_token
from resolute.simulation.tables import State, Tables


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
    elif t.join[node] == JOIN_COMPLEX:
        activate(t, s, node, frame, cause)
    elif s.counters[full] == 1 and s.counters[place] == 1:
        await_others(s, node, frame)


def await_others(s: State, node: int, frame: int) -> None:
    """A join is looked at whenever nothing moves, until no more tokens can come to it."""
    pending = s.reg[R_PENDING]
    if has_room(s, ROOM_PENDING, pending + 1):
        s.pending_frame[pending] = frame
        s.pending_node[pending] = node
        s.pending_generation[pending] = s.frame_generation[frame]
        s.reg[R_PENDING] = pending + 1


def take_out(s: State, k: int) -> None:
    """Something waits no longer until nothing moves."""
    last = s.reg[R_PENDING] - 1
    s.pending_frame[k] = s.pending_frame[last]
    s.pending_node[k] = s.pending_node[last]
    s.pending_generation[k] = s.pending_generation[last]
    s.reg[R_PENDING] = last


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
    """Whether a token at `node` keeps an inclusive or complex join waiting (BPMN 2.0.2, 13.4.3 and 13.4.5)."""
    full = s.frame_base[frame] + t.slot[join]
    count = t.in_count[join]
    nodes = t.numbers[N_BODIES]
    empty = False
    for k in range(count):
        if t.or_reach[(t.or_row[join] + k) * nodes + node] > 0:
            if s.counters[full + 1 + k] > 0 or (t.join[join] == JOIN_COMPLEX and s.counters[full + 2 + count + k] > 0):
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
        if other != join and holds_token(t, s, other, frame) and reached(t, s, join, frame, other):
            return False
    return True


def holds_token(t: Tables, s: State, join: int, frame: int) -> bool:
    """Whether a token waits at a join, or the join itself for the rest of its tokens."""
    full = s.frame_base[frame] + t.slot[join]
    return s.counters[full] > 0 or (t.join[join] == JOIN_COMPLEX and s.counters[full + 1 + t.in_count[join]] > 0)


def fire_pending(t: Tables, s: State, cause: int) -> None:
    """Lets one join go on that need not wait any longer, because of what has just moved."""
    k = 0
    while k < s.reg[R_PENDING]:
        frame, node = s.pending_frame[k], s.pending_node[k]
        if node == LOOKS:
            k += 1
            continue
        stale = s.pending_generation[k] != s.frame_generation[frame]
        going = not stale and may_go(t, s, node, frame)
        again = going and t.join[node] != JOIN_COMPLEX
        if again:
            consume(t, s, node, frame)
            add(s, DO_ENTER, node, frame, cause)
            again = s.counters[s.frame_base[frame] + t.slot[node]] > 0
        if stale or (going and not again):
            take_out(s, k)
        else:
            k += 1
        if going and t.join[node] == JOIN_COMPLEX:
            reset_gateway(t, s, node, frame, cause)
        if going:
            return


# --- complex gateways ---


def activate(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A complex gateway goes on when its condition holds; unless it has all tokens, it then waits for the rest."""
    full = s.frame_base[frame] + t.slot[node]
    count = t.in_count[node]
    resetting = full + 1 + count
    if s.counters[resetting] > 0 or not is_activated(t, s, node, frame):
        return
    if s.counters[full] < count:
        s.counters[resetting] = 1
        s.frame_tokens[frame] += 1
        for k in range(1, count + 1):
            s.counters[resetting + k] = int(s.counters[full + k] > 0)
        await_others(s, node, frame)
    consume(t, s, node, frame)
    add(s, DO_ENTER, node, frame, cause)


def is_activated(t: Tables, s: State, node: int, frame: int) -> bool:
    """Whether the condition of a complex gateway holds; where it is not known, with a probability at each token."""
    full = s.frame_base[frame] + t.slot[node]
    if t.test[node] < 0:
        return s.counters[full] == t.in_count[node] or draw(t, s, node) < t.chance[node]
    tokens = 0
    for place in range(full + 1, full + 1 + t.in_count[node]):
        tokens += s.counters[place]
    s.local[LOCAL_ACTIVATION] = float(tokens)
    return holds(t, s, t.test[node], s.frame_case[frame], node)


def reset_gateway(t: Tables, s: State, node: int, frame: int, cause: int) -> None:
    """A complex gateway takes the tokens that came after it had gone on, and is ready to go on again."""
    full = s.frame_base[frame] + t.slot[node]
    count = t.in_count[node]
    resetting = full + 1 + count
    for k in range(1, count + 1):
        if s.counters[full + k] > 0 and s.counters[resetting + k] == 0:
            s.counters[full + k] -= 1
            s.frame_tokens[frame] -= 1
            if s.counters[full + k] == 0:
                s.counters[full] -= 1
        s.counters[resetting + k] = 0
    s.counters[resetting] = 0
    if t.rest[node] >= 0:
        add(s, DO_ENTER, t.rest[node], frame, cause)
    else:
        end_token(s, frame, cause)
    if s.counters[full] > 0:
        activate(t, s, node, frame, cause)
