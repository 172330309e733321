"""The plan of what runs: steps of all instances with their states, and what each waits for, from net and
marking.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.collector import paused
from resolute.dependencies.describe import Describer, Label, day_in
from resolute.dependencies.plan import Plan
from resolute.dependencies.reach import Reach, reach
from resolute.dependencies.roots import Roots
from resolute.dependencies.template import TAGS, sends, template
from resolute.dependencies.values import Edge, Root, Step, StepState
from resolute.dependencies.waits import NEVER
from resolute.dependencies.wiring import Wiring, names
from resolute.dependencies.workdays import Workdays
from resolute.execution.snapshot import InstanceView, Snapshot
from resolute.execution.values import Task
from resolute.net.net import Kind, Net


def plan(snapshot: Snapshot, *, calendar: Calendar | None = None) -> Plan:
    """The steps of all instances of `snapshot`, running and ended, and the AND/OR graph of what they wait
    for.
    """
    with paused():
        return _Live(snapshot, calendar or production_calendar()).plan()


class _Live:
    """Builds the plan: where tokens can get to first, then wait nodes, steps, and the edges between
    instances.
    """

    def __init__(self, snapshot: Snapshot, calendar: Calendar) -> None:
        self.at = snapshot.at
        self.views = snapshot.instances
        self.days = Workdays(calendar, snapshot.at.date())
        self.reaches = {key: reach(view) for key, view in self.views.items()}
        self.wiring = Wiring(snapshot, self.reaches)
        self.describer = Describer(snapshot)
        self.steps: list[Step] = []
        self.edges: list[Edge] = []
        self.done: list[int] = []
        self.number: dict[tuple[str, int], int] = {}
        self.children: dict[tuple[str, str], list[InstanceView]] = defaultdict(list)
        for view in self.views.values():
            if view.parent is not None and view.parent_element is not None:
                self.children[view.parent, view.parent_element].append(view)
        self.moods = self._moods()

    def plan(self) -> Plan:
        for view in self.views.values():
            self._steps(view)
        self._cross_edges()
        roots = self._sources()
        made = Plan(
            self.at,
            self.steps,
            self.edges,
            self.wiring.waits,
            self.done,
            roots,
            title=self._title(),
            decisions=self.describer.decisions,
            unknowns=self.wiring.unknowns,
        )
        _mark_blocked(made)
        return made

    def _title(self) -> str:
        """The protocol, where all instances belong to one."""
        found = {
            (str(view.data["protocol"]), str(view.data.get("body") or ""))
            for view in self.views.values()
            if view.data.get("protocol")
        }
        return words.protocol(*found.pop()) if len(found) == 1 else ""

    # --- steps ---

    def _steps(self, view: InstanceView) -> None:
        net: Net = view.net
        found = self.reaches[view.id]
        shape = template(net)
        tasks = {task.element: task for task in reversed(view.tasks)}
        first = len(self.steps)
        for node in shape.nodes:
            self.number[view.id, node] = len(self.steps)
            self._step(view, found, node, tasks.get(net.ids[node]))
        place = {node: first + position for position, node in enumerate(shape.nodes)}
        for start, end, arc in shape.arcs:
            self.edges.append(Edge(place[start], place[end], arc.kind, arc.reason, arc.alternative))

    def _step(self, view: InstanceView, found: Reach, node: int, task: Task | None) -> None:
        net: Net = view.net
        element = net.ids[node]
        label = self.describer.label(view, node, task)
        state, since = self._state(view, found, node, label)
        self.steps.append(
            Step(
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
                instance=view.id,
                element=element,
                parent=f"{view.parent}:{view.parent_element}" if view.parent else None,
                days=label.days,
                days_known=label.days_known,
            )
        )
        wait = NEVER if state in ("done", "skipped") else self.wiring.done[view.id].get(node, NEVER)
        self.done.append(wait)
        if wait != NEVER:
            self.wiring.waits.step[wait] = len(self.steps) - 1
            if node not in found.active:
                self.wiring.waits.days[wait] = label.days

    def _state(self, view: InstanceView, found: Reach, node: int, label: Label) -> tuple[StepState, datetime | None]:
        net: Net = view.net
        element = net.ids[node]
        done_at = view.done_at.get(element)
        if node in found.active:
            since = view.active_since.get(element) or view.started
            return self._active_state(view, node, label), since
        if done_at is not None and node not in found.again:
            return "skipped" if self.describer.was_dropped(view, element) else "done", done_at
        if node in found.entered:
            return ("overdue" if self._is_past(label.due) else "to_come"), None
        return ("done", done_at) if done_at is not None else ("skipped", None)

    def _active_state(self, view: InstanceView, node: int, label: Label) -> StepState:
        net: Net = view.net
        children = [
            self.moods[child.id]
            for child in self.children.get((view.id, net.ids[node]), ())
            if child.state == "running"
        ]
        if net.ids[node] in view.failed or "failed" in children:
            return "failed"
        if self._is_past(label.due):
            return "overdue"
        if net.kinds[node] in (Kind.CATCH, Kind.RECEIVE):
            return "waiting"
        if any(job.element == net.ids[node] and not job.registered for job in view.jobs):
            return "blocked"
        return "waiting" if children and all(mood == "waiting" for mood in children) else "running"

    def _moods(self) -> dict[str, StepState]:
        """What each running instance does as a whole, called ones included."""
        found: dict[str, StepState] = {}
        for view in reversed(list(self.views.values())):
            if view.state != "running":
                continue
            below = {
                found[child.id]
                for element in view.active_since
                for child in self.children.get((view.id, element), ())
                if child.id in found
            }
            if view.incidents or "failed" in below:
                found[view.id] = "failed"
            elif view.tasks or view.jobs or "running" in below:
                found[view.id] = "running"
            else:
                found[view.id] = "waiting"
        return found

    def _is_past(self, due: date | None) -> bool:
        if due is None:
            return False
        return due < self.at if isinstance(due, datetime) else due < self.at.date()

    # --- between instances ---

    def _cross_edges(self) -> None:
        catchers: dict[object, list[int]] = defaultdict(list)
        for (instance, node), index in self.number.items():
            view = self.views[instance]
            if view.net.kinds[node] in (Kind.CATCH, Kind.RECEIVE):
                for name in names(view, node):
                    catchers[name].append(index)
        for (instance, node), index in self.number.items():
            view = self.views[instance]
            if sends(view.net, node):
                for name in names(view, node):
                    self.edges += [Edge(index, other, "message") for other in catchers.get(name, ()) if other != index]
            for child in self.children.get((instance, view.net.ids[node]), ()):
                self.edges += [Edge(self.number[child.id, last], index, "call") for last in template(child.net).lasts]

    # --- what can be acted on ---

    def _sources(self) -> dict[int, tuple[Root, ...]]:
        maker = Roots(self.at, self.days, self.describer)
        found = {}
        for wait, (instance, node) in self.wiring.sources.items():
            view = self.views[instance]
            net: Net = view.net
            index = self.number.get((instance, node))
            if index is None and net.kinds[node] == Kind.BOUNDARY:
                index = self.number.get((instance, net.attached[node]))
                self.wiring.waits.step[wait] = NEVER if index is None else index
            step = self.steps[index] if index is not None else None
            release, roots = maker.of(view, node, step)
            self.wiring.waits.source(wait, release)
            found[wait] = roots
        return found


def _mark_blocked(plan: Plan) -> None:
    """Steps to come are blocked when what decides their date is in trouble, or when they can never run."""
    trouble = bytearray(len(plan.waits))
    for node in plan.solution.order:
        if node in plan.waits.release:
            trouble[node] = node not in plan.waits.unusual and any(
                root.is_trouble(plan.at) for root in plan.roots.get(node, ())
            )
        elif plan.waits.any_of[node]:
            trouble[node] = trouble[plan.solution.via[node]]
        else:
            trouble[node] = any(trouble[before] for before in plan.waits.inputs[node])
    steps = plan.steps
    assert isinstance(steps, list)
    for index, step in enumerate(steps):
        node = plan.done[index]
        if step.state == "to_come" and (plan.solution.earliest[node] is None or trouble[node]):
            steps[index] = replace(step, state="blocked")
