"""Loops, multi-instance, ad-hoc sub-processes, complex gateways."""

from __future__ import annotations

import json

import pytest

from net.playground import Play, model, xml
from resolute import Engine
from resolute.errors import ConflictError
from resolute.execution.seam import ChildEnded, Complete, Fail
from resolute.testing import Clock

MI = (
    '<task id="t"><multiInstanceLoopCharacteristics isSequential="{sequential}">{inner}'
    '</multiInstanceLoopCharacteristics></task><task id="z"/>'
)


def multi(inner: str, *, sequential: bool = False) -> str:
    return MI.format(sequential=str(sequential).lower(), inner=inner)


def test_a_standard_loop_goes_on_while_its_condition_holds_and_does_not_grow() -> None:
    body = (
        '<task id="t"><standardLoopCharacteristics><loopCondition>again</loopCondition>'
        '</standardLoopCharacteristics></task><task id="z"/>'
    )
    play = Play(model(body, "t->z"))
    sizes = set()
    for _round in range(5):
        play.do("t", again=True)
        sizes.add(len(json.dumps(play.state)))
    assert len(sizes) <= 2, "only the counters have more digits"
    assert play.do("t", again=False).tasks == ["z"]


def test_a_standard_loop_may_look_first_and_stops_at_its_maximum() -> None:
    body = (
        '<task id="t"><standardLoopCharacteristics testBefore="true" loopMaximum="2">'
        "<loopCondition>again</loopCondition></standardLoopCharacteristics></task><task id='z'/>"
    )
    assert Play(model(body, "t->z"), {"again": False}).tasks == ["z"]
    assert Play(model(body, "t->z"), {"again": True}).do("t", "t").tasks == ["z"]


def test_a_loop_over_a_script_turns_without_recursion() -> None:
    body = (
        '<scriptTask id="t"><standardLoopCharacteristics><loopCondition>x &lt; 3000</loopCondition>'
        '</standardLoopCharacteristics><script>x = x + 1</script></scriptTask><task id="z"/>'
    )
    from resolute.net.run import Run
    from resolute.net.state import State

    run = Run(State(model(body, "t->z")), Play(model("<task id='a'/>")).now)
    run.start({"x": 0})
    assert run.state.data == {"x": 3000}


def test_parallel_instances_are_all_open_and_all_needed() -> None:
    play = Play(model(multi("<loopCardinality>3</loopCardinality>"), "t->z"))
    assert play.tasks == ["t", "t", "t"]
    assert play.executor.marking(play.net, play.state).nodes == {play.net.index["t"]: 3}
    assert play.do("t", "t").tasks == ["t"]
    assert play.do("t").tasks == ["z"]


def test_sequential_instances_come_one_after_another() -> None:
    play = Play(model(multi("<loopCardinality>n</loopCardinality>", sequential=True), "t->z"), {"n": 2})
    assert play.tasks == ["t"]
    assert play.do("t").tasks == ["t"]
    assert play.do("t").tasks == ["z"]


@pytest.mark.parametrize("sequential", [True, False])
def test_instances_go_over_a_list_and_collect_their_results(sequential: bool) -> None:
    inner = (
        "<loopDataInputRef>people</loopDataInputRef><loopDataOutputRef>votes</loopDataOutputRef>"
        '<inputDataItem id="person"/><outputDataItem id="vote"/>'
    )
    play = Play(model(multi(inner, sequential=sequential), "t->z"), {"people": ["Ann", "Bob"]})
    first = next(event for event in play.events if event.kind == "task")
    assert first.detail["data"] == {"loopCounter": 1, "person": "Ann"}
    play.do("t", vote="yes").do("t", vote="no")
    assert play.data == {"people": ["Ann", "Bob"], "votes": ["yes", "no"]}
    assert play.tasks == ["z"]


@pytest.mark.parametrize("sequential", [True, False])
def test_the_completion_condition_ends_the_rest(sequential: bool) -> None:
    inner = (
        "<loopCardinality>4</loopCardinality>"
        "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>"
    )
    play = Play(model(multi(inner, sequential=sequential), "t->z")).do("t", "t")
    assert play.tasks == ["z"]


def test_no_instances_at_all_pass_through() -> None:
    assert Play(model(multi("<loopCardinality>0</loopCardinality>"), "t->z")).tasks == ["z"]


