"""Histories are chained: whoever changes one afterwards is found."""

import sqlite3
from datetime import timedelta

import pytest

from resolute.bpmn.build import process
from resolute.errors import ConflictError, StorageError
from resolute.execution.core import Engine
from resolute.testing import Clock

CHANGES = {
    "the time of a command": "UPDATE resolute_journal SET at = at + 1 WHERE instance = 1 AND seq = 2",
    "who gave it": "UPDATE resolute_journal SET \"by\" = 'Eve' WHERE instance = 1 AND seq = 2",
    "its data": "UPDATE resolute_journal SET command = replace(command, 'yes', 'no') WHERE instance = 1 AND seq = 2",
    "its events": "UPDATE resolute_journal SET events = '[]' WHERE instance = 1 AND seq = 2",
    "a missing command": "DELETE FROM resolute_journal WHERE instance = 1 AND seq = 2",
    "a missing end": "DELETE FROM resolute_journal WHERE instance = 1 AND seq = 3",
    "two commands exchanged": (
        "UPDATE resolute_journal SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE instance = 1 AND seq > 1;"
        "UPDATE resolute_journal SET seq = -seq WHERE instance = 1 AND seq < 0"
    ),
}


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "store.db"
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").user("b").end().document())
        for _ in range(3):
            instance = engine.start("p")
            for _step in range(2):
                (task,) = engine.tasks(instance=instance.id)
                engine.complete(task.id, {"answer": "yes"}, by="Ann")
    return file


def audited(file, heads=None):
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        return engine.audit(heads)


def test_untouched_histories_are_whole(file):
    result = audited(file)
    assert (result.whole, result.instances, result.commands) == (True, 3, 9)


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_is_found_and_its_place_named(file, change):
    connection = sqlite3.connect(file)
    connection.executescript(CHANGES[change])
    connection.close()
    (found,) = audited(file).breaks
    assert found.instance == "1"
    assert found.number in (2, 3)


def test_a_history_rewritten_with_its_hashes_is_found_by_heads_exported_before(file, tmp_path):
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        heads = engine.heads()
    forged = tmp_path / "forged.db"
    with Engine(f"sqlite:///{forged}", clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").user("b").end().document())
        for _ in range(3):
            engine.start("p")
    assert audited(forged).whole
    assert [found.instance for found in audited(forged, heads).breaks] == ["1", "2", "3"]
    assert audited(file, heads).whole


def test_a_history_that_was_removed_whole_is_found_by_its_exported_head(file):
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        heads = engine.heads()
    connection = sqlite3.connect(file)
    connection.executescript(
        "DELETE FROM resolute_journal WHERE instance = 3; DELETE FROM resolute_instances WHERE id = 3"
    )
    connection.close()
    assert audited(file).whole
    assert [found.instance for found in audited(file, heads).breaks] == ["3"]


def test_erased_content_is_gone_and_the_chain_is_still_whole(file):
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        task = engine.tasks(state="done")[0]
        with pytest.raises(ConflictError):
            engine.erase(engine.start("p").id, "too early")
        heads = engine.heads()
        engine.erase(task.instance, "asked to", by="Officer")
        assert engine.audit(heads).whole
        erased = engine.instance(task.instance)
        assert (erased.state, erased.data) == ("completed", {})
        assert [(event.kind, event.detail["reason"]) for event in engine.history(erased.id)] == [("erased", "asked to")]
        with pytest.raises(StorageError, match="erased"):
            engine.instance(erased.id, as_of=engine.now() - timedelta(0))
        assert all(found.by is None for found in engine.tasks(state="done", instance=erased.id))


def test_what_ended_long_ago_is_erased_at_once(file):
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        assert engine.erase_ended(engine.now(), "retention") == 0
        assert engine.erase_ended(engine.now() + timedelta(days=1), "retention") == 3
        assert engine.erase_ended(engine.now() + timedelta(days=1), "retention") == 0
        assert engine.audit().whole
        assert {instance.state for instance in engine.instances()} == {"completed"}
