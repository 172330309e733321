"""Running instances are taken to another version, or changed by hand, without losing or restarting anything.

The first tests are the cases that SpiffWorkflow's own migration gets wrong.
"""

from datetime import UTC, datetime, timedelta

import pytest

from resolute.bpmn.build import call, message, parallel, process, timer, user
from resolute.errors import ConflictError, NotFoundError
from resolute.execution.core import Engine
from resolute.testing import Clock, has_passed, waits_at


@pytest.fixture
def engine(clock):
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        yield engine


def complete(engine, element, data=None):
    task = next(task for task in engine.tasks() if task.element == element)
    engine.complete(task.id, data)


def elements(engine):
    return sorted(task.element for task in engine.tasks())


def test_tasks_inserted_after_a_running_call_are_run(engine):
    engine.deploy(process("child").start().user("work").end().document())
    engine.deploy(process("p").start().call("c", "child").user("last").end().document())
    instance = engine.start("p")
    engine.deploy(process("p").start().call("c", "child").user("new").user("last").end().document())
    plan = engine.plan_migration("p")
    assert (plan.possible, plan.instances) == (True, (instance.id,))
    assert "added: new" in plan.changes
    assert engine.migrate(plan, by="Ann") == 1
    assert engine.instance(instance.id).definition.key == "p:2"
    complete(engine, "work")
    assert elements(engine) == ["new"]
    complete(engine, "new")
    complete(engine, "last")
    assert engine.instance(instance.id).state == "completed"


def test_an_open_task_that_is_gone_stands_in_the_way_until_it_is_mapped_or_skipped(engine):
    engine.deploy(process("p").start().user("old").user("last").end().document())
    mapped, skipped = engine.start("p"), engine.start("p")
    engine.deploy(process("p").start().user("fresh").user("last").end().document())
    plan = engine.plan_migration("p")
    assert [finding.code for finding in plan.problems[mapped.id]] == ["migration-element-gone"]
    with pytest.raises(ConflictError, match="old"):
        engine.migrate(plan)
    plan = engine.plan_migration("p", instances=[mapped.id], renamed={"old": "fresh"})
    engine.migrate(plan)
    assert [task.element for task in engine.tasks(instance=mapped.id)] == ["fresh"]
    engine.modify(skipped.id, "superseded", skip=[engine.tasks(instance=skipped.id)[0].id])
    assert [task.element for task in engine.tasks(instance=skipped.id)] == ["last"]
    engine.migrate(engine.plan_migration("p"))
    assert engine.instance(skipped.id).definition.version == 2


def test_a_join_that_could_never_be_reached_from_all_sides_is_refused(engine):
    engine.deploy(process("p").start().then(parallel([user("a")], [user("b")], id="f")).user("last").end().document())
    running = engine.start("p")
    engine.deploy(
        process("p").start().then(parallel([user("a")], [user("b")], [user("c")], id="f")).user("last").end().document()
    )
    plan = engine.plan_migration("p")
    assert [finding.code for finding in plan.problems[running.id]] == ["migration-join-stuck"]
    complete(engine, "a")
    assert not engine.plan_migration("p").possible
    complete(engine, "b")
    assert engine.plan_migration("p").possible


def test_deadlines_go_on_and_new_ones_start(engine, clock):
    build = process("p")
    build.start().user("a").end()
    build.boundary("a", "late", timer(after="P10D"), interrupting=False).user("escalate").end()
    engine.deploy(build.document())
    instance = engine.start("p")
    clock.advance(timedelta(days=6))
    build = process("p")
    build.start().user("a").user("b").end()
    build.boundary("a", "late", timer(after="P10D"), interrupting=False).user("escalate").end()
    build.boundary("a", "soon", timer(after="P1D"), interrupting=False).user("nudge").end()
    engine.deploy(build.document())
    engine.migrate(engine.plan_migration("p"))
    waits = {wait.element: wait.due for wait in engine.snapshot().instances[instance.id].waits}
    assert waits == {"late": datetime(2022, 1, 11, 9, tzinfo=UTC), "soon": datetime(2022, 1, 8, 9, tzinfo=UTC)}
    clock.advance(timedelta(days=5))
    assert engine.tick() == 2
    assert elements(engine) == ["a", "escalate", "nudge"]


