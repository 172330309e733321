"""When things can happen, sweeps and cones against the plainest ways of computing the same."""

from datetime import UTC, date, datetime

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute.calendars import FiveDayWeek
from resolute.dependencies import cones as cones_module
from resolute.dependencies import sweep
from resolute.dependencies.cones import Cones
from resolute.dependencies.plan import Plan
from resolute.dependencies.sweep import FAR
from resolute.dependencies.values import Step
from resolute.dependencies.waits import NEVER, Waits, components
from resolute.dependencies.web import Web
from resolute.dependencies.workdays import Workdays

MONDAY = date(2022, 7, 4)
DAYS = Workdays(FiveDayWeek(), MONDAY)
EDGES = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30)
    )
)


@pytest.fixture(params=["all together", "one by one", "as it comes"], autouse=True)
def way(request, monkeypatch):
    """Everything holds for sweeps by NumPy as well as for those in plain Python, and for both in turn."""
    monkeypatch.setattr(sweep, "_NARROW", {"all together": 0, "one by one": 10_000, "as it comes": 3}[request.param])


@st.composite
def wait_graphs(draw):
    size, edges = draw(EDGES)
    waits = Waits()
    for node in range(size):
        waits.add(any_of=draw(st.booleans()), days=draw(st.integers(0, 3)), step=node)
    for before, after in edges:
        waits.link(before, after)
    for node in draw(st.lists(st.integers(0, size - 1), max_size=4, unique=True)):
        waits.source(node, draw(st.integers(0, 5)))
    return waits


def plan_of(waits, due=()):
    """A plan with a step for each wait node, and deadlines so many working days from today."""
    dues = dict(due)
    steps = [
        Step(str(node), "", "userTask", "to_come", due=DAYS.day(dues[node]) if node in dues else None)
        for node in range(len(waits))
    ]
    return Plan(datetime.combine(MONDAY, datetime.min.time(), UTC), steps, [], waits, range(len(waits)))


def by_rounds(waits):
    """Earliest days by repeating the definitions until nothing changes."""
    found = [waits.release.get(node) for node in range(len(waits))]
    for _round in range(len(waits) * 20):
        for node, inputs in enumerate(waits.inputs):
            if node in waits.release or not inputs:
                continue
            days = [found[before] for before in inputs]
            able = [day for day in days if day is not None]
            if waits.any_of[node] and able:
                found[node] = min(able) + waits.days[node]
            elif not waits.any_of[node] and len(able) == len(days):
                found[node] = max(able) + waits.days[node]
    return found


@given(wait_graphs())
def test_the_earliest_days_are_the_least_fixed_point(waits):
    assert plan_of(waits).solution.earliest == by_rounds(waits)


@given(wait_graphs())
def test_the_deciding_input_explains_the_day(waits):
    solution = plan_of(waits).solution
    place = {node: position for position, node in enumerate(solution.order)}
    assert set(place) == {node for node, day in enumerate(solution.earliest) if day is not None}
    for node, via in enumerate(solution.via):
        if via >= 0:
            assert solution.earliest[node] == solution.earliest[via] + waits.days[node]
            assert place[via] < place[node]


@given(wait_graphs(), st.data())
def test_what_is_not_counted_on_decides_only_where_nothing_else_helps(waits, data):
    waits.unusual = set(data.draw(st.lists(st.sampled_from(range(len(waits))), unique=True))) & waits.release.keys()
    without = waits.dated(waits.days, {node: day for node, day in waits.release.items() if node not in waits.unusual})
    for node in waits.unusual:
        without.dead[node], without.inputs = 1, [*without.inputs[:node], [], *without.inputs[node + 1 :]]
    usual, all_of_it = plan_of(without).solution.earliest, plan_of(waits).solution.earliest
    for node, day in enumerate(usual):
        if day is not None:
            assert all_of_it[node] == day
    able = [day is not None for day in by_rounds(waits)]
    assert [day is not None for day in all_of_it] == able


