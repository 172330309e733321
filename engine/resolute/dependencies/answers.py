"""The answers about the steps of one part as values: what each waits for in the end, along which chain, in words."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Literal

import numpy as np

from resolute import i18n
from resolute.dependencies import words
from resolute.dependencies.impact import Impacts
from resolute.dependencies.stuck import Deadlocks
from resolute.dependencies.sweep import FAR
from resolute.dependencies.values import Blocked, Root, Step
from resolute.dependencies.waits import NEVER
from resolute.dependencies.web import Web
from resolute.dependencies.workdays import Workdays

_ = i18n.translator("dependencies")

MAX_ROOTS = 50
MAX_CHAIN = 100
"""Longer chains keep their root and the steps nearest to the end."""
ALL_ROOTS = 500
"""Of more roots than this only the first ones are looked at."""


class Answers:
    """Makes the values of one part of a web; what several steps share is made once."""

    def __init__(self, web: Web, number: int, at: datetime, days: Workdays) -> None:
        self.web = web
        self.part = web.parts[number]
        self.shape = self.part.shape
        self._at = at
        self._days = days
        self._first = int(web.first_node[number])
        nodes = slice(self._first, int(web.first_node[number + 1]))
        self._impacts = Impacts(self.part, web.due[nodes], web.finish[nodes])
        first_step = int(web.first_step[number])
        driver = web.driver[first_step : int(web.first_step[number + 1])]
        self._driver: list[int] = np.where(driver == NEVER, NEVER, driver - first_step).tolist()
        self._names = [""] * len(self.shape.done)
        self._ways: dict[int, tuple[str, ...]] = {}
        self._waiting: dict[tuple[str, int, int], str] = {}
        self._deadlocks = Deadlocks(self.shape.stuck, self.part.step)
        self._found: dict[tuple[tuple[int, int], ...], tuple[list[Root], int]] = {}

    def one(self, index: int, stalled_before: datetime | None = None) -> Blocked:
        """The answer for one open step."""
        web, step = self.web, self.part.step(index)
        node = int(self.shape.done[index])
        place = self._first + node
        roots, count = self.roots(node)
        chain = self._chain(node)
        stuck = self._deadlocks.of(node)
        driving = next((root for root in roots if root.step == chain[0]), roots[0] if roots else None)
        optional = stuck is None and not self.shape.usual[node]
        why = self._why(step, driving, count, stuck is not None, optional)
        if step.state == "running" and driving and driving.since and self.is_stalled(node, stalled_before):
            why = words.stalled(driving.since, why)
        finish, slack, broken = int(web.finish[place]), int(web.slack[place]), int(web.broken[place])
        return Blocked(
            step=step.id,
            ref=step.ref,
            name=step.name,
            party=step.party,
            due=step.due,
            state=_state(step),
            since=step.since or (driving.since if driving else None),
            headline=f"{words.title(step.ref, step.name)}: {why}",
            why=why,
            roots=tuple(roots[:MAX_ROOTS]),
            chain=chain,
            impact=self._impacts.of(node),
            earliest_finish=self._days.day(finish) if finish != FAR else None,
            slack_days=slack if slack != FAR else None,
            first_deadline_to_break=self._impacts.risk(broken - self._first) if broken != NEVER else None,
            deadlock=stuck[1] if stuck else None,
            decision=step.decision,
            protocol=step.protocol,
            unknowns=self._unknowns(node),
            inner=step.parent is not None and not step.is_point,
            optional=optional,
            root_count=count,
        )

    def is_stalled(self, node: int, before: datetime | None) -> bool:
        """Whether everything that a node waits for has lain still since before that moment."""
        if before is None:
            return False
        began = [root.since for root in self.roots(node)[0]]
        return bool(began) and all(since is not None and since < before for since in began)

    def roots(self, node: int) -> tuple[list[Root], int]:
        """The roots of a node, the most pressing first, and how many there are."""
        cones = self.shape.before
        spans = cones.spans(node)
        if spans not in self._found:
            found: dict[tuple[str, str, str | None], Root] = {}
            for source in islice(cones.items(node), ALL_ROOTS):
                stuck = self._deadlocks.of(source)
                for root in (*self.part.roots(source), *(stuck[:1] if stuck else ())):
                    found.setdefault((root.step, root.cls, root.party), root)
            roots = sorted(found.values(), key=lambda root: _root_rank(root, self._at))
            more = max(cones.count(node) - ALL_ROOTS, 0)
            self._found[spans] = roots, len(roots) + more
        return self._found[spans]

    def _chain(self, node: int) -> tuple[str, ...]:
        """Step ids from the root to the step, along what decides the date, or keeps it from ever coming."""
        if not self.shape.able[node]:
            return self._stuck_chain(node)
        origin = int(self.web.origin[self._first + node]) - self._first
        index = self.shape.waits.step[origin]
        roots = () if index != NEVER else self.part.roots(origin)
        root = self._name(index) if index != NEVER else roots[0].step if roots else None
        way = self._way(self.shape.waits.step[node])
        return way if root is None or root in way else (root, *way[1 - MAX_CHAIN :])

    def _way(self, index: int) -> tuple[str, ...]:
        """Step ids along what decides the date of a step, it last; those of steps on the way are kept."""
        ways, driver, names = self._ways, self._driver, self._names
        behind: list[int] = []
        while index != NEVER and index not in ways and len(behind) < MAX_CHAIN:
            behind.append(index)
            index = driver[index]
        if len(behind) == MAX_CHAIN:
            return tuple(names[step] or self._name(step) for step in reversed(behind))
        way = ways.get(index, ())
        for step in reversed(behind):
            way = ways[step] = (*way[1 - MAX_CHAIN :], names[step] or self._name(step))
        return way

    def _name(self, index: int) -> str:
        self._names[index] = name = self.part.name(index)
        return name

    def _stuck_chain(self, node: int) -> tuple[str, ...]:
        ids = [self._names[index] or self._name(index) for index in self.shape.stuck.way(node, MAX_CHAIN)]
        stuck = self._deadlocks.of(node)
        root = stuck[0].step if stuck else ""
        if root in ids:
            del ids[ids.index(root) + 1 :]
        elif root:
            ids = [*ids[: MAX_CHAIN - 1], root]
        return tuple(reversed(ids))

    # --- words ---

    def _why(self, step: Step, driving: Root | None, count: int, stuck: bool, optional: bool) -> str:
        if stuck:
            begun = step.since is not None
            text = _("can never go on as things stand") if begun else _("can never run as things stand")
        elif driving is None:
            text = _("nothing keeps it")
        elif optional:
            text = words.only_if(driving)
        elif driving.step == step.id or (step.ref and driving.ref == step.ref and driving.cls.startswith("person")):
            text = words.own(driving)
        else:
            text = self._waits(driving, count)
        if step.state == "overdue" and step.due is not None:
            return words.overdue(step.due, max(-self._days.number(step.due), 1), text)
        return text

    def _waits(self, driving: Root, count: int) -> str:
        """Many steps wait for the same: it is said once, in each language. Roots live as long as this does."""
        key = i18n.language(), id(driving), count
        if key not in self._waiting:
            self._waiting[key] = (
                words.waits_for_several(driving, count - 1)
                if count > 1
                else _("waits for {root}").format(root=words.root(driving))
            )
        return self._waiting[key]

    def _unknowns(self, node: int) -> tuple[str, ...]:
        found, count = self.part.unknowns(node), int(self.web.unknown[self._first + node])
        return (*found, words.unknown_days(count)) if count else found


def _state(step: Step) -> Literal["blocked", "waiting", "overdue", "failed"]:
    if step.state == "waiting" or step.state == "overdue" or step.state == "failed":
        return step.state
    return "blocked"


def _root_rank(root: Root, at: datetime) -> tuple[int, str, str]:
    late = root.is_trouble(at)
    return (0 if late else 1, root.due.isoformat() if root.due else "9", root.step)
