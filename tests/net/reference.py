"""A second reading of clause 13, as short as can be: no stored subscriptions, no indexes, everything looked up anew.

It plays the parts that waiting for messages, errors, escalations, loops, joins, terminating and undoing need, on the
tables of a compiled net, without any code that plays nets.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from resolute.net.net import ROOT, Kind, LoopKind, Net, ScopeKind, Trigger

LIMIT = 400
"""Moves of one command after which a model is taken to turn for ever."""


class EndlessError(Exception):
    """The model turns without waiting."""


@dataclass(eq=False)
class Place:
    """A token in a node; of an activity that repeats, one around its rounds and one for each."""

    node: int
    around: Place | None
    is_round: bool = False
    inside: list[Place] = field(default_factory=list)
    waiting: Counter[int] = field(default_factory=Counter)
    """Tokens before joins, by flow."""
    done: list[tuple[int, list[Any]]] = field(default_factory=list)
    begun: int = 0
    deaf: bool = False
    """Whether an interrupting event sub-process has ended what was here: no other may start."""
    undoing: list[tuple[int, list[Any]]] | None = None
    finished: int = 0
    """Rounds that are done."""
    held: set[int] = field(default_factory=set)
    """Conditions that have been answered and still hold."""
    stuck: bool = False
    number: int = field(default_factory=count().__next__)
    """Older places have lower ones."""


class Reference:
    """One instance."""

    def __init__(self, net: Net, data: dict[str, Any]) -> None:
        self.net, self.data = net, data
        self.root = Place(ROOT, None)
        self.queue: deque[tuple[int, int, Place]] = deque()
        self.closing: list[Place] = []
        self.heard: deque[tuple[int, Place]] = deque()
        self.ended = False
        self.start(self.root)
        self.settle()

    # --- what can be seen ---

    def places(self, around: Place | None = None) -> list[Place]:
        """All places, outer ones first."""
        found = list((around or self.root).inside)
        for place in found:
            found += place.inside
        return found

    def tasks(self) -> list[str]:
        """The open tasks."""
        return sorted(self.net.ids[p.node] for p in self.places() if self.is_open_task(p))

    def is_open_task(self, place: Place) -> bool:
        """Whether a person can complete it."""
        return self.net.kinds[place.node] == Kind.USER and not self.is_loop(place) and not place.stuck

    def waits(self) -> list[tuple[str, Place]]:
        """What waits for a message, with the place on whose behalf."""
        return [(self.net.ids[node], place) for node, place in self.waiting_for(Trigger.MESSAGE)]

    def waiting_for(self, trigger: Trigger) -> list[tuple[int, Place]]:
        """The events that wait for something, in the order in which they began to."""
        found = [(node, place) for node, place in self.all_waiting() if self.net.triggers[node] == trigger]
        return sorted(found, key=lambda one: one[1].number)

    def all_waiting(self) -> list[tuple[int, Place]]:
        """All events that may happen next, with the place on whose behalf."""
        net, found = self.net, []
        for place in () if self.ended else (self.root, *self.places()):
            if place is not self.root and not place.is_round:
                found += [(node, place) for node in net.boundaries.get(place.node, ())]
            kind = None if place is self.root else net.kinds[place.node]
            if kind == Kind.CATCH:
                found.append((place.node, place))
            elif kind == Kind.EVENT_BASED:
                found += [(net.targets[flow], place) for flow in net.outgoing[place.node]]
            if self.is_scope(place) and not place.deaf:
                found += [(net.starts[inner][0], place) for inner in net.event_scopes.get(place.node, ())]
        return found

    def incidents(self) -> list[str]:
        """Where it cannot go on."""
        return sorted(self.net.ids[p.node] for p in self.places() if p.stuck)

    def is_loop(self, place: Place) -> bool:
        """Whether it stands around rounds."""
        return place.node in self.net.loops and not place.is_round

    def is_scope(self, place: Place) -> bool:
        """Whether nodes are played inside it."""
        if place is self.root:
            return True
        return self.net.kinds[place.node] == Kind.SCOPE and not self.is_loop(place)

    # --- commands ---

    def complete(self, element: str, data: dict[str, Any]) -> None:
        """The oldest task at an element is done."""
        fitting = (p for p in self.places() if self.is_open_task(p) and self.net.ids[p.node] == element)
        place = min(fitting, key=lambda p: p.number)
        self.data.update(data)
        self.leave(place)
        self.settle()

    def fire(self, element: str) -> None:
        """The message that waits longest at an element comes."""
        place = min((place for found, place in self.waits() if found == element), key=lambda p: p.number)
        self.happen(self.net.index[element], place)
        self.settle()

    def happen(self, node: int, place: Place) -> None:
        """What an event waits for has come."""
        net = self.net
        if net.kinds[node] == Kind.BOUNDARY:
            self.cross(place, node)
        elif net.kinds[node] == Kind.START:
            self.open_event_scope(place, node)
        elif place.node == node:
            self.leave(place)
        else:
            self.remove(place)
            self.closing.append(place.around)
            self.pass_on(node, place.around)

    # --- moving ---

    def settle(self) -> None:
        """Until nothing moves by itself."""
        steps = 0
        while not self.ended:
            steps += 1
            if steps > LIMIT:
                raise EndlessError
            if self.heard:
                event = self.heard.popleft()
                if event in self.all_waiting():
                    self.happen(*event)
            elif self.queue:
                flow, node, scope = self.queue.popleft()
                if self.is_here(scope):
                    self.arrive(flow, node, scope)
            elif not self.open_join() and not self.look_at_conditions() and not self.close_one():
                return

    def look_at_conditions(self) -> bool:
        """Every event happens whose condition has come to hold; whether there was one."""
        found = False
        for node, place in self.waiting_for(Trigger.CONDITIONAL):
            holds = bool(self.value(self.net.events[node][0].expression))
            if (node, place) not in self.all_waiting():
                continue
            if holds and node not in place.held:
                place.held.add(node)
                self.happen(node, place)
                found = True
            elif not holds:
                place.held.discard(node)
        return found

    def value(self, expression: Any) -> Any:
        """What an expression over the variables gives."""
        return eval(expression.source, {"__builtins__": {}}, self.data)

    def is_here(self, place: Place) -> bool:
        """Whether it has not been taken away."""
        return place is self.root or (place in place.around.inside and self.is_here(place.around))

    def start(self, scope: Place) -> None:
        """Tokens on the starts of a scope."""
        for node in self.net.starts[scope.node]:
            self.queue.append((-1, node, scope))
        self.closing.append(scope)

    def arrive(self, flow: int, node: int, scope: Place) -> None:
        """A token reaches a node."""
        net = self.net
        if net.kinds[node] in (Kind.PARALLEL, Kind.INCLUSIVE) and len(net.incoming[node]) > 1:
            scope.waiting[flow] += 1
            if all(scope.waiting[other] for other in net.incoming[node]):
                self.join(node, scope)
            return
        self.enter(node, scope)

    def join(self, node: int, scope: Place) -> None:
        """One token off each flow that has any."""
        for flow in self.net.incoming[node]:
            scope.waiting[flow] -= scope.waiting[flow] > 0
        self.enter(node, scope)

    def enter(self, node: int, scope: Place, *, is_round: bool = False) -> Place:
        """A token stands in a node."""
        place = Place(node, scope, is_round)
        scope.inside.append(place)
        kind = self.net.kinds[node]
        if self.is_loop(place):
            loop = self.net.loops[node]
            if loop.kind == LoopKind.STANDARD and loop.test_before and not self.goes_on(place):
                self.leave(place)
                return place
            for _round in range(int(loop.cardinality.source) if loop.kind == LoopKind.PARALLEL else 1):
                self.begin_round(place)
        elif kind == Kind.SCOPE:
            self.start(place)
        elif kind in (Kind.THROW, Kind.END):
            self.throw(place)
        elif kind not in (Kind.USER, Kind.EVENT_BASED) and (
            kind != Kind.CATCH or self.net.triggers[node] == Trigger.LINK
        ):
            self.leave(place)
        return place

    def goes_on(self, loop: Place) -> bool:
        """Whether another round begins when all that have begun are done."""
        how = self.net.loops[loop.node]
        if how.kind == LoopKind.STANDARD:
            return loop.begun < how.maximum and bool(self.value(how.condition))
        return loop.begun < int(how.cardinality.source) and not self.is_enough(loop)

    def is_enough(self, loop: Place) -> bool:
        """Whether the completion condition of a multi-instance holds."""
        condition = self.net.loops[loop.node].condition
        return condition is not None and loop.finished >= int(condition.source.rpartition(">=")[2])

    def begin_round(self, loop: Place) -> None:
        """The next round of a loop."""
        loop.begun += 1
        self.enter(loop.node, loop, is_round=True)

    def leave(self, place: Place) -> None:
        """A place is done."""
        flows = self.chosen(place.node)
        if place.is_round:
            flows = ()
        elif flows is None:
            place.stuck = True
            return
        scope = place.around
        self.remove(place)
        if self.net.kinds[place.node] <= Kind.SCOPE:
            scope.done += place.done if self.is_loop(place) else [(place.node, place.done)]
        if place.is_round:
            scope.finished += 1
            if self.net.loops[place.node].kind != LoopKind.STANDARD and self.is_enough(scope):
                self.empty(scope)
        for flow in flows:
            self.queue.append((flow, self.net.targets[flow], scope))
        self.closing.append(scope)

    def chosen(self, node: int) -> tuple[int, ...] | None:
        """The flows out of a node."""
        flows = self.net.outgoing[node]
        conditions = [self.net.conditions[flow] for flow in flows]
        if not any(conditions):
            return flows[:1] if self.net.kinds[node] == Kind.EXCLUSIVE else flows
        held = tuple(
            flow
            for flow, condition in zip(flows, conditions, strict=True)
            if condition is None or self.value(condition)
        )
        return (held[:1] if self.net.kinds[node] == Kind.EXCLUSIVE else held) or None

    def pass_on(self, node: int, scope: Place) -> None:
        """An event that has happened: its token goes on."""
        place = Place(node, scope)
        scope.inside.append(place)
        self.leave(place)

    def remove(self, place: Place) -> None:
        """Taken away with all inside."""
        place.around.inside.remove(place)

    def empty(self, scope: Place, keep: Place | None = None) -> None:
        """All inside is taken away."""
        scope.inside = [place for place in scope.inside if place is keep]
        scope.waiting.clear()
        self.queue = deque(entry for entry in self.queue if entry[2] is not scope and self.is_here(entry[2]))

    # --- joins and ends ---

    def open_join(self) -> bool:
        """An inclusive join goes on for which no more tokens can come (13.4.3, as it is written)."""
        net = self.net
        for scope in (self.root, *self.places()):
            for node in net.members.get(scope.node, ()) if self.is_scope(scope) else ():
                inputs = [flow for flow in net.incoming[node] if scope.waiting[flow]]
                if net.kinds[node] != Kind.INCLUSIVE or len(net.incoming[node]) < 2 or not inputs:
                    continue
                if not self.more_can_come(node, scope, set(inputs)):
                    self.join(node, scope)
                    return True
        return False

    def more_can_come(self, join: int, scope: Place, inputs: set[int]) -> bool:
        """Whether some token has a way to an empty input and none to a filled one."""
        standing = [place.node for place in scope.inside]
        standing += [self.net.targets[flow] for flow, tokens in scope.waiting.items() if tokens]
        for node in standing:
            reached = set() if node == join else self.inputs_from(node, join, set())
            if reached - inputs and not reached & inputs:
                return True
        return False

    def inputs_from(self, node: int, join: int, seen: set[int]) -> set[int]:
        """The inputs of a join that a token in a node has a way to."""
        if node in seen:
            return set()
        seen.add(node)
        found: set[int] = set()
        for source in (node, *self.net.boundaries.get(node, ())):
            for flow in self.net.outgoing[source]:
                target = self.net.targets[flow]
                found |= {flow} if target == join else self.inputs_from(target, join, seen)
        return found

    def close_one(self) -> bool:
        """A scope in which nothing is left is done."""
        while self.closing:
            place = self.closing.pop()
            if not self.is_here(place) or place.inside or place.stuck or +place.waiting:
                continue
            if place is self.root:
                self.ended = True
            elif place.undoing:
                self.undo(place, *place.undoing.pop(0))
            elif self.is_loop(place) and self.goes_on(place):
                self.begin_round(place)
            elif place.undoing is not None and self.net.triggers[place.node] == Trigger.CANCEL:
                self.leave_transaction(place)
            else:
                self.leave(place)
            return True
        return False

    # --- throwing and catching ---

    def throw(self, place: Place) -> None:
        """What a throwing or end event does."""
        trigger = self.net.triggers[place.node]
        scope = place.around
        if trigger == Trigger.TERMINATE:
            self.empty(scope, keep=place)
        elif trigger in (Trigger.ERROR, Trigger.ESCALATION):
            code = self.net.events[place.node][0].code
            catcher = self.catcher(place, trigger, code)
            if catcher is not None:
                if self.net.kinds[place.node] == Kind.END:
                    self.leave(place)
                self.catch(*catcher)
                if not self.is_here(place):
                    return
            elif trigger == Trigger.ERROR:
                place.stuck = True
                return
        elif trigger == Trigger.SIGNAL:
            self.heard.extend(self.waiting_for(Trigger.SIGNAL))
        elif trigger in (Trigger.COMPENSATION, Trigger.CANCEL):
            self.begin_undoing(place, trigger == Trigger.CANCEL)
            return
        self.leave(place)

    def catcher(self, thrower: Place, trigger: Trigger, code: str | None) -> tuple[int, Place] | None:
        """The event that takes it, from the inside out; at one place the one that names the code."""
        net, place = self.net, thrower
        while place is not self.root:
            around = place.around
            if not place.is_round and net.scope_kind.get(place.node) != ScopeKind.EVENT and self.is_scope(around):
                starts = [net.starts[inner][0] for inner in net.event_scopes.get(around.node, ())]
                found = self.matching(starts, trigger, code)
                if found is not None:
                    return found, around
            elif place.is_round and net.scope_kind.get(place.node) == ScopeKind.EVENT:
                raise AssertionError("event sub-processes do not repeat")
            place = around
            if place is not self.root and not place.is_round:
                found = self.matching(net.boundaries.get(place.node, ()), trigger, code)
                if found is not None:
                    return found, place
        return None

    def matching(self, nodes: Any, trigger: Trigger, code: str | None) -> int | None:
        """The one of some events that takes an error or escalation."""
        fitting = [n for n in nodes if self.net.triggers[n] == trigger and self.net.events[n][0].code in (code, None)]
        return min(fitting, key=lambda n: self.net.events[n][0].code is None, default=None)

    def catch(self, node: int, owner: Place) -> None:
        """An error or escalation has come to an event."""
        if self.net.kinds[node] == Kind.START:
            self.open_event_scope(owner, node)
        else:
            self.cross(owner, node)

    def cross(self, owner: Place, boundary: int) -> None:
        """A boundary event happens."""
        if self.net.interrupting[boundary]:
            self.remove(owner)
            self.queue = deque(entry for entry in self.queue if self.is_here(entry[2]))
        self.pass_on(boundary, owner.around)

    def open_event_scope(self, scope: Place, start: int) -> None:
        """An event sub-process begins."""
        if self.net.interrupting[start]:
            self.empty(scope)
            scope.deaf = True
        opened = Place(self.net.parents[start], scope)
        scope.inside.append(opened)
        self.pass_on(start, opened)

    # --- undoing ---

    def begin_undoing(self, place: Place, cancels: bool) -> None:
        """What was done around a throwing event is undone, latest first."""
        scope = place.around
        if not cancels:
            while scope is not self.root and not self.is_named_scope(scope):
                scope = scope.around
        entries = scope.done
        scope.done = []
        if cancels:
            entries = entries + [entry for inner in self.places(scope) for entry in inner.done]
            self.empty(scope, keep=place)
        place.undoing = self.handlers(entries)
        self.closing.append(place)

    def is_named_scope(self, place: Place) -> bool:
        """Whether compensation thrown inside it means it: no loop, no throwing event, no event sub-process that does
        not itself undo the one around it.
        """
        net = self.net
        if not self.is_scope(place):
            return False
        return (
            net.scope_kind[place.node] != ScopeKind.EVENT or self.undoing_scope(net.parents[place.node]) == place.node
        )

    def undoing_scope(self, node: int) -> int | None:
        """The event sub-process that undoes a finished sub-process."""
        inner = self.net.event_scopes.get(node, ())
        return next((i for i in inner if self.net.triggers[self.net.starts[i][0]] == Trigger.COMPENSATION), None)

    def handlers(self, entries: list[tuple[int, list[Any]]]) -> list[tuple[int, list[Any]]]:
        """What undoes it, each with what the sub-process had done that it undoes."""
        found: list[tuple[int, list[Any]]] = []
        for node, inner in reversed(entries):
            handler = self.undoing_scope(node)
            if node in self.net.handlers:
                found.append((self.net.handlers[node], []))
            elif handler is not None:
                found.append((handler, inner))
            else:
                found += self.handlers(inner)
        return found

    def undo(self, thrower: Place, handler: int, inner: list[Any]) -> None:
        """One handler runs."""
        if self.net.scope_kind.get(handler) != ScopeKind.EVENT:
            self.enter(handler, thrower)
            return
        opened = Place(handler, thrower, done=inner)
        thrower.inside.append(opened)
        self.pass_on(self.net.starts[handler][0], opened)

    def leave_transaction(self, place: Place) -> None:
        """A cancelled transaction is left by its cancel event."""
        transaction = place.around if not place.around.is_round else place.around.around
        scope = transaction.around
        self.remove(transaction)
        self.queue = deque(entry for entry in self.queue if self.is_here(entry[2]))
        for boundary in self.net.boundaries.get(transaction.node, ()):
            if self.net.triggers[boundary] == Trigger.CANCEL:
                self.pass_on(boundary, scope)
                return
        self.closing.append(scope)
