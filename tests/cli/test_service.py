"""The worker does what is due until it is stopped; a migration is shown first and done on demand."""

import json
import signal
import subprocess
import sys
import time

import pytest

from resolute import bpmn
from resolute.bpmn.build import process, timer
from resolute.engine import Engine


def command(*arguments):
    return [sys.executable, "-m", "resolute", *map(str, arguments), "--lang", "en"]


def resolute(folder, *arguments, status=0):
    done = subprocess.run(command(*arguments), cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture
def store(tmp_path):
    return f"sqlite:///{tmp_path}/resolute.db"


def until(condition, seconds=40):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_the_worker_fires_timers_and_runs_services_until_it_is_stopped(tmp_path, store):
    (tmp_path / "mine.py").write_text("def register(engine):\n    engine.service('count')(lambda data: {'n': 7})\n")
    with Engine(store) as engine:
        row = process("p").start().catch("pause", timer(after="PT0.2S"))
        engine.deploy(row.service("s", service="count").user("a").end().document())
        engine.start("p")
        running = subprocess.Popen(
            command("worker", "--services", "mine:register", "--poll", "0.1"),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            until(engine.tasks)
            assert engine.tasks()[0].data["n"] == 7
        finally:
            running.send_signal(signal.SIGTERM)
            _out, said = running.communicate(timeout=30)
    assert running.returncode == 0
    assert said.splitlines()[-1] == "stopped"


SLOW = """
import time

def slow(data, job):
    with open("begun", "a") as begun:
        begun.write(f"{job.id}\\n")
    time.sleep(0.5)
    with open("done", "a") as done:
        done.write(f"{job.id}\\n")
    return {"by": "worker"}

def register(engine):
    engine.service("slow")(slow)
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_worker_that_is_told_to_stop_finishes_the_job_at_hand_and_leaves_the_others(tmp_path, store, sent):
    (tmp_path / "mine.py").write_text(SLOW)
    with Engine(store) as engine:
        engine.deploy(process("p").start().service("s", service="slow").end().document())
        ids = [engine.start("p").id for _ in range(9)]
        running = subprocess.Popen(
            command("worker", "--services", "mine:register"), cwd=tmp_path, stderr=subprocess.PIPE, text=True
        )
        begun, done = tmp_path / "begun", tmp_path / "done"
        try:
            until(lambda: begun.exists() and len(begun.read_text().split()) == 2)
        finally:
            running.send_signal(sent)
            _out, said = running.communicate(timeout=30)
        assert (running.returncode, said.splitlines()[-1]) == (0, "stopped")
        finished = done.read_text().split()
        assert begun.read_text().split() == finished
        assert 2 <= len(finished) < len(ids)
        answered = [id for id in ids if engine.instance(id).state == "completed"]
        assert answered == [job.partition("-")[0] for job in finished]
        engine.service("slow")(lambda data: {"by": "another"})
        assert [engine.instance(id).data["by"] for id in ids] == [
            "worker" if id in answered else "another" for id in ids
        ]
        assert engine.audit().whole


def test_services_that_cannot_be_loaded_are_named(tmp_path):
    said = resolute(tmp_path, "worker", "--services", "nowhere:register", status=2).stderr
    assert "nowhere:register cannot be loaded" in said


@pytest.fixture
def running(tmp_path, store):
    """Two instances at `a`; a file with another version."""
    with Engine(store) as engine:
        engine.deploy(process("p").start().user("a").user("b").end().document())
        ids = [engine.start("p").id for _ in range(2)]
    bpmn.save(process("p").start().user("a").user("check").user("b").end().document(), tmp_path / "new.bpmn")
    bpmn.save(process("p").start().user("begin").user("b").end().document(), tmp_path / "other.bpmn")
    return ids


def test_a_migration_is_shown_in_words_and_done_only_on_demand(tmp_path, store, running):
    shown = resolute(tmp_path, "migrate", "p", "--deploy", "new.bpmn")
    assert "added: check" in shown.stdout
    assert "--apply does it" in shown.stderr
    plan = json.loads(resolute(tmp_path, "migrate", "p", "--json").stdout)
    assert (plan["version"], plan["instances"], plan["possible"], plan["migrated"]) == (2, running, True, 0)
    assert "migrated: 2" in resolute(tmp_path, "migrate", "p", "--apply", "--by", "Ann").stdout
    with Engine(store) as engine:
        assert {engine.instance(number).definition.version for number in running} == {2}
        assert {task.element for task in engine.tasks()} == {"a"}


def test_a_migration_is_taken_back(tmp_path, store, running):
    resolute(tmp_path, "migrate", "p", "--deploy", "new.bpmn", "--apply")
    assert "--undo goes with" in resolute(tmp_path, "migrate", "p", "--undo", "--apply", status=2).stderr
    assert json.loads(resolute(tmp_path, "migrate", "p", "--undo", "--json").stdout) == {"process": "p", "undone": 2}
    with Engine(store) as engine:
        assert {engine.instance(number).definition.version for number in running} == {1}
    assert "its last step" in resolute(tmp_path, "migrate", "p", "--undo", "--instance", running[0], status=2).stderr


def test_what_stands_in_the_way_is_said_with_a_status_of_its_own(tmp_path, store, running):
    refused = resolute(tmp_path, "migrate", "p", "--deploy", "other.bpmn", "--apply", status=1)
    assert f"instance {running[0]}: " in refused.stdout
    assert "map it" in refused.stdout
    resolute(tmp_path, "migrate", "p", "--rename", "a=begin", "--instance", running[0], "--apply")
    with Engine(store) as engine:
        assert [engine.instance(number).definition.version for number in running] == [2, 1]


def test_a_renaming_that_says_nothing_is_refused(tmp_path, running):
    assert "expected OLD=NEW" in resolute(tmp_path, "migrate", "p", "--rename", "a", status=2).stderr
