"""Timers by the engine's clock, and service tasks with their retries."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from net.playground import flows, xml
from resolute.bpmn.build import error, message, process, service, timer, user
from resolute.errors import InputError
from resolute.execution import ServiceError
from resolute.execution.core import Engine
from resolute.testing import Clock

BERLIN = ZoneInfo("Europe/Berlin")


def elements(engine):
    return sorted(task.element for task in engine.tasks())


def test_a_timer_fires_when_it_is_due_and_not_before(engine, clock):
    engine.deploy(process("p").start().catch("wait", timer(after="P2D")).user("a").end().document())
    engine.start("p")
    clock.advance(days=1)
    assert engine.tick() == 0
    clock.advance(days=1)
    assert engine.tick() == 1
    assert elements(engine) == ["a"]
    assert engine.tick() == 0


def test_a_date_may_come_from_the_variables(engine, clock):
    engine.deploy(process("p").start().catch("wait", timer(at="=due")).user("a").end().document())
    instance = engine.start("p", {"due": "2022-03-01T10:00:00+00:00"})
    (wait,) = engine.snapshot().instances[instance.id].waits
    assert wait.due == datetime(2022, 3, 1, 10, tzinfo=UTC)
    clock.set(datetime(2022, 3, 1, 10, tzinfo=UTC))
    assert engine.tick() == 1


def test_timers_overdue_by_days_fire_once_each_in_order(engine, clock):
    for days in (3, 1, 2):
        row = process(f"p{days}").start().catch("wait", timer(after=f"P{days}D")).end()
        engine.deploy(row.document())
        engine.start(f"p{days}")
    clock.advance(days=30)
    assert engine.tick() == 3
    ended = {instance.definition.id: engine.history(instance.id) for instance in engine.instances()}
    assert all(events[-1].kind == "ended" for events in ended.values())
    assert engine.tick() == 0


def test_a_repeating_timer_catches_up_by_its_nominal_times(engine, clock):
    build = process("p")
    build.start().user("a").end()
    build.boundary("a", "b", timer(every="R3/P1D"), interrupting=False).user("remind").end()
    engine.deploy(build.document())
    instance = engine.start("p")
    clock.advance(days=1, hours=5)
    assert engine.tick() == 1
    (wait,) = engine.snapshot().instances[instance.id].waits
    assert wait.due == datetime(2022, 1, 3, 9, tzinfo=UTC)
    clock.advance(days=10)
    assert engine.tick() == 2
    assert elements(engine) == ["a", "remind", "remind", "remind"]


def test_an_interrupting_timer_cancels_its_activity(engine, clock):
    build = process("p")
    build.start().user("a").end()
    build.boundary("a", "late", timer(after="P1D")).user("escalate").end()
    engine.deploy(build.document())
    engine.start("p")
    clock.advance(days=1)
    engine.tick()
    assert elements(engine) == ["escalate"]
    assert [(task.element, task.state) for task in engine.tasks(state="cancelled")] == [("a", "cancelled")]


def test_a_timer_starts_processes_as_often_as_it_says(engine, clock):
    engine.deploy(process("p").start("begin", trigger=timer(every="R2/P1D")).user("a").end().document())
    clock.advance(days=5)
    assert engine.tick() == 2
    assert elements(engine) == ["a", "a"]
    assert engine.tick() == 0


def test_a_timer_whose_consequences_fail_is_set_aside_and_the_others_fire(engine, clock, monkeypatch):
    monkeypatch.setattr("resolute.execution.work.MAX_CHAIN", 100)
    loop = process("loop").start("begin", trigger=message("ping")).throw("again", message("ping")).end()
    engine.deploy(loop.document())
    bad = process("bad").start().catch("wait", timer(after="P1D")).throw("out", message("ping")).end()
    engine.deploy(bad.document())
    good = process("good").start().catch("wait", timer(after="P2D")).user("a").end()
    engine.deploy(good.document())
    instance = engine.start("bad")
    engine.start("good")
    clock.advance(days=3)
    engine.tick()
    assert elements(engine) == ["a"]
    (incident,) = engine.incidents()
    assert (incident.instance, incident.kind, incident.element) == (instance.id, "timer", "wait")
    engine.deploy(process("loop").start("begin", trigger=message("ping")).end().document())
    engine.retry(incident.id)
    assert engine.tick() == 1
    assert engine.instance(instance.id).state == "completed"


def test_a_clock_without_a_zone_is_refused(executor):
    class Naive:
        def now(self):
            return datetime(2022, 1, 1)  # noqa: DTZ001 - the very thing that is refused

    with Engine("sqlite:///:memory:", clock=Naive(), executor=executor) as engine, pytest.raises(InputError):
        engine.tick()


def serviced(engine):
    engine.deploy(process("p").start().service("s", service="sum").user("a").end().document())


def test_a_service_task_calls_the_registered_function(engine):
    serviced(engine)

    @engine.service("sum")
    def total(data):
        return {"total": sum(data["numbers"])}

    engine.start("p", {"numbers": [1, 2, 3]})
    (task,) = engine.tasks()
    assert task.data["total"] == 6


def test_a_job_waits_until_its_function_is_registered(engine):
    serviced(engine)
    instance = engine.start("p", {"numbers": [1]})
    (job,) = engine.snapshot().instances[instance.id].jobs
    assert (job.service, job.registered) == ("sum", False)
    engine.service("sum")(lambda data: {"total": 1})
    assert elements(engine) == ["a"]


def test_a_failing_job_is_tried_again_later_and_then_becomes_an_incident(clock, executor):
    calls = []
    retry_after = (timedelta(seconds=10), timedelta(minutes=1))
    with Engine("sqlite:///:memory:", clock=clock, executor=executor, retry_after=retry_after) as engine:
        serviced(engine)

        @engine.service("sum")
        def broken(data):
            calls.append(clock.now())
            if len(calls) < 4:
                raise RuntimeError("no network")
            return {}

        engine.start("p")
        assert engine.incidents() == []
        engine.tick()
        assert len(calls) == 1
        clock.advance(seconds=10)
        engine.tick()
        assert len(calls) == 2
        clock.advance(minutes=1)
        engine.tick()
        (incident,) = engine.incidents()
        assert (len(calls), incident.kind) == (3, "service")
        assert "no network" in incident.message
        engine.retry(incident.id)
        assert (len(calls), engine.incidents()) == (4, [])
        assert elements(engine) == ["a"]


def test_an_error_of_a_service_that_the_model_catches_is_no_incident(engine):
    build = process("p")
    build.start().service("s", service="check").user("a").end()
    build.boundary("s", "refused", error("REFUSED")).user("handle").end()
    engine.deploy(build.document())

    @engine.service("check")
    def check(data):
        raise ServiceError("REFUSED", "not now")

    engine.start("p")
    assert elements(engine) == ["handle"]
    assert engine.incidents() == []


def test_an_error_of_a_service_that_nobody_catches_is_an_incident(engine):
    serviced(engine)

    @engine.service("sum")
    def refuse(data):
        raise ServiceError("OTHER", "not now")

    engine.start("p")
    (incident,) = engine.incidents()
    assert "not now" in incident.message


def test_a_long_row_of_services_runs_without_nesting(clock):
    with Engine("sqlite:///:memory:", clock=clock, executor="net") as engine:
        engine.service("s")(lambda data: {"n": data.get("n", 0) + 1})
        engine.deploy(process("p").start().then(*(service(f"s{n}", service="s") for n in range(400))).end().document())
        assert engine.start("p").data["n"] == 400


def test_a_service_that_answers_nonsense_is_an_incident_in_the_end(clock):
    with Engine("sqlite:///:memory:", clock=clock, executor="net", retry_after=()) as engine:
        serviced(engine)
        engine.service("sum")(lambda data: 7)
        engine.start("p")
        (incident,) = engine.incidents()
        assert "expected a mapping" in incident.message


def test_the_settable_clock_refuses_a_time_without_a_zone():
    with pytest.raises(InputError):
        Clock(datetime(2022, 1, 1))  # noqa: DTZ001 - the very thing that is refused


def test_user_tasks_have_no_deadline_unless_the_model_gives_one(engine):
    engine.deploy(process("p").start().then(user("a")).then(user("b", due="=day")).end().document())
    engine.start("p", {"day": "2022-05-05"})
    (task,) = engine.tasks()
    assert task.due is None
    engine.complete(task.id)
    (task,) = engine.tasks()
    assert task.due.date().isoformat() == "2022-05-05"


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("begin", [datetime(2024, 3, 29, 9, tzinfo=BERLIN), datetime(2024, 10, 25, 9, tzinfo=BERLIN)])
def test_nine_o_clock_stays_nine_o_clock_when_summer_time_begins_or_ends(tmp_path, begin, restart):
    clock, url = Clock(begin), f"sqlite:///{tmp_path}/store.db"
    engine = Engine(url, clock=clock)
    daily = process("daily").start(trigger=timer(every="R/P1D")).user("a").end()
    build = process("armed")
    build.start().user("x").end()
    build.boundary("x", "remind", timer(every="R5/P1D"), interrupting=False).user("nudge").end()
    engine.deploy(daily.document())
    engine.deploy(build.document())
    engine.start("armed")
    for day in range(1, 6):
        if restart:
            engine.close()
            engine = Engine(url, clock=clock)
        clock.set(begin + timedelta(days=day, seconds=-1))  # by the clock on the wall
        assert engine.tick() == 0
        clock.set(begin + timedelta(days=day))
        assert engine.tick() == 2
    engine.close()


WATCHED = (
    '<subProcess id="ev" triggeredByEvent="true"><startEvent id="es" isInterrupting="false">'
    "<conditionalEventDefinition><condition>{0}</condition></conditionalEventDefinition></startEvent><userTask id='u'/>"
    f"{flows('es->u')}</subProcess>"
)
"""An event sub-process of the process itself: there is no place in the instance to hold its incident."""
HOURLY = "<timerEventDefinition><timeCycle>R2/PT1H</timeCycle></timerEventDefinition>"
IN_AN_HOUR = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def test_a_condition_that_cannot_be_worked_out_after_a_timer_keeps_no_other_timer_waiting(clock):
    wait = f'<startEvent id="s"/><intermediateCatchEvent id="c">{IN_AN_HOUR}</intermediateCatchEvent>'
    body = (
        wait
        + '<scriptTask id="x"><script>n = given</script></scriptTask><userTask id="t"/>'
        + WATCHED.format("n &gt; 3")
    )
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(xml(body, "s->c c->x x->t"))
        bad, good = engine.start("p", {"given": "many"}), engine.start("p", {"given": 9})
        clock.advance(hours=2)
        assert engine.tick() == 2
        assert {(task.instance, task.element) for task in engine.tasks()} == {(good.id, "t"), (good.id, "u")}
        (incident,) = engine.incidents()
        assert (incident.instance, incident.element) == (bad.id, "c")
        assert engine.tick() == 0


def test_a_model_that_fails_when_its_timer_starts_it_keeps_no_other_timer_waiting(clock):
    hourly = f'<startEvent id="s">{HOURLY}</startEvent><userTask id="t"/>'
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(xml(hourly + WATCHED.format('1 &gt; "a"'), "s->t"))
        engine.deploy(xml(hourly, "s->t").replace(b'id="p"', b'id="q"'))
        clock.advance(hours=5)
        engine.tick()
        assert elements(engine) == ["t", "t"]
        assert engine.tick() == 0
