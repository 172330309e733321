"""PDF documents with text, through pypdfium2: running heads and page numbers dropped, hyphenation undone."""

from __future__ import annotations

import re
from collections import Counter

from resolute import i18n
from resolute.errors import InputError
from resolute.protocols.source import Line, Source, tidy

_ = i18n.translator("protocols")

MAX_PAGES = 1_000
_PAGE_NUMBER = re.compile(r"^\W*(?:стр(?:аница|\.)?\s*)?\d{1,4}(?:\s*(?:из|/)\s*\d{1,4})?\W*$", re.I)


def from_pdf(data: bytes, name: str | None) -> Source:
    """The lines of a .pdf; raises `InputError` for a password, a scan, a damaged file."""
    pages = _pages(data, name)
    if not any(line.strip() for page in pages for line in page):
        raise InputError(_("the PDF holds pictures of pages, no text; recognise it (OCR) and read that"), file=name)
    repeated = _running(pages)
    lines: list[Line] = []
    number = 0
    for page in pages:
        for index, raw in enumerate(page):
            number += 1
            text = tidy(raw)
            edge = index == 0 or index == len(page) - 1
            if not text or text in repeated or (edge and _PAGE_NUMBER.match(text)):
                continue
            lines.append(Line(number, text))
    return Source(tuple(lines))


def _pages(data: bytes, name: str | None) -> list[list[str]]:
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


def _page_lines(page: object) -> list[str]:
    text = page.get_textpage().get_text_range()  # type: ignore[attr-defined]
    return [line for line in re.sub("[\u00ad\ufffe\u0002][ \t]*\r?\n", "", text).splitlines() if line.strip()]


def _running(pages: list[list[str]]) -> frozenset[str]:
    """First and last lines that come back on most pages."""
    if len(pages) < 3:
        return frozenset()
    edges = Counter(text for page in pages for text in {tidy(line) for line in (*page[:2], *page[-2:])})
    return frozenset(text for text, count in edges.items() if count * 2 > len(pages))
