"""The number, the date and the body of a protocol, from the lines before its questions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, takewhile

from resolute.protocols import morphology
from resolute.protocols.bodies import is_head
from resolute.protocols.deadlines import words
from resolute.protocols.periods import DAY, day_of
from resolute.protocols.source import DASH, Line
from resolute.protocols.vocabulary import LEGAL_FORMS

_KIND = re.compile(
    r"\b(?:протокол\w*|распоряжени[ея]|приказ\w*|постановлени[ея]|перечень\s+поручений|план\s+мероприятий|поручени[яе]|решени[ея]|выписка)\b",
    re.I,
)
_NUMBER = re.compile(r"№\s?([\w/.-]*\d[\w/.-]*|\d+)|\bN\s?(\d[\w/.-]*)")
_MEETING = re.compile(
    r"\b(?:(?:вне)?очередного\s+|расширенного\s+|выездного\s+|совместного\s+|рабочего\s+|оперативного\s+|итогового\s+|первого\s+)*"
    r"(?:заседани[яе]|совещани[яе]|собрани[яе]|сессии|встречи)\s+(?!от\s|по\s|№|\d)(?P<body>.+)$",
    re.I | re.S,
)
_ON_GROUNDS = re.compile(r"\b(?:исполнени[ея]|соответстви[ие]|основани[ие]|согласно)\b", re.I)
"""An earlier meeting that a document only refers to."""
_OCCASION = re.compile(r"\b(?:[а-яё]+[ео]го\s+){0,2}(?:заседания|совещания|собрания|встречи)\s+по\s+.+$", re.I | re.S)
"""A meeting that is named by what it was about, not by a body."""
_GIVER = re.compile(
    r"(?i:поручени[йя]|решени[йя]|приказ|распоряжение|постановление)\s+(?P<body>[А-ЯЁ].+?)(?=\s+(?:по\s+(?:итогам|результатам|вопросу)|от|на|№)\s|$)",
    re.S,
)
_STOP = re.compile(
    rf"\s+(?:от|по\s+вопросу)\s+.*$|\s*№(?![^«]*»).*$|\s+{DAY}.*$|\s*\(далее.*$|\s+(?:г\.|гор\.|пос\.|с\.)\s*[А-ЯЁ].*$",
    re.I | re.S,
)
_STOP_DATE = re.compile(rf"\s*№.*$|\s+(?:от\s+)?{DAY}.*$", re.I | re.S)
_DATE = re.compile(rf"(?<!\w)(?:{DAY}|[«\"]\d{{1,2}}[»\"]\s*\w+\s+\d{{4}})")
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
    start = next((i for i, text in enumerate(texts) if _KIND.search(text)), 0)
    main = texts[start:] or texts
    day = _date(main) or _date(texts) or _date([block])
    number, body = _number(main), _body(main, texts[:start])
    if re.match(r"приложение", block, re.I):
        return Header(number or _number([block]), day, body or _body([block], ()), None)
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
            return (match[1] or match[2]).rstrip(".,-/")
    return None


def _date(texts: Sequence[str]) -> date | None:
    """The date of the meeting: after «от», or alone on its line, before dates inside a sentence."""
    best: tuple[int, date] | None = None
    for text in (*texts[:20], *(f"{a} {b}" for a, b in pairwise(texts[:20]))):
        for match in _DATE.finditer(words(text)):
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


def _body(texts: Sequence[str], above: Sequence[str]) -> str | None:
    for index, text in enumerate(texts[:12]):
        match = _MEETING.search(text)
        if match and not _ON_GROUNDS.search(text[: match.start()]):
            return _meeting_body(match, texts[index + 1 : index + 5])
    for index, text in enumerate(texts[:6]):
        if match := _OCCASION.search(text):
            following = next((line for line in texts[index + 1 : index + 2] if not _ends_body(text, line)), "")
            return nominative(_stripped(_STOP_DATE.sub("", f"{match[0]} {following}")), "gent")
    if len(texts) > 1 and _KIND.fullmatch(texts[0]) and not _DATE.match(words(texts[1])):
        giver = nominative(_stripped(_STOP.sub("", texts[1])), "gent")
        if giver != texts[1]:
            return giver
    for text in (*texts[:6], " ".join(texts[:4])):
        if match := _GIVER.search(text):
            return nominative(_STOP.sub("", match["body"]).strip(" .,;:–—-"), "gent") or None
    head = list(takewhile(str.isupper, above or texts))
    first = _last_body(head[:4]) if above else "".join(head[:1])
    if first.isupper() and not _KIND.match(first) and len(first) > 12:
        return _capitalised(first)
    named = list(takewhile(lambda text: not _DATE.search(words(text)), above[:3]))
    return _last_body(named) if named and _names_body(named[0]) else None


def _names_body(line: str) -> bool:
    words = line.replace("«", "").split()[:4]
    return line[:1].isupper() and any(is_head(word.lower(), "nomn") or word in LEGAL_FORMS for word in words)


def _last_body(lines: Sequence[str]) -> str:
    """The last of the bodies that the lines above the title name, one below the other; a name may go over lines."""
    name = ""
    for line in lines:
        name = line if _names_body(line) else f"{name} {line}".strip()
    return name


def _meeting_body(match: re.Match[str], following: Sequence[str]) -> str | None:
    """The body that met; a meeting «при» or «у» somebody is a body by itself."""
    joined = match["body"]
    for text in following:
        if _ends_body(joined, text):
            break
        joined = f"{joined} {text}"
    body = _stripped(_STOP.sub("", joined))
    if re.match(r"(?:при|у)\s", body):
        return nominative(f"{match[0][: match.start('body') - match.start()]}{body}", "gent")
    return nominative(body, "gent") if body else None


def _stripped(body: str) -> str:
    """`body` without the punctuation after it; the dot of initials stays."""
    body = body.strip(" ,;:–—-")
    return body if re.search(r"[А-ЯЁ]\.$", body) else body.rstrip(".")


def _capitalised(name: str) -> str:
    """A name in capitals with a capital first letter only, proper names excepted as far as can be known."""
    parts = name.split()
    for index, word in enumerate(parts):
        after = parts[index + 1].lower() if index + 1 < len(parts) else ""
        proper = _PLACES.match(after) and morphology.is_adjective(word.lower()) and not _ORDINARY.match(word.lower())
        parts[index] = word.capitalize() if proper or not (word.isupper() and _is_common(word)) else word.lower()
    text = " ".join(parts)
    return text[0].upper() + text[1:]


_PLACES = re.compile(r"(?:област|кра[йяюе]|район|округ|республик)")
_ORDINARY = re.compile(r"(?:муниципальн|городск|автономн|федеральн|сельск|народн|областн|краев|районн)")
"""«Зареченской области» is a proper name, «муниципального округа» is not."""


def _is_common(word: str) -> bool:
    parse = morphology.parses(word.lower())[0]
    return parse.is_known and not {"Geox", "Name", "Surn"} & set(parse.tag.grammemes)


def _ends_body(before: str, following: str) -> bool:
    """Whether the name of the body is whole before `following`."""
    if _STOP.search(before):
        return True
    low = following.lower()
    return bool(
        re.match(
            rf"(?:от\s|№|{_DATE.pattern}|г\.|гор\.|пос\.|место|дата|председател|присутств|повестка|участ|секретар|утвержд|по\s+\w+\s+вопрос|\d)",
            low,
        )
    ) or bool(re.match(r"[А-ЯЁ]{4,}", following))


def nominative(name: str, case: str) -> str:
    """A name in `case` put into the nominative: the words up to its head noun."""
    parts = name.split()
    head = _head_index(parts, case)
    if head is None:
        return name
    tag = next(
        (p.tag for p in morphology.parses(parts[head].lower()) if p.tag.case == case and p.tag.POS in ("NOUN", "ADJF")),
        None,
    )
    if tag is None:
        return name
    gender = None if tag.number == "plur" else tag.gender
    for index in range(head + 1):
        word, part = parts[index], None if index == head else "ADJF"
        form = morphology.inflect(word.strip(",."), case, number=tag.number, gender=gender, part=part)
        if form:
            parts[index] = form + word[len(word.rstrip(",.")) :]
    return " ".join(parts)


def _head_index(parts: Sequence[str], case: str) -> int | None:
    for index, word in enumerate(parts[:6]):
        bare = word.strip(",.«»")
        if not bare or case not in morphology.cases(bare):
            return None
        if not morphology.is_adjective(bare.rpartition("-")[2]):
            return index
    return None