@given(wait_graphs(), st.data())
def test_the_latest_day_is_the_last_one_from_which_no_deadline_behind_is_pushed_over(waits, data):
    due = data.draw(st.dictionaries(st.sampled_from(range(len(waits))), st.integers(1, 30), max_size=4))
    plan = plan_of(waits, due.items())
    solution, bound = plan.solution, Web([plan.part], DAYS).bound.tolist()
    rank = {node: place for place, node in enumerate(solution.order)}
    for start in solution.order:
        worst = FAR
        pushed = {start: 0}
        for node in solution.order[rank[start] :]:
            inputs = [solution.via[node]] if waits.any_of[node] else waits.inputs[node]
            ways = [pushed[before] for before in inputs if before in pushed] if node not in waits.release else []
            if node != start and ways:
                pushed[node] = max(ways) + waits.days[node]
            if node in pushed and node in due:
                worst = min(worst, due[node] - pushed[node])
        assert bound[start] == worst


@given(st.lists(wait_graphs(), min_size=2, max_size=4))
def test_parts_side_by_side_answer_as_each_alone(graphs):
    plans = [plan_of(waits, [(0, 3)]) for waits in graphs]
    web = Web([plan.part for plan in plans], DAYS)
    alone = [Web([plan.part], DAYS) for plan in plans]
    for column in ("finish", "slack", "unknown", "counts", "usual"):
        expected = [value for one in alone for value in getattr(one, column).tolist()]
        assert getattr(web, column).tolist() == expected
    for column in ("via", "origin", "broken"):
        moved = [
            value if value == NEVER else value + int(first)
            for one, first in zip(alone, web.first_node, strict=False)
            for value in getattr(one, column).tolist()
        ]
        assert getattr(web, column).tolist() == moved


@given(wait_graphs(), st.data())
def test_the_first_deadline_to_break_is_that_of_the_first_late_step_behind(waits, data):
    due = data.draw(st.dictionaries(st.sampled_from(range(len(waits))), st.integers(0, 4), max_size=6))
    plan = plan_of(waits, due.items())
    web = Web([plan.part], DAYS)
    graph = nx.DiGraph((before, after) for before, ends in enumerate(plan.part.shape.ways) for after in ends)
    graph.add_nodes_from(range(len(waits)))
    late = [(DAYS.number(plan.steps[n].due), n) for n in due if web.finish[n] > DAYS.number(plan.steps[n].due)]
    for node in graph:
        behind = nx.descendants(graph, node) | {node}
        assert web.broken[node] == min((item for item in late if item[1] in behind), default=(0, NEVER))[1]


@given(EDGES)
def test_components_are_those_of_networkx_in_the_order_of_the_edges(made):
    size, edges = made
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(size))
    number = components(size, [list(graph.successors(node)) for node in range(size)])
    groups = {}
    for node, group in enumerate(number):
        groups.setdefault(group, set()).add(node)
    assert {frozenset(group) for group in groups.values()} == {
        frozenset(group) for group in nx.strongly_connected_components(graph)
    }
    assert all(number[before] >= number[after] for before, after in graph.edges)


@pytest.mark.parametrize(("many", "slice_"), [(100, 4096), (-1, 4096), (-1, 3)])
@given(made=EDGES, wanted=st.sets(st.integers(0, 11)))
def test_a_cone_holds_what_a_node_leads_to(many, slice_, made, wanted):
    size, edges = made
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(size))
    marked = [node for node in range(size) if node in wanted]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cones_module, "_MANY", many)
        patch.setattr(cones_module, "_SLICE", slice_)
        _check_cones(graph, size, marked)


def _check_cones(graph, size, marked):
    cones = Cones([list(graph.successors(node)) for node in range(size)], marked)
    turned = Cones([list(graph.predecessors(node)) for node in range(size)], marked, cones.turned())
    for node in range(size):
        expected = (nx.descendants(graph, node) | {node}) & set(marked)
        assert sorted(cones.items(node)) == sorted(expected)
        assert cones.count(node) == len(expected)
        assert sorted(turned.items(node)) == sorted((nx.ancestors(graph, node) | {node}) & set(marked))
    assert np.array_equal(cones.counts(), [cones.count(node) for node in range(size)])
