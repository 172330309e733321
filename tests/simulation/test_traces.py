"""A simulated trace is one that the engine accepts: every run of generated models is lived again by the engine."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from resolute.bpmn.build import (
    TERMINATE,
    Item,
    Process,
    Scope,
    Trigger,
    catch,
    document,
    end,
    error,
    escalation,
    exclusive,
    first,
    inclusive,
    message,
    otherwise,
    parallel,
    process,
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
from resolute.simulation import simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import Executed
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.worktime import ROUND_THE_CLOCK
from resolute.testing import Clock

BEGIN = datetime.fromisoformat("2024-01-08T09:00")
HOUR = 3600.0
RUNS = 12


class Maker:
    """Makes a model block by block; every branch begins with a task, so that a trace shows which was taken."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.numbers = count(1)
        self.process: Process = process("p")
        self.choices: dict[str, list[str]] = {}
        """Gateway -> the tasks that its branches begin with."""
        self.joins: dict[str, str] = {}
        """Inclusive gateway -> the task after its join."""
        self.gateways: dict[str, dict[str, float]] = {}
        self.borders: list[Callable[[], object]] = []
        self.around: list[str] = []
        """The sub-processes that are being made, outermost first."""

    def name(self, base: str) -> str:
        return f"{base}{next(self.numbers)}"

    def scope(self, around: list[str]) -> Scope:
        """The inmost of these sub-processes, once it is there."""
        scope: Scope = self.process
        for name in around:
            scope = scope.inside(name)
        return scope

    def border(self, host: str, trigger: Trigger, *, interrupting: bool = True) -> None:
        """A boundary event that leads to a task and an end; added when the scope around it is there."""
        around = list(self.around)
        event, task, ended = self.name("border"), self.name("t"), self.name("end")

        def add() -> None:
            self.scope(around).boundary(host, event, trigger, interrupting=interrupting).user(task).end(ended)

        self.borders.append(add)

    def row(self, depth: int) -> list[Item]:
        items: list[Item] = [user(self.name("t"))]
        for _block in range(self.chance.randint(1, 2)):
            items += self.block(depth)
        return items

    def block(self, depth: int) -> list[Item]:
        kinds = [self.task, self.timed, self.pause]
        if depth:
            kinds += [self.parallel, self.exclusive, self.inclusive, self.sub_process, self.race, self.repeated]
        return self.chance.choice(kinds)(depth)

    def task(self, depth: int) -> list[Item]:
        return [user(self.name("t"))]

    def pause(self, depth: int) -> list[Item]:
        return [catch(self.name("pause"), timer(after=f"PT{self.chance.randint(1, 5)}H")), user(self.name("t"))]

    def timed(self, depth: int) -> list[Item]:
        """A task with a timer on its border, which ends it or goes on beside."""
        task = self.name("t")
        self.border(task, timer(after=f"PT{self.chance.randint(1, 4)}H"), interrupting=self.chance.random() < 0.5)
        return [user(task), user(self.name("t"))]

    def parallel(self, depth: int) -> list[Item]:
        return [parallel(self.row(depth - 1), self.row(depth - 1)), user(self.name("t"))]

    def exclusive(self, depth: int) -> list[Item]:
        gateway, rows = self.name("g"), [self.row(depth - 1) for _branch in range(3)]
        heads = [row[0].id for row in rows]
        self.choices[gateway] = heads
        self.gateways[gateway] = dict.fromkeys(heads, 1 / 3)
        conditions = [when(f'{gateway} = "{head}"') for head in heads[:-1]] + [otherwise()]
        return [exclusive(*([how, *row] for how, row in zip(conditions, rows, strict=True)), id=gateway)]

    def inclusive(self, depth: int) -> list[Item]:
        gateway, after, rows = self.name("i"), self.name("t"), [self.row(depth - 1) for _branch in range(3)]
        heads = [row[0].id for row in rows]
        self.choices[gateway], self.joins[gateway] = heads, after
        self.gateways[gateway] = dict.fromkeys(heads[:-1], 0.5)
        conditions = [when(f"{gateway}_{head} = true") for head in heads[:-1]] + [otherwise()]
        return [inclusive(*([how, *row] for how, row in zip(conditions, rows, strict=True)), id=gateway), user(after)]

    def sub_process(self, depth: int) -> list[Item]:
        how = self.chance.choice(["plain", "error", "terminate", "handler"])
        name = self.name("s")
        self.around.append(name)
        inner = self.row(depth - 1)
        self.around.pop()
        if how == "error":
            inner.append(end(self.name("failed"), trigger=error("E")))
            self.border(name, error("E"))
        elif how == "terminate":
            inner.append(end(self.name("stop"), trigger=TERMINATE))
        elif how == "handler":
            code = self.name("X")
            inner.append(throw(self.name("up"), escalation(code)))
            inner.append(user(self.name("t")))
            begin = start(self.name("h"), trigger=escalation(code), interrupting=self.chance.random() < 0.5)
            handler = sub(self.name("handler"), [begin, user(self.name("t")), end(self.name("seen"))], event=True)
            around = [*self.around, name]
            self.borders.append(lambda: self.scope(around).add(handler))
        return [sub(name, inner), user(self.name("t"))]

    def race(self, depth: int) -> list[Item]:
        rows = [self.row(depth - 1), self.row(depth - 1)]
        hours = self.chance.sample(range(1, 6), 2)
        events = [catch(self.name("ev"), timer(after=f"PT{one}H")) for one in hours]
        return [first(*([event, *row] for event, row in zip(events, rows, strict=True)))]

    def repeated(self, depth: int) -> list[Item]:
        sequential = self.chance.random() < 0.5
        return [user(self.name("m"), each="members", sequential=sequential), user(self.name("t"))]

    def document(self, depth: int) -> Document:
        row = self.process.start()
        row.then(*self.row(depth)).end(self.name("end"))
        for add in self.borders:
            add()
        return self.process.document()


