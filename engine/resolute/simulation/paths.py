"""Longest paths: plans in which every task is done exactly once and waits for no one, played for many runs at a time.

Such a plan has no choice, loop, event or party that can be busy, so that nothing but its own random numbers tells one
run from another; each step of the plan is then one operation of NumPy on a column of runs. The random numbers, amounts
and working time are those of the kernel, number for number, and so are the dates.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.simulation.codes import (
    AMOUNT_SAMPLE,
    AMOUNT_TABLE,
    BINS,
    BODY_PASS,
    BODY_SCOPE,
    BODY_TASK,
    JOIN_ALL,
    JOIN_EACH,
    LIMIT_HORIZON,
    LIMIT_START,
    N_CASES,
    N_GIVEN,
    N_HISTOGRAM,
    N_LOG,
    N_MAX_EVENTS,
    N_ROOT,
    N_STEPS,
    N_TRACK,
    N_UNITS,
    N_WARM_UP,
    SPLIT_ALL,
)
from resolute.simulation.distributions import interpolate
from resolute.simulation.philox import first_uniforms
from resolute.simulation.tables import Tables
from resolute.simulation.worktime import DAY

Array = NDArray[Any]
CELLS, MOST_ROWS = 4_000_000, 4096
"""Numbers that are held at once, and runs that are played at once: so that a column stays in the processor's cache."""
_CASE = -1


@dataclass(frozen=True)
class Stage:
    """A node of the plan, or the end of a scope."""

    node: int
    body: int
    """BODY_SCOPE for the end of one, BODY_PASS for its beginning."""
    before: tuple[int, ...]
    """The stages it waits for."""


