"""Pictures and exports of dependency graphs: complete, well-formed, the same every time."""

import json
import re
from datetime import date, timedelta

import networkx as nx
import pytest
from hypothesis import given, settings
from lxml import etree, html

from dependencies.registers import registers
from resolute import dependencies, i18n, simulation
from resolute.bpmn.measure import text_width
from resolute.dependencies.fold import fold, points
from resolute.dependencies.values import Blocked, Impact, Root
from resolute.errors import InputError
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.reports import export_graph, gantt, graph_html, graph_svg, graph_svg_parties
from resolute.reports import graph_svg_style as style
from resolute.reports.graph_svg_layout import CARD_HEIGHT, CARD_WIDTH, place

SVG = "{http://www.w3.org/2000/svg}"


def parsed(svg):
    return etree.fromstring(svg.encode(), etree.XMLParser(resolve_entities=False, no_network=True))


def shown(svg):
    return {node.get("data-id") for node in parsed(svg).iter(f"{SVG}g") if node.get("class") == "step"}


def row_of(count, decisions=1):
    """Points one after the other, spread over decisions."""
    made = [
        Point(
            f"{number % decisions + 1}.{number}",
            number % decisions + 1,
            "Обеспечить разработку программы деятельности центра",
            "assignment",
            (Party("Министерство"),),
            Deadline("", "date", date(2022, 7, 1), date(2022, 7, 1)),
            (Dependency(f"{(number - 1) % decisions + 1}.{number - 1}"),) if number else (),
        )
        for number in range(count)
    ]
    titles = tuple(Question(number + 1, f"О вопросе {number + 1}") for number in range(decisions))
    return Protocol("1", date(2022, 4, 21), "Совет", tuple(made), titles)


@settings(max_examples=40)
@given(registers())
def test_every_point_and_every_dependency_is_drawn(protocol):
    graph = dependencies.graph_of(protocol)
    svg = graph_svg.draw(graph)
    assert shown(svg) == set(graph)
    drawn = {
        (line.get("data-before"), line.get("data-after"))
        for line in parsed(svg).iter(f"{SVG}path")
        if line.get("class") == "edge"
    }
    assert drawn == set(graph.edges)


@settings(max_examples=40)
@given(registers(most=14))
def test_cards_never_cover_one_another_and_stay_in_their_lane(protocol):
    graph = dependencies.graph_of(protocol)
    lanes = {node: str(data["decision"]) for node, data in graph.nodes(data=True)}
    layout = place(list(graph), list(graph.edges), lanes)
    boxes = list(layout.boxes.items())
    for index, (_node, box) in enumerate(boxes):
        for _other, second in boxes[:index]:
            assert abs(box.x - second.x) >= CARD_WIDTH or abs(box.y - second.y) >= CARD_HEIGHT
    bands = {lane.key: (lane.top, lane.top + lane.height) for lane in layout.lanes}
    for node, box in boxes:
        top, bottom = bands[lanes[node]]
        assert top <= box.y and box.y + CARD_HEIGHT <= bottom
    assert all(layout.boxes[before].x < layout.boxes[after].x for before, after in graph.edges)


def test_the_same_graph_gives_the_same_picture_page_and_chart():
    protocol = row_of(6, 2)
    for _again in range(2):
        first, second = (dependencies.graph_of(protocol) for _copy in range(2))
        assert graph_svg.draw(first) == graph_svg.draw(second)
        assert graph_html.page(first) == graph_html.page(second)
        charts = [gantt.draw(graph, dependencies.schedule(protocol)) for graph in (first, second)]
        assert charts[0] == charts[1]


def test_a_large_graph_is_folded_into_its_decisions_and_the_chain_stays():
    graph = dependencies.graph_of(row_of(400, 8))
    chain = ("1.0", "2.1", "3.2")
    drawn = shown(graph_svg.draw(graph, chain=chain))
    assert drawn == {f"group:{number}" for number in range(1, 9)} | set(chain)


