"""The correlation of the standard: properties that messages carry and processes compare with their data."""

from __future__ import annotations

import pytest

from net.playground import Play, model, xml
from resolute.execution.core import Engine
from resolute.net import Net
from resolute.testing import Clock

WAITING = (
    '<correlationSubscription id="cs" correlationKeyRef="k"><correlationPropertyBinding correlationPropertyRef="nr">'
    "<dataPath>{data}</dataPath></correlationPropertyBinding></correlationSubscription>"
    '<startEvent id="s"/><intermediateCatchEvent id="c"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><userTask id="t"/>'
)
SENDING = '<startEvent id="s"/><endEvent id="e"><messageEventDefinition messageRef="m"/></endEvent>'


def roots(path: str) -> str:
    return (
        '<message id="m" name="paid"/><correlationProperty id="nr"><correlationPropertyRetrievalExpression '
        f'messageRef="m"><messagePath>{path}</messagePath></correlationPropertyRetrievalExpression>'
        "</correlationProperty>"
    )


def waiting(path: str = "order", data: str = "number") -> Net:
    return model(WAITING.format(data=data), "s->c c->t", roots(path))


def test_a_receiver_waits_for_what_its_process_binds_to_the_property() -> None:
    (wait,) = Play(waiting(), {"number": 7}).waits("c")
    assert wait.detail["correlation"] == {"nr": 7}


@pytest.mark.parametrize(("path", "data"), [("/order/id", "number"), ("order", "getDataObject('o')/id"), ("1 +", "x")])
def test_a_property_in_another_language_is_left_out(path: str, data: str) -> None:
    (wait,) = Play(waiting(path, data), {"number": 7}).waits("c")
    assert wait.detail["correlation"] is None


def test_our_own_key_comes_before_that_of_the_standard() -> None:
    body = WAITING.format(data="number").replace('"c">', '"c" resolute:correlation="=mine">')
    (wait,) = Play(model(body, "s->c c->t", roots("order")), {"number": 7, "mine": 8}).waits("c")
    assert wait.detail["correlation"] == 8


def test_a_message_finds_the_instance_whose_data_it_names() -> None:
    sender = f'<process id="sender" isExecutable="true">{SENDING}'.encode()
    sender += b'<sequenceFlow id="s_e" sourceRef="s" targetRef="e"/></process></definitions>'
    sender = sender.replace(b'"s"', b'"s2"')
    both = xml(WAITING.format(data="number"), "s->c c->t", roots("order")).replace(b"</definitions>", sender)
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(both)
        engine.start("p", {"number": 1})
        second = engine.start("p", {"number": 2})
        engine.start("sender", {"order": 2})
        assert [task.instance for task in engine.tasks()] == [second.id]
