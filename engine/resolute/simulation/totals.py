"""Adds up the measures of chunks, in the order of their replications; memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.simulation.codes import MAX_LOG, N_CASES
from resolute.simulation.layout import Layout
from resolute.simulation.play import Chunk
from resolute.simulation.sketch import Sketch
from resolute.simulation.worktime import Spans

Array = NDArray[Any]
BLOCK = 4
"""Chunks in a block."""
_COUNTS = ("events", "tasks", "cut", "stuck", "failed")


def worked(spans: Spans | None, moments: Array) -> Array:
    """Working seconds from the origin to each moment."""
    if spans is None:
        return moments
    cycles = np.floor(moments / spans.period)
    rest = moments - cycles * spans.period
    starts, before = np.asarray(spans.starts), np.asarray(spans.work)
    at = np.searchsorted(np.asarray(spans.ends), rest, side="right")
    inside = np.maximum(rest - np.append(starts, np.inf)[at], 0.0)
    result: Array = cycles * before[-1] + before[at] + inside
    return result


@dataclass(frozen=True)
class Frame:
    """What the totals need to know of the model."""

    layout: Layout
    start: float
    """Seconds from the origin to the start."""
    dues: Array
    """Seconds from the origin to each step's deadline; NaN for none."""
    targets: Sequence[int]
    """The steps with a deadline, for which sensitivities are kept."""
    warm_up: int
    block: int
    """How many runs make a block."""


class Sums:
    """What adds up to rounding only: the floating-point sums of a block of chunks."""

    def __init__(self, steps: int, units: int, targets: int) -> None:
        self.finish = np.zeros((2, steps))
        """Working seconds from the start to the last completion, and their squares."""
        self.work = np.zeros(steps)
        self.step = {name: np.zeros(steps) for name in ("sum_work", "sum_queue", "sum_calendar", "sum_cycle")}
        self.available = np.zeros(units)
        self.unit = {name: np.zeros(units) for name in ("unit_work", "unit_queue", "unit_tasks")}
        self.cycle = np.zeros(3)
        """Count, sum, sum of squares of the case cycle times."""
        self.run_mean = np.zeros(3)
        """The same of the mean cycle time of each run."""
        self.covariance = Covariance(steps, targets)

    def merge(self, other: Sums) -> None:
        """Adds the sums of the next block."""
        for own, more in zip(self._arrays(), other._arrays(), strict=True):
            own += more

    def _arrays(self) -> tuple[Array, ...]:
        plain = (self.finish, self.work, self.available, self.cycle, self.run_mean)
        return (*plain, *self.step.values(), *self.unit.values(), *self.covariance.arrays())


