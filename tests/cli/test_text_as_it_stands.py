"""What documents say is shown as it stands: brackets and colons of a name mean nothing to the terminal."""

import pytest

from commands import resolute

NAME = "Подготовить [bold]отчёт[/bold] [/] :smile:"
TEXT = f"""Протокол № 4
заседания комиссии
от 12 января 2026 года

РЕШИЛИ:
1. Комитету [red] финансов {NAME}.
Срок: до 20 января 2026 года.
2. Комитету образования {NAME}.
Срок: до 30 января 2026 года.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("named")
    (made / "4.txt").write_text(TEXT, encoding="utf-8")
    assert run("open", "4.txt", folder=made).returncode == 0
    return made


def run(*arguments, folder):
    return resolute("--now", "2026-01-22T10:00", "--db", "sqlite:///store.db", *arguments, folder=folder)


@pytest.mark.parametrize(
    "command",
    [
        ("read", "4.txt"),
        ("tasks",),
        ("status",),
        ("blocked",),
        ("blocked", "--long"),
        ("why", "1"),
        ("schedule",),
        ("what-if", "--delay", "1", "10"),
        ("simulate", "--runs", "20"),
    ],
    ids=" ".join,
)
def test_a_name_with_brackets_is_shown_whole(command, folder):
    said = run(*command, folder=folder)
    assert said.returncode == 0, said.stderr
    shown = "".join(said.stdout.split())
    assert "[bold]отчёт[/bold]" in shown or "[red]финансов" in shown
