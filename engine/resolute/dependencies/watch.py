"""A graph kept warm: an event brings up to date the part that it touches, questions read the columns of all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies.collector import paused
from resolute.dependencies.groups import Groups
from resolute.dependencies.live import LivePart, Scene
from resolute.dependencies.report import Report
from resolute.dependencies.values import Blocked
from resolute.execution.snapshot import BufferedMessage, InstanceView, Snapshot


class Watch:
    """Answers about all instances, brought up to date by single changes.

    Tell it every instance that changed with `put` (and `drop`, once ended and no longer of interest), the messages
    that lie ready, and the time. What cannot wait for one another is kept apart, so a change costs no more than the
    part that it touches: a decision with all that it called, and those whose messages reach it.
    """

    def __init__(self, snapshot: Snapshot, *, calendar: Calendar | None = None) -> None:
        self._calendar = calendar or production_calendar()
        self._scene = Scene(snapshot.at, self._calendar, snapshot.messages)
        self._messages = snapshot.messages
        self._views: dict[str, InstanceView] = {}
        self._order: dict[str, int] = {}
        self._groups = Groups()
        self._parts: dict[str, LivePart] = {}
        self._stale: dict[str, None] = {}
        self._reports: dict[str | None, Report] = {}
        for view in snapshot.instances.values():
            self.put(view)

    # --- changes ---

    def put(self, view: InstanceView) -> None:
        """An instance has started or changed."""
        part, gone = self._groups.add(view)
        self._views[view.id] = view
        self._order.setdefault(view.id, len(self._order))
        for merged in gone:
            self._forget(merged)
            self._stale.pop(merged, None)
        self._stale[part] = None

    def drop(self, instance: str) -> None:
        """An instance is gone; an ended one whose group still runs should be `put` instead."""
        if self._groups.knows(instance):
            part = self._groups.of(instance)
            self._groups.remove(instance)
            self._scene.forget(instance)
            del self._views[instance]
            self._stale[part] = None

    def messages(self, messages: Iterable[BufferedMessage]) -> None:
        """The messages that nobody has taken yet are now these."""
        was, self._messages = self._messages, tuple(messages)
        changed = {message.group for message in set(was) ^ set(self._messages)}
        if changed:
            self._scene.receive(self._messages)
            touched = [view.id for view in self._views.values() if view.group in changed]
            self._stale.update(dict.fromkeys(self._groups.of(instance) for instance in touched))

    def move_to(self, at: datetime) -> None:
        """Sets the time; another day, or a deadline passed, puts all answers in question."""
        was = self._scene.at
        another = (at.date(), at.tzinfo) != (was.date(), was.tzinfo)
        self._scene.move_to(at)
        if another or any(_passed(view, was, at) for view in self._views.values()):
            self._stale.update(dict.fromkeys(map(self._groups.of, self._views)))

    def refresh(self) -> None:
        """Brings every part that changed up to date; questions do so by themselves."""
        if self._stale:
            self._reports.pop(None, None)
        for part in self._stale:
            self._reports.pop(part, None)
            members = self._groups.members(part)
            if members:
                views = [self._views[instance] for instance in sorted(members, key=self._order.__getitem__)]
                self._parts[part] = self._scene.part(views)
            else:
                self._forget(part)
        self._stale.clear()

    # --- questions ---

    def report(self, *, stalled_after: timedelta | None = None) -> Report:
        """The whole report, worst first, in columns: its values are made as they are read."""
        self.refresh()
        if stalled_after is not None:
            return self._report(list(self._parts.values()), stalled_after)
        if None not in self._reports:
            self._reports[None] = self._report(list(self._parts.values()))
        return self._reports[None]

    def blocked(self) -> list[Blocked]:
        """The whole report, worst first, as values."""
        with paused():
            return list(self.report())

    def explain(self, step: str) -> Blocked | None:
        """The answer for one step, `INSTANCE:ELEMENT`; None when it is not open."""
        place = self._place(step)
        return place[0].one(place[1]) if place is not None else None

    def lists(self, step: str) -> bool:
        """Whether a step, `INSTANCE:ELEMENT`, is in the report."""
        place = self._place(step)
        return place is not None and place[0].lists(place[1])

    def _place(self, step: str) -> tuple[Report, int] | None:
        """The report of the part of an open step, and its number there."""
        instance = step.partition(":")[0]
        if not self._groups.knows(instance):
            return None
        self.refresh()
        name = self._groups.of(instance)
        part = self._parts[name]
        index = part.find(step)
        if index is None:
            return None
        if name not in self._reports:
            self._reports[name] = self._report([part])
        return self._reports[name], index

    def instances(self) -> set[str]:
        """The instances that it knows."""
        return set(self._views)

    def parts(self) -> list[LivePart]:
        """Every part, brought up to date."""
        self.refresh()
        return list(self._parts.values())

    def _report(self, parts: list[LivePart], stalled_after: timedelta | None = None) -> Report:
        return Report(parts, self._scene.at, self._calendar, stalled_after)

    def _forget(self, part: str) -> None:
        self._parts.pop(part, None)
        self._reports.pop(part, None)


def _passed(view: InstanceView, before: datetime, now: datetime) -> bool:
    moments = [task.due for task in view.tasks] + [wait.due for wait in view.waits]
    return any(moment is not None and before <= moment < now for moment in moments)
