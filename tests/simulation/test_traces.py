"""A simulated trace is one that the engine accepts: every run of generated models is lived again by the engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from net.playground import flows, xml
from resolute import bpmn
from resolute.bpmn.build import (
    catch,
    condition,
    document,
    end,
    error,
    exclusive,
    message,
    otherwise,
    parallel,
    process,
    script,
    signal,
    start,
    sub,
    throw,
    timer,
    user,
    when,
)
from resolute.bpmn.document import Document
from resolute.engine import Engine
from resolute.simulation import fast, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import Executed, Forecast
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.sources import blueprint_of
from resolute.simulation.worktime import ROUND_THE_CLOCK
from resolute.testing import Clock
from simulated_models import (
    HOUR,
    Maker,
    add_handlers,
    child,
    grows_unseen,
    make_copies,
    make_loop,
    steps,
    with_more_triggers,
)

BEGIN = datetime.fromisoformat("2024-01-08T09:00")
RUNS = 12


def answers(maker: Maker, rest: list[str]) -> dict[str, object]:
    """What has to be answered for the gateways to choose what comes next in the trace."""
    found: dict[str, object] = {}
    for gateway, heads in maker.choices.items():
        if gateway in maker.joins:
            until = rest.index(maker.joins[gateway]) if maker.joins[gateway] in rest else len(rest)
            found |= {f"{gateway}_{head}": head in rest[:until] for head in heads[:-1]}
        else:
            found[gateway] = next((element for element in rest if element in heads), heads[-1])
    return found


def let_timers_fire(engine: Engine, clock: Clock, until: datetime) -> None:
    """Time goes on to `until`; each timer fires when it is due."""
    while True:
        views = engine.snapshot().instances.values()
        due = [wait.due for view in views for wait in view.waits if wait.due is not None and wait.due <= until]
        if not due:
            break
        clock.set(max(min(due), clock.now()))
        engine.tick()
    clock.set(until)


def choose(engine: Engine, element: str, maker: Maker | None) -> None:
    """Chooses the sub-process around a task where that is offered among what is done one at a time."""
    offered = maker.offered.get(element) if maker else None
    for task in engine.tasks():
        if task.element == offered:
            engine.complete(task.id, {})


class Life:
    """An engine that lives a trace, task by task."""

    def __init__(self, model: Document, maker: Maker | None, trace: list[Executed]) -> None:
        self.maker = maker
        self.clock = Clock(BEGIN.replace(tzinfo=UTC))
        self.engine = Engine("sqlite:///:memory:", clock=self.clock)
        self.engine.deploy(model)
        data = {"members": ["a", "b", "c"], **self.answers(trace)}
        self.instances = [self.engine.start(one.id, data) for one in model.processes]

    def __enter__(self) -> Life:
        return self

    def __exit__(self, *error: object) -> None:
        self.engine.close()

    def answers(self, rest: list[Executed]) -> dict[str, object]:
        return answers(self.maker, [row.element for row in rest]) if self.maker else {}

    def live(self, trace: list[Executed], after: Sequence[Executed] = ()) -> None:
        """At each moment of the trace its task is open, and is completed."""
        for at, row in enumerate(trace):
            let_timers_fire(self.engine, self.clock, row.finished.replace(tzinfo=UTC))
            choose(self.engine, row.element, self.maker)
            ready = [task for task in self.engine.tasks() if task.element == row.element]
            assert ready, (row.element, [before.element for before in trace[:at]], self.open())
            self.engine.complete(ready[0].id, self.answers([*trace[at + 1 :], *after]))

    def open(self) -> list[str]:
        return [task.element for task in self.engine.tasks()]

    def ended(self) -> bool:
        states = {self.engine.instance(instance.id).state for instance in self.instances}
        return states <= {"completed", "terminated"}


def lived(model: Document, trace: list[Executed], maker: Maker | None = None) -> bool:
    """The engine lives a run; at the end no task is open. Whether it ended."""
    with Life(model, maker, trace) as life:
        life.live(trace)
        assert life.open() == []
        return life.ended()


def all_lived(model: Document, scenario: Scenario, runs: int, maker: Maker | None = None) -> None:
    forecast = simulate(model, scenario=scenario, runs=runs, log=True)
    ended = [lived(model, [row for row in forecast.log if row.run == run], maker) for run in range(runs)]
    assert ended.count(False) / runs == forecast.unfinished  # what stands still in the forecast does so in the engine


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**9))
def test_every_run_of_a_generated_model_is_lived_by_the_engine(seed: int) -> None:
    maker = Maker(seed)
    model = maker.document(depth=2)
    scenario = Scenario(
        start=BEGIN,
        calendar=ROUND_THE_CLOCK,
        steps=steps(model, seed, maker.sets),
        gateways=maker.gateways,
        strict=False,
    )
    all_lived(model, scenario, 3, maker)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**9))
def test_the_chain_that_decides_the_end_reaches_back_to_the_first_task(seed: int) -> None:
    maker = Maker(seed)
    model = maker.document(depth=2)
    scenario = replace(plan(model), steps=steps(model, seed, maker.sets), gateways=maker.gateways, strict=False)
    forecast = simulate(model, scenario=scenario, runs=10)
    assert forecast.unfinished == 1.0 or forecast.step("t1").criticality == pytest.approx(1 - forecast.unfinished)


@pytest.mark.parametrize("make", [Maker.undoing, Maker.choosing])
@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**9))
def test_every_run_of_a_model_among_parallel_work_is_lived_by_the_engine(
    make: Callable[[Maker], Document], seed: int
) -> None:
    maker = Maker(seed)
    model = make(maker)
    scenario = replace(plan(model), steps=steps(model, seed, maker.sets), gateways=maker.gateways, strict=False)
    all_lived(model, scenario, 3, maker)


@pytest.mark.parametrize("make", [Maker.document, Maker.undoing, Maker.choosing])
@settings(deadline=None, max_examples=10)
@given(st.integers(0, 10**9), st.floats(0, 1, exclude_max=True))
def test_every_run_that_is_forecast_from_the_middle_is_lived_on_by_the_engine(
    make: Callable[[Maker], Document], seed: int, part: float
) -> None:
    maker = Maker(seed)
    model = make(maker)
    scenario = replace(plan(model), steps=steps(model, seed, maker.sets), gateways=maker.gateways, strict=False)
    trace = simulate(model, scenario=scenario, runs=1, seed=seed, log=True).log
    begun, rest = trace[: int(part * len(trace))], trace[int(part * len(trace)) :]
    with Life(model, maker, trace) as life:
        life.live(begun, rest)
        live = partial(simulate, life.engine, scenario=replace(scenario, start=None), runs=2, log=True)
        forecast = live(backend="plain")
        blueprint = blueprint_of(life.engine, replace(scenario, start=None), None)
        assert grows_unseen(lay_down(blueprint, Options(track=True, histogram=False)).tables)
        if fast.available():
            assert told(live(backend="compiled")) == told(forecast)
    for run in range(2):
        rest = [row for row in forecast.log if row.run == run]
        with Life(model, maker, [*begun, *rest]) as life:
            life.live(begun, rest)
            life.live(rest)
            assert life.open() == []


def told(forecast: Forecast) -> tuple[object, ...]:
    """All that a forecast tells but how and how fast it was made."""
    facts = forecast.to_dict()
    return {name: facts[name] for name in facts.keys() - {"backend", "elapsed_s", "events_per_s"}}, forecast.log


def plan(model: Document) -> Scenario:
    return Scenario(start=BEGIN, calendar=ROUND_THE_CLOCK, steps=steps(model, 1))


@pytest.mark.parametrize(("all_of", "hours"), [(False, 2.0), (True, 7.0)])
def test_an_event_with_several_triggers_waits_for_one_or_for_all(all_of: bool, hours: float) -> None:
    model = process("p").start().user("a").then(catch("pause", timer(after="PT4H"))).user("b").end().document()
    model = with_more_triggers(model, "pause", 2, 7, all_of=all_of)
    forecast = simulate(model, scenario=plan(model), runs=RUNS, log=True)
    for run in range(RUNS):
        before, after = (row for row in forecast.log if row.run == run)
        assert (after.started - before.finished).total_seconds() == pytest.approx(hours * HOUR, abs=0.001)
    all_lived(model, plan(model), RUNS)


@pytest.mark.parametrize("all_of", [False, True])
@pytest.mark.parametrize("interrupting", [True, False])
def test_a_border_with_several_triggers_is_crossed_by_each_or_by_all(interrupting: bool, all_of: bool) -> None:
    model = process("p")
    model.start().user("a").end("done")
    model.boundary("a", "late", timer(after="PT3H"), interrupting=interrupting).user("b").end("ended")
    model.boundary("a", "later", timer(after="PT1H"), interrupting=False).user("c").end("ended2")
    made = with_more_triggers(model.document(), "late", 1, 2, all_of=all_of)
    all_lived(with_more_triggers(made, "later", 2, all_of=all_of), plan(model.document()), RUNS)


@pytest.mark.parametrize("all_of", [False, True])
def test_an_event_sub_process_with_several_triggers_begins_at_the_first_or_the_last(all_of: bool) -> None:
    model = process("p")
    inner = [start("h", trigger=timer(after="PT4H"), interrupting=True), user("c"), end("seen")]
    model.start().sub("s", [user("a"), user("b")]).end("done")
    model.inside("s").add(sub("handler", inner, event=True))
    all_lived(with_more_triggers(model.document(), "h", 2, all_of=all_of), plan(model.document()), RUNS)


def test_a_conditional_event_happens_when_a_script_makes_its_condition_hold() -> None:
    model = process("p")
    counting = [user("a"), script("count", "n = n + 1"), user("b"), script("more", "n = n + 1"), user("c")]
    waiting = [catch("two", condition("n >= 2")), user("d")]
    model.start().then(script("zero", "n = 0")).parallel(counting, waiting, [user("e")], [user("f")]).end("done")
    model.boundary("e", "one", condition("n > 0")).user("g").end("ended")
    model.boundary("f", "odd", condition("n = 1"), interrupting=False).user("h").end("ended2")
    forecast = simulate(model.document(), scenario=plan(model.document()), runs=RUNS, log=True)
    assert {row.element for row in forecast.log} >= {"d", "g", "h"}
    all_lived(model.document(), plan(model.document()), RUNS)


@pytest.mark.parametrize("caught", [True, False])
def test_a_cancelled_transaction_is_undone_and_left_by_its_border(caught: bool) -> None:
    model = process("p")
    stop = exclusive([when('g = "bad"'), user("bad"), end("cancelled")], [otherwise(), user("good")], id="g")
    model.start().parallel([sub("s", [parallel([user("a")], [user("b")]), stop])], [user("z")]).end("done")
    if caught:
        model.boundary("s", "off", error("x")).user("e").end("ended")
    made = model.document()
    made.ids["s"].node.tag = made.ids["s"].node.tag.replace("subProcess", "transaction")
    child(made.ids["cancelled"].node, "cancelEventDefinition")
    if caught:
        border = made.ids["off"].node
        border.remove(next(one for one in border if one.tag.endswith("errorEventDefinition")))
        child(border, "cancelEventDefinition")
    add_handlers(made, {"a": "undo_a", "b": "undo_b"})
    made.refresh()
    maker = Maker(1)
    maker.choices = {"g": ["bad", "good"]}
    all_lived(made, replace(plan(made), gateways={"g": {"bad": 0.5}}), RUNS, maker)


UNDONE = (
    '<boundaryEvent id="{0}b" attachedToRef="{0}"><compensateEventDefinition/></boundaryEvent>'
    '<userTask id="{0}u" isForCompensation="true"/><association id="{0}a" sourceRef="{0}b" targetRef="{0}u"/>'
    '<userTask id="{0}"/>'
)


def compensating(body: str, links: str) -> Document:
    done = UNDONE.format("v") + body + '<startEvent id="begin"/><endEvent id="over"/>'
    return bpmn.loads(xml(done, links))


@pytest.mark.parametrize("named", ["", 'activityRef="x"'])
def test_a_handler_that_compensates_undoes_what_its_sub_process_had_done(named: str) -> None:
    handler = (
        '<subProcess id="h" triggeredByEvent="true"><startEvent id="hs"><compensateEventDefinition/></startEvent>'
        f'<intermediateThrowEvent id="again"><compensateEventDefinition {named}/></intermediateThrowEvent>'
        f'<userTask id="u"/>{flows("hs->again again->u")}</subProcess>'
    )
    inside = f"{UNDONE.format('x')}{UNDONE.format('y')}{handler}{flows('x->y')}"
    throwing = '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'
    model = compensating(f'<subProcess id="s">{inside}</subProcess>{throwing}', "begin->v v->s s->t t->over")
    all_lived(model, plan(model), RUNS)
    assert simulate(model, scenario=plan(model), runs=2).step("yu").executions == (0.0 if named else 1.0)


@pytest.mark.parametrize("marker", ["", "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>"])
def test_what_open_parts_of_a_cancelled_transaction_have_done_is_undone(marker: str) -> None:
    ended = marker and f"{marker}</multiInstanceLoopCharacteristics>"
    inside = f'{UNDONE.format("x")}<userTask id="w"/>{flows("x->w")}'
    for level in "ab":
        inside = f'<subProcess id="{level}">{ended if level == "b" else ""}{inside}</subProcess>'
    stop = '<endEvent id="stop"><cancelEventDefinition/></endEvent>'
    around = f'<startEvent id="s"/><userTask id="q"/>{inside}{stop}{flows("s->b s->q q->stop")}'
    model = compensating(f'<transaction id="tx">{around}</transaction>', "begin->v v->tx tx->over")
    slow = {**plan(model).steps, "q": Step(duration=Distribution("fixed", (50 * HOUR,)))}
    slow["w"] = Step(duration=Distribution("fixed", (100 * HOUR,)))
    scenario = Scenario(start=BEGIN, calendar=ROUND_THE_CLOCK, steps=slow)
    all_lived(model, scenario, RUNS)
    assert simulate(model, scenario=scenario, runs=2).step("xu").executions == (2.0 if marker else 1.0)


@pytest.mark.parametrize(
    "marker", [partial(make_copies, count=2, sequential=False), partial(make_loop, test_before=True)]
)
def test_an_event_sub_process_of_what_is_done_several_times_is_told_to_be_left_out(
    marker: Callable[..., None],
) -> None:
    model = process("p")
    inner = [start("h", trigger=timer(after="PT1H"), interrupting=True), user("c"), end("seen")]
    model.start().sub("s", [user("a"), user("b")]).end("done")
    model.inside("s").add(sub("handler", inner, event=True))
    made = model.document()
    marker(made, "s", **({"condition": "loopCounter < 3"} if marker.func is make_loop else {}))
    made.refresh()
    forecast = simulate(made, scenario=plan(made), runs=RUNS)
    assert ("never-happens", "h") in {(finding.code, finding.element) for finding in forecast.findings}
    assert (forecast.unfinished, forecast.step("c").executions) == (0.0, 0.0)


def test_messages_and_signals_between_processes_are_lived() -> None:
    one, two = process("one"), process("two")
    one.start("one_start").user("a").then(throw("tell", message("ready"))).user("b").then(
        throw("call", signal("go"))
    ).end("one_end")
    two.start("two_start").user("c").then(catch("hear", message("ready"))).user("d").end("two_end")
    model = document(one, two)
    all_lived(model, plan(model), RUNS)


def test_a_message_on_a_border_that_does_not_interrupt_may_come_again() -> None:
    one, two = process("one"), process("two")
    one.start("one_start").user("a").then(throw("tell", message("more"))).user("b").then(
        throw("tell2", message("more"))
    ).end("one_end")
    two.start("two_start").user("c").end("two_end")
    two.boundary("c", "hear", message("more"), interrupting=False).user("d").end("heard")
    model = document(one, two)
    slow = {**plan(model).steps, "c": Step(duration=Distribution("fixed", (100 * HOUR,)))}
    forecast = simulate(model, scenario=Scenario(start=BEGIN, calendar=ROUND_THE_CLOCK, steps=slow), runs=RUNS)
    assert forecast.step("two:d").executions == 2.0


def test_what_nothing_brings_about_is_told_with_its_element() -> None:
    model = process("p")
    model.start().user("a").user("b", each="members").end("done")
    model.boundary("a", "failed", error("E")).user("repair").end("repaired")
    model.boundary("b", "both", message("never sent")).user("c").end("ended")
    made = with_more_triggers(model.document(), "both", 1, all_of=True)
    told = {(finding.code, finding.element) for finding in simulate(made, runs=5).findings}
    assert {("assumed-copies", "b"), ("never-happens", "failed"), ("never-happens", "both")} <= told
