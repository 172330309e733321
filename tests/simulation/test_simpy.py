"""SimPy models of the same scenarios agree: an independent engine with its own random numbers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from holm import LEVEL, p_value
from resolute.bpmn.build import otherwise, process, user, when
from resolute.simulation import simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import student95
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit
from resolute.simulation.worktime import ROUND_THE_CLOCK

simpy = pytest.importorskip("simpy")

CASES, RUNS, PEER_RUNS = 150, 40, 60
TESTS = 2
"""Of this file: its first step of Holm's procedure."""


def peer(case: Callable[..., Iterator], capacities: dict[str, int], gap: float) -> tuple[float, float, float]:
    """Mean cycle time, its standard error from the runs, and the 95th percentile."""
    means, times = [], []
    for seed in range(PEER_RUNS):
        rng, environment = random.Random(seed), simpy.Environment()
        parties = {name: simpy.Resource(environment, count) for name, count in capacities.items()}
        cycles: list[float] = []

        def one(environment=environment, rng=rng, parties=parties, cycles=cycles):
            begin = environment.now
            yield from case(environment, rng, parties)
            cycles.append(environment.now - begin)

        def arrivals(environment=environment, rng=rng, one=one):
            for number in range(CASES):
                if number:
                    yield environment.timeout(rng.expovariate(1 / gap))
                environment.process(one())

        environment.process(arrivals())
        environment.run()
        means.append(np.mean(cycles))
        times += cycles
    return float(np.mean(means)), float(np.std(means) / np.sqrt(PEER_RUNS)), float(np.quantile(times, 0.95))


def agrees(forecast, expected: tuple[float, float, float]) -> None:
    mean, error, p95 = expected
    low, high = forecast.process[0].interval
    own = (high - low) / 2 / student95(RUNS - 1)
    t = ((low + high) / 2 - mean) / np.hypot(own, error)
    assert p_value(t, RUNS - 1) > LEVEL / TESTS
    assert forecast.process[0].p95 == pytest.approx(p95, rel=0.06)


def work(environment, rng, party, mean):
    with party.request() as turn:
        yield turn
        yield environment.timeout(rng.expovariate(1 / mean))


def scenario(steps: dict[str, float], capacities: dict[str, int], gateways=None) -> Scenario:
    return Scenario(
        calendar=ROUND_THE_CLOCK,
        units={name: Unit(name, count) for name, count in capacities.items()},
        steps={name: Step(duration=Distribution("exponential", (mean,))) for name, mean in steps.items()},
        gateways=gateways or {},
        arrivals=Arrivals(Distribution("exponential", (100.0,))),
        cases=CASES,
    )


def test_a_split_with_two_parties_agrees() -> None:
    model = (
        process("p").start().parallel([user("a", party="x")], [user("b", party="y")]).user("c", party="x").end()
    ).document()

    def case(environment, rng, parties):
        both = [environment.process(work(environment, rng, parties[p], m)) for p, m in (("x", 60), ("y", 90))]
        yield simpy.AllOf(environment, both)
        yield from work(environment, rng, parties["x"], 30)

    capacities = {"x": 2, "y": 2}
    forecast = simulate(model, scenario=scenario({"a": 60, "b": 90, "c": 30}, capacities), runs=RUNS, seed=2)
    agrees(forecast, peer(case, capacities, 100.0))


def test_a_choice_with_rework_agrees() -> None:
    model = process("p")
    model.start().gateway("exclusive", "in").user("a", party="x").exclusive(
        [when("k"), user("b", party="y")], [otherwise(), user("c", party="x")], id="g"
    ).gateway("exclusive", "out").otherwise().end("done")
    model.at("out").when("again").goto("in")

    def case(environment, rng, parties):
        while True:
            yield from work(environment, rng, parties["x"], 40)
            if rng.random() < 0.3:
                yield from work(environment, rng, parties["y"], 120)
            else:
                yield from work(environment, rng, parties["x"], 20)
            if rng.random() < 0.75:
                return

    capacities = {"x": 1, "y": 1}
    shares = {"g": {"b": 0.3, "c": 0.7}, "out": {"done": 0.75, "in": 0.25}}
    forecast = simulate(
        model.document(), scenario=scenario({"a": 40, "b": 120, "c": 20}, capacities, shares), runs=RUNS
    )
    agrees(forecast, peer(case, capacities, 100.0))
