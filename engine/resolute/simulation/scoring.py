"""Scores probabilities against what came: Brier score, its parts, reliability, coverage of quantiles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from resolute.simulation.forecast import Z95, wilson

BANDS = 10
"""Into how many bands of probability the reliability table is divided."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A probability that was forecast for something, and whether it came true."""

    what: str
    """Several verdicts on the same thing do not count as independent."""
    forecast: float
    came: bool


@dataclass(frozen=True, slots=True)
class Reliability:
    """Forecasts of about the same probability, and how often they came true."""

    low: float
    high: float
    count: int
    forecast: float
    """The mean probability that was forecast."""
    came: float
    """The share that came true."""
    interval: tuple[float, float]
    """95 % interval of that share (Wilson), by the number of different things."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good probabilities were.

    `brier` = `reliability` - `resolution` + `uncertainty` + `within` (Murphy 1973; `within` is what forecasts inside
    one band differ by, Stephenson 2008): reliability is best at 0, resolution best at uncertainty.
    """

    count: int
    things: int
    """How many different things they were about."""
    brier: float
    """Mean squared difference of probability and outcome: 0 is perfect."""
    interval: tuple[float, float]
    """95 % interval of the Brier score, verdicts on the same thing taken together."""
    base_rate: float
    """The share that came true."""
    skill: float | None
    """1 - brier / uncertainty: 1 is perfect, 0 as good as always saying the base rate; None where all came alike."""
    reliability: float
    resolution: float
    uncertainty: float
    """The Brier score of always saying the base rate."""
    within: float
    bands: tuple[Reliability, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        names = ("count", "things", "brier", "base_rate", "skill", "reliability", "resolution", "uncertainty", "within")
        return {
            **{name: getattr(self, name) for name in names},
            "interval": list(self.interval),
            "bands": [
                {
                    "low": band.low,
                    "high": band.high,
                    "count": band.count,
                    "forecast": band.forecast,
                    "came": band.came,
                    "interval": list(band.interval),
                }
                for band in self.bands
            ],
        }


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often something was done by the date that was forecast with a probability."""

    share: float
    count: int
    things: int
    came: float
    interval: tuple[float, float]
    """95 % interval (Wilson), by the number of different things."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data."""
        return {
            "share": self.share,
            "count": self.count,
            "things": self.things,
            "came": self.came,
            "interval": list(self.interval),
        }


def score(verdicts: Sequence[Verdict]) -> Score:
    """The score of at least one verdict."""
    count, things = len(verdicts), _things(verdicts)
    errors = [(one.forecast - one.came) ** 2 for one in verdicts]
    brier = math.fsum(errors) / count
    base = sum(one.came for one in verdicts) / count
    bands = _bands(verdicts)
    reliability = math.fsum(band.count * (band.forecast - band.came) ** 2 for band in bands) / count
    resolution = math.fsum(band.count * (band.came - base) ** 2 for band in bands) / count
    uncertainty = base * (1 - base)
    return Score(
        count=count,
        things=things,
        brier=brier,
        interval=_interval(verdicts, errors, brier),
        base_rate=base,
        skill=1 - brier / uncertainty if uncertainty > 0 else None,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=brier - (reliability - resolution + uncertainty),
        bands=bands,
    )


def coverage(share: float, verdicts: Sequence[Verdict]) -> Coverage:
    """How often dates that were forecast with probability `share` held; at least one verdict."""
    came = sum(one.came for one in verdicts) / len(verdicts)
    things = _things(verdicts)
    return Coverage(share, len(verdicts), things, came, wilson(came * things, things))


def _things(verdicts: Sequence[Verdict]) -> int:
    return len({one.what for one in verdicts})


def _bands(verdicts: Sequence[Verdict]) -> tuple[Reliability, ...]:
    found = []
    for band in range(BANDS):
        inside = [one for one in verdicts if min(int(one.forecast * BANDS), BANDS - 1) == band]
        if inside:
            count, things = len(inside), _things(inside)
            came = sum(one.came for one in inside) / count
            mean = math.fsum(one.forecast for one in inside) / count
            interval = wilson(came * things, things)
            found.append(Reliability(band / BANDS, (band + 1) / BANDS, count, mean, came, interval))
    return tuple(found)


def _interval(verdicts: Sequence[Verdict], errors: Sequence[float], mean: float) -> tuple[float, float]:
    """A normal interval of the mean error, from sums over the verdicts on each thing; (0, 1) with one thing only."""
    sums: dict[str, float] = {}
    for one, error in zip(verdicts, errors, strict=True):
        sums[one.what] = sums.get(one.what, 0.0) + error - mean
    if len(sums) < 2:
        return 0.0, 1.0
    spread = math.fsum(value * value for value in sums.values()) * len(sums) / (len(sums) - 1)
    half = Z95 * math.sqrt(spread) / len(errors)
    return max(mean - half, 0.0), min(mean + half, 1.0)
