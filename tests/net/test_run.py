"""The token game: tasks, gateways, sub-processes, calls."""

from __future__ import annotations

import json

import pytest

from net.playground import Play, flows, model
from resolute.errors import ConflictError, InputError
from resolute.execution.seam import Complete

SEQUENCE = '<startEvent id="s"/><userTask id="a"/><manualTask id="b"/><endEvent id="e"/>'


def test_a_sequence_goes_from_task_to_task() -> None:
    play = Play(model(SEQUENCE, "s->a a->b b->e"), {"x": 1})
    assert play.tasks == ["a"]
    play.do("a", y=2)
    assert play.tasks == ["b"]
    play.do("b")
    assert play.ended == "completed"
    assert play.data == {"x": 1, "y": 2}


def test_a_task_says_whether_a_user_or_manual_one_is_open() -> None:
    play = Play(model(SEQUENCE, "s->a a->b b->e")).do("a")
    kinds = {event.element: event.detail["kind"] for event in play.events if event.kind == "task"}
    assert kinds == {"a": "user", "b": "manual"}


def test_a_task_settled_by_the_decision_is_passed_through() -> None:
    play = Play(model('<task id="a" resolute:done="true"/><task id="b"/>', "a->b"))
    assert play.tasks == ["b"]
    assert "a" in play.completed


def test_a_process_without_start_event_starts_at_whatever_nothing_leads_to() -> None:
    play = Play(model('<task id="a"/><task id="b"/><task id="c"/>', "a->c b->c"))
    assert play.tasks == ["a", "b"]


def test_completing_twice_is_a_conflict() -> None:
    play = Play(model(SEQUENCE, "s->a a->b b->e"))
    token = play.open()["a"][0]
    play.do("a")
    with pytest.raises(ConflictError):
        play.give(Complete(token))
    with pytest.raises(ConflictError):
        play.give(Complete("no number"))


def test_data_that_is_no_mapping_is_refused() -> None:
    play = Play(model(SEQUENCE, "s->a a->b b->e"))
    with pytest.raises(InputError):
        play.give(Complete(play.open()["a"][0], ["x"]))  # type: ignore[arg-type]


def test_an_exclusive_gateway_takes_the_first_flow_whose_condition_holds() -> None:
    net = model(
        '<exclusiveGateway id="g" default="g_c"/><task id="a"/><task id="b"/><task id="c"/>',
        "g->a[x~>~5] g->b[x~>~3] g->c",
    )
    assert Play(net, {"x": 9}).tasks == ["a"]
    assert Play(net, {"x": 4}).tasks == ["b"]
    assert Play(net, {"x": 1}).tasks == ["c"]


def test_a_gateway_without_a_way_out_is_an_incident_that_repaired_data_cures() -> None:
    net = model('<exclusiveGateway id="g"/><task id="a"/><task id="b"/>', "g->a[x~>~5] g->b[x~<~3]")
    play = Play(net, {"x": 4})
    assert play.incidents == {"g": "no-flow"}
    play.retry("g", x=6)
    assert play.incidents == {}
    assert play.tasks == ["a"]


@pytest.mark.parametrize("condition", ["missing~>~5", "x", "x~>~'a'", "1/0~=~1"])
def test_a_condition_that_cannot_be_worked_out_is_an_incident(condition: str) -> None:
    play = Play(model('<exclusiveGateway id="g"/><task id="a"/><task id="b"/>', f"g->a[{condition}] g->b"), {"x": 1})
    assert play.incidents == {"g": "expression"}
    assert play.ended is None


def test_conditional_flows_out_of_an_activity_are_chosen_and_the_default_stays_for_the_rest() -> None:
    net = model(
        '<task id="t" default="t_d"/><task id="a"/><task id="b"/><task id="c"/><task id="d"/>',
        "t->a[x~>~1] t->b[x~>~2] t->c t->d",
    )
    assert Play(net, {"x": 0}).do("t").tasks == ["c", "d"]
    assert Play(net, {"x": 2}).do("t").tasks == ["a", "c"]
    assert Play(net, {"x": 3}).do("t").tasks == ["a", "b", "c"]


def test_a_parallel_join_waits_for_all_its_flows() -> None:
    net = model(
        '<parallelGateway id="g"/><task id="a"/><task id="b"/><parallelGateway id="j"/><task id="c"/>',
        "g->a g->b a->j b->j j->c",
    )
    play = Play(net).do("b")
    assert play.tasks == ["a"]
    marking = play.executor.marking(net, play.state)
    assert marking.flows == {net.flow_index["b_j"]: 1}
    assert marking.nodes == {net.index["a"]: 1}
    assert play.do("a").tasks == ["c"]


def test_a_task_with_two_incoming_flows_runs_once_a_token() -> None:
    net = model('<parallelGateway id="g"/><task id="a"/><task id="b"/><task id="c"/>', "g->a g->b a->c b->c")
    play = Play(net).do("a", "b")
    assert play.tasks == ["c", "c"]
    assert play.do("c", "c").ended == "completed"


