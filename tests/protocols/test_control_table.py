"""The control table in the three formats that offices use, and messages in both languages."""

from __future__ import annotations

import csv
from pathlib import Path

import docx
import openpyxl
import pytest

from resolute import i18n, protocols
from resolute.errors import InputError

DATA = Path(__file__).resolve().parents[1] / "data" / "protocols"


@pytest.fixture(scope="module")
def protocol():
    return protocols.read(DATA / "open-01.txt")


def duties(protocol):
    return [p for p in protocol.points if p.kind in ("assignment", "standing", "recommendation")]


def test_the_spreadsheet_has_a_row_for_every_duty(protocol, tmp_path):
    protocols.write_table(protocol, tmp_path / "control.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "control.xlsx").active
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [row[0] for row in rows] == [p.ref for p in duties(protocol)]
    assert rows[0][4] == "28.04.2023"


def test_the_document_has_the_same_rows(protocol, tmp_path):
    protocols.write_table(protocol, tmp_path / "control.docx")
    table = docx.Document(str(tmp_path / "control.docx")).tables[0]
    assert [row.cells[0].text for row in table.rows][1:] == [p.ref for p in duties(protocol)]


def test_the_csv_opens_in_a_russian_spreadsheet_and_holds_no_formula(protocol, tmp_path):
    with i18n.use("ru"):
        protocols.write_table(protocol, tmp_path / "control.csv")
    raw = (tmp_path / "control.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert rows[0][1] == "Содержание поручения"
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)


def test_another_ending_is_refused(protocol, tmp_path):
    with pytest.raises(InputError, match="xlsx"):
        protocols.write_table(protocol, tmp_path / "control.pdf")


def test_findings_and_reasons_come_in_the_language_in_force():
    text = (DATA / "open-04.txt").read_bytes()
    with i18n.use("ru"):
        russian = protocols.read(text)
    with i18n.use("en"):
        english = protocols.read(text)
    assert [f.code for f in russian.findings] == [f.code for f in english.findings]
    assert all(a.message != b.message for a, b in zip(russian.findings, english.findings, strict=True))
    assert "в тексте назван пункт" in russian.point("2.4").after[0].reason
