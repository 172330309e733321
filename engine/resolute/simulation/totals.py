"""Adds up the measures of chunks, in the order of their replications; memory does not grow with their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.simulation.layout import Layout
from resolute.simulation.play import Chunk
from resolute.simulation.sketch import Sketch
from resolute.simulation.worktime import Spans

Array = NDArray[Any]
MAX_LOG = 1_000_000
"""Rows of the event log that are kept."""


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


class Totals:
    """The sums of a forecast so far."""

    def __init__(self, frame: Frame) -> None:
        numbers = frame.layout.tables.numbers
        steps, units = len(frame.dues), len(frame.layout.unit_calendars)
        self.frame = frame
        self.runs = self.events = self.tasks = self.cut = self.stuck = self.failed = 0
        self.finish = Sketch(steps)
        self.seen = np.zeros(steps, dtype=np.int64)
        """Runs in which a step was done, or should have been when the run was stopped."""
        self.finish_sum = np.zeros((2, steps))
        """Working seconds from the start to the last completion, and their squares."""
        self.on_time = np.zeros(steps, dtype=np.int64)
        self.done = np.zeros(steps, dtype=np.int64)
        self.work_sum = np.zeros(steps)
        self.sums = {name: np.zeros(steps) for name in ("sum_work", "sum_queue", "sum_calendar", "sum_cycle")}
        self.executed = np.zeros(steps, dtype=np.int64)
        self.histogram: Array | None = None
        self.critical = np.zeros(steps, dtype=np.int64)
        self.end = Sketch(1)
        self.available = np.zeros(units)
        self.unit = {name: np.zeros(units) for name in ("unit_work", "unit_queue", "unit_tasks")}
        self.cycle = Sketch(1)
        self.cycle_sum = np.zeros(3)
        """Count, sum, sum of squares of the case cycle times."""
        self.run_mean = np.zeros(3)
        """The same of the mean cycle time of each run."""
        self.covariance = Covariance(steps, len(frame.targets) + 1)
        self.cases = numbers[3]
        self.log: list[Any] = []
        self.log_cut = False

    def add(self, chunk: Chunk) -> None:
        """Adds the next chunk."""
        self.runs += chunk.rows
        for name in ("events", "tasks", "cut", "stuck", "failed"):
            setattr(self, name, getattr(self, name) + getattr(chunk, name))
        self._add_steps(chunk)
        self._add_units(chunk)
        self._add_cycles(chunk)
        self._add_log(chunk)

    def _add_steps(self, chunk: Chunk) -> None:
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
        self.finish_sum += (elapsed.sum(axis=0), (elapsed**2).sum(axis=0))
        self.work_sum += chunk.work.sum(axis=0)
        for name, total in self.sums.items():
            total += getattr(chunk, name)
        self.executed += chunk.executed
        self.critical += chunk.critical
        self.histogram = chunk.histogram if self.histogram is None else self.histogram + chunk.histogram
        if self.cases == 1:
            last = np.where(complete, chunk.end, np.nan)
            finishes = np.where(done, chunk.finish, np.nan)[:, list(frame.targets)]
            self.covariance.add(chunk.work, np.column_stack([finishes, last]))

    def _add_units(self, chunk: Chunk) -> None:
        for name, total in self.unit.items():
            total += getattr(chunk, name)
        for unit, calendar in enumerate(self.frame.layout.unit_calendars):
            spans = None if calendar < 0 else self.frame.layout.calendars[calendar]
            span = worked(spans, chunk.end) - worked(spans, np.full(chunk.rows, self.frame.start))
            self.available[unit] += span.sum()

    def _add_cycles(self, chunk: Chunk) -> None:
        self.end.add(chunk.end[:, None] - self.frame.start)
        cycles = chunk.cycle[:, self.frame.warm_up :]
        ended = cycles >= 0
        self.cycle.add(cycles.reshape(-1, 1))
        times = np.where(ended, cycles, 0.0)
        self.cycle_sum += (ended.sum(), times.sum(), (times**2).sum())
        counts = ended.sum(axis=1)
        means = times.sum(axis=1)[counts > 0] / counts[counts > 0]
        self.run_mean += (len(means), means.sum(), (means**2).sum())

    def _add_log(self, chunk: Chunk) -> None:
        room = MAX_LOG - len(self.log)
        self.log_cut = self.log_cut or len(chunk.log) > room
        self.log += chunk.log[:room]

    def deviation(self, step: int) -> float:
        """The standard deviation of the working seconds until a step is done."""
        count = max(int(self.done[step]), 1)
        mean = self.finish_sum[0, step] / count
        return float(np.sqrt(max(self.finish_sum[1, step] / count - mean * mean, 0.0)))


class Covariance:
    """Sums for the correlation of each step's work with each target's finish, over runs where both are known."""

    def __init__(self, steps: int, targets: int) -> None:
        self.count = np.zeros(targets)
        self.x = np.zeros((targets, steps))
        self.xx = np.zeros((targets, steps))
        self.y = np.zeros(targets)
        self.yy = np.zeros(targets)
        self.xy = np.zeros((targets, steps))
        self.origin: Array | None = None

    def add(self, work: Array, finish: Array) -> None:
        """Adds runs: work is runs x steps, finish is runs x targets with NaN where it was not reached."""
        if self.origin is None:
            with np.errstate(all="ignore"):
                self.origin = np.nan_to_num(np.nanmin(finish, axis=0, initial=np.inf), posinf=0.0)
        known = ~np.isnan(finish)
        y = np.where(known, finish - self.origin, 0.0)
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
