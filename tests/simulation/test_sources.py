"""Forecasts of protocols and of the live state of an engine."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from resolute.engine import Engine
from resolute.errors import InputError
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol
from resolute.simulation import simulate
from resolute.simulation.distributions import fixed
from resolute.simulation.scenario import Scenario, Step
from resolute.testing import Clock

HOUR = 3600.0


def point(ref: str, due: date | None, *after: str) -> Point:
    deadline = Deadline(type="date", due=due, effective=due) if due else Deadline()
    return Point(
        ref,
        1,
        f"Do {ref}",
        "assignment",
        (Party("Ministry"), Party("Union")),
        deadline,
        tuple(Dependency(other) for other in after),
    )


PROTOCOL = Protocol(
    "7",
    date(2022, 4, 26),
    "Council",
    (
        point("1.1", date(2022, 7, 1)),
        point("1.2", date(2022, 7, 1), "1.1"),
        point("1.3", date(2022, 9, 30), "1.2"),
        point("1.4", None),
    ),
)


def test_a_protocol_is_forecast_without_any_scenario() -> None:
    forecast = simulate(PROTOCOL, runs=300)
    assert [step.ref for step in forecast.steps] == ["1.1", "1.2", "1.3", "1.4"]
    assert forecast.start == datetime.fromisoformat("2022-04-26T09:00") and forecast.unfinished == 0.0
    first, second, third, undated = forecast.steps
    assert undated.on_time is None and undated.p50 is not None
    # Two points in a row with one deadline share its days: the first is safe, the second is not.
    assert first.on_time > 0.99 > second.on_time > 0.3
    assert first.p50 < second.p50 < third.p50
    assert third.criticality == pytest.approx(1.0, abs=0.02)
    assert forecast.to_dict()["steps"][0]["p50"] <= forecast.to_dict()["steps"][0]["p80"]


def test_what_a_scenario_says_of_a_point_replaces_its_process() -> None:
    steps = {"1.1": Step(duration=fixed(8 * HOUR * 5))}
    forecast = simulate(PROTOCOL, runs=20, scenario=Scenario(steps=steps))
    assert forecast.step("1.1").mean_days == pytest.approx(5.0)
    assert forecast.step("1.1").p50.date() == date(2022, 5, 4)  # 26-29 April and, after the May days, the 4th


def test_what_a_scenario_says_of_a_task_inside_a_point_changes_that_task_alone() -> None:
    plain = simulate(PROTOCOL, runs=50)
    quick = simulate(PROTOCOL, runs=50, scenario=Scenario(steps={"1.1/carry_out": Step(duration=fixed(HOUR))}))
    assert quick.step("1.1").p50 < plain.step("1.1").p50
    assert quick.step("1.4").p50 == plain.step("1.4").p50


def test_a_forecast_from_the_live_state_keeps_what_has_happened() -> None:
    clock = Clock(datetime(2022, 4, 26, 9, tzinfo=UTC))
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.open(PROTOCOL)
        before = simulate(engine, runs=100)
        clock.set(datetime(2022, 6, 20, 9, tzinfo=UTC))
        for task in engine.tasks():
            if task.ref == "1.1" and task.element == "carry_out":
                engine.complete(task.id, {"report": "done"})
        for task in engine.tasks():
            if task.ref == "1.1" and task.element == "check":
                engine.complete(task.id, {"decision": "accepted"})
        after = simulate(engine, runs=100)
    assert {step.ref for step in before.steps} == {"1.1", "1.2", "1.3", "1.4"}
    assert after.start.date() == date(2022, 6, 20)
    done = after.step("1.1")
    assert done.on_time == 1.0 and done.p50 == done.p95 and done.p50.date() == date(2022, 6, 20)
    assert after.step("1.2").p50.date() > date(2022, 6, 20) and after.unfinished == 0.0
    assert after.step("1.2").on_time < before.step("1.2").on_time


def test_a_long_open_task_is_forecast_from_its_age() -> None:
    clock = Clock(datetime(2022, 4, 26, 9, tzinfo=UTC))
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.open(PROTOCOL)
        clock.set(datetime(2022, 5, 13, 9, tzinfo=UTC))
        forecast = simulate(engine, runs=100)
    first = forecast.step("1.1")
    assert first.p50.date() > date(2022, 5, 13) and first.on_time > 0.5


def test_what_cannot_be_forecast_is_refused() -> None:
    with pytest.raises(InputError, match="expected a protocol"):
        simulate(42)
    with pytest.raises(InputError, match="runs is 0"):
        simulate(PROTOCOL, runs=0)


def test_a_start_with_a_zone_is_taken_as_local_time() -> None:
    aware = simulate(PROTOCOL, runs=5, start=datetime(2022, 5, 4, 9, tzinfo=UTC))
    assert aware.start == datetime.fromisoformat("2022-05-04T09:00")
