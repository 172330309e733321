"""Where the name of a party ends in running text."""

from __future__ import annotations

import re
from itertools import pairwise

from resolute.protocols import morphology, persons
from resolute.protocols.agreement import is_participle, reading_of
from resolute.protocols.beginnings import can_start
from resolute.protocols.bodies import is_head, is_post
from resolute.protocols.tokens import Token, skip_separator
from resolute.protocols.vocabulary import LEGAL_FORMS, words_of

_STOP_WORDS = words_of(
    """
    совместно незамедлительно немедленно срочно оперативно ежемесячно ежеквартально ежегодно еженедельно
    ежедневно постоянно также дополнительно до со для из без через после об о под согласно ранее
    каждому каждой не систематически регулярно безотлагательно качестве включая учитывая необходимо следует поручается
    рекомендуется предлагается продолжить
    """
)
_AFTER_PO = words_of(
    """
    итогам результатам мере состоянию согласованию окончании завершении вопросу территориям объектам участкам
    адресам маршрутам улицам каждому
    """
)
_ENDS_CLAUSE = words_of(
    """
    совместно незамедлительно немедленно срочно оперативно ежемесячно ежеквартально ежегодно еженедельно ежедневно
    необходимо следует рекомендуется
    """
)
_WHERE = re.compile(
    r"(?:сфере|области|городе|районе|крае|муниципальн[а-я]+|сельск[а-я]+|городск[а-я]+|районах|округах|городах|поселениях)$"
)
"""What a name goes on with after «в»: «в муниципальных округах»."""
UNDER = ("руководством", "председательством")
"""«рабочей группе под руководством Орлова К.К.»: the person stays in the genitive."""
_LEADS_TO = re.compile(r"подготовк|переход|доступ|присоединени|привлечени|отбор|допуск|готовност|адаптаци", re.I)
"""The words of a name that go on with «к»: «по подготовке к отопительному периоду»."""
_ROLES = re.compile(
    r"^(?:ответственн|пилотн|базов|опорн|оператором|координатором|куратором|организатором|головн|уполномоченн|заказчиком"
    r"|председателем|секретарем|секретарём|исполнителем|как$|площадкой|администратором)"
)
_IN_CHARGE = ("управляющ", "заведующ", "командующ", "руководящ")
"""Posts that themselves go on in the instrumental: «управляющего делами»."""
_AGREED = re.compile(r"по\s+согласованию|созыв|свод|отв\.|ответственн|головн", re.I)
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


def end_of(tokens: list[Token], index: int, case: str) -> int:
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
            if not (_is_part(token.text) or is_holder_inside(tokens, index, case)):
                break
            index += 1
            continue
        if token.kind == "sep" or token.text in ("и", "а", "либо"):
            if token.kind == "sep" and is_participle(tokens, index + 1):
                if _refers(tokens, index + 1):
                    break
                clause = True
                index += 1
                continue
            following = skip_separator(tokens, index)
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


def is_holder_inside(tokens: list[Token], index: int, case: str) -> bool:
    """Whether a bracket with a person interrupts a name: «главам Калиновского (Орлов К.К.) и Речного поселений»."""
    following = skip_separator(tokens, index)
    if tokens[index].kind != "bracket" or following >= len(tokens) or not persons.are_only(tokens[index].text):
        return False
    word = tokens[following].text
    return morphology.is_adjective(word) and "gent" in morphology.cases(word) and case not in morphology.cases(word)


def _is_apposed(tokens: list[Token], index: int, case: str) -> bool:
    """Whether a dash joins two names of one body or group, or posts of one person: «банкам – партнёрам программы»."""
    if tokens[index].text in "–—" and [t.kind for t in tokens[index - 1 : index + 2 : 2]] == ["quoted", "quoted"]:
        return True
    if tokens[index].text not in "–—" or index + 1 >= len(tokens) or not tokens[index + 1].text.islower():
        return False
    reading = reading_of(tokens[index + 1].text, case)
    word = tokens[index + 1].text
    return reading is not None and (reading.tag.number == "plur" or is_post(word)) and is_head(word, case)


def _is_shortened(tokens: list[Token], index: int) -> bool:
    """Whether a stop is inside a name: after a short word («г. Заречного»), between numbers («1–4 классов»)."""
    before, after = tokens[index - 1].text, tokens[index + 1].text if index + 1 < len(tokens) else ""
    if tokens[index].text in "–—" and before[-1:].isdigit() and after.isdigit():
        return True
    if tokens[index].text != "." or index + 1 >= len(tokens) or before not in _SHORT_WORDS:
        return False
    following = tokens[index + 1]
    return following.kind in ("quoted", "person") or following.text[:1].isupper()


