"""Replay: after every command of random lives, the events applied from the start give the state, byte for byte."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from net.models import Drawn, blocks, graphs
from net.playground import Play, flows, model
from resolute.errors import InputError
from resolute.execution.seam import ChildEnded, Complete, Fail, Retry, Terminate, Trigger
from resolute.net import Net
from resolute.net.stored import load

SOME = settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))


def live(net: Net, seed: int, steps: int, variables: list[str]) -> Play:
    """Gives random commands; `Play` checks after each that the events replay to the state."""
    chance = random.Random(seed)

    def values() -> dict[str, Any]:
        return {name: chance.random() < 0.5 for name in variables}

    play = Play(net, values())
    for _step in range(steps):
        if play.ended:
            break
        play.give(_some_command(play, chance, values()))
    return play


def _some_command(play: Play, chance: random.Random, data: dict[str, Any]) -> Any:
    commands: list[Any] = [Complete(token, data) for tokens in play.open().values() for token in tokens]
    stuck: dict[str | None, None] = {}
    for event in play.events:
        if event.kind == "incident":
            stuck[event.token] = None
        elif event.kind in ("resolved", "cancelled"):
            stuck.pop(event.token, None)
    for tokens in play.open("job").values():
        for token in tokens:
            commands += [Complete(token, data), Fail(token, "broken"), Fail(token, "broken", "E")]
    for tokens in play.open("called").values():
        commands += [ChildEnded(token, data) for token in tokens] + [ChildEnded(tokens[0], {}, "E")]
    commands += [Trigger(str(wait.token), data) for wait in play.waits() if wait.detail["type"] != "conditional"]
    free = [command for command in commands if command.token not in stuck]
    free += [Retry(str(token), data) for token in stuck]
    if not free or chance.random() < 0.02:
        return Terminate()
    return chance.choice(free)


@SOME
@given(blocks(depth=2), st.integers(0, 1000))
def test_lives_of_nested_blocks_replay(drawn: Drawn, seed: int) -> None:
    live(model(drawn.body()), seed, 25, drawn.variables)


@SOME
@given(graphs(), st.integers(0, 1000))
def test_lives_of_free_graphs_replay(drawn: Drawn, seed: int) -> None:
    """Some of these turn without waiting, or double their tokens with every round."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resolute.net.run.MAX_STEPS", 50)
        live(model(drawn.body()), seed, 8, drawn.variables)


EVERYTHING = (
    '<startEvent id="s"/><parallelGateway id="g"/>'
    '<serviceTask id="job"/><boundaryEvent id="err" attachedToRef="job"><errorEventDefinition/></boundaryEvent>'
    '<callActivity id="call" calledElement="q"><multiInstanceLoopCharacteristics>'
    "<loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics></callActivity>"
    '<subProcess id="sub"><startEvent id="is"/><userTask id="a"/><userTask id="b"/>'
    '<boundaryEvent id="rem" attachedToRef="a" cancelActivity="false"><timerEventDefinition>'
    '<timeCycle>R3/P1D</timeCycle></timerEventDefinition></boundaryEvent><userTask id="r"/>'
    '<subProcess id="ev" triggeredByEvent="true"><startEvent id="es" isInterrupting="false">'
    '<messageEventDefinition messageRef="m"/></startEvent><userTask id="h"/>'
    + flows("es->h")
    + "</subProcess>"
    + flows("is->a is->b rem->r")
    + '</subProcess><boundaryEvent id="stop" attachedToRef="sub"><signalEventDefinition signalRef="x"/></boundaryEvent>'
    '<transaction id="tx"><userTask id="pay"/><boundaryEvent id="cb" attachedToRef="pay"><compensateEventDefinition/>'
    '</boundaryEvent><userTask id="refund" isForCompensation="true"/>'
    '<association id="as" sourceRef="cb" targetRef="refund"/><exclusiveGateway id="ok" default="ok_no"/>'
    '<endEvent id="yes"/><endEvent id="no"><cancelEventDefinition/></endEvent>'
    + flows("pay->ok ok->yes[v] ok->no")
    + '</transaction><boundaryEvent id="off" attachedToRef="tx"><cancelEventDefinition/></boundaryEvent>'
    '<eventBasedGateway id="first"/><intermediateCatchEvent id="c1"><messageEventDefinition messageRef="m"/>'
    '</intermediateCatchEvent><intermediateCatchEvent id="c2"><conditionalEventDefinition><condition>v</condition>'
    "</conditionalEventDefinition></intermediateCatchEvent>"
    '<userTask id="loop"><standardLoopCharacteristics><loopCondition>v</loopCondition></standardLoopCharacteristics>'
    '</userTask><inclusiveGateway id="j"/><userTask id="z"/><endEvent id="e"/>'
)
EVERYTHING_FLOWS = (
    "s->g g->job g->call g->sub g->tx g->first g->loop first->c1 first->c2 job->j err->j call->j sub->j stop->j "
    "tx->j off->j c1->j c2->j loop->j j->z z->e"
)


@pytest.mark.parametrize("seed", range(25))
def test_lives_of_a_model_with_everything_replay(seed: int) -> None:
    net = model(EVERYTHING, EVERYTHING_FLOWS, '<message id="m" name="letter"/><signal id="x" name="stop"/>')
    live(net, seed, 60, ["v"])


def test_a_state_of_another_format_is_refused() -> None:
    net = model('<task id="a"/>')
    with pytest.raises(InputError, match="format"):
        load(net, {"format": 99, "next": 1, "data": {}})
