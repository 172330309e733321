"""Asking what would follow, against doing it on a copy."""

from datetime import date

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dependencies.models import models
from dependencies.registers import MEETING, registers
from resolute import NotFoundError, dependencies
from resolute.calendars import FiveDayWeek
from resolute.protocols.values import Point, Protocol

WEEK = FiveDayWeek()


def waits(report):
    """Step -> what it waits for and when it can be done."""
    return {
        item.step: ({(root.step, root.cls) for root in item.roots}, item.earliest_finish, bool(item.deadlock))
        for item in report
        if item.state in ("blocked", "waiting")
    }


@settings(max_examples=40)
@given(models(kinds=("user", "parallel")), st.lists(st.integers(0, 7), max_size=4), st.integers(0, 7))
def test_done_today_is_as_if_it_were_done(made, choices, last):
    with made.played(choices) as engine:
        tasks = engine.tasks()
        assume(tasks)
        task = tasks[last % len(tasks)]
        answer = dependencies.what_if(
            engine.snapshot(), [dependencies.Done(f"{task.instance}:{task.element}")], calendar=WEEK
        )
        engine.complete(task.id)
        snapshot = engine.snapshot()
        real = waits(dependencies.blocked(snapshot, calendar=WEEK))
    guessed = waits(answer.blocked)
    assert guessed == real


@given(registers(), st.data())
def test_delays_drops_and_new_deadlines_are_as_if_they_stood_in_the_register(protocol, data):
    schedule = dependencies.schedule(protocol, calendar=WEEK)
    assume(schedule.dates)
    ref = data.draw(st.sampled_from(sorted(schedule.dates)))
    later = dependencies.what_if(protocol, [dependencies.Delayed(ref, 3)], calendar=WEEK).schedule
    assert (later.dates[ref].finish - schedule.dates[ref].finish).days >= 3
    for step, dates in later.dates.items():
        assert dates.finish >= schedule.dates[step].finish
    dropped = dependencies.what_if(protocol, [dependencies.Dropped(ref)], calendar=WEEK).schedule
    assert ref not in dropped.dates
    moved = dependencies.what_if(protocol, [dependencies.Due(ref, date(2030, 1, 1))], calendar=WEEK)
    assert moved.schedule.dates[ref].due == date(2030, 1, 1)
    assert {key: dates.finish for key, dates in moved.schedule.dates.items()} == {
        key: dates.finish for key, dates in schedule.dates.items()
    }


@given(registers())
def test_the_plan_that_was_asked_about_stays_as_it_was(protocol):
    before = dependencies.schedule(protocol, calendar=WEEK)
    for ref in before.dates:
        dependencies.what_if(protocol, [dependencies.Done(ref), dependencies.Due(ref, date(2022, 1, 1))][:1])
    assert dependencies.schedule(protocol, calendar=WEEK) == before


@settings(max_examples=10)
@given(models(kinds=("user", "parallel")))
def test_a_step_given_to_a_party_waits_for_that_party(made):
    with made.played() as engine:
        task = engine.tasks()[0]
        step = f"{task.instance}:{task.element}"
        answer = dependencies.what_if(engine.snapshot(), [dependencies.Given(step, "Somebody")], calendar=WEEK)
    found = {root.party for item in answer.blocked for root in item.roots if root.step == step}
    assert found <= {"Somebody"}


def test_a_step_that_is_not_open_is_refused():

    protocol = Protocol("1", MEETING, None, (Point("1", 1, "", "information"),))
    with pytest.raises(NotFoundError, match="no open step"):
        dependencies.what_if(protocol, [dependencies.Done("1")])
