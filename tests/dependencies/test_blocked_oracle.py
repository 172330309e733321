"""The promise of the blocked report, tried on random models: its roots, and nothing else, move a step."""

import os
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import KINDS, RUNS, Models, answers, coming, models
from dependencies.play import acts, perform
from dependencies.registers import registers
from resolute import dependencies
from resolute.bpmn import build
from resolute.dependencies.whole import plan
from resolute.execution.core import Engine
from resolute.testing import Clock

SCHEDULES = int(os.environ.get("RESOLUTE_SCHEDULES", "3"))
"""So many random schedules are played against each deadlock; where they are many, more models are tried as well."""
MODELS = min(max(SCHEDULES // 3, 1), 4)
BLOCKS = sorted(set(KINDS) - {"user"})
"""Each of them has its turn in every one of the tests, at least once as small as can be."""
MOST = 40
"""So many acts a schedule has at most: loops may go on for ever."""
CHANCE = st.integers(0, 10**6).map(random.Random)


def happened(engine, kind):
    """Step id -> how often something of that kind happened there, in instances that have ended as well."""
    return Counter(
        f"{instance.id}:{event.element}"
        for instance in engine.instances()
        for event in engine.history(instance.id)
        if event.kind == kind
    )


def to_come(report):
    """The steps whose turn has not come and that can run."""
    return [item for item in report if item.state == "blocked" and item.deadlock is None]


def blockers(item):
    """What a step waits for; work that begins anew in a loop is another one."""
    return {(root.step, root.cls, root.since) for root in item.roots}


def play(engine, chance):
    """Does whatever can be done in any order, with any answers; what nobody else sends last of all.

    Yields the steps at which something was done.
    """
    for _number in range(MOST):
        if found := acts(engine):
            yield {act.step for act in perform(engine, chance.choice(found), answers(chance))}
        elif unsent := [root for item in dependencies.blocked(engine.snapshot()) for root in awaited(item)]:
            name = chance.choice(unsent).name
            engine.send(name)
            yield {root.step for root in unsent if root.name == name}
        else:
            return


def awaited(item):
    """The messages among the roots of a step."""
    return [root for root in item.roots if root.cls == "message"]


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=2 * MODELS)
@given(st.data(), CHANCE)
def test_a_turn_comes_only_by_a_root_and_only_to_what_was_listed(block, data, chance):
    with data.draw(coming(block)).played() as engine:
        report, before = dependencies.blocked(engine.snapshot()), happened(engine, "activated")
        for acted in play(engine, chance):
            after = happened(engine, "activated")
            roots = {item.step: {root.step for root in item.roots} for item in to_come(report)}
            assert not [step for step, known in roots.items() if not acted & known and after[step] > before[step]]
            assert not opened(engine, among=before) - before.keys() - roots.keys()
            report, before = dependencies.blocked(engine.snapshot()), after


def opened(engine, among):
    """The steps with an open task, in instances in which something had happened `among` these steps."""
    instances = {step.partition(":")[0] for step in among}
    return {f"{task.instance}:{task.element}" for task in engine.tasks() if task.instance in instances}


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=2 * MODELS)
@given(st.data(), RUNS)
def test_acting_on_all_roots_changes_what_a_step_waits_for(block, data, choices):
    made = data.draw(coming(block))
    with made.played(choices) as engine:
        waiting = to_come(dependencies.blocked(engine.snapshot()))
    for item in waiting[:3]:
        assert item.roots, item
        with made.played(choices) as engine:
            act_on(engine, item, random.Random(item.step))
            after = {found.step: found for found in dependencies.blocked(engine.snapshot())}.get(item.step)
            assert after is None or after.state != "blocked" or blockers(after) != blockers(item)


def act_on(engine, item, chance):
    """Acts on every root of a step: on all its tasks, one after the other where they are sequential."""
    for root in item.roots:
        if root.cls == "message":
            engine.send(root.name)
        for _person in range(2 if ":many_" in root.step or ":n" in root.step else 1):
            for act in [act for act in acts(engine) if act.step == root.step and act.kind != "message"][:1]:
                perform(engine, act, answers(chance))


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=2 * MODELS)
@given(st.data(), RUNS, CHANCE)
def test_a_step_said_to_be_stuck_never_runs_under_any_schedule(block, data, choices, chance):
    made = data.draw(coming(block))
    with made.played(choices) as engine:
        stuck = {item.step for item in dependencies.blocked(engine.snapshot()) if item.deadlock}
        before = happened(engine, "completed")
    for _schedule in range(SCHEDULES if stuck else 0):
        with made.played(choices) as engine:
            for _acted in play(engine, chance):
                pass
            after = happened(engine, "completed")
        assert {step: after[step] for step in stuck} == {step: before[step] for step in stuck}


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=2 * MODELS)
@given(st.data(), CHANCE)
def test_what_is_said_to_be_stuck_is_what_is_left_when_nothing_can_be_done(block, data, chance):
    with data.draw(coming(block)).played() as engine:
        stuck = stuck_steps(engine)
        for _acted in play(engine, chance):
            stuck = stuck_steps(engine) | stuck
        after = happened(engine, "completed")
        assert stuck == {step: after[step] for step in stuck}
        if not acts(engine):
            assert all(item.deadlock or awaited(item) for item in dependencies.blocked(engine.snapshot()))


def stuck_steps(engine):
    """What is said to be stuck -> how often it was done so far."""
    done = happened(engine, "completed")
    return {item.step: done[item.step] for item in dependencies.blocked(engine.snapshot()) if item.deadlock}


