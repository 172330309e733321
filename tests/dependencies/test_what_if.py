"""Asking what would follow, against doing it on a copy."""

from dataclasses import replace
from datetime import date, datetime

import networkx as nx
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dependencies.models import RUNS, models, planned
from dependencies.registers import MEETING, registers
from resolute import Engine, NotFoundError, dependencies
from resolute.calendars import FiveDayWeek
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.testing import Clock

WEEK = FiveDayWeek()
JUNE = date(2022, 6, 1)


def waits(report):
    """Step -> what it waits for and when it can be done. A circle is named by all its steps: at which of them a report
    says that it begins depends on which of them runs.
    """
    found = {}
    for item in report:
        if item.state in ("blocked", "waiting"):
            circle = frozenset(item.deadlock.steps) if item.deadlock else None
            roots = {(circle if root.cls == "cycle" else root.step, root.cls) for root in item.roots}
            found[item.step] = roots, item.earliest_finish, circle
    return found


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


DATES = st.dates(date(2022, 1, 1), date(2022, 1, 31))


@settings(max_examples=30)
@given(planned(), RUNS, st.sampled_from(("given", "due", "delayed")), st.data())
def test_a_change_to_a_live_model_is_as_if_it_had_been_so_all_along(made, choices, kind, data):
    with made.played(choices) as engine:
        snapshot = engine.snapshot()
    facts = dict(dependencies.graph(snapshot).nodes(data=True))
    told = [step for step in facts if f"party_{step.partition(':')[2]}" in made.data]
    told = [step for step in told if facts[step]["state"] not in ("done", "skipped")]
    assume(told)
    step = data.draw(st.sampled_from(told))
    name, lasts = step.partition(":")[2], facts[step]["days"]
    due = data.draw(DATES)
    change, told = {
        "given": (dependencies.Given(step, "New"), {f"party_{name}": "New"}),
        "due": (dependencies.Due(step, due), {f"due_{name}": str(due)}),
        "delayed": (dependencies.Delayed(step, 2), {f"days_{name}": f"P{lasts + 2}D"}),
    }[kind]
    assume(kind != "delayed" or (facts[step]["days_known"] and {"eventBased", "guarded"}.isdisjoint(made.words)))
    answer = dependencies.what_if(snapshot, [change])
    with made.told(**told).played(choices) as engine:
        copy = engine.snapshot()
    assert [item.to_dict() for item in answer.blocked] == [item.to_dict() for item in dependencies.blocked(copy)]
    assert answer.schedule == dependencies.schedule(copy)


def opened(protocol):
    """An engine in which a protocol was opened the day after its meeting."""
    engine = Engine("sqlite:///:memory:", clock=Clock(datetime.fromisoformat("2022-04-22T09:00+00:00")))
    engine.open(protocol)
    return engine


def points(report, graph):
    """The points in a report: the state of each, and the points that it waits for."""
    return {
        item.step: (item.state, {root.ref for root in item.roots}, item.deadlock)
        for item in report
        if graph.nodes.get(item.step, {}).get("kind") == "point"
    }


@settings(max_examples=15)
@given(registers(most=5), st.sampled_from(("done", "dropped", "given", "due")), st.data())
def test_a_change_to_an_open_protocol_is_as_if_it_were_made_by_command(protocol, kind, data):
    with opened(protocol) as engine:
        snapshot = engine.snapshot()
        graph = dependencies.graph(snapshot)
        tasks = [task for task in engine.tasks() if task.element == "carry_out"]
        assume(tasks)
        ref = data.draw(st.sampled_from(sorted(task.ref for task in tasks)))
        step = dependencies.find(graph, ref)
        due = date(2022, 5, 20)
        change, act = {
            "done": (dependencies.Done(step), lambda: (engine.report(ref), engine.accept(ref))),
            "dropped": (dependencies.Dropped(step), lambda: engine.cancel(ref)),
            "given": (dependencies.Given(step, "New"), lambda: engine.reassign(ref, "New")),
            "due": (dependencies.Due(step, due), lambda: engine.extend(ref, due)),
        }[kind]
        answer = dependencies.what_if(snapshot, [change])
        act()
        real = engine.blocked()
    assert points(answer.blocked, graph) == points(real, graph)
    if kind in ("given", "due"):
        outer = [[item.to_dict() for item in report if not item.inner] for report in (answer.blocked, real)]
        assert outer[0] == outer[1]


