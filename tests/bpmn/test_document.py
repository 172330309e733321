"""Documents keep everything that was read and show it in the words of BPMN."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from resolute import bpmn
from resolute.bpmn import vocabulary

SCHEMAS = [Path(bpmn.__file__).parent / "data" / "xsd" / name for name in ("BPMN20.xsd", "Semantic.xsd")]
FIXTURES = sorted((Path(__file__).resolve().parents[1] / "data" / "bpmn-rules").glob("*.bpmn"))
XS = "{http://www.w3.org/2001/XMLSchema}"

SOURCE = """<?xml version="1.0" encoding="UTF-8"?>
<!-- kept: before the root -->
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:camunda="http://camunda.org/schema/1.0/bpmn"
             xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:own="urn:council"
             targetNamespace="urn:council" exporter="Test">
  <message id="Report" name="Report"/>
  <collaboration id="Meeting">
    <participant id="Council" name="Council" processRef="own:Decision"/>
    <participant id="Public" name="Public"/>
    <messageFlow id="Letter" sourceRef="Write" targetRef="Public"/>
  </collaboration>
  <process id="Decision" name="Decision" isExecutable="true">
    <documentation>First.</documentation>
    <documentation>Second.</documentation>
    <laneSet id="Lanes">
      <lane id="Ministry" name="Ministry">
        <childLaneSet id="Inner">
          <lane id="Department" name="Department"><flowNodeRef>Write</flowNodeRef></lane>
        </childLaneSet>
      </lane>
      <lane id="City" name="City">
        <flowNodeRef>Work</flowNodeRef>
      </lane>
    </laneSet>
    <startEvent id="Start" name="Start"><outgoing>F1</outgoing></startEvent>
    <userTask id="Write" name="Write
      a  letter" camunda:assignee="anna">
      <extensionElements>
        <camunda:formData><camunda:formField id="x" type="string"/></camunda:formData>
      </extensionElements>
      <multiInstanceLoopCharacteristics id="Each" isSequential="true"/>
    </userTask>
    <!-- kept: between elements -->
    <boundaryEvent id="Late" name="Late" cancelActivity="false" attachedToRef="Write">
      <timerEventDefinition id="Timer">
        <timeDuration xsi:type="tFormalExpression">P7D</timeDuration>
      </timerEventDefinition>
    </boundaryEvent>
    <subProcess id="Work" name="Work">
      <task id="Inside" name="Inside"/>
    </subProcess>
    <exclusiveGateway id="Ready" name="Ready?" default="F4"/>
    <endEvent id="End" name="End">
      <eventDefinitionRef>Sent</eventDefinitionRef>
    </endEvent>
    <sequenceFlow id="F1" sourceRef="Start" targetRef="Write"/>
    <sequenceFlow id="F2" sourceRef="Write" targetRef="Ready"/>
    <sequenceFlow id="F3" sourceRef="Ready" targetRef="End">
      <conditionExpression xsi:type="tFormalExpression"><![CDATA[ready & steady]]></conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="F4" sourceRef="Ready" targetRef="Work"/>
  </process>
  <messageEventDefinition id="Sent" messageRef="own:Report"/>
