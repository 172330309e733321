"""Plays replications in chunks, on one thread or many, plain or compiled: the same bits in every case."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from resolute import i18n
from resolute.errors import ResoluteError
from resolute.simulation import fast, kernel
from resolute.simulation.codes import (
    BINS,
    N_CASES,
    N_HISTOGRAM,
    N_NODES,
    N_STEPS,
    R_ALL_EVENTS,
    R_ALL_TASKS,
    R_CAUSE,
    R_CUT,
    R_FAILED,
    R_LOG,
    R_SHORT,
    R_STATUS,
    R_STUCK,
    STATUS_TURNS,
)
from resolute.simulation.paths import longest_paths
from resolute.simulation.state import Rooms, compiled_tables, new_state
from resolute.simulation.tables import State, Tables

_ = i18n.translator("simulation")

Backend = Literal["plain", "compiled"]
WORTH_LOADING, WORTH_COMPILING = 1_000_000, 10_000_000
"""Runs x cases x nodes from which machine code is loaded, and from which it is made: that takes half a minute once."""
_CELLS = 400_000
"""About how many numbers a chunk may hold; keeps memory bounded and chunks the same everywhere."""
_MOST_ROWS = 256
_LARGEST = 1 << 26
LogRow = tuple[int, int, int, int, float, float, float]
"""Replication, case, node, unit, enabled, started, finished."""
Array = NDArray[Any]


class EndlessLoopError(Exception):
    """Tokens move in a circle through a node, and no time passes; `circles.named` says it in words."""


@dataclass(frozen=True)
class Chunk:
    """The measures of some replications in a row."""

    start: int
    rows: int
    finish: Array
    """rows x steps: seconds from the origin to the last completion, -1 for never."""
    work: Array
    """rows x steps: working seconds."""
    end: Array
    cycle: Array
    """rows x cases: seconds, -1 where the case did not end."""
    executed: Array
    sum_work: Array
    sum_queue: Array
    sum_calendar: Array
    sum_cycle: Array
    histogram: Array
    """steps x 3 x bins: processing, waiting, cycle."""
    unit_work: Array
    unit_queue: Array
    unit_tasks: Array
    critical: Array
    events: int
    tasks: int
    cut: int
    stuck: int
    failed: int
    log: tuple[LogRow, ...]


def chunk_rows(tables: Tables) -> int:
    """How many replications make a chunk: by the model alone, so that sums are the same everywhere."""
    paths = longest_paths(tables)
    if paths is not None:
        return paths.rows
    numbers = tables.numbers
    cells = 4 * numbers[N_NODES] + 2 * numbers[N_STEPS] + numbers[N_CASES]
    return max(1, min(_MOST_ROWS, _CELLS // cells))


def choose_backend(wanted: Backend | None, tables: Tables, runs: int) -> Backend:
    """Compiled where Numba is installed and the work is worth loading (or making) the machine code."""
    if wanted is not None:
        return wanted
    work = runs * tables.numbers[N_CASES] * len(tables.body)
    if work < WORTH_LOADING or not fast.available():
        return "plain"
    return "compiled" if work >= WORTH_COMPILING or fast.is_cached() else "plain"


def _cores() -> int:
    """The cores that this process may use: those that it is bound to, and no more than its container is granted."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(bound, _quota()))


