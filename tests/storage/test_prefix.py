"""Several stores in one database, told apart by the prefix of their tables or by their schema."""

import pytest
from sqlalchemy import create_engine, inspect, text

from execution.postgres import server
from resolute.bpmn.build import process, service, user
from resolute.errors import InputError
from resolute.execution.core import Engine
from resolute.storage import migrations
from resolute.storage.database import VERSION
from resolute.testing import Clock
from storage.test_migrations import REVISIONS


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


def tables(url, schema=None):
    engine = create_engine(url)
    found = inspect(engine).get_table_names(schema)
    engine.dispose()
    return found


def lives(engine, name):
    """Starts and completes something of its own; what the store then holds."""
    engine.service("count")(lambda data: {"counted": name})
    engine.deploy(
        process("p").start().then(user("a", party=name), service("s", service="count"), user("b")).end().document()
    )
    engine.start("p", {"name": name}, key="same")
    (task,) = engine.tasks()
    engine.complete(task.id, by="Ann", key="same")
    assert engine.audit().whole
    return [(task.element, task.data) for task in engine.tasks()]


def test_two_prefixes_in_one_database_are_two_stores(url):
    with (
        Engine(url, clock=Clock(), prefix="town_") as town,
        Engine(url, clock=Clock(), prefix="county_") as county,
        Engine(url, clock=Clock()) as usual,
    ):
        for engine, name in ((town, "Town"), (county, "County"), (usual, "Usual")):
            assert lives(engine, name) == [("b", {"name": name, "counted": name})]
        assert [len(engine.instances()) for engine in (town, county, usual)] == [1, 1, 1]
    ours = [name for name in tables(url) if not name.startswith("procrastinate_")]
    kinds = [{name.removeprefix(prefix) for name in ours if name.startswith(prefix)} for prefix in ("town_", "county_")]
    assert kinds[0] == kinds[1] == {name.removeprefix("resolute_") for name in ours if name.startswith("resolute_")}
    assert len(ours) == 3 * len(kinds[0])


@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[-2]])
def test_an_older_store_with_a_prefix_is_upgraded_and_no_other_is_touched(url, revision):
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection, revision)
        migrations.upgrade(connection, revision, prefix="town_")
        connection.execute(text("INSERT INTO town_catches (name) VALUES ('paid')"))
    before = sorted(name for name in tables(url) if name.startswith("resolute_"))
    with Engine(url, clock=Clock(), prefix="town_") as town:
        assert lives(town, "Town")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM town_version")).scalar_one() == VERSION
        assert connection.execute(text("SELECT name FROM town_catches")).scalars().all() == ["paid"]
    engine.dispose()
    assert sorted(name for name in tables(url) if name.startswith("resolute_")) == before


def test_the_migrations_of_a_prefix_lead_to_the_tables_of_a_new_store_with_it(url):
    Engine(url, prefix="town_").close()
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection, prefix="county_")
    found = inspect(engine)
    for name in [name for name in tables(url) if name.startswith("town_")]:
        other = name.replace("town_", "county_")
        columns = [str(found.get_columns(table)).replace("town_", "county_") for table in (name, other)]
        assert columns[0] == columns[1]
        indexes = [{index["name"] for index in found.get_indexes(table)} for table in (name, other)]
        assert {index.replace("town_", "county_") for index in indexes[0]} == indexes[1]
    engine.dispose()


def test_an_engine_in_the_hosts_transaction_takes_a_prefix(url):
    host = create_engine(url)
    with host.connect() as connection:
        engine = Engine(connection=connection, clock=Clock(), prefix="town_")
        engine.deploy(process("p").start().user("a").end().document())
        engine.start("p")
        connection.commit()
    host.dispose()
    with Engine(url, clock=Clock(), prefix="town_") as engine:
        assert [task.element for task in engine.tasks()] == ["a"]
    assert "resolute_tasks" not in tables(url)


def test_schemas_of_one_database_are_stores_of_their_own(postgres):
    with (
        Engine(postgres, clock=Clock(), schema="north") as north,
        Engine(postgres, clock=Clock(), schema="south", prefix="town_") as south,
    ):
        assert lives(north, "North") == [("b", {"name": "North", "counted": "North"})]
        assert lives(south, "South") == [("b", {"name": "South", "counted": "South"})]
    with Engine(postgres, clock=Clock(), schema="north") as again:
        assert len(again.instances()) == 1
    assert "resolute_tasks" in tables(postgres, "north")
    assert "town_tasks" in tables(postgres, "south")
    assert tables(postgres) == []


@pytest.mark.parametrize("bad", ["", "Town_", "1_", "a-b", 'a"; DROP TABLE x; --', "t" * 31])
def test_a_prefix_or_schema_that_would_need_quotes_is_refused(bad):
    with pytest.raises(InputError, match="letters"):
        Engine("sqlite:///:memory:", prefix=bad)
    with pytest.raises(InputError, match="letters"):
        Engine("postgresql://nobody@127.0.0.1:1/none", schema=bad)


def test_a_schema_on_sqlite_is_refused_with_what_to_do_instead():
    with pytest.raises(InputError, match="prefix"):
        Engine("sqlite:///:memory:", schema="north")
