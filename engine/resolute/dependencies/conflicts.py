"""Deadlines that do not fit together, and the fewest that would have to move."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

import numpy as np

from resolute.dependencies.plan import Plan
from resolute.dependencies.sweep import FAR
from resolute.dependencies.values import Move, Tight
from resolute.dependencies.waits import NEVER
from resolute.dependencies.workdays import Workdays

EXACT_LIMIT = 400
"""Largest group of connected deadlines for which the smallest set is searched; in larger ones the later one
moves.
"""
_ABREAST = 64
"""From so many deadlines the longest ways are followed at once."""


def tight_pairs(plan: Plan, days: Workdays) -> tuple[Tight, ...]:
    """Deadlines that leave too little time after the one before, or after today (`before` is then None)."""
    due = _due(plan, days)
    bound: dict[int, tuple[int, int]] = {}
    found = []
    for node in plan.solution.order:
        ready, origin = max((bound[before] for before in _binding(plan, node)), default=(0, NEVER))
        forced = ready + plan.waits.days[node] if origin != NEVER else plan.solution.earliest[node] or 0
        if node in due:
            if forced > due[node]:
                before = plan.steps[plan.waits.step[origin]].id if origin != NEVER else None
                found.append(Tight(before, plan.steps[plan.waits.step[node]].id, forced - due[node]))
            bound[node] = (due[node], node)
        else:
            bound[node] = (forced, origin)
    return tuple(found)


def moves_of(plan: Plan, days: Workdays) -> tuple[tuple[Move, ...], bool]:
    """The fewest deadlines to move so that every step keeps its days after the ones it waits for; whether no smaller
    set would do: where more than `EXACT_LIMIT` deadlines hang together, those move that an earlier one forces.

    Two deadlines contradict each other when the time between them is shorter than the longest way between
    their
    steps. That relation is a partial order, so the deadlines that can all stay are an antichain of it, and
    the
    largest one is found by matching (Dilworth, König). Among equally large ones the earlier deadlines stay.
    """
    due = _due(plan, days)
    moving: set[int] = set()
    forced: set[int] | None = None
    fewest = True
    for members in _groups(plan, due):
        group = [node for node in members if node in due]
        late = {node for node in group if (plan.solution.earliest[node] or 0) > due[node]}
        rest = [node for node in group if node not in late]
        moving |= late
        if len(rest) <= EXACT_LIMIT:
            moving |= set(rest) - _largest_antichain(rest, _contradictions(plan, due, members, rest))
        else:
            forced = _forced(plan, due) if forced is None else forced
            more = forced & set(rest)
            moving |= more
            fewest = fewest and len(more) < 2
    return tuple(_moves(plan, days, due, moving)), fewest


def _due(plan: Plan, days: Workdays) -> dict[int, int]:
    earliest = plan.solution.earliest
    return {
        plan.done[index]: days.number(step.due)
        for index, step in enumerate(plan.steps)
        if step.due is not None and plan.is_open(index) and earliest[plan.done[index]] is not None
    }


def _binding(plan: Plan, node: int) -> list[int]:
    """The inputs whose time binds the node: all of an AND, the deciding one of an OR, none of a source."""
    if node in plan.waits.release:
        return []
    if plan.waits.any_of[node]:
        return [plan.solution.via[node]]
    return plan.waits.inputs[node]


def _groups(plan: Plan, due: dict[int, int]) -> Iterator[list[int]]:
    """The nodes of each connected part of the graph that has deadlines, each after what decides it."""
    group = list(range(len(plan.waits)))

    def leader(node: int) -> int:
        while group[node] != node:
            group[node] = group[group[node]]
            node = group[node]
        return node

    for node in plan.solution.order:
        for before in _binding(plan, node):
            group[leader(before)] = leader(node)
    found: dict[int, list[int]] = {leader(node): [] for node in due}
    for node in plan.solution.order:
        if (head := leader(node)) in found:
            found[head].append(node)
    yield from found.values()


def _contradictions(
    plan: Plan, due: dict[int, int], members: Sequence[int], nodes: Sequence[int]
) -> dict[int, list[int]]:
    """For each of the deadlines `nodes` of one group the later ones that come too soon after it."""
    place = {node: row for row, node in enumerate(members)}
    inputs = [[place[before] for before in _binding(plan, node)] for node in members]
    rows = np.array([place[node] for node in nodes], np.int64)
    limits = np.array([due[node] for node in nodes], np.int64)
    found: dict[int, list[int]] = {}
    for begin in range(0, len(nodes), _ABREAST):
        starts = nodes[begin : begin + _ABREAST]
        column = {place[node]: number for number, node in enumerate(starts)}
        reach = np.full((len(members), len(starts)), -FAR, np.int64)
        for row, node in enumerate(members):
            if inputs[row]:
                reach[row] = reach[inputs[row]].max(axis=0) + plan.waits.days[node]
            if row in column:
                reach[row, column[row]] = due[node]
        late = reach[rows] > limits[:, None]
        for number, start in enumerate(starts):
            found[start] = [
                other
                for other, behind in zip(nodes, late[:, number].tolist(), strict=True)
                if behind and other != start
            ]
    return found


def _largest_antichain(nodes: list[int], later: dict[int, list[int]]) -> set[int]:
    """The largest set of nodes no two of which contradict each other; the earlier ones where there is a
    choice.
    """
    earlier: dict[int, list[int]] = {node: [] for node in nodes}
    for node in nodes:
        for other in later[node]:
            earlier[other].append(node)
    partner = _matching(nodes, earlier)
    matched = set(partner.values())
    left = {node for node in nodes if node not in matched}
    right: set[int] = set()
    queue = deque(left)
    while queue:
        for other in earlier[queue.popleft()]:
            if other not in right:
                right.add(other)
                if partner[other] not in left:
                    left.add(partner[other])
                    queue.append(partner[other])
    return {node for node in nodes if node in left and node not in right}


def _matching(nodes: list[int], edges: dict[int, list[int]]) -> dict[int, int]:
    """A largest matching of left to right copies, as right -> left, by augmenting along shortest ways."""
    partner: dict[int, int] = {}
    for start in nodes:
        came: dict[int, int] = {}
        queue = deque([start])
        free = NEVER
        while queue and free == NEVER:
            node = queue.popleft()
            for other in edges[node]:
                if other not in came:
                    came[other] = node
                    if other not in partner:
                        free = other
                        break
                    queue.append(partner[other])
        mates = {left: right for right, left in partner.items()} if free != NEVER else {}
        while free != NEVER:
            left = came[free]
            partner[free], free = left, mates.get(left, NEVER) if left != start else NEVER
    return partner


def _forced(plan: Plan, due: dict[int, int]) -> set[int]:
    """The deadlines that have to move when every earlier one stays or moves later."""
    day: dict[int, int] = {}
    moved = set()
    for node in plan.solution.order:
        ready = max((day[before] for before in _binding(plan, node)), default=None)
        forced = (plan.solution.earliest[node] or 0) if ready is None else ready + plan.waits.days[node]
        if node in due and forced > due[node]:
            moved.add(node)
        day[node] = max(forced, due.get(node, forced))
    return moved


def _moves(plan: Plan, days: Workdays, due: dict[int, int], moving: set[int]) -> Iterator[Move]:
    """New dates for the deadlines that move: later where that does, else as much earlier as needed."""
    roof: dict[int, int] = {}
    for node in reversed(plan.solution.order):
        limit = due[node] if node in due and node not in moving else roof.get(node)
        if limit is not None:
            for before in _binding(plan, node):
                roof[before] = min(roof.get(before, limit), limit - plan.waits.days[node])
    floor: dict[int, int] = {}
    for node in plan.solution.order:
        ready = max((floor[before] for before in _binding(plan, node)), default=None)
        forced = (plan.solution.earliest[node] or 0) if ready is None else ready + plan.waits.days[node]
        floor[node] = max(forced, due[node]) if node in due else forced
        if node in moving:
            floor[node] = min(floor[node], roof.get(node, floor[node]))
            if floor[node] != due[node]:
                step = plan.steps[plan.waits.step[node]]
                assert step.due is not None
                yield Move(step.id, step.due, days.day(floor[node]), floor[node] - due[node])
