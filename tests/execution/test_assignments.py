"""The life of an assignment on the shipped protocol: report, check, return, extend, reassign, cancel, overdue."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

import resolute
from resolute.errors import ConflictError, InputError, NotFoundError
from resolute.execution.core import Engine
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol
from resolute.shipped import shipped
from resolute.testing import Clock


@pytest.fixture(scope="module")
def protocol():
    return resolute.read(str(shipped("workflows", "chelyabinsk-2-2022", "protocol.txt")))


@pytest.fixture
def clock():
    return Clock(datetime(2022, 5, 4, 9, tzinfo=UTC))


@pytest.fixture
def opened(executor, clock, protocol):
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.open(protocol)
        yield engine


def assignment(ref):
    deadline = Deadline("до 1 июня 2022 года", "date", date(2022, 6, 1))
    return Point(ref, 1, "обеспечить работу", "assignment", (Party("Министерство"),), deadline)


def waits_for(engine, ref):
    return sorted(task.element for task in engine.tasks(ref=ref) if task.element != "propose")


def test_opening_starts_every_decision_as_one_group(opened, protocol):
    decisions = [instance for instance in opened.instances() if instance.parent is None]
    assert len(decisions) == 3
    assert {instance.state for instance in decisions} == {"running"}
    (opening,) = opened.openings()
    assert (opening.number, opening.date) == (protocol.number, protocol.date.isoformat())
    assert {instance.group for instance in opened.instances()} == {opening.id}
    assert opened.incidents() == []


def test_tasks_show_point_party_and_deadline(opened):
    task = next(task for task in opened.tasks(ref="1.3.2"))
    assert task.party == "Министерство образования и науки Челябинской области"
    assert task.due.date().isoformat() == "2022-09-01"


def test_a_report_is_checked_and_accepted(opened):
    opened.report("1.3.2", "done", by="Ministry")
    assert waits_for(opened, "1.3.2") == ["check"]
    with pytest.raises(ConflictError, match="does not wait to be carried out"):
        opened.report("1.3.2")
    opened.accept("1.3.2", by="Secretariat")
    assert waits_for(opened, "1.3.2") == []
    (instance,) = opened.instances("completed", ref="1.3.2")
    assert instance.data["report"] == "done"
    with pytest.raises(ConflictError, match="nothing open"):
        opened.accept("1.3.2")


def test_a_task_named_by_its_id_that_somebody_has_done_is_a_conflict(opened):
    (task,) = opened.tasks(ref="1.3.2", element="carry_out")
    opened.report(task.id)
    for again in (opened.report, opened.cancel, lambda one: opened.reassign(one, "Another")):
        with pytest.raises(ConflictError, match=task.id):
            again(task.id)
    with pytest.raises(NotFoundError, match="99-1"):
        opened.report("99-1")


def test_a_returned_report_is_worked_on_again_with_the_same_deadline(opened):
    opened.report("1.3.2")
    opened.return_("1.3.2", "figures are missing")
    (task,) = opened.tasks(ref="1.3.2")
    assert (task.element, task.due.date().isoformat()) == ("carry_out", "2022-09-01")
    assert task.data["reason"] == "figures are missing"


def test_a_point_that_waits_for_others_opens_when_they_are_accepted(executor, clock, protocol):
    """1.3.3 waits within its decision, 3.4 for points of two decisions."""
    after = {"1.3.3": ["1.3.1"], "3.4": ["1.3.2", "3.3"]}
    points = tuple(
        replace(point, after=tuple(Dependency(ref) for ref in after.get(point.ref, ()))) for point in protocol.points
    )
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.open(replace(protocol, points=points))
        assert [waits_for(engine, ref) for ref in after] == [[], []]
        for ref, opened in (("1.3.1", ["1.3.3"]), ("3.3", ["1.3.3"]), ("1.3.2", ["1.3.3", "3.4"])):
            engine.report(ref)
            engine.accept(ref)
            assert [waiting for waiting in after if waits_for(engine, waiting)] == opened
        assert engine.snapshot().messages == ()


def test_an_extension_moves_the_deadline_to_a_later_working_day(opened):
    opened.extend("1.3.2", "2022-10-03", "more time is needed")
    (task,) = opened.tasks(ref="1.3.2")
    assert task.due.date().isoformat() == "2022-10-03"
    with pytest.raises(InputError, match="not after the old one"):
        opened.extend("1.3.2", "2022-09-30")
    with pytest.raises(InputError, match="day off"):
        opened.extend("1.3.2", "2022-10-09")
    with pytest.raises(InputError, match="is no date"):
        opened.extend("1.3.2", "soon")


def test_a_point_can_be_given_to_another_lead(opened):
    opened.reassign("1.3.2", to="Ministry of Finance")
    (task,) = opened.tasks(ref="1.3.2")
    assert (task.party, task.due.date().isoformat()) == ("Ministry of Finance", "2022-09-01")


def test_a_cancelled_point_is_over(opened):
    opened.cancel("1.3.2", "no longer needed")
    assert opened.tasks(ref="1.3.2") == []
    assert opened.instances("running", ref="1.3.2") == []


def test_an_unknown_point_is_not_found(opened):
    for command in (opened.report, opened.accept, opened.cancel):
        with pytest.raises(NotFoundError):
            command("9.9.9")


def test_reminders_and_escalations_go_out_as_time_passes(opened, clock):
    clock.set(datetime(2022, 9, 5, 12, tzinfo=UTC))
    assert opened.tick() > 0
    (instance,) = opened.instances(ref="1.3.2")
    sent = [event.detail["name"] for event in opened.history(instance.id) if event.kind == "sent"]
    assert sent.count("assignment reminder") == 3
    assert sent.count("assignment overdue") == 1
    assert waits_for(opened, "1.3.2") == ["carry_out"]
    assert opened.tick() == 0


def test_two_openings_of_one_protocol_do_not_mix(executor, clock, protocol):
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.open(protocol)
        engine.open(protocol)
        first, second = (opening.id for opening in engine.openings())
        with pytest.raises(InputError, match="several"):
            engine.report("1.3.1")
        engine.report("1.3.1", group=second)
        engine.accept("1.3.1", group=second)
        assert [task.element for task in engine.tasks(ref="1.3.1", group=first)] == ["carry_out"]
        assert engine.tasks(ref="1.3.1", group=second) == []
        engine.cancel("1.3.2", group=first)
        assert [task.element for task in engine.tasks(ref="1.3.2", group=second)] == ["carry_out"]
        refs = {
            group: sorted({task.ref for task in engine.tasks(group=group)} - {"1.3.1", "1.3.2"})
            for group in (first, second)
        }
        assert set(refs[first]) <= set(refs[second])


def test_an_extension_that_was_asked_for_is_granted_or_refused_by_the_giver(opened):
    opened.request_extension("1.3.2", "2022-10-03", "more time is needed", by="Ministry")
    (task,) = [task for task in opened.tasks(ref="1.3.2") if task.element == "decide_extension"]
    assert task.data["new_due"] == "2022-10-03"
    opened.decide_extension("1.3.2", granted=True)
    (task,) = opened.tasks(ref="1.3.2")
    assert task.due.date().isoformat() == "2022-10-03"
    opened.request_extension("1.3.2", "2022-11-01", "and more")
    opened.decide_extension("1.3.2", granted=False)
    (task,) = opened.tasks(ref="1.3.2")
    assert task.due.date().isoformat() == "2022-10-03"


def test_a_report_accepted_in_part_leaves_the_rest_to_be_done(opened):
    opened.report("1.3.2")
    opened.accept("1.3.2", partly=True)
    assert waits_for(opened, "1.3.2") == ["carry_out"]


def test_a_repeal_ends_the_point_of_the_earlier_protocol(executor, clock):
    earlier = Protocol("7", date(2022, 3, 17), "Совет", (assignment("1.1"), assignment("1.2")))
    text = "Признать утратившим силу пункт 1.1 протокола от 17.03.2022 № 7"
    later = Protocol("8", date(2022, 5, 4), "Совет", (Point("1", None, text, "approval"),))
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.open(earlier)
        engine.open(later)
        assert waits_for(engine, "1.1") == []
        assert waits_for(engine, "1.2") == ["carry_out"]
        (ended,) = engine.instances("completed", ref="1.1")
        assert engine.snapshot().messages == ()
        assert any(event.kind == "cancelled" for event in engine.history(ended.id))


def test_a_repeal_takes_a_standing_duty_off_control(executor, clock):
    duty = Point("1.1", 1, "вести учёт", "standing", (Party("Министерство"),), Deadline("постоянно", "standing"))
    earlier = Protocol("7", date(2022, 3, 17), "Совет", (duty, assignment("1.2")))
    text = "Снять с контроля пункт 1.1 протокола от 17.03.2022 № 7"
    later = Protocol("8", date(2022, 5, 4), "Совет", (Point("1", None, text, "approval"),))
    with Engine("sqlite:///:memory:", clock=clock, executor=executor) as engine:
        engine.open(earlier)
        assert {i.definition.id for i in engine.instances("running", ref="1.1")} & {"standing_duty", "monitoring"}
        engine.open(later)
        assert engine.instances("running", ref="1.1") == []
        assert waits_for(engine, "1.2") == ["carry_out"]
