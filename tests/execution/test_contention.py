"""Many callers and workers on the same few instances: one wins, the others get a conflict, nobody waits for ever."""

import multiprocessing
import os
import random
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta
from functools import partial

import pytest

from resolute.bpmn.build import call, catch, message, process, service, signal, timer, user
from resolute.errors import ConflictError, NotFoundError
from resolute.execution.core import Engine

SECONDS = float(os.environ.get("RESOLUTE_CONTENTION", "1.5"))
INSTANCES = 4
CALLERS = 8


def documents():
    """Rings that never end, so that all have something to quarrel about for as long as it takes."""
    child = process("child").start().user("inner").end()
    ring = process("ring")
    row = ring.start().gateway("exclusive", "again")
    row.parallel(
        [user("a"), call("c", "child")],
        [catch("hear", signal("alarm")), user("b")],
        [catch("get", message("note")), service("count", service="count")],
        [catch("soon", timer(after="PT0.02S"))],
    ).goto("again")
    lost = process("lost").start().call("nobody", "missing").end()
    return child.document(), ring.document(), lost.document()


def quarrel(engine, name, seed, told):
    """Random commands for a while; whatever is no answer or conflict is told."""
    chance, won = random.Random(seed), Counter()
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            kind = chance.choice(["complete", "complete", "claim", "signal", "send", "tick", "retry", "terminate"])
            try:
                won[kind, act(engine, kind, name, chance)] += 1
            except ConflictError:
                won[kind, "conflict"] += 1
            except NotFoundError:
                won[kind, "not found"] += 1
    except BaseException:
        told.put((name, traceback.format_exc()))
    else:
        told.put((name, won))


def act(engine, kind, name, chance):
    tasks = engine.tasks(limit=12) if kind in ("complete", "claim") else []
    if tasks:
        task = chance.choice(tasks)
        if kind == "claim":
            engine.claim(task.id, name)
        else:
            engine.complete(task.id, {"last": name}, name, key=chance.choice([None, None, f"{task.id}"]))
    elif kind == "signal":
        engine.signal("alarm")
    elif kind == "send":
        engine.send("note", {"from": name})
    elif kind == "tick":
        engine.tick()
    elif kind == "retry":
        for incident in engine.incidents():
            engine.retry(incident.id)
    elif kind == "terminate" and chance.random() < 0.1:
        running = engine.instances("running", process="ring", limit=20)
        if len(running) > INSTANCES:
            engine.terminate(chance.choice(running).id, by=name)
        else:
            engine.start("ring", {"by": name})
    return "done"


def served(engine):
    engine.service("count")(lambda data: {"counted": data.get("counted", 0) + 1})
    return engine


def in_a_process(url, name, seed, told):
    with served(Engine(url, retry_after=[timedelta(seconds=0.01)] * 5)) as engine:
        quarrel(engine, name, seed, told)


def prepared(url):
    with served(Engine(url)) as engine:
        for document in documents():
            engine.deploy(document)
        for n in range(INSTANCES):
            engine.start("ring", {"n": n})
        for _ in range(3):
            engine.start("lost")


def check(url, answers):
    for name, answer in answers.items():
        assert isinstance(answer, Counter), f"{name}: {answer}"
    assert sum(count for answer in answers.values() for (_k, how), count in answer.items() if how == "done") > 20
    with Engine(url) as engine:
        assert engine.audit().whole
        for task in engine.tasks(state="done"):
            finished = [
                event
                for event in engine.history(task.instance)
                if event.token == task.id.partition("-")[2] and event.kind == "completed"
            ]
            assert [event.by for event in finished] == [task.by]
        now = engine.now()
        for instance in engine.instances():
            assert engine.instance(instance.id, as_of=now) == instance


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/store.db"
    return request.getfixturevalue("new_database")()


def answered(told, names):
    return dict(told.get(timeout=SECONDS + 90) for _ in names)


def test_processes(url):
    prepared(url)
    context = multiprocessing.get_context("fork")
    told, names = context.Queue(), [f"p{n}" for n in range(CALLERS)]
    processes = [context.Process(target=in_a_process, args=(url, name, n, told)) for n, name in enumerate(names)]
    for each in processes:
        each.start()
    answers = answered(told, names)
    for each in processes:
        each.join(30)
    check(url, answers)


def test_threads_on_two_engines(url):
    prepared(url)
    told, names = multiprocessing.get_context("fork").Queue(), [f"t{n}" for n in range(CALLERS)]
    with served(Engine(url)) as one, served(Engine(url)) as two:
        threads = [
            threading.Thread(target=quarrel, args=((one, two)[n % 2], name, n, told)) for n, name in enumerate(names)
        ]
        for each in threads:
            each.start()
        answers = answered(told, names)
        for each in threads:
            each.join(30)
    check(url, answers)


def at_once(url, count, action):
    """The same command by several engines at the same moment; how many it was done for."""
    barrier, done = threading.Barrier(count), []

    def run():
        with Engine(url) as engine:
            barrier.wait()
            try:
                action(engine)
            except ConflictError:
                return
            done.append(1)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return len(done)


def claim_by_thread(engine, id):
    engine.claim(id, f"{threading.get_ident()}")


def test_of_those_who_claim_a_task_at_once_one_gets_it(url):
    prepared(url)
    with Engine(url) as engine:
        for task in engine.tasks(element="a"):
            claims = partial(claim_by_thread, id=task.id)
            assert at_once(url, CALLERS, claims) == 1


def test_an_incident_is_retried_once_however_many_do_so_at_once(url):
    prepared(url)
    with Engine(url) as engine:
        engine.deploy(process("missing").start().user("there").end().document())
        for incident in engine.incidents():
            assert at_once(url, CALLERS, lambda e, id=incident.id: e.retry(id)) == 1
        assert len(engine.tasks(element="there")) == 3
