"""The commands and JSON shapes that outside systems rely on."""

import json
import shutil
from pathlib import Path

import pytest

import commands
from commands import Done

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "workflows" / "chelyabinsk-2-2022"


def resolute(*arguments: object, folder: Path, status: int = 0) -> Done:
    done = commands.resolute(*arguments, folder=folder)
    assert done.returncode == status, done.stderr
    return done


@pytest.fixture(scope="module")
def played(tmp_path_factory):
    """A folder with the seed opened on its day, the council formed, looked at on 5 July 2022."""
    folder = tmp_path_factory.mktemp("played")
    resolute("open", SEED / "register.yaml", "--now", "2022-04-21T12:00+05:00", folder=folder)
    resolute("report", "1.3.1", "--text", "done", "--now", "2022-06-24T12:00+05:00", folder=folder)
    resolute("accept", "1.3.1", "--now", "2022-06-27T12:00+05:00", folder=folder)
    resolute("tick", "--now", "2022-07-05T12:00+05:00", folder=folder)
    return folder


@pytest.fixture
def world(played, tmp_path):
    """A copy of the played folder."""
    shutil.copytree(played, tmp_path, dirs_exist_ok=True)
    return tmp_path


def test_read_gives_protocol_points_and_findings(tmp_path):
    said = json.loads(resolute("read", SEED / "protocol.txt", "--json", folder=tmp_path).stdout)
    assert said["protocol"] == {
        **said["protocol"],
        "number": "2/2022",
        "date": "2022-04-21",
        "body": "областной Совет по кадровой политике",
    }
    point = next(point for point in said["points"] if point["ref"] == "1.3.3")
    assert {"ref", "agenda", "text", "kind", "responsible", "deadline", "after"} <= set(point)
    assert {"text", "type", "due", "effective", "then", "recurring"} <= set(point["deadline"])
    assert point["deadline"]["then"] == "as_needed"
    for finding in said["findings"]:
        assert {"code", "severity", "ref", "message"} <= set(finding)


def test_what_is_read_can_be_edited_and_opened(tmp_path):
    resolute("read", SEED / "protocol.txt", "-o", "register.yaml", folder=tmp_path)
    register = tmp_path / "register.yaml"
    text = register.read_text("utf-8")
    assert "2022-09-01" in text
    register.write_text(text.replace("2022-09-01", "2022-09-15"), "utf-8")
    resolute("open", "register.yaml", "--now", "2022-04-21T12:00", folder=tmp_path)
    tasks = json.loads(resolute("tasks", "--json", folder=tmp_path).stdout)
    due = {task["ref"]: task["due"] for task in tasks}
    assert due["1.3.2"].startswith("2022-09-15")


def test_model_writes_decisions_and_the_patterns_that_they_call(tmp_path):
    said = json.loads(resolute("model", SEED / "register.yaml", "-o", "out", "--json", folder=tmp_path).stdout)
    names = {Path(name).name for name in said["files"]}
    assert {"decision_2_2022_1.bpmn", "assignment.bpmn"} <= names
    assert all((tmp_path / name).exists() for name in said["files"])


def test_check_finds_nothing_wrong_with_what_model_writes(tmp_path):
    resolute("model", SEED / "register.yaml", "-o", "out", folder=tmp_path)
    files = sorted((tmp_path / "out").glob("*.bpmn"))
    said = json.loads(resolute("check", *files, "--json", folder=tmp_path).stdout)
    for finding in said:
        assert {"file", "line", "element", "rule", "severity", "message"} <= set(finding)
    assert [finding for finding in said if finding["severity"] == "error"] == []


def test_check_answers_one_where_there_is_an_error(tmp_path):
    bad = tmp_path / "bad.bpmn"
    bad.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">'
        '<process id="p" isExecutable="true"><startEvent id="s"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="nowhere"/></process></definitions>'
    )
    said = json.loads(resolute("check", bad, "--json", folder=tmp_path, status=1).stdout)
    assert any(finding["severity"] == "error" for finding in said)


def test_draw_gives_a_picture_by_its_suffix(tmp_path):
    resolute("draw", ROOT / "bpmn" / "assignment.bpmn", "-o", "a.svg", folder=tmp_path)
    assert (tmp_path / "a.svg").read_text("utf-8").lstrip().startswith("<svg")
    resolute("draw", ROOT / "bpmn" / "assignment.bpmn", "-o", "a.png", folder=tmp_path)
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_blocked_names_roots_chain_impact_and_the_first_deadline(world):
    said = json.loads(resolute("blocked", "--json", "--now", "2022-07-05T12:00+05:00", folder=world).stdout)
    shape = {"step", "ref", "name", "party", "due", "state", "since", "headline", "roots", "chain", "impact"}
    shape |= {"earliest_finish", "slack_days", "first_deadline_to_break", "deadlock"}
    for item in said:
        assert shape <= set(item)
        assert item["state"] in ("blocked", "waiting", "overdue", "failed")
        assert {"steps", "decisions", "deadlines_at_risk"} <= set(item["impact"])
        for root in item["roots"]:
            assert {"step", "class", "party", "action", "since", "due"} <= set(root)
    held = next(item for item in said if item["ref"] == "1.3.3" and not item["inner"])
    assert held["chain"][-1] == held["step"]
    assert {root["ref"] for root in held["roots"]} == {"1.4.1"}


def test_status_shows_each_point_once(world):
    said = json.loads(resolute("status", "--json", "--now", "2022-07-05T12:00+05:00", folder=world).stdout)
    refs = [point["ref"] for point in said["points"] if point["ref"]]
    assert len(refs) == len(set(refs)) == 18
    state = {point["ref"]: point["state"] for point in said["points"]}
    assert state["1.3.1"] == "done"
    assert state["1.4.1"] == "overdue"


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html", ".dot", ".graphml", ".mmd", ".json"])
def test_graph_writes_every_form_of_the_live_state(world, suffix):
    resolute("graph", "-o", f"g{suffix}", "--now", "2022-07-05T12:00+05:00", folder=world)
    assert (world / f"g{suffix}").stat().st_size > 0


def test_a_second_protocol_in_the_same_database_keeps_its_own_points(world):
    resolute("open", SEED / "register.yaml", "--now", "2022-04-21T12:00+05:00", folder=world)
    done = resolute("report", "1.4.1", "--text", "x", folder=world, status=2)
    assert "1.4.1" in done.stderr
    groups = {task["protocol"] for task in json.loads(resolute("tasks", "--json", folder=world).stdout)}
    assert len(groups) == 2
    resolute("report", "1.4.1", "--text", "x", "--protocol", min(groups), folder=world)
