"""Compares scenarios with common random numbers, and searches for the few changes that save a deadline."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation import circles
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.forecast import Z95
from resolute.simulation.layout import Layout, Options, lay_down
from resolute.simulation.play import Chunk, Player, choose_backend
from resolute.simulation.scenario import UNLIMITED, Scenario, Unit
from resolute.simulation.sources import blueprint_of

_ = i18n.translator("simulation")


@dataclass(frozen=True, slots=True)
class Difference:
    """What a change does to one deadline; both scenarios saw the same random numbers in each run."""

    step: str
    ref: str | None
    before: float
    """Probability that the deadline holds without the change, and with it."""
    after: float
    difference: float
    interval: tuple[float, float]
    """95 % interval of the difference, from the runs in pairs."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        names = ("step", "ref", "before", "after", "difference")
        return {**{name: getattr(self, name) for name in names}, "interval": list(self.interval)}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the scenario that may help: one more person, or a step that is begun first."""

    kind: str
    """`capacity` or `priority`."""
    name: str
    """The party or the step."""
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """Changes, in order, with the probability of the deadline after all of them."""

    changes: tuple[Change, ...]
    probability: float
    reached: bool
    """Whether the wanted probability was reached."""
    before: float = 0.0
    """The probability without any change."""
    date: datetime | None = None
    """The deadline that would hold with the wanted probability without any change."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "changes": [{"kind": change.kind, "name": change.name} for change in self.changes],
            "before": self.before,
            "probability": self.probability,
            "reached": self.reached,
            "date": None if self.date is None else self.date.isoformat(),
        }


def compare(
    what: Any,
    before: Scenario,
    after: Scenario,
    *,
    runs: int = 2000,
    seed: int = 1,
    start: datetime | None = None,
) -> tuple[Difference, ...]:
    """What the second scenario changes in the probability of each deadline."""
    first = _on_time(blueprint_of(what, before, start), runs, seed)
    second = _on_time(blueprint_of(what, after, start), runs, seed)
    return tuple(_difference(step, ref, held, second[step][1]) for step, (ref, held) in first.items() if step in second)


def _difference(step: str, ref: str | None, before: Sequence[bool], after: Sequence[bool]) -> Difference:
    count = len(before)
    gains = [int(b) - int(a) for a, b in zip(before, after, strict=True)]
    mean = sum(gains) / count
    spread = math.sqrt(max(sum(gain * gain for gain in gains) / count - mean * mean, 0.0) / max(count - 1, 1))
    return Difference(
        step=step,
        ref=ref,
        before=sum(before) / count,
        after=sum(after) / count,
        difference=mean,
        interval=(mean - Z95 * spread, mean + Z95 * spread),
    )


def _on_time(blueprint: Blueprint, runs: int, seed: int) -> dict[str, tuple[str | None, list[bool]]]:
    """For each deadline whether it held, run by run."""
    if runs < 2:
        raise InputError(_("runs is {runs}; expected at least 2 to compare").format(runs=runs))
    layout = lay_down(blueprint, Options(track=False, histogram=False))
    dues = {
        number: (step.due - layout.origin).total_seconds()
        for number, step in enumerate(blueprint.steps)
        if step.due is not None
    }
    held: dict[int, list[bool]] = {number: [] for number in dues}
    for chunk in _chunks(blueprint, layout, runs, seed):
        for number, due in dues.items():
            finish = chunk.finish[:, number]
            held[number] += ((finish >= 0) & (finish <= due)).tolist()
    return {blueprint.steps[number].id: (blueprint.steps[number].ref, kept) for number, kept in held.items()}


def _chunks(blueprint: Blueprint, layout: Layout, runs: int, seed: int) -> Iterator[Chunk]:
    with circles.named(blueprint):
        yield from Player(layout.tables, seed, choose_backend(None, layout.tables, runs)).chunks(runs)


# --- search ---


def improve(
    what: Any,
    step: str,
    scenario: Scenario,
    *,
    wanted: float = 0.9,
    most: int = 3,
    runs: int = 1000,
    seed: int = 1,
    start: datetime | None = None,
) -> Plan:
    """The fewest changes found, one after the other, that bring a deadline's probability to `wanted`.

    At each turn every party with a limit may get one more person, and the step may go first; the best is kept.
    `step` is an id or the ref of a point. Raises InputError when it has no deadline.
    """
    blueprint = blueprint_of(what, scenario, start)
    target = next((one for one in blueprint.steps if step in (one.id, one.ref) and one.due is not None), None)
    if target is None:
        raise InputError(_("no step {step!r} with a deadline is in the model").format(step=step))
    changes: list[Change] = []
    probability = before = _probability(blueprint, target.id, runs, seed)
    while probability < wanted and len(changes) < most:
        current = changes[-1].scenario if changes else scenario
        tried = [
            (_probability(blueprint_of(what, change.scenario, start), target.id, runs, seed), change)
            for change in _candidates(blueprint, current, target.ref or target.id)
        ]
        best = max(tried, key=lambda pair: pair[0], default=None)
        if best is None or best[0] <= probability:
            break
        probability = best[0]
        changes.append(best[1])
    date = _finish(blueprint, target.id, wanted, runs, seed)
    return Plan(tuple(changes), probability, probability >= wanted, before, date)


def _finish(blueprint: Blueprint, step: str, share: float, runs: int, seed: int) -> datetime | None:
    """By when a step is done in that share of the runs; None when it is not."""
    layout = lay_down(blueprint, Options(track=False, histogram=False))
    number = next(number for number, one in enumerate(blueprint.steps) if one.id == step)
    chunks = _chunks(blueprint, layout, runs, seed)
    ends = sorted(end for chunk in chunks for end in chunk.finish[:, number].tolist() if end >= 0)
    place = math.ceil(share * runs) - 1
    return layout.origin + timedelta(seconds=ends[place]) if place < len(ends) else None


def _probability(blueprint: Blueprint, step: str, runs: int, seed: int) -> float:
    held = _on_time(blueprint, runs, seed)[step][1]
    return sum(held) / len(held)


def _candidates(blueprint: Blueprint, scenario: Scenario, step: str) -> list[Change]:
    found = []
    for unit in blueprint.units:
        own = scenario.units.get(unit.name)
        if own is not None and own.capacity < UNLIMITED:
            more: Mapping[str, Unit] = {**scenario.units, own.name: replace(own, capacity=own.capacity + 1)}
            found.append(Change("capacity", own.name, replace(scenario, units=more)))
    given = scenario.steps.get(step)
    if given is not None and (given.priority is None or given.priority > -1):
        first = {**scenario.steps, step: replace(given, priority=-1.0)}
        found.append(Change("priority", step, replace(scenario, steps=first)))
    return found
