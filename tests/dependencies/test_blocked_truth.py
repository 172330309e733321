"""The blocked report against the whole truth: small models are played in every way, from many of their states."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dependencies import models, small
from dependencies.oracle import Truth, Waiting, kind_of
from dependencies.play import acts, perform
from dependencies.world import World
from resolute import dependencies
from resolute.net.net import Kind

INSIDE = [
    *(f"{outer}>guarded" for outer in ("parallel", "inclusive", "sub", "call", "cut", "loop")),
    *(f"inclusive>{inner}" for inner in ("parallel", "twice", "fails", "sub")),
    *(f"{outer}>twice" for outer in ("sub", "call")),
    *(f"loop>{inner}" for inner in ("inclusive", "parallel", "sub", "fails")),
    *(f"fails>{inner}" for inner in ("parallel", "sub", "loop")),
]
ONCE = [block for block in small.PLAIN if block != "user"] + ["cut", "halt", "inclusive>guarded", "sub>guarded"]
"""Without turns and errors: then nothing is needed in one way only because it is needed in every other one as well."""
LOOSE = (*small.KINDS, "dead", "each")
"""With those of which the report may take too much for possible: joins of both branches of a choice, many rounds."""
MOVES = 500
"""Models with more moves than this are not played."""
STATES = 6
"""So many states of each are looked at."""


def asked(drawn):
    """A world, and some of the states that it can be in, each with the steps that were done before."""
    world = World(drawn)
    states = world.reached(MOVES)
    assume(states is not None)
    return world, random.Random(len(states)).sample(sorted(states.items()), min(len(states), STATES))


@pytest.mark.parametrize("block", [*sorted(set(small.KINDS)), *INSIDE])
@settings(max_examples=8)
@given(st.data())
def test_the_report_says_of_every_step_what_playing_every_way_shows(block, data):
    world, states = asked(data.draw(small.small(block)))
    for state, before in states:
        truth, snapshot = Truth(world, state), world.snapshot(state, before)
        able, usual = truth.done(truth.acts), truth.done(truth.acts, usual=True)
        report = {item.step: item for item in dependencies.blocked(snapshot)}
        assert {step for step, item in report.items() if item.deadlock} == report.keys() - able
        assert {step for step, item in report.items() if item.optional} == report.keys() & able - usual
        assert waits_for_its_turn(snapshot, able) - before <= report.keys()
        of_all_sets_of_acts_the_wait_graph_says_the_same(truth, Waiting(snapshot))


def of_all_sets_of_acts_the_wait_graph_says_the_same(truth, said):
    for some in truth.sets():
        for usual in (True, False):
            assert said.done(some, usual=usual) == truth.done(some, usual=usual) & said.steps.keys(), (some, usual)


@pytest.mark.parametrize("block", sorted(set(ONCE)))
@settings(max_examples=6)
@given(st.data())
def test_the_roots_of_a_step_are_all_that_decides_whether_it_is_done(block, data):
    world, states = asked(data.draw(small.small(block, kinds=(*small.PLAIN, "cut", "halt"), alone=True)))
    for state, before in states:
        truth = Truth(world, state)
        able, usual = truth.done(truth.acts), truth.done(truth.acts, usual=True)
        for item in dependencies.blocked(world.snapshot(state, before)):
            if item.step in able:
                deciding = truth.deciding(item.step, usual=item.step in usual)
                assert {kind_of(root) for root in item.roots} == {act.root for act in deciding}


def waits_for_its_turn(snapshot, steps):
    """Those of `steps` that people see, and that have not begun."""
    found = set()
    for view in snapshot.instances.values():
        for node, element in enumerate(view.net.ids):
            begun = node in view.marking.nodes or any(wait.element == element for wait in view.waits)
            if view.net.kinds[node] in (Kind.USER, Kind.CALL, Kind.CATCH, Kind.RECEIVE) and not begun:
                found.add(f"{view.id}:{element}")
    return found & steps


@pytest.mark.parametrize("block", [*sorted(set(LOOSE)), "each>parallel", "each>inclusive"])
@settings(max_examples=5)
@given(st.data())
def test_what_is_said_to_be_stuck_is_done_in_no_way(block, data):
    world, states = asked(data.draw(small.small(block, kinds=LOOSE)))
    for state, before in states:
        stuck = {item.step for item in dependencies.blocked(world.snapshot(state, before)) if item.deadlock}
        truth = Truth(world, state)
        assert not stuck & truth.done(truth.acts)


@pytest.mark.parametrize("block", sorted(set(models.KINDS)))
@settings(max_examples=3)
@given(st.data(), models.RUNS)
def test_what_the_engine_does_is_one_of_the_ways(block, data, choices):
    drawn = data.draw(models.coming(block))
    world = World(drawn)
    ways = {state: frozenset() for state in world.starts()}
    with drawn.played() as engine:
        for choice in choices:
            names = named(engine.snapshot())
            if not (found := acts(engine)):
                break
            for act in perform(engine, found[choice % len(found)], models.answers(random.Random(choice))):
                ways = {
                    move.after: before | move.done
                    for state, before in ways.items()
                    for move in world.moves(state)
                    if move.act.root == (inside(names, act.step), act.kind)
                }
            shown = outline(engine.snapshot())
            ways = {state: before for state, before in ways.items() if outline(world.snapshot(state, before)) == shown}
            assert ways


def named(snapshot):
    """Instance -> its name in a world: that of its caller and the call."""
    names = {}
    for view in snapshot.instances.values():
        names[view.id] = f"{names[view.parent]}/{view.parent_element}" if view.parent in names else view.id
    return names


def inside(names, step):
    """A step by the name of its instance."""
    instance, _colon, element = step.partition(":")
    return f"{names.get(instance, instance).replace('~', '')}:{element}"


def outline(snapshot):
    """What is open, and of what is reported the steps, roots and deadlocks."""
    names = named(snapshot)
    running = [view for view in snapshot.instances.values() if view.state == "running"]
    tasks = [inside(names, f"{view.id}:{task.element}") for view in running for task in view.tasks]
    waits = [(inside(names, f"{view.id}:{wait.element}"), wait.type) for view in running for wait in view.waits]
    report = {}
    for item in dependencies.blocked(snapshot):
        roots = {(inside(names, step), kind) for step, kind in map(kind_of, item.roots)}
        report[inside(names, item.step)] = roots, bool(item.deadlock)
    return sorted(tasks), sorted(waits), report
