"""`what-if` and `why`: answers in words and as JSON, by the names that people use; the store stays as it was."""

import json
import re
import sqlite3
from pathlib import Path

import pytest

import commands
from commands import Done

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "workflows" / "chelyabinsk-2-2022"
NOW = ("--now", "2022-07-05T12:00+05:00")


def resolute(*arguments: object, folder: Path, lang: str = "en", status: int = 0) -> Done:
    done = commands.resolute(*arguments, "--lang", lang, folder=folder)
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The seed opened on its day and looked at on 5 July 2022, when four points are late."""
    made = tmp_path_factory.mktemp("live")
    resolute("open", SEED / "register.yaml", "--now", "2022-04-21T12:00+05:00", folder=made)
    resolute("tick", *NOW, folder=made)
    return made


def content(folder: Path) -> list[str]:
    with sqlite3.connect(folder / "resolute.db") as database:
        return list(database.iterdump())


def test_the_answer_names_points_dates_and_deadlines_and_stores_nothing(folder):
    before = content(folder)
    said = resolute("what-if", "--done", "1.4.1", "--delay", "2.3", "130", *NOW, folder=folder).stdout
    assert "If point 2.3 takes 130 working days longer; point 1.4.1 is done today:" in said
    assert "Deadlines no longer kept: point 2.3." in said
    assert "6 Jul 2022 → 12 Jan 2023" in said
    assert content(folder) == before


def test_json_has_the_question_and_every_difference(folder):
    arguments = ("--give", "3.6", "Министерство финансов", "--due", "3.4", "2022-09-01", "--drop", "1.3.1")
    said = json.loads(resolute("what-if", *arguments, "--json", *NOW, folder=folder).stdout)
    assert [(change["kind"], change["ref"]) for change in said["changes"]] == [
        ("given", "3.6"),
        ("due", "3.4"),
        ("dropped", "1.3.1"),
    ]
    shifts = {shift["ref"]: shift for shift in said["shifts"] if not shift["inner"]}
    assert shifts["3.6"]["party"][1] == "Министерство финансов"
    assert shifts["3.4"]["due"] == ["2022-12-30", "2022-09-01"]
    assert shifts["1.3.1"]["finish"][1] is None
    assert shifts["1.4.2"]["roots"][0] != shifts["1.4.2"]["roots"][1]
    assert {"text", "freed", "held", "saved", "broken", "blocked", "finish"} <= set(said)


def test_what_is_done_after_its_day_or_dropped_has_not_kept_its_deadline(folder):
    for option in ("--done", "--drop"):
        said = json.loads(resolute("what-if", option, "1.4.1", "--json", *NOW, folder=folder).stdout)
        assert said["saved"] == []


@pytest.mark.parametrize("source", ["register.yaml", "protocol.txt"])
def test_a_register_or_document_can_be_asked_before_anything_runs(tmp_path, source):
    said = resolute("what-if", SEED / source, "--delay", "3.3", "150", "--due", "3.4", "2023-03-01", folder=tmp_path)
    assert "Deadlines no longer kept: point 3.3." in said.stdout
    assert "30 Dec 2022 → 1 Mar 2023" in said.stdout
    assert list(tmp_path.iterdir()) == []


def test_the_question_is_good_russian(folder):
    said = resolute("what-if", "--give", "3.6", "Главное управление по труду", *NOW, folder=folder, lang="ru").stdout
    assert "Если пункт 3.6 передать Главному управлению по труду:" in said


def test_why_says_who_must_act_and_by_which_command(folder):
    said = resolute("why", "1.4.2", *NOW, folder=folder, lang="ru").stdout
    text = " ".join(said.split())
    assert "Пункт 1.4.2 просрочен: срок был 01.07.2022, с тех пор — 2 рабочих дня." in text
    assert "дело за участниками образовательно-производственных центров" in text
    assert 'resolute report 1.4.1 --text "…"' in text
    again = json.loads(resolute("why", "1.4.2", "--json", *NOW, folder=folder).stdout)
    assert again["sentences"][0]["code"] == "state.overdue"
    assert "no point goes by 1.4;" in resolute("why", "1.4", *NOW, folder=folder, status=2).stderr


def test_blocked_can_be_told_in_whole_sentences(folder):
    said = resolute("blocked", "--long", *NOW, folder=folder).stdout
    assert "Point 1.4.1 is overdue: it was due on 1 Jul 2022" in " ".join(said.split())
    for item in json.loads(resolute("blocked", "--long", "--json", *NOW, folder=folder).stdout):
        assert item["explanation"]["step"] == item["step"]
        assert item["explanation"]["short"] == item["headline"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), ("nothing to change", "--done 1.3.1")),
        (("--done", "1.4"), ("no point goes by 1.4", "1.4.1, 1.4.2")),
        (("--done", "1.1"), ("1.1 is done already",)),
        (("--delay", "1.4.1", "soon"), ("--delay 1.4.1", "'soon'", "working days")),
        (("--delay", "1.4.1", "0"), ("'0'", "1 to 10000")),
        (("--delay", "1.4.1", "--json"), ("two values", "POINT DAYS", "--json")),
        (("--delay", "1.4.1"), ("two values", "POINT DAYS", "--now")),
        (("--due", "1.4.1", "1.9.2022"), ("--due 1.4.1", "2022-09-01")),
        (("--give", "1.4.1", " "), ("no name",)),
        (("--done", "1.4.1", "--drop", "1.4.1"), ("done and dropped",)),
        (("--done", "1.4.1", "--protocol", "99"), ("no protocol 99", "open ones: 1")),
        (("missing.yaml", "--done", "1"), ("missing.yaml",)),
    ],
)
def test_a_wrong_question_is_refused_in_one_line(folder, arguments, words):
    done = resolute("what-if", *arguments, *NOW, folder=folder, status=2)
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr


def test_where_several_protocols_are_open_one_has_to_be_named(tmp_path):
    for _twice in range(2):
        resolute("open", SEED / "register.yaml", "--now", "2022-04-21T12:00+05:00", folder=tmp_path)
    tasks = json.loads(resolute("tasks", "--json", *NOW, folder=tmp_path).stdout)
    groups = sorted({task["protocol"] for task in tasks})
    assert "several" in resolute("what-if", "--done", "2.3", *NOW, folder=tmp_path, status=2).stderr
    said = json.loads(
        resolute("what-if", "--done", "2.3", "--protocol", groups[1], "--json", *NOW, folder=tmp_path).stdout
    )
    theirs = {task["instance"] for task in tasks if task["protocol"] != groups[1]}
    changed = {shift["step"].partition(":")[0] for shift in said["shifts"]}
    assert changed
    assert not changed & theirs


def test_the_schedule_says_which_deadlines_do_not_fit_before_anything_runs(tmp_path):
    said = resolute("schedule", SEED / "register.yaml", folder=tmp_path).stdout
    for line in (
        "Critical path: 1.4.1 → 1.4.2 → 1.3.3",
        "• 1.4.2 after 1.4.1: too little time in between, 1 working day short",
        "Moving these is enough, and no fewer are:",
        "• 1.3.3: 1 Jul 2022 → 5 Jul 2022, by 2 working days",
        "• 3.5.3: 30 Dec 2022 → 9 Jan 2023, by 1 working day",
    ):
        assert line in said
    answer = json.loads(resolute("schedule", SEED / "register.yaml", "--json", folder=tmp_path).stdout)
    assert answer["fewest"] and answer["critical_path"] == ["1.4.1", "1.4.2", "1.3.3"]
    assert {move["step"]: move["days"] for move in answer["moves"]} == {"1.4.2": 1, "1.3.3": 2, "3.5.3": 1}
    dates = {step["step"]: step for step in answer["steps"]}
    assert (dates["1.4.1"]["finish"], dates["1.4.1"]["latest"]) == ("2022-04-22", "2022-06-29")


def test_the_schedule_of_what_runs_leaves_out_what_a_point_has_inside(folder):
    said = resolute("schedule", *NOW, folder=folder).stdout
    assert "• 1.4.1: too little time even from today" in said
    assert "• 1.3.2" not in said
    everything = resolute("schedule", "--all", *NOW, folder=folder).stdout
    assert len(everything.splitlines()) > len(said.splitlines())
    (hidden,) = re.findall(r"Deadlines inside points .*: (\d+);", " ".join(said.split()))
    pairs = re.findall(r"• (\S+) after \1 \S", everything)
    assert len(pairs) == int(hidden) and "1.3.2" in pairs
    assert "Deadlines inside points" not in everything
    unknown = resolute("schedule", "--protocol", "99", *NOW, folder=folder, status=2)
    assert "no protocol 99 is open" in unknown.stderr
