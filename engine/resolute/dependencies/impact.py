"""What waits behind each step: how many steps, whose decisions, which deadlines; for all steps in one pass."""

from __future__ import annotations

from collections.abc import Iterable

from resolute.dependencies.cones import Cones
from resolute.dependencies.plan import Plan
from resolute.dependencies.template import PASSING
from resolute.dependencies.values import DeadlineAtRisk, Impact
from resolute.dependencies.waits import NEVER

AT_RISK = 5
"""A deadline with less slack than this many working days is at risk."""
MAX_RISKS = 10
MAX_DECISIONS = 20

Risks = tuple[tuple[int, int], ...]
"""Deadlines, the first one first: working day and wait node."""


class Impacts:
    """The impact of every step of a plan. Lists are cut: `MAX_RISKS` deadlines, `MAX_DECISIONS` decisions."""

    def __init__(self, plan: Plan, outputs: list[list[int]], due: dict[int, int]) -> None:
        self._plan = plan
        self._due = due
        self._found: dict[int, DeadlineAtRisk | None] = {}
        counted = [n for index, n in enumerate(plan.done) if n != NEVER and plan.steps[index].kind not in PASSING]
        self._cones = Cones(outputs, counted)
        size = len(self._cones.after)
        self._risks: list[Risks] = [()] * size
        self._broken: list[Risks] = [()] * size
        self._decisions: list[frozenset[str]] = [frozenset()] * size
        own_risks, own_decisions = self._own(counted)
        for component, after in enumerate(self._cones.after):
            risks = own_risks.get(component, ())
            broken = tuple(risk for risk in risks if self._slack(risk[1]) < 0)[:1]
            self._risks[component] = _merged(risks, (self._risks[end] for end in after), MAX_RISKS + 1)
            self._broken[component] = _merged(broken, (self._broken[end] for end in after), 1)
            self._decisions[component] = _joined(
                own_decisions.get(component, frozenset()), (self._decisions[end] for end in after)
            )

    def of(self, node: int) -> Impact:
        """The impact of the step whose end is `node`."""
        component = self._cones.component[node]
        risks = [risk for _day, other in self._risks[component] if other != node and (risk := self.risk(other))]
        count = self._cones.count(node) - 1
        decisions = tuple(sorted(self._decisions[component])) if count > 0 else ()
        return Impact(max(count, 0), decisions, tuple(risks[:MAX_RISKS]))

    def first_break(self, node: int) -> DeadlineAtRisk | None:
        """The first deadline, the step's own or one behind it, that cannot be kept."""
        broken = self._broken[self._cones.component[node]]
        return self.risk(broken[0][1]) if broken else None

    def risk(self, node: int) -> DeadlineAtRisk | None:
        """The deadline of the step whose end is `node`."""
        if node not in self._found:
            self._found[node] = self._risk(node)
        return self._found[node]

    def _risk(self, node: int) -> DeadlineAtRisk | None:
        step = self._plan.steps[self._plan.waits.step[node]]
        if step.due is None or node not in self._due:
            return None
        return DeadlineAtRisk(step.id, step.ref, step.due, self._slack(node))

    def _slack(self, node: int) -> int:
        """Working days between the earliest finish and the deadline; what can never run has lost its deadline."""
        finish = self._plan.earliest(node)
        return self._due[node] - finish if finish is not None else min(-1, self._due[node])

    def _own(self, counted: Iterable[int]) -> tuple[dict[int, Risks], dict[int, frozenset[str]]]:
        """The deadlines at risk and the decisions of the steps of each component."""
        plan, component = self._plan, self._cones.component
        risks: dict[int, Risks] = {}
        decisions: dict[int, frozenset[str]] = {}
        names: dict[str, frozenset[str]] = {}
        for node in counted:
            own = component[node]
            decision = plan.steps[plan.waits.step[node]].decision
            if decision:
                name = names.setdefault(decision, frozenset((decision,)))
                decisions[own] = decisions[own] | name if own in decisions else name
            if node in self._due and self._slack(node) < AT_RISK:
                risks[own] = tuple(sorted((*risks.get(own, ()), (self._due[node], node))))
        return risks, decisions


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
