"""The engine may be closed and opened between any two commands: nothing is lost, nothing happens twice."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolute.bpmn.build import call, message, process, timer, user
from resolute.execution.core import Engine
from resolute.testing import Clock


def documents():
    child = process("child")
    child.start().user("work").catch("wait", message("go on"), correlation="=n").user("finish").end()
    child.boundary("work", "remind", timer(every="R3/P1D"), interrupting=False).user("nudge").end()
    main = process("main")
    main.start().user("begin").parallel(
        [call("first", "child", inputs={"n": "=1"})],
        [call("second", "child", inputs={"n": "=2"})],
        [user("aside")],
    ).user("close").end()
    return child.document(), main.document()


STEP = st.one_of(
    st.tuples(st.just("complete"), st.integers(0, 5)),
    st.tuples(st.just("send"), st.integers(1, 2)),
    st.tuples(st.just("tick"), st.integers(1, 3)),
    st.tuples(st.just("start"), st.just(0)),
)


def play(engine, clock, step):
    what, number = step
    if what == "complete":
        tasks = engine.tasks()
        if tasks:
            engine.complete(tasks[number % len(tasks)].id, {"answer": number}, by="someone")
    elif what == "send":
        engine.send("go on", {"sent": number}, {"n": number})
    elif what == "tick":
        clock.advance(timedelta(days=number))
        engine.tick()
    else:
        engine.start("main")


def told(engine):
    """Everything that can be asked of an engine."""
    instances = engine.instances()
    view = engine.snapshot()
    return (
        instances,
        engine.tasks(state=None),
        [(event.at, event.kind, event.element, event.by) for i in instances for event in engine.history(i.id)],
        {key: (value.marking, value.waits, value.done_at, value.active_since) for key, value in view.instances.items()},
        view.messages,
        engine.incidents(),
    )


def run(url, executor, steps, *, restart):
    clock = Clock()
    engine = Engine(url, clock=clock, executor=executor)
    for document in documents():
        engine.deploy(document)
    engine.start("main")
    for step in steps:
        if restart:
            engine.close()
            engine = Engine(url, clock=clock, executor=executor)
        play(engine, clock, step)
    result = told(engine)
    engine.close()
    return result


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=10))
def test_an_engine_opened_anew_before_every_command_does_the_same(executor, tmp_path_factory, steps):
    file = tmp_path_factory.mktemp("store") / "store.db"
    assert run(f"sqlite:///{file}", executor, steps, restart=True) == run(
        "sqlite:///:memory:", executor, steps, restart=False
    )


def test_a_failed_command_leaves_nothing_behind(tmp_path, executor, monkeypatch):
    """A model that never comes to rest is stopped, and the store is as before."""
    monkeypatch.setattr("resolute.execution.work.MAX_CHAIN", 100)
    build = process("p")
    build.start("begin", trigger=message("ping")).throw("pong", message("ping")).end()
    with Engine(f"sqlite:///{tmp_path}/s.db", clock=Clock(), executor=executor) as engine:
        engine.deploy(build.document())
        before = told(engine)
        try:
            engine.send("ping")
        except Exception as error:
            assert "without end" in str(error)
        else:
            raise AssertionError("an endless circle of messages was not stopped")
        assert told(engine) == before
