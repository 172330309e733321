"""A story that leaves a store in the middle of everything; kept stores of earlier versions were made by it.

    PYTHONPATH=OLD_CHECKOUT/engine python tests/storage/kept.py tests/data/stores/NAME

writes NAME-EXECUTOR.sql.gz, the store as that version left it, and NAME-EXECUTOR.json.gz: what that version said of it,
and what became of it when that version went on. It keeps to the part of the interface that has been there from the
beginning.
"""

from __future__ import annotations

import gzip
import json
import shutil
import sqlite3
import sys
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from resolute.bpmn.build import (
    call,
    catch,
    error,
    message,
    process,
    service,
    signal,
    timer,
    user,
)
from resolute.execution.core import Engine
from resolute.testing import Clock

EXECUTORS = ("net", "spiff")


def documents():
    """Tasks, timers, messages, signals, calls, services, joins, an error that is caught, a start by message."""
    child = process("child")
    child.start().user("work").catch("wait", message("go on"), correlation="=n").user("finish").end()
    child.boundary("work", "remind", timer(every="R3/P1D"), interrupting=False).user("nudge").end()
    main = process("main")
    main.start().user("begin").parallel(
        [call("first", "child", inputs={"n": "=1"})],
        [call("second", "child", inputs={"n": "=2"})],
        [user("aside"), user("after")],
        [catch("hear", signal("alarm"))],
        [service("count", service="count")],
    ).user("close").end()
    main.boundary("aside", "late", timer(after="P3D")).goto("after")
    risky = process("risky")
    risky.start("asked", trigger=message("try")).service("risk", service="risk").user("praise").end()
    risky.boundary("risk", "caught", error("lost")).user("mourn").end()
    return child.document(), main.document(), risky.document()


def opened(url, clock, executor):
    """An engine whose service `count` works at the third try and whose `risk` always fails."""
    from resolute.execution.services import ServiceError

    engine = Engine(url, clock=clock, executor=executor, retry_after=[timedelta(hours=1), timedelta(days=2)])
    tries = Counter()

    @engine.service("count")
    def count(data):
        tries["count"] += 1
        if clock.now() < Clock().now() + timedelta(hours=2):
            raise ValueError("not yet")
        return {"counted": 7}

    @engine.service("risk")
    def risk(data):
        raise ServiceError(data.get("code", "unknown"), "it went wrong")

    return engine


def first_part(url, executor):
    """Two of `main`, one further than the other; one of `risky` in trouble, one caught; a message kept."""
    clock = Clock()
    with opened(url, clock, executor) as engine:
        for document in documents():
            engine.deploy(document)
        engine.start("main", {"title": "Ж", "rate": 1.5}, key="one")
        engine.start("main", {"nested": {"list": [1, [2, None, True]]}})
        for task in engine.tasks(element="begin"):
            engine.complete(task.id, {"begun": task.id}, by="Ann", key=f"k{task.id}")
        engine.complete(engine.tasks(element="work")[0].id, {"worked": True}, by="Bob")
        engine.send("go on", {"kept": True}, {"n": 2}, key="s1")
        engine.send("try", {"code": "lost"})
        engine.send("try", {"code": "nothing catches this"})
        engine.start("main", {})
        engine.complete(engine.tasks(element="begin")[0].id)
        clock.advance(timedelta(days=1, hours=1))
        engine.tick()
        engine.signal("alarm", {"loud": 1})
        return told(engine)


def second_part(url, executor):
    """Goes on until nothing is left to do: time, messages, signals, all tasks, keys used before."""
    clock = Clock()
    clock.advance(timedelta(days=1, hours=2))
    with opened(url, clock, executor) as engine:
        engine.start("main", {"other": True}, key="one")
        engine.send("go on", {"again": True}, {"n": 2}, key="s1")
        for _day in range(6):
            clock.advance(timedelta(days=1))
            engine.tick()
            for n in (1, 2):
                engine.send("go on", {"n": n}, {"n": n})
            engine.signal("alarm", {"loud": 2})
            for task in engine.tasks():
                if task.id in {open_.id for open_ in engine.tasks()}:
                    engine.complete(task.id, {task.element: True}, by="Eve")
            for incident in engine.incidents():
                engine.retry(incident.id, {"code": "lost"})
        return told(engine)


def told(engine):
    """Everything that can be asked of an engine, as JSON."""
    instances = engine.instances()
    return {
        "instances": [[i.id, i.definition.key, i.state, i.data, i.parent, i.started.isoformat()] for i in instances],
        "tasks": [[t.id, t.element, t.state, t.by, t.created.isoformat()] for t in engine.tasks(state=None)],
        "history": {
            i.id: [[e.number, e.at.isoformat(), e.kind, e.element, e.token, e.by] for e in engine.history(i.id)]
            for i in instances
        },
        "waits": {
            number: sorted(
                [w.element, w.type, w.token, w.due.isoformat() if w.due else None, w.correlation] for w in view.waits
            )
            for number, view in engine.snapshot().instances.items()
        },
        "messages": [[m.name, m.correlation] for m in engine.snapshot().messages],
        "incidents": [[i.instance, i.element, i.kind] for i in engine.incidents()],
        "heads": engine.heads(),
    }


def main():
    target = Path(sys.argv[1])
    for executor in EXECUTORS:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "store.db"
            before = first_part(f"sqlite:///{file}", executor)
            store = sqlite3.connect(file)
            dump = "\n".join(line for line in store.iterdump() if "sqlite_sequence" not in line)
            store.close()
            shutil.copy(file, Path(folder) / "on.db")
            after = second_part(f"sqlite:///{Path(folder) / 'on.db'}", executor)
        name = f"{target.name}-{executor}"
        for kind, text in (("sql", dump), ("json", json.dumps({"before": before, "after": after}))):
            (target.parent / f"{name}.{kind}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


if __name__ == "__main__":
    main()
