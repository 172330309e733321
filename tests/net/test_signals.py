"""Signals reach all that wait for them at that moment, also inside the instance that throws them (clause 10.5.6)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.playground import Play, flows, model, xml
from resolute import Engine
from resolute.testing import Clock

SIGNAL = '<signalEventDefinition signalRef="g"/>'
ROOTS = '<signal id="g" name="alarm"/>'
CATCH = f'<intermediateCatchEvent id="c">{SIGNAL}</intermediateCatchEvent>'
THROW = f'<intermediateThrowEvent id="t">{SIGNAL}</intermediateThrowEvent>'


def handler(interrupting: bool, scope: str = "h") -> str:
    """An event sub-process that waits for the signal."""
    start = f'<startEvent id="{scope}s" isInterrupting="{str(interrupting).lower()}">{SIGNAL}</startEvent>'
    inner = f'{start}<userTask id="{scope}t"/>{flows(f"{scope}s->{scope}t")}'
    return f'<subProcess id="{scope}" triggeredByEvent="true">{inner}</subProcess>'


def test_a_branch_of_the_same_instance_hears_it() -> None:
    body = f'<startEvent id="s"/><parallelGateway id="p"/>{CATCH}<userTask id="a"/><userTask id="b"/>{THROW}'
    play = Play(model(body, "s->p p->c p->a c->b a->t", ROOTS))
    assert play.tasks == ["a"]
    assert play.do("a").tasks == ["b"]


def test_what_begins_to_wait_after_it_was_thrown_does_not_hear_it() -> None:
    play = Play(model(f'<startEvent id="s"/>{THROW}{CATCH}', "s->t t->c", ROOTS))
    assert [wait.element for wait in play.waits()] == ["c"]


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_hears_it_from_the_end_event_that_ends_the_instance(interrupting: bool) -> None:
    body = f'<userTask id="a"/><endEvent id="e">{SIGNAL}</endEvent>{handler(interrupting)}'
    play = Play(model(body, "a->e", ROOTS)).do("a")
    assert play.tasks == ["ht"]
    assert not play.ended
    assert play.do("ht").ended == "completed"


def test_a_boundary_event_hears_it_from_inside_its_activity() -> None:
    body = (
        f'<subProcess id="u"><userTask id="a"/>{THROW}<userTask id="b"/>{flows("a->t t->b")}</subProcess>'
        f'<boundaryEvent id="e" attachedToRef="u">{SIGNAL}</boundaryEvent><userTask id="c"/>'
    )
    play = Play(model(body, "e->c", ROOTS)).do("a")
    assert play.tasks == ["c"]
    assert "b" not in play.completed


def test_every_definition_of_a_multiple_end_event_is_thrown_before_anything_is_caught() -> None:
    body = f'<userTask id="a"/><endEvent id="e">{SIGNAL}<messageEventDefinition/></endEvent>{handler(True)}'
    play = Play(model(body, "a->e", ROOTS)).do("a")
    assert [kind for kind, _name in play.sent()] == ["signal", "message"]
    assert play.tasks == ["ht"]


def test_a_signal_that_calls_itself_for_ever_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resolute.net.run.MAX_STEPS", 200)
    again = f'<startEvent id="hs" isInterrupting="false">{SIGNAL}</startEvent><endEvent id="he">{SIGNAL}</endEvent>'
    inner = f'<subProcess id="h" triggeredByEvent="true">{again}{flows("hs->he")}</subProcess>'
    play = Play(model(f'<userTask id="a"/>{THROW}<userTask id="b"/>{inner}', "a->t t->b", ROOTS)).do("a")
    assert "endless-loop" in play.incidents.values()


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.sampled_from(["wait", "task"]), min_size=1, max_size=4), st.integers(0, 4), st.booleans())
def test_exactly_those_that_wait_when_it_is_thrown_hear_it(branches: list[str], ready: int, guarded: bool) -> None:
    body, links = '<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/>' + THROW, "s->p p->a a->t"
    for number, kind in enumerate(branches):
        body += f'<intermediateCatchEvent id="c{number}">{SIGNAL}</intermediateCatchEvent><userTask id="t{number}"/>'
        links += f" c{number}->t{number}"
        if kind == "task":
            body += f'<userTask id="w{number}"/>'
            links += f" p->w{number} w{number}->c{number}"
        else:
            links += f" p->c{number}"
    play = Play(model(body + (handler(False) if guarded else ""), links, ROOTS))
    late = [number for number, kind in enumerate(branches) if kind == "task"]
    for number in late[:ready]:
        play.do(f"w{number}")
    play.do("a")
    heard = [number for number in range(len(branches)) if number not in late[ready:]]
    waiting = [f"w{number}" for number in late[ready:]]
    assert play.tasks == sorted([f"t{number}" for number in heard] + waiting + (["ht"] if guarded else []))


def test_in_the_engine_every_instance_hears_it_once() -> None:
    body = f'<startEvent id="s"/><parallelGateway id="p"/><userTask id="a"/>{THROW}{CATCH}<userTask id="b"/>'
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(xml(body + handler(False), "s->p p->a p->c c->b a->t", ROOTS))
        first, second = engine.start("p"), engine.start("p")
        engine.complete(engine.tasks(instance=first.id)[0].id)
        for instance, rest in ((first, []), (second, ["a"])):
            assert sorted(task.element for task in engine.tasks(instance=instance.id)) == sorted(["b", "ht", *rest])
