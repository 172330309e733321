"""Days and periods of the calendar as Russian office papers write them: «1 марта», «III квартал 2024 года»."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from itertools import pairwise

from resolute.protocols.source import DASH

MONTHS = ("январ", "феврал", "март", "апрел", "ма", "июн", "июл", "август", "сентябр", "октябр", "ноябр", "декабр")
MONTH = (
    r"(?:январ[ьяюе]|феврал[ьяюе]|март[аеу]?|апрел[ьяюе]|ма[йяюе]|июн[ьяюе]|июл[ьяюе]|август[аеу]?"
    r"|сентябр[ьяюе]|октябр[ьяюе]|ноябр[ьяюе]|декабр[ьяюе])\b"
)
YEAR = (
    r"(?:(?:20|19)\d\d(?:-го)?(?:\s?(?:года|году|год|годов|годы|гг?\.?)(?![а-я]))?"
    r"|(?:текущего|этого|нынешнего|следующего|будущего|сего)\s+года|[ст]\.\s?г\.?)"
)
_ORDINALS = (
    "перв", "втор", "треть", "четверт", "пят", "шест", "седьм", "восьм", "девят", "десят",
    "одиннадцат", "двенадцат", "тринадцат", "четырнадцат", "пятнадцат",
)  # fmt: skip
DAY = (
    rf"(?:[«\"]?\d{{1,2}}[»\"]?(?:-?\s?го)?\s+{MONTH}(?:\s+{YEAR})?"
    rf"|\d{{1,2}}[./]\d{{1,2}}[./](?:\d{{4}}|\d\d)(?!\d)(?:\s?(?:года|г\.?)(?![а-я]))?|\d{{4}}-\d\d-\d\d"
    rf"|(?:{'|'.join(_ORDINALS)})(?:ого|его)\s+{MONTH}(?:\s+{YEAR})?)"
)
COUNT = (
    r"(?:\d(?:\s?-?(?:й|го|м|ом|ого|ый|ое|е|х))?|[ivxіх]{1,3}|[шп](?![а-я])"
    r"|перв[а-я]+|втор[а-я]+|трет[а-я]+|четверт[а-я]+)"
)
DECADE = rf"(?:{COUNT}|последн[а-я]+)\s+(?:декад[а-я]+|половин[а-я]+)\s+{MONTH}(?:\s+{YEAR})?"
MONTH_YEAR = rf"{MONTH}(?:\s+(?:месяц[а-я]*\s+)?{YEAR})?"
YEARS = rf"(?:20)\d\d\s?[{DASH}]\s?(?:20)?\d\d\s?(?:годы|годов|годах|гг\.?|г\.\s?г\.)"

_NUMERALS = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "ш": 3, "п": 2}
_YEAR_NUMBER = re.compile(r"(?<!\d)((?:20|19)\d\d)(?!\d)")
_MONTH_WORD = re.compile(MONTH)


def last_day(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, count: int) -> date:
    """The same number `count` months later, or the last day of a month that is too short."""
    index = day.year * 12 + day.month - 1 + count
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def count_of(text: str) -> int:
    """The number in «III», «3-й», «третий»; 0 when there is none."""
    text = text.strip().replace("і", "i").replace("х", "x")
    if text[:1].isdigit():
        return int(text[0])
    for index, stem in enumerate(("перв", "втор", "трет", "четверт"), 1):
        if text.startswith(stem):
            return index
    return _NUMERALS.get(re.split(r"[^a-zшп]", text)[0], 0)


def month_of(text: str) -> int | None:
    """The month named first in `text` (lower case)."""
    match = _MONTH_WORD.search(text)
    return None if match is None else _month(match[0])


def months_of(text: str) -> list[int]:
    """All months named in `text`, in their order."""
    return [_month(match[0]) for match in _MONTH_WORD.finditer(text)]


def _month(word: str) -> int:
    return next(
        index for index, stem in enumerate(MONTHS, 1) if word.startswith(stem) and (stem != "ма" or len(word) == 3)
    )


def year_of(text: str, base: date) -> int | None:
    """The year written in `text`, also as «текущего года», «с.г.»; None when there is none."""
    found = _YEAR_NUMBER.findall(text)
    if found:
        return int(found[-1])
    if re.search(r"(?:следующего|будущего)\s+года", text):
        return base.year + 1
    if re.search(r"(?:текущего|этого|нынешнего|сего)\s+года|\b[ст]\.\s?г\b", text):
        return base.year
    return None


def day_of(text: str, base: date) -> date | None:
    """The day in `text` («до 1 марта», «15.11.22»); without a year, the first one not before `base`."""
    if match := re.search(r"(\d{4})-(\d\d)-(\d\d)", text):
        return _date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.search(r"(?<!\d)(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d\d))?(?!\d)", text):
        year = match[3]
        number = None if year is None else int(year) if len(year) == 4 else 2000 + int(year)
        return _coming(int(match[1]), int(match[2]), number, base)
    month = month_of(text)
    day = re.search(r"(?<!\d)(\d{1,2})[»\"]?(?:-?\s?го)?(?=\s)", text)
    if month is None:
        return None
    number = int(day[1]) if day else _ordinal_of(text)
    return None if number is None else _coming(number, month, year_of(text, base), base)


def _ordinal_of(text: str) -> int | None:
    for word in text.split():
        for index, stem in enumerate(_ORDINALS, 1):
            if word.startswith(stem):
                return index
    return None


def _coming(day: int, month: int, year: int | None, base: date) -> date | None:
    if year is not None:
        return _date(year, month, day)
    this = _date(base.year, month, day)
    return this if this is not None and this >= base else _date(base.year + 1, month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def end_of_months(months: list[int], year: int | None, base: date) -> date:
    """The end of the last of `months`; a month smaller than the one before it lies in the next year."""
    end_year = year if year is not None else base.year
    due = last_day(end_year, months[-1])
    if year is None:
        turns = sum(b < a for a, b in pairwise(months))
        first = last_day(base.year, months[0])
        shift = (first < base) + turns
        due = last_day(base.year + shift, months[-1])
    return due


def end_of_quarter(number: int, year: int | None, base: date) -> date:
    """The last day of a quarter; without a year, of the one that is not past."""
    return end_of_months([number * 3], year, base)


def end_of_half(number: int, year: int | None, base: date) -> date:
    """The last day of a half-year."""
    return end_of_months([number * 6], year, base)


def next_weekday(base: date, weekday: int) -> date:
    """The first such weekday (Monday is 0) after `base`."""
    return base + timedelta(days=(weekday - base.weekday() - 1) % 7 + 1)
