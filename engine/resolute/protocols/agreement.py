"""The words of a name in the nominative: its head, the adjectives before it, the participles after it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from resolute.protocols import morphology
from resolute.protocols.bodies import HEAD_WORDS, base_form, is_clipped, is_post
from resolute.protocols.tokens import Token

_CLIP_ENDINGS = {"datv": "у", "ablt": "ом"}
"""The endings of clipped names: «Минздраву», «Минобром»."""


@lru_cache(maxsize=20_000)
def reading_of(word: str, case: str) -> Any:
    """The reading of `word` as the head of a name in `case`, or None."""
    readings = [
        p for p in morphology.parses(word.lower()) if p.tag.case == case and p.tag.POS in ("NOUN", "ADJF", "PRTF")
    ]
    known = [p for p in readings if base_form(p) in HEAD_WORDS]
    if is_clipped(word):
        readings = [p for p in readings if p.tag.gender == "masc"]
    return (known or readings or [None])[0]


def put_in_nominative(tokens: list[Token], start: int, head: int, case: str, forms: dict[int, str]) -> bool:
    """Fills `forms` with the nominative of the words up to the head; returns whether the head is plural."""
    noun = tokens[head].text
    if is_clipped(noun) and noun.endswith(_CLIP_ENDINGS.get(case, "-")):
        forms[head] = noun.removesuffix(_CLIP_ENDINGS[case])
        return False
    prefix, dash, tail = noun.rpartition("-")
    reading = reading_of(noun, case)
    if reading is None and dash:
        reading = reading_of(tail, case)
        prefix += dash
    else:
        prefix = ""
    if reading is None:
        return False
    plural = bool(reading.tag.number == "plur")
    if case == "nomn":
        return plural
    form = morphology.nominative_of(reading)
    if form is not None:
        forms[head] = morphology.recapitalised(prefix + form, noun)
    for position in range(start, head):
        if tokens[position].kind == "word" and tokens[position].text != "и":
            forms[position] = _agree(tokens[position].text, case, reading) or tokens[position].text
    return plural


def _agree(word: str, case: str, head: Any) -> str | None:
    """An adjective of the name, put into the nominative together with its head."""
    tag = head.tag
    gender = None if tag.number == "plur" else tag.gender
    wanted = frozenset({"nomn", gender} if gender else {"nomn"})
    form = morphology.inflect(word, case, wanted, number=tag.number, gender=gender, part="ADJF") or morphology.inflect(
        word, case, wanted, number=tag.number, gender=gender, part="PRTF"
    )
    if form is None and "-" in word:
        prefix, _dash, tail = word.rpartition("-")
        inflected = _agree(tail, case, head)
        form = inflected and f"{prefix}-{inflected}"
    return form


def agree_clauses(tokens: list[Token], head: int, end: int, case: str, forms: dict[int, str]) -> None:
    """Participles after the name agree with its head: «организациям, использующим» is «организации, использующие»."""
    for index in range(head + 2, end):
        word = tokens[index].text
        comma = index - 1 - (tokens[index - 1].text == "не")
        if tokens[index - 1].kind == "stop" and (reading := reading_of(word, case)):
            forms[index] = morphology.nominative_of(reading) or word
        if tokens[comma].kind != "sep" or not is_participle(tokens, index):
            continue
        found = morphology.cases(word)
        if case != "nomn" and case in found and "gent" not in found:
            found_forms = (morphology.inflect(word, case, number="plur", part=part) for part in ("PRTF", "ADJF"))
            forms[index] = next((form for form in found_forms if form), word)


_LIKE_ADJECTIVES = re.compile(r"управляющ|заведующ|[а-я]*снабжающ|обслуживающ|заинтересованн|уполномоченн")


def is_participle(tokens: list[Token], index: int) -> bool:
    """Whether a clause about the name begins at `index`: «организациям, | использующим газ», «…, | не имеющим …»,
    «…, | на территории которых …»."""
    if index >= len(tokens) or tokens[index].kind != "word":
        return False
    word = tokens[index].text
    if word == "не":
        return is_participle(tokens, index + 1)
    if any(token.text.startswith("котор") for token in tokens[index : index + (3 if len(word) < 3 else 1)]):
        return True
    if word.startswith("ответственн"):
        return index + 1 < len(tokens) and tokens[index + 1].text == "за"
    if word.startswith("ведущ"):
        return index + 1 < len(tokens) and not is_post(tokens[index + 1].text)
    return word[0].islower() and morphology.parses(word)[0].tag.POS == "PRTF" and not _LIKE_ADJECTIVES.match(word)
