"""The grammar of deadline wordings and the counting of days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resolute.protocols import Profile, Term
from resolute.protocols.deadlines import find

BASE = date(2024, 5, 24)  # a Friday

LABELLED = """
до 7 июня 2024 года | date | 2024-06-07
до 10.06.22 | date | 2022-06-10
до 15.09 | date | 2024-09-15
до 1 декабря с.г. | date | 2024-12-01
не позднее 1-го октября 2024 г. | date | 2024-10-01
22 июня 10.00 ч. | date | 2024-06-22
«05» июля 2024 г. | date | 2024-07-05
до первого июля | date | 2024-07-01
к 1 сентября 2024 года | date | 2024-09-01
до 20 января | date | 2025-01-20
с 17 сентября 2024 года | date | 2024-09-17
в период с 3 июня по 16 августа 2024 года | period | 2024-08-16
с 26 декабря 2024 года по 8 января 2025 года | period | 2025-01-08
1 – 9 августа 2024 г. | period | 2024-08-09
10–13 сентября 2024 г. | period | 2024-09-13
ноябрь – декабрь 2024 года | period | 2024-12-31
Сентябрь, март | period | 2025-03-31
2024 – 2025 годы | period | 2025-12-31
I-II кварталы 2025 | period | 2025-06-30
первая декада марта | period | 2025-03-10
вторая половина марта 2025 г. | period | 2025-03-31
4-й квартал 2024 г. | quarter | 2024-12-31
III кв. 2024 | quarter | 2024-09-30
до конца III квартала 2024 года | quarter | 2024-09-30
I квартал | quarter | 2025-03-31
второе полугодие 2024 года | half_year | 2024-12-31
июль 2024 года | month | 2024-07-31
до конца месяца | month | 2024-05-31
до конца мая | month | 2024-05-31
до конца года | year | 2024-12-31
2025 год | year | 2025-12-31
в трёхдневный срок | relative | 2024-05-27
в двухнедельный срок | relative | 2024-06-07
в месячный срок | relative | 2024-06-24
10 дней | relative | 2024-06-03
в течение 24 часов | relative | 2024-05-25
в течение трёх рабочих дней со дня регистрации протокола | relative | 2024-05-29
в течение 5 рабочих дней со дня подписания протокола | relative | 2024-05-31
в 10-дневный срок после завершения обследования | relative | None
не позднее чем за 3 рабочих дня до заседания | relative | None
незамедлительно | immediate | None
в кратчайшие сроки | immediate | None
весьма срочно | immediate | None
на очередном заседании | event | None
на заседании Совета в сентябре 2024 года | event | 2024-09-30
к началу учебного года | event | None
еженедельно по средам | recurring | 2024-05-29
ежеквартально до 10 числа месяца, следующего за отчётным | recurring | 2024-07-10
ежеквартально до 30-го числа месяца, следующего за отчётным периодом | recurring | 2024-07-30
ежемесячно до 5 числа | recurring | 2024-06-05
ежегодно до 15 декабря | recurring | 2024-12-15
до 20 января года, следующего за отчётным | recurring | 2025-01-20
ежедневно до 16.00 в период с 1 по 10 июня | recurring | None
не реже одного раза в полугодие | recurring | None
постоянно | standing | None
весь период | standing | None
на постоянной основе | standing | None
по мере выявления | as_needed | None
при необходимости | as_needed | None
в случае изменения состава | as_needed | None
"""


@pytest.mark.parametrize("line", LABELLED.strip().splitlines())
def test_a_wording_after_a_label_is_understood(line):
    wording, kind, due = (part.strip() for part in line.split("|"))
    found = find(wording, BASE, Profile(), labelled=True)
    assert found is not None
    assert (found[0].type, str(found[0].due)) == (kind, due)


@pytest.mark.parametrize(
    "text",
    [
        "подготовить сведения по состоянию на 1 января 2025 года",
        "исполнить распоряжение от 04.09.2024 № 15",
        "обобщить итоги совещания, проведённого 13 мая 2024 года",
        "предусмотреть средства на 2025 год",
        "учесть программу на 2025–2027 годы",
        "организовать работу постоянно действующей комиссии",
        "доложить о травматизме за 8 месяцев 2024 года",
        "провести конкурс «До 1 мая 2025 года»",
    ],
)
def test_a_date_that_is_no_deadline_is_not_taken(text):
    assert find(text, BASE, Profile()) is None


@pytest.mark.parametrize(
    ("wording", "then", "often"),
    [
        ("до 1 июля 2024 года и далее по мере необходимости", "as_needed", None),
        ("до 01.08.2024, далее – ежегодно", "recurring", "yearly"),
        ("до 1 августа, затем ежемесячно", "recurring", "monthly"),
        ("до 1 августа и далее постоянно", "standing", None),
    ],
)
def test_a_compound_deadline_keeps_both_parts(wording, then, often):
    deadline = find(wording, BASE, Profile(), labelled=True)[0]
    assert (deadline.type, deadline.then, deadline.recurring, deadline.text) == ("date", then, often, wording)


@pytest.mark.parametrize(
    ("day_off", "effective"),
    [("previous", date(2022, 12, 30)), ("next", date(2023, 1, 9)), ("keep", date(2022, 12, 31))],
)
def test_a_deadline_on_a_day_off_moves_by_the_profile(day_off, effective):
    deadline = find("4 квартал 2022 года", date(2022, 4, 21), Profile(day_off=day_off), labelled=True)[0]
    assert (deadline.due, deadline.effective) == (date(2022, 12, 31), effective)
    assert (deadline.rule is not None) == (day_off != "keep")


def test_an_exclusive_body_counts_the_day_before():
    deadline = find("до 5 июня 2024 года", BASE, Profile(inclusive=False), labelled=True)[0]
    assert (deadline.due, deadline.effective) == (date(2024, 6, 5), date(2024, 6, 4))


def test_an_urgent_deadline_gets_the_day_of_the_profile_marked_as_derived():
    deadline = find("срочно", BASE, Profile(urgency={"срочно": Term(2, "working_days")}), labelled=True)[0]
    assert (deadline.due, deadline.effective) == (None, date(2024, 5, 28))
    assert deadline.rule


MONTHS = [
    "января",
    "февраля",
    "марта",
    "апреля",
    "мая",
    "июня",
    "июля",
    "августа",
    "сентября",
    "октября",
    "ноября",
    "декабря",
]


@settings(max_examples=200, derandomize=True, deadline=None)
@given(
    st.dates(date(2024, 5, 25), date(2031, 12, 31)), st.sampled_from(["до {}", "не позднее {}", "к {}", "в срок до {}"])
)
def test_a_date_means_the_same_in_figures_and_in_words(day, frame):
    figures = find(frame.format(day.strftime("%d.%m.%Y")), BASE, Profile(), labelled=True)
    in_words = find(frame.format(f"{day.day} {MONTHS[day.month - 1]} {day.year} года"), BASE, Profile(), labelled=True)
    assert figures[0].due == in_words[0].due == day
    assert figures[0].effective <= day


@settings(max_examples=200, derandomize=True, deadline=None)
@given(st.dates(BASE, BASE + timedelta(days=365)))
def test_a_date_without_a_year_is_the_next_such_day(day):
    if (day.month, day.day) == (2, 29):
        return
    found = find(f"до {day.day} {MONTHS[day.month - 1]}", BASE, Profile(), labelled=True)[0]
    assert found.due >= BASE
    assert (found.due.day, found.due.month) == (day.day, day.month)
    assert found.due < BASE + timedelta(days=366)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.text(alphabet="до срок1 2.,-–()«»квартлгмесяцнеь0345IV", max_size=60))
def test_no_text_breaks_the_grammar(text):
    for labelled in (True, False):
        found = find(text, BASE, Profile(), labelled=labelled)
        assert found is None or 0 <= found[1][0] < found[1][1] <= len(text)