INCLUSIVE = (
    '<inclusiveGateway id="g"/><task id="a"/><task id="b"/><task id="c"/><inclusiveGateway id="j"/><task id="z"/>'
)
INCLUSIVE_FLOWS = "g->a[a] g->b[b] g->c[c] a->j b->j c->j j->z"


@pytest.mark.parametrize("taken", ["a", "b", "ab", "bc", "abc"])
def test_an_inclusive_join_waits_exactly_for_the_flows_that_were_taken(taken: str) -> None:
    play = Play(model(INCLUSIVE, INCLUSIVE_FLOWS), {name: name in taken for name in "abc"})
    for done, name in enumerate(taken, 1):
        assert play.tasks == sorted(taken[done - 1 :])
        play.do(name)
    assert play.tasks == ["z"]
    assert play.do("z").ended == "completed"


def test_an_inclusive_join_does_not_wait_for_a_branch_that_ended_elsewhere() -> None:
    net = model(
        '<parallelGateway id="g"/><task id="a"/><task id="b"/><exclusiveGateway id="x"/><endEvent id="out"/>'
        '<inclusiveGateway id="j"/><task id="z"/>',
        "g->a g->b a->j b->x x->out[leave] x->j[not~leave] j->z",
    )
    assert Play(net).do("a").do("b", leave=True).tasks == ["z"]
    assert Play(net).do("a").tasks == ["b"]


def test_an_inclusive_join_inside_a_loop_lets_each_round_through() -> None:
    net = model(
        '<exclusiveGateway id="m"/><inclusiveGateway id="g"/><task id="a"/><task id="b"/>'
        '<inclusiveGateway id="j"/><exclusiveGateway id="x"/><endEvent id="e"/><startEvent id="s"/>',
        "s->m m->g g->a g->b a->j b->j j->x x->m[again] x->e[not~again]",
    )
    play = Play(net, {"again": True})
    sizes = set()
    for _round in range(20):
        assert play.tasks == ["a", "b"]
        play.do("a", "b")
        sizes.add(len(json.dumps({**play.state, "next": 0, "places": len(play.state["places"])})))
    assert len(sizes) == 1, "loops do not grow the state"
    assert play.do("a").do("b", again=False).ended == "completed"


def test_two_inclusive_joins_that_feed_each_other_do_not_wait_for_ever() -> None:
    """A token before each: neither can get another one without the other going first (13.4.3)."""
    net = model(
        '<parallelGateway id="g"/><task id="a"/><task id="b"/><inclusiveGateway id="j"/><inclusiveGateway id="k"/>'
        '<exclusiveGateway id="x"/><exclusiveGateway id="y"/><endEvent id="e"/><endEvent id="f"/>',
        "g->a g->b a->j b->k j->x x->k[again] x->e[not~again] k->y y->j[again] y->f[not~again]",
    )
    play = Play(net, {"again": False}).do("a")
    play.do("b")
    assert play.tasks == []


def test_a_token_that_turns_for_ever_is_held_as_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 1000)
    net = model('<startEvent id="s"/><exclusiveGateway id="a"/><exclusiveGateway id="b"/>', "s->a a->b b->a")
    assert set(Play(net).incidents.values()) == {"endless-loop"}


def test_a_sub_process_is_left_when_nothing_is_left_inside() -> None:
    net = model(
        '<subProcess id="sub"><startEvent id="s"/><task id="a"/><task id="b"/>'
        '<sequenceFlow id="1" sourceRef="s" targetRef="a"/><sequenceFlow id="2" sourceRef="s" targetRef="b"/>'
        '</subProcess><task id="z"/>',
        "sub->z",
    )
    play = Play(net)
    assert play.tasks == ["a", "b"]
    assert play.executor.marking(net, play.state).nodes == {
        net.index["sub"]: 1,
        net.index["a"]: 1,
        net.index["b"]: 1,
    }
    assert play.do("b").tasks == ["a"]
    assert play.do("a").tasks == ["z"]


def test_an_empty_sub_process_is_passed_through() -> None:
    assert Play(model('<subProcess id="sub"/><task id="z"/>', "sub->z")).tasks == ["z"]


def test_a_data_object_of_a_sub_process_is_forgotten_with_it() -> None:
    net = model(
        '<subProcess id="sub"><dataObject id="d" name="draft"/><task id="a"/></subProcess><task id="z"/>', "sub->z"
    )
    play = Play(net, {"x": 1}).do("a", draft="text", x=2)
    assert play.data == {"x": 2}


