"""What can be acted on where a token stands: who or what is waited for, and what would move it, in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from resolute import i18n
from resolute.dependencies import words
from resolute.dependencies.describe import Describer, day_in
from resolute.dependencies.values import Root, RootClass, Step
from resolute.dependencies.workdays import Workdays
from resolute.execution.snapshot import InstanceView, Job, Wait
from resolute.execution.values import Incident, Task
from resolute.net.net import Net, Trigger

_ = i18n.translator("dependencies")


class Roots:
    """Makes the roots of one snapshot."""

    def __init__(self, at: datetime, describer: Describer) -> None:
        self._at = at
        self._describer = describer

    def of(self, view: InstanceView, node: int, step: Step | None) -> tuple[Root, ...]:
        """The roots of a node at which a token stands."""
        net: Net = view.net
        element = net.ids[node]
        place = f"{view.id}:{net.ids[net.attached[node]] if net.attached[node] >= 0 else element}"
        name = step.name if step else net.names[node] or element
        found = list(self._found(view, node, element, place, name))
        if not found:
            cls = _CLASSES.get(net.triggers[node], "person-unassigned")
            since = view.active_since.get(element, view.started)
            ref = step.ref if step else self._describer.ref(view)
            found = [Root(place, cls, words.action(cls, name), since=since, ref=ref, name=name)]
        return tuple(replace(root, since=self._local(root.since)) for root in found)

    def _found(self, view: InstanceView, node: int, element: str, place: str, name: str) -> Iterator[Root]:
        ref = self._describer.ref(view, node)
        incidents = [incident for incident in view.incidents if incident.element == element]
        for incident in incidents:
            yield self._incident(incident, place, ref, name)
        if incidents:
            return
        for task in view.tasks:
            if task.element == element:
                yield self._task(task, place)
        for job in view.jobs:
            if job.element == element:
                yield self._job(job, place, ref, name)
        for wait in view.waits:
            if wait.element == element:
                yield self._wait(wait, place, ref, name)

    def _task(self, task: Task, place: str) -> Root:
        cls: RootClass = "person-working" if task.party else "person-unassigned"
        due = day_in(task.due, self._at)
        action = words.action(cls, task.name)
        return Root(place, cls, action, task.party, task.created, due, task.ref, task.name)

    def _incident(self, incident: Incident, place: str, ref: str | None, name: str) -> Root:
        action = words.action("incident", incident.message)
        return Root(place, "incident", action, None, incident.at, None, ref, name)

    def _job(self, job: Job, place: str, ref: str | None, name: str) -> Root:
        cls: RootClass = "job" if job.registered else "missing-worker"
        return Root(place, cls, words.action(cls, job.service), None, job.since, None, ref, name)

    def _wait(self, wait: Wait, place: str, ref: str | None, name: str) -> Root:
        if wait.type == "timer" and wait.due is not None:
            return Root(place, "timer", words.timer(wait.due), None, wait.since, wait.due, ref, name)
        cls: RootClass = "condition" if wait.type == "conditional" else wait.type
        name = wait.name or name
        return Root(place, cls, words.action(cls, name), None, wait.since, None, ref, name)

    def _local(self, moment: datetime | None) -> datetime | None:
        return moment.astimezone(self._at.tzinfo) if moment else None


class Releases:
    """The earliest days on which what can be acted on can be over."""

    def __init__(self, at: datetime, days: Workdays) -> None:
        self._at = at
        self._days = days
        self._first = 0 if days.calendar.is_working(at.date()) else 1

    def of(self, view: InstanceView, node: int, duration: int | None) -> int:
        """The earliest working day on which a node can be over; `duration` is that of its step, if it has one."""
        element = view.net.ids[node]
        release = self._first
        if view.waits and not any(incident.element == element for incident in view.incidents):
            for wait in view.waits:
                if wait.element == element and wait.due is not None:
                    release = max(release, self._number(wait.due))
        if duration and release == self._first:
            release = max(release, duration - 1 + self._begun(view.active_since.get(element, self._at)))
        return release

    def _number(self, moment: datetime) -> int:
        return self._days.number(self._day(moment))

    def _begun(self, moment: datetime) -> int:
        """The first working day on which what began then was worked on."""
        return self._number(moment) + (not self._days.calendar.is_working(self._day(moment)))

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self._at.tzinfo).date()


_CLASSES: dict[Trigger, RootClass] = {
    Trigger.MESSAGE: "message",
    Trigger.SIGNAL: "signal",
    Trigger.TIMER: "timer",
    Trigger.CONDITIONAL: "condition",
}
