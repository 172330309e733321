"""The builder: what is written in code stands in the document, in the order that the schema asks for."""

from __future__ import annotations

import pytest

from resolute.bpmn.build import (
    TERMINATE,
    catch,
    document,
    end,
    error,
    exclusive,
    first,
    goto,
    message,
    otherwise,
    parallel,
    process,
    start,
    timer,
    user,
    when,
)
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN, RESOLUTE
from resolute.errors import ModelError


def flows(document: Document) -> set[tuple[str, str]]:
    return {(f.get("sourceRef", ""), f.get("targetRef", "")) for f in document.elements("sequenceFlow")}


def test_a_row_links_its_nodes_one_after_the_other() -> None:
    built = process("p").start().user("a").service("b", service="send").end().document()
    assert flows(built) == {("start", "a"), ("a", "b"), ("b", "end")}
    assert built.ids["b"].get(f"{{{RESOLUTE}}}service") == "send"


def test_every_node_names_its_incoming_and_outgoing_flows() -> None:
    built = process("p").start().parallel([user("a")], [user("b")]).end().document()
    for node in built.processes[0].flow_nodes:
        assert [flow.text for flow in node.children("incoming")] == [flow.id for flow in node.incoming]
        assert [flow.text for flow in node.children("outgoing")] == [flow.id for flow in node.outgoing]


def test_branches_stand_between_a_split_and_a_join() -> None:
    built = process("p").start().parallel([user("a"), user("b")], [user("c")], id="fork").end().document()
    assert flows(built) == {
        ("start", "fork"), ("fork", "a"), ("a", "b"), ("b", "fork_join"), ("fork", "c"), ("c", "fork_join"),
        ("fork_join", "end"),
    }  # fmt: skip


def test_a_branch_that_ends_needs_no_join() -> None:
    built = (
        process("p")
        .start()
        .exclusive([when("ok"), user("go")], [otherwise(), end("stopped")], id="ok")
        .end()
        .document()
    )
    assert ("go", "end") in flows(built)
    assert built.ids["ok"].get("default") == "flow_ok_stopped"
    assert [f.condition.text for f in built.elements("sequenceFlow") if f.condition] == ["ok"]


def test_blocks_nest_and_an_empty_branch_leads_straight_to_the_join() -> None:
    inner = exclusive([when("x > 1"), user("a")], [otherwise("no")], id="inner")
    built = process("p").start().parallel([inner], [user("b")], id="outer").end().document()
    assert ("inner", "inner_join") in flows(built)
    assert ("inner_join", "outer_join") in flows(built)


def test_loops_are_drawn_by_going_back() -> None:
    p = process("p")
    row = p.start().gateway("exclusive", "again").user("work").gateway("exclusive", "good")
    row.when("good").end()
    p.at("good").otherwise().goto("again")
    assert ("good", "again") in flows(p.document())


def test_the_first_event_wins_through_an_event_based_gateway() -> None:
    waits = first([catch("paid", message("paid"))], [catch("late", timer(after="P3D"))], id="wait")
    built = process("p").start().then(waits).end().document()
    assert built.ids["wait"].kind == "eventBasedGateway"
    assert built.ids["wait_join"].kind == "exclusiveGateway"
    assert [m.name for m in built.definitions.children("message")] == ["paid"]


def test_a_boundary_event_shares_the_lane_of_its_host() -> None:
    p = process("p", lanes=["Board", "Office"])
    p.start(lane="Office").user("a", lane="Office").end(lane="Office")
    p.boundary("a", "late", timer(at="=due"), interrupting=False).end("told", "", error("late"))
    built = p.document()
    assert built.ids["late"].attached_to == built.ids["a"]
    assert not built.ids["late"].flag("cancelActivity")
    assert built.ids["late"].lane is not None and built.ids["late"].lane.name == "Office"
    assert [lane.name for lane in built.processes[0].lanes] == ["Board", "Office"]


def test_a_sub_process_keeps_its_content_inside_and_its_ids_apart() -> None:
    p = process("p")
    p.start().sub("s", [start(), user("a"), end(trigger=TERMINATE)]).end()
    built = p.document()
    assert {node.id for node in built.ids["s"].flow_nodes} == {"s_start", "a", "s_end"}
    assert built.ids["s_end"].event_definitions[0].kind == "terminateEventDefinition"


def test_multi_instance_runs_over_a_declared_variable() -> None:
    built = process("p").start().user("a", each="members", item="member", until="done > 2").end().document()
    loop = built.ids["a"].loop
    assert loop is not None
    assert [child.kind for child in loop.children()] == [
        "loopDataInputRef",
        "inputDataItem",
        "completionCondition",
    ]
    assert built.ids["members"].kind == "property"


def test_inputs_and_outputs_of_a_call_are_extension_elements() -> None:
    built = process("p").start().call("c", "q", inputs={"x": "=y"}, outputs={"z": "=w"}).end().document()
    found = [(node.get("name"), node.get("value")) for node in built.ids["c"].extensions(f"{{{RESOLUTE}}}*")]
    assert found == [("x", "=y"), ("z", "=w")]
    assert built.ids["c"].get("calledElement") == "q"


def test_several_processes_stand_in_pools_with_message_flows() -> None:
    a, b = process("a", "A"), process("b", "B")
    a.start("a_start").throw("ask", message("question")).end("a_end")
    b.start("b_start", trigger=message("question")).end("b_end")
    built = document(a, b, messages=[("ask", "b_start")])
    assert [pool.get("processRef") for pool in built.participants] == ["a", "b"]
    assert len(list(built.definitions.children("message"))) == 1
    assert [child.kind for child in built.definitions.children()] == [
        "message", "collaboration", "process", "process",
    ]  # fmt: skip


def test_the_same_calls_give_the_same_bytes() -> None:
    def build() -> bytes:
        return process("p").start().parallel([user("a")], [user("b"), goto("late")], [user("late")]).document().xml

    assert build() == build()


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (lambda: process("p").start().user("a").user("a"), "'a' is used twice"),
        (lambda: process("p").start().goto("nowhere").document(), "never placed"),
        (lambda: timer(), "no time"),
        (
            lambda: document(process("a").start().scope.owner, process("b").start().scope.owner),
            "two processes",
        ),
    ],
)
def test_a_mistake_is_named(mistake: object, expected: str) -> None:
    assert callable(mistake)
    with pytest.raises(ModelError, match=expected):
        mistake()


def test_blocks_work_without_a_row_before_them() -> None:
    built = process("p").start().then(parallel([user("a")], [user("b")])).end().document()
    assert built.ids["split"].node.tag == f"{{{BPMN}}}parallelGateway"
