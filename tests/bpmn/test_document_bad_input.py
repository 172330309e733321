"""Whatever a stranger hands in gives a document with findings or a clear error with its line."""

from __future__ import annotations

import random
import resource
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolute import bpmn, i18n
from resolute.bpmn.read import MAX_BYTES, MAX_DEPTH
from resolute.errors import InputError, ResoluteError

FIXTURES = sorted((Path(__file__).resolve().parents[1] / "data" / "bpmn-rules").glob("*.bpmn"))
OPEN = b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="urn:x">'
CLOSE = b"</definitions>"
NAMES = ["id", "sourceRef", "targetRef", "attachedToRef", "default", "name"]
CROWD = b" ".join(b'a%d=""' % i for i in range(2000))
LAUGHS = b"".join(b'<!ENTITY l%d "%s">' % (i, b"&l%d;" % (i - 1) * 10) for i in range(1, 12))


@pytest.fixture(autouse=True)
def english() -> object:
    with i18n.use("en"):
        yield


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b"", 1, "not well-formed"),
        (b"\x00\x01\x02\x03", 1, "not well-formed"),
        (b"not XML at all", 1, "not well-formed"),
        (OPEN + b'\n<process id="P">\n<task id="T">', 3, "not well-formed"),
        (OPEN + b'\n<process id="P">\n</task>', 3, "not well-formed"),
        (OPEN + b"\n<task id='A' id='B'/>" + CLOSE, 2, "not well-formed"),
        (OPEN + b"\n<undeclared:task/>" + CLOSE, 2, "not well-formed"),
        (OPEN + b"\n<task name='&surprise;'/>" + CLOSE, 2, "not well-formed"),
        (OPEN + b'\n<task name="\xcf\xf0"/>' + CLOSE, 2, "not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?>\n' + OPEN + CLOSE, 1, "not well-formed"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE definitions>\n' + OPEN + CLOSE, 2, "DOCTYPE"),
        (b"\n\n<!-- a -->\n<!DOCTYPE d SYSTEM 'file:///etc/passwd'>" + OPEN + CLOSE, 4, "DOCTYPE"),
        (b'<!DOCTYPE d [<!ENTITY l0 "ha">' + LAUGHS + b"]><d a='&l11;'>&l11;</d>", 1, "DOCTYPE"),
        ("<!DOCTYPE d [<!ENTITY e SYSTEM 'http://x'>]><d>&e;</d>".encode("utf-16"), 1, "DOCTYPE"),
        (OPEN + b"\n" + b"<subProcess>" * 1000 + b"</subProcess>" * 1000 + CLOSE, 2, "nested deeper"),
        (OPEN + b"\n" + b"<subProcess>" * 1_000_000, 2, "nested deeper"),
        (OPEN + b"\n<task " + CROWD + b"/>" + CLOSE, 2, "1000 attributes"),
        (b"<html/>", 1, "the root is <html>"),
        (b'\n<definitions xmlns="http://schema.omg.org/spec/BPMN/2.0"/>', 2, "expected <definitions>"),
        (b'<process xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', 1, "the root is <process>"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_line(content: bytes, line: int, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        bpmn.loads(content, file="given.bpmn")

    assert str(caught.value).startswith(f"given.bpmn:{line}: ")
    assert caught.value.line == line


def test_a_doctype_in_an_encoding_that_expat_lacks_is_refused_all_the_same() -> None:
    head = '<?xml version="1.0" encoding="gb18030"?>'
    plain = f"{head}<!DOCTYPE d>{OPEN.decode()}{CLOSE.decode()}".encode("gb18030")
    bomb = f"{head}<!DOCTYPE d [<!ENTITY l0 'ha'>{LAUGHS.decode()}]><d a='&l11;'/>".encode("gb18030")

    with pytest.raises(InputError, match="DOCTYPE"):
        bpmn.loads(plain)
    with pytest.raises(InputError):
        bpmn.loads(bomb)


def test_the_deepest_allowed_nesting_is_read_and_checked() -> None:
    inner = MAX_DEPTH - 1
    tags = b"".join(b'<subProcess id="S%d">' % i for i in range(inner - 1)) + b"</subProcess>" * (inner - 1)
    document = bpmn.loads(OPEN + b'<process id="P">' + tags + b"</process>" + CLOSE)

    assert sum(1 for _ in document.elements("subProcess")) == inner - 1
    assert bpmn.check(document)


def test_a_file_that_is_too_big_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = tmp_path / "big.bpmn"
    with path.open("wb") as stream:
        stream.truncate(8 * 1024**3)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(InputError, match="8192 MB; expected at most"):
        bpmn.load(path)

    unit = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 4 * MAX_BYTES


def test_bytes_that_are_too_big_are_refused() -> None:
    with pytest.raises(InputError, match="expected at most"):
        bpmn.loads(bytes(MAX_BYTES + 1))


def test_a_crowd_of_tags_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(InputError, match="more than 5000000 tags"):
        bpmn.loads(OPEN + b"<a/>" * 5_000_001 + CLOSE)


def test_countless_findings_of_one_kind_are_told_by_their_number() -> None:
    document = bpmn.loads(OPEN + b'<process id="P">' + b"<tusk/>" * 3000 + b"</process>" + CLOSE)

    assert len(document.findings) == 1001
    assert document.findings[-1].message == "2000 more like these"


@pytest.mark.parametrize("name", ["missing.bpmn", ".", "a\0b"])
def test_what_cannot_be_opened_is_refused_by_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be opened"):
        bpmn.load(tmp_path / name)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1251", "koi8-r"])
def test_declared_encodings_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    text = head + OPEN.decode() + '<process id="P" name="Решение совета"/></definitions>'
    mark = b"\xff\xfe" if encoding == "utf-16-le" else b""

    assert bpmn.loads(mark + text.encode(encoding)).processes[0].name == "Решение совета"


def test_text_in_memory_is_read_whatever_encoding_it_declares() -> None:
    text = '<?xml version="1.0" encoding="windows-1251"?>' + OPEN.decode() + '<process name="Совет"/></definitions>'

    assert bpmn.loads(text).processes[0].name == "Совет"


def test_text_with_half_a_character_is_refused() -> None:
    with pytest.raises(InputError, match="not well-formed"):
        bpmn.loads(OPEN.decode() + '<task name="\ud800"/></definitions>')


def test_a_namespace_that_is_no_uri_is_a_finding() -> None:
    document = bpmn.loads(OPEN[:-1] + b' xmlns:odd="http://a b/c">\n' + b'<process id="P"/>' + CLOSE)

    assert [(finding.code, finding.line) for finding in document.findings] == [("namespace-not-uri", 1)]
    assert document.process_id == "P"


def test_odd_things_that_can_be_read_are_findings_with_their_line() -> None:
    document = bpmn.loads(
        OPEN
        + b'<process id="P">\n<task id="T"/>\n<task id="T"/>\n<tusk id="U"/>\n'
        + b'<sequenceFlow id="F" sourceRef="T" targetRef="Nobody"/>\n<task xmlns="" id="N"/></process>'
        + CLOSE,
        file="odd.bpmn",
    )

    assert {(finding.code, finding.line, finding.file) for finding in document.findings} == {
        ("duplicate-id", 3, "odd.bpmn"),
        ("unknown-element", 4, "odd.bpmn"),
        ("dangling-reference", 5, "odd.bpmn"),
        ("wrong-namespace", 6, "odd.bpmn"),
    }


def mutated(content: bytes, seed: int) -> bytes:
    """`content` with a few bytes or stretches overwritten, cut, doubled or moved."""
    chance = random.Random(seed)
    data = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        if not data:
            break
        start = chance.randrange(len(data))
        stretch = data[start : start + chance.randint(1, 60)]
        match chance.randrange(5):
            case 0:
                data[start] = chance.randrange(256)
            case 1:
                del data[start : start + len(stretch)]
            case 2:
                data[start:start] = stretch * chance.randint(1, 3)
            case 3:
                place = chance.randrange(len(data))
                data[place:place] = stretch
            case _:
                data = data[: max(1, start)]
    return bytes(data)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(FIXTURES), st.integers(0, 2**32))
def test_damaged_files_give_findings_or_a_clear_error(path: Path, seed: int) -> None:
    try:
        document = bpmn.loads(mutated(path.read_bytes(), seed), file="damaged.bpmn")
    except InputError as error:
        assert str(error).startswith("damaged.bpmn:")
        return
    assert bpmn.loads(bpmn.dumps(document)).ids.keys() == document.ids.keys()
    assert all(finding.message for finding in bpmn.check(document))
    bpmn.diff(bpmn.load(path), document)


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.sampled_from(FIXTURES), st.data())
def test_models_with_mixed_up_ids_are_checked_without_a_crash(path: Path, data: st.DataObject) -> None:
    document = bpmn.load(path)
    nodes = [element.node for element in document.elements()]
    values = sorted({str(value) for node in nodes for value in node.attrib.values()} | {"", " ", "a:b", "é"})
    for _ in range(data.draw(st.integers(1, 8))):
        node = data.draw(st.sampled_from(nodes))
        name = data.draw(st.sampled_from(["id", "sourceRef", "targetRef", "attachedToRef", "default", "name"]))
        node.set(name, data.draw(st.sampled_from(values)))
    document.refresh()

    try:
        findings = bpmn.check(document)
    except ResoluteError:
        pytest.fail("a model that can be read is checked")
    assert all(finding.message and finding.code for finding in findings)
