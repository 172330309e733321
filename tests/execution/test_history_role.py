"""The roles of docs/engine.md on PostgreSQL: the engine works, and nobody but the owner can rewrite its history."""

import re
from pathlib import Path

import pytest

from execution.postgres import server
from resolute.bpmn.build import message, process, timer
from resolute.errors import StorageError
from resolute.execution.core import Engine
from resolute.testing import Clock

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "engine.md").read_text("utf-8")


@pytest.fixture(scope="module")
def owner():
    """The URL of the owner of a store on which the documented statements were run."""
    import psycopg

    with server() as url:
        Engine(url, clock=Clock()).close()
        with psycopg.connect(url, autocommit=True) as connection:
            for statements in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL):
                connection.execute(statements)
        yield url


@pytest.fixture
def role(owner):
    return owner.replace("resolute@", "resolute_engine@")


def ended(url):
    """The id of an instance that used everything that writes to the store."""
    clock = Clock()
    with Engine(url, clock=clock) as engine:
        row = process("p").start().user("a").catch("pause", timer(after="P1D")).catch("wait", message("go"))
        engine.deploy(row.service("s", service="count").end().document())
        engine.service("count")(lambda data: {"n": 1})
        instance = engine.start("p", key="once")
        for task in engine.tasks(instance.id):
            engine.comment(task.id, "see here", by="Ann", file=("note.txt", b"text"))
            engine.complete(task.id, by="Ann")
        clock.advance(days=1)
        engine.tick()
        engine.send("go")
        assert engine.instance(instance.id).state == "completed"
        assert engine.audit().whole
        return instance.id


def test_the_engine_works_as_a_role_that_cannot_change_history(role):
    ended(role)


FORBIDDEN = [
    "UPDATE resolute_journal SET hash = ''",
    "DELETE FROM resolute_journal",
    "TRUNCATE resolute_journal",
    "DROP TABLE resolute_journal",
]


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("resolute_engine", "UPDATE resolute_journal SET events = '[]'"),
        *((name, statement) for name in ("resolute_engine", "resolute_eraser") for statement in FORBIDDEN),
    ],
)
def test_history_cannot_be_rewritten(owner, role, name, statement):
    import psycopg

    ended(role)
    with (
        psycopg.connect(owner.replace("resolute@", f"{name}@")) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)


def test_only_the_eraser_forgets_the_content_of_an_instance(owner, role):
    instance = ended(role)
    with Engine(role, clock=Clock()) as engine, pytest.raises(StorageError, match="permission denied"):
        engine.erase(instance, "asked for")
    with Engine(role.replace("resolute_engine@", "resolute_eraser@"), clock=Clock()) as engine:
        engine.erase(instance, "asked for")
        assert engine.audit().whole
        assert engine.instance(instance).data == {}
