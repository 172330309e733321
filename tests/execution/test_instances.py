"""Instances from start to end, on both executors."""

import pytest

from resolute.bpmn.build import TERMINATE, call, end, error, otherwise, parallel, process, service, user, when
from resolute.errors import ConflictError, InputError, ModelError, NotFoundError
from resolute.execution.core import Engine
from resolute.net.expressions import ExpressionError


def elements(engine, **wanted):
    return sorted(task.element for task in engine.tasks(**wanted))


def complete(engine, element, data=None, **wanted):
    task = next(task for task in engine.tasks(**wanted) if task.element == element)
    engine.complete(task.id, data)


def two_steps():
    return process("p").start().user("a", "First", party="Council", due="2022-07-01").user("b").end().document()


def test_a_sequence_runs_from_its_start_to_its_end(engine):
    (definition,) = engine.deploy(two_steps())
    instance = engine.start("p", {"x": 1})
    assert (definition.id, definition.version, definition.key) == ("p", 1, "p:1")
    (task,) = engine.tasks(instance=instance.id)
    assert (task.element, task.name, task.party, task.state) == ("a", "First", "Council", "ready")
    assert task.due.isoformat() == "2022-07-01T23:59:59+00:00"
    assert task.data == {"x": 1}
    engine.complete(task.id, {"y": 2}, by="Ann")
    assert engine.instance(instance.id).state == "running"
    complete(engine, "b")
    ended = engine.instance(instance.id)
    assert (ended.state, ended.data) == ("completed", {"x": 1, "y": 2})
    assert engine.tasks() == []
    done = engine.tasks(state="done")
    assert [(task.element, task.by) for task in done] == [("a", "Ann"), ("b", None)]


def test_history_tells_what_happened_in_order_and_by_whom(engine):
    engine.deploy(two_steps())
    instance = engine.start("p", by="Bob")
    complete(engine, "a")
    complete(engine, "b")
    events = engine.history(instance.id)
    told = [(event.kind, event.element) for event in events if event.kind in ("activated", "completed")]
    assert [pair for pair in told if pair[1] in "ab"] == [
        ("activated", "a"),
        ("completed", "a"),
        ("activated", "b"),
        ("completed", "b"),
    ]
    assert events[-1].kind == "ended"
    assert events[0].by == "Bob"
    assert [event.number for event in events] == sorted(event.number for event in events)


def test_conditions_choose_by_the_variables(engine):
    row = process("p").start().user("ask")
    row.exclusive([when("amount > 100"), user("big")], [otherwise(), user("small")]).end()
    engine.deploy(row.document())
    for amount, expected in ((500, "big"), (5, "small")):
        instance = engine.start("p")
        complete(engine, "ask", {"amount": amount}, instance=instance.id)
        assert elements(engine, instance=instance.id) == [expected]


def test_a_join_waits_for_all_branches(engine):
    engine.deploy(process("p").start().parallel([user("a")], [user("b")]).user("last").end().document())
    instance = engine.start("p")
    complete(engine, "a")
    assert elements(engine) == ["b"]
    view = engine.snapshot().instances[instance.id]
    waiting = {view.net.ids[view.net.sources[flow]]: count for flow, count in view.marking.flows.items()}
    assert waiting == {"a": 1}
    complete(engine, "b")
    assert elements(engine) == ["last"]


def test_a_condition_that_cannot_be_worked_out_is_an_incident_that_can_be_repaired(engine):
    row = process("p").start().user("ask").exclusive([when("amount > 100"), user("big")], [otherwise(), user("s")])
    engine.deploy(row.end().document())
    instance = engine.start("p")
    complete(engine, "ask", {"amount": "much"})
    (incident,) = engine.incidents()
    assert (incident.instance, incident.kind) == (instance.id, "expression")
    assert engine.instance(instance.id).state == "running"
    engine.retry(incident.id, {"amount": 500})
    assert engine.incidents() == []
    assert elements(engine) == ["big"]
    with pytest.raises(ConflictError):
        engine.retry(incident.id)


def test_a_task_is_completed_once(engine):
    engine.deploy(two_steps())
    engine.start("p")
    (task,) = engine.tasks()
    engine.complete(task.id, by="Ann")
    with pytest.raises(ConflictError, match="done already, by Ann"):
        engine.complete(task.id)


