"""Whom the sentence of a point addresses: in the dative, as its subject, after an introduction, in end brackets."""

from __future__ import annotations

import re

from resolute.protocols import morphology, parties
from resolute.protocols.parties import Name
from resolute.protocols.sentences import has_infinitive
from resolute.protocols.source import DASH

_TOGETHER = re.compile(r"\bсовместно\s+(?:с|со)\s+|\bво\s+взаимодействии\s+с\s+", re.I)
_BY_FORCES = re.compile(r"\bсилами\s+", re.I)
_ASKING = re.compile(
    r"^\W*(?:рекомендовать|предложить|просить|порекомендовать|попросить|поручить|обязать|предписать|поручается|рекомендуется|предлагается|ходатайствовать\s+перед)\s+",
    re.I,
)
_ASKED_DIRECTLY = re.compile(r"^\W*(?:просить|попросить|обязать)\s", re.I)
_ENTRUSTING = re.compile(r"\bпоручить\s+", re.I)
_INTRODUCTION = re.compile(
    r"^\W*(?:после|в\s+целях|с\s+целью|во\s+исполнение|на\s+основании|по\s+(?:итогам|результатам)|в\s+соответствии|с\s+уч[её]том|в\s+связи|в\s+рамках"
    r"|для|учитывая|принимая|исходя|согласно|в\s+случае|при)\s",
    re.I,
)
BRACKETED = re.compile(r"\(([^()]*)\)\s*[.;,]?\s*$")
"""Brackets at the end of a point."""
_LABEL = re.compile(r"\s*(?:отв(?:етственн[а-я]+)?|исп(?:олнител[ьи])?)\b\.?\s*", re.I)
_PASSIVE = re.compile(
    r"\b(?:долж(?:ен|н[а-я])\s+быть|[а-яё]+(?:уется|уются|ается|аются|ится|ятся)|(?:будет|будут)\s+[а-яё]+н[аоы]?)\b"
)
AFTER_DEADLINE = "¦"
"""Stands where the wording of a deadline was taken out of a sentence."""


def addressees(text: str) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """The parties that `text` addresses, and those that it joins to them («совместно с …»)."""
    joined: list[Name] = []
    for match in _TOGETHER.finditer(text):
        found, _end = parties.names_at(text, "ablt", start=match.end())
        joined.extend(found)
    if not joined and (by := _BY_FORCES.search(text)):
        forces, _end = parties.names_at(text, "gent", start=by.end())
        return tuple(_told(text) or forces), ()
    return _told(text), tuple(joined)


def _told(text: str) -> tuple[Name, ...]:
    """The parties that the sentence addresses."""
    start = text.lstrip(f" {AFTER_DEADLINE},;:")
    asking = _ASKING.match(start)
    if asking and (case := _case_of_asked(asking[0])):
        direct, _end = parties.names_at(start, case, start=asking.end())
        if direct:
            return tuple(direct)
    return tuple(_addressed(start[asking.end() :] if asking else start) or _entrusted(start))


def _case_of_asked(asking: str) -> str | None:
    """The case of who is asked, where the verb does not take the dative."""
    return "ablt" if asking.rstrip().endswith("перед") else "accs" if _ASKED_DIRECTLY.match(asking) else None


def _entrusted(text: str) -> list[Name]:
    """The names after what is entrusted to them: «Подготовку поручить отделу …», «Поручить подготовку отделу …»."""
    match = _ENTRUSTING.search(text)
    if match is None:
        return []
    for word in re.finditer(r"(?<![\w-])[А-ЯЁа-яё«]+", text[match.end() : match.end() + 200]):
        start = match.end() + word.start()
        names, _end = parties.names_at(text, "datv", start=start, known=True)
        if names and "gent" not in morphology.cases(word[0]) and text[:start].split()[-1] not in ("к", "ко", "по"):
            return names
    return []


def _addressed(text: str) -> list[Name]:
    """The names at the beginning of `text`, in the dative or as the subject, also after an introduction."""
    text = text.lstrip(f" {AFTER_DEADLINE},")
    names, end = parties.names_at(text, "datv")
    if names:
        return _by_name(text, names, end)
    names, end = parties.names_at(text, "nomn")
    if names and _acts(text[end:]):
        return names
    names, end = parties.names_at(text, "ablt")
    if names and _PASSIVE.search(text[end:]):
        return names
    names, end = parties.names_at(text, "datv", loose=True)
    if names and _must_act(text[end:]):
        return names
    if names := _after_introduction(text):
        return names
    for match in re.finditer(rf"[,{AFTER_DEADLINE}]\s*", text[:300]):
        names, _end = parties.names_at(text, "datv", start=match.end())
        if names and _introduces(text[: match.start()]):
            return names
    return []


def _by_name(text: str, names: list[Name], end: int) -> list[Name]:
    """Those that a group is listed as after a colon: «Операторам связи: ПАО «Связь», ООО «Сеть» обеспечить …»."""
    if not (names[-1].group and text[end:].startswith(":")):
        return names
    start = len(text) - len(text[end + 1 :].lstrip())
    listed, stop = parties.names_at(text, "datv", start=start)
    return [*names[:-1], *listed] if listed and has_infinitive(text[stop:]) else names


def _after_introduction(text: str) -> list[Name]:
    """The names after an introduction that no comma ends: «В целях экономии Министерству …»."""
    if not _INTRODUCTION.match(text):
        return []
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё]", text[:300]):
        if has_infinitive(text[: match.start()]):
            break
        names, end = parties.names_at(text, "datv", start=match.start(), known=True)
        if names and "по" not in text[: match.start()].split()[-1:] and has_infinitive(text[end:]):
            return names
    return []


def _introduces(before: str) -> bool:
    """Whether the words before a party are an introduction («В целях …,»), not an assignment already."""
    return not has_infinitive(before)


def _acts(rest: str) -> bool:
    """Whether a subject is followed by what it does: a verb, a colon, a dash."""
    rest = rest.lstrip(f" ,{AFTER_DEADLINE}")
    if rest.startswith((":", "-", "–", "—")):
        return True
    words = re.findall(r"[а-яёА-ЯЁ]+", rest)[:4]
    return any(morphology.is_finite_verb(word) or morphology.is_infinitive(word) for word in words)


def _must_act(rest: str) -> bool:
    """Whether an infinitive follows at once, so that what stands before it must be who is told."""
    words = re.findall(r"[а-яёА-ЯЁ]+", rest.lstrip(f" ,{AFTER_DEADLINE}"))[:1]
    return any(morphology.is_infinitive(word) for word in words)


def in_brackets(text: str) -> tuple[Name, ...]:
    """Parties in brackets at the end: «провести сверку (Минфин края)», «(отв. Орлов К.К., до 1 мая)»."""
    match = BRACKETED.search(text)
    if match is None or re.search(r"далее|согласовани|%", match[1]):
        return ()
    label = _LABEL.match(match[1])
    names, end = parties.names_at(match[1], "nomn", start=label.end() if label else 0)
    return tuple(names) if names and not match[1][end:].strip(f" .,;{DASH}{AFTER_DEADLINE}") else ()


def after_dash(text: str) -> tuple[Name, ...]:
    """Parties after the last dash, and nothing more: «Разработать памятку – отдел культуры»."""
    dash = next(iter(reversed(list(re.finditer(rf"\s[{DASH}]\s", text)))), None)
    if dash is None:
        return ()
    names, end = parties.names_at(text, "nomn", start=dash.end(), known=True)
    return tuple(names) if names and not text[end:].strip(f" .,;{AFTER_DEADLINE}") else ()
