"""Word documents: paragraphs with the automatic numbers that Word shows, tables as rows of cells.

Pandoc drops what a level's number looks like («1.3.1», «а»), so the few parts that matter are read here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from resolute.protocols.convert.numbering import Numbering
from resolute.protocols.convert.package import Package
from resolute.protocols.source import Line, Source, gathered, row, tidy

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SKIPPED = {f"{W}{tag}" for tag in ("del", "moveFrom", "instrText", "footnoteReference", "pPr", "rPr")}
_BREAKS = {f"{W}br", f"{W}cr"}


def from_docx(package: Package, name: str | None) -> Source:
    """The lines of a .docx."""
    body = package.xml("word/document.xml").find(f"{W}body")
    if body is None:
        return Source(())
    numbering = Numbering(
        package.xml("word/numbering.xml") if package.has("word/numbering.xml") else None,
        package.xml("word/styles.xml") if package.has("word/styles.xml") else None,
    )
    return gathered(_lines(body, numbering))


def _lines(body: Any, numbering: Numbering) -> Iterator[Line]:
    number = 0
    for block in _blocks(body):
        if block.tag == f"{W}tbl":
            for cells in _rows(block, numbering):
                number += 1
                yield row(number, cells)
            continue
        heading = numbering.is_heading(block)
        for text in _paragraph(block, numbering).split("\n"):
            number += 1
            if tidied := tidy(text):
                yield Line(number, tidied, gap=True, heading=heading)


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in the order of the document, looking through content controls and insertions."""
    todo = [iter(parent)]
    while todo:
        for element in todo[-1]:
            if element.tag in (f"{W}p", f"{W}tbl"):
                yield element
            elif element.tag in (f"{W}sdt", f"{W}sdtContent", f"{W}ins", f"{W}customXml", f"{W}moveTo"):
                todo.append(iter(element))
                break
        else:
            todo.pop()


def _paragraph(paragraph: Any, numbering: Numbering) -> str:
    label = numbering.label(paragraph)
    text = "".join(_runs(paragraph))
    return f"{label} {text}" if label and text.strip() else text


def _runs(paragraph: Any) -> Iterator[str]:
    skip = None
    from lxml import etree

    for event, element in etree.iterwalk(paragraph, events=("start", "end")):
        if skip is not None:
            if event == "end" and element is skip:
                skip = None
            continue
        if event == "end":
            continue
        if element.tag in _SKIPPED:
            skip = element
        elif element.tag == f"{W}t":
            yield element.text or ""
        elif element.tag == f"{W}tab":
            yield " "
        elif element.tag in _BREAKS:
            yield "\n"
        elif element.tag == f"{W}noBreakHyphen":
            yield "-"


def _rows(table: Any, numbering: Numbering) -> Iterator[tuple[str, ...]]:
    """Rows as tuples of cells; a cell merged downwards repeats what stands above it, a wide one comes once."""
    above: list[str] = []
    for line in table.iter(f"{W}tr"):
        cells: list[str] = []
        for cell in line.iterchildren(f"{W}tc"):
            merge = cell.find(f"{W}tcPr/{W}vMerge")
            text = "\n".join(
                filter(None, (_paragraph(paragraph, numbering).strip() for paragraph in cell.iter(f"{W}p")))
            )
            if merge is not None and merge.get(f"{W}val") != "restart" and len(cells) < len(above):
                text = above[len(cells)]
            span = cell.find(f"{W}tcPr/{W}gridSpan")
            cells.append(text.replace("\n", "; ") if not text.endswith(":") else text.replace("\n", " "))
            if span is not None and len(line.findall(f"{W}tc")) > 1:
                cells.extend([""] * min(int(span.get(f"{W}val", "1")) - 1, 30))
        above = cells
        yield tuple(cells)
