"""Schedules against networkx' longest paths, a walk through the calendar, and trying every set of deadlines."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import RUNS, planned
from dependencies.registers import MEETING, registers
from resolute import dependencies
from resolute.calendars import FiveDayWeek, add_working_days, production_calendar, working_days_between
from resolute.dependencies import conflicts
from resolute.dependencies.workdays import Workdays
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol

WEEK = FiveDayWeek()


def open_graph(protocol):
    graph = dependencies.graph_of(protocol)
    return graph.subgraph(node for node, state in graph.nodes(data="state") if state != "done")


@given(registers(most=12))
def test_the_earliest_finish_is_the_longest_way_to_a_point(protocol):
    found = dependencies.schedule(protocol, calendar=WEEK).dates
    graph = open_graph(protocol)
    assert set(found) == set(graph)
    for node in graph:
        above = graph.subgraph(nx.ancestors(graph, node) | {node})
        length = nx.dag_longest_path_length(above, default_weight=1) + 1
        assert found[node].finish == add_working_days(WEEK, MEETING, length)


@given(registers(most=12))
def test_slack_is_the_time_left_before_the_first_deadline_behind_a_point(protocol):
    found = dependencies.schedule(protocol, calendar=WEEK).dates
    graph = open_graph(protocol)
    for node in graph:
        slacks = []
        for other in nx.descendants(graph, node) | {node}:
            due = protocol.point(other).deadline.due
            if due is not None:
                between = graph.subgraph(
                    (nx.descendants(graph, node) | {node}) & (nx.ancestors(graph, other) | {other})
                )
                length = nx.dag_longest_path_length(between, default_weight=1)
                finish = add_working_days(WEEK, found[node].finish, length)
                slacks.append(working_days_between(WEEK, finish, due))
        assert found[node].slack == min(slacks, default=None)


@given(registers(most=12))
def test_the_critical_path_is_a_chain_that_ends_in_the_tightest_point(protocol):
    found = dependencies.schedule(protocol, calendar=WEEK)
    graph = open_graph(protocol)
    path = found.critical_path
    assert bool(path) == bool(graph)
    assert all(graph.has_edge(before, after) for before, after in pairwise(path))
    slacks = [dates.slack for dates in found.dates.values() if dates.slack is not None]
    if slacks:
        assert found.dates[path[-1]].slack == min(slacks)


@settings(max_examples=25)
@given(planned(), RUNS, st.integers(0, 9))
def test_what_runs_takes_its_working_days_and_nothing_starts_after_it_is_over(made, choices, later):
    with made.played(choices) as engine:
        began = engine.clock.now().date()
        engine.clock.advance(days=later)
        snapshot = engine.snapshot()
    facts = dict(dependencies.graph(snapshot).nodes(data=True))
    for step, dates in dependencies.schedule(snapshot, calendar=WEEK).dates.items():
        assert (dates.start is None) == (dates.finish is None)
        assert dates.start is None or dates.start <= dates.finish
        if facts[step]["kind"] == "userTask" and facts[step]["since"] and not made.words & {"eventBased", "guarded"}:
            first = began if WEEK.is_working(began) else add_working_days(WEEK, began, 1)
            today = (
                snapshot.at.date()
                if WEEK.is_working(snapshot.at.date())
                else add_working_days(WEEK, snapshot.at.date(), 1)
            )
            assert dates.finish == max(add_working_days(WEEK, first, dates.days - 1), today)


def keeps(graph, due, finish):
    """Whether every kept deadline leaves its point a day after the kept ones it waits for, and after the start."""
    for node, day in due.items():
        if day < finish[node]:
            return False
        for before in nx.ancestors(graph, node) & set(due):
            between = graph.subgraph((nx.descendants(graph, before) | {before}) & (nx.ancestors(graph, node) | {node}))
            length = nx.dag_longest_path_length(between, default_weight=1)
            if working_days_between(WEEK, due[before], day) < length:
                return False
    return True


@settings(max_examples=60)
@given(registers())
def test_no_smaller_set_of_deadlines_would_do_and_the_new_dates_fit(protocol):
    found = dependencies.schedule(protocol, calendar=WEEK)
    graph = open_graph(protocol)
    finish = {node: dates.finish for node, dates in found.dates.items()}
    due = {node: dates.due for node, dates in found.dates.items() if dates.due is not None}
    moved = {move.step: move.to for move in found.moves}
    fewest = next(
        size
        for size in range(len(due) + 1)
        for gone in combinations(due, size)
        if keeps(graph, {node: day for node, day in due.items() if node not in gone}, finish)
    )
    assert found.fewest
    assert len(moved) == fewest
    assert keeps(graph, due | moved, finish)
    assert bool(moved) == bool(found.tight)


def test_four_dependent_points_on_one_day_leave_no_time():
    day = date(2022, 7, 1)
    due = Deadline("до 1 июля 2022 года", "date", day, day)
    points = [
        Point("1.3.1", 1, "совет", "assignment", (Party("А"),), due),
        Point("1.4.1", 1, "органы", "assignment", (Party("Б"),), due),
        Point("1.4.2", 1, "программы", "assignment", (Party("Б"),), due, (Dependency("1.3.1"), Dependency("1.4.1"))),
        Point("1.3.3", 1, "работа", "assignment", (Party("А"),), due, (Dependency("1.4.2"),)),
    ]
    found = dependencies.schedule(Protocol("2", MEETING, None, tuple(points)))
    assert [(move.step, move.days) for move in found.moves] == [("1.4.2", 1), ("1.3.3", 2)]
    assert found.critical_path[-2:] == ("1.4.2", "1.3.3")


@settings(max_examples=30)
@given(registers(), st.integers(0, 3))
def test_a_set_that_may_not_be_the_smallest_fits_and_says_so(protocol, limit):
    exact = dependencies.schedule(protocol, calendar=WEEK)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conflicts, "EXACT_LIMIT", limit)
        found = dependencies.schedule(protocol, calendar=WEEK)
    graph = open_graph(protocol)
    finish = {node: dates.finish for node, dates in found.dates.items()}
    due = {node: dates.due for node, dates in found.dates.items() if dates.due is not None}
    assert keeps(graph, due | {move.step: move.to for move in found.moves}, finish)
    assert len(found.moves) >= len(exact.moves)
    assert len(found.moves) == len(exact.moves) or not found.fewest


def test_points_in_a_circle_get_no_dates():
    points = [
        Point("1", 1, "а", "assignment", after=(Dependency("2"),)),
        Point("2", 1, "б", "assignment", after=(Dependency("1"),)),
        Point("3", 1, "в", "assignment"),
    ]
    found = dependencies.schedule(Protocol("1", MEETING, None, tuple(points))).dates
    assert found["1"].finish is None
    assert found["3"].finish is not None


def test_a_long_row_of_points_needs_no_recursion():
    points = [
        Point(str(number), 1, "", "assignment", after=(Dependency(str(number - 1)),) if number else ())
        for number in range(20_000)
    ]
    found = dependencies.schedule(Protocol("1", MEETING, None, tuple(points)))
    assert len(found.critical_path) == 20_000


@given(st.integers(-300, 300), st.integers(-400, 400))
def test_working_days_agree_with_a_walk_through_the_calendar(offset, ahead):
    calendar = production_calendar()
    origin = date(2022, 6, 1) + timedelta(days=offset)
    days = Workdays(calendar, origin)
    day = origin + timedelta(days=ahead)
    assert days.number(day) == working_days_between(calendar, origin, day)
    number = days.number(day)
    assert days.day(number) == add_working_days(calendar, origin, number)
