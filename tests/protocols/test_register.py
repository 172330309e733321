"""The register: what is written loads back, comments and edits survive, mistakes are named with their line."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from resolute import protocols
from resolute.errors import Finding, InputError
from resolute.protocols import Deadline, Dependency, Party, Point, Protocol, Question

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
SEED = Path(__file__).resolve().parents[2] / "workflows" / "chelyabinsk-2-2022" / "protocol.txt"

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
texts = st.one_of(words, st.sampled_from(["да", "null", "1.3", "2022-07-01", "- x", "a: b", "#", "«ё»", "x " * 90, ""]))
days = st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2050, 1, 1)))


@st.composite
def registers(draw):
    refs = draw(st.lists(st.from_regex(r"[1-9]\.[1-9а-г]{1,2}", fullmatch=True), min_size=1, max_size=6, unique=True))
    points = []
    for index, ref in enumerate(refs):
        due = draw(days)
        after = tuple(
            Dependency(other, draw(st.none() | words), draw(st.sampled_from([0.5, 0.85, 1.0])), draw(st.booleans()))
            for other in draw(st.lists(st.sampled_from(refs[:index]), unique=True) if index else st.just([]))
        )
        points.append(
            Point(
                ref=ref,
                agenda=draw(st.none() | st.integers(1, 9)),
                text=draw(texts),
                kind=draw(st.sampled_from(["assignment", "standing", "approval"])),
                responsible=tuple(Party(draw(words), draw(st.booleans())) for _ in range(draw(st.integers(0, 2)))),
                deadline=Deadline(draw(st.none() | words), "date" if due else "none", due, draw(days) or due),
                after=after,
                line=draw(st.none() | st.integers(1, 999)),
            )
        )
    return Protocol(
        number=draw(st.none() | words),
        date=draw(days),
        body=draw(st.none() | words),
        points=tuple(points),
        questions=tuple(Question(n, draw(words)) for n in range(1, draw(st.integers(1, 3)))),
        findings=tuple(Finding("day-off", "info", draw(words), ref=ref) for ref in refs[:1]),
        controller=draw(st.none() | words.map(Party)),
    )


@settings(max_examples=60, derandomize=True, deadline=None)
@given(registers())
def test_a_register_loads_back_to_the_same_protocol(protocol):
    text = protocols.dump_register(protocol)
    assert protocols.loads_register(text) == protocol
    jsonschema.validate(yaml.load(text, Loader=yaml.BaseLoader), _schema_of_texts())
    assert protocols.dump_register(protocol, previous=text) == text


def _schema_of_texts() -> dict[str, object]:
    """The published schema for a loader that leaves numbers and booleans as text."""
    text = json.dumps(protocols.schema())
    for kind in ("integer", "number", "boolean"):
        text = text.replace(f'"type": "{kind}"', '"type": "string"')
    return json.loads(text)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(registers(), registers())
def test_rewriting_gives_the_new_protocol_and_keeps_every_comment(old, new):
    lines = []
    for number, line in enumerate(protocols.dump_register(old).splitlines()):
        if line.lstrip().startswith(("- ref:", "kind:", "points:", "deadline:")):
            lines.append(f"{' ' * (len(line) - len(line.lstrip()))}# note {number}.")
        lines.append(line)
    previous = "\n".join(lines) + "\n"
    assert protocols.loads_register(previous) == old
    text = protocols.dump_register(new, previous=previous)
    assert protocols.loads_register(text) == new
    kept = {point.ref for point in new.points} >= {point.ref for point in old.points}
    if kept:
        assert all(line in text for line in lines if "# note" in line)


def test_an_edit_by_hand_survives_reading_again():
    reread = protocols.read(SEED)
    text = protocols.dump_register(reread)
    text = text.replace("      due: 2022-09-01", "      due: 2022-09-15  # agreed by phone")
    text = text.replace('  - ref: "2.3"', '  # ask the labour office\n  - ref: "2.3"')
    edited = protocols.loads_register(text)
    merged = protocols.merge(edited, reread)
    assert merged.point("1.3.2").deadline.due == date(2022, 9, 15)
    assert merged == edited
    assert protocols.dump_register(merged, previous=text) == text


def test_a_changed_document_updates_the_text_and_asks_to_look_at_the_rest():
    reread = protocols.read(SEED)
    edited = replace(
        reread,
        points=tuple(replace(p, responsible=(Party("Я"),)) if p.ref == "1.3.1" else p for p in reread.points),
        findings=(),
    )
    changed = SEED.read_text("utf-8").replace("организовать работу по формированию", "провести работу по формированию")
    changed = changed.replace("(Срок — 1 июля 2022 года)", "(Срок — 5 августа 2022 года)", 1)
    changed += "\n\n7. Министерству образования и науки Челябинской области подвести итоги.\n"
    merged = protocols.merge(edited, protocols.read(changed.encode()))
    point = merged.point("1.3.1")
    assert point.text.startswith("провести")
    assert point.responsible == (Party("Я"),)
    assert point.deadline.due == date(2022, 8, 5)
    assert ("changed-in-document", "1.3.1") in {(f.code, f.ref) for f in merged.findings}
    assert [p.ref for p in merged.points][-2:] == ["3.6", "3.7"]


def test_a_point_that_left_the_document_stays_with_a_finding():
    reread = protocols.read(SEED)
    shorter = replace(reread, points=reread.points[:-1])
    merged = protocols.merge(reread, shorter)
    assert merged.points == reread.points
    assert ("gone-from-document", "3.6") in {(f.code, f.ref) for f in merged.findings}


GOOD = """points:
  - ref: 1.1
    text: one
    kind: assignment
  - ref: 1.2
    text: two
    kind: assignment
    after: [1.1]
