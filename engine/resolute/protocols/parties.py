"""Parties named in running text: finds the list of names, splits it, puts each name into the nominative."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any

from resolute.protocols import morphology, persons
from resolute.protocols.bodies import HEAD_WORDS, SHORT_POST, base_form, clip_fits, is_clipped, is_head, is_post
from resolute.protocols.vocabulary import LEGAL_FORMS, words_of

_TOKEN = re.compile(
    rf"(?P<quoted>«[^«»]{{0,250}}(?:«[^«»]{{0,250}}»?[^«»]{{0,250}}){{0,2}}»|\"[^\"]{{0,250}}\"|“[^”]{{0,250}}”)|(?P<bracket>\([^()]{{0,300}}\))|(?P<person>{persons.PERSON.pattern})"
    r"|(?P<word>№\s?\d+|(?:[Зз]а[мв]|[Нн]ач|[Гг]л|[Пп]ред|[Ии]\.\s?о)\.(?=\s[а-яё])|[\w]+(?:[-/][\w]+)*)|(?P<sep>[,;])|(?P<stop>[:.–—¦!?])"
)
_LEGAL = re.compile(r"^[А-ЯЁ]{2,}$|^[А-ЯЁ]{2,}-\d+$")
_STOP_WORDS = words_of(
    """
    совместно незамедлительно немедленно срочно оперативно ежемесячно ежеквартально ежегодно еженедельно
    ежедневно постоянно также дополнительно до со для из без через после об о под согласно ранее
    не систематически регулярно безотлагательно качестве включая учитывая необходимо следует поручается
    рекомендуется предлагается продолжить
    """
)
_AFTER_PO = words_of(
    """
    итогам результатам мере состоянию согласованию окончании завершении вопросу территориям объектам участкам
    адресам маршрутам улицам каждому
    """
)
_LEADS_TO = re.compile(r"подготовк|переход|доступ|присоединени|привлечени|отбор|допуск|готовност|адаптаци", re.I)
"""The words of a name that go on with «к»: «по подготовке к отопительному периоду»."""
_ROLES = re.compile(
    r"^(?:ответственн|пилотн|базов|опорн|оператором|координатором|куратором|организатором|головн|уполномоченн|заказчиком"
    r"|председателем|секретарем|секретарём|исполнителем|как$|площадкой|администратором)"
)
_AGREED = re.compile(r"по\s+согласованию|созыв|свод|отв\.|ответственн|головн", re.I)
_ALL = words_of(
    """
    всем все всех всеми
    """
)
_LEADS = re.compile(r"созыв|свод\b|отв\.|ответственн|головн", re.I)
_MAX_TOKENS = 400
"""A longer list of names is cut."""
_LONGEST_NAME = 80
_ALIAS = re.compile(r"\(\s*далее\s*(?:по\s+тексту\s*)?[-–—:]?\s*(?:соответственно\s*[-–—:]?\s*)?([^)]+)\)")


@dataclass(frozen=True, slots=True)
class Name:
    """A party as the text names it."""

    text: str
    """In the nominative."""
    group: bool = False
    lead: bool = False
    """Whether it is marked «созыв», «свод», «ответственный»."""
    alias: str | None = None
    """The short name introduced after it: «(далее – УЖКХ)»."""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def names_at(
    text: str, case: str, *, start: int = 0, loose: bool = False, known: bool = False, only: bool = False
) -> tuple[list[Name], int]:
    """The names in `case` that `text` lists from `start`, and where the list ends (`start` when there is none).

    `loose` takes any noun that can stand in `case` for the first name, `known` only words for bodies, posts and groups.
    `only` ends the list after its first name.
    """
    tokens = list(islice(_tokens(text, start), _LONGEST_NAME if only else _MAX_TOKENS))
    names: list[Name] = []
    index, end = 0, start
    while index < len(tokens) and not (only and names):
        taken = _can_start(tokens, index, case, strict=bool(names), under=known and not names)
        if not taken and not (loose and not names and _head(tokens, index, case) is not None):
            break
        name, index = _read_name(text, tokens, index, case)
        names.append(name)
        end = tokens[index - 1].end
        index = _skip_separator(tokens, index)
    return names, end


def listed(text: str) -> list[Name]:
    """The names in a cell or after «Ответственный:», usually in the nominative."""
    names: list[Name] = []
    for part in re.split(r"\s*[;\n]\s*", text.strip(" ;,")):
        if part:
            names.extend(_listed_part(part))
    return names


def _listed_part(part: str) -> list[Name]:
    for case in ("nomn", "datv", "ablt"):
        names, end = names_at(part, case)
        if names and not part[end:].strip(" .,;)"):
            return names
    tokens = list(_tokens(part, 0))
    starts = [0]
    for index, token in enumerate(tokens[:-1]):
        after_person = index > 0 and tokens[index - 1].kind == "person"
        if token.kind == "sep" and (after_person or _can_start(tokens, index + 1, "nomn", strict=True)):
            starts.append(tokens[index + 1].start)
    pieces = [part[a:b] for a, b in zip(starts, [*starts[1:], len(part)], strict=True)]
    return [Name(_clean(piece)) for piece in pieces if _clean(piece)]


def _clean(piece: str) -> str:
    text = " ".join(re.sub(r"\([^()]*\)", " ", piece).split()).strip(" ,;–—-")
    return text if re.search(r"[А-ЯЁ]\.$", text) else text.strip(" .,;–—-")


def _tokens(text: str, start: int) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text, start):
        yield _Token(match.lastgroup or "word", match[0], match.start(), match.end())


def _skip_separator(tokens: list[_Token], index: int) -> int:
    """The index after «,», «;», «и», «а также»."""
    while index < len(tokens) and (
        tokens[index].kind == "sep"
        or tokens[index].text in ("и", "а", "также", "либо")
        or tokens[index].kind == "bracket"
    ):
        index += 1
    return index


def _can_start(tokens: list[_Token], index: int, case: str, *, strict: bool, under: bool = False) -> bool:
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
    if token.text.lower() in _ALL:
        return _can_start(tokens, index + 1, case, strict=strict)
    if is_clipped(token.text):
        return clip_fits(token.text, case)
    if SHORT_POST.match(token.text):
        return _holder_fits(tokens, index, case)
    if token.text in LEGAL_FORMS or _LEGAL.match(token.text):
        return token.text in LEGAL_FORMS or not _is_number(token.text)
    head = _head(tokens, index, case)
    if head is None:
        return False
    word = tokens[head].text
    known = is_head(word, case)
    if known or under:
        return known
    found = morphology.cases(word)
    if case == "nomn":
        return strict and tokens[index].text[0].isupper() and "gent" not in found
    return case in found and "gent" not in found and (not strict or word[0].isupper() or case == "datv")


def _holder_fits(tokens: list[_Token], index: int, case: str) -> bool:
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
    return persons.nominative(person, case) != person or bool(re.search(r"(?:ко|ых|их|о|и|э)\s[А-ЯЁ]\.", person))


def _is_number(text: str) -> bool:
    return bool(re.match(r"^[IVXLMC]+$", text))


def _head(tokens: list[_Token], index: int, case: str) -> int | None:
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
        if case not in morphology.cases(token.text):
            break
        if not _describes(tokens, position, case):
            return position
        last = position
    return last if last is not None and is_head(tokens[last].text, case) else None


def _describes(tokens: list[_Token], index: int, case: str) -> bool:
    """Whether the word at `index` is an adjective of the name, also one that could stand alone («главного»)."""
    word = tokens[index].text.rpartition("-")[2]
    if morphology.is_adjective(word):
        return True
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    return is_head(following, case) and any(p.tag.POS == "ADJF" and p.tag.case == case for p in morphology.parses(word))


def _leans(tokens: list[_Token], index: int, case: str) -> bool:
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


def _read_name(text: str, tokens: list[_Token], index: int, case: str) -> tuple[Name, int]:
    """The name at `index` and the index after it."""
    if tokens[index].text.lower() in _ALL:
        index += 1
    first = tokens[index]
    if first.kind == "person":
        after, lead, alias = _brackets(tokens, index + 1)
        return Name(persons.nominative(first.text, case), lead=lead, alias=alias), after
    forms: dict[int, str] = {}
    head = index if _starts_short(first) else _head(tokens, index, case)
    if head is None:
        head = index
    group = False
    if first.kind == "word" and not (_starts_short(first) and first.text.isupper()):
        group = _inflect(tokens, index, head, case, forms)
    end = _tail(tokens, head + 1, case)
    if end > index and tokens[end - 1].kind == "person":
        forms[end - 1] = persons.nominative(tokens[end - 1].text, case)
    _agree_clauses(tokens, head, end, case, forms)
    after, lead, alias = _brackets(tokens, end)
    name = _compose(text, tokens, index, end, forms)
    if not group and tokens[end - 1].kind != "person" and is_post(tokens[head].text):
        name = _with_holder(name, tokens[end].text if end < len(tokens) else "")
    return Name(_lowered(name, tokens[head].text, group), group, lead, alias), after


def _with_holder(post: str, bracket: str) -> str:
    """A post with the person in brackets after it: «министру (Егорычев С.В.)» is that person."""
    inside = bracket.strip("()")
    return f"{post} {persons.nominative(inside, 'nomn')}" if persons.PERSON.fullmatch(inside) else post


def _starts_short(token: _Token) -> bool:
    return token.kind == "quoted" or bool(
        token.text in LEGAL_FORMS or _LEGAL.match(token.text) or is_clipped(token.text) or SHORT_POST.match(token.text)
    )


def _inflect(tokens: list[_Token], start: int, head: int, case: str, forms: dict[int, str]) -> bool:
    """Fills `forms` with the nominative of the words up to the head; returns whether the head is plural."""
    noun = tokens[head].text
    prefix, dash, tail = noun.rpartition("-")
    reading = _reading(noun, case)
    if reading is None and dash:
        reading = _reading(tail, case)
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


def _agree_clauses(tokens: list[_Token], head: int, end: int, case: str, forms: dict[int, str]) -> None:
    """Participles after the name agree with its head: «организациям, использующим» is «организации, использующие»."""
    for index in range(head + 2, end):
        word = tokens[index].text
        if tokens[index - 1].kind == "stop" and (reading := _reading(word, case)):
            forms[index] = morphology.nominative_of(reading) or word
        if tokens[index - 1].kind != "sep" or not _is_participle(tokens, index):
            continue
        found = morphology.cases(word)
        if case != "nomn" and case in found and "gent" not in found:
            forms[index] = morphology.inflect(word, case, number="plur", part="PRTF") or word


@lru_cache(maxsize=20_000)
def _reading(word: str, case: str) -> Any:
    readings = [
        p for p in morphology.parses(word.lower()) if p.tag.case == case and p.tag.POS in ("NOUN", "ADJF", "PRTF")
    ]
    known = [p for p in readings if base_form(p) in HEAD_WORDS]
    if is_clipped(word):
        readings = [p for p in readings if p.tag.gender == "masc"]
    return (known or readings or [None])[0]


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


def _tail(tokens: list[_Token], index: int, case: str) -> int:
    """Where a name ends that has had its head before `index`."""
    under = clause = False
    while index < len(tokens):
        token = tokens[index]
        if token.kind == "stop":
            if not (_is_apposed(tokens, index, case) or _is_shortened(tokens, index)):
                break
            index += 2
            continue
        if token.kind == "person":
            index += 1
            break
        if token.kind == "bracket":
            if not _is_part(token.text):
                break
            index += 1
            continue
        if token.kind == "sep" or token.text in ("и", "а", "либо"):
            if token.kind == "sep" and _is_participle(tokens, index + 1):
                if _refers(tokens, index + 1):
                    break
                clause = True
                index += 1
                continue
            following = _skip_separator(tokens, index)
            if (
                token.text == ";"
                or clause
                or _ends_list(tokens, following, case, under=under, comma=token.kind == "sep")
            ):
                break
            index += 1
            continue
        if _stops(tokens, index, case, under=under, clause=clause):
            break
        under = under or token.text.lower() == "по"
        index += 1
    while index > 0 and tokens[index - 1].text in ("и", "а", ","):
        index -= 1
    return index


def _is_apposed(tokens: list[_Token], index: int, case: str) -> bool:
    """Whether a dash joins two names of one group: «банкам – партнёрам программы»."""
    if tokens[index].text not in "–—" or index + 1 >= len(tokens) or not tokens[index + 1].text.islower():
        return False
    reading = _reading(tokens[index + 1].text, case)
    return reading is not None and reading.tag.number == "plur" and is_head(tokens[index + 1].text, case)


def _is_shortened(tokens: list[_Token], index: int) -> bool:
    """Whether a stop is inside a name: after a short word («г. Заречного»), between numbers («1–4 классов»)."""
    before, after = tokens[index - 1].text, tokens[index + 1].text if index + 1 < len(tokens) else ""
    if tokens[index].text in "–—" and before.isdigit() and after.isdigit():
        return True
    if tokens[index].text != "." or index + 1 >= len(tokens) or before not in _SHORT_WORDS:
        return False
    following = tokens[index + 1]
    return following.kind in ("quoted", "person") or following.text[:1].isupper()


def _ends_list(tokens: list[_Token], following: int, case: str, *, under: bool, comma: bool) -> bool:
    """Whether what follows a separator is no part of the name before it."""
    if following >= len(tokens):
        return True
    token = tokens[following]
    if _can_start(tokens, following, case, strict=True, under=under or not comma):
        return True
    return token.kind == "word" and comma and _stops(tokens, following, case, under=under, clause=False)


_LIKE_ADJECTIVES = re.compile(r"управляющ|заведующ|[а-я]*снабжающ|обслуживающ|заинтересованн|уполномоченн")


def _is_participle(tokens: list[_Token], index: int) -> bool:
    if index >= len(tokens) or tokens[index].kind != "word":
        return False
    word = tokens[index].text
    if word.lower().startswith("котор"):
        return True
    return word[0].islower() and morphology.parses(word)[0].tag.POS == "PRTF" and not _LIKE_ADJECTIVES.match(word)


def _refers(tokens: list[_Token], index: int) -> bool:
    """Whether a participle clause refers to another point («созданным в соответствии с п. 3»)."""
    for token in tokens[index : index + 12]:
        if token.kind == "sep" or token.text in (":", ";"):
            return False
        if re.match(r"(?:соответстви|согласно|пункт|подпункт|п$)", token.text):
            return True
    return False


def _is_part(bracket: str) -> bool:
    """Whether a bracket belongs to the name: «центров (кластеров), созданных»."""
    inside = bracket[1:-1].strip()
    return bool(re.fullmatch(r"[а-яё-]+", inside)) and not _AGREED.search(inside) and inside not in ("далее",)


def _stops(tokens: list[_Token], index: int, case: str, *, under: bool, clause: bool) -> bool:
    """Whether the word at `index` cannot belong to a name."""
    token = tokens[index]
    word = token.text.lower()
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if token.kind != "word":
        return False
    if morphology.is_infinitive(token.text) or (word not in _NOT_VERBS and morphology.is_finite_verb(token.text)):
        return True
    if _is_object(tokens, index):
        return True
    if case == "accs" and _ROLES.match(word) and (word == "как" or "ablt" in morphology.cases(word)):
        return True
    if clause:
        return False
    if word in ("в", "во"):
        return not (following[:1].isupper() or following.lower() in ("сфере", "области", "городе", "районе", "крае"))
    if word == "при":
        return not (following[:1].isupper() or is_head(following, "loct"))
    if word == "по":
        return following.lower() in _AFTER_PO
    if word in ("с", "за", "над"):
        return not under
    if word in ("к", "ко"):
        return not (under and _LEADS_TO.match(tokens[index - 1].text))
    if word == "от":
        return tokens[index - 1].text.lower() != "независимо"
    if word == "на":
        return following.lower() not in ("транспорте", "территории", "водных")
    return word in _STOP_WORDS


def _is_object(tokens: list[_Token], index: int) -> bool:
    """Whether the word at `index` is what is done, not whose body it is: «с администрацией района | вопрос о …»."""
    word, before = tokens[index].text, tokens[index - 1].text if index else ""
    if not word.islower() or tokens[index - 1].kind not in ("word", "quoted") or before.lower() in _PREPOSITIONS:
        return False
    return word in _OBJECTS or morphology.is_plain_object(word)


_PREPOSITIONS = words_of(
    """
    в во на по за с со над под при для о об обо от до из к ко у без через
    """
)
_OBJECTS = words_of(
    """
    предложения сведения изменения дополнения мероприятия соглашения заключения
    """
)
_SHORT_WORDS = words_of(
    """
    г гор п пос с д дер ст пгт р о им ул мкр обл респ
    """
)
_NOT_VERBS = frozenset({"наб", "есть"})


def _brackets(tokens: list[_Token], index: int) -> tuple[int, bool, str | None]:
    """Skips brackets after a name: the index after them, whether they mark the lead, the short name in them."""
    lead, alias = False, None
    while index < len(tokens) and tokens[index].kind == "bracket":
        inside = tokens[index].text
        lead = lead or bool(_LEADS.search(inside))
        found = _ALIAS.search(inside)
        alias = found[1].strip(" «»") if found else alias
        index += 1
    return index, lead, alias


def _compose(text: str, tokens: list[_Token], start: int, end: int, forms: dict[int, str]) -> str:
    parts: list[str] = []
    position = tokens[start].start
    for index in range(start, end):
        token = tokens[index]
        parts.append(text[position : token.start])
        parts.append(forms.get(index, token.text))
        position = token.end
    return " ".join("".join(parts).split()).strip(" ,;")


def _lowered(name: str, head: str, group: bool) -> str:
    """Posts and groups begin with a small letter."""
    first = name.split(" ", 1)[0]
    if (group or is_post(head) or SHORT_POST.match(head)) and first[1:].islower():
        return name[0].lower() + name[1:]
    return name
