"""What comes again: how often a wording says, and the first day that it names."""

from __future__ import annotations

import re
from datetime import date

from resolute.protocols.periods import DAY, add_months, day_of, last_day, next_weekday

_NUMBER_WORDS = {
    "од": 1, "дв": 2, "тр": 3, "четыр": 4, "пят": 5, "шест": 6, "сем": 7, "восьм": 8, "восем": 8,
    "девят": 9, "десят": 10, "одиннадцат": 11, "двенадцат": 12, "тринадцат": 13, "четырнадцат": 14,
    "пятнадцат": 15, "двадцат": 20, "тридцат": 30, "сорок": 40, "шестидесят": 60, "девяност": 90, "полутор": 1,
}  # fmt: skip
SHORT_WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")
WEEKDAYS = ("понедельник", "вторник", "сред", "четверг", "пятниц", "суббот", "воскресень")
_REPORT = r"(?:ый|ую|ые|ое)\s+(?:доклад|отчет|информ|мониторинг)[а-я]*"
_OFTEN = {
    rf"ежедневно|ежедневн{_REPORT}|каждый\s+день|каждые\s+сутки": "daily",
    rf"еженедельно|еженедельн{_REPORT}|каждую\s+неделю|по\s+недельно": "weekly",
    r"ежедекадно|каждую\s+декаду": "every_ten_days",
    rf"ежемесячно|ежемесячн{_REPORT}|помесячно|каждый\s+месяц": "monthly",
    rf"ежеквартально|ежеквартальн{_REPORT}|поквартально|каждый\s+квартал": "quarterly",
    r"каждое\s+полугодие|по\s+полугодиям|ежеполугодно": "half_yearly",
    r"ежегодно|каждый\s+год": "yearly",
}
_TIMES_A = {
    r"дв[еа]\s+недели|2\s+недели": "fortnightly",
    r"день|сутки": "daily",
    r"неделю": "weekly",
    r"декаду|10\s+дней|десять\s+дней": "every_ten_days",
    r"месяц": "monthly",
    r"квартал": "quarterly",
    r"полугодие|полгода|шесть\s+месяцев|6\s+месяцев": "half_yearly",
    r"год": "yearly",
    r"три\s+месяца|3\s+месяца": "quarterly",
}
_TIMES = (
    r"(?:не\s+(?:реже|менее)(?:,?\s+чем)?\s+)?(?:(?:\d+|один|одного|одно|два|двух|трёх|трех|три"
    r"|четыре[а-я]*)\s*(?:-?х\s*)?)?"
    rf"раз(?:а)?\s+в\s+(?:{'|'.join(_TIMES_A)})"
)
EVERY = (
    rf"(?:(?:{'|'.join(_OFTEN)})(?![а-я])|{_TIMES}|кажд(?:ый|ую|ое|ого|ой|ые)\s+(?:(?:перв|втор|треть|четверт|последн)[а-я]+\s+)?(?:{'|'.join(WEEKDAYS)})[а-я]*"
    r"|по\s+(?:понедельникам|вторникам|средам|четвергам|пятницам|субботам|воскресеньям))"
)


def number_of(text: str) -> int:
    """The number that `text` begins with, in digits or words; 1 when there is none."""
    text = text.strip()
    digits = re.match(r"\d+", text)
    if digits:
        return int(digits[0])
    found = [(len(stem), value) for stem, value in _NUMBER_WORDS.items() if text.startswith(stem)]
    return max(found)[1] if found else 1


def how_often(text: str) -> str | None:
    """The period of a recurring wording: daily, weekly, monthly, quarterly, half_yearly, yearly, ..."""
    for pattern, name in _OFTEN.items():
        if re.search(rf"\b(?:{pattern})\b", text):
            return name
    if match := re.search(_TIMES, text):
        period = next(name for pattern, name in _TIMES_A.items() if re.search(rf"в\s+(?:{pattern})\b", text))
        times = number_of(re.sub(r"^(?:не\s+(?:реже|менее)(?:,?\s+чем)?\s+)?", "", match[0]))
        faster = {("yearly", 2): "half_yearly", ("yearly", 4): "quarterly", ("half_yearly", 2): "quarterly",
                  ("quarterly", 3): "monthly", ("yearly", 12): "monthly"}  # fmt: skip
        return faster.get((period, times), period)
    if re.search(rf"(?:{'|'.join(WEEKDAYS)})", text):
        return "weekly"
    if re.search(r"числа|каждого\s+месяца", text):
        return "quarterly" if "квартал" in text else "half_yearly" if "полугоди" in text else "monthly"
    return None


def first_day(text: str, often: str, base: date) -> date | None:
    """The first day after `base` that a recurring wording names."""
    if re.search(
        r"период\s+с|\bс\s+\d|(?:перв|втор|треть|четверт|последн)[а-я]+\s+(?!числ|рабоч|месяц|д[не])[а-я]", text
    ):
        return None
    if weekday := re.search("|".join(WEEKDAYS), text):
        return next_weekday(base, WEEKDAYS.index(weekday[0]))
    if weekday := re.search(rf"(?<![а-я])(?:{'|'.join(SHORT_WEEKDAYS)})(?![а-я])", text):
        return next_weekday(base, SHORT_WEEKDAYS.index(weekday[0]))
    if re.search(DAY, text):
        if often in _SHORT:
            return None
        day = day_of(text, base)
        if day is not None and day == base:
            day = add_months(day, 12)
        return day
    number = re.search(r"(\d{1,2})(?:\s?-?\s?(?:го|му))?(?=\s+(?:числ[ау]|(?:каждого\s+)?месяца))", text)
    if number is None:
        return _last_working(text, often, base)
    months: tuple[int, ...] = tuple(range(_MONTHS_OF.get(often, 1), 13, _MONTHS_OF.get(often, 1)))
    if not re.search(r"последнего\s+месяца", text):
        months = tuple((month - _MONTHS_OF.get(often, 1)) % 12 + 1 for month in months)
    return coming_number(int(number[1]), months, base)


_SHORT = ("daily", "weekly", "fortnightly", "every_ten_days")
"""What comes so often that a date with it is the last day, not the first: «еженедельно до 9 мая»."""
OF_EVERY = re.compile(r"еже(?:дневн|недельн|декадн|месячн|квартальн|годн)|кажд[а-я]+\s|раз[а]?\s+в\s")


_MONTHS_OF = {"quarterly": 3, "half_yearly": 6, "yearly": 12}


def coming_number(number: int, months: tuple[int, ...], base: date) -> date | None:
    if not 1 <= number <= 31:
        return None
    for shift in range(14):
        first = add_months(base.replace(day=1), shift)
        end = last_day(first.year, first.month)
        day = first.replace(day=min(number, end.day))
        if first.month in months and day > base:
            return day
    return None


def _last_working(text: str, often: str, base: date) -> date | None:
    if "последн" not in text:
        return None
    step = {"quarterly": 3, "half_yearly": 6, "yearly": 12}.get(often, 1)
    return last_day(base.year, (base.month + step - 1) // step * step)
