"""A secretary's daily work on the command line: people, comments, extensions, repeated calls, exported heads."""

import json
import sqlite3
from pathlib import Path

import pytest

import commands
from resolute.bpmn.build import process
from resolute.engine import Engine

SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022"


def run(folder, *arguments, status=0):
    done = commands.resolute(*arguments, "--now", "2022-05-16T12:00+05:00", folder=folder)
    assert done.returncode == status, done.stderr
    if status == 2:
        assert done.stderr.startswith("resolute: error: ")
        assert done.stderr.count("\n") == 1
    return done


def answer(folder, *arguments):
    return json.loads(run(folder, *arguments, "--json").stdout)


@pytest.fixture
def opened(tmp_path):
    run(tmp_path, "open", SEED / "register.yaml")
    return tmp_path


def task_of(folder, ref, element="carry_out"):
    return next(task for task in answer(folder, "tasks", "--point", ref) if task["element"] == element)


def test_an_extension_is_asked_for_and_refused_and_asked_for_and_granted(opened):
    due = task_of(opened, "1.3.2")["due"]
    for decision in ("--refuse", "--grant"):
        run(opened, "extend", "1.3.2", "--ask", "--due", "2022-10-03", "--reason", "more time")
        assert task_of(opened, "1.3.2")["due"] == due
        run(opened, "extend", "1.3.2", decision, "--reason", "decided")
    assert task_of(opened, "1.3.2")["due"].startswith("2022-10-03")


def test_extending_says_what_it_needs(opened):
    assert "--due" in run(opened, "extend", "1.3.2", status=2).stderr
    assert "--due" in run(opened, "extend", "1.3.2", "--grant", "--due", "2022-10-03", status=2).stderr
    assert "no date" in run(opened, "extend", "1.3.2", "--due", "soon", status=2).stderr


def test_a_report_is_accepted_in_part_and_the_rest_is_still_to_be_done(opened):
    run(opened, "report", "1.3.2", "--text", "half")
    run(opened, "accept", "1.3.2", "--partly")
    assert task_of(opened, "1.3.2")["state"] == "ready"


@pytest.mark.parametrize(
    "command",
    [
        ("report", "1.3.2", "--text", "done"),
        ("extend", "1.3.2", "--due", "2022-10-03"),
        ("extend", "1.3.2", "--ask", "--due", "2022-10-03"),
        ("reassign", "1.3.2", "--to", "Министерство финансов"),
        ("cancel", "1.3.2", "--reason", "not needed"),
        ("send", "deadline extended"),
    ],
    ids=str,
)
def test_a_command_that_is_repeated_with_its_key_changes_nothing_more(opened, command):
    first = run(opened, *command, "--key", "k1", "--json").stdout
    with sqlite3.connect(opened / "resolute.db") as store:
        before = store.execute("SELECT count(*) FROM resolute_journal").fetchone()
    assert run(opened, *command, "--key", "k1", "--json").stdout == first
    with sqlite3.connect(opened / "resolute.db") as store:
        assert store.execute("SELECT count(*) FROM resolute_journal").fetchone() == before


def test_checks_are_repeated_with_their_key(opened):
    run(opened, "report", "1.3.2")
    for _ in range(2):
        run(opened, "return", "1.3.2", "--reason", "more", "--key", "r")
    run(opened, "report", "1.3.2")
    for _ in range(2):
        run(opened, "accept", "1.3.2", "--key", "a")
    run(opened, "accept", "1.3.2", "--key", "b", status=2)


def test_a_task_is_claimed_handed_on_and_given_back(opened):
    task = task_of(opened, "1.3.2")["id"]
    assert answer(opened, "claim", task, "--by", "Ann") == {"task": task, "assignee": "Ann"}
    assert [found["id"] for found in answer(opened, "tasks", "--assignee", "Ann")] == [task]
    assert "is with Ann" in run(opened, "complete", task, "--by", "Bob", "--lang", "en", status=2).stderr
    run(opened, "assign", task, "--to", "Eve", "--own", "--by", "Bob", status=2)
    run(opened, "assign", task, "--to", "Bob", "--own", "--by", "Ann")
    assert answer(opened, "tasks", "--assignee", "Bob")[0]["assignee"] == "Bob"
    run(opened, "assign", task)
    assert answer(opened, "tasks", "--assignee", "Bob") == []


