"""What a point becomes: the process that carries it out, its terms, its name, who checks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from resolute import i18n
from resolute.modelling.choose import Course, course
from resolute.modelling.labels import LONGEST, label, shortened
from resolute.modelling.leaders import controller, genitive, giver
from resolute.modelling.names import process_id, protocol_key, slug
from resolute.modelling.terms import first_day, half_term, period
from resolute.protocols.values import Deadline, DeadlineType, Kind, Party, Point, Protocol, Then

MINISTRY = Party("Министерство труда")


def point(
    text: str = "обеспечить работу",
    kind: Kind = "assignment",
    deadline: DeadlineType = "date",
    *responsible: Party,
    then: Then | None = None,
) -> Point:
    return Point("1.1", 1, text, kind, responsible or (MINISTRY,), Deadline("…", deadline, then=then))


def alone(given: Point) -> Course:
    return course(given, settled_before=True, awaited=False)


@pytest.mark.parametrize("kind", ["information", "approval", "designation", "rejection", "control"])
def test_what_the_decision_itself_settles_calls_nothing(kind: Kind) -> None:
    assert alone(replace(point(kind=kind, deadline="none"), responsible=())) == Course(None)


@pytest.mark.parametrize(
    "deadline",
    ["date", "period", "quarter", "half_year", "year", "month", "relative", "immediate", "event", "none"],
)
def test_an_assignment_with_any_single_deadline_is_an_assignment(deadline: DeadlineType) -> None:
    assert alone(point(deadline=deadline)) == Course("assignment")


@pytest.mark.parametrize(
    ("deadline", "pattern"),
    [("standing", "standing_duty"), ("recurring", "standing_duty"), ("as_needed", "monitoring")],
)
def test_a_duty_without_an_end_goes_on_until_it_is_taken_off(deadline: DeadlineType, pattern: str) -> None:
    assert alone(point(kind="standing", deadline=deadline)) == Course(pattern)  # type: ignore[arg-type]


def test_a_designation_with_a_standing_deadline_is_a_duty() -> None:
    assert alone(point(kind="designation", deadline="standing")) == Course("standing_duty")


def test_a_duty_that_others_wait_for_begins_with_a_part_that_ends() -> None:
    given = course(point(kind="standing", deadline="standing"), settled_before=True, awaited=True)
    assert given == Course("assignment", "standing_duty")


@pytest.mark.parametrize(
    ("then", "further"),
    [("as_needed", "monitoring"), ("recurring", "standing_duty"), ("standing", "standing_duty")],
)
def test_a_compound_deadline_goes_on_after_its_first_part(then: Then, further: str) -> None:
    assert alone(point(then=then)) == Course("assignment", further)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "pattern"),
    [
        ("представить информацию на заседание областного Совета", "report_at_meeting"),
        ("доложить о ходе работы на очередном заседании комиссии", "report_at_meeting"),
        ("организовать проведение заседания совета", "assignment"),
        ("сформировать управляющие компании (советы) центров", "forming_body"),
        ("создать межведомственную рабочую группу", "forming_body"),
        ("организовать работу по формированию регионального наблюдательного совета", "forming_body"),
        ("сформировать бюджет", "assignment"),
    ],
)
def test_the_wording_chooses_a_pattern_of_its_own(text: str, pattern: str) -> None:
    assert alone(point(text)).pattern == pattern


def test_an_open_group_gets_a_collective_assignment() -> None:
    assert alone(point("провести сверку", "assignment", "date", Party("Главы", group=True))) == Course("collective")


def test_a_recommendation_is_tracked_and_not_enforced() -> None:
    assert alone(point(kind="recommendation")) == Course("recommendation")


def test_an_approval_that_waits_for_work_is_still_to_be_voted() -> None:
    given = course(point(kind="approval"), settled_before=False, awaited=False)
    assert given == Course("approval")


def test_information_for_named_parties_is_acknowledged_by_them() -> None:
    assert alone(point(kind="information")) == Course("acknowledgement")


@pytest.mark.parametrize(
    ("recurring", "issued", "first"),
    [
        ("weekly", date(2022, 4, 21), date(2022, 4, 28)),
        ("monthly", date(2022, 4, 21), date(2022, 5, 10)),
        ("monthly", date(2022, 12, 21), date(2023, 1, 10)),
        ("quarterly", date(2022, 4, 21), date(2022, 7, 10)),
        ("half_yearly", date(2022, 8, 1), date(2023, 1, 10)),
        ("yearly", date(2022, 4, 21), date(2023, 1, 10)),
    ],
)
def test_a_periodical_report_without_a_date_is_due_after_the_period(recurring: str, issued: date, first: date) -> None:
    given = replace(point(), deadline=Deadline("…", "recurring", recurring=recurring))
    assert first_day(given, issued) == first


def test_what_follows_a_first_part_is_due_one_period_later() -> None:
    given = replace(
        point(), deadline=Deadline("…", "date", date(2022, 8, 31), then="recurring", recurring="half_yearly")
    )
    assert first_day(given, date(2022, 4, 21), after_first=True) == date(2023, 2, 28)
    assert period(given) == "P6M"


def test_half_of_the_term_lies_in_the_middle_and_needs_both_ends() -> None:
    assert half_term(date(2022, 4, 1), date(2022, 4, 11)) == date(2022, 4, 6)
    assert half_term(None, date(2022, 4, 11)) is None
    assert half_term(date(2022, 4, 11), date(2022, 4, 1)) is None


@pytest.mark.parametrize(
    ("body", "owner"),
    [
        ("областной Совет по кадровой политике", "областного Совета по кадровой политике"),
        ("Межведомственная комиссия по охране труда", "Межведомственной комиссии по охране труда"),
        ("Правительство Челябинской области", "Правительства Челябинской области"),
        ("Комитет «Развитие»", "Комитета «Развитие»"),
        ("№ 5", None),
    ],
)
def test_a_body_is_put_into_the_genitive(body: str, owner: str | None) -> None:
    assert genitive(body) == owner


def test_without_a_controller_the_secretariat_checks_and_the_chair_decides() -> None:
    given = Protocol("2/2022", None, "областной Совет", ())
    with i18n.use("ru"):
        assert controller(given) == "Секретариат областного Совета"
        assert giver(given) == "Председатель областного Совета"
    named = replace(given, controller=Party("Иванова А.А."), signer="И.А. Гехт")
    assert (controller(named), giver(named)) == ("Иванова А.А.", "И.А. Гехт")


def test_a_name_begins_with_the_deed_and_not_with_the_parties() -> None:
    text = "Министерству образования и науки, ЧОАР «Союз» разработать план мероприятий;"
    assert label(point(text)) == "1.1. Разработать план мероприятий"
    assert label(point("Информацию Кузнецова А.И. принять к сведению.", "information")) == (
        "1.1. Информацию Кузнецова А.И. принять к сведению"
    )


@pytest.mark.parametrize(
    "term", ["до 20 мая 2026 года", "ежеквартально до 10 числа", "5 (пяти) дней", "2024 – 2025 годы"]
)
@pytest.mark.parametrize(
    "text",
    [
        "Провести сверку (срок: {})",
        "Провести сверку (Срок – {}).",
        "Провести сверку. Срок исполнения — {}",
        "Провести сверку, срок {};",
        "{} провести сверку",
        "Комитету финансов провести сверку. Срок: {}.",
    ],
)
def test_a_name_has_no_deadline_that_is_set_apart(text: str, term: str) -> None:
    given = replace(point(text.format(term)), deadline=Deadline(term, "date"))
    assert label(given) == "1.1. Провести сверку"


@pytest.mark.parametrize("text", ["Сообщать о сроках до 20 мая", "Представить отчет до 20 мая", "До 20 мая"])
def test_a_deadline_inside_the_sentence_stays_in_the_name(text: str) -> None:
    assert label(replace(point(text), deadline=Deadline("до 20 мая", "date"))) == f"1.1. {text}"


def test_a_recommendation_is_named_as_one() -> None:
    text = "Рекомендовать управляющим организациям города провести уборку дворов."
    with i18n.use("ru"):
        assert label(point(text, "recommendation")) == "1.1. Рекомендовано: провести уборку дворов"


def test_a_continuing_designation_is_named_by_its_duty() -> None:
    text = "Определить Министерство труда ответственным за сопровождение программы"
    with i18n.use("ru"):
        assert label(point(text, "designation", "standing")) == "1.1. Отвечать за сопровождение программы"
        assert label(point(text, "designation", "none")) == f"1.1. {shortened(text)}"


@pytest.mark.parametrize("text", ["слово " * 40, "а" * 200, "и " * 100, "(»» " * 40, ""])
def test_a_name_stays_short_and_is_cut_at_a_word(text: str) -> None:
    assert len(shortened(text)) <= LONGEST
    assert shortened(shortened(text)) == shortened(text)


def test_a_cut_name_does_not_end_with_a_preposition() -> None:
    text = "Обеспечить внедрение новых образовательных программ развития и по подготовке кадров"
    assert shortened(text) == "Обеспечить внедрение новых образовательных программ развития…"


@pytest.mark.parametrize(
    ("number", "day", "agenda", "id"),
    [
        ("2/2022", date(2022, 4, 21), 1, "decision_2_2022_1"),
        ("5", date(2022, 4, 21), 1, "decision_5_2022_1"),
        ("17-ПС", None, None, "decision_17_ps"),
        (None, date(2022, 4, 21), 2, "decision_2022_04_21_2"),
        (None, None, None, "decision"),
    ],
)
def test_a_process_id_says_which_decision_it_is(
    number: str | None, day: date | None, agenda: int | None, id: str
) -> None:
    assert process_id(Protocol(number, day, None, ()), agenda) == id


def test_protocols_of_two_bodies_with_one_number_have_keys_of_their_own() -> None:
    day = date(2022, 4, 21)
    keys = {protocol_key(Protocol("1", day, body, ())) for body in ("Совет", "Комиссия", None)}
    assert len(keys) == 3


def test_a_slug_is_plain_latin() -> None:
    assert slug("№ 3-ЩЮ/Ъ ё") == "3_schyu_e"
