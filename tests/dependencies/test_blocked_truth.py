"""The blocked report against the whole truth: small models are played in every way, from many of their states."""

import random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dependencies.oracle import Truth, Waiting, kind_of
from dependencies.small import KINDS, small
from dependencies.world import World
from resolute import dependencies
from resolute.net.net import Kind

BLOCKS = sorted(set(KINDS))
MOVES = 500
"""Models with more moves than this are not played."""
STATES = 6
"""So many states of each are looked at."""


def asked(models):
    """A world, and some of the states that it can be in, each with the steps that were done before."""
    world = World(models)
    states = world.reached(MOVES)
    assume(states is not None)
    return world, random.Random(len(states)).sample(sorted(states.items()), min(len(states), STATES))


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=10)
@given(st.data())
def test_of_all_sets_of_acts_the_wait_graph_says_what_playing_every_way_shows(block, data):
    world, states = asked(data.draw(small(block)))
    for state, before in states:
        truth, said = Truth(world, state), Waiting(world.snapshot(state, before))
        for some in truth.sets():
            for usual in (True, False):
                true = truth.done(some, usual=usual) & said.steps.keys()
                assert said.done(some, usual=usual) == true, (state, sorted(before), some, usual)


@pytest.mark.parametrize("block", BLOCKS)
@settings(max_examples=10)
@given(st.data())
def test_the_report_says_of_every_step_what_playing_every_way_shows(block, data):
    world, states = asked(data.draw(small(block)))
    for state, before in states:
        truth, snapshot = Truth(world, state), world.snapshot(state, before)
        able, usual = truth.done(truth.acts), truth.done(truth.acts, usual=True)
        report = {item.step: item for item in dependencies.blocked(snapshot)}
        assert {step for step, item in report.items() if item.deadlock} == report.keys() - able
        assert {step for step, item in report.items() if item.optional} == report.keys() & able - usual
        assert waits_for_its_turn(snapshot, able) - before <= report.keys()
        for step in report.keys() & able:
            roots = {kind_of(root) for root in report[step].roots}
            assert roots <= {act.root for act in truth.acts}
            assert {act.root for act in truth.deciding(step, usual=step in usual)} <= roots


def waits_for_its_turn(snapshot, steps):
    """Those of `steps` that people see, and that have not begun."""
    found = set()
    for view in snapshot.instances.values():
        for node, element in enumerate(view.net.ids):
            begun = node in view.marking.nodes or any(wait.element == element for wait in view.waits)
            if view.net.kinds[node] in (Kind.USER, Kind.CALL, Kind.CATCH, Kind.RECEIVE) and not begun:
                found.add(f"{view.id}:{element}")
    return found & steps
