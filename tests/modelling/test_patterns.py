"""The shipped patterns: documented, sound BPMN, and alive on both executors."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from modelling.truths import truth
from resolute import Engine, bpmn
from resolute.errors import ConflictError
from resolute.modelling import pattern, patterns
from resolute.modelling.choose import Pattern
from resolute.modelling.patterns import called
from resolute.shipped import shipped
from resolute.testing import Clock

DOCS = Path(__file__).parents[2] / "docs" / "patterns.md"
BEGINNING = {
    "key": "2/2022 · 1.1",
    "protocol": "2/2022",
    "body": "Совет",
    "ref": "1.1",
    "text": "обеспечить работу",
    "lead": "Министерство",
    "co_executors": [],
    "parties": ["Министерство"],
    "controller": "Секретариат",
    "giver": "Председатель",
    "issued": "2022-04-21",
    "due": "2022-07-01",
    "half_term": "2022-05-26",
    "deadline": "до 1 июля 2022 года",
    "period": None,
    "decision": None,
    "reason": None,
}


@pytest.fixture(params=["net", "spiff"])
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    clock = Clock(datetime(2022, 4, 22, 9, tzinfo=UTC))
    with Engine("sqlite:///:memory:", clock=clock, executor=request.param) as engine:
        for document in patterns():
            engine.deploy(document)
        yield engine


def start(engine: Engine, process: Pattern, **given: Any) -> str:
    return engine.start(process, data=BEGINNING | given).id


def set_day(engine: Engine, day: str) -> None:
    clock = engine.clock
    assert isinstance(clock, Clock)
    clock.set(datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    engine.tick()


def sent(engine: Engine, instance: str) -> list[str]:
    return [event.detail["name"] for event in engine.history(instance) if event.kind == "sent"]


def open_tasks(engine: Engine) -> list[tuple[str, str | None]]:
    return sorted((task.element, task.party) for task in engine.tasks())


def state(engine: Engine, instance: str) -> str:
    assert engine.incidents() == []
    return engine.instance(instance).state


# --- the files ---


@pytest.mark.parametrize("document", patterns(), ids=lambda document: document.process_id)
def test_a_pattern_passes_the_schema_and_our_rules(document: bpmn.Document) -> None:
    assert [f for f in bpmn.check(document) if f.severity != "info"] == []


@pytest.mark.parametrize("document", patterns(), ids=lambda document: document.process_id)
def test_a_pattern_is_drawn_whole_and_described(document: bpmn.Document) -> None:
    process = document.processes[0]
    assert all(node.id in document.shapes for node in process.flow_nodes)
    assert all(flow.id in document.edges for flow in process.sequence_flows)
    assert process.documentation
    text = DOCS.read_text("utf-8")
    assert f"## `{document.process_id}`" in text
    for message in document.definitions.children("message"):
        assert f"`{message.name}`" in text
    for task in document.elements("userTask"):
        assert f"`{task.id}`" in text


def test_every_pattern_has_its_picture_and_its_place_in_the_readme() -> None:
    readme = shipped("bpmn", "README.md").read_text("utf-8")
    for document in patterns():
        name = document.process_id
        assert f"`{name}` — {document.processes[0].name}" in readme
        assert f"(pictures/{name}.svg)" in readme
        assert shipped("bpmn", "pictures", f"{name}.svg").read_text("utf-8").startswith("<svg")


def test_a_pattern_calls_only_patterns() -> None:
    shipped = {document.process_id for document in patterns()}
    assert {name for document in patterns() for name in called(document)} <= shipped


def test_a_pattern_is_found_by_its_name() -> None:
    assert pattern("assignment").processes[0].name == "Исполнение поручения"


# --- assignment ---


def test_an_accepted_report_takes_an_assignment_off_control(engine: Engine) -> None:
    instance = start(engine, "assignment")
    assert open_tasks(engine) == [("carry_out", "Министерство")]
    engine.report("1.1", "сделано")
    assert open_tasks(engine) == [("check", "Секретариат")]
    engine.accept("1.1")
    assert state(engine, instance) == "completed"
    assert open_tasks(engine) == []


def test_a_returned_report_is_carried_out_again_with_the_same_deadline(engine: Engine) -> None:
    instance = start(engine, "assignment")
    engine.report("1.1")
    engine.return_("1.1", "нет плана")
    (task,) = engine.tasks()
    assert (task.element, task.due and task.due.date().isoformat()) == ("carry_out", "2022-07-01")
    engine.report("1.1")
    engine.accept("1.1")
    assert state(engine, instance) == "completed"
    assert "assignment returned" in sent(engine, instance)


def test_a_part_can_be_accepted_before_the_rest(engine: Engine) -> None:
    instance = start(engine, "assignment")
    engine.report("1.1")
    (check,) = engine.tasks()
    engine.complete(check.id, {"decision": "partly_accepted"})
    assert open_tasks(engine) == [("carry_out", "Министерство")]
    assert "assignment executed in part" in sent(engine, instance)


def test_the_lead_is_reminded_three_times_and_those_above_hear_when_it_is_late(engine: Engine) -> None:
    instance = start(engine, "assignment")
    days = ["2022-06-15", "2022-06-20", "2022-06-28", "2022-06-30", "2022-07-01", "2022-07-02", "2022-07-08"]
    heard = []
    for day in days:
        set_day(engine, day)
        heard.append(sent(engine, instance)[1:])
    news = [after[len(before) :] for before, after in zip([[], *heard], heard, strict=False)]
    assert news == [
        [],
        ["assignment reminder"],
        ["assignment reminder"],
        ["assignment reminder"],
        [],
        ["assignment overdue"],
        ["assignment overdue for long"],
    ]
    assert state(engine, instance) == "running"


def test_reminders_that_lie_in_the_past_are_left_out(engine: Engine) -> None:
    set_day(engine, "2022-06-29")
    instance = start(engine, "assignment")
    assert sent(engine, instance) == ["assignment handed out"]
    set_day(engine, "2022-06-30")
    assert sent(engine, instance) == ["assignment handed out", "assignment reminder"]


def test_an_extension_moves_every_timer_to_the_new_day(engine: Engine) -> None:
    instance = start(engine, "assignment")
    engine.extend("1.1", "2022-08-01")
    set_day(engine, "2022-07-15")
    assert "assignment overdue" not in sent(engine, instance)
    set_day(engine, "2022-08-02")
    assert "assignment overdue" in sent(engine, instance)


def test_the_giver_decides_on_a_request_for_more_time(engine: Engine) -> None:
    instance = start(engine, "assignment")
    engine.send("extension requested", {"new_due": "2022-08-01", "reason": "отпуск"}, BEGINNING["key"])
    assert open_tasks(engine) == [("carry_out", "Министерство"), ("decide_extension", "Председатель")]
    (request,) = engine.tasks(element="decide_extension")
    engine.complete(request.id, {"granted": True})
    (task,) = engine.tasks()
    assert (task.element, task.due and task.due.date().isoformat()) == ("carry_out", "2022-08-01")
    engine.send("extension requested", {"new_due": "2022-09-01"}, BEGINNING["key"])
    (request,) = engine.tasks(element="decide_extension")
    engine.complete(request.id, {"granted": False, "reason": "достаточно времени"})
    assert sent(engine, instance)[-1] == "extension refused"
    assert state(engine, instance) == "running"


@pytest.mark.parametrize("reported", [False, True])
def test_an_assignment_can_be_cancelled_at_any_time(engine: Engine, reported: bool) -> None:
    instance = start(engine, "assignment")
    if reported:
        engine.report("1.1")
    engine.cancel("1.1")
    assert state(engine, instance) == "completed"
    assert open_tasks(engine) == []


def test_co_executors_propose_while_the_lead_works_and_nobody_waits_for_them(engine: Engine) -> None:
    instance = start(engine, "assignment", co_executors=["Союз", "Город"])
    assert open_tasks(engine) == [("carry_out", "Министерство"), ("propose", "Город"), ("propose", "Союз")]
    engine.complete(engine.tasks(party="Союз")[0].id)
    set_day(engine, "2022-05-27")
    assert "proposals overdue" in sent(engine, instance)
    engine.report("1.1")
    engine.accept("1.1")
    assert state(engine, instance) == "completed"
    assert open_tasks(engine) == []


def test_an_assignment_without_a_deadline_reminds_nobody(engine: Engine) -> None:
    instance = start(engine, "assignment", due=None, half_term=None, co_executors=["Союз"])
    set_day(engine, "2030-01-01")
    assert sent(engine, instance) == ["assignment handed out"]


# --- the other patterns ---


def test_a_report_is_heard_on_the_day_of_the_meeting(engine: Engine) -> None:
    instance = start(engine, "report_at_meeting", meeting=None)
    engine.report("1.1")
    engine.send("meeting called", {"meeting": "2022-12-15"}, BEGINNING["key"])
    (task,) = engine.tasks()
    assert (task.element, task.party, task.due and task.due.date().isoformat()) == (
        "check", "Совет", "2022-12-15",
    )  # fmt: skip
    engine.accept("1.1")
    assert state(engine, instance) == "completed"


def test_a_body_is_formed_when_its_composition_is_agreed(engine: Engine) -> None:
    instance = start(engine, "forming_body", co_executors=["Союз"])
    assert open_tasks(engine) == [("carry_out", "Министерство"), ("nominate", "Союз")]
    engine.report("1.1")
    engine.accept("1.1")
    assert state(engine, instance) == "completed"
    assert sent(engine, instance)[-1] == "body formed"


def test_a_group_without_named_members_answers_as_a_whole(engine: Engine) -> None:
    instance = start(engine, "collective", members=[], quorum=None)
    assert open_tasks(engine) == [("carry_out", "Министерство")]
    engine.report("1.1")
    engine.accept("1.1")
    assert state(engine, instance) == "completed"


def test_named_members_get_an_assignment_each(engine: Engine) -> None:
    instance = start(engine, "collective", members=[], quorum=None)
    engine.send("members named", {"members": ["А", "Б"], "quorum": None}, BEGINNING["key"])
    assert open_tasks(engine) == [("carry_out", "А"), ("carry_out", "Б")]
    for party in ("А", "Б"):
        engine.report(engine.tasks(party=party)[0].id)
        engine.accept(engine.tasks(element="check")[0].id)
    assert state(engine, instance) == "completed"


@pytest.mark.parametrize("engine", ["net"], indirect=True)
def test_a_quorum_of_the_members_is_enough(engine: Engine) -> None:
    instance = start(engine, "collective", members=["А", "Б", "В"], quorum=2)
    for party in ("А", "Б"):
        engine.report(engine.tasks(party=party)[0].id)
        engine.accept(engine.tasks(element="check")[0].id)
    assert state(engine, instance) == "completed"
    assert open_tasks(engine) == []


def test_a_recommendation_ends_by_an_answer(engine: Engine) -> None:
    instance = start(engine, "recommendation")
    engine.report("1.1")
    assert state(engine, instance) == "completed"


def test_a_recommendation_ends_by_silence_too(engine: Engine) -> None:
    instance = start(engine, "recommendation")
    set_day(engine, "2022-07-02")
    assert state(engine, instance) == "completed"
    assert "recommendation unanswered" in sent(engine, instance)


def test_a_periodical_duty_opens_one_report_a_period(engine: Engine) -> None:
    start(engine, "standing_duty", due="2022-05-31", period="P1M", round=0)
    dues = []
    for day in ("2022-05-20", "2022-06-01", "2022-07-01", "2022-08-01"):
        set_day(engine, day)
        (task,) = engine.tasks()
        dues.append(task.due and task.due.date().isoformat())
        engine.report("1.1")
        engine.accept("1.1")
        assert engine.tasks() == []
    assert dues == ["2022-05-31", "2022-06-30", "2022-07-29", "2022-08-31"]
    assert engine.incidents() == []


def test_a_standing_duty_reports_on_request_and_ends_when_it_is_lifted(engine: Engine) -> None:
    instance = start(engine, "standing_duty", due=None, half_term=None, round=0)
    engine.report("1.1")
    engine.accept("1.1")
    assert open_tasks(engine) == []
    engine.send("report requested", {}, BEGINNING["key"])
    assert open_tasks(engine) == [("carry_out", "Министерство")]
    engine.send("assignment cancelled", {}, BEGINNING["key"])
    assert state(engine, instance) == "completed"
    assert open_tasks(engine) == []


def test_a_need_opens_an_assignment_as_often_as_it_arises(engine: Engine) -> None:
    instance = start(engine, "monitoring", due=None, half_term=None)
    for due in ("2022-08-01", "2022-10-03"):
        engine.send("needed again", {"due": due}, BEGINNING["key"])
        (task,) = engine.tasks()
        assert task.due and task.due.date().isoformat() == due
        engine.report("1.1")
        engine.accept("1.1")
    engine.send("assignment cancelled", {}, BEGINNING["key"])
    assert state(engine, instance) == "completed"


@pytest.mark.parametrize("decision", ["accepted", "amended", "returned", "rejected"])
def test_a_body_votes_on_what_was_submitted(engine: Engine, decision: str) -> None:
    instance = start(engine, "approval", meeting=None)
    engine.report("1.1")
    (agenda,) = engine.tasks()
    engine.complete(agenda.id, {"meeting": "2022-06-15"})
    (vote,) = engine.tasks()
    assert (vote.element, vote.party, vote.due and vote.due.date().isoformat()) == (
        "check", "Совет", "2022-06-15",
    )  # fmt: skip
    engine.complete(vote.id, {"decision": decision})
    left = {"amended": [("amend", "Министерство")], "returned": [("carry_out", "Министерство")]}
    assert open_tasks(engine) == left.get(decision, [])
    assert state(engine, instance) == ("running" if decision in left else "completed")


def test_every_addressee_takes_note(engine: Engine) -> None:
    instance = start(engine, "acknowledgement", parties=["А", "Б"])
    for task in engine.tasks():
        engine.complete(task.id)
    assert state(engine, instance) == "completed"


# --- whole protocols ---


@pytest.mark.parametrize("name", ["chelyabinsk-2-2022", "open-01", "open-04", "open-08"])
@pytest.mark.parametrize("executor", ["net", "spiff"])
def test_a_protocol_runs_until_only_standing_duties_are_left(name: str, executor: str) -> None:
    with Engine("sqlite:///:memory:", clock=Clock(datetime(2022, 4, 22, 9, tzinfo=UTC)), executor=executor) as engine:
        engine.open(truth(name))
        for _round in range(30):
            for task in engine.tasks():
                try:
                    engine.complete(task.id, {"report": "сделано"} if task.element == "carry_out" else {})
                except ConflictError:
                    continue
        assert engine.tasks() == [] and engine.incidents() == []
        running = {instance.definition.id for instance in engine.instances("running")}
        assert {name for name in running if not name.startswith("decision")} <= {
            "standing_duty",
            "monitoring",
        }
