"""The blocked report: for every step that does not go on, why, who can move it, and what it holds back."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from resolute import i18n
from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.collector import paused
from resolute.dependencies.cones import Cones
from resolute.dependencies.dates import due_numbers
from resolute.dependencies.impact import Impacts
from resolute.dependencies.plan import Plan
from resolute.dependencies.stuck import Stuck
from resolute.dependencies.template import PASSING
from resolute.dependencies.values import Blocked, Root, Step
from resolute.dependencies.waits import NEVER, latest
from resolute.dependencies.workdays import Workdays

_ = i18n.translator("dependencies")

MAX_ROOTS = 50
MAX_CHAIN = 100
"""Longer chains keep their root and the steps nearest to the end."""
ALL_ROOTS = 500
"""Of more roots than this only the first ones are looked at."""
_GRAVITY = {"failed": 0, "overdue": 1, "blocked": 2, "waiting": 3}


def blocked_of(
    plan: Plan, *, calendar: Calendar | None = None, stalled_after: timedelta | None = None
) -> list[Blocked]:
    """Every step that is neither done nor running, and every running one that is overdue, failed or will be
    late.
    """
    with paused():
        return Report(plan, calendar or production_calendar(), stalled_after).all()


class Report:
    """Answers about the steps of one plan."""

    def __init__(self, plan: Plan, calendar: Calendar, stalled_after: timedelta | None = None) -> None:
        self.plan = plan
        self.days = Workdays(calendar, plan.today)
        self._stalled_before = plan.at - stalled_after if stalled_after is not None else None
        self._due = due_numbers(plan, self.days)
        self._latest = latest(plan.waits, plan.solution, self._due)
        self._usual = bytearray(len(plan.waits))
        for node in plan.solution.order[: plan.solution.usual]:
            self._usual[node] = 1
        self._stuck = Stuck(plan)
        outputs = self._usual_ways()
        self._impacts = Impacts(plan, outputs, self._due)
        self._before = Cones(_reversed(outputs), [*plan.waits.release, *self._stuck.roots])
        self._found: dict[tuple[tuple[int, int], ...], tuple[list[Root], int]] = {}
        self._chains: dict[int, tuple[str, ...]] = {}
        self._unknown = self._unknown_steps()

    def _usual_ways(self) -> list[list[int]]:
        """What waits for each node, without the unusual ways into what also happens in the usual way."""
        plan, usual = self.plan, self._usual
        if plan.solution.usual == len(plan.waits):
            return plan.solution.outputs
        return [
            ends if usual[node] else [end for end in ends if not (plan.waits.any_of[end] and usual[end])]
            for node, ends in enumerate(plan.solution.outputs)
        ]

    def _unknown_steps(self) -> list[int]:
        """How many steps of unknown duration are on the chain to each node."""
        plan = self.plan
        unknown = [0] * len(plan.waits)
        for node in plan.solution.order:
            step, via = plan.waits.step[node], plan.solution.via[node]
            counted = plan.waits.days[node] > 0 or node in plan.waits.release
            unknown[node] = int(counted and step != NEVER and not plan.steps[step].days_known)
            if via != NEVER:
                unknown[node] += unknown[via]
        return unknown

    def all(self) -> list[Blocked]:
        """The report, worst first."""
        found = [self.one(index) for index in range(len(self.plan.steps)) if self._belongs(index)]
        found.sort(key=rank)
        return found

    def one(self, index: int) -> Blocked:
        """The answer for one open step."""
        plan, step = self.plan, self.plan.steps[index]
        node = plan.done[index]
        roots, count = self._roots(node)
        finish, bound = plan.earliest(node), self._latest[node]
        chain = self._chain(node)
        driving = next((root for root in roots if root.step == chain[0]), roots[0] if roots else None)
        stuck = self._stuck.deadlock(node)
        optional = not self._usual[node] and stuck is None
        why = self._why(step, driving, count, stuck is not None, optional)
        if step.state == "running" and driving and driving.since and self._is_stalled(node):
            why = words.stalled(driving.since, why)
        return Blocked(
            step=step.id,
            ref=step.ref,
            name=step.name,
            party=step.party,
            due=step.due,
            state=self._state(step),
            since=step.since or (driving.since if driving else None),
            headline=f"{words.title(step.ref, step.name)}: {why}",
            why=why,
            roots=tuple(roots[:MAX_ROOTS]),
            chain=chain,
            impact=self._impacts.of(node),
            earliest_finish=self.days.day(finish) if finish is not None else None,
            slack_days=bound - finish if finish is not None and bound is not None else None,
            first_deadline_to_break=self._impacts.first_break(node),
            deadlock=stuck,
            decision=step.decision,
            unknowns=self._unknowns(node),
            inner=step.parent is not None and not step.is_point,
            optional=optional,
            root_count=count,
        )

    def _belongs(self, index: int) -> bool:
        step, node = self.plan.steps[index], self.plan.done[index]
        if node == NEVER or step.kind in PASSING:
            return False
        if step.state != "running":
            return True
        finish = self.plan.earliest(node)
        late = finish is None or (node in self._due and finish > self._due[node])
        return late or self._is_stalled(node)

    def _is_stalled(self, node: int) -> bool:
        """Whether everything that the step waits for has lain still for longer than is allowed."""
        if self._stalled_before is None:
            return False
        began = [root.since for root in self._roots(node)[0]]
        return bool(began) and all(since is not None and since < self._stalled_before for since in began)

    def _state(self, step: Step) -> Literal["blocked", "waiting", "overdue", "failed"]:
        if step.state == "waiting" or step.state == "overdue" or step.state == "failed":
            return step.state
        return "blocked"

    def _roots(self, node: int) -> tuple[list[Root], int]:
        """The roots of a node, the most pressing first, and how many there are."""
        spans = self._before.spans(node)
        if spans not in self._found:
            found: dict[tuple[str, str, str | None], Root] = {}
            for source in islice(self._before.items(node), ALL_ROOTS):
                for root in (*self.plan.roots.get(source, ()), *self._stuck.roots.get(source, ())):
                    found.setdefault((root.step, root.cls, root.party), root)
            roots = sorted(found.values(), key=lambda root: _root_rank(root, self.plan.at))
            more = max(self._before.count(node) - ALL_ROOTS, 0)
            self._found[spans] = roots, len(roots) + more
        return self._found[spans]

    def _chain(self, node: int) -> tuple[str, ...]:
        """Step ids from the root to the step, along what decides the date, or keeps it from ever coming."""
        if self.plan.solution.earliest[node] is None:
            steps = (self.plan.waits.step[passed] for passed in self._stuck.way(node, 4 * MAX_CHAIN))
            ids = list(dict.fromkeys(self.plan.steps[index].id for index in steps if index != NEVER))
            root = self._stuck.root(node)
            if root is not None and root.step in ids[1:]:
                del ids[ids.index(root.step) + 1 :]
            return tuple(reversed(ids[:MAX_CHAIN]))
        way = []
        while node not in self._chains:
            way.append(node)
            node = self.plan.solution.via[node]
            if node == NEVER:
                break
        chain = self._chains.get(node, ())
        for passed in reversed(way):
            chain = self._longer(chain, passed)
            self._chains[passed] = chain
        return chain

    def _longer(self, chain: tuple[str, ...], node: int) -> tuple[str, ...]:
        """The chain to the next node on the way; a long one loses a step behind its root."""
        index = self.plan.waits.step[node]
        roots = () if chain else self.plan.roots.get(node, ())
        if index != NEVER:
            name = self.plan.steps[index].id
        elif roots:
            name = roots[0].step
        else:
            return chain
        if chain and chain[-1] == name:
            return chain
        return (*chain, name) if len(chain) < MAX_CHAIN else (chain[0], *chain[2:], name)

    # --- words ---

    def _why(self, step: Step, driving: Root | None, count: int, stuck: bool, optional: bool) -> str:
        if stuck:
            text = _("can never run as things stand")
        elif driving is None:
            text = _("nothing keeps it")
        elif optional:
            text = words.only_if(driving)
        elif driving.step == step.id or (step.ref and driving.ref == step.ref and driving.cls.startswith("person")):
            text = words.own(driving)
        elif count > 1:
            text = words.waits_for_several(driving, count - 1)
        else:
            text = _("waits for {root}").format(root=words.root(driving))
        if step.state == "overdue" and step.due is not None:
            return words.overdue(step.due, max(-self.days.number(step.due), 1), text)
        return text

    def _unknowns(self, node: int) -> tuple[str, ...]:
        found = self.plan.unknowns.get(node, ())
        return (*found, words.unknown_days(self._unknown[node])) if self._unknown[node] else found


def _reversed(outputs: list[list[int]]) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in outputs]
    for node, ends in enumerate(outputs):
        for end in ends:
            found[end].append(node)
    return found


def _root_rank(root: Root, at: datetime) -> tuple[int, str, str]:
    late = root.is_trouble(at)
    return (0 if late else 1, root.due.isoformat() if root.due else "9", root.step)


def rank(item: Blocked) -> tuple[bool, bool, int, int, int, str, str]:
    """The key that puts the worst first."""
    slack = item.slack_days if item.slack_days is not None else 10_000
    hopeless = item.deadlock is None
    return (
        item.optional,
        hopeless,
        _GRAVITY[item.state] if slack >= 0 else min(_GRAVITY[item.state], 2),
        slack,
        -item.impact.steps,
        item.due.isoformat() if item.due else "9",
        item.step,
    )