def test_folding_counts_every_step_once():
    graph = dependencies.graph_of(row_of(60, 4))
    small = fold(graph, by=lambda data: data["decision"], keep=["1.0"])
    counted = sum(sum(data["counts"].values()) for _node, data in small.nodes(data=True) if data["kind"] == "group")
    assert counted == 59
    assert small.number_of_nodes() == 5


def test_points_keep_the_ways_between_them_and_lose_what_lies_inside():
    graph = nx.DiGraph()
    graph.add_nodes_from((name, {"kind": "point"}) for name in "abc")
    graph.add_nodes_from((name, {"kind": "userTask"}) for name in "xyz")
    graph.add_edges_from([("a", "x"), ("x", "y"), ("y", "b"), ("z", "a")], kind="sequence", reason=None)
    graph.add_edge("y", "c", kind="message", reason="why")
    small = points(graph)
    assert set(small.edges) == {("a", "b"), ("a", "c")}
    assert small.edges["a", "c"]["kind"] == "message"


@pytest.mark.parametrize("suffix", export_graph.SUFFIXES)
def test_every_kind_of_file_is_written(tmp_path, suffix):
    if suffix == ".png":
        pytest.importorskip("resvg_py")
    target = export_graph.write(dependencies.graph_of(row_of(5, 2)), tmp_path / f"граф{suffix}")
    assert target.stat().st_size > 100


def test_data_files_hold_the_graph(tmp_path):
    graph = dependencies.graph_of(row_of(5, 2))
    read = nx.read_graphml(export_graph.write(graph, tmp_path / "g.graphml"))
    assert set(read.edges) == set(graph.edges)
    assert read.nodes["1.0"]["due"] == "2022-07-01"
    again = nx.node_link_graph(json.loads(export_graph.node_link(graph)), edges="edges")
    assert set(again.edges) == set(graph.edges)
    assert export_graph.dot(graph).count(" -> ") == graph.number_of_edges()
    assert export_graph.mermaid(graph).count(" --> ") == graph.number_of_edges()


def test_an_unknown_ending_is_refused_and_nothing_is_written(tmp_path):
    with pytest.raises(InputError, match=r"\.svg"):
        export_graph.write(dependencies.graph_of(row_of(2)), tmp_path / "g.pdf")
    assert not list(tmp_path.iterdir())


def test_hostile_text_stays_text():
    bad = "</script><script>alert(1)</script>\"'&<b>\x00\ud800\u2028"
    point = Point("1", 1, bad, "assignment", (Party(bad),))
    graph = dependencies.graph_of(Protocol(bad, date(2022, 4, 21), bad, (point,), (Question(1, bad),)))
    assert shown(graph_svg.draw(graph)) == {"1"}
    page = graph_html.page(graph)
    assert len(html.fromstring(page.encode()).findall(".//script")) == 2
    assert "<b>" not in page
    nx.parse_graphml(export_graph.graphml(graph))
    gantt.draw(graph, dependencies.schedule(Protocol("1", date(2022, 4, 21), None, (point,))))


def test_the_page_asks_for_nothing_from_the_network():
    page = graph_html.page(dependencies.graph_of(row_of(5, 2)))
    root = html.fromstring(page.encode())
    assert not root.xpath("//@src | //link | //iframe | //@href")
    assert "url(http" not in page and "@import" not in page


def contrast(first, second):
    """The contrast of two colours by WCAG 2.1."""

    def luminance(colour):
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("shown", [lambda colour: colour, style.dark], ids=["light", "dark"])
def test_words_can_be_read_on_every_card(shown):
    for look in style.LOOKS.values():
        for ink in (style.INK, style.GREY):
            assert contrast(shown(ink), shown(look.paper)) >= 4.5
        assert contrast(shown(look.ink), shown(look.paper)) >= 3


@pytest.mark.parametrize("count", [5, 400])
def test_a_dark_screen_knows_every_colour_of_the_page(count):
    page = graph_html.page(dependencies.graph_of(row_of(count, 2)))
    used = set(re.findall(r'(fill|stroke)=\\?"(#[0-9a-f]{6})', page.partition("<main")[2]))
    rules = page.partition("</style>")[0].rpartition("(prefers-color-scheme: dark)")[2]
    assert used
    for attribute, colour in used:
        assert f'[{attribute}="{colour}"] {{ {attribute}: {style.dark(colour)}; }}' in rules


