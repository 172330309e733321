"""Every picture of the command line, of a register and of the live state, and what is refused."""

from pathlib import Path

import pytest

import commands

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "workflows" / "chelyabinsk-2-2022"
NOW = ("--now", "2022-07-05T12:00+05:00")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("live")
    done = commands.resolute("open", SEED / "register.yaml", "--now", "2022-04-21T12:00+05:00", folder=made)
    assert done.returncode == 0, done.stderr
    return made


@pytest.mark.parametrize("source", [(), (SEED / "register.yaml",)], ids=["live", "register"])
@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("graph",), ("critical path", "1.4.2")),
        (("graph", "--by", "party"), ("Главное управление по труду",)),
        (("gantt",), ("deadline", "slack")),
        (("gantt", "--forecast", "--runs", "50"), ("forecast from", "50 %, 80 %, 95 %", "in time")),
        (("load",), ("Load of the executors by week",)),
        (("matrix",), ("Who waits for whom",)),
    ],
)
def test_a_picture_is_drawn(folder, tmp_path, source, command, words):
    out = tmp_path / "p.svg"
    done = commands.resolute(*command, *source, "-o", out, *NOW, "--lang", "en", folder=folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    drawn = out.read_text("utf-8")
    for word in words:
        assert word in drawn


@pytest.mark.parametrize("command", ["graph", "gantt", "load", "matrix"])
def test_another_ending_is_refused_before_anything_is_read(tmp_path, command):
    done = commands.resolute(command, SEED / "register.yaml", "-o", "p.pdf", "--lang", "en", folder=tmp_path)
    assert done.returncode == 2
    assert ".svg" in done.stderr and "p.pdf" in done.stderr
    assert not list(tmp_path.iterdir())
