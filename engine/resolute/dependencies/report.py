"""The blocked report: for every step that does not go on, why, who can move it, and what it holds back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Literal

from resolute import i18n
from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.cones import Cones
from resolute.dependencies.dates import due_numbers
from resolute.dependencies.plan import Plan
from resolute.dependencies.stuck import Stuck
from resolute.dependencies.template import PASSING
from resolute.dependencies.values import Blocked, DeadlineAtRisk, Impact, Root, Step
from resolute.dependencies.waits import NEVER, latest
from resolute.dependencies.workdays import Workdays

_ = i18n.translator("dependencies")

AT_RISK = 5
"""A deadline with less slack than this many working days is at risk."""
MAX_ROOTS = 50
MAX_CHAIN = 200
MAX_RISKS = 20
_GRAVITY = {"failed": 0, "overdue": 1, "blocked": 2, "waiting": 3}


def blocked_of(plan: Plan, *, calendar: Calendar | None = None) -> list[Blocked]:
    """Every step that is neither done nor running, and every running one that is overdue, failed or will be
    late.
    """
    return Report(plan, calendar or production_calendar()).all()


class Report:
    """Answers about the steps of one plan."""

    def __init__(self, plan: Plan, calendar: Calendar) -> None:
        self.plan = plan
        self.days = Workdays(calendar, plan.today)
        self._due = due_numbers(plan, self.days)
        self._latest = latest(plan.waits, plan.solution, self._due)
        self._usual = bytearray(len(plan.waits))
        for node in plan.solution.order[: plan.solution.usual]:
            self._usual[node] = 1
        self._stuck = Stuck(plan)
        counted = [node for n, node in enumerate(plan.done) if node != NEVER and plan.steps[n].kind not in PASSING]
        size = len(plan.waits)
        forward = plan.solution.outputs
        self._after = Cones(size, lambda node: (end for end in forward[node] if self._counts(node, end)), counted)
        self._before = Cones(
            size,
            lambda node: (
                start
                for start in plan.waits.inputs[node]
                if node not in plan.waits.release and self._counts(start, node)
            ),
            [*plan.waits.release, *self._stuck.roots],
        )
        self._first_break = self._first_breaks()

    def all(self) -> list[Blocked]:
        """The report, worst first."""
        found = [self.one(index) for index in range(len(self.plan.steps)) if self._belongs(index)]
        found.sort(key=_rank)
        return found

    def one(self, index: int) -> Blocked:
        """The answer for one open step."""
        plan, step = self.plan, self.plan.steps[index]
        node = plan.done[index]
        roots = self._roots(node)
        finish = plan.earliest(node)
        bound = self._latest[node]
        chain = self._chain(node)
        driving = next((root for root in roots if root.step == chain[0]), roots[0] if roots else None)
        stuck = self._stuck.deadlock(node)
        first = self._break(node)
        optional = not self._usual[node] and stuck is None
        why = self._why(step, driving, len(roots), stuck is not None, optional)
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
            impact=self._impact(index),
            earliest_finish=self.days.day(finish) if finish is not None else None,
            slack_days=bound - finish if finish is not None and bound is not None else None,
            first_deadline_to_break=first,
            deadlock=stuck,
            decision=step.decision,
            unknowns=tuple(self._unknowns(index)),
            inner=step.parent is not None and not step.is_point,
            optional=optional,
            root_count=len(roots),
        )

    def _counts(self, before: int, after: int) -> bool:
        """Whether a way counts: not the unusual one into what also happens in the usual way."""
        return not (self.plan.waits.any_of[after] and self._usual[after] and not self._usual[before])

    def _belongs(self, index: int) -> bool:
        step, node = self.plan.steps[index], self.plan.done[index]
        if node == NEVER or step.kind in PASSING:
            return False
        if step.state != "running":
            return True
        finish = self.plan.earliest(node)
        return finish is None or (node in self._due and finish > self._due[node])

    def _state(self, step: Step) -> Literal["blocked", "waiting", "overdue", "failed"]:
        if step.state == "waiting" or step.state == "overdue" or step.state == "failed":
            return step.state
        return "blocked"

    def _roots(self, node: int) -> list[Root]:
        """The roots of a node, the most pressing first."""
        found: dict[tuple[str, str, str | None], Root] = {}
        for source in self._before.items(node):
            for root in (*self.plan.roots.get(source, ()), *self._stuck.roots.get(source, ())):
                found.setdefault((root.step, root.cls, root.party), root)
        return sorted(found.values(), key=lambda root: _root_rank(root, self.plan.at))

    def _chain(self, node: int) -> tuple[str, ...]:
        """Step ids from the driving root to the step, along what decides the date, or keeps it from ever
        coming.
        """
        way = list(self._way(node))
        places = [self.plan.waits.step[passed] for passed in way if self.plan.waits.step[passed] != NEVER]
        ids = list(dict.fromkeys(self.plan.steps[index].id for index in reversed(places)))
        roots = self.plan.roots.get(way[-1], ())
        if roots and all(root.step not in ids for root in roots):
            ids.insert(0, roots[0].step)
        if len(ids) > MAX_CHAIN:
            ids = ids[: MAX_CHAIN // 2] + ids[-MAX_CHAIN // 2 :]
        return tuple(ids)

    def _way(self, node: int) -> Iterator[int]:
        """The nodes back from `node` along what decides, or along what keeps it from ever coming."""
        seen = set()
        while node != NEVER and node not in seen:
            yield node
            seen.add(node)
            can = self.plan.solution.earliest[node] is not None
            node = self.plan.solution.via[node] if can else self._stuck.via(node)

    # --- impact ---

    def _risk(self, index: int) -> DeadlineAtRisk | None:
        node = self.plan.done[index]
        due, finish = self._due.get(node), self.plan.earliest(node)
        step = self.plan.steps[index]
        if due is None or step.due is None:
            return None
        slack = due - (finish if finish is not None else max(due, 0) + AT_RISK)
        return DeadlineAtRisk(step.id, step.ref, step.due, slack)

    def _impact(self, index: int) -> Impact:
        plan = self.plan
        own = plan.done[index]
        risks, decisions = [], dict[str, None]()
        for node in islice(self._after.items(own), 2000):
            other = plan.waits.step[node]
            if node == own:
                continue
            decisions[plan.steps[other].decision or ""] = None
            risk = self._risk(other) if node in self._due else None
            if risk is not None and risk.slack_days < AT_RISK:
                risks.append(risk)
        risks.sort(key=lambda risk: (risk.due, risk.slack_days))
        return Impact(
            max(self._after.count(own) - 1, 0),
            tuple(sorted(key for key in decisions if key)),
            tuple(risks[:MAX_RISKS]),
        )

    def _first_breaks(self) -> list[int]:
        """Node -> the node with the first deadline, its own or one behind it, that cannot be kept."""
        plan = self.plan
        best = [NEVER] * len(plan.waits)
        for node in reversed(plan.solution.order):
            finish = plan.solution.earliest[node] or 0
            due = self._due.get(node)
            first = node if due is not None and due < finish else NEVER
            for after in plan.solution.outputs[node]:
                other = best[after]
                if other != NEVER and (first == NEVER or self._due[other] < self._due[first]):
                    first = other
            best[node] = first
        return best

    def _break(self, node: int) -> DeadlineAtRisk | None:
        first = self._first_break[node]
        if first == NEVER and self.plan.solution.earliest[node] is None and node in self._due:
            first = node
        return self._risk(self.plan.waits.step[first]) if first != NEVER else None

    # --- words ---

    def _why(self, step: Step, driving: Root | None, count: int, stuck: bool, optional: bool) -> str:
        if stuck:
            text = _("can never run as things stand")
        elif driving is None:
            text = _("nothing keeps it")
        elif optional:
            text = words.only_if(driving)
        elif driving.step == step.id or (driving.ref == step.ref and driving.cls.startswith("person")):
            text = words.own(driving)
        elif count > 1:
            text = words.waits_for_several(driving, count - 1)
        else:
            text = _("waits for {root}").format(root=words.root(driving))
        if step.state == "overdue" and step.due is not None:
            return words.overdue(step.due, max(-self.days.number(step.due), 1), text)
        return text

    def _unknowns(self, index: int) -> Iterator[str]:
        node = self.plan.done[index]
        yield from self.plan.unknowns.get(node, ())
        numbers = (self.plan.waits.step[passed] for passed in islice(self._way(node), 4 * MAX_CHAIN))
        open_steps = {n for n in numbers if n != NEVER and not self.plan.steps[n].days_known}
        if open_steps:
            yield words.unknown_days(len(open_steps))


def _root_rank(root: Root, at: datetime) -> tuple[int, str, str]:
    late = root.is_trouble(at)
    return (0 if late else 1, root.due.isoformat() if root.due else "9", root.step)


def _rank(item: Blocked) -> tuple[bool, bool, int, int, int, str, str]:
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