"""


def test_a_register_written_by_hand_may_leave_out_nearly_everything():
    protocol = protocols.loads_register(GOOD)
    assert [p.ref for p in protocol.points] == ["1.1", "1.2"]
    assert protocol.points[1].after == (Dependency("1.1"),)


BAD = [
    ("after: [1.1]", "after: [9.9]", 8, "9.9"),
    ("text: one", "text: one\n    after: [1.2]", 2, "circle"),
    ("text: one", "text: one\n    deadline: {due: 2022-02-30}", 4, "2022-02-30"),
    ("text: one", "text: one\n    who: me", 4, "who"),
    ("kind: assignment", "kind: wish", 4, "wish"),
    ("ref: 1.2", "ref: 1.1", 5, "already"),
    ("    text: one\n", "", 2, "text"),
    ("text: one", "text: one\n    text: two", 4, "twice"),
    ("text: one", "text: one\n    agenda: first", 4, "first"),
    ("text: one", "text: one\n    responsible: Ministry", 4, "list"),
    ("text: two", "text: [", 8, "YAML"),
    ("after: [1.1]", "after: &a [1.1]\n    responsible: *a", 9, "aliases"),
    (GOOD, "just text", 1, "points"),
    (GOOD, "", 1, "points"),
]


@pytest.mark.parametrize(("old", "new", "line", "word"), BAD, ids=[bad[3] for bad in BAD])
def test_a_mistake_in_a_register_is_named_with_file_line_and_what_to_do(tmp_path, old, new, line, word):
    path = tmp_path / "register.yaml"
    path.write_text(GOOD.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as error:
        protocols.load_register(path)
    assert error.value.file == str(path)
    assert error.value.line == line
    assert word in str(error.value)


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"\x00\x01\x02" * 50, b"[" * 20000, b"- " * 3000 + b"x"])
def test_a_file_that_is_no_register_is_refused(tmp_path, content):
    path = tmp_path / "register.yaml"
    path.write_bytes(content)
    with pytest.raises(InputError):
        protocols.load_register(path)


def test_registers_are_told_from_documents():
    assert protocols.is_register("a/register.yaml")
    assert protocols.is_register("b.YML")
    assert not protocols.is_register("protocol.docx")
