"""Explanations: whole sentences in both languages, with the codes that are documented and the facts of the report."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import RUNS, models
from protocols.test_declension import NAMES
from resolute import Engine, InputError, NotFoundError, dependencies, i18n
from resolute.calendars import FiveDayWeek
from resolute.dependencies.explain import CODES, explain
from resolute.dependencies.rights import for_reader
from resolute.dependencies.words import Place
from resolute.protocols.declension import declined
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.testing import Clock

WEEK = FiveDayWeek()
DOCS = Path(__file__).resolve().parents[2] / "docs" / "dependencies.md"
OPENED = datetime.fromisoformat("2022-04-21T12:00+05:00")


def all_of(engine):
    """An explanation of every step, gateways left out."""
    snapshot = engine.snapshot()
    graph = dependencies.graph(snapshot)
    report = {item.step: item for item in dependencies.blocked(snapshot, calendar=WEEK)}
    dates = {
        step: (found.finish, found.slack)
        for step, found in dependencies.schedule(snapshot, calendar=WEEK).dates.items()
    }
    return [
        explain(graph, step, report.get(step), dates=dates.get(step), calendar=WEEK)
        for step, kind in graph.nodes(data="kind")
        if not kind.endswith("Gateway")
    ]


@settings(max_examples=25)
@given(models(), st.lists(st.integers(0, 7), max_size=5))
def test_every_step_is_explained_in_whole_sentences_with_the_same_facts_in_either_language(made, choices):
    told = []
    with made.played(choices) as engine:
        for language in i18n.LANGUAGES:
            with i18n.use(language):
                found = all_of(engine)
            for one in found:
                assert one.sentences[0].code == f"state.{one.state}"
                for sentence in one.sentences:
                    assert sentence.code in CODES
                    assert re.fullmatch(r"[^a-zа-яё].*\.", sentence.text), sentence
                    assert not re.search(r"[{}]|None|  |\.\.|[“«]{2}|[”»]{2}", sentence.text), sentence
                assert not any(re.search(r"[“«]{2}|[”»]{2}", root.action) for root in one.roots), one.roots
                json.dumps(one.to_dict())
            told.append([[(s.code, s.facts.get("step"), s.facts.get("steps")) for s in one.sentences] for one in found])
    assert told[0] == told[1]


@settings(max_examples=10)
@given(st.lists(models(most=5), min_size=1, max_size=2), RUNS)
def test_one_question_is_answered_as_it_is_among_all(several, choices):
    with several[0].played(choices) as engine:
        for made in several[1:]:
            made.start(engine)
        whole = {one.step: one for one in all_of(engine)}
        snapshot = engine.snapshot()
        assert {step: dependencies.why(snapshot, step, calendar=WEEK) for step in whole} == whole


def test_a_question_about_a_point_is_answered_as_it_is_among_several_protocols():
    with opened(point("1.1", "Отдел"), point("1.2", "Совет", after=("1.1",))) as engine:
        engine.open(Protocol("2", OPENED.date(), "Совет", (point("2.1", "Отдел"),), (Question(1, "О деле"),)))
        whole = {one.step: one for one in all_of(engine)}
        for ref in ("1.1", "1.2", "2.1"):
            found = engine.why(ref)
            assert found.ref == ref
            assert [s.code for s in found.sentences] == [s.code for s in whole[found.step].sentences]
            assert engine.why(found.step) == found
        engine.open(Protocol("3", OPENED.date(), "Совет", (point("1.1", "Отдел"),), (Question(1, "О деле"),)))
        with pytest.raises(InputError):
            engine.why("1.1")
        with pytest.raises(NotFoundError, match=r"2\.1"):
            engine.why("2.7")


def test_all_codes_are_documented():
    listed = set(re.findall(r"`((?:state|act|how|deadlock|finish|slack)\.[\w-]+|[a-z-]+)`", codes_of_the_page()))
    assert listed == CODES


def codes_of_the_page():
    """The table of codes: the first cell of each row."""
    text = DOCS.read_text("utf-8").partition("## In words")[2].partition("\n## ")[0]
    return "\n".join(line.split("|")[1] for line in text.splitlines() if line.startswith("| `"))


def opened(*points):
    """An engine with a protocol of these points, opened on its day."""
    engine = Engine("sqlite:///:memory:", clock=Clock(OPENED))
    protocol = Protocol("1", OPENED.date(), "Совет", points, (Question(1, "О деле"),))
    engine.open(protocol)
    return engine


def point(ref, *parties, due=date(2022, 7, 1), after=()):
    return Point(
        ref,
        1,
        f"Подготовить доклад {ref}",
        "assignment",
        tuple(map(Party, parties)),
        Deadline("", "date", due, due) if due else Deadline(),
        tuple(map(Dependency, after)),
    )


def test_russian_puts_the_name_of_the_one_who_must_act_into_its_case():
    names = NAMES[::8]
    points = [
        made
        for number, name in enumerate(names, 1)
        for made in (point(f"{number}.1", name), point(f"{number}.2", "Совет", after=(f"{number}.1",)))
    ]
    with opened(*points) as engine, i18n.use("ru"):
        told = {found.ref: found.text for found in all_of(engine) if found.ref and found.name.startswith("Подг")}
    for number, name in enumerate(names, 1):
        form = declined(name, "ablt") or f"исполнителем ({name})"
        assert f"Дело за {form}: «" in told[f"{number}.1"]
        assert f"Ждёт исполнения пункта {number}.1; дело за {form}: «" in told[f"{number}.2"]


def test_russian_counts_working_days():
    with opened(point("1.1", "Отдел")) as engine, i18n.use("ru"):
        for day, words in (
            ("2022-04-21", "до него 46 рабочих дней"),
            ("2022-06-29", "до него 2 рабочих дня"),
            ("2022-06-30", "до него 1 рабочий день"),
            ("2022-07-04", "с тех пор — 1 рабочий день"),
            ("2022-07-05", "с тех пор — 2 рабочих дня"),
            ("2022-07-08", "с тех пор — 5 рабочих дней"),
        ):
            engine.clock.set(datetime.fromisoformat(f"{day}T12:00+05:00"))
            assert words in engine.why("1.1").text


def test_the_question_of_the_deputy_governor_is_answered():
    with opened(point("1.1", "Отдел"), point("1.2", "Совет", after=("1.1",))) as engine:
        engine.clock.set(datetime.fromisoformat("2022-07-05T12:00+05:00"))
        engine.tick()
        late, waiting = engine.why("1.1"), engine.why("1.2")
        codes = [sentence.code for sentence in late.sentences]
        assert codes[:3] == ["state.overdue", "act.person-working", "how.carry_out"]
        assert "1.1 is overdue: it was due on 1 Jul 2022, 2 working days ago." in late.text
        assert "That puts these deadlines at risk: point 1.2 (1 Jul 2022)." in late.text
        assert "It waits for point 1.1; that is up to Отдел" in waiting.text
        engine.report("1.1")
        assert "how.check" in [sentence.code for sentence in engine.why("1.1").sentences]
        engine.accept("1.1")
        assert engine.why("1.1").text == "Point 1.1 was done on 5 Jul 2022."


def test_what_is_in_order_is_told_as_well():
    with opened(point("1.1", "Отдел")) as engine:
        found = engine.why("1.1")
    assert [sentence.code for sentence in found.sentences][:4] == [
        "state.running",
        "due",
        "act.person-working",
        "nothing-wrong",
    ]
    assert "It is up to Отдел" in found.text


def test_a_hidden_root_stays_hidden_in_words():
    with opened(point("1.1", "Тайный отдел"), point("1.2", "Совет", after=("1.1",))) as engine:
        graph = engine.graph()
        mine = [step for step, ref in graph.nodes(data="ref") if ref != "1.1"]
        report = for_reader(engine.blocked(), mine.__contains__, lambda step: "канцелярия")
        visible = graph.subgraph(mine)
        item = next(item for item in report if item.ref == "1.2")
        found = explain(visible, item.step, item)
    assert "Тайный" not in found.text and "1.1" not in found.text
    assert "act.hidden" in [sentence.code for sentence in found.sentences]
    assert "ask канцелярия" in found.text


@pytest.mark.parametrize(
    ("ref", "name", "genitive"), [("1.3.1", "x", "пункта 1.3.1"), (None, "Сверка", "шага «Сверка»")]
)
def test_a_place_is_declined(ref, name, genitive):
    with i18n.use("ru"):
        assert f"{Place(ref, name):gent}" == genitive
        assert f"{Place(ref, name)}" in ("пункт 1.3.1", "«Сверка»")
