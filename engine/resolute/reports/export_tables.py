"""Writes tables for people: CSV, a sheet (XLSX), a document (DOCX)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from resolute import i18n
from resolute.errors import InputError

_ = i18n.translator("reports")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is worked out by spreadsheets; it comes from a document of somebody not trusted."""
_WIDEST = 60


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: titles of columns and rows of texts."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    """How wide the columns are beside each other."""


def write_csv(sheet: Sheet, stream: BinaryIO) -> None:
    """UTF-8 with a mark at the beginning, by which spreadsheets know it; formulas are made texts by an apostrophe."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([[f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row] for row in sheet.rows])
    text.flush()
    text.detach()


def write_xlsx(sheet: Sheet, stream: BinaryIO) -> None:
    """A sheet whose first line stays in sight and filters."""
    openpyxl = _library("openpyxl")
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet.title[:31]
    page.append([_cell_text(name) for name in sheet.columns])
    for cell in page[1]:
        cell.font = Font(bold=True)
    for number, row in enumerate(sheet.rows, start=2):
        for column, value in enumerate(row, start=1):
            cell = page.cell(row=number, column=column)
            cell.value = _cell_text(value)
            cell.data_type = "s"  # never a formula
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    total = sum(sheet.widths)
    for column, width in enumerate(sheet.widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = min(_WIDEST, max(10, 140 * width // total))
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    book.save(stream)


def _cell_text(value: str) -> str:
    """What a cell may hold: at most 32,767 characters, none of the control characters."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))[:32_767]


def write_docx(sheet: Sheet, stream: BinaryIO) -> None:
    """A page in landscape with the table, whose first line is repeated on every page."""
    docx = _library("docx")
    from docx.enum.section import WD_ORIENT
    from docx.oxml import OxmlElement
    from docx.shared import Mm, Pt

    document = docx.Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    document.add_heading(clean_xml(sheet.title), level=1)
    table = document.add_table(rows=0, cols=len(sheet.columns), style="Table Grid")
    table.autofit = False
    total = sum(sheet.widths)
    for row in (sheet.columns, *sheet.rows):
        cells = table.add_row().cells
        for cell, value, width in zip(cells, row, sheet.widths, strict=True):
            cell.width = Mm(267 * width / total)
            run = cell.paragraphs[0].add_run(clean_xml(value))
            run.font.size = Pt(9)
            run.bold = row is sheet.columns
    if table.rows:
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:tblHeader"))
    document.save(stream)


def clean_xml(text: str) -> str:
    """A text that an XML document may hold."""
    from resolute.reports.event_log import clean

    return clean(text)


def _library(name: str) -> Any:
    try:
        return __import__(name)
    except ImportError as error:
        raise InputError(
            _("this format needs the package {name}; install it with resolute[office]").format(name=name)
        ) from error
