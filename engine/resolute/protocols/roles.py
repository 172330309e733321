"""Who controls and who is given a role: «возложить на …», «оставить за …», «определить … ответственным»."""

from __future__ import annotations

import re

from resolute.protocols import bodies, kinds, morphology, parties, persons
from resolute.protocols.parties import Name
from resolute.protocols.source import DASH

_CONTROLLER = re.compile(
    r"(?:возложить|возлагаю|возлагается|оставить|оставляю|закрепить|поручить|осуществл\w+)\s*"
    r"(?:контроль\b[^;]{0,120}?\s(?=(?:на|за)\s))?(?P<by>на|за)?\s*",
    re.I,
)
_DESIGNATED = re.compile(
    r"^\W*(?:определить|назначить|утвердить|избрать|закрепить|считать|признать|установить|наделить)\s+(?:за\s+)?", re.I
)
_RESPONSIBLE_ROLE = re.compile(
    r"ответственн|оператор|координатор|уполномоченн|головн|куратор|организатор|исполнител|администратор|секретар|председател|заказчик",
    re.I,
)
_IMPERSONAL_ROLE = re.compile(r"пилотн|базов\w*\s+площадк|опорн|площадк|территори", re.I)
_WORD = re.compile(r"(?<![\w-])[А-ЯЁа-яё]+\.?")
_LONGEST_ADJECTIVES = 80
_LONGEST_POST = 300
_SELF = re.compile(r"\bза\s+собой\b", re.I)
_OTHER_CONTROLLER = re.compile(rf"[{DASH}]\s*(?:на|за)\s+")


def controllers(text: str) -> tuple[Name, ...]:
    """Who is to control the execution; `SELF` for the signer."""
    if _SELF.search(text):
        return (Name(SELF),)
    for match in _CONTROLLER.finditer(text):
        case = "ablt" if (match["by"] or "").lower() == "за" else "accs" if match["by"] else "datv"
        names, end = parties.names_at(text, case, start=match.end())
        if names:
            others = _OTHER_CONTROLLER.finditer(text, end) if match["by"] else ()
            return (*names, *(name for other in others for name in parties.names_at(text, case, start=other.end())[0]))
    tail = re.search(rf"[{DASH}:]\s*(?P<by>за\s+|на\s+)?(?P<who>.+)$", text)
    if tail is None:
        return ()
    if tail["by"]:
        case = "ablt" if tail["by"].startswith("за") else "accs"
        return tuple(parties.names_at(text, case, start=tail.start("who"))[0])
    return tuple(parties.listed(tail["who"]))


SELF = "за собой"
"""Stands for the signer, who keeps the control."""


def designated(text: str) -> tuple[Name, ...]:
    """Who is given a role: «определить … ответственным»; nobody for «пилотным», «базовой площадкой»."""
    if _IMPERSONAL_ROLE.search(text) and not re.search(r"ответственн|оператор", text, re.I):
        return ()
    match = _DESIGNATED.match(text) or kinds.ROLE_FIRST.match(text)
    if match is None:
        place = re.search(r"возложить\s+(?:.{0,80}?\s)?на\s+|закрепить\s+(?P<by>за)\s+", text, re.I)
        case = "ablt" if place and place["by"] else "accs"
        return tuple(parties.names_at(text, case, start=place.end())[0]) if place else ()
    names, _end = parties.names_at(text, "accs", start=match.end())
    if names and _RESPONSIBLE_ROLE.search(text):
        return tuple(names)
    return _after_role(text, match.end())


def _after_role(text: str, start: int) -> tuple[Name, ...]:
    """The names after a role in the instrumental: «определить аудитором ООО …»."""
    role = re.compile(r"[а-яё]+").match(text, start)
    if role is None or "ablt" not in morphology.cases(role[0]) or "accs" in morphology.cases(role[0]):
        return ()
    if person := persons.PERSON.search(text, start):
        return _with_post(text, start, person)
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё]+", text[start:]):
        names, _end = parties.names_at(text, "accs", start=start + match.start())
        if names and (match[0].isupper() or "gent" not in morphology.cases(match[0])):
            return tuple(names)
    return ()


def _with_post(text: str, start: int, person: re.Match[str]) -> tuple[Name, ...]:
    """A person in the accusative with the post before, which begins after `start`: «декана факультета Орлова К.К.»."""
    start = max(start, person.start() - _LONGEST_POST)
    for match in _WORD.finditer(text, start, person.start()):
        named = bodies.is_post(match[0]) and "accs" in morphology.cases(match[0])
        if named or bodies.SHORT_POST.fullmatch(match[0]):
            begin = _first_adjective(text, start, match.start())
            names, end = parties.names_at(text, "accs", start=begin)
            if names and end >= person.end():
                return tuple(names)
    return (Name(persons.nominative(person[0], "accs")),)


def _first_adjective(text: str, start: int, post: int) -> int:
    """Where the adjectives before a post begin: «ответственного секретаря», «первого проректора»."""
    begin = post
    start = max(start, post - _LONGEST_ADJECTIVES)
    for match in reversed(list(re.finditer(r"[А-ЯЁа-яё-]+", text[start:post]))):
        between = text[start + match.end() : begin]
        if between.strip() or not morphology.is_adjective(match[0]) or "accs" not in morphology.cases(match[0]):
            break
        begin = start + match.start()
    return begin
