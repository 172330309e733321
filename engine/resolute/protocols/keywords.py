"""The fixed phrases of a protocol: questions, who was heard, what was resolved, votes, signatures, attachments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from resolute.protocols.marks import roman_number
from resolute.protocols.persons import PERSON
from resolute.protocols.source import DASH

_ORDINALS = (
    "перв", "втор", "треть", "четв[её]рт", "пят", "шест", "седьм", "восьм", "девят", "десят",
    "одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат",
)  # fmt: skip
_ORDINAL = rf"(?P<word>(?:{'|'.join(_ORDINALS)})[а-я]*)"
_NUMERAL = r"(?P<number>\d{1,2}(?:-?(?:му|й|ому))?|[IVXІХ]{1,5})"
ORDINAL_QUESTION = rf"По\s+(?:(?:{'|'.join(_ORDINALS)})[а-я]*|\d{{1,2}}(?:-?му)?)\s+вопросу"
_OF_AGENDA = r"(?:\s+(?:повестки(?:\s+дня|\s+заседания)?|дня))?"
_QUESTIONS = (
    re.compile(
        rf"^(?:\d{{1,2}}[.)]\s*)?по\s+(?:{_ORDINAL}|{_NUMERAL})\s+вопросу{_OF_AGENDA}\s*[:.,{DASH}]*\s*(?P<rest>.*)$",
        re.I | re.S,
    ),
    re.compile(
        rf"^(?:по\s+)?(?:вопрос[ау]?|(?<=по )пункту)(?:\s*№|{_OF_AGENDA}\s*№?)\s*{_NUMERAL}(?!\d|\.\d)"
        rf"\s*{_OF_AGENDA}\s*[:.),{DASH}]*\s*(?P<rest>.*)$",
        re.I | re.S,
    ),
    re.compile(
        rf"^(?:{_ORDINAL}\s+вопрос|вопрос\s+{_ORDINAL.replace('word', 'after')}){_OF_AGENDA}"
        rf"\s*[:.,{DASH}]*\s*(?P<rest>.*)$",
        re.I | re.S,
    ),
    re.compile(rf"^{_NUMERAL}[.)]?\s*(?P<rest>(?:ЗА)?СЛУШАЛИ\b.*|Слушали\b.*|ВОПРОС:.*|ПО ВОПРОСУ\b.*)$", re.S),
)
_TITLED = re.compile(
    rf"^(?:вопрос\s+)?{_NUMERAL}[.)]\s*(?P<rest>[«\"]?(?:О(?!\.)|Об|Обо|По\s+вопросу|Разное)\b.*)$", re.S
)
_NUMBERED = re.compile(rf"^(?:вопрос\s+)?{_NUMERAL}[.)]\s*(?P<rest>[А-ЯЁ«][^:;]{{2,150}})$", re.S)

HEARD = re.compile(
    r"^(?:(?:ЗА)?СЛУШАЛ[ИА]?|(?:за)?слушали|заслушав|докладыва[лю]\w*|докладчик\w*|содокладчик\w*|доклад(?:чик)?\s*:|доложил[аи]?"
    r"|с\s+(?:докладом|информацией|сообщением)\s+выступил\w*|информаци[яю]\s*:|сообщени[ея]\s*:|о\s+ч[её]м\s+доложил\w*)(?!\w)",
    re.I,
)
HEARD_ALOUD = re.compile(r"^(?:ЗА)?СЛУШАЛ[ИА]?\b\s*:?")
"""The keyword in capitals, which cannot be the rest of a sentence."""
TITLE = re.compile(r"^[«\"]?(?:О(?!\.)|Об|Обо|По\s+вопросу|Разное)\b[^:;]{0,300}:?$")
MISCELLANEOUS = re.compile(r"разное[.:]?", re.I)
SUBTITLE = re.compile(r"^(?:по\s+(?:итогам|результатам|вопрос)|[а-яё]+(?:ого|его|ой|ей|а|ы|я|и)\s)")
"""What goes on with the name of a document: «ПОРУЧЕНИЯ», then «по итогам рабочей поездки»."""
SPOKE = re.compile(
    r"^(?:выступ(?:или|ил|ила|али|авшие|ления)|обсудили|обсуждение|в\s+обсуждении|в\s+прениях|вопросы\s+задавали|прения|предложени[яе]\s*:"
    r"|поступил[оаи]\s+предложени|отметили\s*:|в\s+ходе\s+обсуждения|свои\s+предложения|реплик)(?!\w)",
    re.I,
)
AGENDA = re.compile(
    r"^(?:повестка(?:\s+дня|\s+заседания|\s+совещания)?|на\s+повестке\s+дня|рассматриваемые\s+вопросы|вопросы\s+(?:повестки|для\s+рассмотрения)"
    r"|рассмотрены\s+вопросы|утвержд[её]нная\s+повестка)(?!\w)",
    re.I,
)
ATTENDANCE = re.compile(
    rf"^(?:присутств|участвовали|участники\s*:|приглаш[её]н|отсутств|председательств|председатель[^.:]{{0,60}}[:{DASH}]|(?:ответственный\s+)?секретарь[^.:]{{0,60}}\s*[:{DASH}]"
    r"|члены\s+(?:комиссии|совета|штаба|группы|коллегии|правления|рабочей)[^.]{0,60}:|кворум|место\s+проведения|время\s+(?:проведения|начала)|в[её]л\s+|вела\s+|в\s+заседании\s+принима"
    r"|на\s+(?:заседании|совещании)\s+присутств|список\s+присутств|всего\s+присутств|в\s+работе\s+.{0,30}\s+принимали)",
    re.I,
)
VOTING = re.compile(
    rf"^(?:голосовал|голосовани|результат\w*\s+голосовани|итоги\s+голосовани|(?:решение|предложение|постановление)\s+(?:было\s+)?(?:не\s+)?(?:принят|принимается|поддержан)\w*"
    rf"|принято\s+(?:единогласно|большинством)|единогласно|[«\"]?за[»\"]?\s*[{DASH}:]\s*(?:\d|единогл))",
    re.I,
)
VOTED_DOWN = re.compile(r"не\s+(?:принят|принимается|поддержан|утвержден|прошло|набрало)|отклон", re.I)
ATTACHMENT = re.compile(
    r"^(?:приложени[ея]|рассылка|разослать\s*:|список\s+рассылки|справочно|примечани[ея]|лист\s+согласования|согласовано\s*:?)(?=$|[\s:№])",
    re.I,
)

_ON_QUESTION = (
    r"(?i:,?\s+(?:принят\w+\s+)?по\s+(?:[а-яё]+\s+)?вопросу(?:\s+№?\s*\d{1,2})?"
    r"(?:\s+повестки\s+дня)?(?:\s+№?\s*\d{1,2})?)"
)
"""«РЕШЕНИЕ, ПРИНЯТОЕ ПО ВОПРОСУ № 1», «решили по второму вопросу»."""
_DECIDED_WORD = (
    rf"РЕШЕНИ[ЕЯ]{_ON_QUESTION}(?=\s*[:.{DASH}])|РЕШИЛ[АИО]?|РЕШЕНИЕ|РЕШЕНИЯ|РЕШЕНО|ПОСТАНОВИЛ[АИО]?|ПОСТАНОВЛЯ(?:ЕТ|Ю|ЕМ)|ПОСТАНОВЛЕНИЕ|ПРИКАЗЫВАЮ|РАСПОРЯЖАЮСЬ|ОБЯЗЫВА(?:Ю|ЕТ)"
    r"|ПОРУЧА(?:Ю|ЕТ)|ПОРУЧЕНО|ПОРУЧИЛ[АИО]?|ПОРУЧЕНИЯ|ПРЕДЛАГАЮ|ПРИНЯТО\s+РЕШЕНИЕ|ПРИНЯЛ[АИ]?\s+РЕШЕНИ[ЕЯ]|ПРИНЯТЫ\s+РЕШЕНИЯ"
)
_DECIDED = (
    re.compile(
        rf"(?:^|(?<=[\s,.;:»)]))(?:{_DECIDED_WORD})(?!\w)(?:{_ON_QUESTION}(?=\s*[:.{DASH}]))?(?:\s*\([^)]{{0,60}}\))?"
        rf"(?:\s+(?:следующее|единогласно))?\s*[:.{DASH}]*\s*"
    ),
    re.compile(
        rf"^(?:(?:протокольн|принят)\w+\s+)?(?:решили|решение|решения|решено|постановили|постановление|принято\s+решение|приняты\s+(?:следующие\s+)?решения"
        rf"|приняли\s+решени[ея]|поручения|поручено|поручить)(?:{_ON_QUESTION}|\s+(?:комиссии|совета|следующее))?"
        rf"(?:\s*\([^)]{{0,60}}\))?\s*(?:[:.{DASH}]+\s*|$)",
        re.I,
    ),
    re.compile(
        r"(?:комиссия|совет|штаб|комитет|коллегия|группа|правление|собрание|президиум|участники[^.]{0,40}|присутствующие|правительство|администрация|(?<![а-яё])[а-яё]+)\s+(?:решил|постановил|принял\w*\s+решение|реш[аи]ет)[аио]?\s*:\s*",
        re.I,
    ),
    re.compile(
        r"(?:принят[оы]?|выработан[оы])\s+следующ(?:ее|ие)\s+решени[ея]\s*:\s*",
        re.I,
    ),
    re.compile(
        r"(?:по\s+(?:итогам|результатам)\s[^.:]{0,120}(?:решено|поручено|принято\s+решение|приняты\s+следующие\s+решения|решили))\s*:\s*",
        re.I,
    ),
)
_DECIDED_ON = re.compile(
    rf"^(?:решили|решение|решения|решено|постановили)\s+по\s+(?:{_ORDINAL}\s+вопросу|вопросу\s+№?\s*{_NUMERAL})", re.I
)
_SIGNER = re.compile(
    r"^(?:и\.\s?о\.\s+|врио\s+|исполняющ\w+\s+обязанности\s+)?(?:[а-яё-]+(?:ый|ий|ой|ая)\s+){0,2}(?:заместитель|зам\.|председатель\w*|секретарь|руководитель|глава|губернатор|директор"
    r"|начальник|министр|мэр|президент|ведущ\w+|протокол\s+(?:в[её]л|вела|составил)|подпис|утверждаю|вице|главврач|врач|управляющ"
    r"|(?:про)?ректор|декан|заведующ\w+|прокурор|атаман|староста|командир|комендант|координатор|уполномоченн\w+|представитель|член\s)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class QuestionHead:
    """The line that opens an agenda question."""

    number: int
    rest: str
    roman: bool = False
    numbered: bool = True


def question(text: str) -> QuestionHead | None:
    """The question that `text` opens («По первому вопросу», «1. СЛУШАЛИ», «Вопрос 2.»)."""
    for pattern in _QUESTIONS:
        if match := pattern.match(text):
            return QuestionHead(_number(match), match["rest"].strip())
    return None


def titled(text: str) -> QuestionHead | None:
    """A numbered title («II. О ремонте дорог»), which opens a question where the agenda is past."""
    match = _TITLED.match(text)
    return (
        None
        if match is None
        else QuestionHead(_number(match), match["rest"].strip(), roman=not match["number"][0].isdigit())
    )


def numbered(text: str) -> QuestionHead | None:
    """A short numbered line, which can be the title of a question."""
    match = _NUMBERED.match(text)
    return None if match is None else QuestionHead(_number(match), match["rest"].strip())


def decided_on(text: str) -> QuestionHead | None:
    """The question whose decision `text` begins with: «РЕШИЛИ по вопросу 1: …»."""
    match = _DECIDED_ON.match(text)
    return None if match is None else QuestionHead(_number(match), "")


def opens_decision(text: str) -> bool:
    """Whether `text` begins with «РЕШИЛИ:» or its like."""
    parts = decided(text)
    return parts is not None and len(parts[0].split()) <= 3


def _number(match: re.Match[str]) -> int:
    groups = match.groupdict()
    if word := groups.get("word") or groups.get("after"):
        return next(index for index, stem in reversed(list(enumerate(_ORDINALS, 1))) if re.match(stem, word, re.I))
    number = groups["number"]
    digits = re.match(r"\d+", number)
    return int(digits[0]) if digits else roman_number(number.upper())


def decided(text: str) -> tuple[str, str] | None:
    """What stands before and after «РЕШИЛИ:» in `text`; None when it is not there."""
    for pattern in _DECIDED:
        if match := pattern.search(text):
            return text[: match.start()].strip(), text[match.end() :].strip()
    return None


def is_signature(text: str) -> bool:
    """Whether `text` is a line of signatures: a post in the nominative and a person at the end, no verb."""
    if len(text) > 200 or text.endswith((";", ":")) or not _SIGNER.match(text):
        return False
    people = list(PERSON.finditer(text))
    return bool(people) and not text[people[-1].end() :].strip(" .,_/()")
