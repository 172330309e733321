"""Where the name of a party begins in running text, and where its head noun stands."""

from __future__ import annotations

import re
from typing import Any

from resolute.protocols import morphology, persons
from resolute.protocols.bodies import SHORT_POST, clip_fits, is_clipped, is_head
from resolute.protocols.tokens import Token
from resolute.protocols.vocabulary import LEGAL_FORMS, words_of

_LEGAL = re.compile(r"^[А-ЯЁ]{2,}$|^[А-ЯЁ]{2,}-\d+$")
ALL = words_of(
    """
    всем все всех всеми обоим обеим оба обе
    """
)


def can_start(tokens: list[Token], index: int, case: str, *, strict: bool, under: bool = False) -> bool:
    """Whether a name in `case` can begin at `index`; `strict` inside a list, `under` after «по» in a name."""
    if index >= len(tokens):
        return False
    token = tokens[index]
    if token.kind == "person":
        return _person_fits(token.text, case)
    if token.kind == "quoted":
        return strict
    if token.kind != "word":
        return False
    if token.text.lower() in ALL:
        return can_start(tokens, index + 1, case, strict=strict)
    if is_clipped(token.text):
        return clip_fits(token.text, case)
    if SHORT_POST.match(token.text):
        return _holder_fits(tokens, index, case)
    if token.text in LEGAL_FORMS or _LEGAL.match(token.text):
        return token.text in LEGAL_FORMS or not _is_number(token.text)
    head = head_at(tokens, index, case)
    if head is None:
        return False
    word = tokens[head].text
    known = is_head(word, case) or (head > index and _LEGAL.match(word) is not None)
    if known or under:
        return known
    found = morphology.cases(word)
    if case == "nomn":
        return strict and tokens[index].text[0].isupper() and "gent" not in found
    return case in found and "gent" not in found and (not strict or word[0].isupper() or case == "datv")


def _holder_fits(tokens: list[Token], index: int, case: str) -> bool:
    """Whether an abbreviated post, which has no case itself, stands in `case`: «зам. директора Орловой К.К.» does."""
    for token in tokens[index + 1 : index + 12]:
        if token.kind == "person":
            return _person_fits(token.text, case)
        if token.kind != "word" or morphology.is_infinitive(token.text):
            break
    return case == "datv"


def _person_fits(person: str, case: str) -> bool:
    if case == "nomn":
        return not re.search(r"(?:[оеё]в|[иы]н|[сц]к)[ыи]м\s[А-ЯЁ]\.", person)
    if case == "datv" and re.search(r"(?<![оеё]в)(?<![иы]н)(?<![сц]к)ой\s[А-ЯЁ]\.", person):
        return False
    return persons.nominative(person, case) != person or bool(re.search(r"(?:ко|ых|их|о|и|э)\s[А-ЯЁ]\.", person))


def _is_number(text: str) -> bool:
    return bool(re.match(r"^[IVXLMC]+$", text))


def head_at(tokens: list[Token], index: int, case: str) -> int | None:
    """The index of the head noun of a name that begins at `index`: adjectives in `case`, then the noun."""
    last = None
    for position in range(index, min(index + 8, len(tokens))):
        token = tokens[position]
        if token.kind == "bracket" or (token.kind == "sep" and last is not None):
            continue
        if token.kind != "word" or not token.text[0].isalpha():
            break
        if token.text == "и" and last is not None:
            continue
        if morphology.is_infinitive(token.text):
            break
        if is_head(token.text, case) and not _leans(tokens, position, case):
            return position
        if last is not None and _LEGAL.match(token.text) and not _is_number(token.text):
            return position
        if case not in morphology.cases(token.text):
            break
        if not _describes(tokens, position, case):
            return position
        last = position
    return last if last is not None and is_head(tokens[last].text, case) else None


def _describes(tokens: list[Token], index: int, case: str) -> bool:
    """Whether the word at `index` is an adjective of the name, also one that could stand alone («главного»)."""
    word = tokens[index].text.rpartition("-")[2]
    if morphology.is_adjective(word):
        return True
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return is_head(following, case) and any(p.tag.POS == "ADJF" and p.tag.case == case for p in morphology.parses(word))


def _leans(tokens: list[Token], index: int, case: str) -> bool:
    """Whether a possible head is an adjective of the noun after it: «ответственному секретарю»."""
    word = tokens[index].text
    readings = [p for p in morphology.parses(word) if p.tag.POS in ("ADJF", "PRTF") and p.tag.case == case]
    if index + 1 >= len(tokens) or not readings or word.lower().startswith("заведующ"):
        return False
    following = tokens[index + 1]
    if following.kind != "word" or not is_head(following.text, case):
        return False
    nouns = [p.tag for p in morphology.parses(following.text) if p.tag.case == case]
    return any(_agrees(adjective.tag, noun) for adjective in readings for noun in nouns)


def _agrees(adjective: Any, noun: Any) -> bool:
    if adjective.number != noun.number:
        return False
    return adjective.number == "plur" or adjective.gender == noun.gender or noun.gender is None


def starts_short(token: Token) -> bool:
    """Whether a name that begins with `token` has no head noun to put into the nominative: «ООО …», «зам. …»."""
    return token.kind == "quoted" or bool(
        token.text in LEGAL_FORMS or _LEGAL.match(token.text) or is_clipped(token.text) or SHORT_POST.match(token.text)
    )