class Totals:
    """The sums of a forecast so far.

    Counts add up in any order. Floating-point sums are taken block by block, a fixed number of chunks each, and the
    blocks are added in their order: so the bits are the same wherever the blocks were played.
    """

    def __init__(self, frame: Frame) -> None:
        numbers = frame.layout.tables.numbers
        steps = len(frame.dues)
        self.frame = frame
        self.runs = self.events = self.tasks = self.cut = self.stuck = self.failed = 0
        self.finish = Sketch(steps)
        self.seen = np.zeros(steps, dtype=np.int64)
        """Runs in which a step was done, or should have been when the run was stopped."""
        self.on_time = np.zeros(steps, dtype=np.int64)
        self.done = np.zeros(steps, dtype=np.int64)
        self.executed = np.zeros(steps, dtype=np.int64)
        self.histogram: Array | None = None
        self.critical = np.zeros(steps, dtype=np.int64)
        self.end = Sketch(1)
        self.cycle = Sketch(1)
        self.cases = numbers[N_CASES]
        self.log: list[Any] = []
        self.log_cut = False
        self.sums = self._empty()
        """Of all blocks that were settled."""
        self.blocks: dict[int, Sums] = {}
        """Those that were not, in order."""

    def _empty(self) -> Sums:
        return Sums(len(self.frame.dues), len(self.frame.layout.unit_calendars), len(self.frame.targets) + 1)

    def add(self, chunk: Chunk) -> None:
        """Adds the next chunk."""
        self.runs += chunk.rows
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(chunk, name))
        block = chunk.start // self.frame.block
        if block not in self.blocks:
            self.blocks[block] = self._empty()
        sums = self.blocks[block]
        self._add_steps(chunk, sums)
        self._add_units(chunk, sums)
        self._add_cycles(chunk, sums)
        self._add_log(chunk.log)

    def settle(self) -> None:
        """Adds the blocks that are known to the sums, in their order; no chunk of them may follow."""
        for sums in self.blocks.values():
            self.sums.merge(sums)
        self.blocks = {}

    def merge(self, other: Totals) -> None:
        """Adds the totals of the blocks that follow on those known so far."""
        for name in ("runs", *_COUNTS):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for sketch in ("finish", "end", "cycle"):
            getattr(self, sketch).counts += getattr(other, sketch).counts
        for name in ("seen", "on_time", "done", "executed", "critical"):
            getattr(self, name).__iadd__(getattr(other, name))
        if other.histogram is not None:
            self.histogram = other.histogram if self.histogram is None else self.histogram + other.histogram
        self._add_log(other.log)
        self.log_cut = self.log_cut or other.log_cut
        self.settle()
        self.blocks = other.blocks
        self.settle()

    def _add_steps(self, chunk: Chunk, sums: Sums) -> None:
        frame = self.frame
        done = chunk.finish >= 0
        complete = np.asarray((chunk.cycle >= 0).all(axis=1))
        self.finish.add(np.where(done, chunk.finish - frame.start, -1.0))
        self.done += done.sum(axis=0)
        self.seen += (done | ~complete[:, None]).sum(axis=0)
        self.on_time += (done & (chunk.finish <= frame.dues)).sum(axis=0)
        default = self.frame.layout.default_calendar
        spans = None if default < 0 else self.frame.layout.calendars[default]
        base = worked(spans, np.array([frame.start]))[0]
        elapsed = np.where(done, worked(spans, np.maximum(chunk.finish, 0.0)) - base, 0.0)
        sums.finish += (elapsed.sum(axis=0), (elapsed**2).sum(axis=0))
        sums.work += chunk.work.sum(axis=0)
        for name, total in sums.step.items():
            total += getattr(chunk, name)
        self.executed += chunk.executed
        self.critical += chunk.critical
        self.histogram = chunk.histogram if self.histogram is None else self.histogram + chunk.histogram
        if self.cases == 1:
            last = np.where(complete, chunk.end, np.nan)
            finishes = np.where(done, chunk.finish, np.nan)[:, list(frame.targets)]
            sums.covariance.add(chunk.work, np.column_stack([finishes, last]) - frame.start)

    def _add_units(self, chunk: Chunk, sums: Sums) -> None:
        for name, total in sums.unit.items():
            total += getattr(chunk, name)
        for unit, calendar in enumerate(self.frame.layout.unit_calendars):
            spans = None if calendar < 0 else self.frame.layout.calendars[calendar]
            span = worked(spans, chunk.end) - worked(spans, np.full(chunk.rows, self.frame.start))
            sums.available[unit] += span.sum()

    def _add_cycles(self, chunk: Chunk, sums: Sums) -> None:
        self.end.add(chunk.end[:, None] - self.frame.start)
        cycles = chunk.cycle[:, self.frame.warm_up :]
        ended = cycles >= 0
        self.cycle.add(cycles.reshape(-1, 1))
        times = np.where(ended, cycles, 0.0)
        sums.cycle += (ended.sum(), times.sum(), (times**2).sum())
        counts = ended.sum(axis=1)
        means = times.sum(axis=1)[counts > 0] / counts[counts > 0]
        sums.run_mean += (len(means), means.sum(), (means**2).sum())

    def _add_log(self, log: Sequence[Any]) -> None:
        room = MAX_LOG - len(self.log)
        self.log_cut = self.log_cut or len(log) > room
        self.log += log[:room]

    def deviation(self, step: int) -> float:
        """The standard deviation of the working seconds until a step is done."""
        count = max(int(self.done[step]), 1)
        mean = self.sums.finish[0, step] / count
        return float(np.sqrt(max(self.sums.finish[1, step] / count - mean * mean, 0.0)))


class Covariance:
    """Sums for the correlation of each step's work with each target's finish, over runs where both are known."""

    def __init__(self, steps: int, targets: int) -> None:
        self.count = np.zeros(targets)
        self.x = np.zeros((targets, steps))
        self.xx = np.zeros((targets, steps))
        self.y = np.zeros(targets)
        self.yy = np.zeros(targets)
        self.xy = np.zeros((targets, steps))

    def arrays(self) -> tuple[Array, ...]:
        """All sums."""
        return self.count, self.x, self.xx, self.y, self.yy, self.xy

    def add(self, work: Array, finish: Array) -> None:
        """Adds runs: work is runs x steps, finish is runs x targets from the start, NaN where it was not."""
        known = ~np.isnan(finish)
        y = np.where(known, finish, 0.0)
        weights = known.astype(float)
        self.count += weights.sum(axis=0)
        self.x += weights.T @ work
        self.xx += weights.T @ (work * work)
        self.y += y.sum(axis=0)
        self.yy += (y * y).sum(axis=0)
        self.xy += y.T @ work

    def correlation(self, target: int) -> Array:
        """The correlation of each step's work with a target's finish; 0 where either does not vary."""
        n = max(self.count[target], 1.0)
        covariance = self.xy[target] / n - self.x[target] / n * self.y[target] / n
        spread_x = np.maximum(self.xx[target] / n - (self.x[target] / n) ** 2, 0.0)
        spread_y = max(self.yy[target] / n - (self.y[target] / n) ** 2, 0.0)
        scale = np.sqrt(spread_x * spread_y)
        varies = (spread_x > 1e-9 * (1 + self.xx[target] / n)) & (scale > 0)
        result: Array = np.where(varies, covariance / np.where(scale > 0, scale, 1.0), 0.0)
        return np.clip(result, -1.0, 1.0)
