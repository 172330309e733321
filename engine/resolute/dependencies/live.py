"""Live parts: instances that can wait for one another, as columns; what nothing asks for is not worked out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from resolute import i18n
from resolute.calendars import Calendar
from resolute.dependencies.describe import Describer, Label, day_in, is_fixed
from resolute.dependencies.layout import Layout, Layouts, port_names
from resolute.dependencies.part import CODES, STATES, Part
from resolute.dependencies.roots import Releases, Roots
from resolute.dependencies.shape import Flags
from resolute.dependencies.sweep import Indexes, joined
from resolute.dependencies.template import TAGS
from resolute.dependencies.values import Root, Step, StepState
from resolute.dependencies.waits import NEVER
from resolute.dependencies.wiring import Name, names, ready
from resolute.dependencies.workdays import Workdays
from resolute.execution.snapshot import BufferedMessage, InstanceView
from resolute.execution.values import Task
from resolute.net.net import Kind, Net

_ = i18n.translator("dependencies")


@dataclass(frozen=True, eq=False)
class Columns:
    """What the model and the variables say of the steps of one instance."""

    due: Indexes
    """Step -> ordinal of the day of its deadline, 0 for none."""
    moments: Mapping[int, datetime]
    """The deadlines that name an hour."""
    days: Indexes
    known: Flags

    def past(self, at: datetime) -> Flags:
        """The steps whose deadline has passed."""
        found = (self.due > 0) & (self.due < at.date().toordinal())
        for index, moment in self.moments.items():
            found[index] = moment < at
        return found


@dataclass(slots=True)
class _Kept:
    """What was worked out of the variables of an instance, as long as they stay the same."""

    given: object
    columns: Columns
    names: tuple[Name, ...]


class Scene:
    """What all parts share at one moment: time, calendar, messages, and everything that was worked out before."""

    def __init__(self, at: datetime, calendar: Calendar, messages: Iterable[BufferedMessage] = ()) -> None:
        self.layouts = Layouts()
        self.labels: dict[tuple[Net, int], Label] = {}
        self._kept: dict[str, _Kept] = {}
        self._fixed: dict[Net, Columns | None] = {}
        self._calendar = calendar
        self.buffered = ready(messages)
        self.at = at
        self.days = Workdays(calendar, at.date())
        self.releases = Releases(at, self.days)

    def move_to(self, at: datetime) -> None:
        """Sets the time."""
        was, self.at = self.at, at
        if (at.date(), at.tzinfo) != (was.date(), was.tzinfo):
            self.days = Workdays(self._calendar, at.date())
            self.releases = Releases(at, self.days)
            self._kept.clear()
            self._fixed.clear()

    def receive(self, messages: Iterable[BufferedMessage]) -> None:
        """The messages that nobody has taken yet are now these."""
        self.buffered = ready(messages)

    def forget(self, instance: str) -> None:
        """An instance is gone."""
        self._kept.pop(instance, None)

    def part(self, views: Sequence[InstanceView]) -> LivePart:
        """These instances as a part: `views` has callers before those they called, and all who can wait for them."""
        return LivePart(self, views)

    def told(self, view: InstanceView, part: LivePart) -> tuple[Columns, tuple[Name, ...]]:
        """What the model and the variables say of an instance, and the messages that it sends or takes."""
        net: Net = view.net
        frame = self.layouts.frame(net)
        fixed = self._plain(view, part) if not view.data.get("ref") else None
        if fixed is not None and not frame.ports:
            return fixed, ()
        given = (view.net, view.group, view.data, part.describer.handed(view))
        kept = self._kept.get(view.id)
        if kept is None or kept.given != given:
            columns = fixed or self._columns(view, part)
            kept = self._kept[view.id] = _Kept(given, columns, port_names(view, frame.ports))
        return kept.columns, kept.names

    def _plain(self, view: InstanceView, part: LivePart) -> Columns | None:
        """The columns of a net that says the same of all its instances; None for others."""
        net: Net = view.net
        if net not in self._fixed:
            same = all(is_fixed(net, node) for node in self.layouts.frame(net).template.nodes)
            self._fixed[net] = self._columns(view, part) if same else None
        return self._fixed[net]

    def _columns(self, view: InstanceView, part: LivePart) -> Columns:
        labels = [part.describer.label(view, node, None) for node in self.layouts.frame(view.net).template.nodes]
        days = [day_in(label.due, self.at) for label in labels]
        return Columns(
            np.array([day.toordinal() if day else 0 for day in days], np.int32),
            {index: label.due for index, label in enumerate(labels) if isinstance(label.due, datetime)},
            np.array([label.days for label in labels], np.int32),
            np.array([label.days_known for label in labels], bool),
        )


class LivePart(Part):
    """One part of what runs."""

    def __init__(self, scene: Scene, views: Sequence[InstanceView]) -> None:
        self.views = views
        self.at = scene.at
        self._labels = scene.labels
        self._frame = scene.layouts.frame
        told = [scene.told(view, self) for view in views]
        self.layout: Layout = scene.layouts.of(views, [taken for _columns, taken in told], scene.buffered)
        self.shape = self.layout.shape
        self.columns = [columns for columns, _taken in told]
        only = self.columns[0] if len(told) == 1 else None
        self.due = only.due if only else joined((columns.due for columns in self.columns), np.int32)
        self.known = only.known if only else joined((columns.known for columns in self.columns), bool)
        lasting = only.days if only else joined((columns.days for columns in self.columns), np.int32)
        self.days = np.zeros(len(self.shape), np.int32)
        self.days[self.layout.todo_nodes] = lasting[self.layout.todo]
        self.head, self.tail = self.layout.head, self.layout.tail
        self.heads = [f"{view.id}:" for view in views]
        self.state = self._states()
        self.release = np.array([self._release(scene, place, lasting) for place in self.layout.sources], np.int32)

    @cached_property
    def describer(self) -> Describer:
        """Labels of the steps."""
        return Describer(self.at, {view.id: view for view in self.views}, self._labels)

    # --- columns ---

    def _release(self, scene: Scene, place: tuple[int, int, int] | None, lasting: Indexes) -> int:
        if place is None:
            return 0
        position, node, index = place
        return scene.releases.of(self.views[position], node, int(lasting[index]) if index != NEVER else None)

    def _states(self) -> NDArray[np.uint8]:
        state = self.layout.codes.copy()
        if self.due.any():
            past = [columns.past(self.at) for columns in self.columns]
            state[self.layout.todo[np.concatenate(past)[self.layout.todo]]] = CODES["overdue"]
        for index in self.layout.active:
            position, node = self.layout.spots[index]
            view = self.views[position]
            task = task_at(view, node)
            local = index - self.layout.first[position]
            if task is not None and task.due is not None:
                self._set_due(index, task.due)
                late = task.due < self.at
            else:
                late = bool(self.due[index]) and bool(self.columns[position].past(self.at)[local])
            state[index] = CODES[self._active_state(view, node, late)]
        return state

    def _set_due(self, index: int, due: datetime) -> None:
        day = day_in(due, self.at)
        assert day is not None
        if self.due[index] != day.toordinal():
            if any(self.due is columns.due for columns in self.columns):
                self.due = self.due.copy()
            self.due[index] = day.toordinal()

    def _active_state(self, view: InstanceView, node: int, late: bool) -> StepState:
        net: Net = view.net
        element = net.ids[node]
        below = [self._moods[child] for child in self._called.get((view.id, element), ()) if child in self._moods]
        if element in view.failed or "failed" in below:
            return "failed"
        if late:
            return "overdue"
        if net.kinds[node] in (Kind.CATCH, Kind.RECEIVE):
            return "waiting"
        if any(job.element == element and not job.registered for job in view.jobs):
            return "blocked"
        return "waiting" if below and all(mood == "waiting" for mood in below) else "running"

    @cached_property
    def _called(self) -> dict[tuple[str, str], list[str]]:
        """Calling instance and element -> the instances that were called there."""
        found: dict[tuple[str, str], list[str]] = {}
        for view in self.views:
            if view.parent is not None and view.parent_element is not None:
                found.setdefault((view.parent, view.parent_element), []).append(view.id)
        return found

    @cached_property
    def _moods(self) -> dict[str, StepState]:
        """What each running instance does as a whole, called ones included."""
        found: dict[str, StepState] = {}
        for view in reversed(self.views):
            if view.state != "running":
                continue
            below = {
                found[child]
                for element in view.active_since
                for child in self._called.get((view.id, element), ())
                if child in found
            }
            if view.incidents or "failed" in below:
                found[view.id] = "failed"
            elif view.tasks or view.jobs or "running" in below:
                found[view.id] = "running"
            else:
                found[view.id] = "waiting"
        return found

    # --- values ---

    def find(self, step: str) -> int | None:
        """The number of an open step by its id; None when there is none."""
        instance, _colon, element = step.partition(":")
        for place, view in enumerate(self.views):
            if view.id == instance and element in view.net.index:
                local = self._frame(view.net).places.get(view.net.index[element])
                index = None if local is None else self.layout.first[place] + local
                return index if index is not None and self.shape.done[index] != NEVER else None
        return None

    def name(self, index: int) -> str:
        position, node = self.layout.spots[index]
        return f"{self.heads[position]}{self.views[position].net.ids[node]}"

    def decision(self, index: int) -> str | None:
        return self.describer.decision(self.views[self.layout.spots[index][0]])

    def step(self, index: int) -> Step:
        position, node = self.layout.spots[index]
        view = self.views[position]
        net: Net = view.net
        element = net.ids[node]
        active = self.layout.codes[index] == CODES["running"]
        label = self.describer.label(view, node, task_at(view, node))
        state, since = STATES[self.state[index]], None
        if active:
            since = view.active_since.get(element) or view.started
        elif self.layout.codes[index] == CODES["done"]:
            since = view.done_at.get(element)
            if since is None or self._was_left_out(view, node):
                state = "skipped"
        return Step(
            id=f"{view.id}:{element}",
            name=label.name,
            kind="point" if label.is_point else TAGS[net.kinds[node]],
            state=state,
            ref=label.ref,
            party=label.party,
            parties=label.parties,
            due=day_in(label.due, self.at),
            since=since.astimezone(self.at.tzinfo) if since else None,
            decision=self.describer.decision(view),
            protocol=view.group,
            instance=view.id,
            element=element,
            parent=f"{view.parent}:{view.parent_element}" if view.parent else None,
            days=label.days,
            days_known=label.days_known,
            days_from=label.days_from,
        )

    def _was_left_out(self, view: InstanceView, node: int) -> bool:
        return self.describer.was_dropped(view, view.net.ids[node])

    def roots(self, node: int) -> tuple[Root, ...]:
        place = self.layout.source_of.get(node)
        if place is None:
            return ()
        position, inner, index = place
        step = self.step(index) if index != NEVER else None
        return self._roots.of(self.views[position], inner, step)

    @cached_property
    def _roots(self) -> Roots:
        return Roots(self.at, self.describer)

    def unknowns(self, node: int) -> tuple[str, ...]:
        spot = self.layout.unsent.get(node)
        if spot is None:
            return ()
        text = _("nothing that runs sends “{name}”; it has to come from outside")
        label = " / ".join(str(name) for _trigger, name, _group, _key in names(self.views[spot[0]], spot[1]))
        return (text.format(name=label),)


def task_at(view: InstanceView, node: int) -> Task | None:
    """The first open task at a node."""
    element = view.net.ids[node]
    return next((task for task in view.tasks if task.element == element), None)
