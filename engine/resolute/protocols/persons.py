"""Names of people: «Роговой Э.Т.» is «Рогова Э.Т.»."""

from __future__ import annotations

import re

from resolute.protocols import morphology

_SURNAME = r"[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
_INITIALS = r"(?>[А-ЯЁ]\.(?:\s?[А-ЯЁ]\.)?)"
_PATRONYMIC = (
    r"[А-ЯЁ][а-яё]+(?:вич|вна|ична|инична|ович|евич)(?:у|а|ем|е|ы|ой)?|[А-ЯЁ][а-яё]+(?:овн|евн|ичн)(?:е|у|ой|ы)"
)
PERSON = re.compile(
    rf"(?:{_SURNAME}\s(?:{_INITIALS})(?!\s?{_SURNAME}(?!\s[А-ЯЁ]\.))|(?:{_INITIALS})\s?{_SURNAME}|{_SURNAME}\s[А-ЯЁ][а-яё]+\s(?:{_PATRONYMIC}))(?![а-яё])"
)
"""A person with initials on either side, or with a full name."""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Endings and what they become: «скому:ский»."""
    return tuple((old, new) for old, _colon, new in (pair.partition(":") for pair in text.split()))


_ENDINGS = {
    "datv": _pairs(
        "скому:ский цкому:цкий ской:ская цкой:цкая ову:ов еву:ев ёву:ёв "
        "ину:ин ыну:ын овой:ова евой:ева ёвой:ёва иной:ина ыной:ына"
    ),
    "accs": _pairs(
        "ского:ский цкого:цкий скую:ская цкую:цкая ова:ов ева:ев ёва:ёв "
        "ина:ин ына:ын ову:ова еву:ева ёву:ёва ину:ина ыну:ына"
    ),
    "gent": _pairs(
        "ского:ский цкого:цкий ской:ская цкой:цкая ова:ов ева:ев ёва:ёв "
        "ина:ин ына:ын овой:ова евой:ева ёвой:ёва иной:ина ыной:ына"
    ),
    "ablt": _pairs(
        "ским:ский цким:цкий ской:ская цкой:цкая овым:ов евым:ев ёвым:ёв "
        "иным:ин ыным:ын овой:ова евой:ева ёвой:ёва иной:ина ыной:ына"
    ),
}
_INVARIABLE = ("ко", "ых", "их", "аго", "яго", "о", "э", "и")


def nominative(person: str, case: str) -> str:
    """`person`, read in `case`, in the nominative."""
    if case == "nomn":
        return person
    if re.search(r"[А-ЯЁ]\.", person):
        return re.sub(_SURNAME, lambda match: _surname(match[0], case), person)
    return _full_name(person, case)


def declined_surname(surname: str, case: str) -> str | None:
    """A surname in `case`, given in the nominative; None where its ending does not tell the gender."""
    if surname.endswith(_INVARIABLE):
        return surname
    if "-" in surname:
        parts = [declined_surname(part, case) for part in surname.split("-")]
        return "-".join(part for part in parts if part) if all(parts) else None
    for ending, base in _ENDINGS[case]:
        if surname.endswith(base):
            return surname[: -len(base)] + ending
    return None


def surname_alone(word: str, case: str) -> str:
    """A surname without initials after a post: «бригадиру Ломакину» is «бригадир Ломакин»; other words as they are."""
    found = case == "datv" and re.fullmatch(r"[А-ЯЁ][а-яё]+(?:ов|ев|ёв|ин|ын)у|[А-ЯЁ][а-яё]+[сц]кому", word)
    return _surname(word, case) if found else word


_ADJECTIVAL = {"datv": ("ому", "ему"), "accs": ("ого", "его"), "gent": ("ого", "его"), "ablt": ("ым", "им")}
"""How surnames that are adjectives end: «Бережному»."""


def _adjective(surname: str, case: str) -> str | None:
    """A surname that is an adjective, in the nominative: «Сладкому» is «Сладкий», «Мостовому» «Мостовой»."""
    if surname.endswith(("ой", "ую")) and case != "nomn" and surname[:-2].endswith(("н", "в", "к", "л", "т")):
        return f"{surname[:-2]}ая"
    if not surname.endswith(_ADJECTIVAL.get(case, ())):
        return None
    found = [parse.normal_form for parse in morphology.parses(surname) if parse.tag.POS == "ADJF"]
    form = next((form for form in found if form.endswith("ой")), next(iter(found), None))
    return form and morphology.recapitalised(form, surname)


def _surname(surname: str, case: str) -> str:
    if "-" in surname:
        return "-".join(_surname(part, case) for part in surname.split("-"))
    for ending, base in _ENDINGS.get(case, ()):
        if surname.endswith(ending):
            return surname[: -len(ending)] + base
    if adjective := _adjective(surname, case):
        return adjective
    if surname.endswith(_INVARIABLE):
        return surname
    for parse in morphology.parses(surname):
        if {"Surn", case, "sing"} <= set(parse.tag.grammemes) and (form := parse.inflect({"nomn"})):
            return morphology.recapitalised(form.word, surname)
    return morphology.inflect(surname, case, number="sing", part="NOUN") or surname


def _full_name(person: str, case: str) -> str:
    words = person.split()
    gender = "femn" if re.search(r"(?:вн|чн)[аеуы]?(?:ой)?$", words[-1]) else "masc"
    result = []
    for word in words:
        form = None
        for parse in morphology.parses(word):
            tag = parse.tag
            if "Fixd" not in tag and (tag.case, tag.gender, tag.number) == (case, gender, "sing"):
                inflected = parse.inflect({"nomn"})
                form = inflected and morphology.recapitalised(inflected.word, word)
                break
        result.append(form or word)
    return " ".join(result)


_SURNAMES = re.compile(rf"\({_SURNAME}(?:,\s{_SURNAME})*\)")


def are_only(text: str) -> bool:
    """Whether `text` is nothing but people: «Громов К.К., Лосев Р.Р.», «(Громов, Лосев)»."""
    if _SURNAMES.fullmatch(text):
        return True
    rest, count = PERSON.subn("", text)
    return count > 0 and not re.sub(r"[\s,;.()]|\bи\b", "", rest)
