"""Rarely met combinations: work that is done at once, conditions that cannot be worked out, circles of joins."""

from __future__ import annotations

import pytest

from net.playground import Play, flows, model
from resolute.execution.seam import Retry
from resolute.net import soundness

AT_ONCE = {
    "script": '<scriptTask id="t">{0}<script>n = n + 1</script></scriptTask>',
    "send": '<sendTask id="t" messageRef="m">{0}</sendTask>',
    "sub": '<subProcess id="t">{0}<scriptTask id="i"><script>n = n + 1</script></scriptTask></subProcess>',
    "task": '<userTask id="t">{0}</userTask>',
}
"""Activities that wait for nobody, and for comparison one that does."""
COUNTS = ("numberOfActiveInstances", "numberOfCompletedInstances", "numberOfTerminatedInstances")


@pytest.mark.parametrize("kind", AT_ONCE)
@pytest.mark.parametrize("sequential", ["true", "false"])
@pytest.mark.parametrize("enough", [1, 2, 4])
def test_no_instance_begins_once_the_completion_condition_holds(kind: str, sequential: str, enough: int) -> None:
    marker = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>4</loopCardinality>'
        f"<completionCondition>numberOfCompletedInstances &gt;= {enough}</completionCondition>"
        "</multiInstanceLoopCharacteristics>"
    )
    play = Play(model(AT_ONCE[kind].format(marker) + '<task id="z"/>', "t->z", '<message id="m"/>'), {"n": 0})
    while "t" in play.tasks:
        play.do("t")
    rounds = sum(e.element == "t" and e.kind == "completed" and not e.detail for e in play.events)
    counts: dict[str, int] = {}
    for event in play.events:
        if event.element == "t" and event.kind == "data":
            counts.update({name: v for name, v in event.detail["values"].items() if name in COUNTS})
    active, completed, terminated = (counts[name] for name in COUNTS)
    assert play.tasks == ["z"]
    assert (active, completed) == (0, enough)
    assert rounds == enough
    assert terminated == (0 if sequential == "true" else 4 - enough)


COMPLEX = (
    '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><userTask id="b"/><userTask id="c"/>'
    '<complexGateway id="j"><activationCondition>activationCount &gt;= need</activationCondition></complexGateway>'
    '<userTask id="z"/>'
)
COMPLEX_FLOWS = "s->g g->a g->b g->c a->j b->j c->j j->z[waitingForStart]"


@pytest.mark.parametrize("before", [("a",), ("b", "a"), ("a", "b", "c")])
@pytest.mark.parametrize("need", [1, 2, 3])
def test_a_retried_complex_gateway_looks_at_its_condition_again(before: tuple[str, ...], need: int) -> None:
    """Tokens that come while its condition cannot be worked out only wait."""
    play = Play(model(COMPLEX, COMPLEX_FLOWS)).do(*before)
    assert play.incidents == {"j": "expression"}
    play.retry("j", need=need)
    assert not play.incidents
    assert ("z" in play.tasks) == (len(before) >= need)
    play.do(*sorted({"a", "b", "c"} - set(before)))
    assert play.tasks == ["z"]
    assert play.do("z").ended == "completed"


def test_a_complex_gateway_may_fail_again() -> None:
    play = Play(model(COMPLEX, COMPLEX_FLOWS)).do("a").retry("j").do("b").retry("j", need="two")
    assert play.incidents == {"j": "expression"}
    assert play.retry("j", need=2).tasks == ["c", "z"]


