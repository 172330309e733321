"""The reader against documents with hand-made truth."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from resolute import protocols

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022" / "protocol.txt"
SUFFIXES = (".txt", ".md", ".docx", ".pdf", ".rtf", ".html")

_spec = importlib.util.spec_from_file_location("score", DATA / "score.py")
assert _spec is not None and _spec.loader is not None
score = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(score)


def documents() -> list[Path]:
    found = [path for path in sorted(DATA.iterdir()) if path.suffix in SUFFIXES and path.name != "README.md"]
    return [*found, SEED]


def truth_of(path: Path) -> dict[str, object]:
    name = "chelyabinsk-2-2022" if path == SEED else path.stem
    return json.loads((DATA / f"{name}.truth.json").read_text("utf-8"))


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_document_is_read_as_its_truth_says(path):
    counts, errors = score.score(protocols.to_json(protocols.read(path)), truth_of(path))
    rates = score.rates(counts)
    assert rates["recall"] >= 0.99, errors
    assert rates["headline"] >= 0.9, errors


def test_the_whole_set_keeps_its_score():
    total: dict[str, int] = {}
    for path in documents():
        counts, _errors = score.score(protocols.to_json(protocols.read(path)), truth_of(path))
        score.add(total, counts)
    rates = score.rates(total)
    assert rates["headline"] >= 0.99
    assert rates["f1"] >= 0.99
    assert rates["then_recurring"] >= 0.97
    assert rates["after_f1"] >= 0.9
    assert rates["protocol"] >= 0.95


def test_the_seed_proposes_exactly_the_dependencies_of_its_truth_each_with_a_reason():
    protocol = protocols.read(SEED)
    wanted = {(point["ref"], ref) for point in truth_of(SEED)["points"] for ref in point["after"]}
    assert {(p.ref, d.ref) for p in protocol.points for d in p.after} == wanted
    for point in protocol.points:
        for dependency in point.after:
            assert dependency.reason
            assert 0 < dependency.confidence < 1
            assert not dependency.confirmed


def test_the_seed_has_the_findings_of_a_careful_reader():
    codes = {finding.code for finding in protocols.read(SEED).findings}
    assert codes >= {
        "two-spellings",
        "no-slack",
        "mutual-wait",
        "shared-deadline",
        "meeting-date-unknown",
        "ambiguous-until",
        "compound-deadline",
        "standing-without-report",
        "open-group",
        "outside-body",
        "busiest-party",
        "no-controller",
        "undated-approval",
        "broken-sentence",
        "mixed-marks",
        "day-off",
    }


def test_the_shipped_register_is_the_reading_of_the_seed_with_its_dependencies_confirmed():
    register = protocols.load_register(SEED.with_name("register.yaml"))
    read = protocols.read(SEED)
    assert [(p.ref, p.text, p.kind, p.responsible, p.deadline.due) for p in register.points] == [
        (p.ref, p.text, p.kind, p.responsible, p.deadline.due) for p in read.points
    ]
    for mine, theirs in zip(register.points, read.points, strict=True):
        assert {d.ref for d in mine.after} == {d.ref for d in theirs.after}
        assert all(d.confirmed for d in mine.after)
