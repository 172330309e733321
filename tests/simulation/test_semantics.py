"""What a simulated token does: splits, joins, loops, events, scopes, messages."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from resolute.bpmn.build import (
    TERMINATE,
    catch,
    document,
    end,
    error,
    escalation,
    message,
    otherwise,
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
from resolute.execution.executors import executor as executor_named
from resolute.execution.seam import Complete
from resolute.simulation import simulate
from resolute.simulation.distributions import Distribution, fixed
from resolute.simulation.forecast import Forecast
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.worktime import ROUND_THE_CLOCK

HOUR = 3600.0


def forecast(model: Document, runs: int = 400, *, gateways=None, steps=None, hours=1.0, **more) -> Forecast:
    """A forecast in which every task takes `hours` unless `steps` says otherwise."""
    names = {
        element.id: Step(duration=fixed(hours * HOUR))
        for element in model.elements()
        if element.is_a("task") and element.kind not in ("scriptTask", "sendTask", "receiveTask", "serviceTask")
    }
    scenario = Scenario(
        calendar=ROUND_THE_CLOCK, steps=names | (steps or {}), gateways=gateways or {}, strict=False, **more
    )
    return simulate(model, scenario=scenario, runs=runs)


def executions(result: Forecast) -> dict[str, float]:
    return {step.step: step.executions for step in result.steps}


def cycle(result: Forecast) -> float:
    return result.process[0].mean_cycle_s / HOUR


def test_an_exclusive_gateway_takes_its_ways_as_often_as_told() -> None:
    model = process("p").start().exclusive([when("x"), user("a")], [otherwise(), user("b")], id="g").end().document()
    counts = executions(forecast(model, 2000, gateways={"g": {"a": 0.3, "b": 0.7}}))
    assert counts["a"] == pytest.approx(0.3, abs=0.035) and counts["a"] + counts["b"] == 1.0


def test_a_condition_on_data_known_from_the_start_decides_for_certain() -> None:
    called = process("called")
    row = called.start("called_start")
    row.exclusive([when("count(members) > 1"), user("many")], [otherwise(), user("one")]).end("called_end")
    main = process("main")
    main.start("main_start").call("c", "called", inputs={"members": '=["a","b"]'}).end("main_end")
    result = forecast(document(main, called), 50)
    assert cycle(result) == pytest.approx(1.0)
    assert not [finding for finding in result.findings if finding.code == "assumed-probability"]


@pytest.mark.parametrize("statement", ["x = 1", "x = count([0])"])
def test_a_variable_that_scripts_set_decides_where_it_can_be_followed(statement: str) -> None:
    model = (
        process("p")
        .start()
        .then(script("r", "x = 0"))
        .then(script("s", statement))
        .exclusive([when("x = 1"), user("a")], [otherwise(), user("b")])
        .end()
        .document()
    )
    result = forecast(model, 100)
    followed = "count" not in statement
    assert not followed or executions(result)["b"] == 0
    assert [f.code for f in result.findings] == ([] if followed else ["assumed-probability"])
    assert (executions(result)["a"] == 1) is followed


def test_a_parallel_join_waits_for_the_last() -> None:
    model = process("p").start().parallel([user("a")], [user("b"), user("c")]).user("d").end().document()
    assert cycle(forecast(model, 3)) == pytest.approx(3.0)


def test_an_inclusive_join_waits_for_just_those_that_come() -> None:
    model = (
        process("p")
        .start()
        .inclusive([when("x"), user("a")], [when("y"), user("b"), user("c")], [otherwise(), user("d")], id="g")
        .user("last")
        .end()
        .document()
    )
    result = forecast(model, 3000, gateways={"g": {"a": 0.5, "b": 0.5}})
    counts = executions(result)
    assert counts["last"] == 1.0 and result.unfinished == 0.0
    assert counts["d"] == pytest.approx(0.25, abs=0.03)
    # b and c in half of the runs take 2 h, else 1 h; then the last one.
    assert cycle(result) == pytest.approx(2.5, abs=0.05)


def test_a_loop_goes_round_geometrically() -> None:
    model = process("p")
    model.start().gateway("exclusive", "in").user("work").gateway("exclusive", "out").otherwise().end("done")
    model.at("out").when("again").goto("in")
    result = forecast(model.document(), 3000, gateways={"out": {"done": 0.75, "in": 0.25}})
    assert executions(result)["work"] == pytest.approx(4 / 3, abs=0.05)


def test_an_interrupting_timer_ends_the_task() -> None:
    model = process("p")
    model.start().user("slow").end("done")
    model.boundary("slow", "late", timer(after="PT2H")).user("repair").end("repaired")
    result = forecast(model.document(), 3, hours=1, steps={"slow": Step(duration=fixed(5 * HOUR))})
    assert executions(result) == {"slow": 0.0, "repair": 1.0}
    assert cycle(result) == pytest.approx(3.0)


def test_a_timer_that_does_not_interrupt_goes_on_beside() -> None:
    model = process("p")
    model.start().user("slow").end("done")
    model.boundary("slow", "late", timer(every="R2/PT2H"), interrupting=False).user("remind").end("reminded")
    result = forecast(model.document(), 3, steps={"slow": Step(duration=fixed(5 * HOUR))})
    assert executions(result) == {"slow": 1.0, "remind": 2.0}
    assert cycle(result) == pytest.approx(5.0)


def test_the_first_event_after_an_event_based_gateway_wins() -> None:
    model = (
        process("p")
        .start()
        .first(
            [catch("soon", timer(after="PT1H")), user("a")],
            [catch("later", timer(after="PT3H")), user("b")],
        )
        .end()
        .document()
    )
    result = forecast(model, 3)
    assert executions(result) == {"a": 1.0, "b": 0.0} and cycle(result) == pytest.approx(2.0)


def test_a_terminate_end_ends_what_is_open() -> None:
    model = process("p")
    model.start().gateway("parallel", "split").user("quick").end("stop", trigger=TERMINATE)
    model.at("split").user("slow").end("done")
    result = forecast(model.document(), 3, steps={"slow": Step(duration=fixed(9 * HOUR))})
    assert executions(result) == {"quick": 1.0, "slow": 0.0} and cycle(result) == pytest.approx(1.0)


def test_a_sub_process_holds_its_own_tokens() -> None:
    inner = [user("a"), user("b")]
    model = process("p").start().sub("s", inner).user("c").end().document()
    result = forecast(model, 3)
    assert cycle(result) == pytest.approx(3.0)


def test_an_error_inside_a_sub_process_goes_to_its_boundary() -> None:
    model = process("p")
    model.start().sub("s", [user("a"), end("failed", trigger=error("E1"))]).user("never").end("done")
    model.boundary("s", "caught", error("E1")).user("repair").end("repaired")
    result = forecast(model.document(), 3)
    assert executions(result) == {"a": 1.0, "never": 0.0, "repair": 1.0} and result.unfinished == 0.0


def test_an_error_that_nothing_catches_is_told() -> None:
    model = process("p").start().user("a").end("failed", trigger=error("E1")).document()
    result = forecast(model, 4)
    assert result.unfinished == 1.0
    assert {"uncaught-error", "run-failed", "run-stuck"} <= {finding.code for finding in result.findings}


def test_an_escalation_starts_an_event_sub_process_beside() -> None:
    model = process("p")
    row = model.start().user("a").throw("up", escalation("X")).user("b")
    row.end("done")

    model.add(
        sub("handler", [start("h", trigger=escalation("X"), interrupting=False), user("look"), end("seen")], event=True)
    )
    result = forecast(model.document(), 3)
    assert executions(result) == {"a": 1.0, "b": 1.0, "look": 1.0} and cycle(result) == pytest.approx(2.0)


def test_a_task_fails_as_often_as_told() -> None:
    model = process("p")
    model.start().user("a").end("done")
    model.boundary("a", "failed", error("E")).user("repair").end("repaired")
    result = forecast(model.document(), 2000, steps={"failed": Step(probability=0.2)})
    assert executions(result)["repair"] == pytest.approx(0.2, abs=0.03)


def test_a_multi_instance_has_as_many_copies_as_its_list() -> None:
    called = process("called")
    called.start("called_start").user("each", each="members", item="m").end("called_end")
    main = process("main")
    main.start("main_start").call("c", "called", inputs={"members": '=["a","b","c"]'}).end("main_end")
    result = forecast(document(main, called), 2)
    assert result.executed == 6 and cycle(result) == pytest.approx(1.0)


def test_copies_in_a_row_take_their_turns() -> None:
    model = process("p").start().user("each", each="members", sequential=True).end().document()
    result = forecast(model, 2, steps={"each": Step(duration=fixed(HOUR), copies=fixed(4.0))})
    assert executions(result)["each"] == 4.0 and cycle(result) == pytest.approx(4.0)


def test_a_message_is_waited_for_between_processes() -> None:
    sender, receiver = process("sender"), process("receiver")
    sender.start("sender_start").user("a").then(throw("tell", message("ready"))).end("sender_end")
    receiver.start("receiver_start").then(catch("hear", message("ready"))).user("b").end("receiver_end")
    result = forecast(document(sender, receiver), 3)
    assert cycle(result) == pytest.approx(2.0)


def test_a_message_that_comes_early_is_kept() -> None:
    sender, receiver = process("sender"), process("receiver")
    sender.start("sender_start").then(throw("tell", message("ready"))).end("sender_end")
    receiver.start("receiver_start").user("b").then(catch("hear", message("ready"))).user("c").end("receiver_end")
    result = forecast(document(sender, receiver), 3)
    assert cycle(result) == pytest.approx(2.0) and result.unfinished == 0.0


def test_a_signal_reaches_all_that_wait() -> None:
    sender, one, two = process("sender"), process("one"), process("two")
    sender.start("sender_start").user("a").then(throw("tell", signal("go"))).end("sender_end")
    one.start("one_start").then(catch("hear1", signal("go"))).user("b").end("one_end")
    two.start("two_start").then(catch("hear2", signal("go"))).user("c").end("two_end")
    result = forecast(document(sender, one, two), 3)
    assert result.unfinished == 0.0 and cycle(result) == pytest.approx(2.0)


def test_what_only_the_outside_can_bring_about_is_told() -> None:
    model = process("p").start().then(catch("hear", message("from outside"))).user("a").end().document()
    result = forecast(model, 3)
    assert "outside-event" in {finding.code for finding in result.findings} and cycle(result) == pytest.approx(1.0)


def test_a_join_that_can_never_be_complete_stands_still_and_says_so() -> None:
    model = process("p")
    model.start().gateway("exclusive", "split").when("x").user("a").gateway("parallel", "join").end("done")
    model.at("split").otherwise().user("b").goto("join")
    result = forecast(model.document(), 5)
    assert result.unfinished == 1.0 and "run-stuck" in {finding.code for finding in result.findings}


def test_a_loop_without_end_is_cut_and_says_so() -> None:
    model = process("p")
    model.start().gateway("exclusive", "in").task("pass", done=True).gateway("exclusive", "out").otherwise().end("done")
    model.at("out").when("again").goto("in")
    result = forecast(model.document(), 2, gateways={"out": {"in": 1.0, "done": 0.0}}, max_events=10_000)
    assert result.unfinished == 1.0 and "run-cut" in {finding.code for finding in result.findings}


def test_an_endless_loop_is_named_by_what_it_executes() -> None:
    model = process("p")
    model.start().user("once").gateway("exclusive", "in").user("again").gateway("exclusive", "out").otherwise().end("e")
    model.at("out").when("more").goto("in")
    result = forecast(model.document(), 2, gateways={"out": {"in": 1.0, "e": 0.0}}, max_events=10_000)
    assert [finding.element for finding in result.findings if finding.code == "loop-cut"] == ["again"]


def test_runs_cut_at_the_horizon_without_a_loop_name_none() -> None:
    model = process("p").start().user("a").end().document()
    result = forecast(model, 2, steps={"a": Step(duration=Distribution("fixed", (10_000 * 86400.0,)))}, horizon_days=5)
    codes = {finding.code for finding in result.findings}
    assert "run-cut" in codes and "loop-cut" not in codes


def test_a_simulated_trace_is_one_that_the_executor_accepts() -> None:
    model = process("p")
    model.start().user("a").parallel([user("b"), user("c")], [user("d")]).exclusive(
        [when("x = 1"), user("e")], [otherwise(), user("f")], id="g"
    ).end()
    names = {name: Step(duration=Distribution("exponential", (HOUR,))) for name in "abcdef"}
    scenario = Scenario(calendar=ROUND_THE_CLOCK, steps=names, gateways={"g": {"e": 0.5, "f": 0.5}})
    result = simulate(model.document(), scenario=scenario, runs=40, log=True)
    for run in range(40):
        replay(model.document(), [row.element for row in result.log if row.run == run])


def replay(model: Document, trace: list[str]) -> None:
    """Completes the tasks in the order of the trace; each must be open when its turn comes, and nothing after."""
    executor, now = executor_named("net"), datetime(2024, 1, 8, 9, tzinfo=UTC)
    definition = executor.prepare(model, model.process_id)
    outcome = executor.start(definition, {"x": 1 if "e" in trace else 0}, now)
    tokens: dict[str, str] = {}
    for element in trace:
        tokens |= {event.element: event.token or "" for event in outcome.events if event.kind == "task"}
        outcome = executor.apply(definition, outcome.state, Complete(tokens.pop(element)), now)
    assert any(event.kind == "ended" for event in outcome.events)
