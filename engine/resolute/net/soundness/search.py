"""Searches the reachable markings of a model, nearest first, for what can go wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from resolute.net.reach import Graph, inputs_of
from resolute.net.soundness.model import SINK, Join, Model, Path, Way, flat

Marking: TypeAlias = frozenset[int]
"""The flows that hold a token, one each."""

Code: TypeAlias = Literal["deadlock", "lack-of-synchronisation", "improper-completion", "dead-activity"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something that can go wrong, with the shortest way there."""

    code: Code
    node: int
    witness: tuple[int, ...] = ()
    """The nodes passed before it happens, in order."""


@dataclass
class Search:
    """What a search has found."""

    flaws: dict[tuple[Code, int], Flaw] = field(default_factory=dict)
    alive: set[int] = field(default_factory=set)
    complete: bool = True
    """Whether every marking was looked at."""

    def note(self, code: Code, node: int, witness: tuple[int, ...]) -> None:
        """Keeps the first, so the shortest, way to each flaw."""
        self.flaws.setdefault((code, node), Flaw(code, node, witness))


def search(model: Model, limit: int) -> Search:
    """Looks at up to `limit` markings, fewer where each holds very many tokens; beyond a flaw it does not go on."""
    found = Search()
    work = 1_000_000 + 100 * limit  # tokens handled
    joins = _Joins(model)
    start = frozenset(model.initial)
    taken_ways: dict[int, Way] = {}
    came_from: dict[Marking, tuple[Marking, Way] | None] = {start: None}
    queue = deque([start])
    while queue:
        marking = queue.popleft()
        moved = False
        for node, taken, way in _moves(model, joins, marking):
            moved = True
            work -= len(marking)
            rest = marking - taken
            taken_ways[id(way)] = way
            doubled = [flow for flow in way.flows if flow in rest]
            if node in model.terminating:
                rest, doubled = frozenset(), []
            if doubled:
                _note_doubled(model, found, doubled, (*_path(came_from, marking), *flat(way.path)))
                continue
            following = rest.union(way.flows)
            if following not in came_from:
                if len(came_from) >= limit or work < 0:
                    found.complete = False
                    queue.clear()
                    break
                came_from[following] = (marking, way)
                queue.append(following)
        stuck = [model.targets[flow] for flow in marking if model.targets[flow] != SINK]
        if not moved and stuck:
            found.note("deadlock", min(stuck), _path(came_from, marking))
    for way in taken_ways.values():
        found.alive.update(flat(way.path), flat(way.beside))
    return found


def _note_doubled(model: Model, found: Search, doubled: list[int], witness: tuple[int, ...]) -> None:
    for flow in doubled:
        if flow in model.sinks:
            found.note("improper-completion", model.sinks[flow], witness)
        else:
            found.note("lack-of-synchronisation", model.targets[flow], witness)


def _path(came_from: dict[Marking, tuple[Marking, Way] | None], marking: Marking) -> tuple[int, ...]:
    steps: list[Path] = []
    step = came_from[marking]
    while step is not None:
        marking, way = step
        steps.append(way.path)
        step = came_from[marking]
    return tuple(node for path in reversed(steps) for node in flat(path))


def _moves(model: Model, joins: _Joins, marking: Marking) -> Iterator[tuple[int, Marking, Way]]:
    """Every way in which some node can move tokens: the node, what it takes, the way it is left."""
    before: dict[int, list[int]] = {}
    for flow in sorted(marking):
        before.setdefault(model.targets[flow], []).append(flow)
    before.pop(SINK, None)
    for node, waiting in sorted(before.items()):
        join = model.joins[node]
        if join == Join.EACH:
            taken = [frozenset((flow,)) for flow in waiting]
        elif len(waiting) == len(model.incoming[node]) or (
            join == Join.INCLUSIVE and not joins.more_can_come(node, waiting, marking)
        ):
            taken = [frozenset(waiting)]
        else:
            continue
        for flows in taken:
            for way in model.ways[node]:
                yield node, flows, way


class _Joins:
    """When inclusive joins stop waiting (BPMN 2.0.2, clause 13.4.3), worked out once for each."""

    def __init__(self, model: Model) -> None:
        outgoing = {
            node: list(dict.fromkeys(flow for way in ways for flow in way.flows if model.targets[flow] != SINK))
            for node, ways in model.ways.items()
        }
        incoming = {node: [flow for flow in flows if flow in model.sources] for node, flows in model.incoming.items()}
        self._graph = Graph(incoming, outgoing, model.sources, model.targets)
        self._targets = model.targets
        self._reach: dict[int, dict[int, frozenset[int]]] = {}

    def more_can_come(self, node: int, waiting: list[int], marking: Marking) -> bool:
        """Whether a token elsewhere can still reach an empty flow but none of the waiting ones."""
        if node not in self._reach:
            self._reach[node] = inputs_of(self._graph, node)
        reach = self._reach[node]
        for flow in marking:
            target = self._targets[flow]
            if target != node:
                inputs = reach.get(target)
                if inputs and inputs.isdisjoint(waiting):
                    return True
        return False
