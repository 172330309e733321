"""The body that met, from the lines at the head of a protocol: one function for each way to name it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile

from resolute.protocols import morphology
from resolute.protocols.bodies import is_head
from resolute.protocols.deadlines import words
from resolute.protocols.periods import DAY
from resolute.protocols.source import DASH
from resolute.protocols.vocabulary import LEGAL_FORMS

KIND = re.compile(
    r"\b(?:протокол\w*|распоряжени[ея]|приказ\w*|постановлени[ея]|перечень\s+поручений|план\s+мероприятий|поручени[яе]|решени[ея]|выписка)\b",
    re.I,
)
"""What the document calls itself."""
_TITLE = re.compile(rf"(?:{KIND.pattern})(?:\s*№\s*\S+)?", re.I)
DATE = re.compile(rf"(?<!\w)(?:{DAY}|[«\"]\d{{1,2}}[»\"]\s*\w+\s+\d{{4}})")
_SORT = r"(?:[а-яё-]{1,30}(?:ого|его|ой|ей)\s+)"
_MEETING = re.compile(
    rf"\b{_SORT}{{0,4}}(?:заседани[яе]|совещани[яе]|собрани[яе]|сессии|встречи|схода|конференции|пленума)\s+(?:\([^()]*\)\s*)?(?!от\s|по\s|№|\d)(?P<body>.+)$",
    re.I | re.S,
)
_NAMELESS = re.compile(rf"\b{_SORT}{{1,4}}(?:заседания|совещания|собрания|встречи|планерки|планёрки)\b", re.I)
"""A meeting that is named by nothing but its sort: «рабочей встречи»."""
_ON_GROUNDS = re.compile(r"\b(?:исполнени[ея]|соответстви[ие]|основани[ие]|согласно)\b", re.I)
"""An earlier meeting that a document only refers to."""
_OCCASION = re.compile(r"\b(?:[а-яё]+[ео]го\s+){0,2}(?:заседания|совещания|собрания|встречи)\s+по\s+.+$", re.I | re.S)
"""A meeting that is named by what it was about, not by a body."""
_GIVER = re.compile(
    r"^(?i:(?:перечень\s+)?(?:поручени[йя]|решени[йея]|приказ|распоряжение|постановление))\s+(?P<body>[А-ЯЁ](?![А-ЯЁ]+(?:\s+(?:от|на|№)\s|$)).+?)(?=\s+(?:по\s+(?:итогам|результатам|вопросу)|от|на|№)\s|$)",
    re.S,
)
_APPROVED_BY = re.compile(
    r"^утвержд[а-яё]+\s+(?:решением|постановлением|распоряжением|приказом)\s+(?P<body>.+?)(?=\s+от\s|\s*№)", re.I | re.S
)
_PLACE = r"(?:г|гор|пос|с|р\.\s?п|п\.\s?г\.\s?т|пгт|дер|ст-ца|х)\."
_STOP = re.compile(
    rf"\s+(?:от|по\s+(?:вопросу|итогам|результатам))\s+.*$|,\s+данн[а-я]+\s.*$|\s*№(?![^«]*»).*$|\s+{DAY}.*$|\s*\(далее.*$|\s+(?:{_PLACE})\s*[А-ЯЁ].*$",
    re.I | re.S,
)
_STOP_DATE = re.compile(rf"\s*№.*$|\s+(?:от\s+)?{DAY}.*$", re.I | re.S)


def body_of(texts: Sequence[str], above: Sequence[str]) -> str | None:
    """The body, in the nominative: `texts` are the lines from the title on, `above` those before it."""
    return next((body for way in _WAYS if (body := way(texts, above))), None)


def _that_met(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«заседания комиссии по …», also over several lines."""
    for index, text in enumerate(texts[:12]):
        match = _MEETING.search(text)
        if match and not _ON_GROUNDS.search(text[: match.start()]):
            return _meeting_body(match, texts[index + 1 : index + 5])
    return None