def by_ref(report, graph):
    """The points in a report by their refs, since another protocol numbers its instances differently."""
    found = points(report, graph)
    return {graph.nodes[step]["ref"]: (state, roots, bool(dead)) for step, (state, roots, dead) in found.items()}


@st.composite
def entangled(draw):
    """Points most of which wait for one or two earlier ones, neither of which waits for the other: a model says no
    more.
    """
    points, before = [], {}
    for number in range(draw(st.integers(3, 6))):
        after = draw(st.lists(st.sampled_from(points), unique_by=lambda point: point.ref, max_size=2)) if points else []
        due = draw(st.sampled_from((Deadline(), *(Deadline("", "date", day, day) for day in (MEETING, JUNE)))))
        own = {point.ref for point in after}
        own -= {ref for point in after for ref in before[point.ref]}
        before[f"1.{number + 1}"] = {*own, *(ref for point in after for ref in before[point.ref])}
        waits = tuple(Dependency(ref) for ref in sorted(own))
        points.append(Point(f"1.{number + 1}", 1, f"Доклад {number}", "assignment", (Party("Отдел"),), due, waits))
    return Protocol("7", MEETING, "Совет", tuple(points), (Question(1, "О деле"),))


def played(protocol, steps, but):
    """What is live once so many points have been carried out, none of `but`."""
    with opened(protocol) as engine:
        for _step in range(steps):
            work = [task.ref for task in engine.tasks() if task.element == "carry_out"]
            if ready := sorted(set(work) - set(but)):
                engine.report(ready[0])
                engine.accept(ready[0])
        return engine.snapshot()


def check_dropped(protocol, ref, steps):
    """Dropping a point to come against a protocol that only takes note of it; whether it was to come."""
    behind = nx.descendants(dependencies.graph_of(protocol), ref)
    snapshot = played(protocol, steps, behind)
    graph = dependencies.graph(snapshot)
    coming = [
        step
        for step, facts in graph.nodes(data=True)
        if facts["ref"] == ref and facts["kind"] == "point" and facts["state"] in ("to_come", "blocked")
    ]
    if not coming:
        return False
    answer = dependencies.what_if(snapshot, [dependencies.Dropped(coming[0])])
    noted = (
        replace(point, kind="information", responsible=(), deadline=Deadline(), after=()) if point.ref == ref else point
        for point in protocol.points
    )
    real = played(replace(protocol, points=tuple(noted)), steps, {*behind, ref})
    assert by_ref(answer.blocked, graph) == by_ref(dependencies.blocked(real), dependencies.graph(real))
    return True


@settings(max_examples=40)
@given(entangled(), st.integers(0, 2), st.data())
def test_dropping_a_point_to_come_is_as_if_its_protocol_had_only_taken_note_of_it(protocol, steps, data):
    waiting = sorted(point.ref for point in protocol.points if point.after)
    assume(waiting)
    assume(check_dropped(protocol, data.draw(st.sampled_from(waiting)), steps))


def test_what_waits_for_a_dropped_point_and_another_waits_for_the_other_alone():
    waits = {"1.1": (), "1.2": ("1.1",), "1.3": (), "1.4": ("1.2", "1.3")}
    points = [
        Point(ref, 1, f"Доклад {ref}", "assignment", (Party("Отдел"),), Deadline(), tuple(map(Dependency, after)))
        for ref, after in waits.items()
    ]
    protocol = Protocol("7", MEETING, "Совет", tuple(points), (Question(1, "О деле"),))
    assert check_dropped(protocol, "1.2", 0)


def test_a_step_that_is_not_open_is_refused():

    protocol = Protocol("1", MEETING, None, (Point("1", 1, "", "information"),))
    with pytest.raises(NotFoundError, match="no open step"):
        dependencies.what_if(protocol, [dependencies.Done("1")])