def test_unknown_names_are_not_found(engine):
    engine.deploy(two_steps())
    for command in (
        lambda: engine.start("nothing"),
        lambda: engine.instance("17"),
        lambda: engine.instance("x"),
        lambda: engine.history("17"),
        lambda: engine.complete("17-1"),
        lambda: engine.complete("nonsense"),
        lambda: engine.retry("1"),
        lambda: engine.terminate("17"),
    ):
        with pytest.raises(NotFoundError):
            command()


def test_data_that_json_cannot_hold_is_refused_and_changes_nothing(engine):
    engine.deploy(two_steps())
    engine.start("p")
    (task,) = engine.tasks()
    for bad in ({"x": object()}, {"x": float("nan")}, {"x": {1, 2}}):
        with pytest.raises(InputError):
            engine.complete(task.id, bad)
    assert engine.tasks() == [task]


def test_a_model_that_cannot_run_is_refused_with_its_findings_and_nothing_is_deployed(engine):
    xml = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t">
      <process id="p"><startEvent id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/></process>
    </definitions>"""
    with pytest.raises(ModelError) as caught:
        engine.deploy(xml)
    assert caught.value.findings
    assert engine.definitions() == []


def test_a_changed_file_makes_a_version_and_running_instances_keep_theirs(engine):
    engine.deploy(two_steps())
    old = engine.start("p")
    changed = process("p").start().user("a").user("b").user("c").end().document()
    assert engine.deploy(changed)[0].version == 2
    assert engine.deploy(changed)[0].version == 2
    new = engine.start("p")
    for instance in (old, new):
        complete(engine, "a", instance=instance.id)
        complete(engine, "b", instance=instance.id)
    assert engine.instance(old.id).state == "completed"
    assert elements(engine, instance=new.id) == ["c"]
    assert [definition.key for definition in engine.definitions()] == ["p:1", "p:2"]


def test_a_called_process_is_an_instance_of_its_own_with_only_the_variables_it_was_given(engine):
    engine.deploy(process("child").start().user("work").end().document())
    parent = process("p").start().call("c", "child", inputs={"n": "=x + 1"}, outputs={"got": "=result"})
    engine.deploy(parent.end().document())
    instance = engine.start("p", {"x": 1})
    child = next(found for found in engine.instances() if found.parent == instance.id)
    assert child.data == {"n": 2}
    complete(engine, "work", {"result": "fine", "private": 1}, instance=child.id)
    assert engine.instance(child.id).state == "completed"
    ended = engine.instance(instance.id)
    assert (ended.state, ended.data) == ("completed", {"x": 1, "got": "fine"})


def test_a_call_of_a_missing_process_is_an_incident_until_it_is_deployed(engine):
    engine.deploy(process("p").start().call("c", "child").end().document())
    instance = engine.start("p")
    (incident,) = engine.incidents()
    assert (incident.kind, incident.element) == ("missing-process", "c")
    engine.deploy(process("child").start().user("work").end().document())
    engine.retry(incident.id)
    assert engine.incidents() == []
    complete(engine, "work")
    assert engine.instance(instance.id).state == "completed"


def test_terminating_ends_the_children_and_closes_everything(engine):
    engine.deploy(process("child").start().user("work").end().document())
    engine.deploy(process("p").start().parallel([call("c", "child")], [user("a")]).end().document())
    instance = engine.start("p")
    engine.terminate(instance.id, "no longer needed", by="Ann")
    assert {found.state for found in engine.instances()} == {"terminated"}
    assert engine.tasks() == []
    with pytest.raises(ConflictError):
        engine.terminate(instance.id)


def test_a_start_key_starts_a_process_once(engine):
    engine.deploy(two_steps())
    first = engine.start("p", key="order-1")
    assert engine.start("p", key="order-1").id == first.id
    assert engine.start("p", key="order-2").id != first.id
    assert len(engine.instances()) == 2


def test_a_command_with_a_known_key_is_answered_from_the_record(engine):
    engine.deploy(two_steps())
    engine.start("p")
    (task,) = engine.tasks()
    engine.complete(task.id, key="request-1")
    engine.complete(task.id, key="request-1")
    assert elements(engine) == ["b"]


def test_loops_over_a_collection_make_a_task_an_item(engine):
    row = process("p").start().user("ask", each="parties", item="who", party="=who").user("last").end()
    engine.deploy(row.document())
    engine.start("p", {"parties": ["A", "B", "C"]})
    assert [task.party for task in engine.tasks()] == ["A", "B", "C"]
    assert [task.data["who"] for task in engine.tasks()] == ["A", "B", "C"]
    for task in engine.tasks():
        engine.complete(task.id)
    assert elements(engine) == ["last"]


def test_what_the_decision_settled_is_done_at_once(engine):
    engine.deploy(process("p").start().task("noted", done=True).user("a").end().document())
    instance = engine.start("p")
    assert elements(engine) == ["a"]
    done = engine.snapshot().instances[instance.id].done_at
    assert "noted" in done


def test_many_instances_do_not_disturb_each_other(engine):
    engine.deploy(process("p").start().parallel([user("a")], [service("s")], [user("b")]).end().document())
    engine.service("s")(lambda data: {"double": data["n"] * 2})
    instances = [engine.start("p", {"n": n}) for n in range(20)]
    for task in engine.tasks():
        engine.complete(task.id)
    ended = [engine.instance(instance.id) for instance in instances]
    assert all(instance.state == "completed" for instance in ended)
    assert [instance.data["double"] for instance in ended] == [2 * n for n in range(20)]


def test_parallel_blocks_keep_their_names(engine):
    block = parallel([user("a"), user("b")], [user("c")])
    engine.deploy(process("p").start().then(block).end().document())
    engine.start("p")
    assert elements(engine) == ["a", "c"]


def test_a_terminate_end_event_ends_a_called_process_normally_for_its_caller(engine):
    child = process("child")
    child.start().parallel([user("a"), end("stop", trigger=TERMINATE)], [user("b")]).end()
    engine.deploy(child.document())
    engine.deploy(process("p").start().call("c", "child").user("last").end().document())
    engine.start("p")
    complete(engine, "a")
    assert elements(engine) == ["last"]
    assert engine.incidents() == []


def test_a_child_ended_by_hand_is_an_incident_of_its_caller_unless_the_model_catches_it(engine):
    engine.deploy(process("child").start().user("work").end().document())
    build = process("p")
    build.start().call("c", "child").end()
    engine.deploy(build.document())
    build = process("q")
    build.start().call("c", "child").end()
    build.boundary("c", "stopped", error("terminated")).user("handle").end()
    engine.deploy(build.document())
    plain, catching = engine.start("p"), engine.start("q")
    for child in [found for found in engine.instances() if found.parent]:
        engine.terminate(child.id)
    assert [incident.instance for incident in engine.incidents()] == [plain.id]
    assert elements(engine, instance=catching.id) == ["handle"]


def test_an_answer_that_the_model_cannot_use_is_refused_and_the_task_stays(engine):
    engine.deploy(process("p").start().user("a", outputs={"half": "=amount / 2"}).user("b").end().document())
    engine.start("p")
    with pytest.raises(ExpressionError):
        complete(engine, "a", {"amount": "much"})
    assert elements(engine) == ["a"]
    complete(engine, "a", {"amount": 10})
    (task,) = engine.tasks()
    assert (task.element, task.data["half"]) == ("b", 5)


def test_a_service_whose_answer_the_model_cannot_use_is_an_incident(executor, clock):
    with Engine("sqlite:///:memory:", clock=clock, executor=executor, retry_after=()) as engine:
        row = process("p").start().service("s", service="s", outputs={"half": "=amount / 2"}).end()
        engine.deploy(row.document())
        engine.service("s")(lambda data: {"amount": "much"})
        engine.start("p")
        (incident,) = engine.incidents()
        assert "amount / 2" in incident.message
        engine.service("s")(lambda data: {"amount": 10})
        engine.retry(incident.id, {"amount": 10})
        assert engine.incidents() == []
        assert engine.instances()[0].data["half"] == 5


def test_a_child_whose_result_cannot_be_taken_over_has_ended_and_its_caller_says_why(engine):
    engine.deploy(process("child").start().user("work").end().document())
    row = process("p").start().call("c", "child", outputs={"half": "=amount / 2"}).end()
    engine.deploy(row.document())
    instance = engine.start("p")
    complete(engine, "work", {"amount": "much"})
    (incident,) = engine.incidents()
    assert (incident.instance, incident.kind) == (instance.id, "expression")
    assert [found.state for found in engine.instances() if found.parent] == ["completed"]
