"""Compares scenarios with common random numbers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    for chunk in chunks(blueprint, layout, runs, seed):
        for number, due in dues.items():
            finish = chunk.finish[:, number]
            held[number] += ((finish >= 0) & (finish <= due)).tolist()
    return {blueprint.steps[number].id: (blueprint.steps[number].ref, kept) for number, kept in held.items()}


def chunks(blueprint: Blueprint, layout: Layout, runs: int, seed: int) -> Iterator[Chunk]:
    """The measures of so many runs, chunk by chunk."""
    with circles.named(blueprint):
        yield from Player(layout.tables, seed, choose_backend(None, layout.tables, runs)).chunks(runs)
