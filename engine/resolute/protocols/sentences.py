"""Sentences: made whole again, and whether they tell somebody to do something."""

from __future__ import annotations

import re

from resolute.protocols import morphology, parties

_BROKEN_WORD = re.compile(r"(?<![А-Яа-яёЁ])([А-Яа-яёЁ]+)-$")
_LONGEST_WORD = 80


def join(before: str, after: str) -> str:
    """Two pieces of a sentence; a word broken by a hyphen is made whole."""
    broken = _BROKEN_WORD.search(before, len(before) - _LONGEST_WORD) if before.endswith("-") else None
    if broken is None or not after[:1].islower():
        return f"{before} {after}"
    start, rest = broken[1], re.match(r"[а-яё]+", after)
    end = rest[0] if rest else ""
    whole = morphology.is_known(start + end) and not morphology.keeps_hyphen(start, end)
    return before[:-1] + after if whole else before + after


def has_infinitive(text: str) -> bool:
    """Whether one of the first words of `text` is an infinitive."""
    return any(morphology.is_infinitive(word) for word in re.findall(r"[А-Яа-яё]+", text)[:40])


def names_parties(text: str) -> bool:
    """Whether `text` is a heading that only names parties: «Отделу культуры:», «Орлов К.К., директор школы:»."""
    ends = (parties.names_at(text, case)[1] for case in ("datv", "nomn")) if text.endswith(":") else ()
    return any(end and not text[end:].strip(" :") for end in ends)


def clauses_of(text: str) -> list[str]:
    """The assignments that stand in one sentence with semicolons between; `text` alone when they are not all such."""
    parts = [part.strip() for part in text.split(";") if part.strip()]
    each = len(parts) > 1 and all(map(has_infinitive, parts)) and any(map(begins_assignment, parts[1:]))
    return parts if each else [text]


def begins_assignment(text: str) -> bool:
    """Whether `text` begins with a party in the dative that is told to do something."""
    names, _end = parties.names_at(text, "datv")
    return bool(names) and has_infinitive(text)
