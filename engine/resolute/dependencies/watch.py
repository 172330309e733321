"""A graph kept warm: after a change only the decisions that it touches are worked out again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from heapq import merge

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies.collector import paused
from resolute.dependencies.live import plan
from resolute.dependencies.plan import Plan
from resolute.dependencies.report import Report, rank
from resolute.dependencies.values import Blocked
from resolute.execution.snapshot import BufferedMessage, InstanceView, Snapshot

Part = str
"""Instances that can wait for one another: an opened protocol, or an instance of its own with all it called."""


@dataclass(slots=True)
class _Answers:
    """What was worked out of one part."""

    plan: Plan
    report: Report
    blocked: list[Blocked] | None = None


class Watch:
    """Answers about all instances, brought up to date by single changes.

    Tell it every instance that changed with `put` (and `drop`, once ended); questions then work out only the parts
    that changed since they were last asked. Messages reach only their own group, so groups are the parts.
    """

    def __init__(self, snapshot: Snapshot, *, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or production_calendar()
        self._at = snapshot.at
        self._messages = snapshot.messages
        self._views: dict[Part, dict[str, InstanceView]] = {}
        self._part: dict[str, Part] = {}
        self._answers: dict[Part, _Answers] = {}
        self._stale: set[Part] = set()
        for view in snapshot.instances.values():
            self.put(view)

    def put(self, view: InstanceView) -> None:
        """An instance has started or changed."""
        part = self._part_of(view)
        self._views.setdefault(part, {})[view.id] = view
        self._stale.add(part)

    def drop(self, instance: str) -> None:
        """An instance is gone; an ended one whose group still runs should be `put` instead."""
        part = self._part.pop(instance, None)
        if part is not None:
            self._views[part].pop(instance, None)
            self._stale.add(part)

    def messages(self, messages: Iterable[BufferedMessage]) -> None:
        """The messages that nobody has taken yet are now these."""
        was = {message.id: message.group for message in self._messages}
        self._messages = tuple(messages)
        now = {message.id: message.group for message in self._messages}
        for message in was.keys() ^ now.keys():
            self._stale.add(_group(was.get(message, now.get(message))))

    def move_to(self, at: datetime) -> None:
        """Sets the time; another day, or a deadline passed, puts all answers in question."""
        if at.date() != self._at.date() or any(
            _passed(view, self._at, at) for views in self._views.values() for view in views.values()
        ):
            self._stale.update(self._views)
        self._at = at

    def blocked(self) -> list[Blocked]:
        """The whole report, worst first."""
        with paused():
            return list(merge(*(self._blocked(part) for part in self._views), key=rank))

    def explain(self, step: str) -> Blocked | None:
        """The answer for one step, `INSTANCE:ELEMENT`; None when it is not open."""
        part = self._part.get(step.partition(":")[0])
        if part is None:
            return None
        answers = self._answer(part)
        index = answers.plan.number.get(step)
        return answers.report.one(index) if index is not None and answers.plan.is_open(index) else None

    def instances(self) -> set[str]:
        """The instances that it knows."""
        return set(self._part)

    def plans(self) -> list[Plan]:
        """The plan of every part."""
        return [self._answer(part).plan for part in self._views]

    def _part_of(self, view: InstanceView) -> Part:
        known = self._part.get(view.id)
        if known is None:
            if view.group is not None or view.parent is None:
                known = _group(view.group)
            else:
                known = self._part.get(view.parent, _group(None))
            self._part[view.id] = known
        return known

    def _answer(self, part: Part) -> _Answers:
        found = self._answers.get(part)
        if found is None or part in self._stale:
            self._stale.discard(part)
            made = plan(Snapshot(self._at, self._views[part], self._messages), calendar=self._calendar)
            found = self._answers[part] = _Answers(made, Report(made, self._calendar))
        return found

    def _blocked(self, part: Part) -> list[Blocked]:
        answers = self._answer(part)
        if answers.blocked is None:
            answers.blocked = answers.report.all()
        return answers.blocked


def _group(group: str | None) -> Part:
    return "" if group is None else group


def _passed(view: InstanceView, before: datetime, now: datetime) -> bool:
    moments = [task.due for task in view.tasks] + [wait.due for wait in view.waits]
    return any(moment is not None and before <= moment < now for moment in moments)
