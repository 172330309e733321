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
        instances = engine.instances()  # their numbers may have gaps: a sequence of PostgreSQL is not rolled back
        histories = [[(e.kind, e.element, e.token) for e in engine.history(i.id)] for i in instances]
        states = [(i.definition.id, i.state, i.data) for i in instances]
        tasks = [(task.id.partition("-")[2], task.element, task.state) for task in engine.tasks(state=None)]
        return histories, states, tasks, engine.incidents()


THOROUGH = "RESOLUTE_KILLS" in os.environ
STATEMENT, BEFORE, AFTER = "statement", "before a commit", "after a commit"


def killed_at(place, number, url):
    """Runs the story in a process of its own that dies at the `number`-th such place; whether it died."""
    child = os.fork()
    if child == 0:
        left = number
        execute, many, commit = Database._execute, Database.many, Database._commit

        def passed(here):
            nonlocal left
            left -= here == place
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        def executing(self, sql, values):
            passed(STATEMENT)
            return execute(self, sql, values)

        def executing_many(self, statement, rows):
            passed(STATEMENT)
            return many(self, statement, rows)

        def committing(self):
            passed(BEFORE)
            commit(self)
            passed(AFTER)

        Database._execute, Database.many, Database._commit = executing, executing_many, committing
        story(url)
        os._exit(0)
    return os.waitpid(child, 0)[1] != 0


def each_place(place, url_of, expected, least, step=1):
    """Kills the story at one such place after the other, until it gets through; it always ends the same."""
    number, died = 1, True
    while died:
        url = url_of(f"{place} {number}")
        died = killed_at(place, number, url)
        story(url)
        assert told(url) == expected, f"killed at {place} {number}"
        number += step
    assert number > least


@pytest.fixture
def sqlite(tmp_path):
    return lambda name: f"sqlite:///{tmp_path}/{name}.db"


@pytest.fixture
def whole(sqlite):
    story(sqlite("whole"))
    return told(sqlite("whole"))


@pytest.mark.parametrize("place", [BEFORE, AFTER])
def test_killed_around_any_commit_nothing_is_lost_and_nothing_happens_twice(sqlite, whole, place):
    each_place(place, sqlite, whole, 15)


def test_killed_before_any_statement_nothing_is_lost_and_nothing_happens_twice(sqlite, whole):
    each_place(STATEMENT, sqlite, whole, 100, step=1 if THOROUGH else 17)


def test_killed_again_and_again_the_story_still_ends_the_same(sqlite, whole):
    for number in (5, 60, 75, 90, 100, 110, 125, 140, 160, 180):
        killed_at(STATEMENT, number, sqlite("killed"))
    story(sqlite("killed"))
    assert told(sqlite("killed")) == whole


@pytest.mark.parametrize("place", [BEFORE, AFTER])
def test_killed_around_a_commit_on_postgresql(new_database, whole, place):
    each_place(place, new_database, whole, 15, step=1 if THOROUGH else 5)
