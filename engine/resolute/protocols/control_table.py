"""Writes the usual control table: number, assignment, executors, deadline, note; as .xlsx, .docx or .csv."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.files import write_whole
from resolute.protocols.values import Deadline, Party, Point, Protocol

_ = i18n.translator("protocols")

_WIDTHS = (9, 60, 42, 30, 14, 16)


def write_table(protocol: Protocol, path: str | os.PathLike[str]) -> None:
    """Writes the control table of `protocol`; the ending of `path` says the format (.xlsx, .docx, .csv)."""
    target = Path(path)
    writers: dict[str, Callable[[Protocol], bytes]] = {".xlsx": _xlsx, ".docx": _docx, ".csv": _csv}
    writer = writers.get(target.suffix.lower())
    if writer is None:
        message = _("the name ends in {suffix!r}; expected .xlsx, .docx or .csv")
        raise InputError(message.format(suffix=target.suffix), file=str(target))
    write_whole(target, writer(protocol))


def headings() -> tuple[str, ...]:
    """The headings of the control table."""
    return (
        _("No."),
        _("Assignment"),
        _("Executors (lead first)"),
        _("Deadline"),
        _("Due by"),
        _("Mark of execution"),
    )


def rows(protocol: Protocol) -> list[tuple[str, ...]]:
    """The rows of the control table: points that someone has to carry out."""
    return [_row(point) for point in protocol.points if point.kind in ("assignment", "standing", "recommendation")]


def title(protocol: Protocol) -> str:
    """The title of the control table."""
    parts = [_("Assignments under control")]
    if protocol.number:
        parts.append(_("protocol No. {number}").format(number=protocol.number))
    if protocol.date:
        parts.append(_("of {date}").format(date=protocol.date.strftime("%d.%m.%Y")))
    if protocol.body:
        parts.append(protocol.body)
    return ", ".join(parts)


def _row(point: Point) -> tuple[str, ...]:
    day = point.deadline.effective or point.deadline.due
    return (
        point.ref,
        point.text,
        "\n".join(_party(party) for party in point.responsible) or "—",
        _deadline(point.deadline),
        day.strftime("%d.%m.%Y") if day else "—",
        "",
    )


def _party(party: Party) -> str:
    mark = _("group")
    return f"{party.name} ({mark})" if party.group else party.name


def _deadline(deadline: Deadline) -> str:
    if deadline.rule and deadline.text:
        return f"{deadline.text}\n({deadline.rule})"
    return deadline.text or deadline.rule or "—"


def _csv(protocol: Protocol) -> bytes:
    """Semicolons and a byte-order mark, as spreadsheet programs in Russia expect."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(headings())
    writer.writerows([_safe(cell) for cell in line] for line in rows(protocol))
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: str) -> str:
    """`cell` so that a spreadsheet does not take it for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "@", "\t", "\r") else cell


def _missing(package: str) -> InputError:
    message = _("this table needs {package}; pip install 'resolute[office]', or write .csv")
    return InputError(message.format(package=package))


def _xlsx(protocol: Protocol) -> bytes:
    try:
        from openpyxl import Workbook
        from openpyxl.styles import Alignment, Border, Font, Side
    except ImportError:
        raise _missing("openpyxl") from None
    book = Workbook()
    sheet = book.active
    sheet.title = _("Control")
    sheet.append([title(protocol)])
    sheet.append(list(headings()))
    for line in rows(protocol):
        sheet.append([_printable(cell) for cell in line])
    side = Side(style="thin")
    for number, cells in enumerate(sheet.iter_rows(), 1):
        for cell in cells:
            cell.alignment = Alignment(wrap_text=number > 1, vertical="top")
            cell.font = Font(bold=number <= 2)
            cell.data_type = "s"
            if number > 1:
                cell.border = Border(side, side, side, side)
    for index, width in enumerate(_WIDTHS):
        sheet.column_dimensions["ABCDEF"[index]].width = width
    sheet.freeze_panes = "A3"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "2:2"
    return _saved(book)


def _docx(protocol: Protocol) -> bytes:
    try:
        from docx import Document
        from docx.enum.section import WD_ORIENT
    except ImportError:
        raise _missing("python-docx") from None
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.add_heading(_printable(title(protocol)), level=1)
    table = document.add_table(rows=1, cols=len(headings()))
    table.style = "Table Grid"
    _fill(table.rows[0].cells, headings())
    for line in rows(protocol):
        _fill(table.add_row().cells, line)
    return _saved(document)


def _fill(cells: Sequence[Any], texts: Sequence[str]) -> None:
    for cell, text in zip(cells, texts, strict=True):
        cell.text = _printable(text)


def _printable(text: str) -> str:
    """`text` without the control characters that office files cannot hold."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")


def _saved(document: Any) -> bytes:
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()
