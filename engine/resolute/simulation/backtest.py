"""Compares forecasts with what came: the Brier score of the probabilities of deadlines, and their reliability."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from resolute.simulation.forecast import Forecast

BANDS = 5
"""Into how many bands of probability a reliability table is divided."""


@dataclass(frozen=True, slots=True)
class Reliability:
    """Forecasts of about the same probability, and how often they came true."""

    low: float
    high: float
    count: int
    forecast: float
    """The mean probability that was forecast."""
    came: float
    """The share of the deadlines that held."""


@dataclass(frozen=True, slots=True)
class Score:
    """How good a forecast was."""

    count: int
    brier: float
    """Mean squared difference of probability and outcome: 0 is perfect, 0.25 is what always saying 50 % gets."""
    within_p80: float
    """Share of the steps that were done by the date forecast with 80 %."""
    reliability: tuple[Reliability, ...]


def score(forecast: Forecast, actual: Mapping[str, datetime]) -> Score | None:
    """The score over the steps with a deadline whose real finish is known, by id or ref; None when there are none.

    Steps that were over before the forecast began do not count.
    """
    pairs: list[tuple[float, bool]] = []
    within = 0
    for step in forecast.steps:
        finish = actual.get(step.step, actual.get(step.ref or ""))
        if finish is None or step.on_time is None or step.due is None or step.p80 is None:
            continue
        if finish <= forecast.start:
            continue
        pairs.append((step.on_time, finish <= step.due))
        within += finish <= step.p80
    if not pairs:
        return None
    brier = sum((share - held) ** 2 for share, held in pairs) / len(pairs)
    return Score(len(pairs), brier, within / len(pairs), _reliability(pairs))


def _reliability(pairs: list[tuple[float, bool]]) -> tuple[Reliability, ...]:
    found = []
    for band in range(BANDS):
        inside = [pair for pair in pairs if min(int(pair[0] * BANDS), BANDS - 1) == band]
        if inside:
            shares, outcomes = zip(*inside, strict=True)
            count = len(inside)
            came, mean = sum(outcomes) / count, sum(shares) / count
            found.append(Reliability(band / BANDS, (band + 1) / BANDS, count, mean, came))
    return tuple(found)
