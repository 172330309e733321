"""Forecasts from the live state: what has happened stays, what is open goes on from where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

import numpy as np

from resolute import modelling, net
from resolute.errors import NotFoundError
from resolute.execution.snapshot import InstanceView, Snapshot, numbers_of, protocols_of
from resolute.net.expressions import ExpressionError, is_expression, value
from resolute.net.net import Kind, Net
from resolute.simulation.blueprint import ROOT_SCOPE, Blueprint, Given, Node
from resolute.simulation.codes import (
    ARM_DELAY,
    ARM_MOMENT,
    ARM_WORK,
    BODY_SCOPE,
    BODY_TASK,
    GIVEN_FLOW,
    GIVEN_ITEM,
    GIVEN_MESSAGE,
    GIVEN_OPEN,
)
from resolute.simulation.defaults import Defaults
from resolute.simulation.distributions import fixed
from resolute.simulation.layout import calendar_spans
from resolute.simulation.model import build
from resolute.simulation.placing import Place, Root
from resolute.simulation.scenario import Scenario
from resolute.simulation.sources import net_terms
from resolute.simulation.totals import worked
from resolute.simulation.worktime import midnight

_ANSWERED = frozenset({Kind.TASK, Kind.USER, Kind.SERVICE, Kind.RULE, Kind.RECEIVE, Kind.CALL})
_TIMED = (ARM_DELAY, ARM_WORK, ARM_MOMENT)
ROOT_FRAME = 0
OUTLIVED = 0.98
"""A task that has taken longer than this share of its distribution tells nothing more by its age: half of a fresh
draw is taken for what is left."""
_GRID = np.linspace(0.0, 1.0, 1001)[1:-1]


def of_snapshot(snapshot: Snapshot, scenario: Scenario) -> Blueprint:
    """The blueprint of all running instances, called ones inside those that called them."""
    zone = snapshot.at.tzinfo
    start = _local(snapshot.at, zone)
    running = {view.id: view for view in snapshot.instances.values() if view.state == "running"}
    children: dict[str, dict[str, InstanceView]] = {}
    for view in running.values():
        if view.parent in running and view.parent_element is not None:
            children.setdefault(view.parent or "", {})[view.parent_element] = view
    roots = [_root(view, children) for view in running.values() if view.parent not in running]
    library = _library(snapshot)
    defaults = Defaults(scenario, start, net_terms(roots), {})
    return build(roots, library, scenario, defaults, _Resuming(snapshot, running, zone, defaults).resume)


def _local(moment: datetime, zone: tzinfo | None) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _root(
    view: InstanceView, children: Mapping[str, Mapping[str, InstanceView]], caller: InstanceView | None = None
) -> Root:
    inner = {element: _root(child, children, view) for element, child in children.get(view.id, {}).items()}
    return Root(view.net, _lasting(view, caller), view.id, dict(view.data), inner, frozenset(view.done_at))


def _lasting(view: InstanceView, caller: InstanceView | None) -> dict[str, Any]:
    """The variables that hold for the rest of the run.

    What a person or a job has answered may be answered otherwise next time: a report that was returned once is not
    returned for ever. So a called process knows those variables to which its call gave a value, and another one what
    it was started with, until something in it is answered.
    """
    if caller is not None and view.parent_element is not None:
        call = caller.net.details[caller.net.node(view.parent_element)]
        given = {name for name, raw in call.inputs if _given(raw, caller)} if call else set()
        return {name: content for name, content in view.data.items() if name in given}
    answered = any(view.net.kinds[view.net.index[element]] in _ANSWERED for element in view.done_at)
    return {} if answered else dict(view.data)


def _given(raw: str, caller: InstanceView) -> bool:
    """Whether an input of a call is a value, not null."""
    try:
        return not is_expression(raw) or value(raw, caller.data) is not None
    except ExpressionError:
        return False


def _library(snapshot: Snapshot) -> dict[str, Net]:
    """The nets of everything that runs, and the shipped patterns that it may still call."""
    found: dict[str, Net] = {view.definition.id: view.net for view in snapshot.instances.values()}
    queue = list(found.values())
    for one in queue:
        for details in one.details:
            called = details.called if details else None
            if called and called not in found:
                try:
                    found[called] = net.compile(modelling.pattern(called), called)
                except NotFoundError:
                    continue
                queue.append(found[called])
    return found


class _Resuming:
    """Says where the tokens of a blueprint stand; used once."""

    def __init__(
        self, snapshot: Snapshot, running: Mapping[str, InstanceView], zone: tzinfo | None, defaults: Defaults
    ) -> None:
        self.snapshot = snapshot
        self.running = running
        self.zone = zone
        self.defaults = defaults
        self.frames = 1
        self.frame_of: dict[int, int] = {ROOT_SCOPE: ROOT_FRAME}
        """Scope of the blueprint -> its open frame."""

    def resume(self, blueprint: Blueprint, places: list[Place]) -> None:
        """Fills `given`, the time already spent, and the steps already done."""
        self.b = blueprint
        by_place = [(place, self.running[place.live]) for place in places if place.live in self.running]
        for place, view in by_place:
            self._open(place, place.around)
            self._tokens(place, view)
            self._timers(place, view)
        for place, view in by_place:
            if place.top:
                self._done(place, view)
        self._name_protocols()
        for message in self.snapshot.messages:
            key = "" if message.correlation is None else str(message.correlation)
            number = blueprint.messages.get((message.name, key))
            if number is not None:
                blueprint.given.append(Given(GIVEN_MESSAGE, number, ROOT_FRAME))

    def _open(self, place: Place, opener: int) -> None:
        """Opens a scope in the frame around it; frames are numbered in the order in which they open."""
        scope = self.b.nodes[opener].scope
        if scope in self.frame_of:
            return
        self.b.given.append(Given(GIVEN_OPEN, opener, self.frame_of[self.b.nodes[opener].owner]))
        self.frame_of[scope] = self.frames
        self.frames += 1

    def _tokens(self, place: Place, view: InstanceView) -> None:
        called = {place.offset + place.net.node(element) for element in place.children if element in place.net.index}
        opened = sorted(node for node in view.marking.nodes if self.b.nodes[place.offset + node].body == BODY_SCOPE)
        for number in opened:  # outer scopes have lower numbers
            if place.net.kinds[number] == Kind.CALL and place.offset + number not in called:
                self._item(place, view, number)
            else:
                self._open(place, place.offset + number)
        for number in view.marking.nodes:
            if number not in opened:
                self._item(place, view, number)
        self._flows(place, view)

    def _item(self, place: Place, view: InstanceView, number: int) -> None:
        node = self.b.nodes[place.offset + number]
        frame = self.frame_of.get(node.owner)
        if frame is None:
            return
        if node.copies != 0:
            element = place.net.ids[number]
            node.copies = max(sum(task.element == element for task in view.tasks), 1)
        self.b.given.append(Given(GIVEN_ITEM, place.offset + number, frame))
        if node.body == BODY_TASK:
            self._age(place, view, number)

    def _age(self, place: Place, view: InstanceView, number: int) -> None:
        """What an open task has already taken."""
        node = self.b.nodes[place.offset + number]
        since = view.active_since.get(place.net.ids[number])
        if since is None or node.amount is None:
            return
        begun = _local(since, self.zone)
        if node.assumed:
            node.amount = replace(self.defaults, start=begun).of_task(node.ref or place.ref, node.due)
            node.uses = [(unit, node.amount) for unit, _amount in node.uses]
        spent = self._working(begun, self.b.start)
        share = float(np.interp(spent, node.amount.quantile(_GRID), _GRID, left=0.0, right=1.0))
        if share > OUTLIVED:
            node.amount = node.amount.scaled(0.5)
            node.uses = [(unit, amount.scaled(0.5)) for unit, amount in node.uses]
        elif spent > 0:
            node.elapsed, node.spent = share, spent

    def _working(self, begin: datetime, end: datetime) -> float:
        origin = midnight(min(begin, end))
        spans = calendar_spans(self.b.scenario.calendar, origin)
        moments = np.array([(moment - origin).total_seconds() for moment in (begin, end)])
        first, last = worked(spans, moments)
        return max(float(last - first), 0.0)

    def _flows(self, place: Place, view: InstanceView) -> None:
        """Tokens that wait before a join."""
        for flow, count in view.marking.flows.items():
            source = place.offset + place.net.sources[flow]
            frame = self.frame_of.get(self.b.nodes[source].owner)
            out = self._out_numbers.get((source, place.net.flow_ids[flow]))
            if frame is not None and out is not None:
                self.b.given += [Given(GIVEN_FLOW, out, frame)] * count

    @cached_property
    def _out_numbers(self) -> dict[tuple[int, str], int]:
        pairs = [(number, out.id) for number, node in enumerate(self.b.nodes) for out in node.outs]
        return {pair: at for at, pair in enumerate(pairs)}

    def _timers(self, place: Place, view: InstanceView) -> None:
        """Armed timers fire when the engine will fire them."""
        origin = midnight(self.b.start)
        for wait in view.waits:
            if wait.type == "timer" and wait.due is not None and wait.element in place.net.index:
                node = self._timer_of(place.offset + place.net.index[wait.element])
                due = (_local(wait.due, self.zone) - origin).total_seconds()
                node.arm, node.amount = ARM_MOMENT, fixed(max(due, 0.0))

    def _timer_of(self, event: int) -> Node:
        """The node of an event's timer: itself, or one of the nodes of its several triggers."""
        own = [self.b.nodes[twin] for twin in self.b.twins.get(event, ())]
        return next((twin for twin in own if twin.arm in _TIMED), self.b.nodes[event])

    def _done(self, place: Place, view: InstanceView) -> None:
        """Steps that are over keep the date on which they ended."""
        active = {place.net.ids[number] for number in view.marking.nodes}
        for node in range(place.offset, place.offset + len(place.net)):
            element = self.b.nodes[node].id
            if element in view.done_at and element not in active:
                for at in self._steps_of.get(node, ()):
                    self.b.steps[at] = replace(self.b.steps[at], done=_local(view.done_at[element], self.zone))

    @cached_property
    def _steps_of(self) -> dict[int, list[int]]:
        """Node -> the places of its steps."""
        found: dict[int, list[int]] = {}
        for at, step in enumerate(self.b.steps):
            found.setdefault(step.node, []).append(at)
        return found

    def _name_protocols(self) -> None:
        """Where several protocols are open, each step tells of which it is."""
        protocols = protocols_of(self.snapshot.instances.values())
        if len(protocols) < 2:
            return
        numbers = numbers_of(protocols)
        for at, step in enumerate(self.b.steps):
            view = self.snapshot.instances.get(step.id.partition(":")[0])
            if view is not None:
                self.b.steps[at] = replace(step, protocol=numbers.get(view.group or ""))
