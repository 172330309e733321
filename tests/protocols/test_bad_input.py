"""Hostile, damaged and wrong files: a clear error or a partial result, in bounded time, never a traceback."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from resolute import protocols
from resolute.errors import InputError, ResoluteError
from resolute.protocols import source

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def zipped(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return stream.getvalue()


def document(body: str) -> bytes:
    return zipped(word__document_xml=f"<w:document {W}><w:body>{body}</w:body></w:document>".encode())


BAD = {
    "empty": (b"", "empty"),
    "blank": (b" \n\t ", "empty"),
    "random": (random.Random(1).randbytes(50_000), "not a text document"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), "picture"),
    "old-doc": (b"\xd0\xcf\x11\xe0" + bytes(600), "old .doc"),
    "tale": ("Жили-были старик со старухой у самого синего моря.\n".encode() * 5, "no decisions"),
    "zip": (zipped(other=b"x"), "neither"),
    "damaged-zip": (b"PK\x03\x04" + bytes(300), "damaged"),
    "pdf": (b"%PDF-1.7\n" + bytes(300), "PDF is damaged"),
    "rtf": (b"{\\rtf1" + b"{" * 20_000, "damaged"),
    "bomb": (zipped(word__document_xml=b"<a>" + bytes(70_000_000)), "unpacks"),
    "entities": (
        zipped(word__document_xml=f'<!DOCTYPE a [<!ENTITY x "y">]><w:document {W}>&x;</w:document>'.encode()),
        "damaged",
    ),
    "deep-xml": (document("<w:tbl><w:tr><w:tc>" * 400 + "</w:tc></w:tr></w:tbl>" * 400), "damaged"),
    "huge": (b"a" * 51_000_000, "50 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_protocol_gets_one_clear_line(name):
    data, expected = BAD[name]
    with pytest.raises(InputError) as error:
        protocols.read(data, name=f"{name}.bin")
    assert expected in str(error.value)
    assert str(error.value).startswith(f"{name}.bin: ")
    assert "\n" not in str(error.value)


def test_a_missing_file_and_a_folder_are_named(tmp_path):
    for path in (tmp_path / "none.txt", tmp_path):
        with pytest.raises(InputError) as error:
            protocols.read(path)
        assert str(path) in str(error.value)


def test_scripts_of_a_page_are_not_read():
    page = "<html><script>РЕШИЛИ: 1. Украсть.</script><p>РЕШИЛИ:</p><p>1. Отделу культуры убрать сцену.</p></html>"
    assert [p.text for p in protocols.read(page.encode()).points] == ["Отделу культуры убрать сцену."]


def test_a_text_beyond_the_limit_is_read_in_part_and_says_so(monkeypatch):
    monkeypatch.setattr(source, "MAX_CHARACTERS", 50_000)
    text = "РЕШИЛИ:\n" + "".join(f"{n}. {'слово ' * 100}\n" for n in range(1, 300))
    protocol = protocols.read(text.encode())
    assert 50 < len(protocol.points) < 299
    assert "partly-converted" in {finding.code for finding in protocol.findings}


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{' ' * n}- пункт:\n" for n in range(1500)),
        "".join(f"{'1.' * n} Отделу:\n" for n in range(1, 200)),
        "1. x:\n1) y:\nа) z:\n- q:\n" * 500,
        "1. " + "(срок " * 5000,
        "1. " + "«" * 20_000,
        "1. до " + "1" * 50_000 + " мая",
        "1. " + "1." * 20_000,
        "1. Министерству" + ", Министерству образования" * 5000 + " сделать.",
    ],
    ids=["dashes", "decimals", "levels", "brackets", "quotes", "digits", "dots", "parties"],
)
def test_deep_and_long_structures_are_read_without_a_crash(text):
    assert protocols.read(("РЕШИЛИ:\n" + text).encode()).points


def mutated(data: bytes, dice: random.Random) -> bytes:
    """`data` with some bytes cut, doubled, replaced, or with marks of protocols thrown in."""
    result = bytearray(data)
    marks = ["1. ", "- ", "\n\n", ":", "(", ")", "«", "|", "\t", "РЕШИЛИ: ", "Срок – ", "а) ", "2.1. ", "31.02.2024 "]
    for _ in range(dice.choice((1, 5, 30))):
        place = dice.randrange(len(result) + 1)
        match dice.randrange(4):
            case 0:
                del result[place : place + dice.choice((1, 20, 300))]
            case 1:
                result[place:place] = dice.randbytes(dice.choice((1, 4)))
            case 2:
                other = dice.randrange(len(result) + 1)
                result[place:place] = result[other : other + 100]
            case _:
                result[place:place] = dice.choice(marks).encode()
    return bytes(result)


@pytest.mark.parametrize("seed", range(8))
def test_mutated_documents_give_a_protocol_that_keeps_or_a_clear_error(seed):
    dice = random.Random(seed)
    documents = [path for path in sorted(DATA.glob("o*")) if path.suffix in (".txt", ".md", ".docx", ".pdf", ".html")]
    for _ in range(25):
        data = mutated(dice.choice(documents).read_bytes(), dice)
        try:
            protocol = protocols.read(data, name="x")
        except ResoluteError:
            continue
        assert len({point.ref for point in protocol.points}) == len(protocol.points)
        assert protocols.loads_register(protocols.dump_register(protocol)) == protocol
