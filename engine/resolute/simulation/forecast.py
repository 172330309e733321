"""The answer of a simulation as frozen values: deadlines, finish dates, what decides, who is busy."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from resolute import display, i18n
from resolute.errors import Finding

_ = i18n.translator("simulation")

Z95 = 1.959963984540054


def label(ref: str | None, name: str) -> str:
    """A step by its ref and name."""
    return name if ref is None or name.startswith(ref) else f"{ref} {name}"


@dataclass(frozen=True, slots=True)
class Influence:
    """How far the work of a step decides when another is done."""

    step: str
    correlation: float
    """-1..1, between the working time spent on the step and the finish of the target."""


@dataclass(frozen=True, slots=True)
class StepForecast:
    """One activity."""

    step: str
    name: str
    ref: str | None
    party: str | None
    mean_days: float
    """Working days of work on it, in a run that does it."""
    p50: datetime | None
    p80: datetime | None
    p95: datetime | None
    """When it is done, at the latest, in half of the runs, in 80 % and in 95 %; None when no run does it."""
    on_time: float | None
    """Probability that its deadline holds; None without one."""
    on_time_interval: tuple[float, float] | None
    """95 % interval of that probability (Wilson), from the number of runs."""
    criticality: float
    """Share of the runs in which it lies on the chain that decides the end of all."""
    due: datetime | None
    """The end of its deadline."""
    slack_days: float | None
    """Calendar days between its median finish and the deadline; negative when it is late."""
    finish_days: tuple[float, float]
    """Mean and standard deviation of the working days from the start until it is done."""
    executions: float
    """Mean number of times in a run."""
    wait_party_days: float
    """Mean calendar days that an execution waits for its party."""
    wait_calendar_days: float
    """Mean calendar days that it then waits for working time."""
    cost: float
    """Mean cost in a run."""
    histogram: tuple[tuple[float, float], ...] = ()
    """Days from the start and the share of runs done by then: the S-curve."""
    influences: tuple[Influence, ...] = ()
    """Of a step with a deadline: what decides it, strongest first."""
    done: datetime | None = None
    """When it was done, if that was before the forecast began."""
    protocol: str | None = None
    """The number of its protocol, where several are open."""

    @property
    def label(self) -> str:
        """What people read: the protocol where there are several, its point, its name."""
        named = label(self.ref, self.name) or self.step
        return named if self.protocol is None else _("No. {number}: {step}").format(number=self.protocol, step=named)


@dataclass(frozen=True, slots=True)
class PartyForecast:
    """One party, with all its persons."""

    party: str
    utilisation: float
    """Working time spent, of the working time it has; of a party without limit, of one person's: it may pass 1."""
    mean_wait_days: float
    """Mean calendar days that its tasks wait for it."""
    tasks: float
    """Mean number of tasks in a run."""
    work_days: float
    """Mean working days of work in a run."""
    cost: float
    limited: bool


@dataclass(frozen=True, slots=True)
class ProcessForecast:
    """The cases as a whole."""

    name: str
    mean_cycle_s: float
    interval: tuple[float, float]
    """95 % interval of the mean, from the runs."""
    p50: float | None
    p95: float | None
    """Seconds on the clock."""
    cases: int
    finish_p50: datetime | None
    finish_p80: datetime | None
    finish_p95: datetime | None


@dataclass(frozen=True, slots=True)
class Times:
    """Mean and 95th percentile in seconds."""

    mean: float
    p95: float | None


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """The times of single executions of a task, on the clock."""

    name: str
    count: float
    """Mean number of executions in a run."""
    processing: Times
    """From the start of work to its end, hours off included."""
    waiting: Times
    """From being ready to the start of work."""
    cycle: Times
    worked: float
    """Mean working seconds of an execution."""


@dataclass(frozen=True, slots=True)
class Executed:
    """One execution of a task in the log of simulated runs; times are local."""

    run: int
    case: int
    element: str
    name: str
    ref: str | None
    party: str | None
    enabled: datetime
    started: datetime
    finished: datetime


@dataclass(frozen=True)
class Forecast:
    """What is to be expected."""

    runs: int
    seed: int
    start: datetime
    steps: tuple[StepForecast, ...]
    parties: tuple[PartyForecast, ...]
    process: tuple[ProcessForecast, ...]
    tasks: tuple[TaskTimes, ...] = ()
    findings: tuple[Finding, ...] = ()
    events: int = 0
    executed: int = 0
    """Tasks executed in all runs."""
    elapsed_s: float = 0.0
    backend: str = "plain"
    unfinished: float = 0.0
    """Share of the runs that did not come to an end."""
    warm_up: int = 0
    cost: float = 0.0
    """Mean cost in a run."""
    waiting: dict[str, float] = field(default_factory=dict)
    """Mean calendar days waited in a run, by cause: `party`, `calendar`."""
    influences: tuple[Influence, ...] = ()
    """What decides the end of all, strongest first."""
    log: tuple[Executed, ...] = ()
    """The executed tasks, in the order in which they ended in each run, when a log was wanted."""

    def step(self, name: str) -> StepForecast:
        """The step with this id, ref or name; raises KeyError."""
        for step in self.steps:
            if name in (step.step, step.ref, step.name):
                return step
        raise KeyError(name)

    @property
    def deadlines(self) -> tuple[StepForecast, ...]:
        """The steps with a deadline, least certain first."""
        dated = [step for step in self.steps if step.on_time is not None]
        return tuple(sorted(dated, key=lambda step: (step.on_time, step.due)))

    def to_dict(self) -> dict[str, Any]:
        """JSON data as in `simulate --json`."""
        result: dict[str, Any] = {
            "runs": self.runs,
            "seed": self.seed,
            "start": self.start.isoformat(),
            "events": self.events,
            "tasks_executed": self.executed,
            "elapsed_s": round(self.elapsed_s, 6),
            "events_per_s": round(self.events / self.elapsed_s, 1) if self.elapsed_s > 0 else 0.0,
            "backend": self.backend,
            "steps": [_step_dict(step) for step in self.steps],
            "parties": [_party_dict(party) for party in self.parties],
            "process": [_process_dict(process) for process in self.process],
            "waiting_days": self.waiting,
            "cost": self.cost,
            "unfinished": self.unfinished,
            "warm_up": self.warm_up,
            "influences": [_influence_dict(influence) for influence in self.influences],
            "findings": [
                {"code": f.code, "severity": f.severity, "element": f.element, "ref": f.ref, "message": f.message}
                for f in self.findings
            ],
        }
        if self.tasks:
            result["tasks"] = {task.name: _task_dict(task) for task in self.tasks}
        return result

    def _repr_html_(self) -> str | None:
        return display.show("forecast", self)


