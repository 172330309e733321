"""Stores of every earlier version are upgraded with their content; the migrations lead to the present tables."""

import subprocess
import sys

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text

from execution.postgres import server
from resolute.bpmn.build import process
from resolute.execution.core import Engine
from resolute.storage import migrations
from resolute.storage.database import VERSION, Database
from resolute.testing import Clock

REVISIONS = [
    script.revision for script in ScriptDirectory(str(next(iter(migrations.__path__)))).walk_revisions("base", "heads")
][::-1]


@pytest.fixture(scope="module")
def postgres():
    with server() as url:
        yield url.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    url = request.getfixturevalue("postgres")
    yield url
    with create_engine(url).begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def migrated(url, to):
    """A store as the migrations up to a version create it."""
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection, to)
        if to == "0001":
            connection.execute(text("DROP TABLE resolute_version"))
    engine.dispose()


def form(url):
    """Every table of the store with its columns and indexes."""
    engine = create_engine(url)
    tables = inspect(engine)
    found = {
        name: (
            {column["name"]: (str(column["type"]), column["nullable"]) for column in tables.get_columns(name)},
            tables.get_pk_constraint(name)["constrained_columns"],
            sorted(
                (index["name"], index["column_names"], bool(index["unique"]), where_of(index))
                for index in tables.get_indexes(name)
            ),
        )
        for name in tables.get_table_names()
    }
    engine.dispose()
    return found


def where_of(index):
    return "".join(sorted(str(value) for name, value in index["dialect_options"].items() if name.endswith("_where")))


def test_the_version_of_the_tables_is_the_last_migration():
    assert REVISIONS[-1] == VERSION


def test_the_migrations_lead_to_the_tables_of_a_new_store(url):
    Database(url).close()
    new = form(url)
    with create_engine(url).begin() as connection:
        for name in new:
            connection.execute(text(f"DROP TABLE {name}"))
    migrated(url, "head")
    assert form(url) == new


@pytest.mark.parametrize("revision", REVISIONS[:-1])
def test_an_older_store_is_upgraded_when_it_is_opened_and_keeps_its_content(url, revision):
    migrated(url, revision)
    with create_engine(url).begin() as connection:
        connection.execute(text("INSERT INTO resolute_catches (name) VALUES ('paid')"))
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        instance = engine.start("p")
        assert engine.instance(instance.id).state == "running"
    with create_engine(url).connect() as connection:
        assert connection.execute(text("SELECT name FROM resolute_catches")).scalars().all() == ["paid"]
        assert connection.execute(text("SELECT version_num FROM resolute_version")).scalar_one() == VERSION
    assert "resolute_schema" not in form(url)


def test_an_upgrade_that_fails_leaves_the_store_as_it_was(url, monkeypatch):
    migrated(url, "0001")
    before = form(url)
    whole = migrations.upgrade

    def breaks_off(connection, **how):
        whole(connection, **how)
        raise InterruptedError

    monkeypatch.setattr(migrations, "upgrade", breaks_off)
    with pytest.raises(InterruptedError):
        Database(url)
    assert form(url) == before


def test_a_host_runs_the_migrations_in_its_own_transaction(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/host.db")
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        migrations.upgrade(connection)
        assert inspect(connection).has_table("resolute_instances")
        connection.rollback()
    assert inspect(engine).get_table_names() == []


def test_opening_a_store_that_is_new_or_up_to_date_does_not_load_alembic():
    code = (
        "import sys, resolute.execution.core as core\n"
        "core.Engine('sqlite:///:memory:').close()\n"
        "print([name for name in sys.modules if name.startswith('alembic')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
