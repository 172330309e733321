"""The AND/OR solver and the cones against the plainest ways of computing the same."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from resolute.dependencies.cones import Cones
from resolute.dependencies.waits import Waits, components, solve

EDGES = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.just(size), st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30)
    )
)


@st.composite
def wait_graphs(draw):
    size, edges = draw(EDGES)
    waits = Waits()
    for _node in range(size):
        waits.add(any_of=draw(st.booleans()), days=draw(st.integers(0, 3)))
    for before, after in edges:
        waits.link(before, after)
    for node in draw(st.lists(st.integers(0, size - 1), max_size=4, unique=True)):
        waits.source(node, draw(st.integers(0, 5)))
    return waits


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
def test_the_solver_finds_the_least_fixed_point(waits):
    assert solve(waits).earliest == by_rounds(waits)


@given(wait_graphs())
def test_the_deciding_input_explains_the_day(waits):
    solution = solve(waits)
    for node, via in enumerate(solution.via):
        if via >= 0:
            assert solution.earliest[node] == solution.earliest[via] + waits.days[node]


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


@given(EDGES, st.sets(st.integers(0, 11)))
def test_a_cone_holds_what_a_node_leads_to(made, wanted):
    size, edges = made
    graph = nx.DiGraph(edges)
    graph.add_nodes_from(range(size))
    marked = [node for node in range(size) if node in wanted]
    cones = Cones([list(graph.successors(node)) for node in range(size)], marked)
    for node in range(size):
        expected = (nx.descendants(graph, node) | {node}) & set(marked)
        assert sorted(cones.items(node)) == sorted(expected)
        assert cones.count(node) == len(expected)
