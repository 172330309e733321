"""Forecasts by Monte Carlo on the net: will the deadlines hold, what decides it, what would help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from pathlib import Path

    from distributed import Client

    from resolute.simulation.forecast import Forecast
    from resolute.simulation.scenario import Scenario

__all__ = ["load_scenario", "simulate"]


def load_scenario(path: str | Path) -> Scenario:
    """Reads a scenario: our YAML or JSON, a Prosimos JSON, BPSim. Raises InputError naming the key."""
    from resolute.simulation.load import load_scenario as load

    return load(path)


def simulate(
    what: Any,
    *,
    runs: int = 10_000,
    seed: int = 1,
    scenario: Scenario | str | Path | None = None,
    cases: int | None = None,
    start: datetime | None = None,
    threads: int | None = None,
    backend: Literal["plain", "compiled"] | None = None,
    precision: float | None = None,
    progress: Callable[[int, int], bool | None] | None = None,
    log: bool = False,
    cluster: str | Client | None = None,
) -> Forecast:
    """The forecast of a protocol, a register or BPMN model (path, bytes, document), or an engine's live state.

    The same input and seed give the same forecast, whatever `threads` and `backend` ("plain" Python or "compiled" by
    Numba, the extra `fast`; chosen by size when None). Without `threads` large work takes the machine's cores. `cases`
    sets the cases of each run where the scenario has arrivals. `precision` stops early, once every deadline's
    probability is known to within it. `progress` is called with the runs done and wanted; returning False stops and
    keeps what is done. `log` keeps the executed tasks. `cluster` plays on many machines: the address of a Dask
    scheduler (`tls://HOST:8786`; `tcp://` on this machine only) or a `distributed.Client`.
    Raises InputError for a scenario that does not fit the model, ModelError for a model that cannot run.
    """
    from resolute.simulation.run import run
    from resolute.simulation.scenario import Scenario as Plain
    from resolute.simulation.sources import blueprint_of

    if scenario is None:
        assumed = Plain()
    elif isinstance(scenario, Plain):
        assumed = scenario
    else:
        assumed = load_scenario(scenario)
    if cases is not None:
        assumed = replace(assumed, cases=cases)
    blueprint = blueprint_of(what, assumed, start)
    return run(
        blueprint,
        runs=runs,
        seed=seed,
        backend=backend,
        threads=threads,
        precision=precision,
        progress=progress,
        log=log,
        cluster=cluster,
    )