def _by_occasion(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«рабочего совещания по вопросам …»."""
    for index, text in enumerate(texts[:6]):
        if match := _OCCASION.search(text):
            following = next((line for line in texts[index + 1 : index + 2] if not _is_other(line)), "")
            return nominative(_stripped(_STOP_DATE.sub("", f"{match[0]} {following}")), "gent")
    return None


def _below_title(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«ПРОТОКОЛ», and on the next line «комиссии по …» in the genitive."""
    if len(texts) < 2 or not _TITLE.fullmatch(texts[0]) or re.match(rf"от\s|№|{DATE.pattern}", words(texts[1])):
        return None
    giver = nominative(_stripped(_STOP.sub("", texts[1])), "gent")
    return giver if giver != texts[1] else None


def _giver(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«Поручения Губернатора области по итогам …»."""
    for text in (*texts[:6], " ".join(texts[:4])):
        if match := _GIVER.match(text):
            return nominative(_STOP.sub("", match["body"]).strip(f" .,;:{DASH}"), "gent") or None
    return None


def _approved_by(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«Утверждён решением Совета безопасности города от …»."""
    match = _APPROVED_BY.match(texts[0]) if texts else None
    return nominative(match["body"], "gent") if match else None


def _letterhead(texts: Sequence[str], above: Sequence[str]) -> str | None:
    """The name above the title, in capitals or small letters; in capitals it may stand where there is no title."""
    head = list(takewhile(lambda text: not DATE.search(words(text)), above[:4])) if above else texts[:1]
    name = _last_body(head) if above else "".join(head)
    if not name.isupper():
        return name if any(map(_names_body, head)) else None
    return _capitalised(name) if not KIND.match(name) and len(name) > 12 else None


def _by_sort(texts: Sequence[str], _above: Sequence[str]) -> str | None:
    """«рабочей встречи», and nothing more."""
    match = next((found for text in texts[:6] if (found := _NAMELESS.search(text))), None)
    return nominative(match[0], "gent") if match else None


_WAYS = (_approved_by, _that_met, _by_occasion, _below_title, _giver, _letterhead, _by_sort)
"""In the order of how sure they are."""


def _names_body(line: str) -> bool:
    words = line.replace("«", "").split()[:4]
    return line[:1].isupper() and any(_is_named(word.lower()) or word in LEGAL_FORMS for word in words)


def _is_named(word: str) -> bool:
    return is_head(word, "nomn") and not is_head(word, "gent")


def _last_body(lines: Sequence[str]) -> str:
    """The last of the bodies that the lines above the title name, one below the other; a name may go over lines."""
    name = ""
    for line in lines:
        if _names_body(line):
            name = line
        elif not name or line.isupper() == name.isupper():
            name = f"{name} {line}".strip()
    return name


def _meeting_body(match: re.Match[str], following: Sequence[str]) -> str | None:
    """The body that met; a meeting «при» or «у» somebody is a body by itself."""
    joined = match["body"]
    for text in following:
        if _STOP.search(joined) or _is_other(text):
            break
        joined = f"{joined} {text}"
    body = _stripped(_STOP.sub("", joined))
    if re.match(
        r"(?:при|у|членов|собственников|участников|акционеров|работников|граждан|жителей|трудового\s+коллектива)\s",
        body,
    ):
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


def _is_other(following: str) -> bool:
    """Whether a line does not go on with the name of the body."""
    low = following.lower()
    return bool(
        re.match(
            rf"(?:от\s|№|{DATE.pattern}|{_PLACE}|(?:пгт|рп|аул|хутор|станица|пос[её]лок|село|деревня|город)\s|место|дата|председател|присутств|повестка|участ|секретар|утвержд|по\s+\w+\s+вопрос|\d)",
            low,
        )
    ) or bool(re.match(r"[А-ЯЁ]{4,}|[А-ЯЁ][а-яё]+(?:\s[а-яё]+){0,3}:\s", following))


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
