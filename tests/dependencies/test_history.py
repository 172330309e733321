"""Durations from history: medians of what was finished, by element, party and called process, only where asked for."""

from datetime import date, datetime, timedelta
from statistics import median_high

from hypothesis import given, settings
from hypothesis import strategies as st

from resolute import Engine, dependencies
from resolute.bpmn import build
from resolute.calendars import production_calendar, working_days_between
from resolute.execution.durations import ENOUGH
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question
from resolute.testing import Clock

OPENED = datetime.fromisoformat("2022-03-01T12:00+05:00")


def one_task():
    process = build.process("p")
    process.start().user("work", party="=who").end()
    return process.document()


def protocol(number, parties):
    """A point for each party; the second half waits for the first point."""
    due = date(2022, 12, 1)
    points = [
        Point(
            f"1.{place}",
            1,
            f"Подготовить доклад {place}",
            "assignment",
            (Party(party),),
            Deadline("", "date", due, due),
            (Dependency("1.1"),) if place > 1 and place > len(parties) // 2 else (),
        )
        for place, party in enumerate(parties, 1)
    ]
    return Protocol(number, OPENED.date(), "Совет", tuple(points), (Question(1, "О деле"),))


@settings(max_examples=12)
@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(0, 40), st.integers(0, 60)), max_size=12))
def test_medians_are_those_of_a_plain_count(work):
    calendar = production_calendar()
    seen: dict[tuple[str, ...], list[int]] = {}
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        engine.deploy(one_task())
        for party, after, lasting in work:
            engine.clock.set(OPENED + timedelta(days=after))
            instance = engine.start("p", {"who": party})
            began = engine.clock.now()
            engine.clock.set(began + timedelta(days=lasting))
            engine.complete(engine.tasks(instance.id)[0].id)
            end = engine.clock.now().date()
            days = working_days_between(calendar, began.date() - timedelta(days=1), end)
            for key in (("p", "work"), ("p", "work", party)):
                seen.setdefault(key, []).append(max(days, 1))
        engine.clock.set(OPENED + timedelta(days=200))
        engine.start("p", {"who": "A"})
        found = engine.snapshot(history=True).instances
    (durations,) = {id(view.durations): view.durations for view in found.values()}.values()
    wanted = {key: median_high(days) for key, days in seen.items() if len(days) >= ENOUGH}
    assert {**durations.tasks, **durations.by_party} == wanted
    assert durations.of_task("p", "work", "A") == wanted.get(("p", "work", "A"), wanted.get(("p", "work")))


def played(engine):
    """Four points of two parties carried out in 5, 6 and 20 working days; then a second protocol begins."""
    engine.open(protocol("1", ["Отдел", "Отдел", "Отдел", "Совет"]))
    for ref, days in (("1.1", 5), ("1.2", 6), ("1.3", 20), ("1.4", 20)):
        while engine.clock.now() < OPENED + timedelta(days=days * 7 // 5):
            engine.clock.advance(days=1)
        engine.tick()
        engine.report(ref)
        engine.accept(ref)
    begun = engine.clock.now()
    engine.open(protocol("2", ["Отдел", "Совет", "Новый", "Совет"]))
    return begun


def test_a_schedule_expects_what_the_same_work_took_only_when_asked():
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        begun = played(engine)
        plain, seen = engine.graph(), engine.graph(history=True)
        schedules = [dependencies.schedule(engine.snapshot(history=asked)) for asked in (False, True)]
        text = engine.why("1.3", history=True).text
    assert {facts["days_from"] for _step, facts in plain.nodes(data=True)} == {"assumed", "declared"}
    points = {facts["ref"]: facts for _step, facts in seen.nodes(data=True) if facts["kind"] == "point"}
    assert points["1.3"]["days_from"] == "history" and points["1.3"]["days"] > 1 and points["1.3"]["days_known"]
    waiting = next(step for step, ref in seen.nodes(data="ref") if ref == "1.3" and seen.nodes[step]["kind"] == "point")
    finishes = [made.dates[waiting].finish for made in schedules]
    assert finishes[0] < finishes[1]
    assert (finishes[1] - begun.date()).days > points["1.3"]["days"]
    assert waiting not in schedules[1].unknown_days and waiting in schedules[0].unknown_days
    assert "the same work took so far" in text


def test_the_past_knows_only_what_was_finished_by_then():
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        played(engine)
        early = engine.snapshot(as_of=OPENED + timedelta(days=2), history=True)
        late = engine.snapshot(history=True)
    durations = [next(iter(found.instances.values())).durations for found in (early, late)]
    assert not durations[0].tasks and not durations[0].calls
    assert durations[1].of_task("assignment", "carry_out", "Отдел") is not None
    assert durations[1].of_call("assignment") is not None


def test_what_was_cancelled_before_anybody_acted_says_nothing():
    with Engine("sqlite:///:memory:", clock=Clock(OPENED)) as engine:
        engine.open(protocol("1", ["Отдел"] * 4))
        for ref in ("1.1", "1.2", "1.3", "1.4"):
            engine.cancel(ref, reason="")
        engine.open(protocol("2", ["Отдел"]))
        durations = next(iter(engine.snapshot(history=True).instances.values())).durations
    assert durations.of_call("assignment") is None