def test_a_call_hands_over_and_takes_back_only_what_is_mapped() -> None:
    net = model(
        '<callActivity id="c" calledElement="other"><extensionElements>'
        '<resolute:input name="who" value="=person"/><resolute:input name="kind" value="letter"/>'
        '<resolute:output name="answer" value="=reply + 1"/></extensionElements></callActivity><task id="z"/>',
        "c->z",
    )
    play = Play(net, {"person": "Ann", "secret": 1})
    called = next(event for event in play.events if event.kind == "called")
    assert called.detail["process"] == "other"
    assert called.detail["data"] == {"who": "Ann", "kind": "letter"}
    play.child("c", reply=41, other="x")
    assert play.data == {"person": "Ann", "secret": 1, "answer": 42}
    assert play.tasks == ["z"]


def test_a_call_without_a_process_is_an_incident() -> None:
    assert Play(model('<callActivity id="c"/>')).incidents == {"c": "missing-process"}


def test_a_service_task_asks_for_its_function_and_merges_the_answer() -> None:
    net = model('<serviceTask id="c" resolute:service="post"/><task id="z"/>', "c->z")
    play = Play(net, {"x": 1})
    job = next(event for event in play.events if event.kind == "job")
    assert job.detail == {"service": "post", "input": {"x": 1}}
    assert play.do("c", number=7).data == {"x": 1, "number": 7}
    assert play.tasks == ["z"]


def test_a_job_that_fails_is_an_incident_until_it_is_tried_again() -> None:
    play = Play(model('<serviceTask id="c"/><task id="z"/>', "c->z")).fail("c")
    assert play.incidents == {"c": "service"}
    with pytest.raises(ConflictError):
        play.do("c")
    assert play.retry("c").do("c").tasks == ["z"]


def test_a_script_task_sets_variables_in_our_language() -> None:
    net = model('<scriptTask id="t"><script>y = x * 2; z = y + 1</script></scriptTask><task id="n"/>', "t->n")
    assert Play(net, {"x": 4}).data == {"x": 4, "y": 8, "z": 9}
    assert Play(net).incidents == {"t": "expression"}


def test_terminating_cancels_everything_open() -> None:
    net = model('<startEvent id="s"/><task id="a"/><task id="b"/>', "s->a s->b")
    play = Play(net).terminate()
    assert play.ended == "terminated"
    assert play.tasks == []
    with pytest.raises(ConflictError):
        play.terminate()


def test_a_state_of_ten_waiting_tasks_is_small() -> None:
    body = '<startEvent id="s"/>' + "".join(f'<userTask id="t{n}"/>' for n in range(10))
    play = Play(model(body, " ".join(f"s->t{n}" for n in range(10))))
    assert len(json.dumps(play.state)) < 2000


MAPPED = '<extensionElements><resolute:output name="sum" value="=a + b"/></extensionElements>'


def test_a_task_whose_answer_cannot_be_mapped_is_refused_and_stays_open() -> None:
    play = Play(model(f'<userTask id="t">{MAPPED}</userTask><task id="z"/>', "t->z"))
    with pytest.raises(InputError, match="there is no variable 'b'"):
        play.do("t", a=1)
    assert play.do("t", a=1, b=2).data == {"sum": 3}
    assert play.tasks == ["z"]


def test_a_job_whose_answer_cannot_be_mapped_is_an_incident() -> None:
    play = Play(model(f'<serviceTask id="t">{MAPPED}</serviceTask><task id="z"/>', "t->z")).do("t", a=1)
    assert play.incidents == {"t": "expression"}
    assert play.retry("t").do("t", a=1, b=2).tasks == ["z"]


def test_loops_that_never_wait_are_held_as_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 100)
    endless = "<standardLoopCharacteristics><loopCondition>go</loopCondition></standardLoopCharacteristics>"
    for activity in (f'<scriptTask id="a">{endless}</scriptTask>', f'<subProcess id="a">{endless}</subProcess>'):
        play = Play(model(activity), {"go": True})
        assert play.incidents == {"a": "endless-loop"}
        assert play.retry("a", go=False).ended == "completed"


def test_loops_whose_rounds_are_known_may_make_more_moves_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 10)
    many = "<multiInstanceLoopCharacteristics><loopCardinality>50</loopCardinality></multiInstanceLoopCharacteristics>"
    inner = f'<subProcess id="b">{many}<startEvent id="s"/><scriptTask id="c"/>{flows("s->c")}</subProcess>'
    assert Play(model(f'<subProcess id="a">{many}{inner}</subProcess>')).ended == "completed"
    assert Play(model('<scriptTask id="a"><standardLoopCharacteristics loopMaximum="500"/></scriptTask>')).ended


def test_loops_that_begin_too_many_rounds_at_once_are_an_incident(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.playing.loops.MAX_ROUNDS", 100)
    many = "<multiInstanceLoopCharacteristics><loopCardinality>20</loopCardinality></multiInstanceLoopCharacteristics>"
    play = Play(model(f'<subProcess id="a">{many}<userTask id="b">{many}</userTask></subProcess>'))
    assert play.incidents["b"] == "expression"
