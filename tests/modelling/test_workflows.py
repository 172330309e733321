"""The shipped workflows: their decisions are what their registers say."""

from __future__ import annotations

from pathlib import Path

import pytest

from resolute import bpmn, protocols
from resolute.modelling import model
from resolute.shipped import shipped

FOLDERS = sorted(path.parent for path in shipped("workflows").glob("*/register.yaml"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_decisions_say_what_the_register_says(folder: Path) -> None:
    made = {document.process_id: document for document in model(protocols.load_register(folder / "register.yaml"))}
    drawn = {path.stem: bpmn.load(path) for path in folder.glob("*.bpmn")}
    assert sorted(drawn) == sorted(made)
    for name, document in drawn.items():
        assert bpmn.diff(document, made[name]) == ()
        assert [f for f in bpmn.check(document) if f.severity != "info"] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_the_reader_finds_the_points_of_the_register(folder: Path) -> None:
    (source,) = folder.glob("protocol.*")
    register = protocols.load_register(folder / "register.yaml")
    assert [point.ref for point in protocols.read(source).points] == [point.ref for point in register.points]


def test_the_large_workflow_has_six_questions_and_forty_points() -> None:
    large = protocols.load_register(shipped("workflows", "verkhneozyorsk-7-2023", "register.yaml"))
    assert (len(large.questions), len(large.points)) == (6, 40)
