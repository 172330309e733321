"""Killed at any moment, the engine loses nothing that was answered and does nothing twice."""

import os
import signal
from datetime import timedelta

import pytest

from resolute.bpmn.build import call, message, process, timer, user
from resolute.execution.core import Engine
from resolute.storage.database import Database
from resolute.testing import Clock

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def documents():
    child = process("child").start().user("work").catch("wait", message("go")).service("s", service="count").end()
    main = process("main")
    main.start().user("begin").parallel([call("c", "child")], [user("aside")]).end()
    main.boundary("aside", "remind", timer(every="R2/P1D"), interrupting=False).user("nudge").end()
    return child.document(), main.document()


def story(url):
    """A caller who repeats every request with the same key until it is answered."""
    clock = Clock()
    with Engine(url, clock=clock, lease=timedelta(0)) as engine:
        engine.service("count")(lambda data: {"counted": data.get("counted", 0) + 1})
        for document in documents():
            engine.deploy(document)
        instance = engine.start("main", {"n": 1}, key="one")

        def finish(element, key):
            known = [task for task in engine.tasks(state=None) if task.element == element]
            engine.complete(known[0].id, {"by": element}, key=key)

        finish("begin", "k1")
        finish("work", "k2")
        clock.advance(timedelta(days=1))
        engine.tick()
        engine.send("go", {"sent": 1}, key="k3")
        engine.tick()
        clock.advance(timedelta(days=5))
        engine.tick()
        finish("aside", "k4")
        return instance.id


def told(url):
    with Engine(url, clock=Clock()) as engine:
        assert engine.audit().whole
        histories = {
            instance.id: [(event.kind, event.element, event.token) for event in engine.history(instance.id)]
            for instance in engine.instances()
        }
        states = [(instance.id, instance.state, instance.data) for instance in engine.instances()]
        tasks = [(task.id, task.element, task.state) for task in engine.tasks(state=None)]
        return histories, states, tasks, engine.incidents()


def killed_at(number, url):
    """Runs the story in a process of its own that dies before its `number`-th statement; whether it died."""
    child = os.fork()
    if child == 0:
        count = 0
        execute = Database._execute

        def counting(self, sql, values):
            nonlocal count
            count += 1
            if count == number:
                os.kill(os.getpid(), signal.SIGKILL)
            execute(self, sql, values)

        Database._execute = counting
        story(url)
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def test_killed_before_any_statement_nothing_is_lost_and_nothing_happens_twice(tmp_path):
    story(f"sqlite:///{tmp_path}/whole.db")
    expected = told(f"sqlite:///{tmp_path}/whole.db")
    number, step = 1, 7
    died = True
    while died:
        url = f"sqlite:///{tmp_path}/killed-{number}.db"
        died = killed_at(number, url)
        story(url)
        assert told(url) == expected, f"killed before statement {number}"
        number += step
    assert number > 100


def test_killed_again_and_again_the_story_still_ends_the_same(tmp_path):
    story(f"sqlite:///{tmp_path}/whole.db")
    expected = told(f"sqlite:///{tmp_path}/whole.db")
    url = f"sqlite:///{tmp_path}/killed.db"
    for number in (5, 60, 75, 90, 100, 110, 125, 140, 160, 180):
        killed_at(number, url)
    story(url)
    assert told(url) == expected
