"""The order of points against networkx: sorted, reduced, circles broken at the weakest proposal."""

from __future__ import annotations

import networkx
from hypothesis import given, settings
from hypothesis import strategies as st

from modelling.made_up import protocols
from resolute.modelling.graph import order
from resolute.protocols.values import Dependency, Point, Protocol

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


def graph(after: dict[str, tuple[Dependency, ...]]) -> networkx.DiGraph[str]:
    """Edges from what is waited for to what waits."""
    made: networkx.DiGraph[str] = networkx.DiGraph()
    made.add_nodes_from(after)
    made.add_edges_from((dependency.ref, ref) for ref, found in after.items() for dependency in found)
    return made


def written(protocol: Protocol) -> networkx.DiGraph[str]:
    return graph({point.ref: point.after for point in protocol.points})


@st.composite
def tangles(draw: st.DrawFn) -> Protocol:
    """Points whose proposed dependencies go any way, circles included."""
    refs = [f"1.{number}" for number in range(draw(st.integers(1, 8)))]
    points = []
    for ref in refs:
        others = draw(st.lists(st.sampled_from(refs), unique=True, max_size=4))
        after = tuple(
            Dependency(other, confidence=draw(st.sampled_from([0.3, 0.5, 0.9])), confirmed=False) for other in others
        )
        points.append(Point(ref, 1, "обеспечить", "assignment", after=after))
    return Protocol("1", None, None, tuple(points))


@SETTINGS
@given(protocols())
def test_the_reduction_is_the_one_of_networkx(made: Protocol) -> None:
    reduced = graph(dict(order(made).after))
    assert set(reduced.edges) == set(networkx.transitive_reduction(written(made)).edges)


@SETTINGS
@given(protocols())
def test_every_point_comes_after_all_it_waits_for(made: Protocol) -> None:
    position = {ref: number for number, ref in enumerate(order(made).refs)}
    assert set(position) == {point.ref for point in made.points}
    assert all(position[before] < position[after] for before, after in written(made).edges)


@SETTINGS
@given(tangles())
def test_proposed_circles_are_broken_and_nothing_else_is_lost(tangle: Protocol) -> None:
    found = order(tangle)
    kept = graph(dict(found.after))
    assert networkx.is_directed_acyclic_graph(kept)
    reaches = networkx.transitive_closure(kept)
    lost = [edge for edge in written(tangle).edges if not reaches.has_edge(*edge)]
    assert len(lost) <= len(found.findings)
    assert {ref for _before, ref in lost} <= {finding.ref for finding in found.findings}
    assert bool(found.findings) == (not networkx.is_directed_acyclic_graph(written(tangle)))


@SETTINGS
@given(tangles())
def test_a_circle_loses_its_least_certain_link(tangle: Protocol) -> None:
    circles = list(networkx.simple_cycles(written(tangle)))
    if len(circles) != 1:
        return
    (circle,) = circles
    links = {
        (point.ref, other.ref): other.confidence
        for point in tangle.points
        for other in point.after
        if point.ref in circle
        and other.ref in circle
        and circle[(circle.index(other.ref) + 1) % len(circle)] == point.ref
    }
    (finding,) = order(tangle).findings
    lost = [other for (ref, other), sure in links.items() if ref == finding.ref and sure == min(links.values())]
    assert lost
