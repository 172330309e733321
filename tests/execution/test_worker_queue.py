"""Workers on PostgreSQL take jobs from Procrastinate's queue: at once, each once, also after one of them was killed."""

import contextlib
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import create_engine

from execution.postgres import server, until, until_listening
from resolute.bpmn.build import process, service, timer
from resolute.execution.core import Engine
from resolute.testing import Clock

SLOW = timedelta(minutes=5)
"""A worker that is not told finds nothing for so long."""


@pytest.fixture(scope="module")
def cluster():
    with server() as url:
        yield url


@pytest.fixture
def url(cluster, request):
    name = f"t{abs(hash(request.node.name)) % 10**10}"
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return cluster.rpartition("/")[0] + f"/{name}"


def rows(url, sql):
    with psycopg.connect(url) as connection:
        return connection.execute(sql).fetchall()


def work(url, functions, stalled=30.0, poll=SLOW, retry_after=(), store=None):
    """A worker process: the functions of services by name."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    with Engine(url, serves=False, retry_after=retry_after, **(store or {})) as engine:
        for name, function in functions.items():
            engine.service(name)(function)
        engine.work(stop, poll=poll, stalled=timedelta(seconds=stalled))


@contextlib.contextmanager
def workers(count, url, functions, *, live=True, **options):
    """Processes at work; `live`: they are waited for until they can be told of jobs."""
    context = multiprocessing.get_context("fork")
    running = [context.Process(target=work, args=(url, functions), kwargs=options) for _ in range(count)]
    for each in running:
        each.start()
    try:
        if functions and live:
            until_listening(url, count)
        yield running
    finally:
        for each in running:
            each.terminate()
        for each in running:
            each.join(20)
    assert all(each.exitcode in (0, -signal.SIGKILL) for each in running), [each.exitcode for each in running]


@contextlib.contextmanager
def working(url, engine, **options):
    """The engine at work in a thread."""
    stop = threading.Event()
    thread = threading.Thread(target=engine.work, args=(stop,), kwargs={"poll": SLOW, **options})
    thread.start()
    try:
        until_listening(url, 1)
        yield
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def calling(path):
    """A service that leaves a line for each of its calls."""

    def function(data):
        with path.open("a") as file:
            file.write(f"{os.getpid()} {data['n']}\n")
        time.sleep(0.005)
        return {"worker": os.getpid()}

    return function


def two_steps():
    return process("p").start().service("s", service="one").service("t", service="two").user("a").end().document()


def test_two_workers_share_the_jobs_and_each_is_done_once(url, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    with Engine(url) as engine:
        engine.deploy(two_steps())
        with workers(2, url, {"one": calling(one), "two": calling(two)}):
            for n in range(40):
                engine.start("p", {"n": n})
            until(lambda: len(engine.tasks()) == 40)
        for path in (one, two):
            calls = [line.split() for line in path.read_text().splitlines()]
            assert sorted(int(n) for _pid, n in calls) == list(range(40))
            assert len({pid for pid, _n in calls}) == 2
        assert engine.audit().whole
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    assert rows(url, "SELECT count(*) FROM resolute_jobs") == [(0,)]


def test_a_job_whose_worker_is_killed_is_taken_up_by_another(url, tmp_path):
    began = tmp_path / "began"

    def function(data):
        with began.open("a") as file:
            file.write(f"{os.getpid()}\n")
        if len(began.read_text().splitlines()) == 1:
            time.sleep(60)
        return {}

    with Engine(url) as engine:
        engine.deploy(process("p").start().service("s", service="one").user("a").end().document())
        options = {"stalled": 1.0, "retry_after": (timedelta(0),)}
        with workers(2, url, {"one": function}, **options) as running:
            engine.start("p", {"n": 1})
            until(began.exists)
            killed = int(began.read_text())
            os.kill(killed, signal.SIGKILL)
            until(engine.tasks)
            assert [each.pid for each in running if each.pid != killed] == [int(began.read_text().split()[1])]
        assert len(engine.tasks()) == 1
        assert engine.audit().whole
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'") == [(0,)]


def test_a_job_that_no_worker_survives_becomes_an_incident(url):
    def deadly(data):
        os.kill(os.getpid(), signal.SIGKILL)

    with Engine(url, clock=Clock()) as engine:
        engine.deploy(process("p").start().service("s", service="one").end().document())
        engine.start("p")
        with (
            workers(2, url, {"one": deadly}, live=False, stalled=0.6, retry_after=()),
            workers(1, url, {}, stalled=0.6),
        ):
            until(engine.incidents)
    (incident,) = engine_of(url, lambda engine: engine.incidents())
    assert "worker" in incident.message


def engine_of(url, question):
    with Engine(url) as engine:
        return question(engine)


def test_timers_overdue_by_days_fire_once_each_in_order_whoever_fires_them(url):
    start = datetime.now(UTC) - timedelta(days=30)
    clock = Clock(start)
    order = [7, 3, 11, 5, 2, 13, 1]
    with Engine(url, clock=clock) as engine:
        engine.deploy(process("p").start().catch("wait", timer(at="=due")).user("late").end().document())
        build = process("q")
        build.start().user("a").end()
        build.boundary("a", "b", timer(every="R3/P1D"), interrupting=False).user("remind").end()
        engine.deploy(build.document())
        for days in order:
            engine.start("p", {"n": days, "due": (start + timedelta(days=days)).isoformat()})
        repeating = engine.start("q")
        with workers(2, url, {}):
            until(lambda: len(engine.tasks()) == len(order) + 4)
        late = [task for task in engine.tasks() if task.element == "late"]
        assert [task.data["n"] for task in sorted(late, key=lambda task: task.created)] == sorted(order)
        fired = [event for event in engine.history(repeating.id) if event.kind == "subscribed"]
        assert [event.detail["due"] for event in fired] == [
            (start + timedelta(days=days)).isoformat() for days in (1, 2, 3)
        ]
        assert engine.audit().whole


def test_a_worker_reacts_at_once_to_jobs_and_timers_that_it_is_told_of(url):
    with Engine(url) as engine, Engine(url) as other:
        engine.service("one")(lambda data: {"done": True})
        row = process("p").start().service("s", service="one").catch("wait", timer(after="PT0.3S"))
        other.deploy(row.user("a").end().document())
        with working(url, engine):
            other.start("p")
            until(other.tasks)


def test_jobs_of_one_instance_are_asked_for_once_and_all_are_done(url):
    branches = [[service(f"s{n}", service="one")] for n in range(3)]
    with Engine(url) as engine:
        engine.deploy(process("p").start().parallel(*branches).user("a").end().document())
        instance = engine.start("p")
        assert rows(url, "SELECT args, queueing_lock FROM procrastinate_jobs") == [
            ({"instance": int(instance.id), "service": "one"}, f"resolute.{instance.id} one")
        ]
    with Engine(url, serves=False) as engine:
        engine.service("one")(lambda data: {})
        with working(url, engine):
            until(engine.tasks)


def test_a_worker_stops_however_often_it_is_told_of_something(url):
    with Engine(url):
        pass  # the tables are there
    over = threading.Event()

    def tell():
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.is_set():
                connection.execute("NOTIFY resolute_due, '1'")

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        for _ in range(3):
            stop = threading.Event()
            worker = threading.Thread(target=run_until, args=(url, stop), daemon=True)
            worker.start()
            time.sleep(0.5)
            stop.set()
            worker.join(30)
            assert not worker.is_alive()
    finally:
        over.set()
        teller.join()


def run_until(url, stop):
    with Engine(url) as engine:
        engine.service("note")(lambda data: {})
        engine.work(stop)


def test_a_command_that_is_taken_back_asks_for_nothing(url):
    host = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with Engine(url) as engine:
        engine.deploy(two_steps())
    with host.connect() as connection:
        Engine(connection=connection).start("p", {"n": 1})
        connection.rollback()
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    with host.begin() as connection:
        Engine(connection=connection).start("p", {"n": 1})
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]
    host.dispose()


def test_an_engine_that_knows_the_function_does_its_own_jobs_and_asks_nobody(url):
    with Engine(url) as engine:
        engine.service("one")(lambda data: {})
        engine.deploy(two_steps())
        engine.start("p", {"n": 1})
    assert rows(url, "SELECT queue_name FROM procrastinate_jobs") == [("resolute.two",)]


def test_a_failed_job_is_tried_again_and_then_an_incident(url):
    calls = []

    def function(data):
        calls.append(1)
        raise RuntimeError("no network")

    with Engine(url, serves=False, retry_after=[timedelta(seconds=0.1), timedelta(seconds=0.2)]) as engine:
        engine.service("one")(function)
        engine.deploy(two_steps())
        with working(url, engine):
            engine.start("p", {"n": 1})
            until(engine.incidents)
            assert len(calls) == 3
            assert "no network" in engine.incidents()[0].message


@pytest.mark.parametrize("prefix", ["resolute_", "t" * 30])
@pytest.mark.parametrize("name", ["s" * 200, "свод", "a.b:c d"])
def test_services_of_any_name_have_a_queue(url, name, prefix):
    with Engine(url, serves=False, prefix=prefix) as engine:
        assert len(engine._queue.name(name).encode()) <= 40
        engine.service(name)(lambda data: {})
        engine.deploy(process("p").start().service("s", service=name).user("a").end().document())
        with working(url, engine):
            engine.start("p")
            until(engine.tasks)


def test_work_that_was_never_queued_is_found_all_the_same(url):
    with Engine(url) as engine:
        engine.deploy(two_steps())
        engine.start("p", {"n": 1})
    with psycopg.connect(url) as connection:
        connection.execute("DELETE FROM procrastinate_jobs")
    with Engine(url, serves=False) as engine:
        for name in ("one", "two"):
            engine.service(name)(lambda data: {})
        with working(url, engine, poll=timedelta(seconds=1)):
            until(engine.tasks)


def comment(url):
    return rows(url, "SELECT obj_description(to_regclass('procrastinate_jobs'), 'pg_class')")[0][0]


def test_the_tables_of_the_queue_are_upgraded_with_the_library(url):
    from procrastinate.schema import migrations_path

    with psycopg.connect(url, autocommit=True) as connection:
        for path in sorted(migrations_path.glob("*.sql")):
            if path.name < "03.03":
                connection.execute(path.read_text())
        connection.execute("COMMENT ON TABLE procrastinate_jobs IS 'Kept by Resolute; Procrastinate 3.2.9'")
    Engine(url).close()
    wanted = comment(url)
    functions = {name for (name,) in rows(url, "SELECT proname FROM pg_proc WHERE proname LIKE 'procrastinate%'")}
    assert "procrastinate_fetch_job_v2" in functions
    Engine(url).close()
    assert comment(url) == wanted
    assert wanted.startswith("Kept by Resolute; Procrastinate ")


def test_a_queue_of_the_hosts_own_is_used_as_it_is(url):
    from procrastinate.schema import SchemaManager

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SchemaManager.get_schema())
    with Engine(url) as engine:
        engine.deploy(two_steps())
        engine.start("p", {"n": 1})
    assert comment(url) is None
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs") == [(1,)]


def test_the_queue_stands_in_the_schema_of_the_store(url):
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA council")
    there = f"{url}?options=-csearch_path%3Dcouncil"
    with Engine(there, serves=False) as engine:
        engine.service("one")(lambda data: {})
        engine.service("two")(lambda data: {})
        engine.deploy(two_steps())
        with working(url, engine):
            engine.start("p", {"n": 1})
            until(engine.tasks)
    assert rows(
        url, "SELECT to_regclass('council.procrastinate_jobs')::text, to_regclass('public.procrastinate_jobs')"
    ) == [("council.procrastinate_jobs", None)]


STORES = [{"prefix": "town_"}, {"schema": "north"}, {"schema": "north", "prefix": "town_"}, {}]


def test_workers_of_several_stores_in_one_database_are_each_told_of_their_own_jobs_and_timers(url):
    """Nobody looks for work here: whoever is not told finds nothing for minutes."""
    document = two_steps()
    with contextlib.ExitStack() as stack:
        engines = [stack.enter_context(Engine(url, serves=False, **store)) for store in STORES]
        for number, engine in enumerate(engines):
            for name in ("one", "two"):
                engine.service(name)(lambda data, number=number: {"by": number})
            engine.deploy(document)
            engine.deploy(timed())
        for engine in engines:
            stack.enter_context(working(url, engine))
        until_listening(url, len(engines))
        for engine in engines:
            engine.start("p", {"n": 1})
            engine.start("timed")
        until(lambda: all({task.element for task in engine.tasks()} == {"a", "b"} for engine in engines))
        for number, engine in enumerate(engines):
            assert [i.data["by"] for i in engine.instances() if i.definition.id == "p"] == [number]


def timed():
    return process("timed").start().catch("wait", timer(after="PT1S")).user("b").end().document()


def test_a_worker_killed_at_a_job_of_a_store_with_a_schema_and_prefix_loses_it_to_another(url, tmp_path):
    store = {"schema": "north", "prefix": "town_"}
    calls = tmp_path / "calls"
    with Engine(url, serves=False, **store) as engine:
        engine.deploy(two_steps())
        with workers(1, url, {"one": hanging(calls)}, store=store) as (worker,):
            engine.start("p", {"n": 1})
            until(calls.exists)
            os.kill(worker.pid, signal.SIGKILL)
        good = {"one": calling(tmp_path / "one"), "two": calling(tmp_path / "two")}
        with workers(1, url, good, store=store, stalled=1.0, retry_after=[timedelta(0)]):
            until(engine.tasks)
        assert engine.audit().whole


def hanging(path):
    def function(data):
        path.touch()
        time.sleep(60)

    return function


def test_the_command_works_through_the_queue(url, tmp_path):
    (tmp_path / "mine.py").write_text(
        "def register(engine):\n    for name in ('one', 'two'):\n        engine.service(name)(lambda data: {})\n"
    )
    command = [sys.executable, "-m", "resolute", "worker", "--db", url, "--services", "mine:register", "--poll", "300"]
    with Engine(url) as engine:
        engine.deploy(two_steps())
        running = subprocess.Popen([*command, "--lang", "en"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        try:
            until_listening(url, 1)
            engine.start("p", {"n": 1})
            until(engine.tasks)
        finally:
            running.send_signal(signal.SIGTERM)
            _out, said = running.communicate(timeout=30)
    assert running.returncode == 0
    assert said.splitlines()[-1] == "stopped"
    assert rows(url, "SELECT count(*) FROM procrastinate_workers") == [(0,)]
