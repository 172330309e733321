"""`resolute demo` does the whole job and shows it."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest


def run(*arguments: str, folder: Path, status: int = 0) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "resolute", *arguments], cwd=folder, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == status, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    folder = tmp_path_factory.mktemp("a demo")
    return run("demo", "--lang", "ru", "--out", "out", folder=folder), folder / "out"


def test_it_shows_every_point_and_every_section(demo):
    text, _ = demo
    for section in (
        "1. Протокол",
        "2. Что заметит",
        "3. Что произошло",
        "4. Состояние",
        "5. Что стоит",
        "6. Успеем ли",
        "7. Файлы",
    ):
        assert section in text
    for ref in ("1.1", "1.3.3", "2.3", "3.5.3", "3.6"):
        assert ref in text


def test_it_writes_the_files_that_it_names(demo):
    text, out = demo
    section = text[text.index("7. Файлы") :]
    named = [line.strip() for line in section.splitlines()[2:] if line.strip()]
    assert {"register.yaml", "graph.svg", "graph.html", "gantt.svg", "forecast.html", "resolute.db"} <= set(named)
    for name in named:
        assert (out / name).stat().st_size > 0, name


def test_the_blocked_report_names_who_must_act(demo):
    text, _ = demo
    blocked = text[text.index("5. Что стоит") : text.index("6. Успеем ли")]
    assert "1.3.3" in blocked
    assert "1.4.1" in blocked
    assert "Должен действовать" in blocked


def test_the_database_holds_the_run(demo):
    _, out = demo
    with sqlite3.connect(out / "resolute.db") as database:
        tables = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
    assert tables


def test_it_can_be_run_again_over_its_own_files_and_says_the_same(demo):
    text, out = demo
    assert run("demo", "--lang", "ru", "--out", "out", folder=out.parent) == text


def test_it_speaks_english(tmp_path):
    text = run("demo", "--lang", "en", "--out", "out", folder=tmp_path)
    assert "What is blocked or late" in text
    assert "Must act" in text
