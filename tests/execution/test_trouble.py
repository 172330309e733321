"""Full disks, locked files, lost connections: a clear error, nothing half-written, and the same engine goes on."""

import contextlib
import itertools
import multiprocessing
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading

import pytest

from commands import resolute
from execution.postgres import running, until, until_listening
from resolute.bpmn.build import process, user
from resolute.errors import StorageError
from resolute.execution.core import Engine
from resolute.storage.database import Database
from resolute.testing import Clock

BIG = "x" * 200_000


def document():
    return process("p").start().then(*(user(f"u{n}") for n in range(5))).end().document()


def filled(engine):
    engine.deploy(document())
    return [engine.start("p", {"n": n}).id for n in range(3)]


def told(engine):
    assert engine.audit().whole
    return [(i.id, i.state, i.data) for i in engine.instances()], engine.tasks(state=None), engine.heads()


def one_line(done, *words):
    """It is bad input, said in one line."""
    assert done.returncode == 2, done
    (line,) = done.stderr.splitlines()
    assert line.startswith("resolute: error: ")
    for word in words:
        assert word in line


# --- a full disk ---


def until_full(engine, fill):
    """Commands until one fails; the store is as before that one. Returns the error."""
    for n in range(2000):
        before = told(engine) if n % 20 == 0 else None
        try:
            fill(n)
        except StorageError as error:
            after = told(engine)
            if before is not None:
                assert after == before
            return error
    raise AssertionError("the disk was never full")


def test_a_database_that_may_not_grow_refuses_commands_and_goes_on_when_it_may(tmp_path):
    with Engine(f"sqlite:///{tmp_path}/store.db", clock=Clock()) as engine:
        filled(engine)
        cursor = engine._database._cursor
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {pages + 20}")
        error = until_full(engine, lambda n: engine.start("p", {"text": BIG}, key=f"k{n}"))
        assert "disk is full" in str(error)
        waiting = engine.tasks()[0].id
        with pytest.raises(StorageError):
            engine.complete(waiting, {"text": BIG}, key="same")
        assert waiting in {task.id for task in engine.tasks()}
        cursor.execute("PRAGMA max_page_count = 1000000")
        engine.complete(waiting, {"text": BIG}, key="same")
        engine.complete(waiting, {"text": BIG}, key="same")
        assert engine.audit().whole


def in_a_process(function, *arguments):
    """Runs it in a process of its own, whose limits are its own as well."""
    child = multiprocessing.get_context("fork").Process(target=function, args=arguments)
    child.start()
    child.join(60)
    assert child.exitcode == 0


def limited(url):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with Engine(url, clock=Clock()) as engine:
        filled(engine)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))
        until_full(engine, lambda n: engine.start("p", {"text": BIG}, key=f"k{n}"))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        engine.start("p", {"text": BIG})
        assert engine.audit().whole