class Paths:
    """A plan that can be played by its longest paths."""

    def __init__(self, tables: Tables, stages: list[Stage]) -> None:
        self.t = tables
        self.stages = stages
        self.rows = max(1, min(MOST_ROWS, CELLS // len(stages)))
        self.calendars = [_Calendar(tables, number) for number in range(len(tables.span_lo))]
        self.values = np.asarray(tables.values)
        _keep_memory()

    def play(self, seed: int, start: int, rows: int) -> dict[str, Any] | None:
        """The measures of `rows` runs from number `start`; None when one reaches the horizon."""
        return _Play(self, seed, start, rows).measures()

    def amount(self, number: int, uniforms: Array) -> Array:
        """What distribution `number` gives for these uniforms, as `kernel_draw.draw_amount` does."""
        t = self.t
        if t.scale[number] == 0.0:
            return np.full(len(uniforms), max(t.loc[number], 0.0))
        base = t.base[number]
        if t.kind[number] == AMOUNT_TABLE:
            shape = interpolate(self.values[base:], uniforms)
        elif t.kind[number] == AMOUNT_SAMPLE:
            size = t.size[number]
            shape = self.values[base + np.minimum((uniforms * size).astype(np.int64), size - 1)]
        else:
            shape = uniforms
        result: Array = t.scale[number] * shape
        result += t.loc[number]
        return np.maximum(result, 0.0, out=result)


def _keep_memory() -> None:
    """Lets glibc keep the memory of a chunk for the next: it gives back, and gets anew page by page, what is larger
    than twice the largest piece that was ever freed (of 32 MiB at most). The piece itself is never touched.
    """
    np.empty(4_000_000)


def longest_paths(tables: Tables) -> Paths | None:
    """The plan of these tables, where every task is done once and waits for no one; None where that is not so."""
    numbers = tables.numbers
    plain = numbers[N_CASES] == 1 and not (numbers[N_GIVEN] or numbers[N_LOG] or numbers[N_WARM_UP])
    stages = _stages(tables) if plain else None
    if stages is None or len(stages) * 3 > numbers[N_MAX_EVENTS]:
        return None
    return Paths(tables, stages) if _enough(tables, stages) else None


def _fits(t: Tables, node: int) -> bool:
    """Whether a node does the same in every run."""
    ways = t.out_hi[node] - t.out_lo[node]
    return (
        t.body[node] in (BODY_PASS, BODY_TASK, BODY_SCOPE)
        and t.join[node] in (JOIN_EACH, JOIN_ALL)
        and (ways < 2 or t.split[node] == SPLIT_ALL)
        and t.event_lo[node] == t.event_hi[node]
        and t.copies[node] == 0
        and t.again[node] == 0.0
        and t.common[node] < 0
        and t.elapsed[node] == 0.0
        and t.use_hi[node] - t.use_lo[node] < 2
        and t.also_lo[node] == t.also_hi[node]
    )


def _enough(t: Tables, stages: list[Stage]) -> bool:
    """Whether no unit can have more to do at once than it can."""
    wanted: dict[int, int] = {}
    for stage in stages:
        for use in range(t.use_lo[stage.node], t.use_hi[stage.node]) if stage.node >= 0 else ():
            wanted[t.use_unit[use]] = wanted.get(t.use_unit[use], 0) + 1
    return all(t.capacity[unit] >= count for unit, count in wanted.items())


def _stages(t: Tables) -> list[Stage] | None:
    """What happens in every run, each after what it waits for; None when runs may differ in what happens."""
    nodes = _reached(t)
    if nodes is None:
        return None
    waits = {~node: 0 for node in (*nodes, len(t.body))}
    """How many ways lead to a node, or to the end of the scope of ~node; that of the case is ~(number of nodes)."""
    ways = {node: _ways(t, node, nodes) for node in nodes}
    for targets in ways.values():
        for target in targets:
            waits[target] = waits.get(target, 0) + 1
    starts = [*_starts(t, t.numbers[N_ROOT])]
    before: dict[int, list[int]] = {start: [_CASE] for start in starts}
    ready, order = starts, list[Stage]()
    while ready:
        point = ready.pop()
        node = point if point >= 0 else ~point
        closing = point < 0
        scope = not closing and t.body[node] == BODY_SCOPE
        body = BODY_SCOPE if closing else BODY_PASS if scope else t.body[node]
        order.append(Stage(node if node < len(t.body) else -1, body, tuple(before[point])))
        following = _starts(t, t.scope[node]) if scope else ways.get(node, ())
        for target in following:
            before.setdefault(target, []).append(len(order) - 1)
            if len(before[target]) == _wanted(t, target, waits):
                ready.append(target)
    once = all(len(found) == _wanted(t, point, waits) for point, found in before.items())
    return order if once and ~len(t.body) in before else None


def _starts(t: Tables, scope: int) -> list[int]:
    return t.start_node[t.start_lo[scope] : t.start_hi[scope]]


def _wanted(t: Tables, point: int, waits: dict[int, int]) -> int:
    """How many tokens a point waits for."""
    if point >= 0:
        return t.in_count[point] if t.join[point] == JOIN_ALL else 1
    return waits[point]


def _ways(t: Tables, node: int, nodes: dict[int, int]) -> list[int]:
    """Where the token of a node goes: to other nodes, or to the end of the scope around it."""
    targets = t.out_target[t.out_lo[node] : t.out_hi[node]]
    return targets or [~nodes[node]]


def _reached(t: Tables) -> dict[int, int] | None:
    """The nodes that a token can come to and the node whose scope each is in; None when one may differ from run to
    run, or when a scope is empty."""
    around: dict[int, int] = {}
    stack = [(start, len(t.body)) for start in _starts(t, t.numbers[N_ROOT])]
    while stack:
        node, opener = stack.pop()
        if node in around:
            continue
        around[node] = opener
        if not _fits(t, node):
            return None
        stack += [(target, opener) for target in t.out_target[t.out_lo[node] : t.out_hi[node]]]
        if t.body[node] == BODY_SCOPE:
            starts = _starts(t, t.scope[node])
            if not starts:
                return None
            stack += [(start, node) for start in starts]
    return around


class _Calendar:
    """Working time for columns of moments, as `kernel_draw` has it for one."""

    def __init__(self, t: Tables, number: int) -> None:
        lo, hi = t.span_lo[number], t.span_hi[number]
        self.period, self.total = t.period[number], t.total[number]
        self.start, self.end = np.asarray(t.span_start[lo:hi]), np.asarray(t.span_end[lo:hi])
        self.work = np.asarray(t.span_work[lo:hi])
        days = int(self.period // DAY)
        by_day = np.asarray(t.day_span[t.day_lo[number] : t.day_lo[number] + days + 1]) - lo
        self.by_day = np.minimum(by_day, hi - lo - 1)
        buckets = len(self.start) + 2
        self.by_work = np.asarray(t.work_span[t.work_lo[number] : t.work_lo[number] + buckets]) - lo
        self.bucket = t.bucket[number]

    def begin_and_end(self, now: Array, work: Array) -> tuple[Array, Array]:
        """When work that can begin now is begun, and when it is done."""
        base = np.floor(now / self.period) * self.period
        rest = now - base
        at = self.by_day[(rest / DAY).astype(np.int64)]
        at = _forward(at, len(self.end) - 1, lambda span: self.end[span] <= rest)
        over = self.end[at] <= rest
        if over.any():
            at, base = np.where(over, 0, at), base + np.where(over, self.period, 0.0)
            rest = now - base
        start = self.start[at]
        begin = np.maximum(rest, start)
        begun = np.maximum(now, base + start)
        done = begun + work
        long = begin + work > self.end[at]
        if long.any():
            amount = (self.work[at] + (begin - start) + work)[long]
            done[long] = self._moment_of(base[long], amount)
        idle = work <= 0.0
        return np.where(idle, now, begun), np.where(idle, now + work, done)

    def _moment_of(self, base: Array, work: Array) -> Array:
        cycles = np.where(work > self.total, np.ceil(work / self.total) - 1, 0.0)
        work = work - cycles * self.total
        base = base + cycles * self.period
        last = len(self.work) - 1
        at = self.by_work[(work / self.bucket).astype(np.int64)]
        at = _forward(at, last, lambda span: self.work[np.minimum(span + 1, last)] < work)
        moment: Array = base + self.start[at] + (work - self.work[at])
        return moment


def _forward(at: Array, last: int, further: Any) -> Array:
    """Moves on the places for which `further` holds, step by step, up to `last`."""
    while True:
        moving = (at < last) & further(at)
        if not moving.any():
            return at
        at = at + moving


class _Play:
    """One chunk of runs; used once."""

    def __init__(self, paths: Paths, seed: int, start: int, rows: int) -> None:
        self.paths, self.t = paths, paths.t
        self.seed, self.start, self.rows = seed, start, rows
        numbers = self.t.numbers
        steps, units = numbers[N_STEPS], numbers[N_UNITS]
        self.times: list[Array] = []
        self.chosen: list[Array | None] = []
        self.m: dict[str, Any] = {name: np.zeros(steps) for name in ("sum_work", "sum_queue", "sum_calendar")}
        self.m |= {"sum_cycle": np.zeros(steps), "unit_work": np.zeros(units), "unit_queue": np.zeros(units)}
        self.m |= {name: np.zeros(steps, dtype=np.int64) for name in ("executed", "critical")}
        self.m["unit_tasks"] = np.zeros(units, dtype=np.int64)
        self.m["finish"] = np.full((rows, steps), -1.0, order="F")
        self.m["work"] = np.zeros((rows, steps), order="F")
        bins = BINS if numbers[N_HISTOGRAM] else 0
        self.m["histogram"] = np.zeros((steps, 3, bins), dtype=np.int64)

    def measures(self) -> dict[str, Any] | None:
        first = np.full(self.rows, self.t.limits[LIMIT_START])
        opened: dict[int, Array] = {}
        for stage in self.paths.stages:
            now = self._latest(stage, first)
            if stage.body == BODY_TASK:
                now = self._task(stage.node, now)
            elif stage.node >= 0 and self.t.step[stage.node] >= 0 and self.t.body[stage.node] == BODY_SCOPE:
                if stage.body == BODY_PASS:
                    opened[stage.node] = now
                else:
                    self._measure(self.t.step[stage.node], opened[stage.node], now)
            self.times.append(now)
        end = self.times[-1]
        if (end > self.t.limits[LIMIT_HORIZON]).any():
            return None
        if self.t.numbers[N_TRACK]:
            self._trace()
        tasks = sum(stage.body == BODY_TASK for stage in self.paths.stages) * self.rows
        counts = {"events": len(self.paths.stages) * self.rows, "tasks": tasks, "cut": 0, "stuck": 0, "failed": 0}
        begun = self.t.limits[LIMIT_START]
        return self.m | counts | {"end": end, "cycle": (end - begun)[:, None], "log": ()}

    def _latest(self, stage: Stage, first: Array) -> Array:
        """When the last of what a stage waits for is done; of several at once the one that was begun last."""
        columns = [first if before == _CASE else self.times[before] for before in stage.before]
        latest, choice = columns[0], None
        if len(columns) > 1 and self.t.numbers[N_TRACK]:
            choice = np.zeros(self.rows, dtype=np.int32)
        for number, column in enumerate(columns[1:], start=1):
            if choice is not None:
                choice[column >= latest] = number
            latest = np.maximum(latest, column)
        self.chosen.append(choice)
        return latest

    def _task(self, node: int, now: Array) -> Array:
        """When a task is done that is wanted now."""
        t = self.t
        amount, calendar, unit = t.amount[node], t.calendar[node], -1
        if t.use_lo[node] < t.use_hi[node]:
            use = t.use_lo[node]
            unit = t.use_unit[use]
            amount, calendar = t.use_amount[use], t.unit_calendar[unit]
        uniforms = np.empty(self.rows)
        if t.scale[amount] != 0.0:
            uniforms = first_uniforms(self.seed, self.start, self.rows, node)
        work = self.paths.amount(amount, uniforms)
        if t.spent[node] != 0.0:
            work = np.maximum(work - t.spent[node], 0.0)
        begun, done = now, now + work
        if calendar >= 0:
            begun, done = self.paths.calendars[calendar].begin_and_end(now, work)
        if t.credit[node] >= 0:
            self.m["work"][:, t.credit[node]] += work
        if unit >= 0:
            self.m["unit_work"][unit] += work.sum()
            self.m["unit_tasks"][unit] += self.rows
        if t.step[node] >= 0:
            step = t.step[node]
            self._measure(step, now, done)
            self.m["sum_work"][step] += work.sum()
            if calendar >= 0:
                self.m["sum_calendar"][step] += (begun - now).sum()
            if t.numbers[N_HISTOGRAM]:
                for kind, column in enumerate((done - begun, begun - now, done - now)):
                    self.m["histogram"][step, kind] += np.bincount(bins_of(column), minlength=BINS)
        return done

    def _measure(self, step: int, enabled: Array, done: Array) -> None:
        self.m["finish"][:, step] = done
        self.m["executed"][step] += self.rows
        self.m["sum_cycle"][step] += (done - enabled).sum()

    def _trace(self) -> None:
        """Counts the runs in which a step lies on the chain that decides the end."""
        on: list[Array | None] = [None] * len(self.times)
        on[-1] = np.ones(self.rows, dtype=bool)
        decisive: dict[int, Array] = {}
        for place in range(len(self.times) - 1, -1, -1):
            stage, here = self.paths.stages[place], on[place]
            if here is None:
                continue
            on[place] = None
            step = self.t.credit[stage.node] if stage.body == BODY_TASK else -1
            if step >= 0:
                decisive[step] = here | decisive[step] if step in decisive else here
            choice = self.chosen[place]
            for number, before in enumerate(stage.before):
                if before != _CASE:
                    through = here if choice is None else here & (choice == number)
                    known = on[before]
                    on[before] = through if known is None else known | through
        for step, runs in decisive.items():
            self.m["critical"][step] = runs.sum()


def bins_of(column: Array) -> Array:
    """The bins of a histogram over seconds, as `kernel_measures.bin_of` has them."""
    mantissa, exponent = np.frexp(np.maximum(column, 0.001) * 1000.0)
    bins = (exponent.astype(np.int64) - 1) * 64 + ((mantissa - 0.5) * 128.0).astype(np.int64) + 1
    found: Array = np.where(column < 0.001, 0, np.minimum(bins, BINS - 1))
    return found
