"""The blocked report: for every step that does not go on, why, who can move it, and what it holds back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import overload

import numpy as np

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies.answers import Answers
from resolute.dependencies.collector import paused
from resolute.dependencies.part import CODES, Part
from resolute.dependencies.plan import Plan
from resolute.dependencies.sweep import FAR, Ints
from resolute.dependencies.values import Blocked
from resolute.dependencies.web import Web
from resolute.dependencies.workdays import Workdays

_GRAVITY = np.array([3 if s == "waiting" else {"failed": 0, "overdue": 1}.get(s, 2) for s in CODES], np.int64)
"""Number of a state -> how grave it is, 0 the gravest."""
_NO_SLACK = 10_000


def blocked_of(
    plan: Plan, *, calendar: Calendar | None = None, stalled_after: timedelta | None = None
) -> list[Blocked]:
    """Every step that is neither done nor running, and every running one that is overdue, failed or will be
    late.
    """
    with paused():
        return list(Report([plan.part], plan.at, calendar or production_calendar(), stalled_after))


class Report(Sequence[Blocked]):
    """The whole report, worst first: columns of numbers, and the values behind them made when they are read."""

    def __init__(
        self, parts: Sequence[Part], at: datetime, calendar: Calendar, stalled_after: timedelta | None = None
    ) -> None:
        self.at = at
        self.days = Workdays(calendar, at.date())
        self.web = Web(parts, self.days)
        self._stalled_before = at - stalled_after if stalled_after is not None else None
        self._answers: dict[int, Answers] = {}
        self.steps = self._order(self._listed())
        """Place in the report -> step."""

    def __len__(self) -> int:
        return len(self.steps)

    def __iter__(self) -> Iterator[Blocked]:
        yield from self._values(self.steps)

    @overload
    def __getitem__(self, place: int) -> Blocked: ...
    @overload
    def __getitem__(self, place: slice) -> list[Blocked]: ...
    def __getitem__(self, place: int | slice) -> Blocked | list[Blocked]:
        if isinstance(place, slice):
            return list(self._values(self.steps[place]))
        return self.one(int(self.steps[place]))

    def work_out(self) -> None:
        """Works out the columns that otherwise wait until a value is read, so that all answers are there."""
        for column in ("origin", "driver", "unknown", "broken"):
            getattr(self.web, column)

    def one(self, step: int) -> Blocked:
        """The answer for one open step of the web, whether the report lists it or not."""
        (found,) = self._values(np.array([step]))
        return found

    def _values(self, steps: Ints) -> Iterator[Blocked]:
        numbers = self.web.parts_of(steps)
        places = steps - self.web.first_step[numbers]
        for number, place in zip(numbers.tolist(), places.tolist(), strict=True):
            yield self._of(number).one(place, self._stalled_before)

    def lists(self, step: int) -> bool:
        """Whether the report lists a step of the web."""
        return bool((self.steps == step).any())

    def _of(self, number: int) -> Answers:
        if number not in self._answers:
            self._answers[number] = Answers(self.web, number, self.at, self.days)
        return self._answers[number]

    def _listed(self) -> Ints:
        """The steps that belong into the report."""
        web = self.web
        steps = np.flatnonzero(web.is_open & web.real)
        nodes = web.done[steps]
        idle = web.state[steps] != CODES["running"]
        listed = idle | ~web.able[nodes] | (web.finish[nodes] > web.due[nodes])
        if self._stalled_before is not None:
            listed[~listed] = [self._is_stalled(int(step)) for step in steps[~listed]]
        found: Ints = steps[listed]
        return found

    def _is_stalled(self, step: int) -> bool:
        number = self.web.part_of(step)
        node = int(self.web.done[step] - self.web.first_node[number])
        return self._of(number).is_stalled(node, self._stalled_before)

    def _order(self, steps: Ints) -> Ints:
        """The worst first."""
        web = self.web
        nodes = web.done[steps]
        able = web.able[nodes]
        slack = np.where(web.slack[nodes] == FAR, _NO_SLACK, web.slack[nodes])
        gravity = _GRAVITY[web.state[steps]]
        gravity = np.where(slack >= 0, gravity, np.minimum(gravity, 2))
        hopeless_first = (able & ~web.usual[nodes]) * 8 + able * 4 + gravity
        behind = web.counts[nodes].astype(np.int64)
        due = np.where(web.ordinal[steps] > 0, web.ordinal[steps], np.iinfo(np.int32).max)
        worst = (hopeless_first << 58) | ((np.clip(slack, -(1 << 31), (1 << 31) - 1) + (1 << 31)) << 26)
        worst |= (1 << 26) - 1 - np.minimum(behind, (1 << 26) - 1)
        found: Ints = steps[np.lexsort((web.places[steps], due, worst))]
        return found