def test_a_file_that_may_not_grow_refuses_commands_and_goes_on_when_it_may(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    in_a_process(limited, url)
    with Engine(url, clock=Clock()) as engine:
        assert engine.audit().whole


@contextlib.contextmanager
def disk(folder, megabytes):
    """A disk so small; skips where none can be mounted."""
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small_disk(tmp_path):
    with disk(tmp_path / "disk", 4) as folder:
        yield folder


def test_a_full_disk_refuses_commands_and_goes_on_when_there_is_room(small_disk):
    (small_disk / "ballast").write_bytes(b"x" * 1_000_000)
    with Engine(f"sqlite:///{small_disk}/store.db", clock=Clock()) as engine:
        filled(engine)
        error = until_full(engine, lambda n: engine.start("p", {"text": BIG}, key=f"k{n}"))
        assert "disk" in str(error)
        one_line(resolute("tick", "--db", f"sqlite:///{small_disk}/new.db", folder=small_disk), "disk")
        (small_disk / "ballast").unlink()
        engine.start("p", {"text": BIG})
        assert engine.audit().whole


# --- others on the same file ---


def test_a_locked_database_is_waited_for_and_then_said_to_be_locked(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as engine:
        (first, *_rest) = filled(engine)
        engine._database._cursor.execute("PRAGMA busy_timeout = 100")
        other = sqlite3.connect(tmp_path / "store.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        before = told(engine)
        task = engine.tasks(instance=first)[0].id
        for attempt in (lambda: engine.complete(task), lambda: engine.start("p"), engine.tick):
            with pytest.raises(StorageError, match="locked by another program"):
                attempt()
        assert told(engine) == before
        other.execute("ROLLBACK")
        engine.complete(task)
        other.close()


def test_a_new_file_that_another_program_is_writing_is_waited_for(tmp_path):
    other = sqlite3.connect(tmp_path / "store.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match="locked by another program"):
        Database(f"sqlite:///{tmp_path}/store.db", patience=0.1)
    release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
    release.start()
    Database(f"sqlite:///{tmp_path}/store.db").close()
    release.join()
    other.close()


def opener(url, barrier):
    barrier.wait()
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(document())
        engine.start("p", key="one")


def test_many_processes_may_open_a_new_store_at_the_same_moment(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(6)
    openers = [context.Process(target=opener, args=(url, barrier)) for _ in range(6)]
    for each in openers:
        each.start()
    for each in openers:
        each.join(60)
    assert [each.exitcode for each in openers] == [0] * 6
    with Engine(url, clock=Clock()) as engine:
        assert len(engine.instances()) == len(engine.definitions()) == 1


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("text.db", b"notes " * 1000, "not an SQLite database"),
        ("cut.db", None, "damaged"),
        ("folder.db", "folder", "opened"),
    ],
)
def test_a_file_that_is_no_store_is_named(tmp_path, name, content, words):
    file = tmp_path / name
    if content == "folder":
        file.mkdir()
    elif content is None:
        Database(f"sqlite:///{file}").close()
        file.write_bytes(file.read_bytes()[:10_000])
    else:
        file.write_bytes(content)
    one_line(resolute("status", "--db", f"sqlite:///{file}", folder=tmp_path), name, words)


def test_a_store_of_a_newer_version_is_refused_in_one_line(tmp_path):
    Database(f"sqlite:///{tmp_path}/store.db").close()
    with sqlite3.connect(tmp_path / "store.db") as connection:
        connection.execute("UPDATE resolute_version SET version_num = '9999'")
    connection.close()
    one_line(resolute("status", "--db", f"sqlite:///{tmp_path}/store.db", folder=tmp_path), "9999", "update Resolute")


# --- PostgreSQL ---


def drop_connections(url):
    import psycopg

    with psycopg.connect(url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )


def test_a_connection_dropped_between_commands_is_not_noticed(new_database):
    url = new_database()
    with Engine(url, clock=Clock()) as engine:
        (first, *_rest) = filled(engine)
        for attempt in (engine.tasks, lambda: engine.start("p"), engine.audit, engine.tick, engine.snapshot):
            drop_connections(url)
            attempt()
        assert engine.instance(first).state == "running"


def test_a_connection_dropped_within_a_command_takes_it_back_wholly_and_the_next_goes_on(new_database, monkeypatch):
    url = new_database()
    with Engine(url, clock=Clock()) as engine:
        (first, *_rest) = filled(engine)
        task = engine.tasks(instance=first)[0].id
        before = told(engine)
        for number in itertools.count(1):
            with monkeypatch.context() as patch:
                left = drop_at(patch, number, url)
                try:
                    engine.complete(task, {"n": 1}, key="k")
                except StorageError as error:
                    assert re.search("try again|with its key", str(error))
            if left():
                break
            assert told(engine) == before
        assert number > 5
        engine.complete(task, {"n": 1}, key="k")
        assert [t.element for t in engine.tasks(instance=first)] == ["u1"]


def drop_at(patch, number, url):
    """The server drops the connection before the `number`-th statement within a transaction.

    Returns what tells how many statements there were too few for that.
    """
    execute, left = Database._execute, number

    def executing(self, sql, values):
        nonlocal left
        left -= self.writing
        if left == 0:
            drop_connections(url)
        return execute(self, sql, values)

    patch.setattr(Database, "_execute", executing)
    return lambda: max(left, 0)


def test_a_full_disk_of_the_server_refuses_commands_and_goes_on_when_there_is_room(tmp_path):
    import psycopg

    with running() as server, disk(server.folder / "small", 24) as folder:
        ballast, tables = folder / "ballast", folder / "tables"
        ballast.write_bytes(b"x" * 6_000_000)
        tables.mkdir()
        for place in (folder, tables):
            shutil.chown(place, "postgres")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{tables}'")
            connection.execute("CREATE DATABASE small TABLESPACE small")
        url = server.url.rpartition("/")[0] + "/small"
        with Engine(url, clock=Clock()) as engine:
            filled(engine)
            waiting = engine.tasks()[0].id
            noise = random.Random(1)
            error = until_full(engine, lambda n: engine.start("p", {"text": noise.randbytes(200_000).hex()}))
            assert "the disk is full; nothing of the last command was written" in str(error)
            with pytest.raises(StorageError, match="disk is full"):
                engine.complete(waiting, {"text": noise.randbytes(2_000_000).hex()}, key="same")
            ballast.unlink()
            for _ in range(2):
                engine.complete(waiting, {"text": noise.randbytes(200_000).hex()}, key="same")
            assert engine.audit().whole
            assert waiting not in {task.id for task in engine.tasks()}


def test_a_server_that_stops_since_the_disk_of_its_log_is_full_has_lost_nothing_when_it_is_back(tmp_path):
    """PostgreSQL stops where it cannot write its log, and does not start again until there is room."""
    with running() as server, disk(server.folder / "small", 48) as folder:
        server.move_log(folder)
        with Engine(server.url, clock=Clock()) as engine:
            filled(engine)
            waiting, noise = engine.tasks()[0].id, random.Random(1)
            ballast, answered = folder / "ballast", {}
            ballast.write_bytes(b"x" * (shutil.disk_usage(folder).free - 500_000))

            def start(n):
                answered[f"k{n}"] = engine.start("p", {"n": n, "text": noise.randbytes(100_000).hex()}, key=f"k{n}").id

            with pytest.raises(StorageError, match=r"try again|with its key"):
                for n in range(1000):
                    start(n)
            for attempt in (lambda: engine.complete(waiting, {"n": 1}, key="same"), engine.tasks, engine.tick):
                with pytest.raises(StorageError):
                    attempt()
            one_line(resolute("tick", "--db", server.url, folder=tmp_path), "127.0.0.1")
            ballast.unlink()
            server.start_anew()
            assert engine.audit().whole
            known = {instance.key: instance.id for instance in engine.instances() if instance.key}
            cut_off = f"k{len(answered)}"
            assert answered == {key: id for key, id in known.items() if key != cut_off}
            start(len(answered))
            assert answered[cut_off] == known.get(cut_off, answered[cut_off])
            for _ in range(2):
                engine.complete(waiting, {"n": 1}, key="same")
            assert len(engine.instances()) == 3 + len(answered)
            assert engine.audit().whole
            assert waiting not in {task.id for task in engine.tasks()}


def test_a_server_that_is_restarted_is_waited_for_by_the_next_commands(tmp_path):
    with running() as server, Engine(server.url, clock=Clock()) as engine:
        (first, *_rest) = filled(engine)
        before = told(engine)
        server.stop()
        for attempt in (lambda: engine.start("p"), engine.tasks, engine.tick, lambda: engine.instance(first)):
            with pytest.raises(StorageError):
                attempt()
        one_line(resolute("status", "--db", server.url, folder=tmp_path), "127.0.0.1")
        server.start()
        assert told(engine) == before
        engine.complete(engine.tasks(instance=first)[0].id)
        assert engine.audit().whole


def test_a_worker_goes_on_when_the_server_is_back(tmp_path):
    with running() as server:
        (tmp_path / "mine.py").write_text("def register(engine):\n    engine.service('s')(lambda data: {'done': 1})\n")
        worker = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "resolute",
                "worker",
                "--services",
                "mine:register",
                "--poll",
                "0.1",
                "--db",
                server.url,
            ],
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            with Engine(server.url) as engine:
                engine.deploy(process("q").start().service("s", service="s").end().document())
                until_listening(server.url, 1)
                server.stop()
                server.start()
                instance = engine.start("q").id
                until(lambda: engine.instance(instance).state != "running")
                assert engine.instance(instance).data == {"done": 1}
        finally:
            worker.send_signal(signal.SIGTERM)
            _out, said = worker.communicate(timeout=30)
        assert worker.returncode == 0, said
