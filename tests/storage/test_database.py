"""The store says clearly what is wrong with its database, and keeps what it was given."""

import sqlite3
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resolute.errors import InputError, StorageError
from resolute.storage.database import Database
from resolute.storage.rows import canonical, dumps, loads, micros, moment
from resolute.storage.store import Store


def test_a_file_that_is_no_database_is_named_with_the_reason(tmp_path):
    file = tmp_path / "notes.txt"
    file.write_text("these are my notes, and quite long ones, so that they look like nothing else\n" * 100)
    with pytest.raises(StorageError, match=r"notes\.txt.*not an SQLite database"):
        Database(f"sqlite:///{file}")
    assert file.read_text().startswith("these are")


def test_a_folder_that_is_missing_is_an_error_of_the_store(tmp_path):
    with pytest.raises(StorageError, match="cannot be opened"):
        Database(f"sqlite:///{tmp_path}/missing/store.db")


def test_a_database_locked_by_another_program_says_so(tmp_path):
    file = tmp_path / "store.db"
    Database(f"sqlite:///{file}").close()
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    store = Database(f"sqlite:///{file}", patience=0.05)
    with pytest.raises(StorageError, match="locked"), store.transaction():
        pass
    other.execute("ROLLBACK")
    with store.transaction():
        pass
    store.close()


def test_a_store_that_may_not_be_written_says_so(tmp_path):
    file = tmp_path / "store.db"
    Database(f"sqlite:///{file}").close()
    store = Store(Database(f"sqlite:///file:{file}?mode=ro&uri=true"))
    with pytest.raises(StorageError, match="cannot be written"), store.database.transaction():
        store.record_answer("k", "1", 0)
    store.database.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql+nodriver://x/y", "sqlite+nothing:///x"])
def test_a_url_that_names_no_database_is_an_input_error(url):
    with pytest.raises(InputError, match="sqlite:///FILE"):
        Database(url)


def test_a_store_of_a_newer_version_is_refused(tmp_path):
    file = tmp_path / "store.db"
    Database(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE resolute_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StorageError, match="version 9999"):
        Database(f"sqlite:///{file}")


def test_a_transaction_that_fails_writes_nothing():
    store = Store(Database("sqlite:///:memory:"))
    with pytest.raises(ZeroDivisionError), store.database.transaction():
        store.record_answer("k", "1", 0)
        raise ZeroDivisionError
    assert store.answer("k") is None
    with store.database.transaction():
        store.record_answer("k", "1", 0)
    assert store.answer("k") == "1"


def test_an_inner_transaction_belongs_to_the_outer_one():
    store = Store(Database("sqlite:///:memory:"))
    with pytest.raises(ZeroDivisionError), store.database.transaction():
        with store.database.transaction():
            store.record_answer("k", "1", 0)
        raise ZeroDivisionError
    assert store.answer("k") is None


def test_the_tables_of_a_host_in_the_same_database_are_left_alone(tmp_path):
    file = tmp_path / "host.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE tasks (mine TEXT)")
        connection.execute("INSERT INTO tasks VALUES ('x')")
    connection.close()
    Database(f"sqlite:///{file}").close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT * FROM tasks").fetchall() == [("x",)]
    connection.close()


@given(
    st.datetimes(
        min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(2200, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5)), timezone(timedelta(hours=-3, minutes=-30))]),
    )
)
def test_moments_come_back_exactly(when):
    assert moment(micros(when)) == when


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_structures_come_back_exactly_and_equal_ones_read_the_same(value):
    assert loads(dumps(value)) == value
    if isinstance(value, dict):
        assert canonical(dict(reversed(value.items()))) == canonical(value)
