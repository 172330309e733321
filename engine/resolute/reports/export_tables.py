"""Writes tables for people: CSV, a sheet (XLSX), a document (DOCX)."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, BinaryIO, TypeAlias

from resolute import i18n
from resolute.errors import InputError
from resolute.reports import words

_ = i18n.translator("reports")

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is worked out by spreadsheets; it comes from a document of somebody not trusted."""
_LINE = 14
"""The height of a line in a sheet, in points: programs do not work it out for wrapped text that they did not write."""
_WIDTH = 140
"""Of a sheet, in characters."""

_FONT = "Times New Roman"

Cell: TypeAlias = str | date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: titles of columns and rows of texts and dates."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    """How wide the columns are beside each other."""
    day: date | None = None
    """What day the table is of."""
    headings: int | None = None
    """The column that a document shows as headings between the rows: neighbours often share it."""


def write_csv(sheet: Sheet, stream: BinaryIO) -> None:
    """UTF-8 with a mark at the beginning, by which spreadsheets know it; formulas are made texts by an apostrophe."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    writer = csv.writer(text)
    writer.writerow(sheet.columns)
    writer.writerows([[_harmless(cell) for cell in row] for row in sheet.rows])
    text.flush()
    text.detach()


def _harmless(cell: Cell) -> str:
    if isinstance(cell, date):
        return cell.isoformat()
    return f"'{cell}" if cell and cell.startswith(_FORMULA) else cell or ""


def write_xlsx(sheet: Sheet, stream: BinaryIO) -> None:
    """A sheet whose first line stays in sight, filters and is repeated on every page that is printed."""
    openpyxl = _library("openpyxl")
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
    from openpyxl.utils import get_column_letter

    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet.title[:31]
    thin = Side(style="thin", color="999999")
    widths = [max(10, _WIDTH * width // sum(sheet.widths)) for width in sheet.widths]
    for number, row in enumerate((sheet.columns, *sheet.rows), start=1):
        for column, value in enumerate(row, start=1):
            cell = page.cell(row=number, column=column)
            _fill_cell(cell, value)
            cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
            cell.border = Border(thin, thin, thin, thin)
        page.row_dimensions[number].height = _LINE * _lines(row, widths) + 2
    for cell in page[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", start_color="E7E6E6")
    for column, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(column)].width = width
    page.freeze_panes = "A2"
    page.auto_filter.ref = page.dimensions
    page.print_title_rows = "1:1"
    page.page_setup.orientation, page.page_setup.paperSize = "landscape", page.PAPERSIZE_A4
    page.page_setup.fitToHeight, page.sheet_properties.pageSetUpPr.fitToPage = 0, True
    book.save(stream)


def _fill_cell(cell: Any, value: Cell) -> None:
    if isinstance(value, date):
        cell.value = value
        cell.number_format = "DD.MM.YYYY" if i18n.language() == "ru" else "D MMM YYYY"
    elif value:
        cell.value = _cell_text(value)
        cell.data_type = "s"  # never a formula


def _lines(row: Sequence[Cell], widths: Sequence[int]) -> int:
    """How many lines the fullest cell takes; a sheet holds no more than 29 in sight."""
    taken = [
        sum(len(textwrap.wrap(line, width - 1)) or 1 for line in _text(cell).splitlines())
        for cell, width in zip(row, widths, strict=True)
    ]
    return min(max(1, *taken), 29)


def _text(cell: Cell) -> str:
    return words.day(cell) if isinstance(cell, date) else cell or ""


def _cell_text(value: str) -> str:
    """What a cell may hold: at most 32,767 characters, none of the control characters."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return str(ILLEGAL_CHARACTERS_RE.sub("\ufffd", value))[:32_767]


def write_docx(sheet: Sheet, stream: BinaryIO) -> None:
    """A4 in landscape with numbered pages and the table, whose first line is repeated on every page."""
    docx = _library("docx")
    from docx.enum.section import WD_ORIENT
    from docx.shared import Mm, Pt, RGBColor

    document = docx.Document()
    normal, title = document.styles["Normal"], document.styles["Heading 1"]
    for style, size in ((normal, 10), (title, 14)):
        style.font.name, style.font.size, style.font.color.rgb = _FONT, Pt(size), RGBColor(0, 0, 0)
        _set_font(style.element.rPr.rFonts)
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(15)
    _number_pages(section.footer.paragraphs[0])
    document.add_heading(clean_xml(sheet.title), level=1)
    if sheet.day is not None:
        document.add_paragraph(_("As of {day}").format(day=words.day(sheet.day)))
    _fill_table(document, sheet, Mm(267))
    document.save(stream)


def _fill_table(document: Any, sheet: Sheet, whole: int) -> None:
    shown = [column for column in range(len(sheet.columns)) if column != sheet.headings]
    table = document.add_table(rows=0, cols=len(shown), style="Table Grid")
    table.autofit = False
    total = sum(sheet.widths[column] for column in shown)
    widths = [whole * sheet.widths[column] // total for column in shown]
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    titles = table.add_row()
    _fill_row(titles, [sheet.columns[column] for column in shown], widths, bold=True)
    _mark(titles, "tblHeader")
    for heading, rows in _headed(sheet):
        if heading:
            row = table.add_row()
            cell = row.cells[0].merge(row.cells[-1])
            run = cell.paragraphs[0].add_run(clean_xml(heading))
            run.bold = True
            cell.paragraphs[0].paragraph_format.keep_with_next = True
        for values in rows:
            _fill_row(table.add_row(), [_text(values[column]) for column in shown], widths)


def _headed(sheet: Sheet) -> Iterator[tuple[str, Iterable[Sequence[Cell]]]]:
    """The rows under their headings; all under none where no column gives any."""
    if sheet.headings is None:
        yield "", sheet.rows
        return
    column = sheet.headings
    yield from groupby(sheet.rows, lambda row: _text(row[column]))


def _fill_row(row: Any, texts: Sequence[str], widths: Sequence[int], *, bold: bool = False) -> None:
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        cell.paragraphs[0].add_run(clean_xml(text)).bold = bold
    _mark(row, "cantSplit")


def _mark(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(f"w:{name}"))


def _number_pages(paragraph: Any) -> None:
    """Puts the number of the page to the right."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    field = OxmlElement("w:fldSimple")
    field.set(_w("instr"), "PAGE")
    paragraph._p.append(field)


def _set_font(fonts: Any) -> None:
    """Of all scripts, instead of those of the theme."""
    fonts.attrib.clear()
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(_w(script), _FONT)


def _w(name: str) -> str:
    from docx.oxml.ns import qn

    return str(qn(f"w:{name}"))


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
