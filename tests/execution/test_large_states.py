"""A large state is not written anew for each command: what a command writes does not grow with its instance."""

import pytest

from resolute.bpmn.build import process, user
from resolute.execution import live
from resolute.execution.core import Engine
from resolute.testing import Clock


def many_at_once():
    return process("p").start().user("ask", each="whom", item="who").user("close").end().document()


def wide(count):
    return process("p").start().parallel(*([user(f"t{n}")] for n in range(count))).end().document()


class Written:
    """What an engine hands to its database, beside the statements themselves."""

    def __init__(self, engine, monkeypatch):
        self.characters = self.statements = 0
        database = engine._database
        execute = database._execute

        def counted(sql, values):
            self.statements += 1
            self.characters += sum(len(str(value)) for value in values)
            execute(sql, values)

        monkeypatch.setattr(database, "_execute", counted)


def cost(document, data, monkeypatch):
    """Characters and statements of a completion, on average over twenty."""
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(document)
        engine.start("p", data)
        tasks = engine.tasks()
        engine.complete(tasks[0].id)
        written = Written(engine, monkeypatch)
        for task in tasks[1:21]:
            engine.complete(task.id, {"answer": "yes"}, by="someone")
        return written.characters / 20, written.statements / 20


@pytest.mark.parametrize(
    ("small", "large"),
    [
        ((wide(30), {}), (wide(1000), {})),
        ((many_at_once(), {"whom": list(range(30))}), (many_at_once(), {"whom": list(range(2000))})),
        ((wide(30), {}), (wide(30), {"text": "Ж" * 200_000})),
    ],
    ids=["many tasks", "many rounds", "much data"],
)
def test_a_completion_writes_no_more_in_a_large_instance(small, large, monkeypatch):
    few, statements = cost(*small, monkeypatch)
    many, same = cost(*large, monkeypatch)
    assert same == statements
    assert many < 1.5 * few + 100


def test_a_state_is_written_when_as_much_has_happened_since(tmp_path):
    """Else a reader would have ever more to lead it on by."""
    with Engine(f"sqlite:///{tmp_path}/store.db", clock=Clock()) as engine:
        engine.deploy(many_at_once())
        number = int(engine.start("p", {"whom": list(range(300))}).id)
        behind = []
        for task in engine.tasks():
            engine.complete(task.id, {"said": "Ж" * 100})
            row = engine._store.instance(number)
            behind.append(row.behind)
            later = engine._store.journal(number, after=row.seq - row.behind)
            assert sum(len(entry.events) for entry in later) <= len(row.body)
        assert behind.count(0) in range(3, 40)
        assert max(behind) > 10


@pytest.mark.parametrize("size", [0, 200, 10**9])
def test_however_states_are_written_the_same_is_read(tmp_path, monkeypatch, size):
    """By the engine that wrote, by another beside it, by one that opens the store, and for every moment of the past."""
    monkeypatch.setattr(live, "LARGE", size)
    url, clock = f"sqlite:///{tmp_path}/store.db", Clock()
    with Engine(url, clock=clock) as engine, Engine(url, clock=clock) as other:
        engine.deploy(many_at_once())
        id = engine.start("p", {"whom": ["Ann", "Bob", "Eve"] * 5}).id
        behind = []
        for count, task in enumerate(engine.tasks()):
            if count % 4 == 1:
                engine.assign(task.id, "Ann")
                engine.comment(task.id, "soon")
            (engine if count % 3 else other).complete(task.id, {f"n{count}": count})
            behind.append(engine._store.instance(int(id)).behind)
            everyone = [engine.instance(id), other.instance(id), other.instances()[0]]
            with Engine(url, clock=clock) as third:
                everyone += [third.instance(id), third.instance(id, as_of=clock.now())]
                assert [task.data for task in third.tasks()] == [task.data for task in engine.tasks()]
                assert next(iter(third.histories())).instance == everyone[0]
                view, past = (third.snapshot(as_of=when).instances[id] for when in (None, clock.now()))
                assert view.marking == past.marking and view.data == everyone[0].data
            assert everyone == everyone[:1] * len(everyone)
            assert everyone[0].data[f"n{count}"] == count
        assert any(behind) == (size < 10**9)
        other.complete(engine.tasks()[0].id)
        assert engine.instance(id).state == "completed"
        assert engine.audit().whole
