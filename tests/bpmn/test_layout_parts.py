"""The parts of the layout against plain, slow ways to the same answer."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from resolute.bpmn.layout.diagram import Box
from resolute.bpmn.layout.maze import Maze, port
from resolute.bpmn.layout.order import inversions
from resolute.bpmn.layout.space import Space
from resolute.bpmn.layout.tracks import pack

places = st.integers(-2_000, 2_000)
lengths = st.one_of(st.integers(0, 300), st.integers(0, 3_000))
boxes = st.builds(lambda x, y, w, h: Box(float(x), float(y), float(w), float(h)), places, places, lengths, lengths)


@settings(max_examples=60, derandomize=True)
@given(st.lists(boxes, max_size=40), boxes)
def test_a_space_finds_exactly_what_a_box_covers(known: list[Box], box: Box) -> None:
    space = Space()
    for other in known:
        space.add(other, 1.0)
    covered = [other for other in known if box.overlaps(other)]
    assert sorted(map(id, space.covered(box))) == sorted(map(id, covered))
    assert space.cost(box, 1e9) == len(covered)


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.tuples(places, st.integers(0, 500)), max_size=60))
def test_spans_on_one_track_never_touch_and_no_track_is_wasted(found: list[tuple[int, int]]) -> None:
    spans = [(float(low), float(low + length)) for low, length in found]
    tracks = pack(spans)
    for (a, one), (b, other) in combinations(zip(spans, tracks, strict=True), 2):
        assert one != other or a[1] < b[0] or b[1] < a[0]
    deepest = max((sum(a <= low <= b for a, b in spans) for low, _ in spans), default=0)
    assert len(set(tracks)) == deepest


@settings(max_examples=60, derandomize=True)
@given(st.lists(st.integers(0, 50), max_size=60))
def test_crossings_are_the_pairs_in_the_wrong_order(values: list[int]) -> None:
    assert inversions(values) == sum(a > b for a, b in combinations(values, 2))


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(boxes, max_size=8))
def test_a_way_through_the_maze_touches_no_obstacle(known: list[Box]) -> None:
    start, goal = port((-2_500.0, 0.0), "right"), port((2_500.0, 100.0), "left")
    xs = {-2_500.0, 2_500.0, *(x for box in known for x in (box.x - 5, box.right + 5) if -2_400 < x < 2_400)}
    ys = {0.0, 100.0, -9_000.0, 9_000.0, *(y for box in known for y in (box.y - 5, box.bottom + 5))}
    way = Maze({*xs, -2_450.0, 2_450.0}, ys, known, []).way([start], [goal])
    inside = [box for box in known if box.x < -2_450 or box.right > 2_450]
    if way is None:
        assert inside
        return
    assert (way[0], way[-1]) == (start.point, goal.point)
    for (ax, ay), (bx, by) in pairwise(way):
        part = Box(min(ax, bx), min(ay, by), abs(ax - bx), abs(ay - by))
        assert ax == bx or ay == by
        assert not any(part.overlaps(box) for box in known)