@settings(max_examples=8)
@given(registers(most=5), RUNS)
def test_a_protocol_opened_beside_a_like_one_changes_nothing_about_it(protocol, choices):
    with Engine("sqlite:///:memory:", clock=Clock()) as engine:
        engine.open(protocol)
        for choice in choices:
            if tasks := engine.tasks():
                engine.complete(tasks[choice % len(tasks)].id)
        alone = {item.step: item.to_dict() for item in dependencies.blocked(engine.snapshot())}
        engine.open(protocol)
        beside = {item.step: item.to_dict() for item in dependencies.blocked(engine.snapshot())}
    assert alone == {step: beside[step] for step in alone}


def test_a_join_behind_a_choice_is_stuck_once_the_choice_is_made():
    process = build.process("p")
    row = process.start().user("before").gateway("exclusive", "choice")
    row.when("x == 1").user("b").gateway("parallel", "join").user("behind").end()
    process.at("choice").otherwise().user("c").goto("join")
    made = Models((process.document(),), ("p",), {"x": 1})
    with made.played() as engine:
        assert not any(item.deadlock for item in dependencies.blocked(engine.snapshot()))
    with made.played([0]) as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}["1:behind"]
        assert found.deadlock.kind == "dead-join-input"
        assert {root.cls for root in found.roots} == {"dead-join-input", "person-unassigned"}


def test_a_loop_still_to_come_can_run_and_what_follows_it_as_well():
    process = build.process("p")
    again = build.exclusive([build.when("x1 == 1"), build.goto("back")], [build.otherwise()], id="again")
    process.start().user("a").gateway("exclusive", "back").user("b").then(again).user("c").end()
    with Models((process.document(),), ("p",), {"x1": 0}).played() as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}
    assert set(found) == {"1:b", "1:c"}
    assert not any(item.deadlock for item in found.values())
    assert all([root.step for root in item.roots] == ["1:a"] for item in found.values())


def test_the_wait_graph_of_a_long_chain_stays_linear():
    rng = random.Random(1)
    process = build.process("p")
    process.start().then(*(build.user(f"t{number}") for number in range(400))).end()
    with Models((process.document(),), ("p",), {}).played([rng.randrange(9)]) as engine:
        made = plan(engine.snapshot())
        assert len(made.waits) < 3 * 400


@settings(max_examples=15)
@given(models(most=5, kinds=[kind for kind in KINDS if kind != "dead"]), RUNS)
def test_both_executors_give_the_same_report(made, choices):
    reports = []
    for executor in ("net", "spiff"):
        with made.played(choices, executor) as engine:
            reports.append([item.to_dict() for item in dependencies.blocked(engine.snapshot())])
    assert reports[0] == reports[1]


@settings(max_examples=20)
@given(models(), RUNS)
def test_every_chain_leads_from_a_root_to_the_step_along_edges_or_calls(made, choices):
    with made.played(choices) as engine:
        snapshot = engine.snapshot()
    graph = dependencies.graph(snapshot)
    for item in dependencies.blocked(snapshot):
        assert item.chain[-1] == item.step
        assert item.chain[0] in {root.step for root in item.roots}
        assert all(step in graph for step in item.chain[1:])
        assert len(set(item.chain)) == len(item.chain)


def test_two_decisions_that_wait_for_each_others_message_are_a_circle():
    first = build.process("p")
    first.start().catch("a", build.message("one")).throw("b", build.message("two")).user("c").end()
    second = build.process("q")
    second.start().catch("d", build.message("two")).throw("e", build.message("one")).user("f").end()
    with Models((first.document(), second.document()), ("p", "q"), {}).played() as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}
        assert {item.deadlock.kind for item in found.values()} == {"cycle"}
        assert set(found["1:c"].deadlock.steps) == {"1:a", "1:b", "2:d", "2:e"}
        assert found["1:c"].roots[0].cls == "cycle"
        assert found["1:c"].chain[0] == found["1:c"].roots[0].step
        engine.send("one")
        after = dependencies.blocked(engine.snapshot())
        assert not any(item.deadlock for item in after)


def test_what_waits_for_a_message_to_come_waits_for_its_sender_as_well():
    first = build.process("p")
    first.start().user("a").catch("b", build.message("done")).user("c").end()
    second = build.process("q")
    second.start().user("x").throw("y", build.message("done")).end()
    with Models((first.document(), second.document()), ("p", "q"), {}).played() as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}
        assert {root.step for root in found["1:c"].roots} == {"1:a", "2:x"}
    with Models((first.document(),), ("p",), {}).played([0]) as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}
        assert found["1:b"].state == "waiting"
        assert [root.cls for root in found["1:c"].roots] == ["message"]


def test_the_life_of_an_assignment_goes_on_by_its_usual_way():
    inner = build.process("inner")
    inner.start().user("carry_out", party="A").user("check", party="B").end("off", trigger=build.TERMINATE)
    for host in ("carry_out", "check"):
        inner.boundary(host, f"cancelled_{host}", build.message("cancelled")).end(
            f"gone_{host}", trigger=build.TERMINATE
        )
    outer = build.process("p")
    outer.start().call("assignment", "inner").user("next").end()
    with Models((inner.document(), outer.document()), ("p",), {}).played() as engine:
        found = {item.step: item for item in dependencies.blocked(engine.snapshot())}
        assert found["1:next"].chain == ("2:carry_out", "2:check", "1:assignment", "1:next")
        assert [root.step for root in found["1:next"].roots] == ["2:carry_out"]
        engine.send("cancelled")
        assert [task.element for task in engine.tasks()] == ["next"]
