"""Learns durations, branches and how much goes on at once from what has happened: a history, or an event log."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from resolute import i18n
from resolute.errors import InputError
from resolute.net.net import ACTIVITIES, Kind, Net
from resolute.simulation.distributions import Distribution
from resolute.simulation.layout import calendar_spans
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.totals import worked
from resolute.simulation.worktime import WorkCalendar, midnight

if TYPE_CHECKING:
    from resolute.execution.core import Engine

_ = i18n.translator("simulation")

ENOUGH = 20
"""Executions from which what was seen is taken as it is; below that it is mixed with an expert's guess."""
_STAMPS = ("start", "end")


@dataclass(frozen=True, slots=True)
class Execution:
    """One finished execution of an activity, in local time."""

    activity: str
    started: datetime
    finished: datetime
    resource: str | None = None
    """Who did it."""


def from_log(path: str | Path) -> tuple[Execution, ...]:
    """The executions of an event log, XES (.xes, .xml) or CSV."""
    if Path(path).suffix.lower() in (".xes", ".xml"):
        from resolute.simulation.xes_reading import from_xes

        return from_xes(path)
    return from_csv(path)


def from_engine(engine: Engine) -> tuple[Execution, ...]:
    """The finished tasks of all instances, by element."""
    zone = engine.now().tzinfo
    return tuple(
        Execution(task.element, _local(task.created, zone), _local(task.done, zone), task.party)
        for task in engine.tasks(state="done")
        if task.done is not None
    )


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def from_csv(path: str | Path) -> tuple[Execution, ...]:
    """The rows of a log with the columns `activity`, `start`, `end` (ISO). Raises InputError with the line."""
    file = Path(path)
    try:
        with file.open(encoding="utf-8", newline="") as stream:
            return tuple(_row(row, number, str(file)) for number, row in enumerate(csv.DictReader(stream), 2))
    except OSError as error:
        raise InputError(_("cannot be read ({why})").format(why=error.strerror), file=str(file)) from None


def _row(row: Mapping[str, str | None], line: int, file: str) -> Execution:
    message = _("expected the columns activity, start and end with ISO times in order")
    try:
        start, end = (datetime.fromisoformat(row[name] or "").replace(tzinfo=None) for name in _STAMPS)
    except (KeyError, ValueError):
        raise InputError(message, file=file, line=line) from None
    activity = row.get("activity")
    if not activity or end < start:
        raise InputError(message, file=file, line=line)
    return Execution(activity, start, end, row.get("resource") or None)


def durations(executions: Iterable[Execution], calendar: WorkCalendar) -> dict[str, list[float]]:
    """Working seconds of every execution, by activity."""
    known = list(executions)
    if not known:
        return {}
    origin = midnight(min(one.started for one in known))
    spans = calendar_spans(calendar, origin)
    moments = np.array(
        [[(one.started - origin).total_seconds(), (one.finished - origin).total_seconds()] for one in known]
    )
    spent = worked(spans, moments[:, 1]) - worked(spans, moments[:, 0])
    found: dict[str, list[float]] = {}
    for one, seconds in zip(known, spent.tolist(), strict=True):
        found.setdefault(one.activity, []).append(max(seconds, 0.0))
    return found


def blended(seen: Sequence[float], expert: Distribution | None) -> Distribution:
    """What was seen, alone from `ENOUGH` executions on; below that with the quantiles of an expert's guess beside it.

    With n executions the guess has the weight of `ENOUGH - n` further ones.
    """
    values = sorted(seen)
    if not values:
        raise InputError(_("no execution was seen"))
    if len(values) < ENOUGH and expert is not None:
        missing = ENOUGH - len(values)
        shares = (np.arange(missing) + 0.5) / missing
        values = sorted([*values, *np.asarray(expert.quantile(shares)).tolist()])
    return Distribution("empirical", tuple(values))


def calibrated(
    scenario: Scenario, executions: Iterable[Execution], gateways: Mapping[str, Mapping[str, float]] | None = None
) -> Scenario:
    """The scenario with the durations that were seen, blended with its own where they are few.

    `gateways` are shares as `Branches.shares` gives them; those that the scenario says itself stay.
    """
    steps = dict(scenario.steps)
    for activity, seen in durations(executions, scenario.calendar).items():
        own = steps.get(activity, Step())
        steps[activity] = replace(own, duration=blended(seen, own.duration))
    return replace(scenario, steps=steps, gateways={**(gateways or {}), **scenario.gateways})


# --- branches ---


@dataclass(frozen=True)
class Branches:
    """How often each way out of exclusive gateways was taken: gateway -> flow -> count."""

    counts: Mapping[str, Mapping[str, int]]
    prior: float = 1.0
    """How many times each way counts as taken before anything was seen (Beta(1, 1) for two ways)."""

    def shares(self) -> dict[str, dict[str, float]]:
        """The mean of the posterior of each share (Dirichlet)."""
        return {
            gateway: {flow: (count + self.prior) / self._total(ways) for flow, count in ways.items()}
            for gateway, ways in self.counts.items()
        }

    def drawn(self, rng: np.random.Generator) -> dict[str, dict[str, float]]:
        """Shares drawn from the posterior."""
        return {
            gateway: dict(
                zip(ways, rng.dirichlet([count + self.prior for count in ways.values()]).tolist(), strict=True)
            )
            for gateway, ways in self.counts.items()
        }

    def _total(self, ways: Mapping[str, int]) -> float:
        return sum(ways.values()) + self.prior * len(ways)


def branches(nets: Iterable[Net], executions: Iterable[Execution]) -> Branches:
    """Counts the ways taken out of the exclusive gateways all of whose ways lead to activities of their own."""
    seen = Counter(one.activity for one in executions)
    counts: dict[str, dict[str, int]] = {}
    for net in nets:
        for node, kind in enumerate(net.kinds):
            flows = net.outgoing[node]
            targets = [net.targets[flow] for flow in flows]
            plain = all(net.kinds[target] in ACTIVITIES and len(net.incoming[target]) == 1 for target in targets)
            if kind != Kind.EXCLUSIVE or len(flows) < 2 or not plain:
                continue
            ways = {
                net.flow_ids[flow]: seen[net.ids[target]] or seen[net.names[target]]
                for flow, target in zip(flows, targets, strict=True)
            }
            if sum(ways.values()):
                counts[net.ids[node]] = ways
    return Branches(counts)


def concurrency(executions: Iterable[Execution]) -> dict[str, int]:
    """The most executions that each resource had in hand at once."""
    moments: dict[str, list[tuple[datetime, int]]] = {}
    for one in executions:
        if one.resource is not None and one.finished > one.started:
            moments.setdefault(one.resource, []).extend([(one.started, 1), (one.finished, -1)])
    return {name: max(accumulate(change for _at, change in sorted(own))) for name, own in moments.items()}


# --- bootstrap ---


def bootstrapped(scenario: Scenario, seed: int) -> Scenario:
    """The scenario with every empirical duration drawn anew from itself: one turn of the outer loop of a bootstrap.

    How much forecasts differ between turns is how much of the uncertainty is ignorance of the inputs.
    """
    rng = np.random.Generator(np.random.Philox(seed))
    steps = {}
    for name, step in scenario.steps.items():
        if step.duration is not None and step.duration.family == "empirical":
            values = step.duration.parameters
            drawn = tuple(sorted(rng.choice(values, len(values)).tolist()))
            step = replace(step, duration=replace(step.duration, parameters=drawn))
        steps[name] = step
    return replace(scenario, steps=steps)
