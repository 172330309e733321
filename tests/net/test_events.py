"""Events: messages, timers, signals, conditions, errors, escalations, links; boundaries and event sub-processes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from net.playground import NOW, Play, flows, model
from resolute.errors import ConflictError
from resolute.execution.seam import Trigger

MESSAGE = '<messageEventDefinition messageRef="m"/>'
ROOTS = (
    '<message id="m" name="letter"/><message id="m2" name="call"/><signal id="g" name="alarm"/>'
    '<error id="e1" name="Bad" errorCode="BAD"/><error id="e2" errorCode="WORSE"/>'
    '<escalation id="u1" escalationCode="UP"/>'
)


def timer(kind: str, text: str, extra: str = "") -> str:
    return f"<timerEventDefinition {extra}><time{kind}>{text}</time{kind}></timerEventDefinition>"


def catch(inner: str) -> str:
    return f'<intermediateCatchEvent id="c">{inner}</intermediateCatchEvent><task id="z"/>'


def boundary(inner: str, *, interrupting: bool = True, host: str = "a") -> str:
    cancel = "true" if interrupting else "false"
    return (
        f'<task id="a"/><task id="z"/><task id="n"/>'
        f'<boundaryEvent id="b" attachedToRef="{host}" cancelActivity="{cancel}">{inner}</boundaryEvent>'
    )


# --- catching ---


def test_a_message_is_waited_for_by_name_and_key_and_its_payload_is_merged() -> None:
    net = model(
        f'<intermediateCatchEvent id="c" resolute:correlation="=case">{MESSAGE}</intermediateCatchEvent><task id="z"/>',
        "c->z",
        ROOTS,
    )
    play = Play(net, {"case": 7})
    assert play.waits()[0].detail == {"type": "message", "name": "letter", "correlation": 7, "owner": "1"}
    assert play.fire("c", answer="yes").data == {"case": 7, "answer": "yes"}
    assert play.tasks == ["z"]
    with pytest.raises(ConflictError):
        play.give(Trigger(str(play.events[1].token)))


@pytest.mark.parametrize(
    ("definition", "due"),
    [
        (timer("Duration", "PT2H"), NOW + timedelta(hours=2)),
        (timer("Duration", "P1M"), NOW + timedelta(days=30)),
        (timer("Date", "2022-07-01T00:00:00+00:00"), NOW.replace(month=7, hour=0)),
        (timer("Date", "=add_working_days(due, -3)"), NOW.replace(month=6, day=28, hour=0)),
        (timer("Duration", "P3D", 'resolute:working="true"'), NOW.replace(day=6)),
        (timer("Duration", "${wait}"), NOW + timedelta(days=2)),
        (timer("Cycle", "R3/PT1H"), NOW + timedelta(hours=1)),
    ],
)
def test_a_timer_is_due_as_it_says(definition: str, due: object) -> None:
    play = Play(model(catch(definition), "c->z"), {"due": "2022-07-01", "wait": "P2D"})
    assert play.waits()[0].detail["due"] == due.isoformat()  # type: ignore[attr-defined]
    assert play.fire("c").tasks == ["z"]


def test_a_timer_that_says_no_time_is_an_incident_and_null_is_never_armed() -> None:
    net = model(catch(timer("Date", "=due")), "c->z")
    assert Play(net, {"due": "soon"}).incidents == {"c": "expression"}
    assert Play(net).incidents == {"c": "expression"}
    play = Play(net, {"due": None})
    assert (play.incidents, play.waits(), play.ended) == ({}, [], None)
    assert Play(net, {"due": "soon"}).retry("c", due="2022-07-01").fire("c").tasks == ["z"]


def test_a_condition_waits_until_a_variable_makes_it_hold() -> None:
    net = model(
        '<startEvent id="s"/><task id="a"/>'
        + catch("<conditionalEventDefinition><condition>x &gt; 3</condition></conditionalEventDefinition>"),
        "s->a s->c c->z",
    )
    play = Play(net)
    assert play.waits()[0].detail["type"] == "conditional"
    assert play.do("a", x=2).tasks == []
    assert Play(net).do("a", x=5).tasks == ["z"]
    assert Play(net, {"x": 5}).tasks == ["a", "z"]


def test_an_event_with_several_triggers_goes_on_by_any_of_them() -> None:
    net = model(catch(MESSAGE + timer("Duration", "P1D")), "c->z", ROOTS)
    assert Play(net).fire("c", 0).tasks == ["z"]
    play = Play(net).fire("c", 1)
    assert (play.tasks, play.waits()) == (["z"], [])


def test_a_parallel_multiple_event_needs_all_of_them() -> None:
    body = catch(MESSAGE + timer("Duration", "P1D")).replace('id="c"', 'id="c" parallelMultiple="true"')
    play = Play(model(body, "c->z", ROOTS)).fire("c", 1)
    assert play.tasks == []
    assert play.fire("c", 0).tasks == ["z"]


GATEWAY = (
    '<eventBasedGateway id="g"/><intermediateCatchEvent id="m1">' + MESSAGE + "</intermediateCatchEvent>"
    '<intermediateCatchEvent id="t1">' + timer("Duration", "P1D") + "</intermediateCatchEvent>"
    '<receiveTask id="r" messageRef="m2"/><task id="x"/><task id="y"/><task id="z"/>'
)


@pytest.mark.parametrize(("event", "task"), [("m1", "x"), ("t1", "y"), ("r", "z")])
def test_an_event_based_gateway_goes_where_the_first_event_is(event: str, task: str) -> None:
    net = model(GATEWAY, "g->m1 g->t1 g->r m1->x t1->y r->z", ROOTS)
    play = Play(net)
    assert play.executor.marking(net, play.state).nodes == {net.index["g"]: 1}
    play.fire(event)
    assert (play.tasks, play.waits()) == ([task], [])


def test_a_parallel_event_gateway_that_starts_an_instance_waits_for_the_other_events() -> None:
    body = GATEWAY.replace('id="g"', 'id="g" instantiate="true" eventGatewayType="Parallel"')
    play = Play(model(body, "g->m1 g->r m1->x r->z", ROOTS), start_event="m1")
    assert play.tasks == ["x"]
    assert play.fire("r").tasks == ["x", "z"]
    assert play.do("x", "z").ended == "completed"


# --- boundaries ---


@pytest.mark.parametrize("definition", [MESSAGE, timer("Duration", "P1D"), '<signalEventDefinition signalRef="g"/>'])
def test_an_interrupting_boundary_event_ends_the_activity(definition: str) -> None:
    play = Play(model(boundary(definition), "a->n b->z", ROOTS)).fire("b")
    assert (play.tasks, play.waits()) == (["z"], [])


def test_a_boundary_event_is_no_longer_waited_for_when_the_activity_is_done() -> None:
    play = Play(model(boundary(MESSAGE), "a->n b->z", ROOTS)).do("a")
    assert (play.tasks, play.waits()) == (["n"], [])


def test_a_boundary_event_that_does_not_interrupt_fires_as_often_as_it_comes() -> None:
    play = Play(model(boundary(MESSAGE, interrupting=False), "a->n b->z", ROOTS)).fire("b").fire("b")
    assert play.tasks == ["a", "z", "z"]


def test_a_repeating_timer_counts_from_its_nominal_time_and_stops_at_its_number() -> None:
    play = Play(model(boundary(timer("Cycle", "R3/P1D"), interrupting=False), "a->n b->z"))
    dues = []
    while play.waits():
        wait = play.waits()[0]
        dues.append(wait.detail["due"])
        play.now = NOW + timedelta(days=40)
        play.give(Trigger(str(wait.token), nominal=None))
    assert dues == [(NOW + timedelta(days=n)).isoformat() for n in (1, 2, 3)]
    assert play.tasks == ["a", "z", "z", "z"]


def test_a_conditional_boundary_event_fires_each_time_that_its_condition_comes_to_hold() -> None:
    definition = "<conditionalEventDefinition><condition>x &gt; 3</condition></conditionalEventDefinition>"
    body = boundary(definition, interrupting=False) + '<task id="p"/><task id="q"/><task id="w"/><startEvent id="s"/>'
    play = Play(model(body, "s->a s->p p->q q->w a->n b->z"))
    play.do("p", x=5)
    assert play.tasks.count("z") == 1
    play.do("z", x=6)
    assert play.tasks.count("z") == 0, "it has held all the time"
    play.do("q", x=0).do("w", x=9)
    assert play.tasks.count("z") == 1


def test_boundary_events_guard_a_whole_sub_process() -> None:
    body = (
        '<subProcess id="a"><task id="in1"/><task id="in2"/></subProcess><task id="z"/>'
        f'<boundaryEvent id="b" attachedToRef="a">{MESSAGE}</boundaryEvent>'
    )
    play = Play(model(body, "b->z", ROOTS)).do("in1").fire("b")
    assert play.tasks == ["z"]


# --- errors and escalations ---


def error_inside(code: str, catcher: str, more: str = "") -> Play:
    body = (
        f'<subProcess id="a"><startEvent id="s"/><task id="t"/><task id="u"/>'
        f'<endEvent id="bad"><errorEventDefinition errorRef="{code}"/></endEvent>'
        '<sequenceFlow id="1" sourceRef="s" targetRef="t"/><sequenceFlow id="3" sourceRef="s" targetRef="u"/>'
        '<sequenceFlow id="2" sourceRef="t" targetRef="bad"/></subProcess><task id="z"/><task id="n"/>'
        f'<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition {catcher}/></boundaryEvent>{more}'
    )
    return Play(model(body, "a->n b->z" + (" b2->any" if more else ""), ROOTS)).do("t")


def test_an_error_is_caught_on_the_sub_process_and_ends_it() -> None:
    assert error_inside("e1", 'errorRef="e1"').tasks == ["z"]
    assert error_inside("e1", "").tasks == ["z"]


def test_an_error_of_another_code_is_not_caught_and_waits_as_an_incident() -> None:
    play = error_inside("e2", 'errorRef="e1"')
    assert play.incidents == {"bad": "uncaught-error"}
    assert play.tasks == ["u"]
    assert play.ended is None


def test_the_catcher_that_names_the_code_comes_before_the_one_for_any() -> None:
    more = '<task id="any"/><boundaryEvent id="b2" attachedToRef="a"><errorEventDefinition/></boundaryEvent>'
    assert error_inside("e1", 'errorRef="e1"', more).tasks == ["z"]
    assert error_inside("e2", 'errorRef="e1"', more).tasks == ["any"]


def test_an_uncaught_error_ends_a_called_process_whose_caller_catches_it() -> None:
    net = model('<endEvent id="bad"><errorEventDefinition errorRef="e1"/></endEvent>', "", ROOTS)
    ended = [e for e in Play(net, catches=["BAD"]).events if e.kind == "ended"]
    assert ended[0].detail == {"outcome": "failed", "error": "BAD"}
    assert Play(net, catches=[""]).ended == "failed"
    assert Play(net, catches=["OTHER"]).incidents == {"bad": "uncaught-error"}


def test_a_call_says_which_errors_it_catches_and_catches_them() -> None:
    body = (
        '<callActivity id="a" calledElement="q"/><task id="z"/><task id="n"/>'
        '<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition errorRef="e1"/></boundaryEvent>'
    )
    net = model(body, "a->n b->z", ROOTS)
    play = Play(net)
    assert next(e for e in play.events if e.kind == "called").detail["catches"] == ["BAD"]
    assert play.child("a", "BAD").tasks == ["z"]
    assert Play(net).child("a", "OTHER").incidents == {"a": "uncaught-error"}


def test_a_job_that_fails_with_a_code_is_caught_on_its_boundary() -> None:
    body = (
        '<serviceTask id="a"/><task id="z"/><task id="n"/>'
        '<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition errorRef="e1"/></boundaryEvent>'
    )
    net = model(body, "a->n b->z", ROOTS)
    assert Play(net).fail("a", "BAD").tasks == ["z"]
    assert Play(net).fail("a", "OTHER").incidents == {"a": "uncaught-error"}


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_reaches_the_boundary_and_interrupts_only_if_that_says_so(interrupting: bool) -> None:
    body = (
        '<subProcess id="a"><intermediateThrowEvent id="up"><escalationEventDefinition escalationRef="u1"/>'
        '</intermediateThrowEvent><task id="t"/><sequenceFlow id="1" sourceRef="up" targetRef="t"/></subProcess>'
        '<task id="z"/><task id="n"/>'
        f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="{str(interrupting).lower()}">'
        '<escalationEventDefinition escalationRef="u1"/></boundaryEvent>'
    )
    play = Play(model(body, "a->n b->z", ROOTS))
    assert play.tasks == (["z"] if interrupting else ["t", "z"])


def test_an_escalation_that_nobody_catches_is_told_and_hurts_nobody() -> None:
    body = (
        '<intermediateThrowEvent id="up"><escalationEventDefinition escalationRef="u1"/></intermediateThrowEvent>'
        '<task id="t"/>'
    )
    play = Play(model(body, "up->t", ROOTS))
    assert (play.tasks, play.sent()) == (["t"], [("escalation", "UP")])


# --- throwing ---


def test_thrown_messages_and_signals_go_out_with_their_payload_and_key() -> None:
    body = (
        f'<intermediateThrowEvent id="t" resolute:correlation="=case"><extensionElements>'
        f'<resolute:input name="n" value="=x + 1"/></extensionElements>{MESSAGE}</intermediateThrowEvent>'
        '<endEvent id="e"><signalEventDefinition signalRef="g"/></endEvent>'
    )
    play = Play(model(body, "t->e", ROOTS), {"x": 1, "case": "A-1"})
    first, second = (event.detail for event in play.events if event.kind == "sent")
    assert first == {"type": "message", "name": "letter", "payload": {"n": 2}, "correlation": "A-1"}
    assert second == {"type": "signal", "name": "alarm", "payload": {}, "heard": True}
    assert play.ended == "completed"


def test_a_link_goes_on_at_the_catching_link_of_its_name() -> None:
    body = (
        '<intermediateThrowEvent id="t"><linkEventDefinition name="page 2"/></intermediateThrowEvent>'
        '<intermediateCatchEvent id="c"><linkEventDefinition name="page 2"/></intermediateCatchEvent><task id="z"/>'
    )
    assert Play(model(body, "c->z")).tasks == ["z"]


def test_a_terminate_end_event_ends_all_else_in_its_scope_only() -> None:
    body = (
        '<subProcess id="sub"><startEvent id="s"/><task id="a"/><task id="b"/>'
        '<endEvent id="e"><terminateEventDefinition/></endEvent>'
        '<sequenceFlow id="1" sourceRef="s" targetRef="a"/><sequenceFlow id="2" sourceRef="s" targetRef="b"/>'
        '<sequenceFlow id="3" sourceRef="a" targetRef="e"/></subProcess><task id="z"/>'
    )
    play = Play(model(body, "sub->z")).do("a")
    assert play.tasks == ["z"]


# --- event sub-processes ---


def event_sub(definition: str, *, interrupting: bool) -> str:
    flag = str(interrupting).lower()
    return (
        f'<task id="a"/><task id="n"/><subProcess id="ev" triggeredByEvent="true">'
        f'<startEvent id="es" isInterrupting="{flag}">{definition}</startEvent><task id="h"/>'
        '<sequenceFlow id="1" sourceRef="es" targetRef="h"/></subProcess>'
    )


def test_an_interrupting_event_sub_process_replaces_what_its_scope_does() -> None:
    play = Play(model(event_sub(MESSAGE, interrupting=True), "a->n", ROOTS)).fire("es", reason="x")
    assert (play.tasks, play.waits(), play.data) == (["h"], [], {"reason": "x"})
    assert play.do("h").ended == "completed"


def test_an_event_sub_process_that_does_not_interrupt_runs_beside_as_often_as_it_comes() -> None:
    play = Play(model(event_sub(MESSAGE, interrupting=False), "a->n", ROOTS)).fire("es").fire("es")
    assert play.tasks == ["a", "h", "h"]
    assert play.do("h", "h", "a", "n").ended == "completed"
    assert play.waits() == []


def test_an_event_sub_process_catches_the_error_of_its_scope() -> None:
    body = event_sub('<errorEventDefinition errorRef="e1"/>', interrupting=True) + '<serviceTask id="s"/>'
    assert Play(model(body, "a->n", ROOTS)).fail("s", "BAD").tasks == ["h"]


def test_starting_at_a_named_start_event() -> None:
    body = f'<startEvent id="s"/><startEvent id="ms">{MESSAGE}</startEvent><task id="a"/><task id="b"/>'
    net = model(body, "s->a ms->b", ROOTS)
    assert Play(net).tasks == ["a"]
    assert Play(net, start_event="ms").tasks == ["b"]


def test_an_error_inside_an_event_sub_process_of_a_round_is_not_caught_by_it_again() -> None:
    body = (
        '<subProcess id="sub"><multiInstanceLoopCharacteristics><loopCardinality>1</loopCardinality>'
        '</multiInstanceLoopCharacteristics><task id="a"/><subProcess id="ev" triggeredByEvent="true">'
        '<startEvent id="es"><errorEventDefinition/></startEvent><serviceTask id="h"/>'
        '<sequenceFlow id="1" sourceRef="es" targetRef="h"/></subProcess><serviceTask id="s"/></subProcess>'
    )
    play = Play(model(body)).fail("s", "BAD")
    assert play.fail("h", "WORSE").incidents == {"h": "uncaught-error"}


# --- incidents under boundary events ---

DEADLINE = '<boundaryEvent id="b" attachedToRef="t">' + timer("Duration", "P1D") + "</boundaryEvent>"
REMINDED = DEADLINE.replace("><", ' cancelActivity="false"><', 1) + '<userTask id="reminded"/>'


def test_a_job_that_failed_is_still_guarded_and_its_retry_arms_nothing_twice() -> None:
    play = Play(model('<serviceTask id="t"/>' + REMINDED, "b->reminded"))
    play.fail("t").retry("t")
    assert len(play.waits("b")) == 1
    play.fail("t").fire("b")
    assert play.tasks == ["reminded"]
    play.retry("t")
    assert "t" in play.open("job")
    assert play.waits("b") == [], "the timer has fired once and for all"


def test_work_that_cannot_begin_is_still_guarded() -> None:
    play = Play(model('<scriptTask id="t"><script>x = y + 1</script></scriptTask>' + REMINDED, "b->reminded"))
    assert play.incidents == {"t": "expression"}
    assert play.fire("b").tasks == ["reminded"]
    assert play.retry("t", y=1).data["x"] == 2


def test_a_deadline_ends_work_that_is_held_by_an_incident() -> None:
    late = DEADLINE + '<userTask id="late"/>'
    play = Play(model('<serviceTask id="t"/>' + late, "b->late")).fail("t").fire("b")
    assert (play.tasks, play.incidents) == (["late"], {})


MAPPED = '<extensionElements><resolute:output name="late" value="=true"/></extensionElements>'
OCCURRENCES = {
    "message": '<messageEventDefinition messageRef="m"/>',
    "timer": "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>",
    "signal": '<signalEventDefinition signalRef="g"/>',
}


@pytest.mark.parametrize("trigger", OCCURRENCES)
@pytest.mark.parametrize("place", ["border", "catch", "gateway", "event sub-process"])
def test_what_an_event_sets_is_set_also_when_it_carries_nothing(trigger: str, place: str) -> None:
    inner = MAPPED + OCCURRENCES[trigger]
    body = {
        "border": f'<task id="t"/><boundaryEvent id="e" attachedToRef="t">{inner}</boundaryEvent>',
        "catch": f'<intermediateCatchEvent id="e">{inner}</intermediateCatchEvent>',
        "gateway": f'<eventBasedGateway id="g"/><intermediateCatchEvent id="e">{inner}</intermediateCatchEvent>',
        "event sub-process": '<task id="t"/><subProcess id="ev" triggeredByEvent="true">'
        f'<startEvent id="e">{inner}</startEvent><task id="u"/>{flows("e->u")}</subProcess>',
    }[place]
    links = {"border": "e->z", "catch": "e->z", "gateway": "g->e e->z", "event sub-process": "t->z"}[place]
    net = model(f'{body}<task id="z"/>', links, '<message id="m"/><signal id="g" name="g"/>')
    assert Play(net).fire("e").data == {"late": True}
