"""Makes the columns that the kernel writes, as lists or as arrays, and the tables it reads likewise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resolute.simulation.codes import (
    BINS,
    LOCALS,
    MAX_STACK,
    N_CALENDARS,
    N_CASES,
    N_HISTOGRAM,
    N_MESSAGES,
    N_NODES,
    N_POOLS,
    N_SCOPES,
    N_STEPS,
    N_UNITS,
    N_VARIABLES,
    R_PREFILLED,
    R_ROOM,
    R_SIZE,
    ROOM_CASES,
    ROOM_COUNTERS,
    ROOM_EVENTS,
    ROOM_FRAMES,
    ROOM_ITEMS,
    ROOM_LOG,
    ROOM_PENDING,
    ROOM_RECORDS,
    ROOM_TODO,
    ROOM_UNDO,
    ROOM_WAITS,
    ROOMS,
)
from resolute.simulation.kernel_draw import PREFILLED
from resolute.simulation.philox import blocks, first_blocks, first_uniforms, round_keys
from resolute.simulation.tables import FLOATS, State, Tables

_ITEMS = (
    *("node", "frame", "generation", "phase", "before", "after", "enabled", "begun", "started", "worked"),
    *("cause", "unit", "left", "right", "order", "child", "group", "remaining", "rounds", "come", "inner"),
    "kept",
)
_FRAMES = (
    *("frame_scope", "frame_item", "frame_tokens", "frame_first", "frame_base", "frame_case"),
    *("frame_closed", "frame_next", "frame_generation", "frame_done"),
)
_EVENTS = ("heap_time", "heap_event", "event_order", "event_item", "event_generation", "event_node")
_TODO = ("todo_kind", "todo_what", "todo_frame", "todo_generation", "todo_cause")
_LOG = ("log_run", "log_case", "log_node", "log_unit", "log_enabled", "log_started", "log_finished")
_GROWING = {
    ROOM_ITEMS: _ITEMS,
    ROOM_FRAMES: _FRAMES,
    ROOM_COUNTERS: ("counters",),
    ROOM_RECORDS: ("record_node", "record_cause"),
    ROOM_WAITS: ("wait_item", "wait_generation", "wait_node", "wait_next"),
    ROOM_PENDING: ("pending_frame", "pending_node", "pending_generation"),
    ROOM_CASES: ("case_arrival", "case_number", "case_next"),
    ROOM_EVENTS: _EVENTS,
    ROOM_TODO: _TODO,
    ROOM_LOG: _LOG,
    ROOM_UNDO: ("done_node", "done_handler", "done_before", "done_inner"),
}
_FEW, _SLICE = 64, 4096
"""Fewer replications than this are drawn across so many elements at once, more element by element."""
_QUEUES = ("buffered", "wait_first", "wait_last")
"""One for each message of each case."""


@dataclass(frozen=True)
class Rooms:
    """How long the columns are that grow with what goes on at once, by the ROOM codes; doubled when too short."""

    sizes: tuple[int, ...] = (64,) * ROOMS

    def doubled(self, room: int) -> Rooms:
        """One of them twice as long."""
        return Rooms(tuple(size * 2 if number == room else size for number, size in enumerate(self.sizes)))

    def joined(self, other: Rooms) -> Rooms:
        """Each as long as the longer one."""
        return Rooms(tuple(map(max, self.sizes, other.sizes)))


def compiled_tables(tables: Tables) -> Tables:
    """The tables as arrays."""
    return Tables(**{name: _array(name, column) for name, column in tables._asdict().items()})


def _array(name: str, column: Sequence[Any]) -> Any:
    return np.asarray(column, dtype=np.float64 if name in FLOATS else np.int64)


def _lengths(tables: Tables, rows: int, rooms: Rooms) -> dict[str, int]:
    numbers = tables.numbers
    steps, units = numbers[N_STEPS], numbers[N_UNITS]
    lengths = {name: rooms.sizes[room] for room, names in _GROWING.items() for name in names}
    lengths |= dict.fromkeys(_QUEUES, rooms.sizes[ROOM_CASES] * numbers[N_MESSAGES])
    lengths |= dict.fromkeys(("mark_span", "mark_base"), numbers[N_CALENDARS])
    lengths |= dict.fromkeys(("busy", "idle_since", "last_record"), units)
    lengths |= dict.fromkeys(("unit_work", "unit_queue", "unit_tasks"), units)
    lengths |= dict.fromkeys(("executed", "sum_work", "sum_queue", "sum_calendar", "sum_cycle"), steps)
    lengths |= dict.fromkeys(("critical", "seen"), steps)
    lengths |= dict.fromkeys(("finish", "work"), rows * steps)
    return lengths | {
        "reg": R_SIZE,
        "now": 2,
        "stack": MAX_STACK,
        "local": LOCALS,
        "value": rooms.sizes[ROOM_CASES] * numbers[N_VARIABLES],
        "uniforms": 4 * numbers[N_NODES],
        "four": 4 * numbers[N_NODES],
        "four_group": numbers[N_NODES],
        "occurrence": numbers[N_NODES],
        "frame_free": numbers[N_SCOPES],
        "queue": numbers[N_POOLS],
        "queue_last": numbers[N_POOLS],
        "end": rows,
        "cycle": rows * numbers[N_CASES],
        "histogram": 3 * BINS * steps if numbers[N_HISTOGRAM] else 0,
    }


def new_state(tables: Tables, seed: int, start: int, rows: int, rooms: Rooms, *, compiled: bool) -> State:
    """Cleared columns for `rows` replications from number `start`; plain ones with their first numbers drawn."""
    columns: dict[str, Any] = {}
    for name, length in _lengths(tables, rows, rooms).items():
        fill = -1.0 if name in ("finish", "cycle", "four_group") else 0.0
        column = np.full(length, fill, dtype=np.float64 if name in FLOATS else np.int64)
        columns[name] = column if compiled else column.tolist()
    keys = round_keys(seed)
    columns["keys"] = np.array(keys, dtype=np.uint64).view(np.int64) if compiled else keys
    columns["first"] = np.zeros(1) if compiled else _first_numbers(tables, seed, start, rows)
    columns["reg"][R_PREFILLED] = 0 if compiled else 1
    columns["reg"][R_ROOM:R_SIZE] = rooms.sizes
    return State(**columns)


def _first_numbers(tables: Tables, seed: int, start: int, rows: int) -> list[float]:
    """The first five uniforms of each element in each replication, drawn by NumPy."""
    elements = tables.numbers[N_NODES]
    numbers = np.empty((rows, elements, PREFILLED))
    if rows < _FEW:
        for row, replication in enumerate(range(start, start + rows)):
            for begin in range(0, elements, _SLICE):
                some = np.arange(begin, min(begin + _SLICE, elements))
                numbers[row, some, 0] = blocks(seed, replication >> 2, some, 0)[:, replication & 3]
                numbers[row, some, 1:] = blocks(seed, replication, some, 1)
        return numbers.ravel().tolist()
    for element in range(elements):
        numbers[:, element, 0] = first_uniforms(seed, start, rows, element)
        numbers[:, element, 1:] = first_blocks(seed, start, rows, element, 1)
    return numbers.ravel().tolist()