def test_pictures_speak_russian():
    with i18n.use("ru"):
        svg = graph_svg.draw(dependencies.graph_of(row_of(5, 2)))
    assert "Решение 1" in svg and "до 01.07.2022" in svg and "предстоит: 5" in svg


def test_the_chart_shows_work_slack_and_deadlines():
    protocol = row_of(3)
    chart = parsed(gantt.draw(dependencies.graph_of(protocol), dependencies.schedule(protocol)))
    classes = [node.get("class") for node in chart.iter()]
    assert classes.count("work") == classes.count("slack") == classes.count("deadline") == 3
    assert classes.count("dependency") == 2


def test_a_large_chart_has_a_row_a_decision_with_what_is_late_in_it():
    protocol = row_of(260, 4)
    chart = parsed(gantt.draw(dependencies.graph_of(protocol), dependencies.schedule(protocol)))
    rows = {row.get("data-id"): row for row in chart.iter(f"{SVG}g") if row.get("class") == "row"}
    assert set(rows) == {f"group:{number}" for number in range(1, 5)}
    for row in rows.values():
        assert [bar.get("class") for bar in row.iter(f"{SVG}rect")] == ["work", "late"]
    texts = [node.text or "" for node in chart.iter(f"{SVG}text")]
    assert texts.count("65 steps · still to come: 65") == 4
    assert [text for text in texts if text.startswith("Decision")] == [
        f"Decision {number}: О вопросе {number}" for number in range(1, 5)
    ]
    assert "slack" not in texts


def forecast_of(protocol):
    return simulation.simulate(protocol, runs=60, seed=1)


def test_the_chart_shows_by_when_half_and_nearly_all_runs_are_done():
    protocol = row_of(3)
    graph, schedule, forecast = dependencies.graph_of(protocol), dependencies.schedule(protocol), forecast_of(protocol)
    chart = parsed(gantt.draw(graph, schedule, forecast=forecast))
    classes = [node.get("class") for node in chart.iter()]
    assert classes.count("median") == 3
    texts = [node.text for node in chart.iter(f"{SVG}text")]
    for step in forecast.deadlines:
        assert f"{step.on_time * 100:.0f} %" in texts
    assert "forecast: done in 50 %, 80 %, 95 % of the runs" in texts
    rows = {node.get("data-id"): node for node in chart.iter(f"{SVG}g") if node.get("class") == "row"}
    for step in forecast.steps:
        bands = [float(node.get("x")) for node in rows[step.ref].iter() if node.get("class") == "band"]
        (median,) = (float(node.get("x")) for node in rows[step.ref].iter() if node.get("class") == "median")
        assert bands == sorted(bands)
        assert all(median - 2 < left for left in bands)
        assert style.day(step.p95.date()) in rows[step.ref].find(f"{SVG}title").text
    assert "median" not in gantt.draw(graph, schedule)


@settings(max_examples=15)
@given(registers())
def test_every_line_of_text_keeps_its_measured_width_in_any_font(protocol):
    graph = dependencies.graph_of(protocol)
    for svg in (graph_svg.draw(graph), gantt.draw(graph, dependencies.schedule(protocol))):
        for node in parsed(svg).iter(f"{SVG}text"):
            assert len(node.text or "") <= 3 or float(node.get("textLength")) > 0


def held_up(step, party, *acting):
    """A line of a report: `step` of `party` is held up by the parties that follow."""
    roots = tuple(Root(f"r{number}", "person-working", "", who) for number, who in enumerate(acting))
    return Blocked(
        step, None, step, party, None, "blocked", None, "", "", roots, (step,), Impact(0), None, None, None, None
    )


def cells(svg):
    """The label of every cell."""
    return [cell.find(f"{SVG}title").text for cell in parsed(svg).iter(f"{SVG}g") if cell.get("class") == "cell"]


