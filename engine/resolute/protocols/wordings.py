"""The grammar of deadline wordings: each rule is a pattern and what it means."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from resolute.protocols.meanings import (
    Context,
    Meaning,
    by_end_of,
    coming_again,
    in_decade,
    in_half,
    in_months,
    in_q,
    in_quarter,
    in_range,
    in_term,
    in_week,
    in_year,
    in_years,
    number_of_month,
    on_day,
    on_occasion,
    plainly,
)
from resolute.protocols.periods import (
    COUNT,
    DAY,
    DECADE,
    MONTH,
    MONTH_YEAR,
    YEAR,
    YEARS,
    day_of,
)
from resolute.protocols.recurrence import (
    EVERY,
    SHORT_WEEKDAYS,
    WEEKDAYS,
)
from resolute.protocols.source import DASH

Place = Literal["anywhere", "label"]


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


def _event(match: re.Match[str], context: Context) -> Meaning:
    text = match[0]
    if (day := re.search(DAY, text)) and (due := day_of(day[0], context.base)):
        return Meaning("event", due)
    inside = Context(context.base, context.profile, labelled=True)
    for rule in RULES:
        if rule.meaning in (on_day, in_quarter, in_half, in_months, in_range):
            for found in rule.pattern.finditer(text):
                meaning = rule.meaning(found, inside)
                if meaning is not None and meaning.due is not None:
                    return Meaning("event", meaning.due)
    return Meaning("event")


def _dated_event(match: re.Match[str], context: Context) -> Meaning | None:
    """An event with a date or period inside; None without one."""
    meaning = _event(match, context)
    return None if meaning.due is None else meaning


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
        coming_again,
    ),
    _rule(rf"(?:{_BY}\s+)?{DAY}\s*,?\s*(?:ежегодно|каждого\s+года)", coming_again),
    _rule(
        rf"(?:{_BY}\s+)?\d{{1,2}}\s+{MONTH}\s+(?:каждого\s+года|года,?\s+следующего\s+за\s+отч[её]тным(?:\s+годом)?)",
        coming_again,
    ),
    _rule(
        rf"{_BY}\s+(?P<number>\d{{1,2}})(?:\s?-?\s?(?:го|му))?\s+числ[ау]"
        rf"(?:\s+(?P<month>(?:текущего|этого|следующего)\s+месяца))?(?!,?\s+(?:каждого|следующего|месяца|квартала|полугодия|года))",
        number_of_month,
    ),
    _rule(rf"(?:{_BY}\s+){_DAY_NUMBER}(?:\s*,?\s*{EVERY})?", coming_again),
    _rule(r"\d{1,2}(?:\s?-?\s?го)?\s+(?:числа\s+)?каждого\s+(?:месяца|квартала|полугодия)", coming_again),
    _rule(rf"(?:в\s+период\s+)?(?:с|со)\s+{_START}\s+(?:по|до)\s+{_STOP}", in_range),
    _rule(rf"(?:в\s+период\s+)?{_START}\s?[{DASH}]\s?(?P<end>{DAY})", in_range, place="label"),
    _rule(rf"(?:в\s+период\s+)?с\s+{MONTH_YEAR}\s+(?:по|до)\s+{MONTH_YEAR}", in_months),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{_QUARTERS}", in_quarter),
    _rule(rf"{_IN}\s+{_QUARTERS}", in_quarter),
    _rule(_QUARTERS, in_quarter, place="label"),
    _rule(_Q, in_q, place="label"),
    _rule(rf"{_IN}\s+{_HALF}", in_half),
    _rule(_HALF, in_half, place="label"),
    _rule(rf"(?:{_IN}\s+)(?P<decade>{DECADE})", in_decade),
    _rule(rf"(?P<decade>{DECADE})", in_decade, place="label"),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{MONTH_YEAR}", in_months),
    _rule(rf"(?:в\s+срок\s+)?{_END}\s+{_OF}", by_end_of),
    _rule(rf"(?:{_BY}|с)\s+(?:{_CLOCK})?{_FULL_DAY}{_TIME}", on_day),
    _rule(rf"в\s+{_N_GLUED}?\s?-?\s?(?:рабочих\s+)?{_STEMS}\s+срок{_ANCHOR}", in_term),
    _rule(
        rf"(?:в\s+(?:течение|срок)|в\s+срок,?\s+не\s+(?:позднее|более|свыше|превышающ[а-я]+)"
        rf"|не\s+позднее(?:,?\s+чем)?(?:\s+через)?|через|по\s+истечении)"
        rf"\s+(?:{_N}{_WORKING}\s*)?{_UNITS}(?!\s+\d{{4}}){_ANCHOR}",
        in_term,
    ),
    _rule(
        rf"(?:не\s+позднее,?\s+чем\s+)?за\s+(?:{_N}{_WORKING}\s*)?{_UNITS}\s+до\s+[^.;(),]{{3,90}}?(?=$|[.:;(),]|\s+{_VERB})",
        plainly("relative"),
    ),
    _rule(r"в\s+течение\s+(?:первой|второй)\s+половины\s+срока", plainly("relative")),
    _rule(rf"{_N}\s?-?\s?{_WORKING}\s*{_UNITS}{_ANCHOR}", in_term, place="label"),
    _rule(rf"(?:до|в\s+течение|на)?\s*{YEARS}", in_years, place="label"),
    _rule(rf"в(?:\s+течение)?\s+{YEARS}", in_years),
    _rule(rf"(?:во?(?:\s+(?:начале|середине|конце))?|в\s+течение|за)\s+{_MONTHS}", in_months, 1),
    _rule(r"на\s+(?P<week>следующей|предстоящей|этой|текущей)\s+неделе", in_week, 1),
    _rule(rf"(?:до|к|на)\s+{MONTH_YEAR}", in_months, place="label"),
    _rule(_MONTHS, in_months, place="label"),
    _rule(
        r"(?:asap|весьма\s+срочно|срочно|незамедлительно|немедленно|безотлагательно|оперативно"
        r"|в\s+(?:возможно\s+)?(?:крат|корот)ча?йши[а-я]+\s+срок[а-я]*|в\s+(?:возможно\s+)?короткий\s+срок)(?![а-я])",
        plainly("immediate"),
    ),
    _rule(rf"(?P<start>\d{{1,2}})\s?[{DASH}]\s?(?P<end>{DAY})", in_range, 1),
    _rule(rf"{_FULL_DAY}{_TIME}", on_day, 1),
    _rule(rf"(?:(?:в|в\s+течение)\s+)?{YEAR}", in_year, place="label"),
    _rule(rf"(?:в\s+течение)\s+{_OF}", by_end_of),
    _rule(r"в\s+(?:20\d\d\s+году|(?:текущем|этом)\s+году)", in_year, 1),
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
    _rule(EVERY, coming_again, 1),
    _rule(
        r"(?:постоянно(?!\s+действующ|-)|на\s+постоянной\s+основе|в\s+постоянном\s+режиме|(?:в\s+течение\s+"
        r"|на\s+)?(?:весь|всего)\s+(?:[а-я-]+\s+)?(?:период|сезон|срок)[а-я]*"
        r"|в\s+течение\s+(?:всего\s+)?срока|на\s+системной\s+основе|на\s+регулярной\s+основе|систематически"
        r"|регулярно|бессрочно|на\s+протяжении\s+всего|в\s+течение\s+(?:всего\s+)?[а-я]+(?:ого"
        r"|его)\s+(?:сезона|периода|года)|в\s+(?:течение|период)\s+[а-я]+(?:н|ск)их\s+каникул)(?![а-я])",
        plainly("standing"),
        1,
    ),
    _rule(
        r"(?:по\s+(?:мере\s+[а-я]+|перв[а-я]+\s+(?:требовани[юям]+|запрос[уам]+|вызов[уам]+))"
        rf"(?:\s+(?!{_VERB})[^.;,()\s]+){{0,6}}|при\s+(?:необходимости|наличии|установлении|выявлении"
        r"|поступлении|возникновении"
        r"|наступлении|обнаружении|обращении|получении)(?:\s+[а-я]+){0,4}?"
        rf"(?=$|[.:;,()]|\s+{_VERB})|в\s+случае\s+[^.;,()]{{3,80}})",
        plainly("as_needed"),
        1,
    ),
    _rule(
        r"при\s+(?!участи|содействи|поддержк|условии|администрац|правительств|губернатор|глав)(?P<what>[а-я]+)"
        rf"(?:\s+[а-я-]+){{0,7}}?(?=\s+(?P<verb>{_VERB})|\s*[.;]?$)",
        on_occasion,
        1,
    ),
    _rule(
        r"(?:при|по\s+запросу|по\s+требованию|по\s+обращени[юя]м?|в\s+случае)(?![а-я])[^.;()]*",
        plainly("as_needed"),
        1,
        "label",
    ),
    _rule(
        r"(?:до|после|к|ко|на|по\s+(?:итогам|завершении|окончании|результатам|факту|готовности)|одновременно"
        r"|со\s+дня|с\s+момента|в\s+день|не\s+позднее|за\s+\d+)"
        r"(?![а-я])[^.;()]{3,}",
        plainly("event"),
        1,
        "label",
    ),
)
"""The grammar, the most particular wordings first."""
