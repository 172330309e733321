"""What careless or hostile callers hand in: a clear error of the library, the store as before, and on it goes."""

import math
import os
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resolute.bpmn.build import message, process, timer
from resolute.errors import InputError, ModelError, ResoluteError, StorageError
from resolute.execution.core import Engine
from resolute.execution.given import MAX_DEPTH
from resolute.testing import Clock

HALF = "\ud800"


def deep(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


def document():
    return process("p").start().user("a", party="Store").service("s", service="work").user("b").end().document()


@pytest.fixture
def engine():
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.deploy(document())
        engine.deploy(process("r").start().catch("c", message("m")).user("a").end().document())
        yield engine


def told(engine):
    states = [(i.id, i.state, i.data) for i in engine.instances()]
    return states, engine.tasks(state=None), engine.heads(), engine.snapshot().messages


class Colour(StrEnum):
    RED = "red"


BAD_VALUES = {
    "nan": math.nan,
    "inf": -math.inf,
    "half": f"a{HALF}",
    "nul": "a\0b",
    "deep": deep(MAX_DEPTH + 5),
    "very deep": deep(100_000),
    "huge": 10**5000,
    "key": {1: "a"},
    "mixed": [{"a": {None: 2}}],
    "half key": {HALF: 1},
    "date": date(2024, 1, 1),
    "decimal": Decimal(1),
    "bytes": b"a",
    "set": {1},
    "object": object(),
    "function": len,
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_value_that_json_cannot_hold_is_refused_with_its_place_and_changes_nothing(engine, name):
    engine.start("p")
    (task,) = engine.tasks()
    before = told(engine)
    bad = {"order": {"lines": [1, BAD_VALUES[name]]}}
    for attempt in (
        lambda: engine.start("p", bad),
        lambda: engine.complete(task.id, bad, key="k"),
        lambda: engine.complete_all({task.id: bad}),
        lambda: engine.send("m", bad),
        lambda: engine.send("m", {}, bad),
        lambda: engine.signal("s", bad),
    ):
        with pytest.raises(InputError, match=r"order\.lines\[1\]"):
            attempt()
    assert told(engine) == before
    engine.complete(task.id, {"fine": True}, key="k")


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_service_that_answers_so_fails_and_is_tried_again(engine, name):
    engine.service("work")(lambda data: {"answer": BAD_VALUES[name]})
    engine.start("p")
    engine.complete(engine.tasks()[0].id)
    (job,) = engine.snapshot().instances["1"].jobs
    assert job.attempts == 1
    assert engine.audit().whole


@pytest.mark.parametrize("data", [[1], "text", 5, {1, 2}])
def test_variables_that_are_no_mapping_are_refused(engine, data):
    with pytest.raises(InputError, match="mapping"):
        engine.start("p", data)


@pytest.mark.parametrize("by", [5, HALF, "a\0b", b"Ann", ["Ann"]])
def test_a_name_or_key_that_cannot_be_kept_is_refused(engine, by):
    engine.start("p")
    (task,) = engine.tasks()
    before = told(engine)
    for attempt in (
        lambda: engine.complete(task.id, by=by),
        lambda: engine.complete(task.id, key=by),
        lambda: engine.start("p", key=by),
        lambda: engine.start("p", by=by),
        lambda: engine.send("m", key=by),
        lambda: engine.send(by),
        lambda: engine.signal(by),
        lambda: engine.claim(task.id, by),
        lambda: engine.assign(task.id, by),
        lambda: engine.assign(task.id, "Ann", by=by),
        lambda: engine.comment(task.id, "said", by=by),
        lambda: engine.comment(task.id, by),
        lambda: engine.comment(task.id, "said", file=(by, b"")),
        lambda: engine.terminate("1", by),
        lambda: engine.terminate("1", by=by),
        lambda: engine.set_members("Store", [by]),
        lambda: engine.set_members(by, ["Ann"]),
        lambda: engine.substitute(by, "Ann", date(2030, 1, 1)),
        lambda: engine.substitute("Ann", by, date(2030, 1, 1)),
    ):
        with pytest.raises(ResoluteError):
            attempt()
    assert told(engine) == before
    assert engine.audit().whole


@pytest.mark.parametrize(
    "id", ["", "0", "-", "1-", "-1", "1-x", "9" * 40, "x", HALF, "1-٣", "1-9", None, 7, b"1", "1-1-1"]
)
def test_an_id_that_names_nothing_is_not_found(engine, id):
    engine.start("p")
    for attempt in (
        lambda: engine.instance(id),
        lambda: engine.history(id),
        lambda: engine.terminate(id),
        lambda: engine.retry(id),
        lambda: engine.complete(id),
        lambda: engine.claim(id, "Ann"),
        lambda: engine.assign(id, "Ann"),
        lambda: engine.assign([id], "Ann"),
        lambda: engine.retry([id]),
        lambda: engine.report([id]),
        lambda: engine.cancel(["1.1", id]),
        lambda: engine.undo_migration("p", instances=[id]),
        lambda: engine.comment(id, "said"),
        lambda: engine.erase(id, "reason"),
        lambda: engine.report(id),
        lambda: engine.modify(id, "reason", skip=[id]),
        lambda: engine.attachment(id),
        lambda: engine.net(id),
        lambda: engine.start(id),
    ):
        try:
            attempt()
        except ResoluteError:
            continue
        raise AssertionError("taken for something that is there")
    assert [task.element for task in engine.tasks()] == ["a"]


@pytest.mark.parametrize("text", [HALF, "\0", "'; DROP TABLE resolute_tasks; --", "x" * 100_000])
def test_a_question_with_a_strange_text_finds_nothing_or_says_why(engine, text):
    engine.start("p")
    for name in ("party", "assignee", "candidate", "ref", "element", "due_until"):
        try:
            assert engine.tasks(**{name: text}) == [], name
        except ResoluteError:
            continue
    assert len(engine.tasks()) == 1


def test_what_the_caller_changes_later_changes_nothing(engine):
    lines = [1, 2]
    given_, row = {"lines": lines, "pair": (1, 2), "colour": Colour.RED}, {}
    instance = engine.start("p", given_)
    lines.append(3)
    given_["more"] = 1
    engine.complete(engine.tasks()[0].id, row)
    assert engine.instance(instance.id).data == {"lines": [1, 2], "pair": [1, 2], "colour": "red"}
    engine.instance(instance.id).data["lines"].append(4)
    assert engine.instance(instance.id).data["lines"] == [1, 2]


def test_a_text_of_ten_megabytes_is_kept(engine):
    instance = engine.start("p", {"text": "ы" * 5_000_000})
    engine.complete(engine.tasks()[0].id)
    assert len(engine.instance(instance.id).data["text"]) == 5_000_000
    assert engine.audit().whole


def test_a_time_without_a_zone_is_refused(engine):
    engine.start("p")
    naive = datetime(2024, 1, 1)  # noqa: DTZ001 - that is the point
    for attempt in (
        lambda: engine.instance("1", as_of=naive),
        lambda: engine.snapshot(as_of=naive),
        lambda: engine.erase_ended(naive, "reason"),
    ):
        with pytest.raises(InputError, match="zone"):
            attempt()


def test_a_closed_engine_says_so(tmp_path):
    for url in ("sqlite:///:memory:", f"sqlite:///{tmp_path}/store.db"):
        engine = Engine(url, clock=Clock())
        engine.deploy(document())
        engine.close()
        engine.close()
        for attempt in (partial(engine.start, "p"), engine.tasks, engine.tick, engine.audit, engine.snapshot):
            with pytest.raises(StorageError, match="closed"):
                attempt()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_an_engine_carried_into_a_forked_process_refuses_to_work_there(tmp_path):
    url = f"sqlite:///{tmp_path}/store.db"
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(document())
        child = os.fork()
        if child == 0:
            status = 1
            try:
                engine.start("p")
            except StorageError as error:
                engine.close()
                with Engine(url, clock=Clock()) as own:
                    own.start("p")
                status = 0 if "forked" in str(error) else 2
            finally:
                os._exit(status)
        assert os.waitpid(child, 0)[1] == 0
        engine.start("p")
        assert len(engine.tasks()) == 2


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.dictionaries(TEXT, JSON, max_size=3), by=TEXT, name=TEXT, key=TEXT, about=JSON)
def test_whatever_json_holds_goes_in_and_comes_back(engine, data, by, name, key, about):
    instance = engine.start("p", data, by=by)
    assert engine.instance(instance.id).data == data
    engine.complete(engine.tasks(instance=instance.id)[0].id, data, by)
    engine.send(name, data, about)
    assert engine.audit().whole


def test_a_function_with_a_second_parameter_knows_its_job_at_every_try(engine):
    calls = []

    @engine.service("work")
    def work(data, job):
        calls.append(job)
        if len(calls) < 2:
            raise ValueError("not yet")

    engine.start("p")
    engine.complete(engine.tasks()[0].id)
    engine.clock.advance(timedelta(hours=1))
    engine.tick()
    assert [(job.instance, job.element, job.attempt) for job in calls] == [("1", "s", 1), ("1", "s", 2)]
    assert calls[0].id == calls[1].id == "1-" + calls[0].id.partition("-")[2]
    assert [task.element for task in engine.tasks()] == ["b"]


@pytest.mark.parametrize("function", [dict, lambda data, n=7: {"n": n}, lambda *data: {"n": len(data)}])
def test_other_functions_get_the_data_alone(engine, function):
    engine.service("work")(function)
    engine.start("p", {"n": 1})
    engine.complete(engine.tasks()[0].id)
    assert [task.element for task in engine.tasks()] == ["b"]


def test_questions_that_mean_nothing_are_refused(engine):
    for attempt in (
        lambda: engine.tasks(state="open"),
        lambda: engine.instances("open"),
        lambda: engine.tasks(limit=-1),
        lambda: engine.instances(offset=-1),
    ):
        with pytest.raises(InputError, match="expected"):
            attempt()


@pytest.mark.parametrize("every", ["R/PT0S", "R/PT0.000001S", "R999999999/PT0S", "R/-PT1S", "R/2020-01-01T00:00/PT0S"])
def test_a_timer_that_would_keep_the_engine_busy_for_ever_is_refused(engine, every):
    begins = process("begins").start(trigger=timer(every=every)).user("x").end()
    with pytest.raises(ModelError, match="once a second"):
        engine.deploy(begins.document())
    build = process("armed")
    build.start().user("x").end()
    build.boundary("x", "late", timer(every=every), interrupting=False).end()
    engine.deploy(build.document())
    engine.start("armed")
    assert "once a second" in engine.incidents()[0].message
    engine.clock.advance(timedelta(days=1000))
    assert engine.tick() == 0


def test_a_few_quick_repetitions_are_fine(engine):
    build = process("armed")
    build.start().user("x").end()
    build.boundary("x", "late", timer(every="R3/PT0S"), interrupting=False).user("nudge").end()
    engine.deploy(build.document())
    engine.start("armed")
    assert engine.tick() == 3


def test_a_clock_that_is_set_back_leaves_no_gap_in_the_past(engine):
    clock, begin = engine.clock, engine.now()
    engine.deploy(process("row").start().user("a").user("b").user("c").end().document())
    instance = engine.start("row").id
    for hours in (10, 5, 6):
        clock.set(begin + timedelta(hours=hours))
        engine.complete(engine.tasks(instance=instance)[0].id, {f"at{hours}": True})
    for hours in range(12):
        past = engine.instance(instance, as_of=begin + timedelta(hours=hours))
        assert past.data in ({}, {"at10": True, "at5": True}, {"at10": True, "at5": True, "at6": True})
        assert engine.snapshot(as_of=begin + timedelta(hours=hours)) is not None
    assert engine.instance(instance, as_of=begin + timedelta(hours=11)) == engine.instance(instance)
    assert engine.audit().whole


def test_a_message_that_lives_for_ever_and_a_file_that_is_no_file(engine):
    with pytest.raises(InputError):
        engine.send("unheard", lives=timedelta.max)
    engine.start("p")
    with pytest.raises(InputError, match="bytes"):
        engine.comment(engine.tasks()[0].id, "see", file=("a.txt", "text"))


def test_a_loop_of_timers_that_never_comes_to_rest_is_set_aside(engine, monkeypatch):
    monkeypatch.setattr("resolute.execution.base.MAX_AT_ONCE", 50)
    build = process("loop")
    build.start().gateway("exclusive", "again").catch("soon", timer(after="PT0S")).goto("again")
    engine.deploy(build.document())
    engine.start("loop")
    assert engine.tick() <= 60
    assert "without end" in engine.incidents()[0].message
    assert engine.tick() == 0
