"""How much of a forecast's uncertainty is ignorance of the inputs: a bootstrap around the simulation.

Each turn draws the executions that were seen anew from themselves, and the shares of branches from their posterior, and
forecasts with what it then knows. What the probabilities differ by between turns, beyond chance, is ignorance: about
six percentage points at thirty executions, against half a point of chance at ten thousand runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from resolute.simulation.calibrate import Branches, Execution, calibrated
from resolute.simulation.run import run
from resolute.simulation.scenario import Scenario
from resolute.simulation.sources import blueprint_of

TURNS, RUNS = 25, 400


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Of the probability of one deadline."""

    step: str
    ref: str | None
    name: str
    on_time: float
    """The mean over the turns."""
    ignorance: float
    """Standard deviation between turns, beyond chance: more executions seen would lessen it."""
    chance: float
    """Standard error of a turn: more runs would lessen it."""
    interval: tuple[float, float]
    """The middle 95 % of the turns."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "step": self.step,
            "ref": self.ref,
            "on_time": self.on_time,
            "ignorance": self.ignorance,
            "chance": self.chance,
            "interval": list(self.interval),
        }


def ignorance(
    what: Any,
    scenario: Scenario,
    executions: Sequence[Execution],
    branches: Branches | None = None,
    *,
    turns: int = TURNS,
    runs: int = RUNS,
    seed: int = 1,
    start: datetime | None = None,
    progress: Callable[[int, int], bool | None] | None = None,
) -> tuple[Uncertainty, ...]:
    """The uncertainty of each deadline's probability by its two causes, largest ignorance first."""
    shares: dict[str, list[float]] = {}
    names: dict[str, tuple[str | None, str]] = {}
    for turn in range(turns):
        rng = np.random.Generator(np.random.Philox(key=seed, counter=turn))
        seen = [executions[number] for number in rng.integers(0, len(executions), len(executions))]
        drawn = calibrated(scenario, seen, None if branches is None else branches.drawn(rng))
        forecast = run(blueprint_of(what, drawn, start), runs=runs, seed=seed + turn)
        for step in forecast.deadlines:
            if step.on_time is not None and step.done is None:
                shares.setdefault(step.step, []).append(step.on_time)
                names[step.step] = (step.ref, step.name)
        if progress is not None and progress(turn + 1, turns) is False:
            break
    found = [_uncertainty(step, *names[step], values, runs) for step, values in shares.items()]
    return tuple(sorted(found, key=lambda one: -one.ignorance))


def _uncertainty(step: str, ref: str | None, name: str, values: list[float], runs: int) -> Uncertainty:
    found = np.array(values)
    chance = float(np.mean(found * (1 - found))) / runs
    between = float(found.var(ddof=1)) if len(found) > 1 else 0.0
    low, high = np.quantile(found, (0.025, 0.975)).tolist()
    return Uncertainty(
        step, ref, name, float(found.mean()), math.sqrt(max(between - chance, 0.0)), math.sqrt(chance), (low, high)
    )