def test_waiting_branches_stay_before_their_join(engine):
    engine.deploy(process("p").start().then(parallel([user("a")], [user("b")], id="f")).end().document())
    instance = engine.start("p")
    complete(engine, "a")
    engine.deploy(
        process("p").start().then(parallel([user("a"), user("x")], [user("b")], id="f")).user("last").end().document()
    )
    plan = engine.plan_migration("p")
    assert [finding.code for finding in plan.problems[instance.id]] == ["migration-flow-gone"]
    engine.deploy(process("p").start().then(parallel([user("a")], [user("b")], id="f")).user("last").end().document())
    engine.migrate(engine.plan_migration("p"))
    complete(engine, "b")
    assert elements(engine) == ["last"]


def test_messages_find_a_migrated_receiver(engine):
    engine.deploy(process("p").start().catch("wait", message("go"), correlation="=n").end().document())
    instance = engine.start("p", {"n": 1})
    engine.deploy(process("p").start().catch("wait", message("go"), correlation="=n").user("a").end().document())
    engine.migrate(engine.plan_migration("p"))
    assert engine.send("go", {}, 1) == instance.id
    assert elements(engine) == ["a"]


def test_all_are_migrated_or_none(engine):
    engine.deploy(process("p").start().user("a").user("b").end().document())
    first, second = engine.start("p"), engine.start("p")
    engine.deploy(process("p").start().user("a").user("c").end().document())
    plan_before = engine.plan_migration("p")
    assert plan_before.possible
    engine.complete(engine.tasks(instance=second.id)[0].id)
    with pytest.raises(ConflictError, match="b is open"):
        engine.migrate(plan_before)
    assert {engine.instance(i.id).definition.version for i in (first, second)} == {1}


def test_the_past_before_and_after_a_migration_is_known(engine, clock):
    engine.deploy(process("p").start().user("a").user("b").end().document())
    instance = engine.start("p")
    clock.advance(hours=1)
    before = engine.instance(instance.id)
    moment = clock.now()
    clock.advance(hours=1)
    engine.deploy(process("p").start().user("a").user("x").user("b").end().document())
    engine.migrate(engine.plan_migration("p"))
    complete(engine, "a")
    after, later = engine.instance(instance.id), clock.now()
    assert waits_at(engine, instance) == {"x"}
    assert engine.instance(instance.id, as_of=moment) == before
    assert engine.instance(instance.id, as_of=later) == after
    assert engine.audit().whole


def test_going_back_to_an_older_version_is_a_migration_like_any_other(engine):
    engine.deploy(process("p").start().user("a").user("b").end().document())
    engine.deploy(process("p").start().user("a").user("c").end().document())
    instance = engine.start("p")
    engine.migrate(engine.plan_migration("p", version=1))
    complete(engine, "a")
    assert waits_at(engine, instance) == {"b"}
    with pytest.raises(NotFoundError):
        engine.plan_migration("p", version=9)