@pytest.mark.parametrize("thrower", ["job", "end", "call"])
def test_an_error_ends_the_scope_whose_event_sub_process_takes_it_whatever_the_model_says(thrower: str) -> None:
    """Table 10.93: an error always interrupts; `isInterrupting="false"` left the failed activity without a way on."""
    body = {
        "job": '<serviceTask id="t"/>',
        "end": '<endEvent id="t"><errorEventDefinition/></endEvent>',
        "call": '<callActivity id="t" calledElement="q"/>',
    }[thrower]
    event = (
        '<userTask id="other"/><subProcess id="ev" triggeredByEvent="true"><startEvent id="es" isInterrupting="false">'
        f"<errorEventDefinition/></startEvent><userTask id='u'/>{flows('es->u')}</subProcess>"
    )
    play = Play(model(f'<userTask id="first"/>{body}{event}', "first->t")).do("first")
    if thrower == "job":
        play.fail("t", "E")
    elif thrower == "call":
        play.child("t", "E")
    assert play.tasks == ["u"]
    assert play.do("u").ended == "completed"


def test_an_error_boundary_event_interrupts_for_the_soundness_check_too() -> None:
    body = (
        '<serviceTask id="t"/><boundaryEvent id="b" attachedToRef="t" cancelActivity="false"><errorEventDefinition/>'
        '</boundaryEvent><exclusiveGateway id="m"/><userTask id="z"/><endEvent id="e"/><startEvent id="s"/>'
    )
    assert soundness.check(model(body, "s->t t->m b->m m->z z->e")) == ()


@pytest.mark.parametrize("kind", ["inclusiveGateway", "parallelGateway"])
def test_a_circle_that_never_waits_stops_before_a_join_that_is_not_ready(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 30)
    body = (
        '<startEvent id="s"/><parallelGateway id="g"/><userTask id="a"/><exclusiveGateway id="m"/>'
        f'<exclusiveGateway id="x"/><{kind} id="j"/><userTask id="z"/>'
    )
    links = "s->g g->a g->m a->j m->x x->m[again] x->j[not~again] j->z"
    play = Play(model(body, links), {"again": True})
    held = next(iter(play.incidents))
    assert play.incidents == {held: "endless-loop"}
    play.retry(held, again=False)
    assert play.tasks == ["a"], "the join still waits for its other flow"
    assert play.do("a").tasks == ["z"]


@pytest.mark.parametrize("kind", ["inclusive", "complex"])
def test_a_circle_of_joins_alone_stops_too(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 30)
    gateway = {
        "inclusive": '<inclusiveGateway id="{}"/>',
        "complex": '<complexGateway id="{}"><activationCondition>activationCount &gt; 0</activationCondition>'
        "</complexGateway>",
    }[kind]
    body = f'<startEvent id="s"/><userTask id="w"/><userTask id="z"/>{gateway.format("i")}{gateway.format("j")}'
    play = Play(model(body, "s->i j->i w->j w->i i->j[again] i->z[not~again]"), {"again": True})
    assert list(play.incidents.values()) == ["endless-loop"]
    play.retry(next(iter(play.incidents)), again=False)
    assert set(play.tasks) == {"z"}


@pytest.mark.parametrize("sequential", ["true", "false"])
def test_a_circle_around_a_multi_instance_stops_too(sequential: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The moves that its rounds are allowed must not let the circle go on for ever."""
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 30)
    monkeypatch.setattr("resolute.net.playing.loops.MAX_AGAIN", 5)
    marker = (
        f'<multiInstanceLoopCharacteristics isSequential="{sequential}"><loopCardinality>3</loopCardinality>'
        "</multiInstanceLoopCharacteristics>"
    )
    inner = f'<subProcess id="u">{marker}<startEvent id="i"/><endEvent id="o"/>{flows("i->o")}</subProcess>'
    body = f'<startEvent id="s"/><exclusiveGateway id="m"/>{inner}<exclusiveGateway id="x"/><userTask id="z"/>'
    play = Play(model(body, "s->m m->u u->x x->m[again] x->z[not~again]"), {"again": True})
    assert set(play.incidents.values()) == {"endless-loop"}
    while "incidents" in play.state:
        play.give(Retry(str(play.state["incidents"][0][0]), {"again": False}))
    assert play.tasks == ["z"]
