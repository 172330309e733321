"""Whatever the builder is asked to build is valid BPMN: every kind of node and trigger, any nesting."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolute.bpmn import build, loads
from resolute.bpmn.build import Item, Node, Trigger
from resolute.bpmn.document import Document
from resolute.bpmn.schema import schema_findings

CATCHABLE = [
    build.message("m"),
    build.signal("s"),
    build.timer(at="=due"),
    build.timer(after="P3D"),
    build.timer(every="R3/P1D"),
    build.condition("x > 1"),
]
THROWABLE = [
    build.message("m"),
    build.signal("s"),
    build.error("E"),
    build.error(),
    build.escalation("late"),
    build.TERMINATE,
    build.COMPENSATE,
    build.CANCEL,
]
ACTIVITIES = [
    build.activity("manualTask", "n"),
    build.activity("businessRuleTask", "n"),
    build.task("n", done=True),
    build.user("n", each="xs", item="x", until="enough", sequential=True, due="=due", party="=x"),
    build.service("n", service="send", duration="P1D"),
    build.script("n", "x = 1"),
    build.send("n", "m", correlation="=key", inputs={"a": "=b"}),
    build.receive("n", "m"),
    build.call("n", "other", inputs={"a": "1"}, outputs={"b": "=c"}, documentation="Долгий\nтекст"),
    build.sub("n", [build.start(), build.user("inner"), build.end()]),
]


def violations(document: Document) -> list[str]:
    return [finding.message for finding in schema_findings(loads(document.xml))]


@pytest.mark.parametrize("node", ACTIVITIES, ids=lambda node: node.tag)
def test_every_activity_is_valid(node: Node) -> None:
    built = build.process("p", lanes=["A"]).start(lane="A").then(node).end(lane="A").document()
    assert violations(built) == []


@pytest.mark.parametrize("trigger", CATCHABLE, ids=lambda trigger: trigger.kind)
def test_every_catching_event_is_valid(trigger: Trigger) -> None:
    p = build.process("p")
    p.start(trigger=trigger).user("a").catch("c", trigger).end()
    p.boundary("a", "b", trigger, "late", interrupting=False).end()
    p.add(build.sub("s", [build.start(trigger=trigger, interrupting=False), build.end()], event=True))
    assert violations(p.document()) == []


@pytest.mark.parametrize("trigger", THROWABLE, ids=lambda trigger: f"{trigger.kind}-{trigger.name}")
def test_every_end_event_is_valid(trigger: Trigger) -> None:
    assert violations(build.process("p").start().end(trigger=trigger).document()) == []


def test_links_jump_by_name() -> None:
    p = build.process("p")
    p.start().throw("out", build.link("on")).scope.at().catch("in", build.link("on")).end()
    assert violations(p.document()) == []


def items(depth: int) -> st.SearchStrategy[list[Item]]:
    node = st.builds(lambda: build.user(""))
    if depth == 0:
        return st.lists(node, max_size=3)
    branches = st.lists(items(depth - 1), min_size=2, max_size=3)
    block = st.builds(lambda make, parts: make(*parts), st.sampled_from([build.parallel, build.inclusive]), branches)
    inner = items(depth - 1).map(lambda body: build.sub("", [build.start(), *body, build.end()]))
    return st.lists(st.one_of(node, block, inner), max_size=3)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(items(3))
def test_any_nesting_is_valid_and_every_node_lies_between_start_and_end(content: list[Item]) -> None:
    built = build.process("p").start().then(*content).end().document()
    assert violations(built) == []
    for element in built.elements("process", "subProcess"):
        nodes = element.flow_nodes
        starts = [node.id for node in nodes if not node.incoming]
        ends = [node.id for node in nodes if not node.outgoing]
        assert [node.kind for node in nodes if node.id in (*starts, *ends)] == ["startEvent", "endEvent"]


@settings(max_examples=60, deadline=None, derandomize=True)
@given(items(2))
def test_a_join_takes_as_many_branches_as_its_split_opens(content: list[Item]) -> None:
    built = build.process("p").start().then(*content).end().document()
    for split in built.elements("parallelGateway", "inclusiveGateway"):
        if len(split.outgoing) > 1:
            assert len(built.ids[f"{split.id}_join"].incoming) == len(split.outgoing)


def test_the_example_in_the_module_runs() -> None:
    indented = [line for line in (build.__doc__ or "").splitlines() if line.startswith("    ")]
    scope: dict[str, object] = {}
    exec(dedent("\n".join(indented)), scope)
    built = scope["document"]
    assert isinstance(built, Document)
    assert violations(built) == []
    assert built.ids["cancelled"].attached_to == built.ids["pick"]
