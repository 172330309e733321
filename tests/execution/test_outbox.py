"""Messages for the world outside are kept with their command and passed on in order, until they arrive."""

import json
import logging

import pytest

import commands
from resolute.bpmn.build import message, process
from resolute.execution.core import Engine
from resolute.testing import Clock


def told(*names):
    row = process("p").start()
    for name in names:
        row = row.user(f"before_{name}").throw(f"throw_{name}", message(name), inputs={"n": "=n"})
    return row.end().document()


def go_on(engine):
    for task in engine.tasks():
        engine.complete(task.id)


def test_what_a_model_says_to_the_world_outside_is_kept_until_it_is_acknowledged(engine):
    engine.deploy(told("letter", "call"))
    instance = engine.start("p", {"n": 7})
    assert engine.outgoing() == []
    go_on(engine)
    (letter,) = engine.outgoing()
    assert (letter.name, letter.instance, letter.element) == ("letter", instance.id, "throw_letter")
    assert (letter.payload, letter.at) == ({"n": 7}, engine.now())
    go_on(engine)
    assert [each.name for each in engine.outgoing()] == ["letter", "call"]
    assert [each.name for each in engine.outgoing(after=letter.id)] == ["call"]
    assert engine.acknowledge([letter.id, letter.id]) == 1
    assert [each.name for each in engine.outgoing()] == ["call"]


def test_a_message_that_a_deployed_process_takes_is_not_for_the_world_outside(engine):
    engine.deploy(told("letter"))
    engine.deploy(process("q").start("s", trigger=message("letter")).user("read").end().document())
    engine.start("p", {"n": 1})
    go_on(engine)
    assert engine.outgoing() == []
    assert [task.element for task in engine.tasks()] == ["read"]


def test_a_command_that_fails_says_nothing(engine, monkeypatch):
    engine.deploy(told("letter"))
    engine.start("p", {"n": 1})
    (task,) = engine.tasks()
    monkeypatch.setattr(engine._store, "add_journal", lambda entries: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        engine.complete(task.id)
    assert engine.outgoing() == []


def test_an_outlet_gets_each_message_once_and_those_of_an_instance_in_order(engine):
    engine.deploy(told("first", "second"))
    for n in range(3):
        engine.start("p", {"n": n})
    for _ in range(2):
        go_on(engine)
    passed = []
    engine.outlet(passed.append)
    engine.tick()
    engine.tick()
    assert engine.outgoing() == []
    for n in range(3):
        assert [each.name for each in passed if each.payload["n"] == n] == ["first", "second"]
    assert len(passed) == 6


def test_after_a_failure_the_later_messages_of_an_instance_wait_and_those_of_others_go(engine, caplog):
    engine.deploy(told("first", "second"))
    broken, whole = engine.start("p", {"n": 1}), engine.start("p", {"n": 2})
    for _ in range(2):
        go_on(engine)
    passed, down = [], True

    def post(outgoing):
        if down and outgoing.instance == broken.id:
            raise ConnectionError("no network")
        passed.append((outgoing.instance, outgoing.name))

    engine.outlet(post)
    with caplog.at_level(logging.WARNING):
        engine.tick()
    assert passed == [(whole.id, "first"), (whole.id, "second")]
    assert "outgoing message" in caplog.text
    down = False
    engine.tick()
    assert passed[2:] == [(broken.id, "first"), (broken.id, "second")]


def test_a_world_that_is_down_is_asked_a_few_times_only(engine):
    engine.deploy(told("letter"))
    for n in range(50):
        engine.start("p", {"n": n})
    go_on(engine)
    asked = []

    def post(outgoing):
        asked.append(outgoing.id)
        raise ConnectionError

    engine.outlet(post)
    engine.tick()
    assert len(asked) == 5
    assert len(engine.outgoing()) == 50


def test_a_message_whose_acknowledgement_was_lost_comes_again_with_the_same_id(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(told("letter"))
        engine.start("p", {"n": 1})
        go_on(engine)

    def post(outgoing):
        seen.append(outgoing.id)
        raise KeyboardInterrupt  # the program ends here

    seen = []
    for _ in range(2):
        with Engine(url, clock=Clock()) as engine:
            engine.outlet(post)
            with pytest.raises(KeyboardInterrupt):
                engine.tick()
    assert seen == [seen[0]] * 2


def test_erasing_an_instance_erases_what_it_said(engine):
    engine.deploy(told("letter"))
    instance = engine.start("p", {"n": 1})
    go_on(engine)
    engine.erase(instance.id, "asked to")
    assert engine.outgoing() == []


def test_outgoing_messages_are_shown_and_acknowledged_on_the_command_line(tmp_path):
    with Engine(f"sqlite:///{tmp_path}/resolute.db") as engine:
        engine.deploy(told("letter"))
        engine.start("p", {"n": 1})
        go_on(engine)
    (shown,) = json.loads(commands.resolute("outgoing", "--json", folder=tmp_path).stdout)
    assert (shown["name"], shown["payload"]) == ("letter", {"n": 1})
    done = commands.resolute("outgoing", "--acknowledge", shown["id"], "--json", folder=tmp_path)
    assert json.loads(done.stdout) == []
    assert commands.resolute("outgoing", "--acknowledge", "x", folder=tmp_path).returncode == 2
