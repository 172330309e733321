"""Queues against queueing theory: means tested together by Holm's procedure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from holm import p_value, rejected
from resolute.bpmn.build import process
from resolute.bpmn.document import Document
from resolute.simulation import fast, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import mean_interval, student95
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.play import Backend, Player
from resolute.simulation.scenario import FIND_WARM_UP, Arrivals, Scenario, Step, Unit
from resolute.simulation.sources import of_document
from resolute.simulation.warm_up import mser5
from resolute.simulation.worktime import ROUND_THE_CLOCK

RUNS, WARM_UP, CASES = 60, 150, 450
BACKEND: Backend = "compiled" if fast.available() else "plain"


def exponential(mean: float) -> Distribution:
    return Distribution("exponential", (mean,))


def queue(names: str = "serve") -> Document:
    row = process("queue").start()
    for name in names.split():
        row = row.user(name, name.title(), party=name)
    return row.end().document()


def single_queue(service: Distribution, gap: float, servers: int) -> Scenario:
    return Scenario(
        calendar=ROUND_THE_CLOCK,
        units={"serve": Unit("serve", servers)},
        steps={"serve": Step(duration=service)},
        arrivals=Arrivals(exponential(gap)),
        cases=CASES,
        warm_up=WARM_UP,
    )


def p_of(scenario: Scenario, expected: float, seed: int, model: Document | None = None) -> float:
    """The probability of a mean cycle time so far from the expected one, by chance alone."""
    low, high = simulate(model or queue(), scenario=scenario, runs=RUNS, seed=seed, backend=BACKEND).process[0].interval
    error = (high - low) / 2 / student95(RUNS - 1)
    return p_value(((low + high) / 2 - expected) / error, RUNS - 1)


def erlang_c(load: float, servers: int) -> float:
    """Probability of waiting in M/M/c (Erlang 1917)."""
    terms = [load**k / math.factorial(k) for k in range(servers)]
    last = load**servers / math.factorial(servers) * servers / (servers - load)
    return last / (sum(terms) + last)


def many_servers() -> dict[str, float]:
    """M/M/c: the time in the queue is Erlang's."""
    found = {}
    for servers in (1, 2, 5, 20):
        load = 0.6 * servers
        wait = erlang_c(load, servers) * 100.0 / (servers - load)
        scenario = single_queue(exponential(100.0), 100.0 / load, servers)
        found[f"M/M/{servers}"] = p_of(scenario, 100.0 + wait, servers)
    return found


def general_services() -> dict[str, float]:
    """M/G/1: that of Pollaczek and Khinchine, by the second moment of the service."""
    gap = 200.0
    triangular = 100.0**2 + (180 - 30) ** 2 / 18 * (1 - 60 / 150 + (60 / 150) ** 2)
    services = {
        "fixed": (Distribution("fixed", (100.0,)), 100.0**2),
        "lognormal": (Distribution("lognormal", (100.0, 60.0)), 100.0**2 + 60.0**2),
        "triangular": (Distribution("triangular", (30.0, 90.0, 180.0)), triangular),
        "uniform": (Distribution("uniform", (40.0, 160.0)), 100.0**2 + 120.0**2 / 12),
    }
    waits = {name: moment / gap / (2 * (1 - 100.0 / gap)) for name, (_service, moment) in services.items()}
    return {
        f"M/{name}/1": p_of(single_queue(service, gap, 1), 100.0 + waits[name], 11)
        for name, (service, _moment) in services.items()
    }


def network() -> dict[str, float]:
    """A Jackson network with rework: its product form."""
    model = process("network")
    model.start().gateway("exclusive", "entry").user("make", party="make").user("check", party="check").gateway(
        "exclusive", "fine"
    ).otherwise("yes").end("done")
    model.at("fine").when("rework", "no").goto("entry")
    scenario = Scenario(
        calendar=ROUND_THE_CLOCK,
        units={"make": Unit("make", 1), "check": Unit("check", 1)},
        steps={"make": Step(duration=exponential(60.0)), "check": Step(duration=exponential(40.0))},
        gateways={"fine": {"yes": 0.75, "no": 0.25}},
        arrivals=Arrivals(exponential(200.0)),
        cases=CASES,
        warm_up=WARM_UP,
    )
    rate = 1 / 200.0 / 0.75
    jobs = sum(rate * mean / (1 - rate * mean) for mean in (60.0, 40.0))
    return {"Jackson": p_of(scenario, jobs * 200.0, 5, model.document())}


def test_mean_times_are_those_of_queueing_theory() -> None:
    assert rejected({**many_servers(), **general_services(), **network()}) == []


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_a_time_that_is_off_by_a_fifth_is_found(factor: float) -> None:
    expected = factor * 100.0 / (1 - 0.6)
    p = p_of(single_queue(exponential(100.0), 100.0 / 0.6, 1), expected, 1)
    assert rejected({"M/M/1": p, **{str(n): 0.5 for n in range(8)}}) == ["M/M/1"]


