"""Plain text and Markdown: finds the encoding, drops the marks of Markdown, finds tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from resolute import i18n
from resolute.errors import InputError
from resolute.protocols.source import Line, Source, gathered, row, tidy
from resolute.protocols.tables import roles_of

_ = i18n.translator("protocols")

MAX_LINE = 100_000

_RULE = re.compile(r"^[\s|+:=_*-]{3,}$")
_EMPHASIS = re.compile(
    r"\*\*|(?<![\w_])__|__(?![\w_])|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|(?<!\w)_(?=[^\s_])|(?<=[^\s_])_(?!\w)"
)
_HEADING = re.compile(r"^\s{0,3}#{1,6}\s+")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+.!|<>~-])")
_BREAK = re.compile(r"<br\s*/?>", re.I)


def from_text(data: bytes, name: str | None) -> Source:
    """The lines of a text in UTF-8, UTF-16, windows-1251, KOI8-R or cp866."""
    return gathered(_lines(decode(data, name)))


def decode(data: bytes, name: str | None) -> str:
    """`data` as text; raises `InputError` when it is no text."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig")):
        if data.startswith(mark):
            return _checked(data.decode(encoding, errors="replace"), name)
    try:
        return _checked(data.decode("utf-8"), name)
    except UnicodeDecodeError:
        pass
    candidates = (data.decode(encoding, errors="replace") for encoding in ("cp1251", "koi8-r", "cp866"))
    return _checked(max(candidates, key=_russian), name)


def _russian(text: str) -> float:
    """How much a text looks like Russian: lower-case letters count, capitals after lower-case ones speak against."""
    sample = text[:20_000]
    common = sum(sample.count(letter) for letter in "оеаинтсрвл")
    odd = len(re.findall(r"[а-яё][А-ЯЁ]|[^\w\s.,:;()«»№–—\"'/%-]", sample))
    return common - 3 * odd


def _checked(text: str, name: str | None) -> str:
    sample = text[:200_000]
    controls = sum(1 for c in sample if (c < " " and c not in "\t\n\r\f\v") or c == "\ufffd")
    if "\0" in sample or controls * 20 > len(sample):
        message = _("this is not a text document; give .docx, .odt, .rtf, .html, .pdf, .md or .txt")
        raise InputError(message, file=name)
    return text


def _lines(text: str) -> Iterator[Line]:
    gap = True
    width = 0
    for number, raw in enumerate(re.sub("\u00ad[ \t]*\r?\n[ \t]*", "", text).splitlines(), 1):
        stripped = raw.strip()
        if not stripped or _RULE.match(stripped):
            gap = gap or not stripped
            continue
        cells = _spaced(raw, width)
        width = len(cells)
        yield row(number, cells, gap=gap) if cells else _line(number, raw[:MAX_LINE], gap)
        gap = False


def _spaced(raw: str, width: int) -> tuple[str, ...]:
    """The cells of a row whose columns are set by spaces; `width` is that of the row before, 0 outside a table."""
    if raw.count("   ") < 2 and (not width or raw.count("  ") < 2):
        return ()
    cells = tuple(re.split(r"\s{2,}", raw.strip()))
    if width:
        return cells if len(cells) == width else ()
    return cells if len(cells) > 2 and roles_of(cells) is not None else ()


def _line(number: int, raw: str, gap: bool) -> Line:
    heading = bool(_HEADING.match(raw))
    raw = _ESCAPE.sub(r"\1", _EMPHASIS.sub("", _HEADING.sub("", raw)))
    stripped = raw.strip()
    if stripped.count("|") > (2 if stripped.startswith("|") else 1):
        return row(number, _cells(stripped.strip("|").split("|")), gap=gap)
    if raw.strip("\n").count("\t") >= 2 and all(part.strip() for part in stripped.split("\t")[:2]):
        return row(number, _cells(stripped.split("\t")), gap=gap)
    return Line(number, tidy(_BREAK.sub(" ", stripped)), gap=gap, heading=heading)


def _cells(parts: list[str]) -> tuple[str, ...]:
    return tuple(_BREAK.sub("; ", part) for part in parts)