@pytest.mark.parametrize("cardinality", ["'many'", "-1", "1.5", "missing", "true"])
def test_a_cardinality_that_is_no_number_is_an_incident_that_can_be_repaired(cardinality: str) -> None:
    play = Play(model(multi(f"<loopCardinality>{cardinality}</loopCardinality>"), "t->z"))
    assert play.incidents == {"t": "expression"}


def test_a_repaired_cardinality_goes_on() -> None:
    play = Play(model(multi("<loopCardinality>n</loopCardinality>"), "t->z"), {"n": "x"})
    assert play.retry("t", n=2).do("t", "t").tasks == ["z"]


def test_a_multi_instance_sub_process_keeps_its_rounds_apart() -> None:
    body = (
        '<subProcess id="sub"><multiInstanceLoopCharacteristics><loopDataInputRef>items</loopDataInputRef>'
        '<inputDataItem id="item"/></multiInstanceLoopCharacteristics>'
        '<scriptTask id="s"><script>total = total + item</script></scriptTask><task id="a"/>'
        '<sequenceFlow id="1" sourceRef="s" targetRef="a"/></subProcess><task id="z"/>'
    )
    play = Play(model(body, "sub->z"), {"items": [1, 2, 3], "total": 0})
    assert play.data["total"] == 6
    assert play.do("a", "a", "a").tasks == ["z"]


def test_an_interrupting_boundary_event_ends_all_instances() -> None:
    body = multi("<loopCardinality>3</loopCardinality>") + (
        '<boundaryEvent id="b" attachedToRef="t"><messageEventDefinition messageRef="m"/></boundaryEvent>'
    )
    play = Play(model(body, "b->z", '<message id="m" name="stop"/>'))
    assert len(play.waits()) == 1
    assert play.fire("b").tasks == ["z"]


ADHOC = '<adHocSubProcess id="sub" {attributes}><task id="a"/><task id="b"/>{condition}</adHocSubProcess><task id="z"/>'


def test_an_ad_hoc_sub_process_opens_all_and_ends_when_all_are_done_or_its_condition_holds() -> None:
    plain = model(ADHOC.format(attributes="", condition=""), "sub->z")
    assert Play(plain).tasks == ["a", "b"]
    assert Play(plain).do("b", "a").tasks == ["z"]
    condition = "<completionCondition>enough</completionCondition>"
    early = model(ADHOC.format(attributes="", condition=condition), "sub->z")
    assert Play(early, {"enough": False}).do("b", enough=True).tasks == ["z"]


def test_people_choose_the_order_of_a_sequential_ad_hoc_sub_process() -> None:
    net = model(ADHOC.format(attributes='ordering="Sequential"', condition=""), "sub->z")
    assert Play(net).tasks == ["a", "b"]
    assert Play(net).do("b").tasks == ["a"]
    assert Play(net).do("b", "a").tasks == ["z"]


CALL = '<callActivity id="d" calledElement="q"/>'
CHOICES = (
    '<adHocSubProcess id="sub" ordering="Sequential"><serviceTask id="a"/><subProcess id="b"><task id="in"/>'
    f'</subProcess><task id="c"/>{CALL}{{condition}}</adHocSubProcess><task id="z"/>'
)


def test_what_no_person_does_is_begun_by_choosing_it_and_then_runs_alone() -> None:
    play = Play(model(CHOICES.format(condition=""), "sub->z"))
    assert play.tasks == ["a", "b", "c", "d"]
    assert not play.open("job")
    assert {e.detail["kind"] for e in play.events if e.kind == "task" and e.element != "c"} == {"choice"}
    play.do("b", note=1)
    assert "in" in play.tasks
    for element in ("a", "c", "d"):
        with pytest.raises(ConflictError, match="b is under way in sub"):
            play.do(element)
    play.do("in").do("a")
    assert list(play.open("job")) == ["a"]
    with pytest.raises(ConflictError):
        play.do("c")
    play.give(Complete(play.open("job")["a"][0]))
    play.do("d").child("d").do("c")
    assert play.tasks == ["z"]
    assert play.data == {"note": 1}


def test_what_was_not_chosen_is_withdrawn_when_the_condition_holds() -> None:
    condition = "<completionCondition>enough</completionCondition>"
    play = Play(model(CHOICES.format(condition=condition), "sub->z"), {"enough": False})
    assert play.do("c", enough=True).tasks == ["z"]


