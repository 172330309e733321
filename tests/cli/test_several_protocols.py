"""Several protocols open in one store: their decisions are called alike, their points have the same numbers."""

import json
import re

import pytest

from commands import resolute

TEXT = """Протокол № {number}
заседания комиссии {body}
от 12 января 2026 года

РЕШИЛИ:
1. {first} подготовить отчет.
Срок: до 20 января 2026 года.
2. {second} подготовить план.
Срок: до 30 января 2026 года.
"""


@pytest.fixture
def folder(tmp_path):
    protocols = [
        ("4", "города Лугов", "Комитету финансов", "Комитету образования"),
        ("7-К", "города Бродова", "Управлению транспорта", "Управлению связи"),
    ]
    for number, body, first, second in protocols:
        text = TEXT.format(number=number, body=body, first=first, second=second)
        (tmp_path / f"{number}.txt").write_text(text, encoding="utf-8")
        opened = run("open", f"{number}.txt", folder=tmp_path)
        assert opened.returncode == 0, opened.stderr
    return tmp_path


def run(*arguments, folder):
    return resolute("--now", "2026-01-22T10:00", "--db", "sqlite:///store.db", *arguments, folder=folder)


def test_each_point_has_only_what_is_open_inside_it(folder):
    points = json.loads(run("status", "--json", folder=folder).stdout)["points"]
    assert [(point["protocol"], point["ref"]) for point in points] == [("1", "1"), ("1", "2"), ("2", "1"), ("2", "2")]
    for point in points:
        assert {task["party"] for task in point["open"]} == {point["party"]}
    assert len({point["decision"] for point in points}) == 2


def test_texts_name_the_protocol_and_how_to_choose_it(folder):
    status = run("status", folder=folder).stdout
    assert status.index("No. 4") < status.index("Комитет финансов") < status.index("No. 7-К")
    assert "--protocol 2" in status
    blocked = run("blocked", folder=folder).stdout
    assert "No. 4" in blocked and "No. 7-К" in blocked
    tasks = run("tasks", folder=folder).stdout
    assert all(re.search(rf"\b{number}\s", tasks) for number in ("4", "7-К"))


def test_the_command_that_is_offered_works(folder):
    ambiguous = run("why", "1", folder=folder)
    assert ambiguous.returncode == 2 and "several open protocols" in ambiguous.stderr
    why = run("why", "1", "--protocol", "2", folder=folder).stdout
    assert "No. 7-К" in why
    (offered,) = re.findall(r"resolute (report .*)", why)
    words = offered.replace('"…"', "done").split()
    reported = run(*words, folder=folder)
    assert reported.returncode == 0, reported.stderr
    states = {
        point["protocol"]: {task["step"].partition(":")[2] for task in point["open"]}
        for point in json.loads(run("status", "--json", folder=folder).stdout)["points"]
        if point["ref"] == "1"
    }
    assert states["1"] != states["2"]


def test_pictures_keep_the_decisions_apart(folder):
    run("graph", "-o", "graph.json", folder=folder)
    graph = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    found = {(node["protocol"], node["decision"]) for node in graph["nodes"]}
    assert len(found) == 2 == len({decision for _protocol, decision in found})
    gantt = run("gantt", "-o", "gantt.svg", folder=folder)
    assert gantt.returncode == 0
    drawn = (folder / "gantt.svg").read_text(encoding="utf-8")
    assert "No. 4: " in drawn and "No. 7-К: " in drawn


def test_forecasts_name_the_protocol_of_a_point(folder):
    forecast = run("simulate", "--runs", 20, folder=folder).stdout
    assert "No. 4: 1" in forecast and "No. 7-К: 1" in forecast
    steps = json.loads(run("simulate", "--runs", 20, "--json", folder=folder).stdout)["steps"]
    assert {(step["protocol"], step["ref"]) for step in steps} >= {("4", "1"), ("4", "2"), ("7-К", "1"), ("7-К", "2")}


def test_one_protocol_alone_is_not_named(tmp_path):
    (tmp_path / "4.txt").write_text(
        TEXT.format(number="4", body="города", first="Комитету", second="Управлению"), "utf-8"
    )
    run("open", "4.txt", folder=tmp_path)
    assert "--protocol" not in run("status", folder=tmp_path).stdout
    assert "No. 4" not in run("blocked", folder=tmp_path).stdout
    assert "No. 4" not in run("simulate", "--runs", 20, folder=tmp_path).stdout
