"""The daily commands on points change what everybody sees."""

import json
from pathlib import Path

import pytest

import commands

SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022"


def resolute(folder: Path, *arguments: object, day: str = "2022-05-16") -> str:
    done = commands.resolute(*arguments, "--now", f"{day}T12:00+05:00", folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def point(folder: Path, ref: str) -> dict[str, object]:
    return next(p for p in json.loads(resolute(folder, "status", "--json"))["points"] if p["ref"] == ref)


@pytest.fixture
def opened(tmp_path):
    resolute(tmp_path, "open", SEED / "register.yaml", day="2022-04-21")
    return tmp_path


def test_an_extended_point_is_due_on_its_new_day(opened):
    resolute(opened, "extend", "1.3.2", "--due", "2022-10-03", "--reason", "late")
    assert point(opened, "1.3.2")["due"] == "2022-10-03"


def test_a_reassigned_point_is_with_its_new_lead(opened):
    resolute(opened, "reassign", "2.3", "--to", "Министерство финансов")
    assert point(opened, "2.3")["party"] == "Министерство финансов"


def test_a_cancelled_point_is_not_needed(opened):
    resolute(opened, "cancel", "3.5.1", "--reason", "no longer relevant")
    assert point(opened, "3.5.1")["state"] == "skipped"


def test_a_returned_point_goes_on_until_its_report_is_accepted(opened):
    resolute(opened, "report", "1.3.2", "--text", "half")
    resolute(opened, "return", "1.3.2", "--reason", "half is missing")
    assert point(opened, "1.3.2")["state"] == "running"
    resolute(opened, "report", "1.3.2", "--text", "all")
    resolute(opened, "accept", "1.3.2")
    assert point(opened, "1.3.2")["state"] == "done"


def test_models_that_a_person_has_changed_are_the_ones_that_run(tmp_path):
    resolute(tmp_path, "model", SEED / "register.yaml", "-o", "models")
    pattern = tmp_path / "models" / "assignment.bpmn"
    text = pattern.read_text("utf-8")
    assert "Исполнить поручение и отчитаться" in text
    pattern.write_text(text.replace("Исполнить поручение и отчитаться", "Сделать"), "utf-8")
    resolute(tmp_path, "open", SEED / "register.yaml", "--models", "models", day="2022-04-21")
    names = {task["name"] for task in json.loads(resolute(tmp_path, "tasks", "--json"))}
    assert "Сделать" in names
    assert "Исполнить поручение и отчитаться" not in names


def test_a_protocol_opened_twice_is_told(opened):
    done = commands.resolute("open", SEED / "register.yaml", "--lang", "en", folder=opened)
    assert "open already (1)" in done.stderr


def test_no_unknown_is_counted_as_true_or_false(opened):
    for lang in ("ru", "en"):
        found = json.loads(resolute(opened, "blocked", "--json", "--lang", lang))
        unknowns = [text for item in found for text in item["unknowns"]]
        assert unknowns
        assert not any("True" in text or "False" in text for text in unknowns)


def test_tasks_are_listed_by_pages(opened):
    whole = json.loads(resolute(opened, "tasks", "--json"))
    first, rest = (
        json.loads(resolute(opened, "tasks", "--json", *page)) for page in (("--limit", "2"), ("--offset", "2"))
    )
    assert len(first) == 2
    assert first + rest == whole
