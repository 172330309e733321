"""The agenda questions: their titles and who spoke to them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolute.protocols import keywords, marks, persons
from resolute.protocols.parties import names_at
from resolute.protocols.source import Line
from resolute.protocols.structure import Decision, Structure
from resolute.protocols.values import Question

_ABOUT = re.compile(r"(?:^|(?<=[\s,–—-]))[«\"]?(?:[Оо]|[Оо]б|[Оо]бо)\s+(?=[а-яёА-ЯЁ«\"])")
_WHO_DECIDED = re.compile(r",\s*(?:[а-яё]+\s+)?[а-яё]+$", re.I)
_NOMINATIVE = re.compile(r"^(?:до(?:кладчик|кладыва|ложил)|содокладчик|с\s+(?:докладом|информацией|сообщением))", re.I)


def questions_of(structure: Structure) -> tuple[Question, ...]:
    """The questions that have a number, with titles from the heading, from what was heard or from the agenda."""
    agenda = _agenda(structure.agenda)
    return tuple(
        _question(decision, decision.number, agenda) for decision in structure.decisions if decision.number is not None
    )


def _agenda(lines: Sequence[Line]) -> dict[int, str]:
    """The titles in the agenda, by number; lines without a number go on with the title before."""
    titles: dict[int, str] = {}
    last: int | None = None
    for line in lines:
        parsed = marks.parse(line.text)
        if parsed is not None and parsed[0].number:
            last = parsed[0].number
            titles.setdefault(last, parsed[1])
        elif last is not None:
            titles[last] = f"{titles[last]} {line.text}"
    return titles


def _question(decision: Decision, number: int, agenda: dict[int, str]) -> Question:
    heard, case = _heard(decision.heard)
    about = _ABOUT.search(heard)
    title = decision.title or (heard[about.start() :] if about else "") or agenda.get(number, "")
    speaker = _speaker(heard[: about.start()] if about else heard, case)
    return Question(number, _sentence(title), speaker)


def _heard(text: str) -> tuple[str, str]:
    """What was heard without its keyword, and the case in which it names the speaker."""
    match = keywords.HEARD.match(text)
    if match is None:
        return text, "accs"
    heard = _WHO_DECIDED.sub("", text[match.end() :]).strip(" :,–—-")
    return heard, "nomn" if _NOMINATIVE.match(text) else "accs"


def _speaker(text: str, case: str) -> str | None:
    match = persons.PERSON.search(text)
    if match is None:
        return None
    name = persons.nominative(match[0], case)
    post = text[match.end() :].strip(" ,;:.()–—-")
    if not post:
        return name
    found, end = names_at(post, case)
    return f"{name}, {found[0].text if found and not post[end:].strip(' ,.') else post}"


def _sentence(title: str) -> str:
    title = title.strip(" ;,.–—-")
    if title.startswith("«") and title.endswith("»") and title.count("«") == 1:
        title = title[1:-1]
    return title[:1].upper() + title[1:]