def wilson(successes: float, count: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of a probability (Wilson 1927); (0, 1) without observations."""
    if count == 0:
        return 0.0, 1.0
    share = successes / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def mean_interval(count: float, total: float, squares: float) -> tuple[float, float]:
    """The 95 % interval of a mean from sums over independent runs (Student)."""
    if count < 2:
        return (total, total) if count else (math.nan, math.nan)
    mean = total / count
    half = student95(count - 1) * math.sqrt(max(squares / count - mean * mean, 0.0) / (count - 1))
    return mean - half, mean + half


def student95(freedom: float) -> float:
    """The two-sided 95 % point of Student's t (Abramowitz and Stegun 26.7.5, exact for one and two)."""
    if freedom <= 2:
        return 12.7062 if freedom <= 1 else 4.3027
    z, n = Z95, freedom
    terms = (
        (z**3 + z) / (4 * n),
        (5 * z**5 + 16 * z**3 + 3 * z) / (96 * n**2),
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * n**3),
    )
    return z + sum(terms)


def _day(moment: datetime | None) -> str | None:
    return None if moment is None else moment.date().isoformat()


def _step_dict(step: StepForecast) -> dict[str, Any]:
    return {
        "step": step.step,
        "ref": step.ref,
        "name": step.name,
        "protocol": step.protocol,
        "party": step.party,
        "mean_days": step.mean_days,
        "p50": _day(step.p50),
        "p80": _day(step.p80),
        "p95": _day(step.p95),
        "on_time": step.on_time,
        "on_time_interval": step.on_time_interval,
        "criticality": step.criticality,
        "due": None if step.due is None else step.due.isoformat(),
        "slack_days": step.slack_days,
        "finish_days": {"mean": step.finish_days[0], "sd": step.finish_days[1]},
        "executions": step.executions,
        "wait_party_days": step.wait_party_days,
        "wait_calendar_days": step.wait_calendar_days,
        "cost": step.cost,
        "done": None if step.done is None else step.done.isoformat(),
        "influences": [_influence_dict(influence) for influence in step.influences],
    }


def _influence_dict(influence: Influence) -> dict[str, Any]:
    return {"step": influence.step, "correlation": influence.correlation}


def _party_dict(party: PartyForecast) -> dict[str, Any]:
    return {
        "party": party.party,
        "utilisation": party.utilisation,
        "mean_wait_days": party.mean_wait_days,
        "tasks": party.tasks,
        "work_days": party.work_days,
        "cost": party.cost,
        "limited": party.limited,
    }


def _known(value: float) -> float | None:
    """None for what no run has shown: JSON has no NaN."""
    return None if math.isnan(value) else value


def _process_dict(process: ProcessForecast) -> dict[str, Any]:
    return {
        "name": process.name,
        "mean_cycle_s": _known(process.mean_cycle_s),
        "interval": [_known(bound) for bound in process.interval],
        "p50": process.p50,
        "p95": process.p95,
        "cases": process.cases,
        "finish_p50": _day(process.finish_p50),
        "finish_p80": _day(process.finish_p80),
        "finish_p95": _day(process.finish_p95),
    }


def _task_dict(task: TaskTimes) -> dict[str, Any]:
    def times(value: Times) -> dict[str, float | None]:
        return {"mean": value.mean, "p95": value.p95}

    return {
        "count": task.count,
        "processing": times(task.processing),
        "waiting": times(task.waiting),
        "cycle": times(task.cycle),
        "worked": task.worked,
    }


def strongest(names: Sequence[str], correlations: Any, runs: int, most: int = 10) -> tuple[Influence, ...]:
    """The influences by size, without those that chance alone could make of so many runs (three sigma)."""
    least = max(0.05, 3.0 / math.sqrt(max(runs, 1)))
    pairs = [(name, float(value)) for name, value in zip(names, correlations, strict=True) if abs(value) >= least]
    pairs.sort(key=lambda pair: (-abs(pair[1]), pair[0]))
    return tuple(Influence(name, round(value, 4)) for name, value in pairs[:most])
