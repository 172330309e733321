"""PDF documents with text, through pypdfium2: running heads and page numbers dropped, hyphenation undone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from resolute import i18n
from resolute.errors import InputError
from resolute.protocols import morphology
from resolute.protocols.convert.grid import Box, grid_of, rows_and_lines
from resolute.protocols.source import Line, Source, gathered, row, tidy

_ = i18n.translator("protocols")

MAX_PAGES = 1_000
MAX_PIECES = 20_000
_PATH = 2
"""FPDF_PAGEOBJ_PATH of pdfium."""
_BROKEN = re.compile("([\\w-]*)[\u00ad\ufffe\u0002]\\s*(\\w*)")
"""A word that the end of a line breaks, at a hyphen of its own or one that was put in."""
Page = list[str | tuple[str, ...]]
_PAGE_NUMBER = re.compile(r"^\W*(?:стр(?:аница|\.)?\s*)?\d{1,4}(?:\s*(?:из|/)\s*\d{1,4})?\W*$", re.I)


def from_pdf(data: bytes, name: str | None) -> Source:
    """The lines of a .pdf; raises `InputError` for a password, a scan, a damaged file."""
    pages = _pages(data, name)
    if not any(pages):
        raise InputError(_("the PDF holds pictures of pages, no text; recognise it (OCR) and read that"), file=name)
    repeated = _running(pages)
    lines: list[Line] = []
    number = 0
    for page in pages:
        for index, content in enumerate(page):
            number += 1
            if isinstance(content, tuple):
                lines.append(row(number, content))
                continue
            text = tidy(content)
            edge = index == 0 or index == len(page) - 1
            if text and text not in repeated and not (edge and _PAGE_NUMBER.match(text)):
                lines.append(Line(number, text))
    return gathered(lines)


def _pages(data: bytes, name: str | None) -> list[Page]:
    try:
        import pypdfium2
    except ImportError:
        message = _("reading PDF needs pypdfium2; pip install 'resolute[documents]'")
        raise InputError(message, file=name) from None
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise InputError(_("the PDF has a password; save it without one"), file=name) from None
        raise InputError(_("the PDF is damaged; open it and save it anew"), file=name) from None
    try:
        if len(document) > MAX_PAGES:
            message = _("the PDF has {count} pages, at most {limit} are read; give the protocol alone")
            raise InputError(message.format(count=len(document), limit=MAX_PAGES), file=name)
        return [_page_lines(document[index]) for index in range(len(document))]
    except pypdfium2.PdfiumError:
        raise InputError(_("the PDF is damaged; open it and save it anew"), file=name) from None
    finally:
        document.close()


def _page_lines(page: Any) -> Page:
    """The lines of a page; a page with a ruled table is put together from the pieces of its text."""
    text_page = page.get_textpage()
    grid = grid_of(_rules(page))
    if grid is None:
        return [line for line in _mended(text_page.get_text_range()).splitlines() if line.strip()]
    boxes = (text_page.get_rect(index) for index in range(min(text_page.count_rects(), MAX_PIECES)))
    pieces = (_piece(text_page, *box) for box in boxes)
    contents = rows_and_lines(grid, [piece for piece in pieces if piece.text])
    return [_mended(part) if isinstance(part, str) else tuple(map(_mended, part)) for part in contents]


def _mended(text: str) -> str:
    """`text` with broken words made whole; «пресс-служба» keeps its hyphen."""
    return _BROKEN.sub(lambda m: f"{m[1]}{'-' * morphology.keeps_hyphen(m[1], m[2])}{m[2]}", text)


def _piece(text_page: Any, left: float, bottom: float, right: float, top: float) -> Box:
    text = text_page.get_text_bounded(left, bottom, right, top)
    return Box(left, bottom, right, top, text.strip())


def _rules(page: Any) -> Iterator[Box]:
    """The lines and boxes drawn on a page."""
    for index, drawn in enumerate(page.get_objects(filter=[_PATH], max_depth=3)):
        if index >= MAX_PIECES:
            return
        yield Box(*drawn.get_bounds())


def _running(pages: list[Page]) -> frozenset[str]:
    """First and last lines that come back on most pages."""
    if len(pages) < 3:
        return frozenset()
    edges = Counter(
        text for page in pages for text in {tidy(line) for line in (*page[:2], *page[-2:]) if isinstance(line, str)}
    )
    return frozenset(text for text, count in edges.items() if count * 2 > len(pages))
