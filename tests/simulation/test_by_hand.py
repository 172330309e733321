"""What each part of a scenario does, against dates and amounts worked out by hand."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from statistics import NormalDist

import numpy as np
import pytest

from holm import p_value, rejected
from resolute.bpmn.build import Item, message, otherwise, process, user, when
from resolute.bpmn.document import Document
from resolute.simulation import load, simulate
from resolute.simulation.forecast import Forecast

BEGIN = "2024-01-15T09:00"  # a Monday


def side_by_side(*rows: list[Item]) -> Document:
    return process("p").start().parallel(*rows).end().document()


def forecast(model: Document, runs: int = 1, log: bool = True, **scenario: object) -> Forecast:
    given = {"start": BEGIN, "calendar": {"hours": "09:00-17:00", "days": "mon-fri"}, **scenario}
    return simulate(model, scenario=load.scenario(given), runs=runs, log=log)


def ends(result: Forecast) -> dict[str, str]:
    """When each task ended, as `16 11:00`: day and hour."""
    return {row.element: (row.finished + timedelta(seconds=0.5)).strftime("%d %H:%M") for row in result.log}


def test_a_task_that_needs_two_units_waits_for_both() -> None:
    model = side_by_side([user("a", party="X")], [user("b", party="Y")], [user("c", party="Y")])
    found = forecast(
        model,
        parties={"X": {"capacity": 1}, "Y": {"capacity": 2}, "Room": {"capacity": 1}},
        steps={
            "a": {"duration": "2h", "also": "Room"},
            "b": {"duration": "3h", "also": "Room"},
            "c": {"duration": "1h"},
        },
    )
    assert ends(found) == {"a": "15 11:00", "b": "15 14:00", "c": "15 10:00"}


@pytest.mark.parametrize(
    ("scenario", "order"),
    [
        ({}, ["first", "late", "soon", "sooner"]),
        ({"discipline": "deadline"}, ["first", "sooner", "soon", "late"]),
        ({"steps": {"soon": {"priority": 1}, "late": {"priority": 2}, "sooner": {"priority": 3}}}, None),
    ],
    ids=["fifo", "deadline", "priority"],
)
def test_who_waits_is_served_in_the_order_that_the_scenario_says(scenario: dict, order: list[str] | None) -> None:
    due = {"late": "2024-03-01", "soon": "2024-02-20", "sooner": "2024-02-01"}
    rows = [[user(name, party="X", due=date)] for name, date in due.items()]
    model = side_by_side([user("first", party="X", due="2024-12-31")], *rows)
    steps = {name: {"duration": "1h", **scenario.get("steps", {}).get(name, {})} for name in ("first", *due)}
    found = ends(forecast(model, parties={"X": {"capacity": 1}}, **{**scenario, "steps": steps}))
    order = order or ["first", "soon", "late", "sooner"]
    assert [found[name] for name in order] == ["15 10:00", "15 11:00", "15 12:00", "15 13:00"]


def test_only_persons_with_the_skill_do_what_needs_it() -> None:
    model = side_by_side(*([user(name, party="Office")] for name in ("plain", "law1", "law2")))
    found = forecast(
        model,
        parties={"Office": {"persons": {"Ann": {"skills": ["law"]}, "Ben": None}}},
        steps={
            "plain": {"duration": "1h", "who": "Ben"},
            "law1": {"duration": "2h", "skill": "law"},
            "law2": {"duration": "2h", "skill": "law"},
        },
    )
    assert ends(found) == {"plain": "15 10:00", "law1": "15 11:00", "law2": "15 13:00"}
    assert {row.element: row.party for row in found.log} == {"plain": "Ben", "law1": "Ann", "law2": "Ann"}


def test_each_person_takes_a_time_of_its_own_and_the_one_that_can_begin_first_is_taken() -> None:
    model = side_by_side(*([user(name)] for name in ("one", "two", "three")))
    who = {"Ann": "1h", "Ben": "4h"}
    found = forecast(
        model,
        parties={"Office": {"persons": {"Ann": None, "Ben": None}}},
        steps={name: {"who": who} for name in ("one", "two", "three")},
    )
    assert ends(found) == {"one": "15 10:00", "two": "15 13:00", "three": "15 11:00"}


def test_work_stops_for_a_vacation_and_goes_on_after_it() -> None:
    model = process("p").start().user("a", party="Office").end().document()
    found = forecast(
        model,
        parties={"Office": {"persons": {"Ann": {"days_off": ["2024-01-16..2024-01-18"]}}}},
        steps={"a": {"duration": "3d"}},
    )
    # Monday 15, then Friday 19, then Monday 22.
    assert ends(found) == {"a": "22 17:00"}


def test_moved_days_of_the_production_calendar_are_worked() -> None:
    model = process("p").start().user("a").end().document()
    calendar = {"hours": "09:00-17:00", "days": "mon-fri", "country": "RU"}
    begin, steps = "2024-04-26T09:00", {"a": {"duration": "3d"}}
    # Friday 26 April, Saturday 27 (worked for the 29th), Thursday 2 May: 28 to 1 May are off.
    assert ends(forecast(model, start=begin, calendar=calendar, steps=steps)) == {"a": "02 17:00"}


def test_costs_are_those_of_the_hours_and_of_each_execution() -> None:
    model = process("p").start().user("a", party="X").user("b", party="Y").end().document()
    found = forecast(
        model,
        parties={"X": {"cost_per_hour": 100}, "Y": {"cost_per_hour": 10}},
        steps={"a": {"duration": "3h", "cost": 7}, "b": {"duration": "2d", "cost": 1}},
    )
    assert (found.step("a").cost, found.step("b").cost) == (7, 1)
    assert {party.party: party.cost for party in found.parties} == pytest.approx({"X": 300, "Y": 160})
    assert found.cost == pytest.approx(468)


def test_cases_come_in_working_time_where_arrivals_have_a_calendar() -> None:
    model = process("p").start().user("a").end().document()
    day = {"hours": "09:00-17:00", "days": "mon-fri"}
    for calendar, hours in (("office", ["15 09:00", "15 14:00", "16 11:00", "16 16:00"]), (None, None)):
        arrivals = {"every": "5h"} | ({"calendar": calendar} if calendar else {})
        found = forecast(model, calendars={"office": day}, steps={"a": {"duration": "0h"}}, arrivals=arrivals, cases=4)
        begun = [row.enabled.strftime("%d %H:%M") for row in found.log]
        assert begun == (hours or ["15 09:00", "15 14:00", "15 19:00", "16 00:00"])


def test_durations_that_go_together_have_the_correlation_of_the_scenario() -> None:
    runs, names = 1500, ("a", "b", "c")
    normal = {"normal": {"mean": "10d", "sd": "2d"}}
    found = forecast(
        side_by_side(*([user(name)] for name in names)),
        runs,
        calendar="always",
        steps={name: {"duration": normal} for name in names},
        correlations=[{"steps": ["a", "b"], "coefficient": 0.6}],
    )
    work = {name: np.zeros(runs) for name in names}
    for row in found.log:
        work[row.element][row.run] = (row.finished - row.started).total_seconds()
    # Fisher's transformation makes a correlation of so many pairs nearly normal.
    scale = math.sqrt(runs - 3)
    pairs = {("a", "b"): 0.6, ("a", "c"): 0.0, ("b", "c"): 0.0}
    z = {
        f"{one}{two}": (math.atanh(np.corrcoef(work[one], work[two])[0, 1]) - math.atanh(r)) * scale
        for (one, two), r in pairs.items()
    }
    assert rejected({pair: p_value(value, 10**6) for pair, value in z.items()}) == []


@pytest.mark.parametrize("how", ["sets", "data"])
def test_sampled_data_decide_as_often_as_the_scenario_says(how: str) -> None:
    runs = 2000
    model = (
        process("p")
        .start()
        .user("ask")
        .exclusive([when('kind = "new" and amount > 30'), user("large")], [otherwise(), user("small")])
    )
    kind, amount = {"new": 0.8, "old": 0.2}, {"uniform": [0, 100]}
    given = {"data": {"kind": kind, "amount": amount}}
    if how == "sets":
        given = {"data": {"amount": amount}, "steps": {"ask": {"sets": {"kind": kind}}}}
    found = forecast(model.end().document(), runs, log=False, **given)
    expected = 0.8 * 0.7
    z = (found.step("large").executions - expected) / math.sqrt(expected * (1 - expected) / runs)
    assert 2 * (1 - NormalDist().cdf(abs(z))) > 0.001
    assert [one.code for one in found.findings if one.code.startswith("assumed-p")] == []


def test_a_multi_instance_is_complete_by_its_condition_or_its_probability() -> None:
    model = process("p").start().user("vote", each="members", until="numberOfCompletedInstances >= 3").end().document()
    given = {"data": {"members": [1, 2, 3, 4, 5]}, "steps": {"vote": {"duration": {"exponential": "1h"}}}}
    assert forecast(model, 50, **given).step("vote").executions == 3.0
    likely = {"vote": {"duration": "1h", "probability": 0.5}}
    found = forecast(model, 4000, log=False, data=given["data"], steps=likely)
    # All five end at once; each is the last with 50 %: 1 + 1/2 + 1/4 + 1/8 + 1/16.
    assert found.step("vote").executions == pytest.approx(1.9375, abs=0.06)


def test_an_event_from_outside_happens_with_its_probability_and_after_its_time() -> None:
    model = process("p")
    model.start().user("work").end("done")
    model.boundary("work", "stopped", message("stop")).user("close").end("closed")
    steps = {"work": {"duration": "4h"}, "close": {"duration": "1h"}}
    steps["stopped"] = {"probability": 0.3, "duration": "2h"}
    found = forecast(model.document(), 3000, steps=steps)
    assert found.step("close").executions == pytest.approx(0.3, abs=0.03)
    assert {row.finished for row in found.log if row.element == "close"} == {datetime.fromisoformat("2024-01-15T12:00")}
