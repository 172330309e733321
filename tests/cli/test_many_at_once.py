"""Commands on several points, tasks and incidents at once: all or none; and processes that are no points."""

import json
from pathlib import Path

import pytest

import commands
from resolute import bpmn
from resolute.bpmn.build import process
from resolute.engine import Engine
from resolute.reports import rows

SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022"
POINTS = ("1.3.2", "2.3")


def run(folder, *arguments, status=0):
    done = commands.resolute(*arguments, "--now", "2022-05-16T12:00+05:00", "--lang", "en", folder=folder)
    assert done.returncode == status, done.stderr
    return done


def answer(folder, *arguments, status=0):
    return json.loads(run(folder, *arguments, "--json", status=status).stdout)


@pytest.fixture
def opened(tmp_path):
    run(tmp_path, "open", SEED / "register.yaml")
    return tmp_path


def points(folder):
    return {
        point["ref"]: (point["state"], point["party"], point["due"]) for point in answer(folder, "status")["points"]
    }


@pytest.mark.parametrize(
    ("command", "fact", "value"),
    [
        (("extend", "--due", "2023-02-01", "--reason", "late"), 2, "2023-02-01"),
        (("reassign", "--to", "Министерство финансов"), 1, "Министерство финансов"),
        (("cancel", "--reason", "no longer needed"), 0, "skipped"),
    ],
    ids=lambda given: given[0] if isinstance(given, tuple) else None,
)
def test_a_command_is_done_for_all_the_points_that_are_named_or_for_none(opened, command, fact, value):
    before = points(opened)
    said = run(opened, *command, *POINTS, "9.9.9", status=2).stderr
    assert "9.9.9" in said
    assert points(opened) == before
    told = run(opened, *command, *POINTS, "--key", "k").stdout
    assert [line.partition(":")[0] for line in told.splitlines()] == list(POINTS)
    run(opened, *command, *POINTS, "--key", "k")
    after = points(opened)
    assert [after[ref][fact] for ref in POINTS] == [value] * 2
    assert {ref for ref in after if after[ref] != before[ref]} >= set(POINTS)


def test_reports_are_handed_in_returned_and_accepted_together(opened):
    assert answer(opened, "report", *POINTS, "--text", "done") == {"points": list(POINTS)}
    reported = points(opened)
    assert "1.1" in run(opened, "accept", *POINTS, "1.1", status=2).stderr
    assert points(opened) == reported
    run(opened, "return", *POINTS, "--reason", "half is missing")
    run(opened, "report", *POINTS)
    assert answer(opened, "accept", POINTS[0]) == {"point": POINTS[0]}
    run(opened, "accept", POINTS[1])
    assert [points(opened)[ref][0] for ref in POINTS] == ["done"] * 2


def test_tasks_are_given_to_a_person_and_taken_together(opened):
    tasks = [task["id"] for task in answer(opened, "tasks")][:3]
    assert answer(opened, "assign", *tasks, "--to", "Ann") == {"tasks": tasks, "assignee": "Ann"}
    assert [task["id"] for task in answer(opened, "tasks", "--assignee", "Ann")] == tasks
    assert "is with Ann" in run(opened, "claim", *tasks, "--by", "Bob", status=2).stderr
    other = next(task["id"] for task in answer(opened, "tasks") if task["id"] not in tasks)
    run(opened, "claim", other, tasks[0], "--by", "Bob", status=2)
    assert not answer(opened, "tasks", "--assignee", "Bob")
    run(opened, "assign", *tasks, "--to", "Bob", "--own", "--by", "Ann")
    assert [task["id"] for task in answer(opened, "tasks", "--assignee", "Bob")] == tasks


def test_the_status_of_one_protocol_and_of_very_many_instances(opened, monkeypatch):
    run(opened, "open", SEED / "register.yaml")
    both, one = answer(opened, "status"), answer(opened, "status", "--protocol", "2")
    assert len(both["points"]) == 2 * len(one["points"])
    assert both["instances"]["running"] == 2 * one["instances"]["running"]
    assert one["tasks"]["open"] == len(answer(opened, "tasks", "--protocol", "2"))
    assert "open ones: 1, 2" in run(opened, "status", "--protocol", "3", status=2).stderr
    monkeypatch.setattr(rows, "MANY", one["instances"]["running"])
    many = run(opened, "status", "--json")
    assert json.loads(many.stdout) == {**both, "points": None, "counts": None}
    assert "only the numbers are shown" in many.stderr
    assert answer(opened, "status", "--protocol", "2") == one
    assert "all are read; --protocol reads those of one" in run(opened, "blocked").stderr
    assert not run(opened, "blocked", "--protocol", "2").stderr


def test_a_process_with_a_form_is_deployed_and_started(tmp_path):
    bpmn.save(process("leave").start().user("ask", form="request").end().document(), tmp_path / "leave.bpmn")
    schema = {"$id": "request", "type": "object", "required": ["days"], "properties": {"days": {"type": "integer"}}}
    (tmp_path / "request.json").write_text(json.dumps(schema))
    assert "request" in run(tmp_path, "deploy", "leave.bpmn", status=2).stderr
    assert answer(tmp_path, "deploy", "leave.bpmn", "--form", "request.json") == [
        {"process": "leave", "version": 1, "name": ""}
    ]
    started = answer(tmp_path, "start", "leave", "--data", '{"who": "Ann"}', "--key", "k")
    assert answer(tmp_path, "start", "leave", "--key", "k") == started
    (task,) = answer(tmp_path, "tasks", "--instance", started["instance"])
    assert (task["form"]["schema"], task["data"]) == (schema, {"who": "Ann"})
    assert "days" in run(tmp_path, "complete", task["id"], "--data", "{}", status=2).stderr
    run(tmp_path, "complete", task["id"], "--data", '{"days": 3}')


@pytest.fixture
def stuck(tmp_path):
    """Three instances that want a process which is not deployed."""
    with Engine(f"sqlite:///{tmp_path}/resolute.db") as engine:
        engine.deploy(process("p").start().call("c", "missing").end().document())
        for _ in range(3):
            engine.start("p")
    return tmp_path


def test_incidents_are_shown_and_tried_again(stuck):
    shown = answer(stuck, "incidents")
    assert [(one["id"], one["element"]) for one in shown] == [("1", "c"), ("2", "c"), ("3", "c")]
    assert "missing" in run(stuck, "incidents", "--instance", "2").stdout
    again = answer(stuck, "retry", "1", status=1)
    assert (again["retried"], [one["instance"] for one in again["again"]]) == (["1"], ["1"])
    bpmn.save(process("missing").start().user("there").end().document(), stuck / "missing.bpmn")
    run(stuck, "deploy", "missing.bpmn")
    assert "is resolved already" in run(stuck, "retry", "2", "1", status=2).stderr
    assert len(answer(stuck, "incidents")) == 3, "none of them was tried"
    assert answer(stuck, "retry", "--all") == {"retried": ["2", "3", "4"], "again": []}
    assert len(answer(stuck, "tasks")) == 3
    assert answer(stuck, "retry", "--all") == {"retried": [], "again": []}
    assert "nothing is stuck" in run(stuck, "incidents").stderr
    for wrong in (("retry",), ("retry", "1", "--all"), ("retry", "x"), ("retry", "99")):
        run(stuck, *wrong, status=2)
