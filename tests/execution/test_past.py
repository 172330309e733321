"""The state of any earlier moment can be asked for."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolute.bpmn.build import call, message, process, timer
from resolute.errors import NotFoundError
from resolute.execution.core import Engine
from resolute.testing import Clock


def documents():
    child = process("child")
    child.start().user("work").catch("wait", message("go"), correlation="=n").end()
    child.boundary("work", "remind", timer(every="R2/P1D"), interrupting=False).user("nudge").end()
    main = process("main").start().user("begin").then(call("c", "child", inputs={"n": "=1"})).user("close").end()
    return child.document(), main.document()


def play(engine, clock, what):
    clock.advance(timedelta(hours=7))
    if what == "complete" and engine.tasks():
        engine.complete(engine.tasks()[0].id, {"at": clock.now().isoformat()})
    elif what == "tick":
        clock.advance(timedelta(days=1))
        engine.tick()
    elif what == "send":
        engine.send("go", {}, {"n": 1})
    elif what == "start":
        engine.start("main")


def seen(snapshot):
    return {
        number: (
            view.state,
            view.data,
            view.marking,
            view.done_at,
            view.active_since,
            sorted(view.tasks, key=lambda task: task.id),
            [(wait.element, wait.type, wait.due) for wait in view.waits],
            view.parent_element,
        )
        for number, view in snapshot.instances.items()
    }


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(["complete", "complete", "tick", "send", "start"]), min_size=1, max_size=8))
def test_the_past_is_what_the_present_was(executor, steps):
    clock = Clock()
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        for document in documents():
            engine.deploy(document)
        engine.start("main")
        moments = []
        for step in steps:
            play(engine, clock, step)
            moments.append((clock.now(), seen(engine.snapshot()), engine.instance("1")))
        for when, then, instance in moments:
            assert seen(engine.snapshot(as_of=when)) == then
            assert engine.instance("1", as_of=when) == instance


def test_before_it_began_there_was_no_instance():
    clock = Clock()
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        engine.start("p")
        before = clock.now() - timedelta(days=1)
        with pytest.raises(NotFoundError, match="began only"):
            engine.instance("1", as_of=before)
        assert engine.snapshot(as_of=before).instances == {}
