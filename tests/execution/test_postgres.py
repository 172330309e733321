"""The engine on PostgreSQL: the same answers as on SQLite, also with several processes at once."""

import multiprocessing
from datetime import timedelta

import pytest

from resolute.bpmn.build import call, message, parallel, process, service, timer, user
from resolute.errors import ConflictError, StorageError
from resolute.execution.core import Engine
from resolute.testing import Clock


@pytest.fixture
def url(new_database):
    return new_database()


def documents():
    child = process("child").start().user("work").catch("wait", message("go"), correlation="=n").end()
    main = process("main")
    main.start().user("begin").parallel(
        [call("c", "child", inputs={"n": "=n"})], [service("s", service="count")], [user("aside")]
    ).end()
    main.boundary("aside", "remind", timer(every="R2/P1D"), interrupting=False).user("nudge").end()
    return child.document(), main.document()


def story(url):
    clock = Clock()
    with Engine(url, clock=clock) as engine:
        engine.service("count")(lambda data: {"counted": data["n"]})
        for document in documents():
            engine.deploy(document)
        assert engine.send("go", {"early": True}, {"n": 2}) is None
        instances = [engine.start("main", {"n": n}, key=f"k{n}").id for n in (1, 2)]
        for task in engine.tasks():
            engine.complete(task.id, {"done": task.element}, by="Ann", key=task.id)
        clock.advance(timedelta(days=3))
        engine.tick()
        engine.send("go", {"late": True}, {"n": 1})
        for _ in range(3):
            for task in engine.tasks():
                engine.complete(task.id, by="Bob")
        assert engine.audit().whole
        past = engine.snapshot(as_of=clock.now() - timedelta(days=1))
        return (
            [(i.id, i.state, i.data, i.parent) for i in engine.instances()],
            [(t.id, t.element, t.state, t.by) for t in engine.tasks(state=None)],
            [[(e.kind, e.element, e.token) for e in engine.history(i)] for i in instances],
            {number: (view.state, view.marking) for number, view in past.instances.items()},
            engine.heads(),
        )


def test_the_same_story_leads_to_the_same_rows_and_the_same_hashes(url):
    assert story(url) == story("sqlite:///:memory:")


def document():
    return process("p").start().then(parallel(*([user(f"u{n}")] for n in range(5)))).end().document()


def worker(url, name, barrier, won):
    with Engine(url, clock=Clock()) as engine:
        tasks = engine.tasks()
        barrier.wait()
        for task in tasks:
            try:
                engine.complete(task.id, {task.element: name}, by=name)
                won.put((task.id, name))
            except ConflictError:
                continue


def test_of_several_processes_exactly_one_completes_each_task(url):
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(document())
        instances = [engine.start("p").id for _ in range(8)]
    context = multiprocessing.get_context("fork")
    barrier, won = context.Barrier(4), context.Queue()
    workers = [context.Process(target=worker, args=(url, f"w{n}", barrier, won)) for n in range(4)]
    for each in workers:
        each.start()
    winners = dict(won.get(timeout=60) for _ in range(8 * 5))
    for each in workers:
        each.join(60)
    assert won.empty()
    with Engine(url, clock=Clock()) as engine:
        assert engine.audit().whole
        assert {engine.instance(number).state for number in instances} == {"completed"}
        assert {task.id: task.by for task in engine.tasks(state="done")} == winners


def sender(url, barrier, numbers):
    with Engine(url, clock=Clock()) as engine:
        barrier.wait()
        for number in numbers:
            engine.send("go", {"number": number}, key=f"send {number}")


def receiver(url, barrier, count):
    with Engine(url, clock=Clock()) as engine:
        barrier.wait()
        for _ in range(count):
            engine.start("r")


def test_messages_sent_while_receivers_begin_are_each_taken_once(url):
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(process("r").start().catch("c", message("go")).user("a").end().document())
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(4)
    workers = [context.Process(target=sender, args=(url, barrier, range(n, 60, 2))) for n in range(2)]
    workers += [context.Process(target=receiver, args=(url, barrier, 30)) for _ in range(2)]
    for each in workers:
        each.start()
    for each in workers:
        each.join(60)
    with Engine(url, clock=Clock()) as engine:
        assert sorted(task.data["number"] for task in engine.tasks()) == list(range(60))
        assert engine.snapshot().messages == ()
        assert engine.audit().whole


def test_a_server_that_is_not_there_is_an_error_of_the_store():
    with pytest.raises(StorageError, match="127"):
        Engine("postgresql://nobody:secret@127.0.0.1:1/none")


def test_people_of_a_party_and_their_substitutes(url):
    clock = Clock()
    with Engine(url, clock=clock) as engine:
        engine.deploy(process("p").start().user("a", party="Office").end().document())
        engine.start("p")
        (task,) = engine.tasks()
        engine.set_members("Office", ["Ann", "Bob"])
        with pytest.raises(ConflictError, match="not one of its people"):
            engine.claim(task.id, "Eve")
        engine.substitute("Ann", "Eve", until=clock.now())
        engine.substitute("Ann", "Eve", until=clock.now() + timedelta(days=1))
        assert engine.tasks(candidate="Eve") == [task]
        engine.claim(task.id, "Eve")
        assert engine.tasks(candidate="Bob") == []
        engine.complete(task.id, by="Eve")
