"""Names of bodies in the cases of Russian: «Министерство образования» becomes «Министерству образования»."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Literal, cast

from resolute.protocols import persons
from resolute.protocols.bodies import SHORT_POST, is_post
from resolute.protocols.morphology import parses, recapitalised

Case = Literal["gent", "datv", "accs", "ablt"]
"""As in OpenCorpora: genitive, dative, accusative, instrumental."""

_WORD = re.compile(r"[А-Яа-яЁё]+(?:-[А-Яа-яЁё]+)*")
_INITIALS = r"[А-ЯЁ]\.\s?[А-ЯЁ]\."
_SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_PERSON = re.compile(
    rf"(?:(?P<post>.+?),? )?(?:(?P<surname>{_SURNAME}) {_INITIALS}|{_INITIALS}\s?(?P<last>{_SURNAME}))"
)
_BRACKETS = re.compile(r"«[^»]*»|\"[^\"]*\"|\([^)]*\)")
_LEAST = 0.001


@lru_cache(maxsize=20_000)
def declined(name: str, case: Case) -> str | None:
    """`name`, given in the nominative, in another case; None where that would be a guess.

    The head noun and the adjectives before it change, what follows them stays; so does the surname of a person with
    initials. Abbreviations stay as they are. Unknown words and several bodies in one name give None.
    """
    person = _PERSON.fullmatch(name)
    if person is not None:
        return _person(name, person, case)
    words = list(_WORD.finditer(name))
    if not words or words[0].start() != 0 or re.search(_INITIALS, name):
        return None
    if (words[0].group().isupper() and len(words[0].group()) > 1) or SHORT_POST.match(name):
        return name
    head = _head(words)
    if head is None:
        return None
    place, noun = head
    if _another_follows(name, words, place) or any("Patr" in parses(word.group().lower())[0].tag for word in words):
        return None
    made, end = "", 0
    for number, word in enumerate(words[: place + 1]):
        form = _form(word.group(), noun, case, is_head=number == place)
        if form is None:
            return None
        made += name[end : word.start()] + form
        end = word.end()
    return made + name[end:]


def _person(name: str, found: re.Match[str], case: Case) -> str | None:
    """A person with initials, with the post before."""
    group = "surname" if found["surname"] else "last"
    surname = persons.declined_surname(found[group], case)
    post = declined(found["post"], case) if found["post"] else ""
    if surname is None or post is None:
        return None
    start, end = found.span(group)
    return post + name[len(found["post"] or "") : start] + surname + name[end:]


def _head(words: list[re.Match[str]]) -> tuple[int, Any] | None:
    """Which word is the head noun, with its reading in the nominative; None unless adjectives alone stand before."""
    for place, word in enumerate(words):
        noun = _reading(word.group(), "NOUN")
        adjective = _reading(word.group(), "ADJF", "PRTF")
        follows = _reading(words[place + 1].group(), "NOUN") if _touches(words, place) else None
        if adjective is not None and (noun is None or noun.score < adjective.score or _agree(adjective, follows)):
            if is_post(word.group()) and not _agree(adjective, follows):
                return place, adjective
            if not _touches(words, place):
                return None
            continue
        is_person = noun is not None and bool({"Surn", "Name", "Patr"} & set(noun.tag.grammemes))
        return (place, noun) if noun is not None and noun.is_known and not is_person else None
    return None


def _agree(adjective: Any, noun: Any) -> bool:
    """Whether an adjective belongs to the noun after it: «главное управление», not «больной отдел»."""
    if noun is None or adjective.tag.number != noun.tag.number:
        return False
    return bool(adjective.tag.number == "plur" or adjective.tag.gender == noun.tag.gender)


def _touches(words: list[re.Match[str]], place: int) -> bool:
    """Whether only a space stands between a word and the next."""
    return place + 1 < len(words) and words[place + 1].start() == words[place].end() + 1


def _reading(word: str, *parts: str) -> Any | None:
    """The likeliest reading of a word as one of these parts of speech in the nominative."""
    found = (p for p in parses(word.lower()) if p.tag.POS in parts and p.tag.case == "nomn" and p.score > _LEAST)
    return next(found, None)


def _form(word: str, noun: Any, case: Case, *, is_head: bool) -> str | None:
    """One word in the case, in the number and gender of the head noun."""
    number = str(noun.tag.number)
    wanted = {case, number}
    if is_head:
        if noun.tag.POS != "NOUN":
            wanted |= _person_like(noun, case)
        found = noun.inflect(wanted)
        return None if found is None else recapitalised(found.word, word)
    if number == "sing":
        wanted.add(str(noun.tag.gender))
    if case == "accs":
        wanted.add("anim" if noun.tag.animacy == "anim" else "inan")
        if number == "sing" and noun.tag.gender != "masc":
            wanted -= {"anim", "inan"}
    for p in parses(word.lower()):
        tag = p.tag
        agrees = tag.case == "nomn" and tag.number == number and (number == "plur" or tag.gender == noun.tag.gender)
        if tag.POS in ("ADJF", "PRTF") and agrees:
            found = p.inflect(wanted)
            return None if found is None else recapitalised(found.word, word)
    return None


def _person_like(participle: Any, case: Case) -> set[str]:
    """What tells the form of a participle that names a post: «заведующую аптекой», «заведующих отделениями»."""
    tag = participle.tag
    gender = {str(tag.gender)} if tag.number == "sing" else set()
    animate = {"anim"} if case == "accs" and (tag.number == "plur" or tag.gender == "masc") else set()
    return gender | animate


def _another_follows(name: str, words: list[re.Match[str]], place: int) -> bool:
    """Whether a second body may stand in the name: after a comma or «и» a word that can only be a nominative."""
    plain = _BRACKETS.sub(lambda found: "_" * len(found.group()), name)
    for word in words[place + 1 :]:
        if "_" in plain[word.start() : word.end()]:
            continue
        before = plain[: word.start()].rstrip()
        if not before.endswith((",", ";", " и")):
            continue
        cases = {str(p.tag.case) for p in parses(word.group().lower()) if p.score > _LEAST and p.tag.case}
        if cases and not cases & {"gent", "gen2", "datv", "ablt", "loct", "loc2"}:
            return True
    return False


class Name(str):
    """A name for Russian templates: `"{party:datv}"` puts it into the dative, `"{party}"` leaves it.

    Where its form would be a guess a general word takes the case: «исполнителю (ООО Рога и копыта)».
    """

    __slots__ = ()

    def __format__(self, case: str) -> str:
        if not case:
            return str(self)
        return declined(str(self), cast(Case, case)) or f"{_EXECUTOR[cast(Case, case)]} ({self})"


_EXECUTOR: dict[Case, str] = {
    "gent": "исполнителя",
    "datv": "исполнителю",
    "accs": "исполнителя",
    "ablt": "исполнителем",
}
