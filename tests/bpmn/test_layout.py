"""The layout of generated models has no flaw that a careful eye would see, and it is always the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from generated_models import collaboration, structured, tangled
from resolute import bpmn
from resolute.bpmn.document import Document
from resolute.bpmn.layout.diagram import Box, Diagram, Edge, Shape, read
from resolute.bpmn.layout.quality import flaws
from resolute.bpmn.names import BPMN, BPMNDI

seeds = st.integers(0, 10_000)


def laid_out(document: Document) -> list[Diagram]:
    return read(bpmn.layout(document, keep=False))


def all_flaws(document: Document) -> list[object]:
    return [flaw for diagram in laid_out(document) for flaw in flaws(diagram)]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seeds, st.integers(0, 40), st.integers(0, 4))
def test_structured_processes_are_laid_out_without_flaws(seed: int, size: int, lanes: int) -> None:
    assert all_flaws(structured(seed, size, lanes=lanes)) == []


@settings(max_examples=60, derandomize=True, deadline=None)
@given(seeds, st.integers(0, 30), st.integers(0, 60), st.integers(0, 3))
def test_any_flows_between_any_nodes_are_laid_out_without_flaws(seed: int, nodes: int, links: int, lanes: int) -> None:
    assert all_flaws(tangled(seed, nodes, links, lanes=lanes)) == []


@settings(max_examples=40, derandomize=True, deadline=None)
@given(seeds, st.integers(1, 5), st.integers(0, 12), st.integers(0, 8))
def test_pools_and_message_flows_are_laid_out_without_flaws(seed: int, pools: int, size: int, messages: int) -> None:
    assert all_flaws(collaboration(seed, pools, size, messages)) == []


def test_a_large_process_is_laid_out_without_flaws() -> None:
    assert all_flaws(structured(7, 1500, lanes=5)) == []


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seeds)
def test_every_node_and_every_connection_is_on_the_diagram(seed: int) -> None:
    document = structured(seed, 30, lanes=2)
    (diagram,) = laid_out(document)
    drawn = {"laneSet", "childLaneSet", "text", "flowNodeRef", "definitions", "process"}
    for node in document.tree.getroot().iter(f"{{{BPMN}}}*"):
        if etree.QName(node).localname not in drawn:
            assert node.get("id") in diagram.shapes or node.get("id") in diagram.edges


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seeds)
def test_the_same_model_always_gets_the_same_diagram(seed: int) -> None:
    first = bpmn.layout(structured(seed, 40, lanes=3), keep=False)
    second = bpmn.layout(structured(seed, 40, lanes=3), keep=False)
    assert first.xml == second.xml
    assert bpmn.layout(second, keep=False).xml == first.xml


@settings(max_examples=15, derandomize=True, deadline=None)
@given(seeds)
def test_lanes_stand_in_the_order_given(seed: int) -> None:
    document = structured(seed, 20, lanes=4)
    (diagram,) = laid_out(document)
    lanes = [diagram.shapes[lane.get("id", "")] for lane in document.tree.getroot().iter(f"{{{BPMN}}}lane")]
    outer = [lane.box.y for lane in lanes if lane.box.x == 0]
    assert outer == sorted(outer)


def order_of(diagram: Diagram) -> dict[str, tuple[float, float]]:
    return {key: shape.box.centre for key, shape in diagram.shapes.items()}


def insert_task(document: Document, number: int) -> None:
    """Puts a task into one of the flows of the process."""
    process = document.tree.getroot()[0]
    flows = process.findall(f"{{{BPMN}}}sequenceFlow")
    flow = flows[number % len(flows)]
    target = flow.get("targetRef")
    flow.set("targetRef", "added")
    process.append(etree.fromstring(f'<userTask xmlns="{BPMN}" id="added" name="Ещё"/>'))
    more = f'<sequenceFlow xmlns="{BPMN}" id="more" sourceRef="added" targetRef="{target}"/>'
    process.append(etree.fromstring(more))


def moved_share(seed: int) -> float:
    """The share of the shapes that stand higher or lower after one more task was put in somewhere."""
    document = structured(seed, 40)
    before = order_of(laid_out(document)[0])
    insert_task(document, seed * 7)
    after = order_of(laid_out(document)[0])
    base = after["startEvent_1"][1] - before["startEvent_1"][1]
    return sum(abs(after[key][1] - base - y) > 1 for key, (_, y) in before.items()) / len(before)


def test_a_task_put_in_anywhere_moves_few_others_up_or_down() -> None:
    shares = [moved_share(seed) for seed in range(40)]
    assert sum(shares) / len(shares) < 0.15


def test_a_complete_diagram_is_kept_to_the_byte() -> None:
    document = bpmn.layout(structured(3, 25, lanes=2))
    for bounds in document.tree.getroot().iter(f"{{{BPMNDI}}}BPMNShape"):
        bounds[0].set("x", "1000")
    xml = document.xml
    assert bpmn.layout(document).xml == xml


def test_a_diagram_that_lacks_a_node_is_laid_out_anew() -> None:
    document = bpmn.layout(structured(3, 25))
    shape = next(document.tree.getroot().iter(f"{{{BPMNDI}}}BPMNShape"))
    missing = shape.get("bpmnElement")
    shape.getparent().remove(shape)
    assert missing in read(bpmn.layout(document))[0].shapes


def test_a_line_that_a_diagram_lacks_is_added_and_nothing_else_moves() -> None:
    document = bpmn.layout(structured(5, 25))
    before = read(document)[0]
    edge = next(document.tree.getroot().iter(f"{{{BPMNDI}}}BPMNEdge"))
    missing = edge.get("bpmnElement")
    edge.getparent().remove(edge)
    after = read(bpmn.layout(document))[0]
    assert missing in after.edges
    assert order_of(after) == order_of(before)
    assert flaws(after) == []


def test_a_process_whose_nodes_stand_on_another_diagram_gets_none_of_its_own() -> None:
    document = bpmn.layout(structured(3, 10))
    empty = etree.fromstring(f'<process xmlns="{BPMN}" id="empty"/>')
    document.tree.getroot().insert(1, empty)
    assert [diagram.root.id for diagram in read(bpmn.layout(document))] == ["process"]


def test_a_process_without_nodes_gets_an_empty_diagram() -> None:
    (diagram,) = laid_out(structured_nothing())
    assert (diagram.root.id, diagram.shapes) == ("empty", {})


def structured_nothing() -> Document:
    xml = f'<definitions xmlns="{BPMN}" targetNamespace="urn:test"><process id="empty"/></definitions>'
    return Document(etree.ElementTree(etree.fromstring(xml)))


def test_a_thousand_sub_processes_inside_one_another_are_laid_out() -> None:
    root = etree.Element(f"{{{BPMN}}}definitions", targetNamespace="urn:test")
    scope = etree.SubElement(root, f"{{{BPMN}}}process", id="process")
    for depth in range(1000):
        scope = etree.SubElement(scope, f"{{{BPMN}}}subProcess", id=f"inner_{depth}")
    etree.SubElement(scope, f"{{{BPMN}}}task", id="task")
    (diagram,) = laid_out(Document(etree.ElementTree(root)))
    assert diagram.shapes["inner_0"].box.holds(diagram.shapes["task"].box)
    assert flaws(diagram) == []


@pytest.mark.parametrize(
    ("kind", "spoil"),
    [
        ("overlap", lambda diagram, task, line: _move(diagram, task, 0, 0)),
        ("outside", lambda diagram, task, line: _move(diagram, task, -5000, -5000)),
        ("slanted", lambda diagram, task, line: line.points.insert(1, (-7.0, -9.0))),
        ("through", lambda diagram, task, line: line.points.extend(_across(diagram))),
        ("loose", lambda diagram, task, line: line.points.append((-50.0, -50.0))),
        ("covered", lambda diagram, task, line: setattr(line, "label", diagram.shapes[task].box)),
    ],
)
def test_the_measure_of_flaws_finds_each_of_them(kind: str, spoil: object) -> None:
    (diagram,) = laid_out(structured(3, 25, lanes=1))
    task = next(key for key, shape in diagram.shapes.items() if shape.element.kind.endswith("Task"))
    line = next(iter(diagram.edges.values()))
    spoil(diagram, task, line)
    assert kind in {flaw.kind for flaw in flaws(diagram)}


def _move(diagram: Diagram, key: str, x: float, y: float) -> None:
    other = next(s for s in diagram.shapes.values() if s.element.kind == "startEvent")
    box = other.box if not x else Box(x, y, 100, 80)
    diagram.shapes[key] = Shape(diagram.shapes[key].element, box)


def _across(diagram: Diagram) -> list[tuple[float, float]]:
    shapes = [s for s in diagram.shapes.values() if s.element.kind.endswith("Task")]
    y = shapes[-1].box.centre[1]
    return [(shapes[-1].box.x - 10, y), (shapes[-1].box.right + 10, y)]


def test_edges_follow_the_order_of_the_file() -> None:
    document = structured(11, 20)
    (diagram,) = laid_out(document)
    edges: list[Edge] = list(diagram.edges.values())
    flows = [n.get("id") for n in document.tree.getroot()[0].iterfind(f"{{{BPMN}}}sequenceFlow")]
    drawn = [edge.element.id for edge in edges if edge.element.kind == "sequenceFlow"]
    assert sorted(drawn) == sorted(flows)
