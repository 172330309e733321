"""A store with one protocol that runs, and the server on it for three callers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from commands import resolute
from resolute import Engine, i18n, server
from resolute.testing import Clock

TEXT = """Протокол № 4
заседания комиссии города Лугов
от 12 января 2026 года

РЕШИЛИ:
1. Комитету финансов подготовить отчет <script>alert("1")</script>.
Срок: до 20 января 2026 года.
2. Комитету образования подготовить план на основании отчета (п. 1).
Срок: до 30 января 2026 года.
3. Комитету образования представить списки школ.
Срок: до 15 февраля 2026 года.
"""
NOW = datetime(2026, 1, 22, 10, tzinfo=UTC)
CALLERS = {
    "secretariat": server.Caller("Секретарь", "secretariat"),
    "reader": server.Caller("Глава города", "reader"),
    "executor": server.Caller("Отдел школ", "executor", "Комитет образования"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "protocol.txt").write_text(TEXT, encoding="utf-8")
    done = resolute("open", "protocol.txt", "--now", NOW.isoformat(), "--db", "sqlite:///store.db", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> Iterator[Engine]:
    with Engine(f"sqlite:///{folder}/store.db", clock=Clock(NOW)) as found:
        yield found


@pytest.fixture
def app(engine: Engine):
    keys = server.Keys([(server.access.digest(role), caller) for role, caller in CALLERS.items()])
    return server.application(engine, keys)


Client = Callable[[str | None], TestClient]


@pytest.fixture
def client(app) -> Client:
    """A client with the key of a role, or with none."""

    def made(role: str | None) -> TestClient:
        headers = {"Accept-Language": "en"} | ({"Authorization": f"Bearer {role}"} if role else {})
        return TestClient(app, headers=headers, follow_redirects=False)

    return made


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with i18n.use("en"):
        yield
