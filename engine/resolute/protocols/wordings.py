"""The grammar of deadline wordings: each rule is a pattern and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from resolute import calendars
from resolute.protocols import morphology
from resolute.protocols.bodies import is_head
from resolute.protocols.periods import (
    COUNT,
    DAY,
    DECADE,
    MONTH,
    MONTH_YEAR,
    YEAR,
    YEARS,
    add_months,
    count_of,
    day_of,
    end_of_half,
    end_of_months,
    end_of_quarter,
    last_day,
    months_of,
    year_of,
)
from resolute.protocols.profile import Profile
from resolute.protocols.recurrence import (
    EVERY,
    OF_EVERY,
    SHORT_WEEKDAYS,
    WEEKDAYS,
    coming_number,
    first_day,
    how_often,
    number_of,
)
from resolute.protocols.source import DASH
from resolute.protocols.values import DeadlineType

Place = Literal["anywhere", "label"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a wording says."""

    type: DeadlineType
    due: date | None = None
    recurring: str | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """What a wording is counted from."""

    base: date
    profile: Profile
    labelled: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of wording."""

    pattern: re.Pattern[str]
    meaning: Callable[[re.Match[str], Context], Meaning | None]
    rank: int
    """0 for what names a day or a term, 1 for what is taken only when nothing of rank 0 stands there."""
    place: Place = "anywhere"
    """Whether it counts in running text too, or only after «Срок:» and in a column of dates."""


_BY = r"(?:(?:в\s+срок\s+)?(?:до|не\s+позднее|не\s+позже|к|ко|по)|в\s+срок)"
_TIME = (
    r"(?:\s*(?:в|к|до|с|,)?\s*\d{1,2}[.:]\d\d(?:\s*(?:ч\.?|час[а-я]*))?|\s+до\s+\d{1,2}\s+час[а-я]*)?"
    r"(?:\s+включительно)?"
)
_CLOCK = r"(?:\d{1,2}[.:]\d\d(?:\s*(?:ч\.?|час[а-я]*))?|\d{1,2}\s*(?:ч\.|час[а-я]*))\s+"

_NEXT_PERIOD = (
    r"(?:\s+последнего\s+месяца(?:\s+(?:отчетного\s+)?(?:квартала|полугодия))?)?"
    r"(?:\s+(?:каждого\s+)?(?:месяца|квартала|полугодия|года))?(?:,?\s+следующего\s+за\s+(?:отч[её]тным"
    r"|истекшим|прошедшим)"
    r"(?:\s+(?:периодом|месяцем|кварталом|полугодием|годом))?)?"
)
_DAY_NUMBER = r"\d{1,2}(?:\s?-?\s?(?:го|му))?(?:\s+числ[ау]|(?=\s+(?:каждого\s+)?месяца))" + _NEXT_PERIOD
_ON_DAY = (
    rf"(?:{DAY}(?:,?\s+следующего\s+за\s+отч[её]тным(?:\s+годом)?)?"
    rf"|\d{{1,2}}\s+{MONTH}\s+года,?\s+следующего\s+за\s+отч[её]тным(?:\s+годом)?"
    rf"|{_DAY_NUMBER}|по\s+[а-я]+(?:ам|ям)\b|(?:{'|'.join(WEEKDAYS)})[а-я]*|(?:{'|'.join(SHORT_WEEKDAYS)})(?![а-я])\.?"
    r"|\d{1,2}[.:]\d\d(?:\s*час[а-я]*|\s*ч\.?)?|\d{1,2}\s+час[а-я]*|последн[а-я]+\s+(?:рабоч[а-я]+\s+)?(?:день|дня|числа)[^.;)]{0,40})"
)
_SPAN = rf"(?:\s+(?:в\s+период\s+)?с\s+[^.;()]{{1,40}}?\s+(?:по|до)\s+{DAY})?"


def _recurring(match: re.Match[str], context: Context) -> Meaning | None:
    text = match[0]
    if _UP_TO.search(match.string, 0, match.start()):
        return None
    often = how_often(text) or "yearly"
    return Meaning("recurring", first_day(text, often, context.base), often)


_UP_TO = re.compile(r"(?:до|чем|на)\s+(?:[а-я]+\s+|\d+\s+)?$")
"""A number that is not how often it is to be done: «увеличить до двух раз в сутки»."""


def _number_of_month(match: re.Match[str], context: Context) -> Meaning | None:
    """A day of this month or the next, where the sentence says nothing of every month: «до 20 числа»."""
    if OF_EVERY.search(match.string):
        return None
    base = context.base
    if (match["month"] or "").startswith("следующего"):
        base = last_day(base.year, base.month)
    day = coming_number(int(match["number"]), tuple(range(1, 13)), base)
    return None if day is None else Meaning("date", day)


def _day(match: re.Match[str], context: Context) -> Meaning | None:
    day = day_of(match["day"], context.base)
    if day is None and not context.labelled:
        return None
    return Meaning("date", day)


def _range(match: re.Match[str], context: Context) -> Meaning | None:
    start, end = match["start"], match["end"]
    year = year_of(end, context.base) or year_of(start, context.base)
    last = day_of(end if re.search(MONTH, end) or "." in end or "/" in end else start, context.base)
    if last is None:
        return None
    if year is not None:
        last = _with_year(last, year)
    elif re.search(MONTH, start):
        first = day_of(start, context.base)
        if first is not None and last is not None and last < first:
            last = _with_year(last, first.year + (last.month < first.month))
    return None if last is None else Meaning("period", last)


def _with_year(day: date, year: int) -> date | None:
    try:
        return day.replace(year=year)
    except ValueError:
        return None


def _months(match: re.Match[str], context: Context) -> Meaning:
    months = months_of(match[0])
    year = year_of(match[0], context.base)
    kind: DeadlineType = "month" if len(months) == 1 else "period"
    return Meaning(kind, end_of_months(months, year, context.base))


def _quarter(match: re.Match[str], context: Context) -> Meaning | None:
    counts = [count_of(part) for part in re.findall(COUNT, match["counts"])]
    counts = [count for count in counts if 1 <= count <= 4]
    if not counts:
        return None
    year = year_of(match[0], context.base)
    return Meaning("quarter" if len(counts) == 1 else "period", end_of_quarter(counts[-1], year, context.base))


def _q(match: re.Match[str], context: Context) -> Meaning:
    """«Q4 2024», «4Q24»."""
    year = match["year"]
    number = None if year is None else int(year) if len(year) == 4 else 2000 + int(year)
    return Meaning("quarter", end_of_quarter(int(match["count"] or match["before"]), number, context.base))


def _half(match: re.Match[str], context: Context) -> Meaning | None:
    count = count_of(match["counts"])
    if count not in (1, 2):
        return None
    return Meaning("half_year", end_of_half(count, year_of(match[0], context.base), context.base))


def _decade(match: re.Match[str], context: Context) -> Meaning:
    text = match["decade"]
    month = months_of(text)[0]
    end = end_of_months([month], year_of(text, context.base), context.base)
    count = 3 if text.startswith("последн") else count_of(text)
    if "половин" in text:
        return Meaning("period", end.replace(day=15) if count == 1 else end)
    return Meaning("period", end.replace(day=count * 10) if count in (1, 2) else end)


def _year(match: re.Match[str], context: Context) -> Meaning | None:
    year = year_of(match[0], context.base) or context.base.year
    if year < context.base.year and not context.labelled:
        return None
    return Meaning("year", date(year, 12, 31))


def _years(match: re.Match[str], _context: Context) -> Meaning:
    last = re.findall(r"\d{2,4}", match[0])[-1]
    return Meaning("period", date(int(last) if len(last) == 4 else 2000 + int(last), 12, 31))


def _end_of(match: re.Match[str], context: Context) -> Meaning:
    text, base = match["of"], context.base
    if "месяц" in text:
        return Meaning("month", last_day(base.year, base.month))
    if "недел" in text:
        return Meaning("date", base + timedelta(days=(4 - base.weekday()) % 7))
    if "квартал" in text:
        return Meaning("quarter", last_day(base.year, (base.month + 2) // 3 * 3))
    if "полугод" in text:
        return Meaning("half_year", last_day(base.year, 6 if base.month <= 6 else 12))
    return Meaning("year", date(year_of(text, base) or base.year, 12, 31))


_WORKING_DAYS = re.compile(r"рабоч|раб\.|(?<![а-я])р\.\s?д")


def _week(match: re.Match[str], context: Context) -> Meaning:
    """The Friday of this week or the next."""
    ahead = 7 if match["week"].startswith(("следующ", "предстоящ")) else 0
    return Meaning("date", context.base + timedelta(days=ahead + 4 - context.base.weekday()))


def _relative(match: re.Match[str], context: Context) -> Meaning:
    if (match["anchor"] and not _OWN_START.search(match["anchor"])) or _AFTERWARDS.search(
        match.string[: match.start()]
    ):
        return Meaning("relative")
    count, unit, base = number_of(match["n"] or "1"), match["unit"], context.base
    if match[0] == "в течение года":
        return Meaning("year", date(base.year, 12, 31))
    if (match["n"] or "").startswith("полутор") and unit.startswith("мес"):
        return Meaning("relative", add_months(base, 1) + timedelta(days=15))
    if count > 3_650:
        return Meaning("relative")
    return Meaning("relative", after(base, count, unit, bool(_WORKING_DAYS.search(match[0])), context.profile))


def after(base: date, count: int, unit: str, working: bool, profile: Profile) -> date:
    if unit.startswith(("мес", "кварт", "полуг", "год", "лет")):
        months = {"мес": 1, "ква": 3, "пол": 6, "год": 12, "лет": 12}[unit[:3]]
        return add_months(base, min(count, 100) * months)
    if unit.startswith("недел"):
        return base + timedelta(days=7 * count)
    if unit.startswith("декад"):
        return base + timedelta(days=10 * count)
    if unit.startswith("час"):
        return base + timedelta(days=-(-count // 24))
    if working or (profile.term_unit == "working_days" and unit.startswith("дн")):
        return calendars.add_working_days(calendars.production_calendar(profile.country), base, count)
    return base + timedelta(days=count)


def _plain(kind: DeadlineType) -> Callable[[re.Match[str], Context], Meaning]:
    return lambda _match, _context: Meaning(kind)


def _event(match: re.Match[str], context: Context) -> Meaning:
    text = match[0]
    if (day := re.search(DAY, text)) and (due := day_of(day[0], context.base)):
        return Meaning("event", due)
    inside = Context(context.base, context.profile, labelled=True)
    for rule in RULES:
        if rule.meaning in (_day, _quarter, _half, _months, _range):
            for found in rule.pattern.finditer(text):
                meaning = rule.meaning(found, inside)
                if meaning is not None and meaning.due is not None:
                    return Meaning("event", meaning.due)
    return Meaning("event")


def _dated_event(match: re.Match[str], context: Context) -> Meaning | None:
    """An event with a date or period inside; None without one."""
    meaning = _event(match, context)
    return None if meaning.due is None else meaning


def _on_occasion(match: re.Match[str], _context: Context) -> Meaning | None:
    """A condition of what is done again and again: «при проведении праздников выставлять», «учитывать при …»."""
    what = match["what"]
    is_occasion = "loct" in morphology.cases(what) and not is_head(what, "loct")
    before = [word for word in re.findall(r"[а-я-]+", match.string[: match.start()]) if morphology.is_infinitive(word)]
    verb = match["verb"] or next(reversed(before), "")
    return Meaning("as_needed") if is_occasion and verb and morphology.is_repeated(verb) else None


_AFTERWARDS = re.compile(
    r"(?:(?:^\W*|\sпо\s)(?:по\s+)?итогам|(?:^|\s)(?:по\s+(?:результатам|окончании|завершении)|после))"
    r"\s+(?!заседани|совещани|рассмотрени|утверждени|\d|[а-я]+\s+(?:квартал|полугоди))[^.]*$"
)
"""What a term in the same sentence is counted from: «По результатам обследования … в течение пяти дней»."""
_OWN_START = re.compile(
    r"(?:подписания|принятия|регистрации|утверждения|проведения|издания|оформления)\s*"
    r"(?:(?:настоящ[а-я]+|данного|протокола|заседания|решения|приказа|распоряжения|постановления|совещания"
    r"|перечня\s+поручений)\b|$)|дат[ыа]\s+(?:настоящего\s+)?(?:протокола|заседания|совещания)|(?:со\s+дня"
    r"|после)\s+(?:настоящего\s+)?заседания"
)
_VERB = r"(?![а-я]*(?:ости|ость|асти|асть)(?![а-я]))[а-я-]+(?:ть|ти|ться|чь)(?![а-я])"
"""A word that looks like an infinitive (not «области», «деятельность»), at which the wording before it ends."""
_ANCHOR = (
    r"(?P<anchor>\s*,?\s*(?:(?:со\s+дня|с\s+момента|с\s+даты|после|по\s+окончании|по\s+завершении"
    r"|с\s+начала|от\s+даты|до\s+дня|до\s+начала)"
    rf"\s+[^.:;(),]{{3,90}}?(?=$|[.:;(),]|\s+{_VERB})))?"
)
_N = (
    r"(?P<n>\d{1,3}(?!\d)(?:\s?-?\s?(?:х|ти|и|ми|й))?|(?:одно|одного|одной|дву|двух|тре|трех|трёх|четырех"
    r"|четырёх|одну|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|двенадцать|пятнадцать|двадцать|тридцать|пяти|шести|семи|восьми|девяти|десяти"
    r"|двенадцати|четырнадцати|пятнадцати|двадцати|тридцати|сорока|шестидесяти|девяноста|полутора)(?![а-я]*надцат))"
)
_N_GLUED = _N.replace("?P<n>", "?P<n>полутора|")
_WORKING = r"(?:\s*\([^)]{1,20}\))?(?:\s*(?:рабочих|рабочего|рабочий|раб\.|р\.|календарных|календарного|к\.))?"
_UNITS = (
    r"(?P<unit>д\.|дн[а-я]*|дней|день|сут[а-я]*|недел[а-я]*|месяц[а-я]*|час[а-я]*|год[а-я]*|лет(?![а-я])|декад[а-я]*"
    r"|квартал[а-я]*|полугоди[а-я]*|полугода)"
)
_STEMS = r"(?P<unit>дневн|суточн|недельн|месячн|годичн|квартальн|декадн|полугодов|часов)[а-я]*"


def _rule(
    pattern: str,
    meaning: Callable[[re.Match[str], Context], Meaning | None],
    rank: int = 0,
    place: Place = "anywhere",
) -> Rule:
    return Rule(re.compile(rf"(?<![\w№])(?:{pattern})"), meaning, rank, place)


_COUNTS = rf"(?P<counts>{COUNT}(?:\s?(?:[{DASH},]|и)\s?{COUNT}){{0,3}})"
_END = r"(?:до\s+(?:конца|окончания|истечения)|к\s+концу|не\s+поз(?:днее|же)(?:\s+(?:конца|окончания))?)"
_IN = rf"(?:в\s+срок\s+)?(?:в\s+течение|{_END}|во?|за|ко?|до)"
_Q = r"(?:q\s?(?P<count>[1-4])|(?P<before>[1-4])\s?q)[\s'’]*(?P<year>(?:20)?\d\d)?(?!\d)"
_QUARTERS = rf"{_COUNTS}\s*(?:кв(?:\.|артал[а-я]*))(?:\s?{YEAR})?"
_HALF = rf"(?P<counts>{COUNT})\s*(?:полугоди[а-я]*|половин[а-я]*(?=\s+{YEAR}))(?:\s?{YEAR})?"
_MONTHS = rf"{MONTH_YEAR}(?:\s?(?:[{DASH},]|и)\s?{MONTH_YEAR}){{0,11}}"
_OF = (
    rf"(?P<of>(?:(?:текущего|этого|сего|календарного|учебного|следующего)\s+)?(?:{YEAR}|года|месяца|недели"
    rf"|квартала|полугодия)(?:\s+{YEAR})?)"
)
_START = r"(?P<start>[«\"]?\d{1,2}[»\"]?[^;()]{0,30}?)"
_STOP = rf"(?P<end>{DAY}|\d{{1,2}}(?![\d.]))"
_FULL_DAY = rf"(?P<day>{DAY}|\d{{1,2}}\.(?:0[1-9]|1[0-2])(?!\.?\d)(?!\s*ч))"
_MEETING = r"заседани[а-я]+|совещани[а-я]+|сесси[а-я]+|собрани[а-я]+"
_NO_PERSON = r"(?![^()]*\b[а-я]\.\s?[а-я]\.)"
_TAIL = (
    r"(?:(?!\s+(?:до|не\s+позднее)\s)[^.;,():]|(?<=\d)\.(?=\d)){0,100}"
    rf"(?:\s*\({_NO_PERSON}[^()]{{3,40}}\))?"
)
_WHAT = rf"{_TAIL.replace('{0,100}', '{3,90}?')}(?=$|[.:;,()]|\s+{_VERB})"
"""What is to happen first, up to the end of the clause or to what is to be done."""
_NEXT = (
    r"очередн[а-я]+|ближайш[а-я]+|следующ[а-я]+|внеочередн[а-я]+|предстоящ[а-я]+|отдельн[а-я]+"
    r"|итогов[а-я]+|ежегодн[а-я]+|годов[а-я]+|отчетн[а-я]+|общ[а-я]+|планов[а-я]+|выездн[а-я]+|январск[а-я]+|[а-я]+(?:брьск|врал?ьск|тельск)[а-я]+"
)

_NO_PREPARING = r"(?<!готовке\s)(?<!готовки\s)(?<!готовку\s)(?<!готовка\s)"
"""Not «подготовка к началу учебного года», which is what is done, not when."""
_ACTS = (
    "внесения|утверждения|принятия|получения|подписания|поступления|устранения|заключения|рассмотрения|согласования"
    "|вступления|опубликования|подготовки|сдачи|выхода|разработки|исполнения|при[её]мки|вручения|восстановления"
    "|оформления|определения|введения|созыва|избрания|назначения|регистрации|выезда|прибытия|погашения|выполнения"
)
"""What is done before a deadline that is an event: «до внесения проекта бюджета в Думу»."""

RULES: tuple[Rule, ...] = (
    _rule(
        rf"{EVERY}\s*[,(]?\s*(?:[{DASH}]\s*)?(?:(?:{_BY}|в|во)\s+)?{_ON_DAY}{_SPAN}"
        rf"|{EVERY}\s+(?:в\s+период\s+)?с\s+[^.;()]{{1,40}}?\s+(?:по|до)\s+{DAY}",
        _recurring,
    ),
    _rule(rf"(?:{_BY}\s+)?{DAY}\s*,?\s*(?:ежегодно|каждого\s+года)", _recurring),
    _rule(
        rf"(?:{_BY}\s+)?\d{{1,2}}\s+{MONTH}\s+(?:каждого\s+года|года,?\s+следующего\s+за\s+отч[её]тным(?:\s+годом)?)",
        _recurring,
    ),
    _rule(
        rf"{_BY}\s+(?P<number>\d{{1,2}})(?:\s?-?\s?(?:го|му))?\s+числ[ау]"
        rf"(?:\s+(?P<month>(?:текущего|этого|следующего)\s+месяца))?(?!,?\s+(?:каждого|следующего|месяца|квартала|полугодия|года))",
        _number_of_month,
    ),
    _rule(rf"(?:{_BY}\s+){_DAY_NUMBER}(?:\s*,?\s*{EVERY})?", _recurring),
    _rule(r"\d{1,2}(?:\s?-?\s?го)?\s+(?:числа\s+)?каждого\s+(?:месяца|квартала|полугодия)", _recurring),
    _rule(rf"(?:в\s+период\s+)?(?:с|со)\s+{_START}\s+(?:по|до)\s+{_STOP}", _range),
    _rule(rf"(?:в\s+период\s+)?{_START}\s?[{DASH}]\s?(?P<end>{DAY})", _range, place="label"),
    _rule(rf"(?:в\s+период\s+)?с\s+{MONTH_YEAR}\s+(?:по|до)\s+{MONTH_YEAR}", _months),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{_QUARTERS}", _quarter),
    _rule(rf"{_IN}\s+{_QUARTERS}", _quarter),
    _rule(_QUARTERS, _quarter, place="label"),
    _rule(_Q, _q, place="label"),
    _rule(rf"{_IN}\s+{_HALF}", _half),
    _rule(_HALF, _half, place="label"),
    _rule(rf"(?:{_IN}\s+)(?P<decade>{DECADE})", _decade),
    _rule(rf"(?P<decade>{DECADE})", _decade, place="label"),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{MONTH_YEAR}", _months),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{_OF}", _end_of),
    _rule(rf"(?:{_BY}|с)\s+(?:{_CLOCK})?{_FULL_DAY}{_TIME}", _day),
    _rule(rf"в\s+{_N_GLUED}?\s?-?\s?(?:рабочих\s+)?{_STEMS}\s+срок{_ANCHOR}", _relative),
    _rule(
        rf"(?:в\s+(?:течение|срок)|в\s+срок,?\s+не\s+(?:позднее|более|свыше|превышающ[а-я]+)"
        rf"|не\s+позднее(?:,?\s+чем)?(?:\s+через)?|через|по\s+истечении)"
        rf"\s+(?:{_N}{_WORKING}\s*)?{_UNITS}(?!\s+\d{{4}}){_ANCHOR}",
        _relative,
    ),
    _rule(
        rf"(?:не\s+позднее,?\s+чем\s+)?за\s+(?:{_N}{_WORKING}\s*)?{_UNITS}\s+до\s+[^.;(),]{{3,90}}?(?=$|[.:;(),]|\s+{_VERB})",
        _plain("relative"),
    ),
    _rule(r"в\s+течение\s+(?:первой|второй)\s+половины\s+срока", _plain("relative")),
    _rule(rf"{_N}\s?-?\s?{_WORKING}\s*{_UNITS}{_ANCHOR}", _relative, place="label"),
    _rule(rf"(?:до|в\s+течение|на)?\s*{YEARS}", _years, place="label"),
    _rule(rf"в(?:\s+течение)?\s+{YEARS}", _years),
    _rule(rf"(?:во?(?:\s+(?:начале|середине|конце))?|в\s+течение|за)\s+{_MONTHS}", _months, 1),
    _rule(r"на\s+(?P<week>следующей|предстоящей|этой|текущей)\s+неделе", _week, 1),
    _rule(rf"(?:до|к|на)\s+{MONTH_YEAR}", _months, place="label"),
    _rule(_MONTHS, _months, place="label"),
    _rule(
        r"(?:asap|весьма\s+срочно|срочно|незамедлительно|немедленно|безотлагательно|оперативно"
        r"|в\s+(?:возможно\s+)?(?:крат|корот)ча?йши[а-я]+\s+срок[а-я]*|в\s+(?:возможно\s+)?короткий\s+срок)(?![а-я])",
        _plain("immediate"),
    ),
    _rule(rf"(?P<start>\d{{1,2}})\s?[{DASH}]\s?(?P<end>{DAY})", _range, 1),
    _rule(rf"{_FULL_DAY}{_TIME}", _day, 1),
    _rule(rf"(?:(?:в|в\s+течение)\s+)?{YEAR}", _year, place="label"),
    _rule(rf"(?:в\s+течение)\s+{_OF}", _end_of),
    _rule(r"в\s+(?:20\d\d\s+году|(?:текущем|этом)\s+году)", _year, 1),
    _rule(
        rf"(?:на|к|ко|до|в\s+ходе|в\s+рамках)\s+(?:(?:{_NEXT})\s+)+(?:[а-я]+(?:ом|ем|ой|ей)\s+){{0,2}}(?:{_MEETING}){_TAIL}",
        _event,
    ),
    _rule(
        rf"(?:на\s+(?:заседании|совещании|сессии|собрании)|{_NO_PREPARING}ко?\s+(?:заседанию|совещанию|собранию))\s{_TAIL}",
        _dated_event,
    ),
    _rule(r"(?:очередное|ближайшее|следующее)\s+(?:заседание|совещание|собрание)", _event, place="label"),
    _rule(rf"на\s+(?:(?:{_NEXT})\s+)?(?:{_MEETING}){_TAIL}", _event, 1),
    _rule(
        rf"{_NO_PREPARING}(?:до|к|ко)\s+(?:особого|сняти[яю]|отмен[ыеу]|стабилизаци[ию]|нормализаци[ию]|начал[ауо]|открыти[яю]|завершени[яю]|окончани[яю]|дн[яю]|проведени[яю]"
        r"|наступлени[яю]|ввод[ау]|старт[ау]|праздник[ау])"
        rf"\s+{_WHAT}",
        _event,
        1,
    ),
    _rule(
        rf"{_NO_PREPARING}(?:к|ко|до)\s+(?:\d+-?летию|юбиле[юя]|годовщин[еы]|праздник[уа]|фестивал[юя])"
        rf"(?:\s+{_WHAT}|(?=$|[.:;,()]|\s+{_VERB}))",
        _event,
        1,
    ),
    _rule(
        rf"(?:по\s+(?:окончании|завершении|истечении)|в\s+день)\s+{_WHAT}",
        _event,
        1,
    ),
    _rule(
        rf"до\s+(?:момента\s+)?(?:{_ACTS})\s+{_WHAT}",
        _event,
        1,
    ),
    _rule(EVERY, _recurring, 1),
    _rule(
        r"(?:постоянно(?!\s+действующ|-)|на\s+постоянной\s+основе|в\s+постоянном\s+режиме|(?:в\s+течение\s+"
        r"|на\s+)?(?:весь|всего)\s+(?:[а-я-]+\s+)?(?:период|сезон|срок)[а-я]*"
        r"|в\s+течение\s+(?:всего\s+)?срока|на\s+системной\s+основе|на\s+регулярной\s+основе|систематически"
        r"|регулярно|бессрочно|на\s+протяжении\s+всего|в\s+течение\s+(?:всего\s+)?[а-я]+(?:ого"
        r"|его)\s+(?:сезона|периода|года)|в\s+(?:течение|период)\s+[а-я]+(?:н|ск)их\s+каникул)(?![а-я])",
        _plain("standing"),
        1,
    ),
    _rule(
        r"(?:по\s+(?:мере\s+[а-я]+|перв[а-я]+\s+(?:требовани[юям]+|запрос[уам]+|вызов[уам]+))"
        rf"(?:\s+(?!{_VERB})[^.;,()\s]+){{0,6}}|при\s+(?:необходимости|наличии|установлении|выявлении"
        r"|поступлении|возникновении"
        r"|наступлении|обнаружении|обращении|получении)(?:\s+[а-я]+){0,4}?"
        rf"(?=$|[.:;,()]|\s+{_VERB})|в\s+случае\s+[^.;,()]{{3,80}})",
        _plain("as_needed"),
        1,
    ),
    _rule(
        r"при\s+(?!участи|содействи|поддержк|условии|администрац|правительств|губернатор|глав)(?P<what>[а-я]+)"
        rf"(?:\s+[а-я-]+){{0,7}}?(?=\s+(?P<verb>{_VERB})|\s*[.;]?$)",
        _on_occasion,
        1,
    ),
    _rule(
        r"(?:при|по\s+запросу|по\s+требованию|по\s+обращени[юя]м?|в\s+случае)(?![а-я])[^.;()]*",
        _plain("as_needed"),
        1,
        "label",
    ),
    _rule(
        r"(?:до|после|к|ко|на|по\s+(?:итогам|завершении|окончании|результатам|факту|готовности)|одновременно"
        r"|со\s+дня|с\s+момента|в\s+день|не\s+позднее|за\s+\d+)"
        r"(?![а-я])[^.;()]{3,}",
        _plain("event"),
        1,
        "label",
    ),
)
"""The grammar, the most particular wordings first."""
