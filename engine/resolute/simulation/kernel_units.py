"""Kernel, part 3: units of work, that is parties and persons: taking them, giving them back, waiting for them."""

from __future__ import annotations

from resolute.simulation.codes import (
    PHASE_DROPPED,
    PHASE_FREE,
    PHASE_QUEUED,
    PHASE_WORKING,
    R_ITEM_FREE,
    R_SEQUENCE,
)
from resolute.simulation.kernel_draw import after_work, draw_amount, next_working
from resolute.simulation.kernel_events import push
from resolute.simulation.tables import State, Tables


def request(t: Tables, s: State, item: int) -> None:
    """Begins the work of an item, or puts it in its queue."""
    node = s.node[item]
    lane = t.lane[node]
    if lane >= 0:
        if s.busy[lane] < t.capacity[lane]:
            begin(t, s, item, t.use_lo[node])
        else:
            line_up(t, s, item)
        return
    if t.use_lo[node] == t.use_hi[node]:
        begin(t, s, item, -1)
        return
    use = free_use(t, s, node)
    if use >= 0:
        begin(t, s, item, use)
        return
    s.reg[R_SEQUENCE] += 1
    s.order[item] = s.reg[R_SEQUENCE]
    s.phase[item] = PHASE_QUEUED
    s.left[item] = -1
    s.right[item] = -1
    pool = t.pool[node]
    s.queue[pool] = merge(t, s, s.queue[pool], item)


def line_up(t: Tables, s: State, item: int) -> None:
    """Puts an item at the end of a lane: the queue of tasks that need one unit only and are all of the same rank."""
    pool = t.pool[s.node[item]]
    s.phase[item] = PHASE_QUEUED
    s.right[item] = -1
    if s.queue[pool] < 0:
        s.queue[pool] = item
    else:
        s.right[s.queue_last[pool]] = item
    s.queue_last[pool] = item


def free_use(t: Tables, s: State, node: int) -> int:
    """The use of the free unit that can begin first, among equals the one idle for longest; -1 for none."""
    for k in range(t.also_lo[node], t.also_hi[node]):
        if s.busy[t.also_unit[k]] >= t.capacity[t.also_unit[k]]:
            return -1
    best = -1
    best_start = 0.0
    best_since = 0.0
    for k in range(t.use_lo[node], t.use_hi[node]):
        unit = t.use_unit[k]
        if s.busy[unit] < t.capacity[unit]:
            start = next_working(t, s, t.unit_calendar[unit])
            since = s.idle_since[unit]
            if best < 0 or start < best_start or (start == best_start and since < best_since):
                best, best_start, best_since = k, start, since
    return best


def begin(t: Tables, s: State, item: int, use: int) -> None:
    """Begins the work of an item with the unit of a use, or without any."""
    node = s.node[item]
    now = s.now[0]
    if use >= 0:
        unit = t.use_unit[use]
        amount, calendar = t.use_amount[use], t.unit_calendar[unit]
        s.busy[unit] += 1
        for k in range(t.also_lo[node], t.also_hi[node]):
            s.busy[t.also_unit[k]] += 1
        if s.phase[item] == PHASE_QUEUED and s.last_record[unit] >= 0:
            s.cause[item] = s.last_record[unit]
    else:
        unit, amount, calendar = -1, t.amount[node], t.calendar[node]
    first = s.occurrence[node] == 0
    work = draw_amount(t, s, node, amount)
    work = max(work - t.spent[node], 0.0) if first else work * t.later[node]
    s.unit[item] = unit
    s.worked[item] = work
    s.phase[item] = PHASE_WORKING
    s.begun[item] = now
    s.started[item] = now
    if calendar >= 0 and work > 0.0:
        s.started[item] = next_working(t, s, calendar)
    push(s, after_work(t, s, calendar, work), item, -1)


def release(t: Tables, s: State, item: int, record: int) -> None:
    """Gives back the units of an item and begins what has waited for them."""
    unit = s.unit[item]
    if unit < 0:
        return
    s.unit[item] = -1
    s.busy[unit] -= 1
    s.idle_since[unit] = s.now[0]
    s.last_record[unit] = record
    if t.lane_pool[unit] >= 0:
        serve_lane(t, s, unit)
        return
    node = s.node[item]
    for k in range(t.also_lo[node], t.also_hi[node]):
        s.busy[t.also_unit[k]] -= 1
        s.last_record[t.also_unit[k]] = record
    serve(t, s, unit)
    for k in range(t.also_lo[node], t.also_hi[node]):
        serve(t, s, t.also_unit[k])


def serve_lane(t: Tables, s: State, unit: int) -> None:
    """Begins what has waited longest in a lane, as long as its unit has room for it."""
    pool = t.lane_pool[unit]
    while s.queue[pool] >= 0 and s.busy[unit] < t.capacity[unit]:
        item = s.queue[pool]
        s.queue[pool] = s.right[item]
        if s.phase[item] == PHASE_DROPPED:
            give_back(s, item)
        else:
            begin(t, s, item, t.use_lo[s.node[item]])


def give_back(s: State, item: int) -> None:
    """Frees an item that was cancelled in a queue."""
    s.phase[item] = PHASE_FREE
    s.after[item] = s.reg[R_ITEM_FREE]
    s.reg[R_ITEM_FREE] = item


def serve(t: Tables, s: State, unit: int) -> None:
    """Begins waiting work, in order, as long as the unit has room for it."""
    while s.busy[unit] < t.capacity[unit]:
        best = -1
        best_use = -1
        for k in range(t.unit_pool_lo[unit], t.unit_pool_hi[unit]):
            head = head_of(t, s, t.unit_pool[k])
            if head >= 0 and (best < 0 or goes_first(t, s, head, best)):
                use = free_use(t, s, s.node[head])
                if use >= 0:
                    best, best_use = head, use
        if best < 0:
            return
        pool = t.pool[s.node[best]]
        s.queue[pool] = merge(t, s, s.left[best], s.right[best])
        begin(t, s, best, best_use)


def head_of(t: Tables, s: State, pool: int) -> int:
    """The item that goes first in a queue, -1 when it is empty; cancelled items on the way are dropped."""
    head = s.queue[pool]
    while head >= 0 and s.phase[head] == PHASE_DROPPED:
        s.queue[pool] = merge(t, s, s.left[head], s.right[head])
        give_back(s, head)
        head = s.queue[pool]
    return head


def goes_first(t: Tables, s: State, a: int, b: int) -> bool:
    """Whether queued item a goes before b."""
    rank_a, rank_b = t.rank[s.node[a]], t.rank[s.node[b]]
    return rank_a < rank_b or (rank_a == rank_b and s.order[a] < s.order[b])


def merge(t: Tables, s: State, a: int, b: int) -> int:
    """Merges two skew heaps of queued items; the new root."""
    if a < 0:
        return b
    if b < 0:
        return a
    if goes_first(t, s, b, a):
        a, b = b, a
    root = a
    while True:
        rest = s.right[a]
        s.right[a] = s.left[a]
        if rest < 0:
            s.left[a] = b
            return root
        if goes_first(t, s, b, rest):
            rest, b = b, rest
        s.left[a] = rest
        a = rest