def test_a_migrated_instance_survives_a_restart(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        instance = engine.start("p")
        engine.deploy(process("p").start().user("a").user("b").end().document())
        engine.migrate(engine.plan_migration("p"))
    with Engine(url, clock=Clock()) as engine:
        complete(engine, "a")
        assert waits_at(engine, instance) == {"b"}


def test_instances_on_the_other_executor_are_refused_with_the_reason(clock):
    with Engine("sqlite:///:memory:", clock=clock, executor="spiff") as engine:
        engine.deploy(process("p").start().user("a").end().document())
        instance = engine.start("p")
        engine.deploy(process("p").start().user("a").user("b").end().document())
        (finding,) = engine.plan_migration("p").problems[instance.id]
        assert finding.code == "migration-executor"


def test_steps_can_be_repeated_skipped_and_cancelled_by_hand_with_the_reason_kept(engine):
    engine.deploy(process("child").start().user("work").end().document())
    row = process("p").start().user("a").then(parallel([call("c", "child")], [user("b")])).user("last")
    engine.deploy(row.end().document())
    instance = engine.start("p")
    complete(engine, "a")
    engine.modify(instance.id, "figures were wrong", enter=["a"], by="Ann")
    assert elements(engine) == ["a", "b", "work"]
    again = next(task for task in engine.tasks() if task.element == "a")
    engine.modify(instance.id, "a mistake", cancel=[again.id])
    assert elements(engine) == ["b", "work"]
    tokens = [token for token in _tokens(engine, instance) if token]
    engine.modify(instance.id, "not needed", skip=tokens)
    assert elements(engine) == ["last"]
    assert [found.state for found in engine.instances() if found.parent] == ["terminated"]
    assert has_passed(engine, instance).count("a") == 1
    complete(engine, "last")
    assert engine.instance(instance.id).state == "completed"
    assert engine.audit().whole


def _tokens(engine, instance):
    """The tokens of everything open in an instance."""
    opened = {}
    for event in engine.history(instance.id):
        if event.kind == "activated":
            opened[event.token] = event.element
        elif event.kind in ("completed", "cancelled"):
            opened.pop(event.token, None)
    return list(opened)


def test_changes_by_hand_of_what_is_not_there_are_refused(engine):
    engine.deploy(process("p").start().user("a").end().document())
    instance = engine.start("p")
    with pytest.raises(ConflictError):
        engine.modify(instance.id, "why", skip=["99"])
    with pytest.raises(NotFoundError):
        engine.modify(instance.id, "why", enter=["nowhere"])
    assert elements(engine) == ["a"]


# --- a migration taken back ---


def two_versions(engine):
    """Version 2 calls `a` something else and has another reminder; two instances wait in version 1."""
    for number, (element, reminder, days) in enumerate((("a", "soon", "P3D"), ("b", "later", "P5D"))):
        build = process("p")
        build.start().parallel([user(element, party="=who")], [user("side")]).user("last").end()
        build.boundary(element, reminder, timer(after=days), interrupting=False).user(f"nudge_{reminder}").end()
        build.boundary(element, "stop", message(f"stop {number}")).user("stopped").end()
        engine.deploy(build.document())
        if not number:
            yield engine.start("p", {"who": "Office"})
            yield engine.start("p", {"who": "Town"})


def told(engine, id):
    """All that can be asked about an instance, but its history."""
    view = engine.snapshot().instances[id]
    waits = {(wait.element, wait.token, wait.type, wait.name, wait.due) for wait in view.waits}
    return engine.instance(id), view.marking, waits, engine.tasks(instance=id, state=None), has_passed(engine, id)


def test_a_migration_is_taken_back_with_the_waits_and_deadlines_of_before(engine, clock):
    first, second = two_versions(engine)
    complete(engine, "side")
    before = [told(engine, one.id) for one in (first, second)]
    clock.advance(timedelta(days=1))
    engine.migrate(engine.plan_migration("p", renamed={"a": "b"}), by="Ann")
    between = clock.now()
    moved = engine.instance(first.id)
    assert {wait[0] for wait in told(engine, first.id)[2]} == {"later", "stop"}
    clock.advance(timedelta(hours=1))
    assert engine.undo_migration("p", by="Bob") == 2
    assert [told(engine, one.id) for one in (first, second)] == before
    assert engine.instance(first.id, as_of=between) == moved
    assert engine.instance(first.id, as_of=clock.now()) == before[0][0]
    clock.set(first.started + timedelta(days=2, hours=23))
    assert engine.tick() == 0
    clock.advance(timedelta(hours=1))
    assert engine.tick() == 2
    assert elements(engine).count("nudge_soon") == 2
    assert engine.send("stop 0") == first.id
    while engine.tasks():
        complete(engine, engine.tasks()[0].element)
    assert engine.instance(second.id).state == "completed"
    assert engine.audit().whole
    for one in (first, second):
        assert engine.instance(one.id, as_of=clock.now()) == engine.instance(one.id)


def test_what_has_moved_on_since_is_not_taken_back(engine):
    first, second = two_versions(engine)
    assert engine.undo_migration("p") == 0
    engine.migrate(engine.plan_migration("p", renamed={"a": "b"}))
    engine.complete(engine.tasks(instance=first.id, element="side")[0].id)
    before = [told(engine, one.id) for one in (first, second)]
    with pytest.raises(ConflictError, match=f"instance {first.id}"):
        engine.undo_migration("p", instances=[second.id, first.id])
    assert [told(engine, one.id) for one in (first, second)] == before
    assert engine.undo_migration("p") == 1
    assert [engine.instance(one.id).definition.version for one in (first, second)] == [2, 1]
    with pytest.raises(ConflictError, match="its last step was no migration"):
        engine.undo_migration("p", instances=[second.id])
    assert engine.migrate(engine.plan_migration("p", instances=[second.id], renamed={"a": "b"})) == 1
    assert engine.undo_migration("p", instances=[second.id]) == 1
    assert engine.audit().whole


def test_a_migration_that_is_taken_back_after_a_restart(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=clock) as engine:
        first, _second = two_versions(engine)
        before = told(engine, first.id)
        engine.migrate(engine.plan_migration("p", renamed={"a": "b"}))
    with Engine(url, clock=clock) as engine:
        engine.undo_migration("p")
    with Engine(url, clock=clock) as engine:
        assert told(engine, first.id) == before
        assert elements(engine) == ["a", "a", "side", "side"]