def test_nothing_but_a_choice_begins_what_is_offered() -> None:
    play = Play(model(CHOICES.format(condition=""), "sub->z"))
    for command in (ChildEnded(play.open()["d"][0]), Fail(play.open()["a"][0], "no")):
        with pytest.raises(ConflictError):
            play.give(command)


def test_an_ad_hoc_sub_process_may_let_the_rest_finish() -> None:
    condition = "<completionCondition>true</completionCondition>"
    net = model(ADHOC.format(attributes='cancelRemainingInstances="false"', condition=condition), "sub->z")
    assert Play(net).do("a").tasks == ["b"]
    assert Play(net).do("a", "b").tasks == ["z"]


COMPLEX = (
    '<parallelGateway id="g"/><task id="a"/><task id="b"/><task id="c"/>'
    '<complexGateway id="j"><activationCondition>activationCount &gt;= 2</activationCondition></complexGateway>'
    '<task id="z"/>'
)


def test_a_complex_gateway_goes_on_when_its_condition_holds_and_swallows_the_rest() -> None:
    play = Play(model(COMPLEX, "g->a g->b g->c a->j b->j c->j j->z[waitingForStart]")).do("a")
    assert play.tasks == ["b", "c"]
    assert play.do("c").tasks == ["b", "z"]
    assert play.do("b").tasks == ["z"]
    assert play.do("z").ended == "completed"


def test_a_complex_gateway_stops_waiting_for_the_rest_when_that_goes_another_way() -> None:
    body = COMPLEX + '<exclusiveGateway id="x"/><endEvent id="e"/>'
    play = Play(model(body, "g->a g->b g->c a->j b->j c->x x->j[again] x->e[not~again] j->z[waitingForStart]"))
    assert play.do("a", "b", "z").tasks == ["c"]
    assert play.do("c", again=False).ended == "completed"


def test_a_complex_gateway_is_ready_again_after_a_round() -> None:
    body = COMPLEX + '<exclusiveGateway id="m"/><exclusiveGateway id="x"/><startEvent id="s"/><endEvent id="e"/>'
    links = "s->m m->g g->a g->b g->c a->j b->j c->j j->z[waitingForStart] z->x x->m[again] x->e[not~again]"
    play = Play(model(body, links), {"again": True})
    for _round in range(3):
        play.do("a", "b", "c", "z")
    assert play.tasks == ["a", "b", "c"]
    assert play.do("a", "b", "c").do("z", again=False).ended == "completed"


@pytest.mark.parametrize("sequential", [True, False])
def test_the_completion_condition_sees_what_the_finished_instance_says(sequential: bool) -> None:
    inner = (
        "<loopDataInputRef>people</loopDataInputRef><loopDataOutputRef>votes</loopDataOutputRef>"
        '<inputDataItem id="person"/><outputDataItem id="vote"/>'
        "<completionCondition>vote = 'no'</completionCondition>"
    )
    play = Play(model(multi(inner, sequential=sequential), "t->z"), {"people": ["Ann", "Bob", "Cid"]})
    play.do("t", vote="yes").do("t", vote="no")
    assert play.tasks == ["z"]
    assert play.data["votes"] == ["yes", "no", None]


def test_the_condition_of_an_ad_hoc_sub_process_is_looked_at_after_every_activity() -> None:
    body = (
        '<adHocSubProcess id="sub"><task id="a"/><task id="b"/><sequenceFlow id="f" sourceRef="a" targetRef="b"/>'
        "<completionCondition>enough</completionCondition></adHocSubProcess><task id='z'/>"
    )
    assert Play(model(body, "sub->z"), {"enough": False}).do("a", enough=True).tasks == ["z"]
    assert Play(model(body, "sub->z"), {"enough": False}).do("a").tasks == ["b"]


def test_in_the_engine_a_choice_is_a_task_and_what_it_begins_another() -> None:
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.service("a")(lambda data: {"made": 1})
        engine.deploy(xml(CHOICES.format(condition="").replace(CALL, ""), "sub->z"))
        started = engine.start("p")
        for element in ("b", "in", "a", "c", "z"):
            task = next(task for task in engine.tasks() if task.element == element)
            engine.complete(task.id)
            engine.tick()
        assert engine.instance(started.id).state == "completed"
        assert engine.instance(started.id).data == {"made": 1}
