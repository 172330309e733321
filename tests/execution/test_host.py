"""An engine inside the host's own transaction: what the host commits stays, what it rolls back never was."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from execution.postgres import server
from resolute.bpmn.build import message, process
from resolute.errors import ConflictError, InputError, StorageError
from resolute.execution.core import Engine
from resolute.storage.database import Database


@pytest.fixture(scope="module")
def postgres():
    with server() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["sqlite", "postgresql"])
def host(request, tmp_path):
    on_file = request.param == "sqlite"
    engine = create_engine(f"sqlite:///{tmp_path}/host.db" if on_file else request.getfixturevalue("postgres"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE orders (id INTEGER)"))
    yield engine
    if not on_file:
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()


def order():
    row = process("order").start().user("pick").catch("wait", message("paid"), correlation="=n")
    return row.service("s", service="ship").end().document()


def orders(host):
    with host.connect() as connection:
        return connection.execute(text("SELECT count(*) FROM orders")).scalar_one()


def running(host, clock):
    with host.connect() as connection:
        return len(Engine(connection=connection, clock=clock).instances("running"))


def test_work_of_the_host_and_of_the_engine_is_committed_together(host, clock):
    with host.begin() as connection:
        engine = Engine(connection=connection, clock=clock)
        engine.deploy(order())
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        engine.start("order", {"n": 1})
    assert (orders(host), running(host, clock)) == (1, 1)
    with host.begin() as connection:
        engine = Engine(connection=connection, clock=clock)
        (task,) = engine.tasks()
        engine.complete(task.id)
        assert engine.send("paid", correlation=1) == task.instance
        assert engine.audit().whole


def test_what_the_host_rolls_back_never_was(host, clock):
    with host.begin() as connection:
        Engine(connection=connection, clock=clock).deploy(order())
    with host.connect() as connection:
        engine = Engine(connection=connection, clock=clock)
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        engine.start("order", {"n": 1})
        connection.rollback()
        with pytest.raises(StorageError, match="is over"):
            engine.start("order")
    assert (orders(host), running(host, clock)) == (0, 0)


def test_a_command_that_fails_takes_back_only_its_own_part(host, clock):
    with host.begin() as connection:
        engine = Engine(connection=connection, clock=clock)
        engine.deploy(order())
        connection.execute(text("INSERT INTO orders VALUES (1)"))
        first, second = (engine.start("order", {"n": n}) for n in (1, 2))
        one, two = engine.tasks()
        engine.complete(two.id)
        with pytest.raises(ConflictError):
            engine.complete_all({one.id: {}, two.id: {}})
        assert [task.id for task in engine.tasks()] == [one.id]
        assert engine.instance(first.id).state == engine.instance(second.id).state == "running"
    assert (orders(host), running(host, clock)) == (1, 2)


def test_services_wait_for_an_engine_that_sees_the_commit(host, clock):
    with host.begin() as connection:
        engine = Engine(connection=connection, clock=clock)
        engine.service("ship")(lambda data: {"early": True})
        engine.deploy(process("p").start().service("s", service="ship").end().document())
        instance = engine.start("p")
        assert engine.instance(instance.id).state == "running"
    with Engine(host.url.render_as_string(hide_password=False), clock=clock) as worker:
        worker.service("ship")(lambda data: {"late": True})
        assert worker.instance(instance.id).state == "completed"
        assert worker.instance(instance.id).data == {"late": True}


def test_the_connection_of_the_host_stays_open(host, clock):
    Database(host.url.render_as_string(hide_password=False)).close()
    with host.connect() as connection:
        Engine(connection=connection, clock=clock).close()
        assert connection.execute(text("SELECT 1")).scalar_one() == 1


def test_a_driver_that_the_engine_does_not_speak_is_refused(host, clock):
    with host.connect() as connection:
        connection.dialect.driver, before = "pg8000", connection.dialect.driver
        try:
            with pytest.raises(InputError, match="expected a connection by sqlite3 or psycopg"):
                Engine(connection=connection, clock=clock)
        finally:
            connection.dialect.driver = before


def test_what_is_no_connection_is_refused_with_what_to_give_instead(host, clock):
    with Session(host) as session:
        for wrong in (host, session, "sqlite://"):
            with pytest.raises(
                InputError, match=r"expected a Connection of SQLAlchemy, of a session session.connection"
            ):
                Engine(connection=wrong, clock=clock)


def test_a_session_of_the_orm_lends_its_connection(host, clock):
    with Session(host) as session, session.begin():
        engine = Engine(connection=session.connection(), clock=clock)
        engine.deploy(order())
        engine.start("order", {"n": 1})
    with Session(host) as session:
        Engine(connection=session.connection(), clock=clock).start("order", {"n": 2})
    assert running(host, clock) == 1


def test_a_connection_that_commits_each_statement_by_itself_is_refused(postgres, clock):
    host = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with host.connect() as connection, pytest.raises(InputError, match="AUTOCOMMIT"):
        Engine(connection=connection, clock=clock)
    host.dispose()


def test_savepoints_of_the_host_take_back_what_the_engine_did_after_them(host, clock):
    with host.begin() as connection:
        engine = Engine(connection=connection, clock=clock)
        engine.deploy(order())
        with connection.begin_nested():
            engine.start("order", {"n": 1})
        taken_back = connection.begin_nested()
        engine.start("order", {"n": 2})
        taken_back.rollback()
        again = Engine(connection=connection, clock=clock)
        again.start("order", {"n": 3})
        assert [instance.data["n"] for instance in again.instances()] == [1, 3]
    assert running(host, clock) == 2