def steps(model: Document, seed: int) -> dict[str, Step]:
    rng = random.Random(seed)
    return {
        element.id: Step(
            duration=Distribution("exponential", (HOUR * rng.uniform(0.5, 4),)),
            copies=Distribution("fixed", (2.0,)) if element.id.startswith("m") else None,
        )
        for element in model.elements("userTask")
    }


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


def lived(model: Document, trace: list[Executed], maker: Maker | None = None) -> bool:
    """The engine lives a run: at each moment of the trace the task is open; at the end nothing is. Whether it ended."""
    clock = Clock(BEGIN.replace(tzinfo=UTC))
    names = [row.element for row in trace]
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(model)
        data = {"members": ["a", "b"], **(answers(maker, names) if maker else {})}
        instances = [engine.start(one.id, data) for one in model.processes]
        for at, row in enumerate(trace):
            clock.set(row.finished.replace(tzinfo=UTC))
            engine.tick()
            ready = [task for task in engine.tasks() if task.element == row.element]
            assert ready, (row.element, names[:at], [task.element for task in engine.tasks()])
            engine.complete(ready[0].id, answers(maker, names[at + 1 :]) if maker else {})
        assert [task.element for task in engine.tasks()] == []
        return {engine.instance(instance.id).state for instance in instances} <= {"completed", "terminated"}


def all_lived(model: Document, scenario: Scenario, runs: int, maker: Maker | None = None) -> None:
    forecast = simulate(model, scenario=scenario, runs=runs, log=True)
    ended = [lived(model, [row for row in forecast.log if row.run == run], maker) for run in range(runs)]
    assert ended.count(False) / runs == forecast.unfinished  # what stands still in the forecast does so in the engine


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**9))
def test_every_run_of_a_generated_model_is_lived_by_the_engine(seed: int) -> None:
    maker = Maker(seed)
    model = maker.document(depth=2)
    scenario = Scenario(
        start=BEGIN, calendar=ROUND_THE_CLOCK, steps=steps(model, seed), gateways=maker.gateways, strict=False
    )
    all_lived(model, scenario, 4, maker)


def with_more_triggers(model: Document, event: str, *hours: int, all_of: bool = False) -> Document:
    """The model with further timers in an event."""
    node = model.ids[event].node
    space = node.tag.partition("}")[0] + "}"
    for one in hours:
        definition = etree.SubElement(node, f"{space}timerEventDefinition")
        etree.SubElement(definition, f"{space}timeDuration").text = f"PT{one}H"
    if all_of:
        node.set("parallelMultiple", "true")
    model.refresh()
    return model


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


@pytest.mark.parametrize("interrupting", [True, False])
def test_a_border_with_several_triggers_is_crossed_by_each(interrupting: bool) -> None:
    model = process("p")
    model.start().user("a").end("done")
    model.boundary("a", "late", timer(after="PT4H"), interrupting=interrupting).user("b").end("ended")
    all_lived(with_more_triggers(model.document(), "late", 1, 2), plan(model.document()), RUNS)


def test_an_event_sub_process_with_several_triggers_begins_at_the_first() -> None:
    model = process("p")
    inner = [start("h", trigger=timer(after="PT5H"), interrupting=True), user("c"), end("seen")]
    model.start().sub("s", [user("a"), user("b")]).end("done")
    model.inside("s").add(sub("handler", inner, event=True))
    all_lived(with_more_triggers(model.document(), "h", 2), plan(model.document()), RUNS)


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


def test_what_is_left_out_is_told_with_its_element() -> None:
    model = process("p")
    model.start().user("a").then(throw("undo", None)).user("b", each="members").end("done")
    model.boundary("a", "failed", error("E")).user("repair").end("repaired")
    made = model.document()
    node = made.ids["undo"].node
    etree.SubElement(node, node.tag.partition("}")[0] + "}compensateEventDefinition")
    made.refresh()
    told = {(finding.code, finding.element) for finding in simulate(made, runs=5).findings}
    assert {("left-out", "undo"), ("never-happens", "failed")} <= told
