"""Makes the columns that the kernel writes, as lists or as arrays, and the tables it reads likewise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from resolute.simulation.codes import (
    BINS,
    N_CASES,
    N_HISTOGRAM,
    N_MESSAGES,
    N_NODES,
    N_POOLS,
    N_SCOPES,
    N_STEPS,
    N_UNITS,
    R_PREFILLED,
    R_SIZE,
)
from resolute.simulation.philox import first_blocks, round_keys
from resolute.simulation.tables import State, Tables

_FLOATS = frozenset(
    name for record in (Tables, State) for name, kind in record.__annotations__.items() if "Floats" in str(kind)
)
_ITEMS = (
    *("node", "frame", "generation", "phase", "before", "after", "enabled", "begun", "started", "worked"),
    *("cause", "unit", "left", "right", "order", "child", "group", "remaining", "rounds"),
)
_FRAMES = (
    *("frame_scope", "frame_item", "frame_tokens", "frame_first", "frame_base", "frame_case"),
    *("frame_closed", "frame_next", "frame_generation"),
)
_CASES = ("case_arrival", "case_number", "case_next")
_WAITS = ("wait_item", "wait_generation", "wait_node", "wait_next")
_PENDING = ("pending_frame", "pending_node", "pending_generation")


@dataclass(frozen=True)
class Capacity:
    """How long the columns are that grow with what goes on at once; doubled when they are too short."""

    items: int = 64
    counters: int = 64
    records: int = 256

    def doubled(self) -> Capacity:
        """Twice as long."""
        return Capacity(2 * self.items, 2 * self.counters, 2 * self.records)


def compiled_tables(tables: Tables) -> Tables:
    """The tables as arrays."""
    return Tables(**{name: _array(name, column) for name, column in tables._asdict().items()})


def _array(name: str, column: Sequence[Any]) -> Any:
    return np.asarray(column, dtype=np.float64 if name in _FLOATS else np.int64)


def _lengths(tables: Tables, rows: int, capacity: Capacity) -> dict[str, int]:
    numbers = tables.numbers
    steps, units = numbers[N_STEPS], numbers[N_UNITS]
    cases = min(numbers[N_CASES], capacity.items)
    queues = cases * numbers[N_MESSAGES]
    lengths = dict.fromkeys((*_ITEMS, *_FRAMES, *_WAITS, *_PENDING), capacity.items)
    lengths |= dict.fromkeys(_CASES, cases)
    lengths |= dict.fromkeys(("buffered", "wait_first", "wait_last"), queues)
    lengths |= dict.fromkeys(("busy", "idle_since", "last_record"), units)
    lengths |= dict.fromkeys(("unit_work", "unit_queue", "unit_tasks"), units)
    lengths |= dict.fromkeys(("executed", "sum_work", "sum_queue", "sum_calendar", "sum_cycle"), steps)
    lengths |= dict.fromkeys(("critical", "mark"), steps)
    lengths |= dict.fromkeys(("finish", "work"), rows * steps)
    lengths |= dict.fromkeys(("record_node", "record_cause"), capacity.records)
    return lengths | {
        "reg": R_SIZE,
        "now": 1,
        "uniforms": 4 * numbers[N_NODES],
        "occurrence": numbers[N_NODES],
        "frame_free": numbers[N_SCOPES],
        "counters": capacity.counters,
        "queue": numbers[N_POOLS],
        "end": rows,
        "cycle": rows * numbers[N_CASES],
        "histogram": 3 * BINS * steps if numbers[N_HISTOGRAM] else 0,
    }


def new_state(tables: Tables, seed: int, start: int, rows: int, capacity: Capacity, *, compiled: bool) -> State:
    """Cleared columns for `rows` replications from number `start`; plain ones with their first numbers drawn."""
    columns: dict[str, Any] = {}
    for name, length in _lengths(tables, rows, capacity).items():
        fill = -1.0 if name in ("finish", "cycle") else 0.0
        column = np.full(length, fill, dtype=np.float64 if name in _FLOATS else np.int64)
        columns[name] = column if compiled else column.tolist()
    keys = round_keys(seed)
    columns["keys"] = np.array(keys, dtype=np.uint64).view(np.int64) if compiled else keys
    columns["first"] = np.zeros(1) if compiled else _first_numbers(tables, seed, start, rows)
    columns["reg"][R_PREFILLED] = 0 if compiled else 1
    return State(**columns)


def _first_numbers(tables: Tables, seed: int, start: int, rows: int) -> list[float]:
    """The first four uniforms of each element in each replication, drawn by NumPy."""
    elements = tables.numbers[N_NODES]
    numbers = np.empty((rows, elements, 4))
    for element in range(elements):
        numbers[:, element, :] = first_blocks(seed, start, rows, element)
    return numbers.ravel().tolist()
