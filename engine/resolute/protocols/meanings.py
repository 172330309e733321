"""What the wordings of deadlines mean: from a match and the day of the protocol to a type and a due date."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from resolute import calendars
from resolute.protocols import morphology
from resolute.protocols.bodies import is_head
from resolute.protocols.periods import (
    COUNT,
    MONTH,
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
    OF_EVERY,
    coming_number,
    first_day,
    how_often,
    number_of,
)
from resolute.protocols.values import DeadlineType


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


def coming_again(match: re.Match[str], context: Context) -> Meaning | None:
    """Every week, month, quarter: «ежеквартально до 5 числа»."""
    text = match[0]
    if _UP_TO.search(match.string, 0, match.start()):
        return None
    often = how_often(text) or "yearly"
    return Meaning("recurring", first_day(text, often, context.base), often)


_UP_TO = re.compile(r"(?:до|чем|на)\s+(?:[а-я]+\s+|\d+\s+)?$")
"""A number that is not how often it is to be done: «увеличить до двух раз в сутки»."""


def number_of_month(match: re.Match[str], context: Context) -> Meaning | None:
    """A day of this month or the next, where the sentence says nothing of every month: «до 20 числа»."""
    if OF_EVERY.search(match.string):
        return None
    base = context.base
    if (match["month"] or "").startswith("следующего"):
        base = last_day(base.year, base.month)
    day = coming_number(int(match["number"]), tuple(range(1, 13)), base)
    return None if day is None else Meaning("date", day)


def on_day(match: re.Match[str], context: Context) -> Meaning | None:
    """A day of the calendar."""
    day = day_of(match["day"], context.base)
    if day is None and not context.labelled:
        return None
    return Meaning("date", day)


def in_range(match: re.Match[str], context: Context) -> Meaning | None:
    """From a day to a day; the last one counts."""
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


def in_months(match: re.Match[str], context: Context) -> Meaning:
    """A month or several; the end of the last one counts."""
    months = months_of(match[0])
    year = year_of(match[0], context.base)
    kind: DeadlineType = "month" if len(months) == 1 else "period"
    return Meaning(kind, end_of_months(months, year, context.base))


def in_quarter(match: re.Match[str], context: Context) -> Meaning | None:
    """A quarter or several."""
    counts = [count_of(part) for part in re.findall(COUNT, match["counts"])]
    counts = [count for count in counts if 1 <= count <= 4]
    if not counts:
        return None
    year = year_of(match[0], context.base)
    return Meaning("quarter" if len(counts) == 1 else "period", end_of_quarter(counts[-1], year, context.base))


def in_q(match: re.Match[str], context: Context) -> Meaning:
    """«Q4 2024», «4Q24»."""
    year = match["year"]
    number = None if year is None else int(year) if len(year) == 4 else 2000 + int(year)
    return Meaning("quarter", end_of_quarter(int(match["count"] or match["before"]), number, context.base))


def in_half(match: re.Match[str], context: Context) -> Meaning | None:
    """A half-year."""
    count = count_of(match["counts"])
    if count not in (1, 2):
        return None
    return Meaning("half_year", end_of_half(count, year_of(match[0], context.base), context.base))


def in_decade(match: re.Match[str], context: Context) -> Meaning:
    """Ten days of a month, or its half: «в первой декаде июня»."""
    text = match["decade"]
    month = months_of(text)[0]
    end = end_of_months([month], year_of(text, context.base), context.base)
    count = 3 if text.startswith("последн") else count_of(text)
    if "половин" in text:
        return Meaning("period", end.replace(day=15) if count == 1 else end)
    return Meaning("period", end.replace(day=count * 10) if count in (1, 2) else end)


def in_year(match: re.Match[str], context: Context) -> Meaning | None:
    """A whole year."""
    year = year_of(match[0], context.base) or context.base.year
    if year < context.base.year and not context.labelled:
        return None
    return Meaning("year", date(year, 12, 31))


def in_years(match: re.Match[str], _context: Context) -> Meaning:
    """Several years."""
    last = re.findall(r"\d{2,4}", match[0])[-1]
    return Meaning("period", date(int(last) if len(last) == 4 else 2000 + int(last), 12, 31))


def by_end_of(match: re.Match[str], context: Context) -> Meaning:
    """The end of the month, quarter, half-year, year or week."""
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


def in_week(match: re.Match[str], context: Context) -> Meaning:
    """The Friday of this week or the next."""
    ahead = 7 if match["week"].startswith(("следующ", "предстоящ")) else 0
    return Meaning("date", context.base + timedelta(days=ahead + 4 - context.base.weekday()))


def in_term(match: re.Match[str], context: Context) -> Meaning:
    """A length of time from the protocol; no day where it is counted from something else."""
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
    """The day `count` units after `base`."""
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


def plainly(kind: DeadlineType) -> Callable[[re.Match[str], Context], Meaning]:
    """A wording that says only its type."""
    return lambda _match, _context: Meaning(kind)


def on_occasion(match: re.Match[str], _context: Context) -> Meaning | None:
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
