"""What other pictures take from a forecast: the bands of dates on a Gantt chart, the heat of a process."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolute.simulation.forecast import Forecast


@dataclass(frozen=True, slots=True)
class Band:
    """When a step is done in half of the runs, in 80 % and in 95 %."""

    p50: datetime
    p80: datetime
    p95: datetime
    on_time: float | None


def bands(forecast: Forecast) -> dict[str, Band]:
    """The bands by step id, and by the ref of a point where it has one."""
    found: dict[str, Band] = {}
    for step in forecast.steps:
        if step.p50 is None or step.p80 is None or step.p95 is None:
            continue
        band = Band(step.p50, step.p80, step.p95, step.on_time)
        found[step.step] = band
        if step.ref is not None:
            found.setdefault(step.ref, band)
    return found


def heat(forecast: Forecast) -> dict[str, float]:
    """How often each element decides the end, 0..1, by element id (without the instance or process before it)."""
    return {step.step.rpartition(":")[2]: step.criticality for step in forecast.steps}
