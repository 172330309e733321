"""The proof that a load of killed processes (kills.py) shows nothing: everything happened, and happened once."""

from __future__ import annotations

import json
import os
import random
import sqlite3
from collections import Counter
from pathlib import Path

from resolute.execution.core import Engine

ONCE = {"begin": 1, "ask": 1, "get": 1, "soon": 1, "post": 1, "heard": 1, "aside": 1, "note": 3, "close": 1, "c": 1}
ONCE_CHILD = {"work": 1, "paid": 1}
ONCE_PARCEL = {"weigh": 1, "sent": 1}


# --- what is kept beside the store: a process that is killed leaves behind what it has written ---


class Ledger:
    """Lines that a process adds, each in one write."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def add(self, *words: object) -> None:
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        os.write(handle, (json.dumps(words) + "\n").encode())
        os.close(handle)

    def read(self) -> list[list[object]]:
        if not self.file.exists():
            return []
        return [json.loads(line) for line in self.file.read_text().splitlines()]


class Effects:
    """The world outside: what the functions of service tasks have done, once a job, and how often they were called."""

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(
            folder / "effects.db", isolation_level=None, timeout=60, check_same_thread=False
        )
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("CREATE TABLE IF NOT EXISTS calls (job TEXT)")
        self._connection.execute("CREATE TABLE IF NOT EXISTS effects (job TEXT PRIMARY KEY, service TEXT, owner TEXT)")

    def do(self, job: str, service: str, owner: str) -> None:
        self._connection.execute("INSERT INTO calls VALUES (?)", (job,))
        self._connection.execute("INSERT OR IGNORE INTO effects VALUES (?, ?, ?)", (job, service, owner))

    def done(self) -> dict[str, tuple[str, str]]:
        return {job: (service, owner) for job, service, owner in self._connection.execute("SELECT * FROM effects")}

    def calls(self) -> int:
        return self._connection.execute("SELECT count(*) FROM calls").fetchone()[0]


# --- the proof ---


def check(url: str, folder: Path) -> dict[str, object]:
    """Raises AssertionError unless everything happened, once."""
    answers = {
        (f"{n}.{number}", step): answer
        for n in (1, 2)
        for number, step, answer in Ledger(folder / f"caller {n}.log").read()
    }
    with Engine(url) as engine:
        instances = engine.instances()
        audit = engine.audit()
        assert audit.whole, audit
        saved = [heads for (heads,) in Ledger(folder / "auditor.log").read()]
        for heads in saved[-1:] + random.sample(saved, min(len(saved), 5)):
            assert engine.audit(heads).whole, "a history that was seen is not there any more"
        check_orders(engine, instances, answers)
        check_effects(engine, instances, Effects(folder).done())
        acknowledged = check_races(engine, folder)
        check_nothing_is_left(engine, instances)
        check_replay(engine, instances)
        check_answers_are_repeated(engine, answers)
    return {
        "orders": sum(1 for instance in instances if instance.definition.id == "order"),
        "instances": len(instances),
        "commands": audit.commands,
        "acknowledged": len(answers) + acknowledged,
        "effects": len(Effects(folder).done()),
        "calls": Effects(folder).calls(),
        "heads taken": len(saved),
        "storage errors": len(Ledger(folder / "trouble.log").read()),
    }


def check_orders(engine, instances, answers) -> None:
    """Every order that was asked for is there once, and has gone every step as often as the model says."""
    orders = {instance.key: instance for instance in instances if instance.definition.id == "order"}
    children = {instance.parent: instance for instance in instances if instance.definition.id == "child"}
    parcels = {instance.data["order"]: instance for instance in instances if instance.definition.id == "parcel"}
    assert len(instances) == 3 * len(orders) == 3 * len(children) == 3 * len(parcels)
    assert {order for order, step in answers if step == "start"} == set(orders)
    for (order, step), answer in answers.items():
        if step == "start":
            assert orders[order].id == answer
    shapes = {}
    for key, order in orders.items():
        number = int(key.partition(".")[2])
        child, parcel = children[order.id], parcels[key]
        assert {order.state, child.state, parcel.state} == {"completed"}
        assert (order.data["begin"], order.data["aside"], order.data["weight"]) == (number, number, len(key))
        assert (child.data["work"], child.data["sum"]) == (number, number)
        for instance, once in ((order, ONCE), (child, ONCE_CHILD), (parcel, ONCE_PARCEL)):
            done = Counter(event.element for event in engine.history(instance.id) if event.kind == "completed")
            assert {element: done[element] for element in once} == once, (instance.id, done)
        told = [event for i in (order, child, parcel) for event in engine.history(i.id)]
        shapes[frozenset(Counter((event.kind, event.element) for event in told).items())] = order.id
    assert len(shapes) == 1, f"the histories of these differ in more than their sequence: {differences(shapes)}"


def differences(shapes):
    """What is not the same in all histories."""
    common = frozenset.intersection(*shapes)
    return {order: sorted(shape - common) for shape, order in shapes.items()}


def check_effects(engine, instances, effects) -> None:
    """Every job of every history has had its effect, once, and nothing else has had one."""
    wanted = {
        f"{instance.id}-{event.token}": (event.detail["service"], instance.data["order"])
        for instance in instances
        for event in engine.history(instance.id)
        if event.kind == "job"
    }
    assert effects == wanted


def check_races(engine, folder: Path) -> int:
    """Of those who completed the same task one was told that it had; nobody was told so wrongly."""
    done = {task.id: task for task in engine.tasks(state="done", element="close")}
    told = [(task, role) for role in ("racer 1", "racer 2") for (task,) in Ledger(folder / f"{role}.log").read()]
    assert len({task for task, _role in told}) == len(told)
    for task, role in told:
        assert done[task].by == role
    heard = sum(count for (count,) in Ledger(folder / "signaller.log").read())
    assert heard <= len(done)
    return len(told)


def check_nothing_is_left(engine, instances) -> None:
    assert engine.tasks() == []
    assert engine.incidents() == []
    snapshot = engine.snapshot()
    assert not snapshot.instances
    assert snapshot.messages == ()


def check_replay(engine, instances) -> None:
    """The commands of every history, applied again, give the state that is stored."""
    now = engine.now()
    for instance in instances:
        assert engine.instance(instance.id, as_of=now) == instance


def check_answers_are_repeated(engine, answers) -> None:
    """Every command that was answered, asked again with its key, gets the same answer and changes nothing."""
    before = engine.heads()
    for (order, step), answer in answers.items():
        if step == "start":
            assert engine.start("order", {"order": order}, key=order).id == answer
        elif step == "paid":
            assert str(engine.send("paid", {"sum": 0}, {"order": order}, key=f"{order} paid")) == answer
        else:
            engine.complete(answer, key=f"{order} {step}")
    assert engine.heads() == before