def test_members_and_substitutes_take_the_tasks_of_their_party(opened):
    task = task_of(opened, "1.3.2")
    answer(opened, "members", task["party"], "Ann")
    run(opened, "substitute", "Ann", "--by", "Bob", "--until", "2022-05-20")
    assert task["id"] in [found["id"] for found in answer(opened, "tasks", "--candidate", "Bob")]
    run(opened, "claim", task["id"], "--by", "Eve", status=2)
    assert answer(opened, "members", task["party"])["members"] == ["Ann"]
    assert answer(opened, "members", task["party"], "--everybody")["members"] == []
    run(opened, "claim", task["id"], "--by", "Eve")


def test_what_is_said_about_a_task_is_kept_with_its_file(opened):
    task = task_of(opened, "1.3.2")["id"]
    (opened / "draft.txt").write_text("text")
    run(opened, "comment", task, "see the draft", "--by", "Ann", "--file", "draft.txt")
    (said,) = answer(opened, "comments", task, "--save", "files")
    assert (said["text"], said["by"], said["file"]) == ("see the draft", "Ann", "draft.txt")
    (saved,) = (opened / "files").iterdir()
    assert saved.read_text() == "text"
    run(opened, "comment", "99-1", "nobody is there", status=2)


def test_tasks_come_in_pages(opened):
    every = [task["id"] for task in answer(opened, "tasks")]
    pages = [answer(opened, "tasks", "--limit", 4, "--offset", first) for first in range(0, len(every) + 4, 4)]
    assert [task["id"] for page in pages for task in page] == every
    due = [task["due"] for task in answer(opened, "tasks", "--due-until", "2022-07-01")]
    assert due
    assert all(day[:10] <= "2022-07-01" for day in due)


def test_several_tasks_are_completed_together_or_not_at_all(tmp_path):
    with Engine(f"sqlite:///{tmp_path}/resolute.db") as engine:
        engine.deploy(process("p").start().user("a").end().document())
        for _ in range(3):
            engine.start("p")
    tasks = [task["id"] for task in answer(tmp_path, "tasks")]
    run(tmp_path, "complete", *tasks, "99-1", status=2)
    assert len(answer(tmp_path, "tasks")) == 3
    assert answer(tmp_path, "complete", *tasks) == {"tasks": tasks}
    assert answer(tmp_path, "tasks") == []


def test_a_form_is_shown_and_an_answer_that_does_not_fit_is_refused_in_one_line(tmp_path):
    with Engine(f"sqlite:///{tmp_path}/resolute.db") as engine:
        form = json.dumps({"$id": "f", "required": ["sum"], "properties": {"sum": {"type": "number"}}}).encode()
        engine.deploy(process("p").start().user("a", form="f").end().document(), forms=[form])
        engine.start("p")
    (task,) = answer(tmp_path, "tasks")
    assert task["form"]["schema"]["required"] == ["sum"]
    said = run(tmp_path, "complete", task["id"], "--data", '{"sum": "x"}', "--lang", "en", status=2).stderr
    assert "sum: found" in said
    run(tmp_path, "complete", task["id"], "--data", '{"sum": 1}')


def test_heads_exported_earlier_find_a_history_that_was_made_anew(opened):
    run(opened, "audit", "--export", "heads.json")
    run(opened, "report", "1.3.2")
    assert answer(opened, "audit", "--heads", "heads.json")["breaks"] == []
    with sqlite3.connect(opened / "resolute.db") as store:
        store.execute("DELETE FROM resolute_journal WHERE instance = 1")
        store.execute("DELETE FROM resolute_instances WHERE id = 1")
    assert answer(opened, "audit")["breaks"] == []
    done = run(opened, "audit", "--heads", "heads.json", "--json", status=1)
    assert json.loads(done.stdout)["breaks"] == [{"instance": "1", "number": 1}]
    (opened / "other.json").write_text("[1]")
    run(opened, "audit", "--heads", "other.json", status=2)