</definitions>
<!-- kept: after the root -->
"""


@pytest.fixture
def document() -> bpmn.Document:
    return bpmn.loads(SOURCE)


def ids(elements: tuple[bpmn.Element, ...]) -> list[str]:
    return [element.id for element in elements]


def test_a_clean_document_has_no_findings(document: bpmn.Document) -> None:
    assert document.findings == ()


def test_flows_connect_nodes_in_both_directions(document: bpmn.Document) -> None:
    ready = document.ids["Ready"]

    assert ids(ready.incoming) == ["F2"]
    assert ids(ready.outgoing) == ["F3", "F4"]
    assert ready.default == document.ids["F4"]
    assert [flow.target for flow in ready.outgoing] == [document.ids["End"], document.ids["Work"]]
    assert document.ids["F3"].condition is not None
    assert document.ids["F3"].condition.text == "ready & steady"


def test_the_lane_of_a_node_is_the_innermost_one(document: bpmn.Document) -> None:
    lane = document.ids["Write"].lane

    assert lane == document.ids["Department"]
    assert document.ids["Start"].lane is None
    assert document.ids["Inside"].lane == document.ids["City"]
    assert ids(document.processes[0].lanes) == ["Ministry", "City"]
    assert ids(document.ids["Ministry"].lanes) == ["Department"]


def test_events_know_their_definitions_and_their_host(document: bpmn.Document) -> None:
    late, write = document.ids["Late"], document.ids["Write"]

    assert late.attached_to == write
    assert write.boundary_events == (late,)
    assert [definition.kind for definition in late.event_definitions] == ["timerEventDefinition"]
    assert document.ids["End"].event_definitions == (document.ids["Sent"],)
    assert document.ids["Sent"].reference("messageRef") == document.ids["Report"]


def test_defaults_of_the_standard_fill_absent_attributes(document: bpmn.Document) -> None:
    assert not document.ids["Late"].flag("cancelActivity")
    assert document.ids["Start"].flag("isInterrupting")
    assert not document.ids["Work"].flag("triggeredByEvent")
    assert document.processes[0].value("processType") == "None"
    assert document.ids["Write"].value("implementation") == "##unspecified"


def test_containers_list_what_stands_directly_in_them(document: bpmn.Document) -> None:
    process = document.processes[0]

    assert ids(process.flow_nodes) == ["Start", "Write", "Late", "Work", "Ready", "End"]
    assert ids(process.sequence_flows) == ["F1", "F2", "F3", "F4"]
    assert document.ids["Inside"].process == process
    assert document.ids["Inside"].parent == document.ids["Work"]


def test_elements_are_found_at_any_depth_and_compare_by_their_node(document: bpmn.Document) -> None:
    process = document.processes[0]

    assert ids(tuple(process.descendants("task", "lane"))) == ["Ministry", "Department", "City", "Inside"]
    assert {*process.children("userTask")} == {document.ids["Write"]}
    assert process.process == process
    assert document.definitions.parent is None
    assert repr(document.ids["Ready"]) == "<exclusiveGateway Ready 'Ready?'>"


def test_vendor_extensions_are_found_by_their_tag(document: bpmn.Document) -> None:
    (form,) = document.ids["Write"].extensions("{http://camunda.org/schema/1.0/bpmn}formData")

    assert form[0].get("id") == "x"
    assert document.ids["Write"].get("{http://camunda.org/schema/1.0/bpmn}assignee") == "anna"


def test_annotations_and_associations_are_artifacts() -> None:
    document = bpmn.load(FIXTURES[0].with_name("boundary-without-flow.bpmn"))

    assert ids(document.processes[0].artifacts) == ["Handler"]


def test_bytes_are_read_like_a_file() -> None:
    assert bpmn.load(SOURCE.encode()).process_id == "Decision"


def test_pools_know_their_process_through_a_prefixed_name(document: bpmn.Document) -> None:
    council, public = document.participants

    assert council.reference("processRef") == document.processes[0]
    assert public.reference("processRef") is None
    assert document.message_flows[0].target == public


def test_names_are_folded_and_documentation_is_joined(document: bpmn.Document) -> None:
    assert document.ids["Write"].name == "Write a letter"
    assert document.processes[0].documentation == "First.\n\nSecond."
    assert document.ids["Write"].loop == document.ids["Each"]


def test_refresh_sees_what_was_connected_later(document: bpmn.Document) -> None:
    assert ids(document.ids["Inside"].outgoing) == []
    document.ids["F1"].node.set("sourceRef", "Inside")

    document.refresh()

    assert ids(document.ids["Inside"].outgoing) == ["F1"]


def test_text_is_read_across_comments_and_markup() -> None:
    document = bpmn.loads(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="P">'
        "<documentation>One <!-- not two --><b xmlns='urn:html'>three</b>.</documentation>"
        '<lane id="L"><flowNodeRef>T<!-- the task --></flowNodeRef></lane><task id="T"/></process></definitions>'
    )

    assert document.processes[0].documentation == "One three."
    assert document.ids["T"].lane == document.ids["L"]


def test_writing_keeps_comments_extensions_order_and_text(document: bpmn.Document) -> None:
    written = bpmn.dumps(document)

    assert canonical(written) == canonical(SOURCE.encode())
    assert written.count(b"<!-- kept") == 3
    assert b"camunda:formField" in written
    assert b"<![CDATA[ready & steady]]>" in written
    assert bpmn.dumps(bpmn.loads(written)) == written


EXTENSIONS = {
    "camunda": '<x:formField xmlns:x="http://camunda.org/schema/1.0/bpmn" id="a"><x:validation/></x:formField>',
    "zeebe": '<x:taskDefinition xmlns:x="http://camunda.org/schema/zeebe/1.0" type="t" retries="3"/>',
    "flowable": '<x:field xmlns:x="http://flowable.org/bpmn" name="f"><x:string><![CDATA[a < b]]></x:string></x:field>',
    "signavio": '<x:signavioMetaData xmlns:x="http://www.signavio.com" metaKey="bgcolor" metaValue="#fff"/>',
    "spiff": '<x:preScript xmlns:x="http://spiffworkflow.org/bpmn/schema/1.0/core">x = 1\n  y = 2</x:preScript>',
    "resolute": '<x:input xmlns:x="urn:resolute:bpmn:1" name="due" value="=due"/>',
    "unknown": '<x:a xmlns:x="urn:nobody" x:b="1">text<!-- comment --><?note kept?><x:c/> tail</x:a>',
}


@pytest.mark.parametrize("vendor", EXTENSIONS)
def test_extensions_of_every_vendor_survive_reading_editing_and_writing(vendor: str) -> None:
    source = (
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x"><process id="P">'
        f'<task id="T"><extensionElements>{EXTENSIONS[vendor]}</extensionElements></task></process></definitions>'
    )
    document = bpmn.loads(source)
    document.ids["T"].node.set("name", "Edited")
    edited = source.replace('<task id="T"', '<task id="T" name="Edited"')

    assert canonical(bpmn.dumps(document)) == canonical(edited.encode())
    assert document.findings == ()


def canonical(xml: bytes) -> bytes:
    return etree.tostring(etree.fromstring(xml), method="c14n2", with_comments=True)


def test_saving_replaces_the_file_at_once_and_leaves_nothing_beside_it(document: bpmn.Document, tmp_path: Path) -> None:
    path = tmp_path / "decision.bpmn"
    path.write_text("old", encoding="utf-8")

    bpmn.save(document, path)

    assert path.read_bytes() == bpmn.dumps(document)
    assert list(tmp_path.iterdir()) == [path]
    assert bpmn.load(path).file == str(path)


def test_vendor_elements_in_the_namespace_of_bpmn_hide_no_element() -> None:
    document = bpmn.loads(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x">'
        '<process id="P"><extensionElements><Model id="T"/></extensionElements>'
        '<task id="T"/></process></definitions>'
    )

    assert document.ids["T"].kind == "task"
    assert document.findings == ()


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_relations_hold_in_both_directions(path: Path) -> None:
    document = bpmn.load(path)

    for flow in document.elements("sequenceFlow"):
        assert flow.source is None or flow in flow.source.outgoing
        assert flow.target is None or flow in flow.target.incoming
    for node in document.elements_that_are("flowNode"):
        assert all(flow.source == node for flow in node.outgoing)
        assert all(flow.target == node for flow in node.incoming)
        assert all(event.attached_to == node for event in node.boundary_events)
        assert node.parent is not None
        assert node in node.parent.flow_nodes
        assert node in node.parent.flow_elements
    for lane in document.elements("lane"):
        assert all(member.lane == lane for member in lane.references("flowNodeRef"))


def schema_types() -> dict[str, etree._Element]:
    roots = [etree.parse(path).getroot() for path in SCHEMAS]
    types = {node.get("name"): node for root in roots for node in root.iter(f"{XS}complexType")}
    elements = [node for root in roots for node in root.iterchildren(f"{XS}element")]
    return {str(node.get("name")): types[node.get("type")] for node in elements}


def own_parts(declared: etree._Element, tag: str) -> set[str]:
    return {str(node.get("name") or node.get("ref")) for node in declared.iter(f"{XS}{tag}")}


@pytest.mark.parametrize(("kind", "declared"), schema_types().items())
def test_the_vocabulary_knows_all_that_the_schema_declares(kind: str, declared: etree._Element) -> None:
    row = vocabulary.table()[kind]
    known = {*vocabulary.attributes(kind), *vocabulary.references(kind)}

    assert own_parts(declared, "attribute") <= known
    contained = {part for part in own_parts(declared, "element") if ":" not in part}
    assert contained <= {*vocabulary.contents(kind), *vocabulary.references(kind)}
    assert bool(row.get("abstract")) == (declared.get("abstract") == "true")
    for extension in declared.iter(f"{XS}extension"):
        base = str(extension.get("base"))
        assert base[1].lower() + base[2:] in vocabulary.ancestry(kind)


def test_every_kind_that_the_vocabulary_mentions_has_a_row() -> None:
    table = vocabulary.table()
    for kind in table:
        targets = {target for target in vocabulary.references(kind).values() if target}
        assert {*vocabulary.ancestry(kind), *vocabulary.contents(kind).values(), *targets} <= set(table)


def test_kinds_are_found_by_what_they_are() -> None:
    assert vocabulary.is_a("userTask", "activity")
    assert not vocabulary.is_a("userTask", "event", "gateway")
    assert "boundaryEvent" in vocabulary.kinds_of("event")
    assert vocabulary.ancestry("madeUp") == ("madeUp",)
