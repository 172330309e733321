"""Reads the totals of a simulation into a forecast."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import numpy as np

from resolute.simulation.blueprint import Blueprint, StepInfo
from resolute.simulation.forecast import (
    Executed,
    Forecast,
    Influence,
    PartyForecast,
    ProcessForecast,
    StepForecast,
    TaskTimes,
    Times,
    mean_interval,
    strongest,
    wilson,
)
from resolute.simulation.play import LogRow
from resolute.simulation.scenario import UNLIMITED
from resolute.simulation.sketch import kernel_quantile
from resolute.simulation.totals import Totals
from resolute.simulation.worktime import DAY

_CURVE = tuple(n / 50 for n in range(51))
"""The shares at which the S-curve of a deadline is kept."""


def summarise(blueprint: Blueprint, totals: Totals, *, seed: int, elapsed_s: float, backend: str) -> Forecast:
    """The forecast that the totals amount to."""
    return _Summary(blueprint, totals).forecast(seed, elapsed_s, backend)


class _Summary:
    def __init__(self, blueprint: Blueprint, totals: Totals) -> None:
        self.b = blueprint
        self.t = totals
        self.runs = max(totals.runs, 1)
        self.day = blueprint.scenario.calendar.hours_per_day * 3600
        self.target = {step: at for at, step in enumerate(totals.frame.targets)}
        self.costs = self._costs()
        self.names = [step.id for step in blueprint.steps]

    def forecast(self, seed: int, elapsed_s: float, backend: str) -> Forecast:
        steps = tuple(self._step(number, info) for number, info in enumerate(self.b.steps))
        decisive = self.t.sums.covariance.correlation(len(self.target)) if self.t.cases == 1 else None
        return Forecast(
            runs=self.t.runs,
            seed=seed,
            start=self.b.start,
            steps=steps,
            parties=self._parties(),
            process=(self._process(),),
            tasks=self._tasks() if self.b.scenario.measures_tasks else (),
            findings=tuple(self.b.findings),
            events=self.t.events,
            executed=self.t.tasks,
            elapsed_s=elapsed_s,
            backend=backend,
            unfinished=(self.t.cut + self.t.stuck) / self.runs,
            warm_up=self.t.frame.warm_up,
            cost=round(float(sum(self.costs) + sum(step.cost for step in steps)), 2),
            waiting={
                "party": float(self.t.sums.step["sum_queue"].sum()) / self.runs / DAY,
                "calendar": float(self.t.sums.step["sum_calendar"].sum()) / self.runs / DAY,
            },
            influences=() if decisive is None else strongest(self.names, decisive, self.runs),
            log=tuple(map(self._executed, self.t.log)),
        )

    def _executed(self, row: LogRow) -> Executed:
        run, case, number, unit, enabled, started, finished = row
        node = self.b.nodes[number]
        origin = self.t.frame.layout.origin
        return Executed(
            run=run,
            case=case,
            element=node.id,
            name=node.name,
            ref=node.ref,
            party=None if unit < 0 else self.b.units[unit].name,
            enabled=origin + timedelta(seconds=enabled),
            started=origin + timedelta(seconds=started),
            finished=origin + timedelta(seconds=finished),
        )

    def _moment(self, seconds: float | None) -> datetime | None:
        return None if seconds is None else self.b.start + timedelta(seconds=seconds)

    # --- steps ---

    def _step(self, number: int, info: StepInfo) -> StepForecast:
        t = self.t
        done, executed = int(t.done[number]), max(int(t.executed[number]), 1)
        shares = (*_CURVE, 0.5, 0.8, 0.95)
        quantiles: list[float] | list[None] = t.finish.quantiles(number, shares) or [None] * len(shares)
        half, most, nearly = map(self._moment, quantiles[-3:])
        dated = info.due is not None
        if info.done is not None:
            return self._past(info)
        influences: tuple[Influence, ...] = ()
        if number in self.target and t.cases == 1:
            influences = strongest(self.names, t.sums.covariance.correlation(self.target[number]), self.runs)
        seen = int(t.seen[number])
        return StepForecast(
            step=info.id,
            name=info.name,
            ref=info.ref,
            protocol=info.protocol,
            party=info.party,
            mean_days=float(t.sums.work[number]) / max(done * max(t.cases, 1), 1) / self.day,
            p50=half,
            p80=most,
            p95=nearly,
            on_time=float(t.on_time[number]) / seen if dated and seen else None,
            on_time_interval=wilson(int(t.on_time[number]), seen) if dated and seen else None,
            criticality=float(t.critical[number]) / self.runs,
            due=info.due,
            slack_days=(info.due - half).total_seconds() / DAY if info.due and half else None,
            finish_days=(
                float(t.sums.finish[0, number]) / max(done, 1) / self.day,
                t.deviation(number) / self.day,
            ),
            executions=float(t.executed[number]) / self.runs,
            wait_party_days=float(t.sums.step["sum_queue"][number]) / executed / DAY,
            wait_calendar_days=float(t.sums.step["sum_calendar"][number]) / executed / DAY,
            cost=info.cost * float(t.executed[number]) / self.runs,
            histogram=self._curve(number, quantiles[: len(_CURVE)]),
            influences=influences,
        )

    def _past(self, info: StepInfo) -> StepForecast:
        """A step that was done before the forecast began."""
        done = info.done
        kept = None if info.due is None or done is None else float(done <= info.due)
        return StepForecast(
            step=info.id,
            name=info.name,
            ref=info.ref,
            protocol=info.protocol,
            party=info.party,
            mean_days=0.0,
            p50=done,
            p80=done,
            p95=done,
            on_time=kept,
            on_time_interval=None if kept is None else (kept, kept),
            criticality=0.0,
            due=info.due,
            slack_days=(info.due - done).total_seconds() / DAY if info.due and done else None,
            finish_days=(0.0, 0.0),
            executions=0.0,
            wait_party_days=0.0,
            wait_calendar_days=0.0,
            cost=0.0,
            done=done,
        )

    def _curve(self, number: int, quantiles: Sequence[float | None]) -> tuple[tuple[float, float], ...]:
        """Days from the start and the share of all runs done by then."""
        share = float(self.t.done[number]) / max(float(self.t.seen[number]), 1.0)
        return tuple(
            (round(seconds / DAY, 4), at * share)
            for seconds, at in zip(quantiles, _CURVE, strict=True)
            if seconds is not None
        )

    # --- parties ---

    def _costs(self) -> list[float]:
        return [
            unit.cost_per_hour * float(work) / 3600 / self.runs
            for unit, work in zip(self.b.units, self.t.sums.unit["unit_work"], strict=True)
        ]

    def _parties(self) -> tuple[PartyForecast, ...]:
        members: dict[str, list[int]] = {}
        for number, unit in enumerate(self.b.units):
            members.setdefault(unit.party or unit.name, []).append(number)
        return tuple(self._party(name, units) for name, units in members.items())

    def _party(self, name: str, units: list[int]) -> PartyForecast:
        work = float(self.t.sums.unit["unit_work"][units].sum())
        tasks = float(self.t.sums.unit["unit_tasks"][units].sum())
        queue = float(self.t.sums.unit["unit_queue"][units].sum())
        limited = all(self.b.units[unit].capacity < UNLIMITED for unit in units)
        room = sum(self.t.sums.available[unit] * (self.b.units[unit].capacity if limited else 1) for unit in units)
        return PartyForecast(
            party=name,
            utilisation=work / float(room) if room > 0 else 0.0,
            mean_wait_days=queue / tasks / DAY if tasks else 0.0,
            tasks=tasks / self.runs,
            work_days=work / self.runs / self.day,
            cost=sum(self.costs[unit] for unit in units),
            limited=limited,
        )

    # --- cases ---

    def _process(self) -> ProcessForecast:
        t = self.t
        count, total, squares = (float(value) for value in t.sums.cycle)
        if t.runs > 1:
            interval = mean_interval(*(float(value) for value in t.sums.run_mean))
        else:
            interval = mean_interval(count, total, squares)
        ends = [self._moment(t.end.quantile(0, share)) for share in (0.5, 0.8, 0.95)]
        return ProcessForecast(
            name=", ".join(self.b.processes),
            mean_cycle_s=total / count if count else float("nan"),
            interval=interval,
            p50=t.cycle.quantile(0, 0.5),
            p95=t.cycle.quantile(0, 0.95),
            cases=t.cases,
            finish_p50=ends[0],
            finish_p80=ends[1],
            finish_p95=ends[2],
        )

    def _tasks(self) -> tuple[TaskTimes, ...]:
        """Tasks of the same name count together."""
        by_name: dict[str, list[int]] = {}
        for number, info in enumerate(self.b.steps):
            by_name.setdefault(info.name or info.id, []).append(number)
        return tuple(self._task(name, steps) for name, steps in by_name.items())

    def _task(self, name: str, steps: list[int]) -> TaskTimes:
        t = self.t
        count = max(int(t.executed[steps].sum()), 1)
        histogram = np.zeros((3, 1)) if t.histogram is None else t.histogram[steps].sum(axis=0)
        cycle = float(t.sums.step["sum_cycle"][steps].sum())
        waiting = float((t.sums.step["sum_queue"] + t.sums.step["sum_calendar"])[steps].sum())

        def times(total: float, row: int) -> Times:
            return Times(total / count, kernel_quantile(histogram[row], 0.95))

        return TaskTimes(
            name=name,
            count=float(t.executed[steps].sum()) / self.runs,
            processing=times(cycle - waiting, 0),
            waiting=times(waiting, 1),
            cycle=times(cycle, 2),
            worked=float(t.sums.step["sum_work"][steps].sum()) / count,
        )
