"""Plans without queues: closed forms, exact dates, and the same answers from every kind of run."""

from __future__ import annotations

import math
from datetime import date, datetime

import numpy as np
import pytest

from resolute.bpmn.build import parallel, process, user
from resolute.simulation import simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit
from resolute.simulation.worktime import ROUND_THE_CLOCK, office

DAY = 8 * 3600.0
Z = 3.3


def test_parallel_exponentials_end_with_the_harmonic_sum() -> None:
    model = process("p").start().parallel(*[[user(f"t{n}")] for n in range(5)]).end().document()
    steps = {f"t{n}": Step(duration=Distribution("exponential", (100.0,))) for n in range(5)}
    forecast = simulate(model, scenario=Scenario(calendar=ROUND_THE_CLOCK, steps=steps), runs=3000, seed=4)
    low, high = forecast.process[0].interval
    expected = 100.0 * sum(1 / k for k in range(1, 6))
    assert abs((low + high) / 2 - expected) < Z * (high - low) / 2 / 1.96


def test_a_row_of_pert_tasks_has_the_summed_mean_and_spread() -> None:
    row = process("p").start()
    steps = {}
    for n in range(6):
        row = row.user(f"t{n}")
        steps[f"t{n}"] = Step(duration=Distribution("pert", (100.0, 250.0, 700.0)))
    forecast = simulate(row.end().document(), scenario=Scenario(calendar=ROUND_THE_CLOCK, steps=steps), runs=3000)
    mean = (100 + 4 * 250 + 700) / 6
    variance = (mean - 100) * (700 - mean) / 7
    low, high = forecast.process[0].interval
    assert abs((low + high) / 2 - 6 * mean) < Z * (high - low) / 2 / 1.96
    finish = forecast.step("t5").finish_days
    assert finish[1] * 86400 == pytest.approx(math.sqrt(6 * variance), rel=0.05)


def test_fixed_tasks_end_on_the_dates_that_a_calendar_gives_over_the_russian_new_year() -> None:
    row = process("p").start()
    for n in range(4):
        row = row.user(f"t{n}")
    steps = {f"t{n}": Step(duration=Distribution("fixed", (3 * DAY,))) for n in range(4)}
    scenario = Scenario(start=datetime.fromisoformat("2022-12-26T09:00"), steps=steps)
    forecast = simulate(row.end().document(), scenario=scenario, runs=3)
    # Worked: 26-30 December 2022, then from 9 January 2023 (1-8 January are days off).
    assert [forecast.step(f"t{n}").p50.date() for n in range(4)] == [
        date(2022, 12, 28),
        date(2023, 1, 9),
        date(2023, 1, 12),
        date(2023, 1, 17),
    ]


def test_a_d_d_c_queue_hands_out_the_days_in_turn() -> None:
    model = process("p").start().user("t", party="two").end().document()
    scenario = Scenario(
        start=datetime.fromisoformat("2022-12-29T09:00"),
        calendars={"office": office()},
        units={"two": Unit("two", 2)},
        steps={"t": Step(duration=Distribution("fixed", (DAY,)))},
        arrivals=Arrivals(Distribution("fixed", (0.0,))),
        cases=6,
    )
    forecast = simulate(model, scenario=scenario, runs=1, log=True)
    assert sorted(row.finished.date() for row in forecast.log) == [
        date(2022, 12, 29),
        date(2022, 12, 29),
        date(2022, 12, 30),
        date(2022, 12, 30),
        date(2023, 1, 9),
        date(2023, 1, 9),
    ]


def test_a_deadline_counts_the_whole_of_its_day() -> None:
    model = process("p").start().user("t", due="2024-01-08").end().document()
    scenario = Scenario(
        start=datetime.fromisoformat("2024-01-08T09:00"),
        steps={"t": Step(duration=Distribution("uniform", (0, DAY * 2)))},
    )
    # 2024-01-08 is a day off in Russia: work can begin on the 9th only.
    late = simulate(model, scenario=scenario, runs=50)
    assert late.step("t").on_time == 0.0
    free = Scenario(calendar=office(None), start=scenario.start, steps=scenario.steps)
    half = simulate(model, scenario=free, runs=2000)
    assert half.step("t").on_time == pytest.approx(0.5, abs=0.04)


def test_the_step_that_takes_longest_decides() -> None:
    model = process("p").start().parallel([user("long")], [user("short")]).user("last").end().document()
    steps = {
        "long": Step(duration=Distribution("uniform", (5 * DAY, 15 * DAY))),
        "short": Step(duration=Distribution("uniform", (1 * DAY, 2 * DAY))),
        "last": Step(duration=Distribution("fixed", (DAY,))),
    }
    forecast = simulate(model, scenario=Scenario(steps=steps), runs=400)
    critical = {step.step: step.criticality for step in forecast.steps}
    assert critical == {"long": 1.0, "short": 0.0, "last": 1.0}
    assert forecast.influences[0].step == "long" and forecast.influences[0].correlation > 0.95


def test_waiting_for_a_busy_party_passes_criticality_to_what_it_was_busy_with() -> None:
    model = process("p").start().parallel([user("a", party="one")], [user("b", party="one")]).end().document()
    steps = {name: Step(duration=Distribution("fixed", (DAY,))) for name in "ab"}
    forecast = simulate(model, scenario=Scenario(units={"one": Unit("one", 1)}, steps=steps), runs=5)
    assert {step.step: step.criticality for step in forecast.steps} == {"a": 1.0, "b": 1.0}


def test_correlated_durations_spread_their_sum() -> None:
    from resolute.simulation.scenario import Correlation

    model = process("p").start().user("a").user("b").end().document()
    steps = {name: Step(duration=Distribution("normal", (10 * DAY, DAY))) for name in "ab"}
    apart = simulate(model, scenario=Scenario(calendar=ROUND_THE_CLOCK, steps=steps), runs=2000)
    together = simulate(
        model,
        scenario=Scenario(calendar=ROUND_THE_CLOCK, steps=steps, correlations=(Correlation(("a", "b"), 0.8),)),
        runs=2000,
    )
    ratio = together.step("b").finish_days[1] / apart.step("b").finish_days[1]
    assert ratio == pytest.approx(math.sqrt((2 + 2 * 0.8) / 2), rel=0.06)


def test_quantiles_of_a_sketch_are_those_of_the_draws() -> None:
    from resolute.simulation.sketch import Sketch

    draws = np.random.default_rng(1).lognormal(10, 1, 20_000)
    sketch = Sketch(1)
    sketch.add(draws[:, None])
    for share in (0.05, 0.5, 0.8, 0.95, 0.99):
        assert sketch.quantile(0, share) == pytest.approx(np.quantile(draws, share), rel=0.004)


def test_tasks_with_deadlines_of_their_own_are_worked_on_from_the_deadline_before_them() -> None:
    model = process("p")
    inner = [
        parallel([user("hall", due="2024-03-29")], [user("band", due="2024-04-05")]),
        user("news", due="2024-04-19"),
    ]
    model.start().user("plan", due="2024-03-15").sub("book", inner).user("pay", due="2024-05-03").end()
    forecast = simulate(model.document(), runs=300, start=datetime.fromisoformat("2024-01-08T09:00"))
    for step in forecast.deadlines:
        assert step.on_time is not None and step.on_time > 0.4, step.step
        assert step.p50 is not None and step.due is not None and abs(step.due - step.p50).days < 35, step.step
