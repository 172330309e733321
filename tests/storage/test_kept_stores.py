"""Stores that earlier versions have left in the middle of everything are opened, say the same and go on the same."""

import gzip
import json
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, text

from execution.postgres import server
from resolute.execution.core import Engine
from resolute.storage import migrations
from resolute.testing import Clock
from storage import kept

FOLDER = Path(__file__).parents[1] / "data/stores"
NAMES = sorted(file.name.partition(".")[0] for file in FOLDER.glob("*.sql.gz"))


def unpacked(name, kind):
    return gzip.decompress((FOLDER / f"{name}.{kind}.gz").read_bytes()).decode()


def restored(name, file):
    """The store as a file."""
    with sqlite3.connect(file) as connection:
        connection.executescript(unpacked(name, "sql"))
    connection.close()
    return f"sqlite:///{file}"


def plain(value):
    return json.loads(json.dumps(value))


def goes_on(url, name):
    said = json.loads(unpacked(name, "json"))
    executor = name.partition("-")[2]
    clock = Clock()
    with Engine(url, clock=clock, executor=executor) as engine:
        assert engine.audit(said["before"]["heads"]).whole
        assert plain(kept.told(engine)) == said["before"]
    after = plain(kept.second_part(url, executor))
    assert after["instances"] == said["after"]["instances"]
    assert after == said["after"]
    with Engine(url, clock=clock, executor=executor) as engine:
        assert engine.audit(said["before"]["heads"]).whole
        for instance in engine.instances():
            assert engine.instance(instance.id, as_of=engine.now().replace(year=2099)) == instance


def test_there_are_stores_of_every_form_of_the_tables_that_was_released():
    assert {name.partition("-")[0] for name in NAMES} >= {"0001", "0002", "0003", "0007", "0010"}
    assert {name.partition("-")[2] for name in NAMES} == set(kept.EXECUTORS)


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_store_on_sqlite(tmp_path, name):
    goes_on(restored(name, tmp_path / "store.db"), name)


def test_the_oldest_store_moved_to_postgresql(tmp_path):
    """Its tables are created as its version did, its rows are copied, then it is upgraded in place."""
    name = NAMES[0]
    source = create_engine(restored(name, tmp_path / "store.db"))
    with server() as url:
        target = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
        old, new = MetaData(), MetaData()
        with source.connect() as reading, target.begin() as writing:
            migrations.upgrade(writing, name.partition("-")[0])
            writing.execute(text("DROP TABLE resolute_version"))
            old.reflect(reading)
            new.reflect(writing)
            for table in old.tables.values():
                rows = [dict(row) for row in reading.execute(table.select()).mappings()]
                writing.execute(new.tables[table.name].delete())
                if rows:
                    writing.execute(new.tables[table.name].insert(), rows)
                if "id" in table.c and rows:
                    last = max(row["id"] for row in rows)
                    writing.execute(text(f"SELECT setval('{table.name}_id_seq', {last})"))
        source.dispose()
        target.dispose()
        goes_on(url, name)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE resolute_nets SET content = CAST('{\"format\":1}' AS BLOB)",
        "UPDATE resolute_nets SET content = CAST('not JSON' AS BLOB)",
        "UPDATE resolute_nets SET format = format + 1",
        "DELETE FROM resolute_nets",
    ],
)
def test_compiled_nets_that_cannot_be_read_are_compiled_again(tmp_path, spoil):
    name = "0007-net"
    url = restored(name, tmp_path / "store.db")
    with sqlite3.connect(tmp_path / "store.db") as connection:
        assert connection.execute(spoil).rowcount > 0
    connection.close()
    goes_on(url, name)
