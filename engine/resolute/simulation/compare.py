"""Compares scenarios with common random numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation import circles
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.forecast import Z95
from resolute.simulation.layout import Layout, Options, lay_down
from resolute.simulation.play import Chunk, Player, choose_backend
from resolute.simulation.scenario import Scenario
from resolute.simulation.sources import blueprint_of

_ = i18n.translator("simulation")


Array: TypeAlias = NDArray[Any]
Held: TypeAlias = dict[str, tuple[str | None, Array]]
"""Id of a step with a deadline -> its ref, and whether the deadline held, run by run."""


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
    return differences(first, _on_time(blueprint_of(what, after, start), runs, seed))


def differences(before: Held, after: Held) -> tuple[Difference, ...]:
    """What changes in the probability of each deadline that both have."""
    return tuple(_difference(step, ref, held, after[step][1]) for step, (ref, held) in before.items() if step in after)


def worse(before: Held, after: Held) -> tuple[Difference, ...]:
    """The deadlines that certainly become less likely, the worst first."""
    return tuple(sorted((one for one in differences(before, after) if one.interval[1] < 0), key=_by_difference))


def _by_difference(one: Difference) -> float:
    return one.difference


def _difference(step: str, ref: str | None, before: Array, after: Array) -> Difference:
    count = len(before)
    gains = after.astype(np.int64) - before
    mean = float(gains.mean())
    spread = math.sqrt(max(float((gains * gains).mean()) - mean * mean, 0.0) / max(count - 1, 1))
    return Difference(
        step=step,
        ref=ref,
        before=float(before.mean()),
        after=float(after.mean()),
        difference=mean,
        interval=(mean - Z95 * spread, mean + Z95 * spread),
    )


def _on_time(blueprint: Blueprint, runs: int, seed: int) -> Held:
    """For each deadline whether it held, run by run."""
    if runs < 2:
        raise InputError(_("runs is {runs}; expected at least 2 to compare").format(runs=runs))
    layout = lay_down(blueprint, Options(track=False, histogram=False))
    return held(blueprint, layout, np.concatenate([one.finish for one in chunks(blueprint, layout, runs, seed)]))


def held(blueprint: Blueprint, layout: Layout, finish: Array) -> Held:
    """For each deadline whether it held, from when each step was done in each run (seconds, -1 for never)."""
    found = {}
    for number, step in enumerate(blueprint.steps):
        if step.due is not None:
            due, done = (step.due - layout.origin).total_seconds(), finish[:, number]
            found[step.id] = step.ref, (done >= 0) & (done <= due)
    return found


def chunks(blueprint: Blueprint, layout: Layout, runs: int, seed: int) -> Iterator[Chunk]:
    """The measures of so many runs, chunk by chunk."""
    with circles.named(blueprint):
        yield from Player(layout.tables, seed, choose_backend(None, layout.tables, runs)).chunks(runs)
