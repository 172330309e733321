"""What starts instances besides start events: receive tasks and event-based gateways that instantiate."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from net.playground import xml
from resolute import Engine
from resolute.testing import Clock

ROOTS = '<message id="m1" name="letter"/><message id="m2" name="call"/><signal id="g" name="alarm"/>'
GATEWAY = (
    '<eventBasedGateway id="g1" instantiate="true"{}/><receiveTask id="r" messageRef="m1"/>'
    '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="m2"/></intermediateCatchEvent>'
    '<userTask id="a"/><userTask id="b"/>'
)
LINKS = "g1->r g1->c r->a c->b"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        yield engine


def opened(engine: Engine) -> list[tuple[str, str]]:
    return [(task.instance, task.element) for task in engine.tasks()]


def test_each_event_of_an_exclusive_gateway_starts_an_instance_of_its_own(engine: Engine) -> None:
    engine.deploy(xml(GATEWAY.format(""), LINKS, ROOTS))
    engine.send("call", {"x": 1})
    engine.send("letter")
    first, second = engine.instances()
    assert opened(engine) == [(first.id, "b"), (second.id, "a")]
    assert first.data == {"x": 1}


def test_the_other_events_of_a_parallel_gateway_are_waited_for_by_the_instance_that_one_has_started(
    engine: Engine,
) -> None:
    engine.deploy(xml(GATEWAY.format(' eventGatewayType="Parallel"'), LINKS, ROOTS))
    engine.send("call")
    engine.send("letter")
    (only,) = engine.instances()
    assert sorted(opened(engine)) == [(only.id, "a"), (only.id, "b")]
    engine.send("letter")
    assert len(engine.instances()) == 2


def test_a_receive_task_may_start_an_instance(engine: Engine) -> None:
    engine.deploy(xml('<receiveTask id="r" messageRef="m1" instantiate="true"/><userTask id="a"/>', "r->a", ROOTS))
    engine.send("letter", {"x": 1})
    assert [task.element for task in engine.tasks()] == ["a"]
    assert engine.instances()[0].data == {"x": 1}


def test_a_start_event_keeps_of_its_message_what_its_mappings_say(engine: Engine) -> None:
    mapping = '<extensionElements><resolute:output name="y" value="=x + 1"/></extensionElements>'
    start = f'<startEvent id="s">{mapping}<messageEventDefinition messageRef="m1"/></startEvent>'
    engine.deploy(xml(f'{start}<userTask id="a"/>', "s->a", ROOTS))
    engine.send("letter", {"x": 1})
    assert engine.instances()[0].data == {"y": 2}
