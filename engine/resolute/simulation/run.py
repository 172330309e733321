"""Runs a blueprint: chunks are played and added up until all runs are done, or the answer is precise enough."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.simulation import circles
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.codes import MAX_LOG
from resolute.simulation.forecast import Forecast, wilson
from resolute.simulation.layout import Layout, Options, lay_down
from resolute.simulation.play import Backend, Player, choose_backend, choose_threads, chunk_rows
from resolute.simulation.scenario import FIND_WARM_UP
from resolute.simulation.summary import summarise
from resolute.simulation.totals import BLOCK, Frame, Totals
from resolute.simulation.warm_up import mser5

if TYPE_CHECKING:
    from distributed import Client

_ = i18n.translator("simulation")

Progress = Callable[[int, int], bool | None]
"""Called with the runs done and wanted; returning False stops, and what is done is kept."""
MOST_SENSITIVITIES = 1_000_000
"""Deadlines x steps up to which it is worked out what decides each deadline."""
LOOPING = 100
"""Executions of a step in a case from which a run that was cut is said to loop."""
FEWEST = 200
"""Runs before precision is looked at."""


def run(
    blueprint: Blueprint,
    *,
    runs: int,
    seed: int,
    backend: Backend | None = None,
    threads: int | None = None,
    precision: float | None = None,
    progress: Progress | None = None,
    log: bool = False,
    cluster: str | Client | None = None,
) -> Forecast:
    """Plays `runs` replications of a blueprint; see `resolute.simulation.simulate` for the options."""
    if runs < 1:
        raise InputError(_("runs is {runs}; expected at least 1").format(runs=runs))
    began = time.perf_counter()
    options = Options(track=blueprint.cases == 1, histogram=blueprint.scenario.measures_tasks, log=log)
    layout = lay_down(blueprint, options)
    chosen = choose_backend(backend, layout.tables, runs)
    if blueprint.scenario.warm_up == FIND_WARM_UP:
        with circles.named(blueprint):
            blueprint.scenario = replace(blueprint.scenario, warm_up=_find_warm_up(layout, seed, chosen))
        layout = lay_down(blueprint, options)
    totals = Totals(_frame(blueprint, layout))
    with circles.named(blueprint):
        for _piece in _played(totals, layout, seed, chosen, runs, threads, cluster):
            if progress is not None and progress(totals.runs, runs) is False:
                break
            if precision is not None and totals.runs % totals.frame.block == 0 and _precise(totals, precision):
                break
    totals.settle()
    elapsed = time.perf_counter() - began
    forecast = summarise(blueprint, totals, seed=seed, elapsed_s=elapsed, backend=chosen)
    return replace(forecast, findings=forecast.findings + _endings(totals) + _loops(totals, blueprint))


def _played(
    totals: Totals,
    layout: Layout,
    seed: int,
    backend: Backend,
    runs: int,
    threads: int | None,
    cluster: str | Client | None,
) -> Iterator[None]:
    """Adds to the totals, by a chunk or, on a cluster, by several blocks; stops in between."""
    if cluster is None:
        count = choose_threads(threads, layout.tables, backend, runs)
        for chunk in Player(layout.tables, seed, backend).chunks(runs, count):
            totals.add(chunk)
            if totals.runs % totals.frame.block == 0:
                totals.settle()
            yield
        return
    from resolute.simulation.cluster import on_cluster

    for piece in on_cluster(cluster, layout.tables, totals.frame, seed, backend, runs):
        totals.merge(piece)
        yield


def _find_warm_up(layout: Layout, seed: int, backend: Backend) -> int:
    """By MSER-5 on the mean cycle times of the first chunk's runs, case by case."""
    player = Player(layout.tables, seed, backend)
    cycles = player.chunk(0, player.rows).cycle
    ended = (cycles >= 0).all(axis=0)
    return mser5(cycles.mean(axis=0)[ended])


def _frame(blueprint: Blueprint, layout: Layout) -> Frame:
    dues = [np.nan if step.due is None else (step.due - layout.origin).total_seconds() for step in blueprint.steps]
    return Frame(
        layout=layout,
        start=(blueprint.start - layout.origin).total_seconds(),
        dues=np.array(dues, dtype=float),
        targets=_targets(blueprint),
        warm_up=blueprint.scenario.warm_up or 0,
        block=BLOCK * chunk_rows(layout.tables),
    )


def _targets(blueprint: Blueprint) -> list[int]:
    """The steps with a deadline; none where sensitivities for each of them would take too much memory."""
    dated = [number for number, step in enumerate(blueprint.steps) if step.due is not None]
    return dated if len(dated) * len(blueprint.steps) <= MOST_SENSITIVITIES else []


def _precise(totals: Totals, precision: float) -> bool:
    """Whether every deadline's probability is known to within `precision`."""
    if totals.runs < FEWEST:
        return False
    for step in np.flatnonzero(~np.isnan(totals.frame.dues)).tolist():
        low, high = wilson(int(totals.on_time[step]), int(totals.seen[step]))
        if totals.seen[step] and (high - low) / 2 > precision:
            return False
    return True


def _endings(totals: Totals) -> tuple[Finding, ...]:
    """What kept runs from ending, in words."""
    texts = [
        ("run-cut", totals.cut, _("{n} of {runs} runs were stopped at the horizon or the largest number of events")),
        ("run-stuck", totals.stuck, _("{n} of {runs} runs stood still before their end: something waits in vain")),
        ("run-failed", totals.failed, _("an error that nothing catches came up {n} times in {runs} runs")),
    ]
    if totals.log_cut:
        texts.append(("log-cut", MAX_LOG, _("the log keeps the first {n} tasks of {runs} runs; the rest is left out")))
    return tuple(
        Finding(code, "warning", text.format(n=count, runs=totals.runs)) for code, count, text in texts if count
    )


def _loops(totals: Totals, blueprint: Blueprint) -> tuple[Finding, ...]:
    """Names what was executed most in runs that were cut, where it can only be a loop."""
    if not totals.cut or not len(totals.executed):
        return ()
    at = int(totals.executed.argmax())
    times = int(totals.executed[at]) // totals.runs
    if times < LOOPING * totals.cases:
        return ()
    step = blueprint.steps[at]
    text = _("{name!r} was executed {times} times in a run on average before the cut; look for an endless loop")
    return (Finding("loop-cut", "warning", text.format(name=step.name, times=times), element=step.id),)
