"""Forecasts from the live state: what has happened stays, what is open goes on from where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, tzinfo
from functools import cached_property
from typing import Any

import numpy as np

from resolute import i18n, modelling, net
from resolute.errors import Finding, NotFoundError
from resolute.execution.snapshot import InstanceView, Snapshot, Wait, numbers_of, protocols_of
from resolute.net.expressions import ExpressionError, is_expression, value
from resolute.net.net import ROOT, Kind, Net
from resolute.simulation.blueprint import ROOT_SCOPE, Blueprint, Given, Node
from resolute.simulation.codes import (
    ARM_DELAY,
    ARM_MOMENT,
    ARM_WORK,
    BODY_CANCEL,
    BODY_PASS,
    BODY_SCOPE,
    BODY_TASK,
    BODY_UNDO,
    BODY_WAIT,
    GIVEN_ARMED,
    GIVEN_DONE,
    GIVEN_FLOW,
    GIVEN_GATE,
    GIVEN_ITEM,
    GIVEN_KEPT,
    GIVEN_MESSAGE,
    GIVEN_OPEN,
    GIVEN_TURN,
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

_ = i18n.translator("simulation")

_ANSWERED = frozenset({Kind.TASK, Kind.USER, Kind.SERVICE, Kind.RULE, Kind.RECEIVE, Kind.CALL})
_UNDOING = (BODY_UNDO, BODY_CANCEL)
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
            self._arm(place, view, ROOT)
            self._tokens(place, view)
        for place, view in by_place:
            if place.top:
                self._done(place, view)
        self._name_protocols()
        for message in self.snapshot.messages:
            key = "" if message.correlation is None else str(message.correlation)
            number = blueprint.messages.get((message.name, key))
            if number is not None:
                blueprint.given.append(Given(GIVEN_MESSAGE, number, ROOT_FRAME))

    def _open(self, place: Place, opener: int, view: InstanceView | None = None) -> None:
        """Opens a scope in the frame around it; frames are numbered in the order in which they open."""
        scope = self.b.nodes[opener].scope
        if scope in self.frame_of:
            return
        frame = self.frame_of[self.b.nodes[opener].owner]
        number = opener - place.offset
        self.frame_of[scope] = self.frames
        self.frames += 1
        if view is None:
            self.b.given.append(Given(GIVEN_OPEN, opener, frame))
            return
        copies, done = self._rounds(place, view, number)
        self.b.given.append(Given(GIVEN_OPEN, opener, frame, copies, done))
        self._keep(place, view, number, frame)
        self._arm(place, view, number)
        if view.marking.nodes.get(number, 1) > 1:
            self._tell(self.b.nodes[opener])

    def _rounds(self, place: Place, view: InstanceView, number: int) -> tuple[int, int]:
        """The copies of a multi-instance in all, and how many copies or rounds are done."""
        node = self.b.nodes[place.offset + number]
        if node.copies == 0:
            return 0, view.marking.progress.rounds.get(number, (0, 0))[1]
        open_ones = max(view.marking.nodes.get(number, 1), 1)
        copies, done = view.marking.progress.rounds.get(number, (open_ones, 0))
        together = open_ones - 1 if node.body == BODY_SCOPE else 0
        return max(copies, done + together + 1), done + together

    def _keep(self, place: Place, view: InstanceView, number: int, frame: int) -> None:
        handlers = view.marking.progress.kept.get(number, ())
        self.b.given += [Given(GIVEN_KEPT, place.offset + handler, frame) for handler in handlers]

    def _tell(self, node: Node) -> None:
        text = _("several copies of it are open; they are forecast as one, which holds all that they have in hand")
        self.b.findings.append(Finding("copies-as-one", "info", f"{node.id}: {text}", ref=node.ref, element=node.id))

    def _tokens(self, place: Place, view: InstanceView) -> None:
        called = {place.offset + place.net.node(element) for element in place.children if element in place.net.index}
        progress = view.marking.progress
        opened = sorted(
            number
            for number in view.marking.nodes
            if self.b.nodes[place.offset + number].body == BODY_SCOPE and number not in progress.offered
        )
        for number in opened:  # outer scopes have lower numbers
            if place.net.kinds[number] == Kind.CALL and place.offset + number not in called:
                self._item(place, view, number)
            else:
                self._open(place, place.offset + number, view)
        undoing = {number for number in view.marking.nodes if self.b.nodes[place.offset + number].body in _UNDOING}
        for number in sorted(undoing):
            self._open(place, place.offset + number, view)
        for number in view.marking.nodes:
            if number in progress.resetting:
                self._gate(place, number, progress.resetting[number])
            elif number not in opened and number not in undoing and number not in progress.offered:
                self._item(place, view, number)
        self._flows(place, view)
        self._undoable(place, view)
        self._turns(place, view)

    def _item(self, place: Place, view: InstanceView, number: int) -> None:
        node = self.b.nodes[place.offset + number]
        event = view.marking.progress.undoing.get(number)
        frame = self.frame_of.get(node.owner if event is None else self.b.nodes[place.offset + event].scope)
        if frame is None:
            return
        copies, done = self._rounds(place, view, number)
        self.b.given.append(Given(GIVEN_ITEM, place.offset + number, frame, copies, done))
        if copies or done:
            self._keep(place, view, number, frame)
        self._arm(place, view, number)
        if node.body == BODY_TASK:
            self._age(place, view, number)

    def _undoable(self, place: Place, view: InstanceView) -> None:
        """What was done and may be undone."""
        for scope, entries in view.marking.progress.done.items():
            frame = self.frame_of.get(place.scope_of.get(scope, -1))
            if frame is not None:
                for activity, handler in entries:
                    self.b.given.append(Given(GIVEN_DONE, place.offset + handler, frame, place.offset + activity))

    def _turns(self, place: Place, view: InstanceView) -> None:
        """What was begun of that which is done one at a time."""
        for number, adhoc in place.net.adhoc.items():
            frame = self.frame_of.get(place.scope_of[number])
            if adhoc.sequential and frame is not None:
                for turn, start in enumerate(place.net.starts[number]):
                    if start not in view.marking.progress.offered:
                        self.b.given.append(Given(GIVEN_TURN, turn, frame))

    def _age(self, place: Place, view: InstanceView, number: int) -> None:
        """What an open task has already taken."""
        node = self.b.nodes[place.offset + number]
        since = view.active_since.get(place.net.ids[number])
        if since is None or node.amount is None:
            return
        begun = _local(since, self.zone)
        if node.assumed:
            node.amount = replace(self.defaults, start=begun).of_task(node.ref or place.ref or node.id, node.due)
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
            number = place.offset + place.net.sources[flow]
            frame, source = self.frame_of.get(self.b.nodes[number].owner), self.b.looks.get(number, number)
            out = self._out_numbers.get((source, place.net.flow_ids[flow]))
            if frame is not None and out is not None:
                self.b.given += [Given(GIVEN_FLOW, out, frame)] * count

    @cached_property
    def _out_numbers(self) -> dict[tuple[int, str], int]:
        pairs = [(number, out.id) for number, node in enumerate(self.b.nodes) for out in node.outs]
        return {pair: at for at, pair in enumerate(pairs)}

    def _gate(self, place: Place, number: int, had: Sequence[int]) -> None:
        """A complex gateway that has gone on."""
        node = self.b.nodes[place.offset + number]
        frame = self.frame_of.get(node.owner)
        if frame is not None:
            ways = sum(1 << way for way, flow in enumerate(place.net.incoming[number]) if flow in had)
            self.b.given.append(Given(GIVEN_GATE, place.offset + number, frame, done=ways))

    def _arm(self, place: Place, view: InstanceView, number: int) -> None:
        """What a node (ROOT: the process itself) waits for: armed timers fire when the engine will fire them."""
        waits: dict[int, list[Wait]] = {}
        for wait in view.waits:
            event = place.net.index.get(wait.element, -1)
            if event >= 0 and _waiting(place.net, view, event) == number:
                waits.setdefault(place.offset + event, []).append(wait)
        for event, own in waits.items():
            twins = self.b.twins.get(event, [event])
            first = self.b.nodes[twins[0]]
            come = first.digit * (first.need - len(own)) if first.need > 1 else 0
            if len(twins) > 1 and first.body == BODY_WAIT and self.b.nodes[event].body == BODY_PASS:
                self._set_timers(twins, own)
                continue
            for wait, twin in _matched(self.b.nodes, own, twins):
                for time in self._moments(view, wait, self.b.nodes[twin], place.net.ids[number] if number >= 0 else ""):
                    self.b.given.append(Given(GIVEN_ARMED, twin, 0, come, time=time))
                    come = 0

    def _moments(self, view: InstanceView, wait: Wait, event: Node, owner: str) -> list[float]:
        """When a timer fires, and again; -1 for what is no timer."""
        if wait.type != "timer" or wait.due is None or event.arm not in _TIMED:
            return [-1.0]
        due = (_local(wait.due, self.zone) - midnight(self.b.start)).total_seconds()
        every = 0.0 if event.amount is None else event.amount.mean
        if event.repeats < 2 or every <= 0.0:
            return [max(due, 0.0)]
        since = view.active_since.get(owner)
        fired = 0 if since is None else round((wait.due - since).total_seconds() / every) - 1
        return [max(due + every * times, 0.0) for times in range(max(event.repeats - fired, 1))]

    def _set_timers(self, twins: Sequence[int], waits: Sequence[Wait]) -> None:
        """An event that needs all of its timers, each in a node of its own."""
        for wait, twin in _matched(self.b.nodes, waits, twins):
            node = self.b.nodes[twin]
            if wait.due is not None and node.arm in _TIMED:
                due = (_local(wait.due, self.zone) - midnight(self.b.start)).total_seconds()
                node.arm, node.amount = ARM_MOMENT, fixed(max(due, 0.0))

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


def _waiting(net: Net, view: InstanceView, event: int) -> int:
    """The node on whose behalf an event waits: its activity, its scope, its gateway or itself."""
    if net.kinds[event] == Kind.BOUNDARY:
        return net.attached[event]
    if net.kinds[event] == Kind.START:
        return net.parents[net.parents[event]]
    if event in view.marking.nodes or not net.incoming[event]:
        return event
    return net.sources[net.incoming[event][0]]


def _matched(nodes: Sequence[Node], waits: Sequence[Wait], twins: Sequence[int]) -> list[tuple[Wait, int]]:
    """Each wait with the node of its trigger: the next of the same sort."""
    left, found = list(twins), []
    for wait in waits:
        timed = wait.type == "timer"
        twin = next((one for one in left if (nodes[one].arm in _TIMED) == timed), None)
        if twin is not None:
            left.remove(twin)
            found.append((wait, twin))
    return found
