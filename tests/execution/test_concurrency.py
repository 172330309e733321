"""Several processes on one store: one wins each task, the others are told so, and every history is whole."""

import multiprocessing
import threading
import time
from datetime import timedelta

import pytest

from resolute.bpmn.build import message, parallel, process, timer, user
from resolute.errors import ConflictError
from resolute.execution.core import Engine
from resolute.testing import Clock

BRANCHES = 6


def document():
    branches = [[user(f"u{number}")] for number in range(BRANCHES)]
    return process("p").start().then(parallel(*branches)).end().document()


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


def test_of_several_processes_exactly_one_completes_each_task(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(document())
        instances = [engine.start("p").id for _ in range(10)]
    context = multiprocessing.get_context("fork")
    barrier, won = context.Barrier(4), context.Queue()
    workers = [context.Process(target=worker, args=(url, f"w{n}", barrier, won)) for n in range(4)]
    for each in workers:
        each.start()
    winners = dict(won.get(timeout=60) for _ in range(10 * BRANCHES))
    for each in workers:
        each.join(60)
    assert won.empty()
    assert len(winners) == 10 * BRANCHES
    with Engine(url, clock=Clock()) as engine:
        assert engine.audit().whole
        assert {engine.instance(number).state for number in instances} == {"completed"}
        assert {task.id: task.by for task in engine.tasks(state="done")} == winners


def test_two_engines_on_one_store_see_each_others_work(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as one, Engine(url, clock=Clock()) as two:
        one.deploy(document())
        instance = one.start("p")
        tasks = two.tasks()
        for number, task in enumerate(tasks):
            (one if number % 2 else two).complete(task.id)
        assert one.instance(instance.id).state == two.instance(instance.id).state == "completed"
        with pytest.raises(ConflictError):
            one.complete(tasks[0].id)


def test_a_definition_deployed_by_one_engine_is_used_by_the_other_at_once(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as one, Engine(url, clock=Clock()) as two:
        one.deploy(process("p").start().user("a").end().document())
        two.start("p")
        one.deploy(process("p").start().user("b").end().document())
        two.start("p")
        assert [task.element for task in one.tasks()] == ["a", "b"]


def busy(url, stop, count):
    with Engine(url) as engine:

        @engine.service("count")
        def counted(data):
            count.put(data["n"])
            return {"done": True}

        engine.work(stop, poll=timedelta(seconds=0.05))


def test_several_workers_share_timers_and_jobs_without_doing_any_twice(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    row = process("p").start().catch("soon", timer(after="PT0.1S")).service("s", service="count").end()
    with Engine(url) as engine:
        engine.deploy(row.document())
        instances = [engine.start("p", {"n": n}).id for n in range(30)]
    context = multiprocessing.get_context("fork")
    stop, count = context.Event(), context.Queue()
    workers = [context.Process(target=busy, args=(url, stop, count)) for _ in range(3)]
    for each in workers:
        each.start()
    seen = sorted(count.get(timeout=60) for _ in instances)
    with Engine(url) as engine:
        until = time.monotonic() + 30
        while engine.instances("running") and time.monotonic() < until:
            time.sleep(0.05)
        stop.set()
        for each in workers:
            each.join(60)
        assert {engine.instance(number).state for number in instances} == {"completed"}
        assert engine.audit().whole
    assert seen == list(range(30))
    assert count.empty()


def test_threads_share_an_engine():
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(document())
        engine.deploy(process("r").start().catch("c", message("m")).end().document())
        errors = []

        def work():
            try:
                for _ in range(5):
                    instance = engine.start("p")
                    for task in engine.tasks(instance=instance.id):
                        engine.complete(task.id)
                    assert engine.instance(instance.id).state == "completed"
                    engine.start("r")
                    engine.send("m")
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        assert {instance.state for instance in engine.instances()} == {"completed"}
        assert len(engine.instances()) == 40
        assert engine.audit().whole


def test_a_slow_service_keeps_no_other_thread_from_the_engine():
    entered, finish = threading.Event(), threading.Event()
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(process("slow").start().service("s", service="wait").end().document())
        engine.deploy(process("p").start().user("a").end().document())

        @engine.service("wait")
        def wait(data):
            entered.set()
            assert finish.wait(30)
            return {"waited": True}

        thread = threading.Thread(target=engine.start, args=("slow",))
        thread.start()
        assert entered.wait(30)
        instance = engine.start("p")
        engine.complete(engine.tasks()[0].id)
        assert engine.instance(instance.id).state == "completed"
        finish.set()
        thread.join(30)
        assert engine.instance("1").data == {"waited": True}
