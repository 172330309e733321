"""Searches for the few changes that save a deadline: one more person, another order, a later date."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.compare import Difference, Held, chunks, held, worse
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.scenario import UNLIMITED, Scenario, Step
from resolute.simulation.sources import blueprint_of

_ = i18n.translator("simulation")

FIRST = -1.0
"""The priority of a step that goes first."""
WORTH_IT = timedelta(hours=1)
"""By how much earlier a step has to be done for a change to help that leaves the probability as it is."""
MOST_ORDERS = 8
"""Steps of which it is tried whether they should go first: the deadline's own, and the nearest before it."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change that may help."""

    kind: str
    """`capacity`: one more person; `priority`: a step that goes first; `deadline`: a later date."""
    name: str
    """The party or the step."""
    scenario: Scenario
    date: datetime | None = None
    """The end of the later deadline."""
    worse: tuple[Difference, ...] = ()
    """The other deadlines that it makes less likely than they were before it, with certainty; the worst first."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        date = {} if self.date is None else {"date": self.date.isoformat()}
        return {"kind": self.kind, "name": self.name, **date, "worse": [one.to_dict() for one in self.worse]}


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
    """The deadline that would hold with the wanted probability without any other change."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "changes": [change.to_dict() for change in self.changes],
            "before": self.before,
            "probability": self.probability,
            "reached": self.reached,
            "date": None if self.date is None else self.date.isoformat(),
        }


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

    At each turn every party with a limit may get one more person, and the step or one before it may go first; the
    best is kept. Where that is not enough, the deadline moves to the date that then holds. `step` is an id or the ref
    of a point. Raises InputError when it has no deadline.
    """
    search = _Search(what, step, wanted, runs, seed, start)
    first = best = search.look_at(scenario)
    changes: list[Change] = []
    while best.probability < wanted and len(changes) < most:
        tried = [(search.look_at(change.scenario), change) for change in search.candidates(_last(changes, scenario))]
        found, change = max(tried, key=lambda pair: pair[0].merit, default=(best, None))
        if change is None or not found.betters(best):
            break
        changes.append(replace(change, worse=worse(best.held, found.held)))
        best = found
        search.look_at(change.scenario)
    probability = best.probability
    if probability < wanted and best.date is not None:
        changes.append(Change("deadline", step, _last(changes, scenario), best.date))
        probability = best.share_by(best.date)
    return Plan(tuple(changes), probability, probability >= wanted, first.probability, first.date)


def _last(changes: list[Change], scenario: Scenario) -> Scenario:
    return changes[-1].scenario if changes else scenario


@dataclass(frozen=True, slots=True)
class _Look:
    """What becomes of the deadline under one scenario."""

    probability: float
    date: datetime | None
    """By when the step is done with the wanted probability; None when it is not."""
    ends: tuple[datetime, ...]
    runs: int
    held: Held
    """Of all deadlines."""

    @property
    def merit(self) -> tuple[float, float]:
        """What is better is larger."""
        return self.probability, -math.inf if self.date is None else -self.date.timestamp()

    def betters(self, other: _Look) -> bool:
        """Whether it is more likely, or at least done a good deal earlier."""
        if self.probability != other.probability or self.date is None or other.date is None:
            return self.merit > other.merit
        return other.date - self.date > WORTH_IT

    def share_by(self, date: datetime) -> float:
        """In which share of the runs the step is done by a moment."""
        return sum(end <= date for end in self.ends) / self.runs


class _Search:
    """Looks at one step under one scenario after the other, always with the same random numbers."""

    def __init__(self, what: Any, step: str, wanted: float, runs: int, seed: int, start: datetime | None) -> None:
        self.what, self.step, self.wanted, self.runs, self.seed, self.start = what, step, wanted, runs, seed, start
        self.blueprint: Blueprint
        self.number = -1

    def look_at(self, scenario: Scenario) -> _Look:
        """What becomes of the deadline."""
        self.blueprint = blueprint_of(self.what, scenario, self.start)
        steps = self.blueprint.steps
        found = [at for at, one in enumerate(steps) if self.step in (one.id, one.ref) and one.due is not None]
        if not found:
            raise InputError(_("no step {step!r} with a deadline is in the model").format(step=self.step))
        self.number = found[0]
        layout = lay_down(self.blueprint, Options(track=False, histogram=False))
        finish = np.concatenate([one.finish for one in chunks(self.blueprint, layout, self.runs, self.seed)])
        finished = sorted(end for end in finish[:, self.number].tolist() if end >= 0)
        ends = tuple(layout.origin + timedelta(seconds=end) for end in finished)
        due, place = steps[self.number].due, math.ceil(self.wanted * self.runs) - 1
        share = sum(end <= due for end in ends if due is not None) / self.runs
        others = held(self.blueprint, layout, finish)
        return _Look(share, ends[place] if place < len(ends) else None, ends, self.runs, others)

    # --- what may be changed ---

    def candidates(self, scenario: Scenario) -> Iterator[Change]:
        """All single changes of a scenario, with what was looked at last as the model."""
        for unit in [one for one in self.blueprint.units if one.capacity < UNLIMITED]:
            if unit.name in scenario.units:
                more = {**scenario.units, unit.name: replace(unit, capacity=unit.capacity + 1)}
                yield Change("capacity", unit.name, replace(scenario, units=more))
        for name in self._orders():
            given = scenario.steps.get(name, Step())
            if given.priority is None or given.priority > FIRST:
                first = {**scenario.steps, name: replace(given, priority=FIRST)}
                yield Change("priority", name, replace(scenario, steps=first))

    def _orders(self) -> list[str]:
        """The step and those before it, nearest first, that may have to wait for a party."""
        nodes, steps = self.blueprint.nodes, self.blueprint.steps
        before: dict[int, list[int]] = {}
        for number, node in enumerate(nodes):
            for out in node.outs:
                before.setdefault(out.target, []).append(number)
        queue = [steps[self.number].node]
        for at in queue:
            queue += [other for other in before.get(at, ()) if other not in queue]
        busy = [at for at in queue if nodes[at].step >= 0 and self._waits(at)]
        return [steps[nodes[at].step].ref or nodes[at].id for at in busy][:MOST_ORDERS]

    def _waits(self, step: int) -> bool:
        """Whether work that counts for a step needs a party with a limit."""
        own = self.blueprint.nodes[step].step
        return any(
            self.blueprint.units[unit].capacity < UNLIMITED
            for node in self.blueprint.nodes
            if node.credit == own
            for unit, _amount in node.uses
        )
