"""The same seed gives the same bits: in any chunk, on any number of threads, plain or compiled."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute.bpmn.build import otherwise, process, timer, user, when
from resolute.bpmn.document import Document
from resolute.simulation import fast, philox, play, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.layout import Layout, Options, lay_down
from resolute.simulation.play import Player
from resolute.simulation.scenario import Arrivals, Correlation, Scenario, Step, Unit
from resolute.simulation.sources import of_document
from resolute.simulation.worktime import office
from simulated_models import Maker, grows_unseen, same, steps

HOUR = 3600.0
compiled = pytest.mark.skipif(not fast.available(), reason="the extra `fast` is not installed")


def layout() -> Layout:
    model = process("p")
    model.start().user("a", party="x").gateway("exclusive", "in").parallel(
        [user("b", party="y")], [user("c", party="x"), user("d")]
    ).inclusive([when("p"), user("e")], [when("q"), user("f", party="y")], id="g").gateway(
        "exclusive", "out"
    ).otherwise().end("done")
    model.at("out").when("again").goto("in")
    model.boundary("d", "late", timer(after="PT5H")).user("repair").end("repaired")
    steps = {
        "a": Step(duration=Distribution("exponential", (2 * HOUR,))),
        "b": Step(duration=Distribution("lognormal", (3 * HOUR, HOUR))),
        "c": Step(duration=Distribution("pert", (HOUR, 2 * HOUR, 6 * HOUR))),
        "d": Step(duration=Distribution("gamma", (3 * HOUR, 2 * HOUR))),
        "e": Step(duration=Distribution("weibull", (1.5, HOUR))),
        "f": Step(duration=Distribution("empirical", (HOUR, 2 * HOUR, 7 * HOUR))),
        "repair": Step(duration=Distribution("exponnorm", (HOUR, HOUR / 4, HOUR))),
    }
    scenario = Scenario(
        calendar=office(),
        units={"x": Unit("x", 2), "y": Unit("y", 1)},
        steps=steps,
        gateways={"out": {"done": 0.75, "in": 0.25}, "g": {"e": 0.6, "f": 0.5}},
        arrivals=Arrivals(Distribution("exponential", (3 * HOUR,))),
        cases=15,
        measures_tasks=True,
        correlations=(Correlation(("a", "b"), 0.5),),
    )
    return lay_down(of_document(model.document(), scenario, None), Options(track=False, histogram=True, log=True))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**40), st.integers(0, 2**40), st.integers(0, 2**40))
def test_our_philox_is_numpys(seed: int, replication: int, element: int, occurrence: int) -> None:
    ours = [0.0] * 4
    philox.block(philox.round_keys(seed), replication, element, occurrence, ours, 0)
    numpys = philox.first_blocks(seed, replication, 1, element, occurrence)
    assert ours == numpys[0].tolist()
    assert all(0.0 < u < 1.0 for u in ours)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**40), st.lists(st.integers(0, 2**40), max_size=5), st.integers(0, 9))
def test_many_elements_at_once_draw_the_same(seed: int, replication: int, elements: list[int], occurrence: int) -> None:
    ours = philox.blocks(seed, replication, np.array(elements, np.int64), occurrence)
    numpys = [philox.first_blocks(seed, replication, 1, element, occurrence)[0] for element in elements]
    assert ours.tolist() == [row.tolist() for row in numpys]


def test_few_replications_draw_what_many_do() -> None:
    from resolute.simulation.state import Rooms, new_state

    tables = layout().tables
    many = np.array(new_state(tables, 7, 2, 90, Rooms(), compiled=False).first).reshape(90, -1)
    few = np.array(new_state(tables, 7, 5, 7, Rooms(), compiled=False).first).reshape(7, -1)
    assert np.array_equal(few, many[3:10])


def test_a_replication_is_the_same_wherever_its_chunk_begins() -> None:
    player = Player(layout().tables, 7, "plain")
    whole = player.chunk(0, 6)
    parts = [player.chunk(4, 2), player.chunk(0, 3), player.chunk(3, 1)]
    for part in parts:
        rows = slice(part.start, part.start + part.rows)
        assert np.array_equal(part.cycle, whole.cycle[rows]) and np.array_equal(part.finish, whole.finish[rows])


def test_small_columns_are_doubled_without_a_trace() -> None:
    assert grows_unseen(layout().tables)


@compiled
def test_compiled_code_gives_the_bits_of_plain_python() -> None:
    tables = layout().tables
    assert same(Player(tables, 3, "plain").chunk(5, 4), Player(tables, 3, "compiled").chunk(5, 4))


@compiled
@pytest.mark.parametrize("make", [Maker.document, Maker.undoing, Maker.choosing])
@pytest.mark.parametrize("seed", range(8))
def test_compiled_code_gives_the_bits_of_plain_python_for_everything_that_the_engine_runs(
    seed: int, make: Callable[[Maker], Document]
) -> None:
    maker = Maker(seed)
    model = make(maker)
    scenario = Scenario(steps=steps(model, seed, maker.sets), gateways=maker.gateways, strict=False)
    tables = lay_down(of_document(model, scenario, None), Options(track=True, histogram=True, log=True)).tables
    assert same(Player(tables, 3, "plain").chunk(5, 4), Player(tables, 3, "compiled").chunk(5, 4))
    assert grows_unseen(tables)


@compiled
@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.floats(2.0**-60, 2.0**60))
def test_instructions_of_the_processor_give_the_bits_of_plain_arithmetic(a: int, b: int, x: float) -> None:
    signed = a - (a >> 63 << 64)
    high, low = arithmetic()[0](signed, b >> 32, b & 0xFFFFFFFF)
    assert (high % 2**64, low % 2**64) == philox.high_low(a, b >> 32, b & 0xFFFFFFFF)
    assert arithmetic()[1](x) == math.frexp(x)


@lru_cache
def arithmetic() -> tuple[Callable[..., tuple[int, int]], Callable[[float], tuple[float, int]]]:
    import numba

    from resolute.simulation import machine

    return (
        numba.njit(lambda a, b1, b0: machine.high_low(a, b1, b0)),
        numba.njit(lambda x: machine.frexp(x)),
    )


@compiled
def test_eight_threads_give_the_answer_of_one() -> None:
    model = process("p").start().parallel([user("a")], [user("b")]).end().document()
    one, eight = (simulate(model, runs=2000, threads=n, backend="compiled") for n in (1, 8))
    assert dataclasses.replace(one, elapsed_s=0.0) == dataclasses.replace(eight, elapsed_s=0.0)


def test_large_compiled_work_takes_the_cores_and_small_or_plain_work_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(play, "_cores", lambda: 6)
    tables = layout().tables
    rows = play.chunk_rows(tables)
    runs = 10 * (rows + play.WORTH_LOADING // len(tables.body))
    assert play.choose_threads(None, tables, "compiled", runs) == 6
    assert play.choose_threads(None, tables, "compiled", rows) == 1
    assert play.choose_threads(None, tables, "plain", runs) == 1
    assert play.choose_threads(3, tables, "plain", 1) == 3


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "250000 100000"}, 2),
        ({"cpu.max": "max 100000"}, None),
        ({"cpu/cpu.cfs_quota_us": "300000", "cpu/cpu.cfs_period_us": "100000"}, 3),
        ({"cpu/cpu.cfs_quota_us": "-1", "cpu/cpu.cfs_period_us": "100000"}, None),
        ({"cpu.max": "50000 100000"}, 0),
        ({"cpu.max": "nonsense"}, None),
        ({}, None),
    ],
)
def test_a_container_takes_no_more_cores_than_it_is_granted(tmp_path: Path, files: dict, cores: int | None) -> None:
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    assert (cores is None and play._quota(tmp_path) > 1000) or play._quota(tmp_path) == cores
    assert play._cores() >= 1


def test_the_same_seed_gives_the_same_forecast_and_another_one_another() -> None:
    model = process("p").start().exclusive([when("x"), user("a")], [otherwise(), user("b")]).end().document()
    first, again, other = (
        dataclasses.replace(simulate(model, runs=50, seed=seed), elapsed_s=0.0, seed=0) for seed in (1, 1, 2)
    )
    assert first == again and first != other


def test_the_answer_does_not_depend_on_how_many_runs_follow() -> None:
    player = Player(layout().tables, 1, "plain")
    assert np.array_equal(player.chunk(0, 2).cycle, player.chunk(0, 5).cycle[:2])


def test_a_run_stops_when_it_is_precise_enough_or_told_to() -> None:
    model = process("p").start().user("a", due="2024-01-12").end().document()
    forecast = simulate(model, runs=100_000, precision=0.05)
    low, high = forecast.step("a").on_time_interval
    assert forecast.runs < 50_000 and (high - low) / 2 <= 0.05
    stopped = simulate(model, runs=100_000, progress=lambda done, _wanted: done < 500)
    assert 500 <= stopped.runs < 50_000
