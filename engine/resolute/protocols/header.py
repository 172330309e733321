"""The number, the date and the body of a protocol, from the lines before its questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from resolute.protocols.deadlines import words
from resolute.protocols.meeting import DATE, KIND, body_of
from resolute.protocols.periods import day_of
from resolute.protocols.source import DASH, Line

_NUMBER = re.compile(r"№\s?([\w/.-]*\d[\w/.-]*|\d+)|\bN\s?(\d[\w/.-]*)|^Номер:\s*(\S+)$")
_APPROVED = re.compile(
    r"^(?:утвержда(?:ю|ем|но)|утвержден|согласован|принят[оа]?\s|приложение|к\s+протоколу|к\s+приказу)", re.I
)
_MAX_LINES = 60


@dataclass(frozen=True, slots=True)
class Header:
    """What stands at the head of a protocol."""

    number: str | None
    date: date | None
    body: str | None
    approval: str | None
    """The block «УТВЕРЖДАЮ», when there is one."""


def header_of(lines: Sequence[Line]) -> Header:
    """The header in the first lines of a document."""
    lines = [line for line in lines[:_MAX_LINES] if line.text]
    block, rest = _approval(lines)
    texts = [line.text for line in rest]
    start = next((i for i, text in enumerate(texts) if KIND.search(text)), 0)
    main = texts[start:] or texts
    day = _date(main) or _date(texts) or _date([block])
    number, body = _number(main), body_of(main, texts[:start])
    if re.match(r"приложение|утвержд[её]н", block, re.I):
        return Header(number or _number([block]), day or _date([block]), body_of([block], ()) or body, None)
    return Header(number, day, body, block or None)


def _approval(lines: Sequence[Line]) -> tuple[str, list[Line]]:
    """The block of approval and the lines without it; it ends where the document names itself."""
    if not lines or not _APPROVED.match(lines[0].text):
        return "", list(lines)
    end = next(
        (
            i
            for i, line in enumerate(lines)
            if i and re.match(r"(?i)(?:протокол|перечень|план|поручени|приказ|распоряж)", line.text)
        ),
        0,
    )
    return " ".join(line.text for line in lines[:end]), list(lines[end:])


def _number(texts: Sequence[str]) -> str | None:
    for text in texts[:12]:
        if match := _NUMBER.search(text):
            return (match[1] or match[2] or match[3]).rstrip(".,-/")
    return None


def _date(texts: Sequence[str]) -> date | None:
    """The date of the meeting: after «от», or alone on its line, before dates inside a sentence."""
    best: tuple[int, date] | None = None
    for text in (*texts[:20], *(f"{a} {b}" for a, b in pairwise(texts[:20]))):
        for match in DATE.finditer(words(text)):
            if not re.search(r"\d{4}|\.\d\d\b", match[0]):
                continue
            day = day_of(re.sub(r"[«»\"]", "", match[0]), date(1, 1, 1))
            rank = _rank(words(text), match)
            if day is not None and (best is None or rank < best[0]):
                best = (rank, day)
    return None if best is None else best[1]


def _rank(text: str, match: re.Match[str]) -> int:
    """How surely a date is that of the document: 0 a line of its own or after «от» at its start, 3 in a sentence."""
    before = text[: match.start()].strip(" .,")
    if re.search(rf"\d\s*[{DASH}]$", before):
        return 3
    if not before or re.match(r"^(?:от|г\.|с\.|пос\.|дата|№|протокол\s*№)", before):
        return 0
    if before.endswith(" от"):
        return 1
    return 2 if len(before) < 25 else 3