def _are_initials(before: str, after: str) -> bool:
    """Whether two short words in capitals are one matter: «отдел ГО и ЧС»."""
    return all(word.isupper() and 2 <= len(word) <= 3 and word not in LEGAL_FORMS for word in (before, after))


def _ends_list(tokens: list[Token], following: int, case: str, *, under: bool, comma: bool) -> bool:
    """Whether what follows a separator is no part of the name before it."""
    if following >= len(tokens):
        return True
    token = tokens[following]
    if _are_initials(tokens[following - 2].text, token.text):
        return False
    if can_start(tokens, following, case, strict=True, under=under or not comma):
        return True
    return token.kind == "word" and comma and _stops(tokens, following, case, under=under, clause=False)


def _refers(tokens: list[Token], index: int) -> bool:
    """Whether a participle clause refers to another point («созданным в соответствии с п. 3»)."""
    for token, following in pairwise(tokens[index : index + 13]):
        if token.kind == "sep" or token.text in (":", ";"):
            return False
        if re.match(r"(?:соответстви|согласно)", token.text):
            return True
        if re.match(r"(?:пункт|подпункт|п$)", token.text) and following.text[:1] in ".0123456789":
            return True
    return False


def _is_part(bracket: str) -> bool:
    """Whether a bracket belongs to the name: «центров (кластеров), созданных»."""
    inside = bracket[1:-1].strip()
    part = re.fullmatch(r"[а-яё-]+", inside) and not _AGREED.search(inside)
    return bool(part) and inside not in ("далее", "рекомендовать")


def _stops(tokens: list[Token], index: int, case: str, *, under: bool, clause: bool) -> bool:
    """Whether the word at `index` cannot belong to a name."""
    token = tokens[index]
    word = token.text.lower()
    following = tokens[index + 1].text if index + 1 < len(tokens) else ""
    if token.kind != "word" or (token.text.isupper() and len(word) > 1):
        return False
    if word.startswith(("пункт", "подпункт")) and following[:1].isdigit():
        return True
    if morphology.is_infinitive(token.text):
        return True
    if not clause and word not in _NOT_VERBS and morphology.is_finite_verb(token.text):
        return True
    if not clause and _is_object(tokens, index):
        return True
    if case == "accs" and _ROLES.match(word) and (word == "как" or "ablt" in morphology.cases(word)):
        return True
    if clause:
        return word in _ENDS_CLAUSE or (word == "не" and morphology.is_infinitive(following))
    if case == "accs" and not under and _is_role(tokens, index):
        return True
    if word in ("в", "во"):
        return not (following[:1].isupper() or _WHERE.match(following.lower()))
    if word == "под":
        return following not in UNDER
    if word == "при":
        return not (following[:1].isupper() or is_head(following, "loct"))
    if word == "по":
        return following.lower() in _AFTER_PO
    if word in ("с", "за", "над"):
        return not (under or (word == "за" and tokens[index - 1].text.lower().startswith("ответственн")))
    if word in ("к", "ко"):
        return not (under and _LEADS_TO.match(tokens[index - 1].text))
    if word == "от":
        return tokens[index - 1].text.lower() != "независимо"
    if word == "на":
        return following.lower() not in ("транспорте", "территории", "водных")
    return word in _STOP_WORDS


def _is_role(tokens: list[Token], index: int) -> bool:
    """Whether what somebody is made begins at `index`, in the instrumental: «АО «Сети» | управляющей организацией»."""
    if tokens[index - 1].text.lower().startswith(_IN_CHARGE):
        return False
    while index < len(tokens) and tokens[index].kind == "word" and morphology.is_adjective(tokens[index].text):
        index += 1
    found = (
        morphology.cases(tokens[index].text) if index < len(tokens) and tokens[index].kind == "word" else frozenset()
    )
    return "ablt" in found and not found & {"nomn", "gent", "accs"}


def _is_object(tokens: list[Token], index: int) -> bool:
    """Whether the word at `index` is what is done, not whose body it is: «с администрацией района | вопрос о …»."""
    word = tokens[index].text
    place = index - 1
    while place > 0 and tokens[place].kind == "word" and morphology.is_adjective(tokens[place].text):
        place -= 1
    before = tokens[place].text if place >= 0 else ""
    if not word.islower() or tokens[index - 1].kind not in ("word", "quoted") or before.lower() in _PREPOSITIONS:
        return False
    return word in _OBJECTS or morphology.is_plain_object(word)
