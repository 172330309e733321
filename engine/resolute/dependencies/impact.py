"""What waits behind each step of a part beside their number: whose decisions, which deadlines; in one pass."""

from __future__ import annotations

from collections.abc import Iterable
from heapq import nsmallest

from resolute.dependencies.part import Part
from resolute.dependencies.sweep import FAR, Ints
from resolute.dependencies.values import DeadlineAtRisk, Impact

AT_RISK = 5
"""A deadline with less slack than this many working days is at risk."""
MAX_RISKS = 10
MAX_DECISIONS = 20

Risks = tuple[tuple[int, int], ...]
"""Deadlines, the first one first: working day and wait node."""


class Impacts:
    """The impact of every step of a part. Lists are cut: `MAX_RISKS` deadlines, `MAX_DECISIONS` decisions."""

    def __init__(self, part: Part, due: Ints, finish: Ints) -> None:
        """`due` and `finish` are working days by node, FAR for none."""
        self._part = part
        self._due: list[int] = due.tolist()
        self._finish: list[int] = finish.tolist()
        self._found: dict[int, DeadlineAtRisk | None] = {}
        self._cones = part.shape.behind
        size = len(self._cones.after)
        self._risks: list[Risks] = [()] * size
        self._decisions: list[frozenset[str]] = [frozenset()] * size
        own_risks, own_decisions = self._own()
        for component, after in enumerate(self._cones.after):
            self._risks[component] = _merged(
                own_risks.get(component, ()), (self._risks[end] for end in after), MAX_RISKS + 1
            )
            self._decisions[component] = _joined(
                own_decisions.get(component, frozenset()), (self._decisions[end] for end in after)
            )

    def of(self, node: int) -> Impact:
        """The impact of the step whose end is `node`."""
        component = self._cones.component[node]
        risks = [risk for _day, other in self._risks[component] if other != node and (risk := self.risk(other))]
        count = int(self._part.shape.counts[node]) - 1
        decisions = tuple(sorted(self._decisions[component])) if count > 0 else ()
        return Impact(max(count, 0), decisions, tuple(risks[:MAX_RISKS]))

    def risk(self, node: int) -> DeadlineAtRisk | None:
        """The deadline of the step whose end is `node`."""
        if node not in self._found:
            self._found[node] = self._risk(node)
        return self._found[node]

    def _risk(self, node: int) -> DeadlineAtRisk | None:
        step = self._part.step(self._part.shape.waits.step[node])
        if step.due is None or self._due[node] == FAR:
            return None
        return DeadlineAtRisk(step.id, step.ref, step.due, self._slack(node))

    def _slack(self, node: int) -> int:
        """Working days between the earliest finish and the deadline; what can never run has lost its deadline."""
        due, finish = self._due[node], self._finish[node]
        return due - finish if finish != FAR else min(-1, due)

    def _own(self) -> tuple[dict[int, Risks], dict[int, frozenset[str]]]:
        """The deadlines at risk and the decisions of the steps of each component."""
        part, component = self._part, self._cones.component
        risks: dict[int, list[tuple[int, int]]] = {}
        decisions: dict[int, set[str]] = {}
        for node in self._cones.marked:
            own = component[node]
            decision = part.decision(part.shape.waits.step[node])
            known = decisions.setdefault(own, set())
            if decision and len(known) < MAX_DECISIONS:
                known.add(decision)
            if self._due[node] != FAR and self._slack(node) < AT_RISK:
                risks.setdefault(own, []).append((self._due[node], node))
        sets: dict[frozenset[str], frozenset[str]] = {}
        return (
            {own: tuple(nsmallest(MAX_RISKS + 1, found)) for own, found in risks.items()},
            {own: sets.setdefault(one := frozenset(found), one) for own, found in decisions.items()},
        )


def _merged(own: Risks, others: Iterable[Risks], most: int) -> Risks:
    """The first ones of all; the very same tuple where there is but one to take."""
    found = own
    for other in others:
        if not found or found is other:
            found = other
        elif other:
            found = tuple(sorted({*found, *other}))[:most]
    return found


def _joined(own: frozenset[str], others: Iterable[frozenset[str]]) -> frozenset[str]:
    found = own
    for other in others:
        if other is not found and len(found) < MAX_DECISIONS and not other <= found:
            found = other if found <= other else found | other
    return found