def test_holm_rejects_step_by_step() -> None:
    assert rejected({"a": 0.0009, "b": 0.004, "c": 0.006, "d": 0.5}, 0.01) == ["a"]
    assert rejected({"a": 0.0009, "b": 0.003, "c": 0.0049, "d": 0.5}, 0.01) == ["a", "b", "c"]
    assert p_value(2.042, 30) == pytest.approx(0.05, abs=1e-4) and p_value(12.706, 1) == pytest.approx(0.05, abs=1e-4)


def test_a_warm_up_is_found_where_a_queue_begins_empty() -> None:
    scenario = replace(single_queue(exponential(100.0), 115.0, 1), cases=600, warm_up=FIND_WARM_UP)
    found = simulate(queue(), scenario=scenario, runs=30, seed=6, backend=BACKEND)
    cold = simulate(queue(), scenario=replace(scenario, warm_up=None), runs=30, seed=6, backend=BACKEND)
    steady = 100.0 / (1 - 100.0 / 115.0)
    assert 20 <= found.warm_up <= 300
    assert abs(found.process[0].mean_cycle_s - steady) < abs(cold.process[0].mean_cycle_s - steady)


def test_a_series_that_is_steady_from_the_start_has_no_warm_up() -> None:
    rng = np.random.default_rng(3)
    assert mser5(np.full(100, 7.0)) == 0 and mser5(rng.normal(10, 1, 5)) == 0
    rising = np.concatenate([np.linspace(0, 10, 100), np.full(400, 10.0)]) + rng.normal(0, 0.1, 500)
    assert 80 <= mser5(rising) <= 130


def test_littles_law_holds_as_an_identity_on_the_log() -> None:
    scenario = single_queue(exponential(100.0), 150.0, 1)
    forecast = simulate(queue(), scenario=scenario, runs=1, seed=3, log=True)
    rows = np.array([(row.enabled.timestamp(), row.finished.timestamp()) for row in forecast.log])
    span = rows[:, 1].max() - rows[:, 0].min()
    moments = np.unique(rows)
    present = np.searchsorted(np.sort(rows[:, 0]), moments, side="right") - np.searchsorted(
        np.sort(rows[:, 1]), moments, side="right"
    )
    mean_present = (present[:-1] * np.diff(moments)).sum() / span
    rate, mean_time = len(rows) / span, (rows[:, 1] - rows[:, 0]).mean()
    assert mean_present == pytest.approx(rate * mean_time, rel=1e-9)


def test_every_case_that_arrives_passes_every_task_once() -> None:
    scenario = Scenario(
        calendar=ROUND_THE_CLOCK,
        units={"a": Unit("a", 2), "b": Unit("b", 1)},
        steps={"a": Step(duration=exponential(50.0)), "b": Step(duration=exponential(50.0))},
        arrivals=Arrivals(exponential(80.0)),
        cases=200,
    )
    forecast = simulate(queue("a b"), scenario=scenario, runs=4, seed=9)
    assert [step.executions for step in forecast.steps] == [200.0, 200.0]
    assert forecast.unfinished == 0.0


@pytest.mark.parametrize("servers", [1, 2, 4])
def test_one_more_person_never_makes_any_case_of_any_run_later(servers: int) -> None:
    def ends(count: int) -> dict[tuple[int, int], float]:
        scenario = single_queue(Distribution("gamma", (100.0, 70.0)), 90.0 / servers, count)
        forecast = simulate(queue(), scenario=scenario, runs=5, seed=21, log=True)
        return {(row.run, row.case): row.finished for row in forecast.log}

    fewer, more = ends(servers), ends(servers + 1)
    assert len(fewer) == len(more) == 5 * CASES
    assert all(more[key] <= fewer[key] for key in fewer)


def test_intervals_cover_the_true_mean_in_95_of_100_experiments() -> None:
    """A thousand experiments of thirty runs each, from one long row of replications of an M/M/1 queue's first cases."""
    experiments, runs = 1000, 30
    scenario = replace(single_queue(exponential(100.0), 200.0, 1), cases=2, warm_up=None)
    layout = lay_down(of_document(queue(), scenario, None), Options(track=False, histogram=False))
    player = Player(layout.tables, 17, BACKEND)
    cycles = np.concatenate([chunk.cycle.mean(axis=1) for chunk in player.chunks(experiments * runs)])
    # The second case waits for what is left of the first: E max(S - A, 0) = 100 * 100 / (100 + 200).
    truth = 100.0 + 100.0 * 100.0 / 300.0 / 2
    hits = 0
    for sample in cycles.reshape(experiments, runs):
        low, high = mean_interval(runs, float(sample.sum()), float((sample**2).sum()))
        hits += low <= truth <= high
    assert 930 <= hits <= 970


@pytest.mark.parametrize(
    ("freedom", "point"), [(1, 12.706), (2, 4.303), (5, 2.571), (10, 2.228), (30, 2.042), (999, 1.962)]
)
def test_the_points_of_students_t_are_those_of_the_tables(freedom: int, point: float) -> None:
    assert student95(freedom) == pytest.approx(point, abs=0.006)
