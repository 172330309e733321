"""The promise of the blocked report, tried on random models: its roots, and nothing else, move a step."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from dependencies.models import Models, models
from resolute import dependencies
from resolute.bpmn import build
from resolute.dependencies.whole import plan

RUNS = st.lists(st.integers(0, 7), max_size=6)


def open_tasks(engine):
    """Step id -> the ids of its open tasks."""
    found = {}
    for task in engine.tasks():
        found.setdefault(f"{task.instance}:{task.element}", []).append(task.id)
    return found


def ran(engine, made):
    """The steps that were completed, in instances that have ended as well."""
    return {
        f"{number}:{event.element}"
        for number in range(1, len(made.processes) + 1)
        for event in engine.history(str(number))
        if event.kind == "completed"
    }


def to_come(report):
    """The steps whose turn has not come and that can run."""
    return [item for item in report if item.state == "blocked" and item.deadlock is None]


def reached(engine, step):
    """Whether the step has begun."""
    states = dict(dependencies.graph(engine.snapshot()).nodes(data="state"))
    return states.get(step, "done") not in ("blocked", "to_come", "skipped")


@settings(max_examples=40)
@given(models(), RUNS)
def test_completing_anything_but_the_roots_never_brings_a_steps_turn(made, choices):
    with made.played(choices) as engine:
        waiting = to_come(dependencies.blocked(engine.snapshot()))
        roots = {item.step: {root.step for root in item.roots} for item in waiting}
        places = list(open_tasks(engine))
    for position, place in enumerate(places):
        others = [step for step, found in roots.items() if place not in found]
        if not others:
            continue
        with made.played([*choices, position]) as engine:
            assert not [step for step in others if reached(engine, step)]


@settings(max_examples=40)
@given(models(), RUNS)
def test_completing_all_roots_changes_what_a_step_waits_for(made, choices):
    with made.played(choices) as engine:
        waiting = to_come(dependencies.blocked(engine.snapshot()))
    for item in waiting[:3]:
        roots = {root.step for root in item.roots}
        assert roots, item
        with made.played(choices) as engine:
            for step in roots & set(open_tasks(engine)):
                while tasks := open_tasks(engine).get(step):
                    engine.complete(tasks[0])
            after = {found.step: found for found in dependencies.blocked(engine.snapshot())}.get(item.step)
            assert after is None or after.state != "blocked" or {root.step for root in after.roots} != roots


@settings(max_examples=25)
@given(models(), st.randoms(use_true_random=False))
def test_a_step_said_to_be_stuck_never_runs_and_what_never_ran_was_said_to_be_stuck(made, chance):
    with made.played() as engine:
        stuck = set()
        while True:
            report = dependencies.blocked(engine.snapshot())
            stuck |= {item.step for item in report if item.deadlock}
            tasks = engine.tasks()
            if not tasks:
                break
            engine.complete(chance.choice(tasks).id)
        assert not stuck & ran(engine, made)
        assert all(item.deadlock for item in report)


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


def test_the_wait_graph_of_a_long_chain_stays_linear():
    rng = random.Random(1)
    process = build.process("p")
    process.start().then(*(build.user(f"t{number}") for number in range(400))).end()
    with Models((process.document(),), ("p",), {}).played([rng.randrange(9)]) as engine:
        made = plan(engine.snapshot())
        assert len(made.waits) < 3 * 400


@settings(max_examples=15)
@given(models(kinds=("user", "user", "parallel", "exclusive", "call", "sub")), RUNS)
def test_both_executors_give_the_same_report(made, choices):
    reports = []
    for executor in ("net", "spiff"):
        with made.played(executor=executor) as engine:
            for choice in choices:
                tasks = sorted(engine.tasks(), key=lambda task: (task.instance, task.element))
                if tasks:
                    engine.complete(tasks[choice % len(tasks)].id)
            found = dependencies.blocked(engine.snapshot())
        reports.append({item.step: (item.state, {(root.step, root.cls) for root in item.roots}) for item in found})
    assert reports[0] == reports[1]


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