def test_the_matrix_counts_who_waits_for_whom():
    report = [held_up("1", "A", "B"), held_up("2", "A", "B", "C"), held_up("3", "C", "C")]
    assert sorted(cells(graph_svg_parties.matrix(graph_svg_parties.held_up(report)))) == ["A ← B: 2", "A ← C: 1"]
    empty = graph_svg_parties.matrix(graph_svg_parties.held_up([]))
    assert cells(empty) == []
    assert "No executor waits for another." in empty


def test_a_party_has_one_number_as_row_and_as_column():
    report = [held_up("1", "A", "B"), held_up("2", "A", "B"), held_up("3", "B", "C"), held_up("4", "B", "A")]
    drawn = parsed(graph_svg_parties.matrix(graph_svg_parties.held_up(report)))
    texts = [node.text for node in drawn.iter(f"{SVG}text")]
    assert [text for text in texts if re.match(r"\d\. ", text)] == ["1. A", "2. B", "3. C"]
    assert [node.text for node in drawn.iter(f"{SVG}text") if re.fullmatch(r"\d", node.text)][:3] == ["1", "2", "3"]


@pytest.mark.parametrize("most", [1, 9, 10, 99, 100, 999, 1000])
@pytest.mark.parametrize("days", [5, 100, 365, 700])
def test_figures_of_a_load_fit_their_cells(most, days):
    due = Deadline("", "date", date(2022, 4, 21) + timedelta(days), date(2022, 4, 21) + timedelta(days))
    made = tuple(Point(str(number), 1, "", "assignment", (Party("A"),), due) for number in range(most))
    protocol = Protocol("1", date(2022, 4, 21), None, made)
    drawn = parsed(graph_svg_parties.load(dependencies.graph_of(protocol), dependencies.schedule(protocol)))
    for cell in (node for node in drawn.iter(f"{SVG}g") if node.get("class") == "cell"):
        width = float(cell.find(f"{SVG}rect").get("width"))
        for figure in cell.iter(f"{SVG}text"):
            assert text_width(figure.text, float(figure.get("font-size"))) * style.BOLD < width


def test_the_plan_counts_who_will_wait_for_whom():
    waits = (Dependency("1"),)
    made = (
        Point("1", 1, "", "assignment", (Party("A"),)),
        Point("2", 1, "", "assignment", (Party("B"), Party("A")), after=waits),
        Point("3", 1, "", "assignment", (Party("A"),), after=waits),
        Point("4", 1, "", "assignment", (), after=waits),
    )
    graph = dependencies.graph_of(Protocol("1", date(2022, 4, 21), None, made))
    found = cells(graph_svg_parties.matrix(graph_svg_parties.planned(graph)))
    assert sorted(found) == ["B ← A: 1", "Without an executor ← A: 1"]


def test_the_load_counts_open_points_of_each_week():
    protocol = row_of(3)
    found = cells(graph_svg_parties.load(dependencies.graph_of(protocol), dependencies.schedule(protocol)))
    assert found[0] == "Министерство, 18 Apr 2022: 1"
    assert found[1] == "Министерство, 25 Apr 2022: 3"
    assert len(found) == 11


def test_dates_at_the_ends_of_time_are_drawn():
    days = (date(1, 1, 1), date(2022, 7, 1), date(9999, 12, 31))
    made = tuple(
        Point(str(number), 1, "", "assignment", deadline=Deadline("", "date", day, day))
        for number, day in enumerate(days)
    )
    protocol = Protocol("1", date(2022, 4, 21), None, made)
    parsed(gantt.draw(dependencies.graph_of(protocol), dependencies.schedule(protocol)))


def test_a_protocol_without_points_gives_empty_pictures():
    protocol = Protocol("1", date(2022, 4, 21), None, ())
    graph = dependencies.graph_of(protocol)
    assert shown(graph_svg.draw(graph)) == set()
    parsed(gantt.draw(graph, dependencies.schedule(protocol)))
    assert graph_html.page(graph)