def _quota(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Whole cores that the control group of a container is granted (Linux, cgroup 2 or 1); very many without limit."""
    try:
        if (groups / "cpu.max").exists():
            granted, period = (groups / "cpu.max").read_text().split()
        else:
            granted, period = ((groups / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        return int(granted) // int(period) if int(granted) > 0 else _LARGEST
    except (OSError, ValueError):
        return _LARGEST


def choose_threads(wanted: int | None, tables: Tables, backend: Backend, runs: int) -> int:
    """The machine's cores, as far as there are chunks for them; one for small work and where plain Python plays."""
    if wanted is not None:
        return wanted
    chunks = -(-runs // chunk_rows(tables))
    work = runs * tables.numbers[N_CASES] * len(tables.body)
    if chunks < 2 or work < WORTH_LOADING or (backend == "plain" and longest_paths(tables) is None):
        return 1
    return min(_cores(), chunks)


class Player:
    """Plays chunks of one model with one seed."""

    def __init__(self, tables: Tables, seed: int, backend: Backend) -> None:
        self.plain = tables
        self.seed = seed
        self.paths = longest_paths(tables)
        self.rows = chunk_rows(tables)
        self.rooms = Rooms()
        self.compiled = backend == "compiled"

    @cached_property
    def kernel(self) -> tuple[Callable[..., int], Any]:
        """The kernel and its tables; loaded when they are first needed."""
        if self.compiled:
            return fast.functions()["play_chunk"], fast.record(compiled_tables(self.plain))
        return kernel.play_chunk, self.plain

    def chunk(self, start: int, rows: int) -> Chunk:
        """Plays `rows` replications from number `start`; columns that prove too short are doubled."""
        if self.paths is not None:
            measures = self.paths.play(self.seed, start, rows)
            if measures is not None:
                return Chunk(start=start, rows=rows, **measures)
        play, tables = self.kernel
        while True:
            rooms = self.rooms
            state = new_state(self.plain, self.seed, start, rows, rooms, compiled=self.compiled)
            target = fast.record(state) if self.compiled else state
            if play(tables, target, start, rows) == rows:
                return _chunk(self.plain, state, start, rows)
            if state.reg[R_STATUS] == STATUS_TURNS:
                raise EndlessLoopError(int(state.reg[R_CAUSE]))
            short = int(state.reg[R_SHORT])
            if rooms.sizes[short] >= _LARGEST:
                raise ResoluteError(
                    _(
                        "more than {count} activities are open at once; the model or its arrivals grow without end"
                    ).format(count=rooms.sizes[short])
                )
            self.rooms = self.rooms.joined(rooms.doubled(short))

    def chunks(self, runs: int, threads: int = 1) -> Iterator[Chunk]:
        """All chunks in order; at most `threads` are played at once (where plain Python plays: one)."""
        starts = deque(range(0, runs, self.rows))
        if threads < 2 or not (self.compiled or self.paths):
            for start in starts:
                yield self.chunk(start, min(self.rows, runs - start))
            return
        if self.paths is None:
            self.kernel  # noqa: B018 - made once, before the threads ask for it
        waiting: deque[Future[Chunk]] = deque()
        with ThreadPoolExecutor(threads) as pool:
            try:
                while starts or waiting:
                    while starts and len(waiting) < 2 * threads:
                        start = starts.popleft()
                        waiting.append(pool.submit(self.chunk, start, min(self.rows, runs - start)))
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()


def _chunk(tables: Tables, state: State, start: int, rows: int) -> Chunk:
    steps, cases = tables.numbers[N_STEPS], tables.numbers[N_CASES]
    bins = BINS if tables.numbers[N_HISTOGRAM] else 0
    counts = ("executed", "unit_tasks", "critical")
    sums = ("sum_work", "sum_queue", "sum_calendar", "sum_cycle", "unit_work", "unit_queue", "end")
    return Chunk(
        start=start,
        rows=rows,
        finish=np.asarray(state.finish, dtype=float).reshape(rows, steps),
        work=np.asarray(state.work, dtype=float).reshape(rows, steps),
        cycle=np.asarray(state.cycle, dtype=float).reshape(rows, cases),
        histogram=np.asarray(state.histogram, dtype=np.int64).reshape(steps, 3, bins),
        events=int(state.reg[R_ALL_EVENTS]),
        tasks=int(state.reg[R_ALL_TASKS]),
        cut=int(state.reg[R_CUT]),
        stuck=int(state.reg[R_STUCK]),
        failed=int(state.reg[R_FAILED]),
        log=_log(state),
        **{name: np.asarray(getattr(state, name), dtype=np.int64) for name in counts},
        **{name: np.asarray(getattr(state, name), dtype=float) for name in sums},
    )


def _log(state: State) -> tuple[LogRow, ...]:
    columns = (state.log_run, state.log_case, state.log_node, state.log_unit)
    times = (state.log_enabled, state.log_started, state.log_finished)
    length = int(state.reg[R_LOG])
    return tuple(zip(*(np.asarray(column[:length]).tolist() for column in (*columns, *times)), strict=True))
