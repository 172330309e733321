"""The text of a document after conversion: numbered lines, table rows as cells, cleaned of typesetting."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from resolute import i18n
from resolute.protocols.scans import put_right

_ = i18n.translator("protocols")

DASH = r"\-–—−‒―‐‑"
"""The characters that people use for a dash, as the inside of a character class."""

_LOOKALIKES = str.maketrans("aceopxyACEOPXYKMHTB", "асеорхуАСЕОРХУКМНТВ")
_SPACED = re.compile(r"\b(?:[А-ЯЁ] ){3,}[А-ЯЁ]\b")
_MIXED = re.compile(r"\b(?=\w*[а-яёА-ЯЁ])(?=\w*[a-zA-Z])[а-яёА-ЯЁaceopxyACEOPXYKMHTB]+\b")
_SOFT = re.compile("[\u00ad¬]\\s*")
_BROKEN = "\u00ad"
_SOFT_END = re.compile("(?<=[а-яё])[\u00ad¬]\\s*$")
_SPACE_BEFORE = re.compile(r" +([,.;:!?)»])")
_SPACE_AFTER_OPEN = re.compile(r"([(«]) +")
_OPENING = re.compile(r"(?:(?<![^\s(\[«\"“„/-])[\"“„‟”](?=[^\s.,;:)]))")
_CLOSING = re.compile(r"[\"“”„‟]")
_PAGE = re.compile(r"[-–—]\s*\d{1,3}\s*[-–—]|(?:стр(?:аница|\.)\s*)\d{1,3}(?:\s*из\s*\d{1,3})?", re.I)
"""A page number that cannot be anything else: «- 2 -», «Страница 2 из 5»."""
_RULE = re.compile(r"[_=*~]{4,}|[-–—]{4,}")
"""A line drawn across the page."""
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"), None)


@dataclass(frozen=True, slots=True)
class Line:
    """A line or paragraph of the document, or a row of a table."""

    number: int
    """1-based, in the converted text."""
    text: str
    cells: tuple[str, ...] | None = None
    """The cells when the line is a table row; `text` is then their join."""
    gap: bool = False
    """Whether an empty line (or the edge of a paragraph) stands before it."""
    heading: bool = False
    """Whether the document marks it as a heading."""


@dataclass(frozen=True, slots=True)
class Source:
    """A converted document."""

    lines: tuple[Line, ...]
    partial: str | None = None
    """Why not all of the document could be converted, when that is so."""


MAX_CHARACTERS = 2_000_000
MAX_LINES = 30_000


def gathered(lines: Iterable[Line]) -> Source:
    """The lines of a document, up to the limits; what lies beyond is left out, and `partial` says so."""
    kept: list[Line] = []
    characters = 0
    for line in _whole_words(lines):
        characters += len(line.text)
        if len(kept) == MAX_LINES or characters > MAX_CHARACTERS:
            message = _("the document is too long: only the first {lines} lines were read; give the protocol alone")
            return Source(tuple(kept), message.format(lines=len(kept)))
        kept.append(line)
    return Source(tuple(kept))


def _whole_words(lines: Iterable[Line]) -> Iterator[Line]:
    """`lines` without page numbers and drawn lines, and with those joined between which a soft hyphen breaks a word."""
    run: list[Line] = []
    for line in lines:
        if line.cells is None and (_PAGE.fullmatch(line.text) or _RULE.fullmatch(line.text)):
            continue
        if run and line.cells is not None:
            yield _joined(run)
            run = []
        run.append(line)
        if not line.text.endswith(_BROKEN):
            yield _joined(run)
            run = []
    if run:
        yield _joined(run)


def _joined(run: Sequence[Line]) -> Line:
    text = "".join(line.text.removesuffix(_BROKEN) for line in run)
    return run[0] if text == run[0].text else replace(run[0], text=text)


def tidy(text: str) -> str:
    """`text` on one line: single spaces, no invisible characters, plain punctuation, «» for quotes.

    Soft hyphens go, but for one at the end, where a word goes on in the next line.
    """
    text = unicodedata.normalize("NFC", text)
    broken = _SOFT_END.search(text) is not None
    text = _SOFT.sub("", text).translate(_INVISIBLE)
    text = _CLOSING.sub("»", _OPENING.sub("«", " ".join(text.split())))
    text = _SPACE_BEFORE.sub(r"\1", text)
    text = _SPACE_AFTER_OPEN.sub(r"\1", text)
    text = _SPACED.sub(lambda match: match[0].replace(" ", ""), text)
    text = _MIXED.sub(lambda match: match[0].translate(_LOOKALIKES), put_right(text))
    return text + _BROKEN * broken


def row(number: int, cells: tuple[str, ...], *, gap: bool = False) -> Line:
    """A table row."""
    tidied = tuple(tidy(cell).removesuffix(_BROKEN) for cell in cells)
    return Line(number, " ".join(cell for cell in tidied if cell), tidied, gap)
