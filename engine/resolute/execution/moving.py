"""Takes the state of an instance on the net to another version of its process, or changes it by hand."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from resolute import i18n
from resolute.errors import ConflictError, Finding, ModelError
from resolute.execution.seam import Event, Outcome
from resolute.execution.seam import State as Stored
from resolute.execution.values import HistoryEvent
from resolute.net.expressions import ExpressionError
from resolute.net.journal import written
from resolute.net.net import ROOT, Kind, Net
from resolute.net.playing import events, scopes
from resolute.net.reach import reachable_inputs
from resolute.net.run import Run
from resolute.net.state import INSTANCE, Place, Record, State, Subscription, Undo
from resolute.net.stored import dump, load

_ = i18n.translator("execution")

_PEOPLE = frozenset({Kind.TASK, Kind.USER})


def changes(old: Net, new: Net, renamed: Mapping[str, str]) -> list[str]:
    """What differs between two versions, a line each."""
    before = {renamed.get(element, element): node for element, node in old.index.items()}
    lines = [
        _("removed: {name}").format(name=_label(old, node))
        for element, node in before.items()
        if element not in new.index
    ]
    for element, node in new.index.items():
        if element not in before:
            lines.append(_("added: {name}").format(name=_label(new, node)))
            continue
        was = before[element]
        if old.names[was] != new.names[node]:
            lines.append(_("renamed: {old} → {new}").format(old=_label(old, was), new=_label(new, node)))
        elif (old.kinds[was], old.details[was]) != (new.kinds[node], new.details[node]):
            lines.append(_("changed: {name}").format(name=_label(new, node)))
    kept = {(new.ids[new.sources[f]], new.ids[new.targets[f]]) for f in range(len(new.flow_ids))}
    had = {
        tuple(renamed.get(old.ids[end], old.ids[end]) for end in (old.sources[f], old.targets[f]))
        for f in range(len(old.flow_ids))
    }
    lines += [_("flow removed: {a} → {b}").format(a=a, b=b) for a, b in sorted(had - kept)]
    lines += [_("flow added: {a} → {b}").format(a=a, b=b) for a, b in sorted(kept - had)]
    return lines


def _label(net: Net, node: int) -> str:
    return f"{net.names[node]} ({net.ids[node]})" if net.names[node] else net.ids[node]


def moved(old: Net, new: Net, stored: Stored, renamed: Mapping[str, str], now: datetime) -> Outcome:
    """The state of an instance of `old` as one of `new`: open work, waits and deadlines stay as they are.

    Elements are the same by id, or by `renamed` (old id to new id). Boundary events that `old` did not have are
    armed now. Raises ModelError whose findings name everything that stands in the way.
    """
    move = _Move(load(old, stored), new, renamed)
    state = move.state()
    run = Run(state, now)
    try:
        move.arm_new_events(run)
    except ExpressionError as error:
        raise ModelError(str(error), findings=[Finding("bad-expression", "error", str(error))]) from error
    run.settle()
    return _outcome(state, [*_events(old, move.old.log), *_events(new, state.log)])


def undone(before: Stored, after: Stored) -> Stored:
    """The state before a migration once more; tokens that were given since are not given again."""
    return {**before, "next": after["next"]}


def undoing(history: Iterable[HistoryEvent], done: Iterable[HistoryEvent]) -> list[Event] | None:
    """The events that take back those of a migration, `done`: waits that ended go on as `history` tells of them.

    None when the migration has moved the instance on, which cannot be taken back.
    """
    waits = {event.token: event for event in history if event.kind == "subscribed"}
    events = []
    for event in done:
        if event.kind == "subscribed":
            events.append(Event("unsubscribed", event.element, event.token))
        elif event.kind == "unsubscribed":
            was = waits[event.token]
            events.append(Event("subscribed", was.element, was.token, was.detail))
        else:
            return None
    return events


def modified(
    net: Net, stored: Stored, now: datetime, *, skip: Sequence[str], cancel: Sequence[str], enter: Sequence[str]
) -> Outcome:
    """The state after a change by hand: tokens to skip and to cancel, elements to enter (again).

    Raises ConflictError for a token that no longer waits, NotFoundError for an unknown element.
    """
    state = load(net, stored)
    run = Run(state, now)
    for token in map(int, skip):
        _standing(state, token)
        scopes.cancel_inside(run, token)
        scopes.unsubscribe_all(run, token)
        run.leave(token)
    for token in map(int, cancel):
        scope = _standing(state, token).scope
        scopes.cancel(run, token)
        run.closing[scope] = None
    for element in enter:
        node = net.node(element)
        run.enter(node, _scope_for(state, node))
    run.settle()
    return _outcome(state, _events(net, state.log))


def _standing(state: State, token: int) -> Place:
    if token not in state.places:
        raise ConflictError(_("nothing waits under {token} any more").format(token=token))
    return state.places[token]


def _scope_for(state: State, node: int) -> int:
    """The open scope that a node belongs to."""
    parent = state.net.parents[node]
    if parent == ROOT:
        return INSTANCE
    for token, place in state.places.items():
        if place.node == parent and not state.is_loop(token):
            return token
    raise ConflictError(
        _("{element} stands in {scope}, which is not open").format(
            element=state.net.ids[node], scope=state.net.ids[parent]
        )
    )


def _outcome(state: State, told: Iterable[Event]) -> Outcome:
    stored = dump(state)
    return Outcome(stored, stored["data"], tuple(told))


def _events(net: Net, log: Iterable[Record]) -> list[Event]:
    return [Event(*written(net, record)) for record in log]  # type: ignore[arg-type]


class _Move:
    """One state on its way from a net to another; collects what stands in the way."""

    def __init__(self, old: State, new: Net, renamed: Mapping[str, str]) -> None:
        self.old = old
        self.new = new
        self.findings: list[Finding] = []
        self._renamed = renamed

    def state(self) -> State:
        """The state on the new net. Raises ModelError."""
        self._end_waits_of_removed_events()
        old, new = self.old, State(self.new, self.old.catches)
        new.next, new.data, new.outcome = old.next, dict(old.data), old.outcome
        new.locals = {token: dict(values) for token, values in old.locals.items()}
        new.incidents = dict(old.incidents)
        self._move_places(new)
        self._move_joins(new)
        self._move_waits(new)
        new.done = {scope: self._entries(entries) for scope, entries in old.done.items()}
        new.undoing = {token: deque(map(self._undo, handlers)) for token, handlers in old.undoing.items()}
        if not self.findings:
            new.mark_gates()
            self._check_joins(new)
        if self.findings:
            message = "; ".join(finding.message for finding in self.findings)
            raise ModelError(message, findings=self.findings)
        return new

    def arm_new_events(self, run: Run) -> None:
        """Arms boundary events that the old version did not have on the activities that are open."""
        state, known = run.state, {self._name(node) for node in range(len(self.old.net))}
        for token, place in list(state.places.items()):
            if place.node in self.new.boundaries and not state.is_instance(token):
                for boundary in self.new.boundaries[place.node]:
                    if self.new.ids[boundary] not in known:
                        events.subscribe(run, token, boundary)

    def _name(self, node: int) -> str:
        element = self.old.net.ids[node]
        return self._renamed.get(element, element)

    def _node(self, node: int) -> int:
        """The node of the new net; a finding, and -1, when it has none."""
        found = self.new.index.get(self._name(node), -1)
        if found < 0:
            self._refuse(
                "migration-element-gone",
                node,
                _("{name} is open and the new version has no such element: map it, or skip or cancel it first"),
            )
        return found

    def _refuse(self, code: str, node: int, message: str) -> None:
        text = message.format(name=_label(self.old.net, node))
        self.findings.append(Finding(code, "error", text, element=self.old.net.ids[node]))

    def _end_waits_of_removed_events(self) -> None:
        """Boundary events and event sub-processes that are gone wait no more."""
        for token, waiting in list(self.old.subscriptions.items()):
            if waiting.node == self._place_of(waiting) or self._same_event(waiting) is not None:
                continue
            if self.old.net.kinds[waiting.node] in (Kind.BOUNDARY, Kind.START):
                self.old.unsubscribe(token)

    def _place_of(self, waiting: Subscription) -> int:
        place = self.old.places.get(waiting.owner)
        return -1 if place is None else place.node

    def _same_event(self, waiting: Subscription) -> int | None:
        """The node of the new net that waits for the same kind of thing."""
        node = self.new.index.get(self._name(waiting.node))
        if node is None:
            return None
        now, was = self.new.events.get(node, ()), self.old.net.events[waiting.node]
        index = waiting.definition
        return node if index < len(now) and now[index].trigger == was[index].trigger else None

    def _move_places(self, new: State) -> None:
        old = self.old
        for token, (node, scope) in old.places.items():
            target = self._node(node)
            if target < 0:
                continue
            if not self._alike(node, target):
                self._refuse("migration-other-kind", node, _("{name} is open and is of another kind now"))
            elif not old.is_instance(token) and not self._same_scope(scope, target):
                self._refuse("migration-other-scope", node, _("{name} is open and stands elsewhere now"))
            new.places[token] = Place(target, scope)
        new.children = {scope: dict(tokens) for scope, tokens in old.children.items()}

    def _alike(self, node: int, target: int) -> bool:
        was, now = self.old.net.kinds[node], self.new.kinds[target]
        kinds = was == now or {was, now} <= _PEOPLE
        return kinds and (node in self.old.net.loops) == (target in self.new.loops)

    def _same_scope(self, scope: int, target: int) -> bool:
        parent = self.new.parents[target]
        if scope == INSTANCE:
            return parent == ROOT
        return parent >= 0 and self.new.ids[parent] == self._name(self.old.places[scope].node)

    def _move_joins(self, new: State) -> None:
        joined = ((scope, *join) for scope, joins in self.old.joins.items() for join in joins.items())
        for scope, node, waiting in joined:
            target = self._node(node)
            if target < 0:
                continue
            flows = {self._flow(flow, target): count for flow, count in waiting.items()}
            if -1 in flows or not self.new.joining[target]:
                self._refuse("migration-flow-gone", node, _("a branch waits before {name} on a flow that is gone now"))
            new.joins.setdefault(scope, {})[target] = flows

    def _flow(self, flow: int, join: int) -> int:
        """The same flow by id, else the one between the same elements; -1 when there is none."""
        net = self.old.net
        found = self.new.flow_index.get(net.flow_ids[flow], -1)
        if found >= 0 and self.new.targets[found] == join:
            return found
        source = self._name(net.sources[flow])
        same = [f for f in self.new.incoming[join] if self.new.ids[self.new.sources[f]] == source]
        return same[0] if len(same) == 1 else -1

    def _move_waits(self, new: State) -> None:
        for token, waiting in self.old.subscriptions.items():
            target = self._same_event(waiting)
            if target is None:
                self._refuse("migration-event-changed", waiting.node, _("{name} waits for something else now"))
                continue
            new.subscriptions[token] = waiting._replace(node=target)
            new.watchers.setdefault(waiting.owner, []).append(token)
            if waiting.detail["type"] == "conditional":
                new.watching[token] = None

    def _entries(self, entries: list[Any]) -> list[Any]:
        """Activities that could be undone, without those that are gone."""
        kept = []
        for node, inner, *values in entries:
            target = self.new.index.get(self._name(node))
            if target is not None:
                kept.append([target, self._entries(inner), *values])
        return kept

    def _undo(self, undo: Undo) -> Undo:
        return Undo(self._node(undo.handler), self._entries(undo.done), undo.values)

    def _check_joins(self, new: State) -> None:
        """A parallel join that some branches can reach must be within reach of all of its flows."""
        for join, kind in enumerate(self.new.kinds):
            if kind != Kind.PARALLEL or len(self.new.incoming[join]) < 2:
                continue
            for scope, tokens in new.children.items():
                filled = set(new.waiting(join, scope))
                reach = reachable_inputs(self.new, join)
                for token in tokens:
                    filled |= reach.get(new.places[token].node, frozenset())
                for other in new.joins.get(scope, ()):
                    if other != join:
                        filled |= reach.get(other, frozenset())
                missing = set(self.new.incoming[join]) - filled
                if filled and missing:
                    sources = ", ".join(_label(self.new, self.new.sources[flow]) for flow in sorted(missing))
                    message = _("{join} would wait for ever: nothing can come from {sources} any more").format(
                        join=_label(self.new, join), sources=sources
                    )
                    self.findings.append(Finding("migration-join-stuck", "error", message, element=self.new.ids[join]))
