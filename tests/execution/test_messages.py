"""Messages and signals between instances: one receiver, the oldest; kept while nobody waits."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from resolute.bpmn.build import message, process, receive, send, signal, timer, user
from resolute.execution import correlation
from resolute.execution.core import Engine
from resolute.testing import Clock


def receiver(correlation="=order"):
    return process("r").start().catch("wait", message("paid"), correlation=correlation).user("after").end().document()


def waiting_for_nothing():
    return process("w").start().then(receive("get", "paid")).end().document()


def states(engine):
    return [instance.state for instance in engine.instances()]


def test_a_message_goes_to_the_receiver_with_its_key(engine):
    engine.deploy(receiver())
    one, two = (engine.start("r", {"order": number}) for number in (1, 2))
    assert engine.send("paid", {"sum": 10}, {"order": 2}) == two.id
    (task,) = engine.tasks()
    assert (task.instance, task.data["sum"]) == (two.id, 10)
    assert engine.send("paid", {}, 1) == one.id


def test_one_message_is_taken_by_one_receiver_the_oldest(engine):
    engine.deploy(waiting_for_nothing())
    first, second, third = (engine.start("w") for _ in range(3))
    assert engine.send("paid") == first.id
    assert states(engine) == ["completed", "running", "running"]
    assert engine.send("paid") == second.id
    assert engine.send("paid") == third.id
    assert engine.send("paid") is None


def test_a_message_that_nobody_waits_for_is_kept_for_the_first_who_does(engine):
    engine.deploy(receiver())
    assert engine.send("paid", {"sum": 1}, {"order": 7}) is None
    assert engine.send("paid", {"sum": 2}, {"order": 7}) is None
    assert len(engine.snapshot().messages) == 2
    other = engine.start("r", {"order": 8})
    first = engine.start("r", {"order": 7})
    second = engine.start("r", {"order": 7})
    assert {task.instance: task.data["sum"] for task in engine.tasks()} == {first.id: 1, second.id: 2}
    assert engine.instance(other.id).state == "running"
    assert engine.snapshot().messages == ()


def test_a_kept_message_does_not_outlive_its_time(engine, clock):
    engine.deploy(receiver())
    engine.send("paid", {}, {"order": 1}, lives=timedelta(days=1))
    clock.advance(days=2)
    engine.tick()
    engine.start("r", {"order": 1})
    assert engine.tasks() == []


def test_a_receiver_without_a_key_takes_no_message_for_somebody_else(engine):
    engine.deploy(waiting_for_nothing())
    instance = engine.start("w", {"order": 1})
    assert engine.send("paid", {}, {"order": 2}) is None
    assert engine.instance(instance.id).state == "running"
    assert engine.send("paid", {}, {"order": 1}) == instance.id


def test_a_message_starts_a_process_when_nobody_waits_for_it(engine):
    row = process("s").start("begin", trigger=message("ordered")).user("a").end()
    engine.deploy(row.document())
    started = engine.send("ordered", {"order": 5})
    assert engine.instance(started).data == {"order": 5}
    assert [task.element for task in engine.tasks()] == ["a"]


def test_a_message_from_one_instance_reaches_another_in_the_same_command(engine):
    engine.deploy(receiver())
    row = process("s").start().user("pay").then(send("tell", "paid", correlation="=order", inputs={"sum": "=sum"}))
    engine.deploy(row.end().document())
    engine.start("r", {"order": 3})
    engine.start("s", {"order": 3})
    pay = next(task for task in engine.tasks() if task.element == "pay")
    engine.complete(pay.id, {"sum": 99})
    (task,) = engine.tasks()
    assert (task.element, task.data["sum"]) == ("after", 99)
    assert "order" in task.data


def test_a_repeated_send_with_the_same_key_is_answered_from_the_record(engine):
    engine.deploy(waiting_for_nothing())
    first = engine.start("w")
    second = engine.start("w")
    assert engine.send("paid", key="k1") == first.id
    assert engine.send("paid", key="k1") == first.id
    assert engine.instance(second.id).state == "running"


def test_what_models_send_to_nobody_in_particular_is_not_kept(engine):
    engine.deploy(process("s").start().then(send("tell", "news")).end().document())
    instance = engine.start("s")
    assert engine.snapshot().messages == ()
    sent = [event for event in engine.history(instance.id) if event.kind == "sent"]
    assert [event.detail["name"] for event in sent] == ["news"]


def test_a_signal_reaches_all_that_wait_and_is_not_kept(engine):
    engine.deploy(process("p").start().catch("hear", signal("alarm")).user("a").end().document())
    assert engine.signal("alarm") == 0
    for _ in range(3):
        engine.start("p")
    assert engine.signal("alarm", {"where": "hall"}) == 3
    assert [task.data["where"] for task in engine.tasks()] == ["hall"] * 3


def test_the_first_event_behind_a_gateway_wins(engine, clock):
    row = process("p").start().first([receive_paid := _catch("paid")], [_timer_catch()], id="race")
    engine.deploy(row.user("after").end().document())
    assert receive_paid
    one, two = engine.start("p"), engine.start("p")
    assert engine.send("paid") == one.id
    clock.advance(days=3)
    assert engine.tick() == 1
    assert {task.instance for task in engine.tasks()} == {one.id, two.id}
    assert engine.send("paid") is None


def _catch(name):
    from resolute.bpmn.build_parts import catch

    return catch(f"got_{name}", message(name))


def _timer_catch():
    from resolute.bpmn.build_parts import catch

    return catch("late", timer(after="P2D"))


def test_groups_do_not_hear_each_other(clock, executor):
    from resolute.execution.correlation import Message

    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.deploy(waiting_for_nothing())
        program = engine._program("w")
        ids = [engine._command(lambda work, group=group: work.start(program, {}, group=group).id) for group in (1, 2)]
        taken = engine._command(lambda work: work.send(Message("paid", {}, group=2)))
        assert taken == ids[1]
        assert engine.instance(str(ids[0])).state == "running"


KEYS = st.one_of(st.none(), st.integers(0, 2), st.sampled_from(["a", "1"]))
CORRELATIONS = st.one_of(KEYS, st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2), max_size=2))


@given(
    declared=CORRELATIONS,
    data=st.dictionaries(st.sampled_from(["x", "y"]), st.integers(0, 2)),
    sent=CORRELATIONS,
)
def test_whoever_matches_is_found_by_the_keys_of_both_sides(declared, data, sent):
    if not correlation.matches(declared, data, sent):
        return
    assert correlation.key_of(declared) in correlation.receiver_keys(sent)
    keys = correlation.sender_keys(declared)
    assert keys is None or correlation.key_of(sent) in keys


@settings(max_examples=25)
@given(st.lists(st.tuples(st.sampled_from(["send", "start"]), st.integers(0, 1)), max_size=20))
def test_every_message_is_taken_once_by_the_oldest_with_its_key_whatever_the_order(steps):
    """Against a model of two queues a key."""
    with Engine("sqlite:///:memory:", clock=Clock(), executor="net") as engine:
        engine.deploy(receiver())
        waiting = {0: [], 1: []}
        kept = {0: [], 1: []}
        expected = {}
        for number, (step, key) in enumerate(steps):
            if step == "send":
                engine.send("paid", {"number": number}, {"order": key})
                if waiting[key]:
                    expected[waiting[key].pop(0)] = number
                else:
                    kept[key].append(number)
            else:
                instance = engine.start("r", {"order": key}).id
                if kept[key]:
                    expected[instance] = kept[key].pop(0)
                else:
                    waiting[key].append(instance)
        assert {task.instance: task.data["number"] for task in engine.tasks()} == expected


def test_user_tasks_are_not_woken_by_messages(engine):
    engine.deploy(process("p").start().then(user("a")).end().document())
    engine.start("p")
    assert engine.send("paid") is None
    assert [task.element for task in engine.tasks()] == ["a"]


def test_a_signal_reaches_as_many_as_wait(clock):
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(process("p").start().catch("hear", signal("alarm")).end().document())
        program = engine._program("p")
        engine._command(lambda work: [work.start(program, {}) for _ in range(3000)])
        assert engine.signal("alarm") == 3000
        assert engine.instances("running") == []
