"""Counting in working days."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from resolute import calendars

RU = calendars.production_calendar("RU")
days = st.dates(date(2015, 1, 1), date(2026, 12, 31))
counts = st.integers(-60, 60)


def test_a_moved_working_saturday_is_worked_and_its_monday_is_not():
    assert RU.is_working(date(2022, 3, 5))
    assert not RU.is_working(date(2022, 3, 7))


def test_the_end_of_2022_moves_back_to_friday_and_on_to_the_ninth_of_january():
    assert calendars.previous_working(RU, date(2022, 12, 31)) == date(2022, 12, 30)
    assert calendars.next_working(RU, date(2022, 12, 31)) == date(2023, 1, 9)


@given(days, counts)
def test_adding_working_days_agrees_with_walking_day_by_day(day, count):
    step = 1 if count > 0 else -1
    reached, left = day, abs(count)
    while left:
        reached += timedelta(days=step)
        left -= RU.is_working(reached)
    assert calendars.add_working_days(RU, day, count) == reached


@given(days, st.integers(0, 200))
def test_counting_between_undoes_adding(day, count):
    end = calendars.add_working_days(RU, day, count)
    assert calendars.working_days_between(RU, day, end) == count
    assert calendars.working_days_between(RU, end, day) == -count
