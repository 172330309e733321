"""Differences between two versions are told in words, by element."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from resolute import bpmn, i18n

FIXTURES = sorted((Path(__file__).resolve().parents[1] / "data" / "bpmn-rules").glob("*.bpmn"))
SOURCE = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:resolute="urn:resolute:bpmn:1"
  targetNamespace="urn:x">
  <process id="P" name="Decision 1">
    <documentation>About schools.</documentation>
    <laneSet id="Lanes">
      <lane id="Ministry" name="Ministry"><flowNodeRef>Write</flowNodeRef></lane>
      <lane id="City" name="City"/>
    </laneSet>
    <startEvent id="Start" name="Adopted"/>
    <userTask id="Write" name="Write the plan" resolute:due="2022-07-01"/>
    <task id="Read" name="Read the plan"/>
    <endEvent id="End" name="Done"/>
    <boundaryEvent id="Late" name="Late" attachedToRef="Write">
      <timerEventDefinition id="Timer">
        <timeDuration xsi:type="tFormalExpression">P7D</timeDuration>
      </timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="F1" sourceRef="Start" targetRef="Write"/>
    <sequenceFlow id="F2" sourceRef="Write" targetRef="End"/>
  </process>
</definitions>"""


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with i18n.use("en"):
        yield


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'name="Write the plan"',
            'name="Draft the plan"',
            ['"Write the plan" (user task) is now called "Draft the plan"'],
        ),
        ('<task id="Read"', '<userTask id="Read"', ['the kind of "Read the plan" (user task) was task']),
        (
            'due="2022-07-01"',
            'due="2022-09-30"',
            ['deadline of "Write the plan" (user task): "2022-07-01" became "2022-09-30"'],
        ),
        (' resolute:due="2022-07-01"', "", ['deadline of "Write the plan" (user task): "2022-07-01" became nothing']),
        ("P7D", "P10D", ['timer of "Late" (boundary event): "P7D" became "P10D"']),
        (
            "About schools.",
            "About libraries.",
            ['documentation of "Decision 1" (process): "About schools." became "About libraries."'],
        ),
        ('<task id="Read" name="Read the plan"/>', "", ['"Read the plan" (task) was removed']),
        (
            '<task id="Read"',
            '<manualTask id="Sign" name="Sign"/><task id="Read"',
            ['"Sign" (manual task) was added'],
        ),
        (
            'targetRef="End"',
            'targetRef="Read"',
            [
                '"F2" (sequence flow) from "Write the plan" (user task) to "Done" (end event) now leads from '
                '"Write the plan" (user task) to "Read the plan" (task)'
            ],
        ),
        (
            '<flowNodeRef>Write</flowNodeRef></lane>\n      <lane id="City" name="City"/>',
            '</lane><lane id="City" name="City"><flowNodeRef>Write</flowNodeRef></lane>',
            ['"Write the plan" (user task) moved from "Ministry" (lane) to "City" (lane)'],
        ),
        (
            "<flowNodeRef>Write</flowNodeRef>",
            "",
            ['"Write the plan" (user task) moved from "Ministry" (lane) to no lane'],
        ),
        (
            '<task id="Read" name="Read the plan"/>',
            '<subProcess id="Sub"><task id="Read" name="Read the plan"/></subProcess>',
            [
                '"Sub" (sub-process) was added',
                '"Read the plan" (task) moved from "Decision 1" (process) to "Sub" (sub-process)',
            ],
        ),
        ("timeDuration", "timeCycle", ['timer of "Late" (boundary event) changed']),
        ('id="Timer"', 'id="Renamed"', []),
        ('laneSet id="Lanes"', 'laneSet id="Others"', []),
        (
            '<startEvent id="Start"',
            "\n\n  <!-- a comment --><startEvent isInterrupting='true' id='Start'",
            [],
        ),
    ],
)
def test_each_kind_of_change_has_its_words(old: str, new: str, words: list[str]) -> None:
    changed = SOURCE.replace(old, new)
    assert changed != SOURCE

    assert [change.message for change in bpmn.diff(bpmn.loads(SOURCE), bpmn.loads(changed))] == words


def test_changes_name_the_element_and_the_aspect() -> None:
    changed = SOURCE.replace("P7D", "P10D").replace('name="Done"', 'name="Over"')

    changes = bpmn.diff(bpmn.loads(SOURCE), bpmn.loads(changed))

    assert [(change.kind, change.element, change.aspect) for change in changes] == [
        ("changed", "End", "name"),
        ("changed", "Late", "timerEventDefinition"),
    ]


def test_the_words_are_russian_when_the_language_is() -> None:
    changed = SOURCE.replace('<task id="Read" name="Read the plan"/>', "")

    with i18n.use("ru"):
        (change,) = bpmn.diff(bpmn.loads(SOURCE), bpmn.loads(changed))

    assert change.message == "удалён элемент «Read the plan» (задача)"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_document_does_not_differ_from_itself_written_and_indented_anew(path: Path) -> None:
    document, again = bpmn.load(path), bpmn.load(path)
    etree.indent(again.tree, space="\t")

    assert bpmn.diff(document, bpmn.loads(bpmn.dumps(again))) == ()


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(FIXTURES), st.randoms(use_true_random=False))
def test_adding_and_removing_mirror_each_other(path: Path, chance: random.Random) -> None:
    old, new = bpmn.load(path), bpmn.load(path)
    nodes = [element.node for element in new.elements_that_are("flowElement")]
    for node in chance.sample(nodes, min(len(nodes), 2)):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    new.refresh()

    there = {(change.kind, change.element) for change in bpmn.diff(old, new)}
    back = {(change.kind, change.element) for change in bpmn.diff(new, old)}

    mirror = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(mirror[kind], element) for kind, element in there} == back
    assert {element for kind, element in there if kind == "removed"} == {
        key for key in old.ids if key not in new.ids and old.ids[key].is_a("flowElement")
    }
