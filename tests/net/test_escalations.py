"""Escalations out of called processes, on the engine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from net.playground import Play, flows, model, xml
from resolute.execution.core import Engine
from resolute.testing import Clock

UP = '<escalation id="u" escalationCode="UP"/>'
DEFINITION = '<escalationEventDefinition escalationRef="u"/>'
CALL = '<startEvent id="s"/><callActivity id="call" calledElement="child"/><userTask id="after"/>'


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        yield engine


def deploy(engine: Engine, identity: str, body: str, links: str) -> None:
    engine.deploy(xml(body, links, UP).replace(b'id="p"', f'id="{identity}"'.encode()))


def child_that_escalates_and_goes_on(engine: Engine) -> None:
    thrower = f'<startEvent id="s"/><intermediateThrowEvent id="up">{DEFINITION}</intermediateThrowEvent>'
    deploy(engine, "child", thrower + '<userTask id="work"/>', "s->up up->work")


def caller(engine: Engine, *, interrupting: bool) -> None:
    cancel = "true" if interrupting else "false"
    boundary = f'<boundaryEvent id="b" attachedToRef="call" cancelActivity="{cancel}">{DEFINITION}</boundaryEvent>'
    deploy(engine, "parent", CALL + boundary + '<userTask id="told"/>', "s->call call->after b->told")


def tasks(engine: Engine) -> list[str]:
    return sorted(task.element for task in engine.tasks())


def complete(engine: Engine, element: str) -> None:
    engine.complete(next(task for task in engine.tasks() if task.element == element).id)


def test_an_escalation_of_a_running_child_is_told_and_the_child_goes_on(engine: Engine) -> None:
    child_that_escalates_and_goes_on(engine)
    caller(engine, interrupting=False)
    engine.start("parent")
    assert tasks(engine) == ["told", "work"]
    complete(engine, "work")
    assert tasks(engine) == ["after", "told"]
    assert engine.incidents() == []


def test_an_escalation_that_interrupts_the_call_ends_the_child(engine: Engine) -> None:
    child_that_escalates_and_goes_on(engine)
    caller(engine, interrupting=True)
    parent = engine.start("parent")
    assert tasks(engine) == ["told"]
    assert [found.state for found in engine.instances(state=None) if found.parent == parent.id] == ["terminated"]


@pytest.mark.parametrize(("interrupting", "open_"), [(False, ["after", "told"]), (True, ["told"])])
def test_a_child_that_escalates_as_it_ends_answers_once(engine: Engine, interrupting: bool, open_: list[str]) -> None:
    deploy(engine, "child", f'<startEvent id="s"/><endEvent id="up">{DEFINITION}</endEvent>', "s->up")
    caller(engine, interrupting=interrupting)
    engine.start("parent")
    assert tasks(engine) == open_
    assert engine.incidents() == []


@pytest.mark.parametrize(("interrupting", "open_"), [("false", ["told", "work"]), ("true", ["told"])])
def test_an_event_sub_process_of_the_caller_hears_it(engine: Engine, interrupting: str, open_: list[str]) -> None:
    child_that_escalates_and_goes_on(engine)
    start = f'<startEvent id="es" isInterrupting="{interrupting}">{DEFINITION}</startEvent>'
    event = f'<subProcess id="ev" triggeredByEvent="true">{start}<userTask id="told"/>'
    flow = '<sequenceFlow id="es_told" sourceRef="es" targetRef="told"/></subProcess>'
    deploy(engine, "parent", CALL + event + flow, "s->call call->after")
    engine.start("parent")
    assert tasks(engine) == open_


def test_an_escalation_goes_up_through_callers_that_do_not_catch_it(engine: Engine) -> None:
    child_that_escalates_and_goes_on(engine)
    deploy(engine, "middle", CALL, "s->call call->after")
    engine.deploy(
        xml(
            CALL.replace('"child"', '"middle"')
            + f'<boundaryEvent id="b" attachedToRef="call" cancelActivity="false">{DEFINITION}</boundaryEvent>'
            '<userTask id="told"/>',
            "s->call call->after b->told",
            UP,
        )
    )
    engine.start("p")
    assert tasks(engine) == ["told", "work"]


def test_an_escalation_that_no_caller_catches_stands_in_the_history(engine: Engine) -> None:
    child_that_escalates_and_goes_on(engine)
    instance = engine.start("child")
    (sent,) = [event for event in engine.history(instance.id) if event.kind == "sent"]
    assert (sent.detail["type"], sent.detail["name"]) == ("escalation", "UP")
    assert tasks(engine) == ["work"]


@pytest.mark.parametrize("kind", ["error", "escalation"])
def test_an_event_sub_process_comes_before_the_border_around_it_even_when_that_names_the_code(kind: str) -> None:
    """What stands inside catches first; only at one place does the code decide."""
    named = f'<{kind}EventDefinition {kind}Ref="u"/>'
    inner = (
        f'<userTask id="a"/><endEvent id="up">{named}</endEvent><subProcess id="ev" triggeredByEvent="true">'
        f'<startEvent id="es"><{kind}EventDefinition/></startEvent><userTask id="inside"/>{flows("es->inside")}'
        f"</subProcess>{flows('a->up')}"
    )
    body = (
        f'<subProcess id="sub">{inner}</subProcess><boundaryEvent id="b" attachedToRef="sub">{named}</boundaryEvent>'
        '<userTask id="outside"/>'
    )
    play = Play(model(body, "b->outside", f'<{kind} id="u" {kind}Code="UP"/>')).do("a")
    assert play.tasks == ["inside"]
