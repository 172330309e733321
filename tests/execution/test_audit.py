"""Histories are chained: whoever changes one afterwards is found."""

import sqlite3

import pytest

from resolute.bpmn.build import process
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
