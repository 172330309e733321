"""Data objects, data stores, inputs and outputs, associations with assignments and transformations (clause 10.4)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.playground import Play, flows, model, xml
from resolute import Engine, bpmn
from resolute.bpmn.read import parse
from resolute.errors import ModelError
from resolute.execution.executors.net import NetExecutor
from resolute.execution.seam import Complete
from resolute.net import compile, dumps_net, loads_net
from resolute.testing import Clock

OBJECTS = (
    '<dataObject id="o1" name="request"/><dataObjectReference id="r1" dataObjectRef="o1"/>'
    '<dataObject id="o2"/><dataObjectReference id="r2" name="answer" dataObjectRef="o2"/>'
    '<dataStoreReference id="r3" dataStoreRef="d3"/>'
)
STORE = '<dataStore id="d3" name="archive"/>'


def io(inputs: str = "", outputs: str = "") -> str:
    """An ioSpecification with these data inputs and outputs, each with the id NAME_in or NAME_out."""
    given = "".join(f'<dataInput id="{name}_in" name="{name}"/>' for name in inputs.split())
    made = "".join(f'<dataOutput id="{name}_out" name="{name}"/>' for name in outputs.split())
    sets = "".join(f"<dataInputRefs>{name}_in</dataInputRefs>" for name in inputs.split())
    outs = "".join(f"<dataOutputRefs>{name}_out</dataOutputRefs>" for name in outputs.split())
    parts = f"{given}{made}<inputSet>{sets}</inputSet><outputSet>{outs}</outputSet>"
    return f"<ioSpecification>{parts}</ioSpecification>"


def into(source: str, target: str, inner: str = "") -> str:
    return f"<dataInputAssociation>{_refs(source)}<targetRef>{target}</targetRef>{inner}</dataInputAssociation>"


def out(source: str, target: str, inner: str = "") -> str:
    return f"<dataOutputAssociation>{_refs(source)}<targetRef>{target}</targetRef>{inner}</dataOutputAssociation>"


def _refs(sources: str) -> str:
    return "".join(f"<sourceRef>{source}</sourceRef>" for source in sources.split())


def play(body: str, links: str = "", data: dict[str, Any] | None = None) -> Play:
    """One instance of a model that is stored and read back first."""
    net = model(OBJECTS + body, links, STORE)
    return Play(loads_net(dumps_net(net)), data or {})


def task_data(playing: Play, element: str) -> Any:
    return next(
        event.detail.get("data") for event in playing.events if event.kind == "task" and event.element == element
    )


def test_a_task_sees_its_inputs_and_its_outputs_go_where_they_are_associated() -> None:
    body = f'<userTask id="a">{io("case", "verdict")}{into("r1", "case_in")}{out("verdict_out", "r2")}</userTask>'
    playing = play(body, data={"request": {"number": 7}})
    assert task_data(playing, "a") == {"case": {"number": 7}, "verdict": None}
    playing.do("a", verdict="yes", remark="seen")
    assert playing.data == {"request": {"number": 7}, "answer": "yes", "remark": "seen"}


def test_a_transformation_is_worked_out_on_its_sources() -> None:
    change = "<transformation>request.number + case</transformation>"
    body = f'<userTask id="a">{io("", "n")}{into("r1", "case_in")}{out("r1", "r2", change)}</userTask>'
    assert play(body, data={"request": {"number": 7}, "case": 1}).do("a").data["answer"] == 8


def test_a_transformation_written_as_a_dmn_expression_is_read() -> None:
    text = "&lt;d:literalExpression xmlns:d='u'&gt;&lt;d:text&gt;request + 1&lt;/d:text&gt;&lt;/d:literalExpression&gt;"
    body = f'<userTask id="a">{out("r1", "r2", f"<transformation>{text}</transformation>")}</userTask>'
    assert play(body, data={"request": 1}).do("a").data["answer"] == 2


def test_assignments_set_parts_of_the_target_one_after_the_other() -> None:
    steps = "".join(
        f"<assignment><from>{source}</from><to>{target}</to></assignment>"
        for source, target in (("1", "answer.a"), ("answer.a + 1", "b.c"), ("answer.b.c * 10", "answer.b.d"))
    )
    body = f'<userTask id="a">{out("", "r2", steps)}</userTask>'
    assert play(body, data={"answer": {"z": 0}}).do("a").data["answer"] == {"z": 0, "a": 1, "b": {"c": 2, "d": 20}}


def test_a_job_gets_its_data_inputs() -> None:
    body = f'<serviceTask id="a">{io("case", "verdict")}{into("r1", "case_in")}{out("verdict_out", "r2")}</serviceTask>'
    playing = play(body, data={"request": 5, "other": 1})
    assert [e.detail["input"] for e in playing.events if e.kind == "job"] == [{"case": 5}]
    assert playing.do("a", verdict=6).data["answer"] == 6


def test_a_call_hands_over_its_inputs_and_takes_back_its_outputs() -> None:
    inner = f"{io('case', 'verdict')}{into('r1', 'case_in')}{out('verdict_out', 'r2')}"
    playing = play(f'<callActivity id="a" calledElement="q">{inner}</callActivity>', data={"request": 5})
    assert [e.detail["data"] for e in playing.events if e.kind == "called"] == [{"case": 5}]
    assert playing.child("a", verdict=6, hidden=7).data == {"request": 5, "answer": 6}


def test_a_sub_process_and_a_script_work_on_their_own_inputs() -> None:
    script = "<script>verdict = case + 1</script>"
    inner = f"{io('case', 'verdict')}{into('r1', 'case_in')}{out('verdict_out', 'r2')}"
    assert play(f'<scriptTask id="a">{inner}{script}</scriptTask>', data={"request": 1}).data == {
        "request": 1,
        "answer": 2,
    }
    body = f'<subProcess id="u">{inner}<scriptTask id="a">{script}</scriptTask></subProcess>'
    assert play(body, data={"request": 1}).data == {"request": 1, "answer": 2}


def test_a_multi_instance_goes_over_its_input_and_collects_its_output() -> None:
    marker = (
        '<multiInstanceLoopCharacteristics isSequential="{}"><loopDataInputRef>all_in</loopDataInputRef>'
        "<loopDataOutputRef>done_out</loopDataOutputRef><inputDataItem id='x' name='item'/>"
        "<outputDataItem id='y' name='made'/></multiInstanceLoopCharacteristics>"
    )
    inner = f"{io('all', 'done')}{into('r1', 'all_in')}{out('done_out', 'r2')}"
    for sequential in ("true", "false"):
        body = f'<scriptTask id="a">{inner}{marker.format(sequential)}<script>made = item * item</script></scriptTask>'
        assert play(body, data={"request": [1, 2, 3]}).data["answer"] == [1, 4, 9]


def test_an_input_or_output_without_association_is_the_variable_of_its_name() -> None:
    playing = play(f'<userTask id="a">{io("case", "verdict")}</userTask>', data={"case": 1}).do("a", verdict=2)
    assert playing.data == {"case": 1, "verdict": 2}
    marker = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>all_in</loopDataInputRef>"
        "<inputDataItem id='x' name='item'/></multiInstanceLoopCharacteristics>"
    )
    body = f'<userTask id="a">{io("all")}{marker}</userTask>'
    assert play(body, data={"all": [1, 2, 3]}).tasks == ["a", "a", "a"]


def test_the_item_of_a_multi_instance_goes_by_its_id_where_its_name_is_no_single_word() -> None:
    marker = (
        "<multiInstanceLoopCharacteristics><loopDataInputRef>all</loopDataInputRef><loopDataOutputRef>made</loopDataOutputRef>"
        "<inputDataItem id='in_item' name='an item'/><outputDataItem id='out_item' name='a result'/>"
        "</multiInstanceLoopCharacteristics>"
    )
    body = f'<scriptTask id="a">{marker}<script>out_item = in_item + 1</script></scriptTask>'
    assert play(body, data={"all": [1, 2]}).data["made"] == [2, 3]


def test_events_throw_and_catch_through_their_own_data() -> None:
    message = "<messageEventDefinition/>"
    throw = f'<dataInput id="case_in" name="case"/>{into("r1", "case_in")}<inputSet/>{message}'
    catch = f'<dataOutput id="case_out" name="case"/>{out("case_out", "r2")}<outputSet/>{message}'
    body = f'<intermediateThrowEvent id="t">{throw}</intermediateThrowEvent>'
    body += f'<intermediateCatchEvent id="c">{catch}</intermediateCatchEvent><userTask id="z"/>'
    playing = play(body, "t->c c->z", {"request": 5})
    assert [e.detail["payload"] for e in playing.events if e.kind == "sent"] == [{"case": 5}]
    assert playing.fire("c", case=6).data == {"request": 5, "answer": 6}
    whole = play(body, "t->c c->z", {"request": 5}).fire("c", a=1, b=2)
    assert whole.data["answer"] == {"a": 1, "b": 2}, "an output that stands alone takes the whole message"


def test_the_data_object_of_a_sub_process_is_its_own() -> None:
    inner = '<dataObject id="o9"/><dataObjectReference id="r9" name="local" dataObjectRef="o9"/>'
    inner += (
        f'<userTask id="a">{io("", "x")}{out("x_out", "r9")}</userTask><userTask id="b">{io("y")}{into("r9", "y_in")}'
    )
    playing = play(f'<subProcess id="u">{inner}</userTask>{flows("a->b")}</subProcess>').do("a", x=3)
    assert task_data(playing, "b") == {"y": 3}
    assert playing.do("b").data == {}


def test_a_drawing_of_bpmn_js_changes_nothing() -> None:
    body = '<userTask id="a"><property id="p9" name="__targetRef_placeholder"/>'
    body += f"{into('r1', 'p9')}<dataOutputAssociation><targetRef>r2</targetRef></dataOutputAssociation></userTask>"
    playing = play(body, data={"request": 1})
    assert task_data(playing, "a") is None
    assert playing.do("a", answer=2).data == {"request": 1, "answer": 2}


def test_what_cannot_be_worked_out_is_told_to_the_person_and_an_incident_of_a_job() -> None:
    broken = out("", "r2", "<transformation>missing + 1</transformation>")
    playing = play(f'<serviceTask id="a">{broken}</serviceTask>').do("a")
    assert playing.incidents == {"a": "expression"}
    assert playing.retry("a", missing=1).data["answer"] == 2
    playing = play(f'<userTask id="a">{broken}</userTask>')
    with pytest.raises(Exception, match="missing"):
        playing.do("a")
    assert playing.do("a", missing=1).data["answer"] == 2


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<transformation>1 +</transformation>", "bad-expression"),
        ("<assignment><from>1</from><to>a b/c</to></assignment>", "bad-assignment"),
    ],
)
def test_what_is_not_in_the_language_refuses_the_model(inner: str, code: str) -> None:
    with pytest.raises(ModelError) as caught:
        play(f'<userTask id="a">{out("", "r2", inner)}</userTask>')
    assert [(finding.code, finding.element) for finding in caught.value.findings] == [(code, "a")]


@settings(max_examples=40, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["request", "answer", "archive"]), min_size=2, max_size=8), st.integers())
def test_a_value_is_carried_unchanged_along_any_chain_of_associations(chain: list[str], value: int) -> None:
    refs = {"request": "r1", "answer": "r2", "archive": "r3"}
    body = '<startEvent id="s"/>'
    links = ["s->t1"]
    for number in range(1, len(chain)):
        carried = f"{into(refs[chain[number - 1]], 'x_in')}{out('x_in', refs[chain[number]])}"
        body += (
            f'<scriptTask id="t{number}">{io("x").replace("x_in", f"x{number}")}{carried.replace("x_in", f"x{number}")}'
        )
        body += "</scriptTask>"
        links.append(f"t{number}->t{number + 1}")
    net = compile(bpmn.loads(xml(OBJECTS + body, " ".join(links[:-1]), STORE)))
    started = NetExecutor().start(net, {"request": value, "answer": value}, Play(net).now, stores={"archive": value})
    told = {event.detail["store"]: event.detail["value"] for event in started.events if event.kind == "stored"}
    assert {**started.data, **told} == {**dict.fromkeys(("request", "answer"), value), **dict.fromkeys(told, value)}


def test_data_stores_outlive_instances_and_are_shared_by_them() -> None:
    count = "<transformation>or_else(archive, 0) + 1</transformation>"
    task = f'<userTask id="a">{io("old")}{into("r3", "old_in")}{out("r3", "r3", count)}</userTask>'
    body = f'{OBJECTS}<startEvent id="s"/>{task}'
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(xml(body, "s->a", STORE))
        first, second = engine.start("p"), engine.start("p")
        for instance in (first, second):
            engine.complete(engine.tasks(instance=instance.id)[0].id)
        assert engine.data_stores() == {"archive": 2}
        engine.set_data_store("archive", 10)
        third = engine.start("p")
        waiting = engine.tasks(instance=third.id)[0]
        assert waiting.data == {"old": 10}
        engine.complete(waiting.id)
        assert engine.data_stores() == {"archive": 11}
        engine.set_data_store("archive", "changed since")
        assert engine.instance(third.id, as_of=engine.now()).data == engine.instance(third.id).data


def test_a_command_that_fails_writes_to_no_store() -> None:
    steps = out("r3", "r3", "<transformation>1</transformation>") + out(
        "", "r2", "<transformation>no + 1</transformation>"
    )
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(xml(f'{OBJECTS}<userTask id="a">{steps}</userTask>', "", STORE))
        engine.start("p")
        with pytest.raises(Exception, match="no"):
            engine.complete(engine.tasks()[0].id)
        assert engine.data_stores() == {}


def test_a_store_read_twice_in_one_command_is_asked_for_once() -> None:
    body = (
        f'<scriptTask id="a">{io("x")}{into("r3", "x_in")}</scriptTask><scriptTask id="b">{io("y")}{into("r3", "y_in")}'
    )
    net = compile(parse(xml(f"{OBJECTS}{body}</scriptTask>", "a->b", STORE)))
    asked: list[str] = []

    class Counting(dict[str, Any]):
        def get(self, key: str, default: Any = None) -> Any:
            asked.append(key)
            return 3

    started = NetExecutor().start(net, {}, Play(net).now, stores=Counting())
    assert asked == ["archive"]
    assert [event.detail for event in started.events if event.kind == "read"] == [{"store": "archive", "value": 3}]


def test_replaying_a_life_with_stores_gives_the_state() -> None:
    body = f'<userTask id="a">{io("x", "y")}{into("r3", "x_in")}{out("y_out", "r3")}</userTask><userTask id="b"/>'
    playing = play(body, "a->b")
    playing.give(Complete(playing.open()["a"][0], {"y": 4}))
    assert [event.detail for event in playing.events if event.kind == "stored"] == [{"store": "archive", "value": 4}]
