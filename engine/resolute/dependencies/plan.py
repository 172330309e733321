"""A plan: steps, the edges between them, and the AND/OR graph of waits, built once and asked many times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from resolute.dependencies.part import PlanPart
from resolute.dependencies.values import STEP_ATTRIBUTES, Edge, Root, Step
from resolute.dependencies.waits import NEVER, Waits
from resolute.dependencies.web import Web

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True, slots=True)
class Solution:
    """When each node happens at the earliest, and what decides it."""

    earliest: list[int | None]
    """Working day of each node; None when it can never happen as things stand."""
    via: list[int]
    """The input that decides: the last one of an AND, the first one of an OR; NEVER for sources."""
    order: list[int]
    """The nodes that can happen, each after what decides it."""
    outputs: list[list[int]]


@dataclass(frozen=True)
class Plan:
    """Everything that the questions of this package read. Steps and wait nodes are numbers; see `Waits`."""

    at: datetime
    steps: Sequence[Step]
    edges: Sequence[Edge]
    waits: Waits
    done: Sequence[int]
    """Step -> the wait node that happens when the step is done; NEVER for what is done or skipped."""
    roots: Mapping[int, tuple[Root, ...]] = field(default_factory=dict)
    """Source node -> what can be done about it."""
    title: str = ""
    decisions: Mapping[str, str] = field(default_factory=dict)
    """Decision -> its title."""
    protocols: Mapping[str, str] = field(default_factory=dict)
    """Id of an opened protocol -> its title."""
    unknowns: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Wait node -> what was taken for granted there."""

    @cached_property
    def number(self) -> dict[str, int]:
        """Step id -> its number."""
        return {step.id: index for index, step in enumerate(self.steps)}

    @cached_property
    def part(self) -> PlanPart:
        """The same in columns."""
        return PlanPart(self)

    @cached_property
    def solution(self) -> Solution:
        """When each wait node happens at the earliest."""
        web = Web([self.part])
        able = web.able.tolist()
        earliest = [day if able[node] else None for node, day in enumerate(web.earliest.tolist())]
        return Solution(earliest, web.via.tolist(), web.in_time(), self.part.shape.outputs)

    @property
    def today(self) -> date:
        """The day of the plan, in its own time zone."""
        return self.at.date()

    def earliest(self, node: int) -> int | None:
        """The earliest working day of a wait node, today or later; None when it can never happen."""
        day = self.solution.earliest[node]
        return None if day is None else max(day, 0)

    def is_open(self, index: int) -> bool:
        """Whether the step is neither done nor skipped."""
        return self.done[index] != NEVER


def digraph(plan: Plan) -> nx.DiGraph[str]:
    """The public form: nodes are step ids with the fields of `Step` as attributes, edges run from what comes
    first.

    `graph.graph` has `title`, `at`, `decisions` and `protocols` (their titles); docs/dependencies.md lists them all.
    """
    from resolute.dependencies.step_graph import StepGraph

    graph = StepGraph(title=plan.title, at=plan.at, decisions=dict(plan.decisions), protocols=dict(plan.protocols))
    for step in plan.steps:
        graph.add_node(step.id, **attributes(step))
    for edge in plan.edges:
        graph.add_edge(
            plan.steps[edge.before].id,
            plan.steps[edge.after].id,
            kind=edge.kind,
            reason=edge.reason,
            alternative=edge.alternative,
        )
    return graph


def attributes(step: Step) -> dict[str, Any]:
    """The node attributes of a step."""
    return {name: getattr(step, name) for name in STEP_ATTRIBUTES}
