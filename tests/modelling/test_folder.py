"""Writing models into a folder: whole, repeatable, and never over a person's work."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelling.truths import truth
from resolute.bpmn import save
from resolute.bpmn.build import process
from resolute.errors import InputError, NotFoundError
from resolute.modelling import in_force, model, pattern, write

SEED = truth("chelyabinsk-2-2022")


def test_the_decisions_and_the_patterns_they_call_are_written(tmp_path: Path) -> None:
    names = [path.name for path in write(SEED, tmp_path / "new" / "folder")]
    assert names[:3] == ["decision_2_2022_1.bpmn", "decision_2_2022_2.bpmn", "decision_2_2022_3.bpmn"]
    assert "assignment.bpmn" in names
    assert sorted(names) == sorted(path.name for path in (tmp_path / "new" / "folder").iterdir())


def test_writing_again_changes_no_byte(tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in write(SEED, tmp_path)}
    written = write(SEED, tmp_path)
    assert {path: path.read_bytes() for path in written} == before
    assert written.findings == ()


def test_a_model_that_a_person_changed_stays_and_the_differences_are_told(tmp_path: Path) -> None:
    path = write(SEED, tmp_path).files[0]
    changed = path.read_text("utf-8").replace('name="1.3.2. ', 'name="Срочно: ')
    path.write_text(changed, "utf-8")
    written = write(SEED, tmp_path)
    assert path.read_text("utf-8") == changed
    assert path in written.files
    assert [(f.code, f.element, f.file) for f in written.findings] == [("model-differs", "point_1_3_2", str(path))]


def test_a_model_that_a_person_drew_is_kept_though_it_has_no_stamp(tmp_path: Path) -> None:
    drawn = tmp_path / "decision_2_2022_2.bpmn"
    write(SEED, tmp_path)
    own = drawn.read_text("utf-8").replace("resolute:generated", "resolute:drawn")
    drawn.write_text(own, "utf-8")
    write(SEED, tmp_path)
    assert drawn.read_text("utf-8") == own


def test_a_generated_model_follows_the_register(tmp_path: Path) -> None:
    from dataclasses import replace

    write(SEED, tmp_path)
    fewer = replace(SEED, points=SEED.points[:-1])
    written = write(fewer, tmp_path)
    assert written.findings == ()
    assert "point_3_6" not in (tmp_path / "decision_2_2022_3.bpmn").read_text("utf-8")


def test_a_changed_decision_and_a_changed_pattern_are_what_runs(tmp_path: Path) -> None:
    for path in write(SEED, tmp_path):
        if path.name in ("decision_2_2022_2.bpmn", "assignment.bpmn"):
            path.write_text(path.read_text("utf-8").replace('isExecutable="true"', 'isExecutable="1"'), "utf-8")
    documents = in_force(SEED, tmp_path)
    by_hand = [d.process_id for d in documents if d.processes[0].get("isExecutable") == "1"]
    assert by_hand == ["decision_2_2022_2", "assignment"]
    assert [d.process_id for d in documents] == [path.stem for path in write(SEED, tmp_path)]


def test_a_process_that_a_person_added_is_found_beside_the_decision(tmp_path: Path) -> None:
    decision = write(SEED, tmp_path).files[1]
    changed = decision.read_text("utf-8").replace('calledElement="report_at_meeting"', 'calledElement="own"')
    changed = changed.replace('calledElement="assignment"', 'calledElement="own"')
    decision.write_text(changed, "utf-8")
    save(process("own").start().call("a", "acknowledgement").call("b", "../b").end().document(), tmp_path / "own.bpmn")
    names = [document.process_id for document in in_force(SEED, tmp_path)]
    assert "own" in names and "acknowledgement" in names
    assert not any("/" in name for name in names)


def test_without_changes_the_protocol_itself_is_what_runs(tmp_path: Path) -> None:
    write(SEED, tmp_path)
    generated = model(SEED)
    assert [d.xml for d in in_force(SEED, tmp_path)[:3]] == [d.xml for d in generated]


def test_a_broken_model_in_the_folder_stops_everything_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "assignment.bpmn").write_text("<broken", "utf-8")
    with pytest.raises(InputError):
        write(SEED, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["assignment.bpmn"]


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(InputError, match="file"):
        write(SEED, tmp_path / "file" / "folder")


def test_a_name_that_leads_out_of_the_folder_is_no_pattern() -> None:
    with pytest.raises(NotFoundError, match="secret"):
        pattern("../secret")
