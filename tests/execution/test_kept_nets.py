"""Compiled nets are kept in the store: opening it compiles nothing, older forms are compiled again."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from resolute.bpmn.build import process
from resolute.bpmn.document import Document
from resolute.execution.core import Engine
from resolute.execution.executors.net import NetExecutor
from resolute.net import Net
from resolute.net.compiled import FORMAT
from resolute.testing import Clock


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "store.db"
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        engine.deploy(process("p").start().user("a").end().document())
        engine.start("p")
    return file


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The processes that have been compiled."""
    found: list[str] = []
    prepare: Callable[[NetExecutor, Document, str], Net] = NetExecutor.prepare

    def noted(self: NetExecutor, document: Document, process_id: str) -> Net:
        found.append(process_id)
        return prepare(self, document, process_id)

    monkeypatch.setattr(NetExecutor, "prepare", noted)
    return found


def rows(file: Path, sql: str) -> list[Any]:
    with sqlite3.connect(file) as connection:
        return connection.execute(sql).fetchall()


def finish(file: Path) -> str:
    """Reads and completes the instance in another engine; how it ended."""
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        task = engine.tasks()[0]
        assert engine.net("p:1").ids == ("start", "a", "end")
        engine.complete(task.id)
        return engine.instance(task.instance).state


def test_another_engine_compiles_nothing(file: Path, compiled: list[str]) -> None:
    assert finish(file) == "completed"
    assert compiled == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE resolute_nets SET format = format - 1",
        "UPDATE resolute_nets SET content = x'7b7d'",
        "UPDATE resolute_nets SET content = CAST(replace(content, '\"format\":', '\"format\":9') AS BLOB)",
        "DELETE FROM resolute_nets",
    ],
)
def test_what_is_missing_older_or_damaged_is_compiled_again(file: Path, compiled: list[str], change: str) -> None:
    rows(file, change)
    assert finish(file) == "completed"
    assert compiled == ["p"]


def test_what_was_compiled_again_for_a_command_is_kept(file: Path, compiled: list[str]) -> None:
    rows(file, "UPDATE resolute_nets SET format = 0")
    with Engine(f"sqlite:///{file}", clock=Clock()) as engine:
        engine.start("p")
    assert rows(file, "SELECT format FROM resolute_nets") == [(FORMAT,)]
    assert finish(file) == "completed"
    assert compiled == ["p"]
