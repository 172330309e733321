"""Kernel, part 9: what is counted of executed activities."""

from __future__ import annotations

from math import frexp

from resolute.simulation.codes import (
    BINS,
    BODY_TASK,
    N_HISTOGRAM,
    N_LOG,
    N_STEPS,
    N_TRACK,
    N_WARM_UP,
    R_ALL_TASKS,
    R_LOG,
    R_RECORD_TOP,
    R_REPLICATION,
    R_ROW,
    ROOM_LOG,
    ROOM_RECORDS,
)
from resolute.simulation.kernel_events import has_room
from resolute.simulation.tables import State, Tables


def measure(t: Tables, s: State, item: int) -> None:
    """Counts a finished activity: for its step, its unit, the chain of causes and the log."""
    node = s.node[item]
    step = t.step[node]
    row = s.reg[R_ROW] * t.numbers[N_STEPS]
    if step >= 0:
        s.finish[row + step] = s.now[0]
        if t.numbers[N_WARM_UP] == 0 or s.case_number[s.frame_case[s.frame[item]]] >= t.numbers[N_WARM_UP]:
            measure_step(t, s, item, step)
    if t.body[node] != BODY_TASK:
        return
    s.reg[R_ALL_TASKS] += 1
    credit, unit = t.credit[node], s.unit[item]
    if credit >= 0:
        s.work[row + credit] += s.worked[item]
    if unit >= 0:
        s.unit_work[unit] += s.worked[item]
        s.unit_queue[unit] += s.begun[item] - s.enabled[item]
        s.unit_tasks[unit] += 1
    if t.numbers[N_LOG] > s.reg[R_LOG]:
        note(s, item)
    if t.numbers[N_TRACK] > 0:
        s.cause[item] = record(s, node, s.cause[item])


def note(s: State, item: int) -> None:
    """Adds an executed activity to the log."""
    at = s.reg[R_LOG]
    if not has_room(s, ROOM_LOG, at + 1):
        return
    s.log_run[at] = s.reg[R_REPLICATION]
    s.log_case[at] = s.case_number[s.frame_case[s.frame[item]]]
    s.log_node[at] = s.node[item]
    s.log_unit[at] = s.unit[item]
    s.log_enabled[at] = s.enabled[item]
    s.log_started[at] = s.started[item]
    s.log_finished[at] = s.now[0]
    s.reg[R_LOG] = at + 1


def measure_step(t: Tables, s: State, item: int, step: int) -> None:
    """Adds one execution to the sums and histograms of a step."""
    now = s.now[0]
    cycle = now - s.enabled[item]
    s.executed[step] += 1
    s.sum_cycle[step] += cycle
    if t.body[s.node[item]] == BODY_TASK:
        s.sum_work[step] += s.worked[item]
        s.sum_queue[step] += s.begun[item] - s.enabled[item]
        s.sum_calendar[step] += s.started[item] - s.begun[item]
        if t.numbers[N_HISTOGRAM] > 0:
            at = 3 * BINS * step
            s.histogram[at + bin_of(now - s.started[item])] += 1
            s.histogram[at + BINS + bin_of(s.started[item] - s.enabled[item])] += 1
            s.histogram[at + 2 * BINS + bin_of(cycle)] += 1


def bin_of(value: float) -> int:
    """The bin of a histogram over seconds: 64 equal ones for each doubling from a millisecond on."""
    if value < 0.001:
        return 0
    mantissa, exponent = frexp(value * 1000.0)
    return min((exponent - 1) * 64 + int((mantissa - 0.5) * 128.0) + 1, BINS - 1)


def record(s: State, node: int, cause: int) -> int:
    """Keeps that a node was executed after `cause`; its number."""
    number = s.reg[R_RECORD_TOP]
    if not has_room(s, ROOM_RECORDS, number + 1):
        return cause
    s.record_node[number] = node
    s.record_cause[number] = cause
    s.reg[R_RECORD_TOP] = number + 1
    return number


def mark_critical(t: Tables, s: State, cause: int) -> None:
    """Counts the steps on the chain of causes that ends in `cause`, each once."""
    this = s.reg[R_REPLICATION] + 1
    while cause >= 0:
        step = t.credit[s.record_node[cause]]
        if step >= 0 and s.seen[step] != this:
            s.seen[step] = this
            s.critical[step] += 1
        cause = s.record_cause[cause]
