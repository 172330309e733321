"""Russian words: their cases and forms, through pymorphy3 (loaded at first use)."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any


@cache
def _analyzer() -> Any:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru")


def load() -> None:
    """Loads the dictionary now, so that the first word is looked up as quickly as the next."""
    _analyzer()


@lru_cache(maxsize=20_000)
def parses(word: str) -> tuple[Any, ...]:
    """All readings of `word`, the likeliest first."""
    return tuple(_analyzer().parse(word))


@lru_cache(maxsize=20_000)
def is_infinitive(word: str) -> bool:
    """Whether `word` is an infinitive («представить»)."""
    ends = word.lower().removesuffix("ся")[-2:] in ("ть", "ти", "чь")
    return ends and "INFN" in parses(word)[0].tag


def is_known(word: str) -> bool:
    """Whether `word` stands in the dictionary."""
    return any(parse.is_known for parse in parses(word))


def keeps_hyphen(before: str, after: str) -> bool:
    """Whether a word that breaks between two lines has a hyphen there: «пресс-служба», not «про-токол»."""
    return after[:1].isupper() or is_known(f"{before}-{after}")


def has_verb(text: str) -> bool:
    """Whether `text` has an infinitive or a verb in a personal form."""
    return any(is_infinitive(word) or is_finite_verb(word) for word in re.findall(r"[А-Яа-яё]+", text))


@lru_cache(maxsize=20_000)
def is_repeated(word: str) -> bool:
    """Whether an infinitive tells of what goes on or comes again («представлять», not «представить»)."""
    return "impf" in parses(word)[0].tag


@lru_cache(maxsize=20_000)
def is_finite_verb(word: str) -> bool:
    """Whether `word` is a verb in a personal form («обобщают», «обеспечивает»)."""
    return len(word) > 3 and word[0].islower() and "VERB" in parses(word)[0].tag


@lru_cache(maxsize=20_000)
def cases(word: str) -> frozenset[str]:
    """The cases that `word` can stand in as a noun, adjective, participle or number word."""
    found = {
        str(p.tag.case)
        for p in parses(word)
        if p.tag.case and p.tag.POS in ("NOUN", "ADJF", "PRTF", "NUMR", "NPRO") and p.score > 0.001
    }
    return frozenset(_FOLDED.get(case, case) for case in found)


_FOLDED = {"gen2": "gent", "acc2": "accs", "loc2": "loct", "gen1": "gent", "loc1": "loct"}


@lru_cache(maxsize=20_000)
def lemma(word: str, part: str = "NOUN") -> str | None:
    """The dictionary form of `word` as a noun (or another part of speech), or None."""
    for p in parses(word.lower()):
        if part == p.tag.POS:
            return str(p.normal_form)
    return None


@lru_cache(maxsize=20_000)
def is_adjective(word: str) -> bool:
    """Whether `word` is read first of all as an adjective or participle."""
    found = parses(word)
    return found[0].tag.POS in ("ADJF", "PRTF") and not any(
        p.tag.POS == "NOUN" and p.score >= found[0].score for p in found
    )


@lru_cache(maxsize=20_000)
def is_plain_object(word: str) -> bool:
    """Whether `word` can be nothing but a noun or adjective in the nominative or accusative («вопрос», «новый»)."""
    found = [p for p in parses(word) if p.score > 0.001]
    return all(p.is_known and p.tag.POS in ("NOUN", "ADJF") and p.tag.case in ("nomn", "accs") for p in found)


@lru_cache(maxsize=20_000)
def inflect(
    word: str,
    case: str,
    wanted: frozenset[str] = frozenset({"nomn"}),
    *,
    number: str | None = None,
    gender: str | None = None,
    part: str | None = None,
) -> str | None:
    """`word`, read in `case`, put into the case of `wanted`; None when it cannot stand in `case`.

    `number` and `gender` say how it must be read where that is known; letters keep their capitals.
    """
    for p in parses(word.lower()):
        tag = p.tag
        if _FOLDED.get(tag.case, tag.case) != case or (part and part != tag.POS):
            continue
        if number and tag.number != number:
            continue
        if gender and tag.number == "sing" and tag.gender not in (gender, None):
            continue
        form = p.inflect(set(wanted))
        if form is not None:
            return recapitalised(form.word, word)
    return None


@lru_cache(maxsize=20_000)
def nominative_of(reading: Any) -> str | None:
    """The nominative of one reading of a word."""
    form = reading.inflect({"nomn"})
    return None if form is None else str(form.word)


def recapitalised(word: str, model: str) -> str:
    """`word` with the capitals of `model`."""
    if model.isupper() and len(model) > 1:
        return word.upper()
    if model[:1].isupper():
        return "-".join(
            part[:1].upper() + part[1:] if old[:1].isupper() else part
            for part, old in zip(word.split("-"), _padded(model.split("-"), word.count("-") + 1), strict=True)
        )
    return word


def _padded(parts: list[str], length: int) -> list[str]:
    return (parts + [""] * length)[:length]
