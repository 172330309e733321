"""The state of one instance, and the only code that changes it: one method for each kind of event.

Whoever plays the net decides and calls these methods; each changes the state and writes one record. Reading
the records again and calling the same methods (`journal.py`) therefore gives the same state.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from resolute.net.net import Kind, Net

FORMAT = 1
"""The version of the stored form."""

INSTANCE = 0
"""The token of the instance itself: the scope of all that stands directly in the process."""

GOT = "*got"
"""Local variable of a complex gateway that waits to be reset: the flows that it has had a token from."""
SPLITS = "*splits"
"""Local variable of a complex gateway while the place that will wait for the rest is made: it takes no tokens."""

OFFERED = "*offered"
"""Local variable of an activity that waits to be chosen, in a sequential ad-hoc sub-process."""

Record: TypeAlias = tuple[str, int, int, Any]
"""Kind of event, node (-1 for the process), token, and what else it says."""

Flows: TypeAlias = tuple[int, ...]

_NOTHING: Mapping[Any, Any] = MappingProxyType({})


class Place(NamedTuple):
    """A token inside a node."""

    node: int
    scope: int
    """The token of the place around it: a sub-process, a loop, a compensation; INSTANCE at the top."""


class Subscription(NamedTuple):
    """Something waited for."""

    node: int
    owner: int
    """The token on whose behalf: the event itself, the guarded activity, the gateway, the scope."""
    definition: int
    """Which of the node's event definitions."""
    detail: Mapping[str, Any]
    """What the engine must know: see the seam; plus `left` and `every` of a repeating timer."""


class Undo(NamedTuple):
    """A handler that is still to run."""

    handler: int
    done: list[Any]
    """What the finished sub-process that it undoes had done, for a compensation inside the handler."""
    values: Mapping[str, Any]
    """The variables of that sub-process at its end."""


class State:
    """Marking, variables, subscriptions and incidents of one instance of `net`."""

    __slots__ = (
        "catches",
        "children",
        "data",
        "done",
        "gates",
        "incidents",
        "joins",
        "locals",
        "log",
        "net",
        "next",
        "outcome",
        "places",
        "subscriptions",
        "undoing",
        "watchers",
        "watching",
    )

    def __init__(self, net: Net, catches: tuple[str, ...] = ()) -> None:
        self.net = net
        self.catches = catches
        """Error and escalation codes that the caller of this instance catches; "" is any."""
        self.next = 1
        self.places: dict[int, Place] = {}
        self.children: dict[int, dict[int, None]] = {INSTANCE: {}}
        """Scope -> the places directly in it."""
        self.joins: dict[int, dict[int, dict[int, int]]] = {}
        """Scope -> joining node -> tokens that wait on each of its flows."""
        self.subscriptions: dict[int, Subscription] = {}
        self.watchers: dict[int, list[int]] = {}
        """Owner -> its subscriptions."""
        self.watching: dict[int, None] = {}
        """The subscriptions to conditions."""
        self.data: dict[str, Any] = {}
        self.locals: dict[int, dict[str, Any]] = {}
        """Place -> the variables that only it and what is inside it can see."""
        self.incidents: dict[int, tuple[str, str, str]] = {}
        """Place -> kind, message and where a retry goes on: "enter", "work", "leave", "close" or "watch"."""
        self.done: dict[int, list[Any]] = {}
        """Scope -> what could be undone, oldest first: node and, of a sub-process, its own list and, when an event
        sub-process undoes it, the variables that it had at its end.
        """
        self.undoing: dict[int, deque[Undo]] = {}
        """Place that compensates -> the handlers still to run, next first."""
        self.gates: dict[tuple[str, int, int], int] = {}
        """GOT or SPLITS, node and scope -> the place of a complex gateway that is so marked."""
        self.outcome: str | None = None
        self.log: list[Record] = []

    # --- reading ---

    def variables(self, token: int) -> Mapping[str, Any]:
        """The variables that can be seen from a place."""
        if not self.locals:
            return self.data
        layers = [self.locals[place] for place in self.around(token) if place in self.locals]
        return ChainMap(*layers, self.data) if layers else self.data

    def around(self, token: int) -> Iterator[int]:
        """The place itself and those around it, innermost first, without the instance."""
        while token != INSTANCE:
            yield token
            token = self.places[token].scope

    def is_loop(self, token: int) -> bool:
        """Whether it is the loop around the instances of an activity, not one of them."""
        place = self.places[token]
        return place.node in self.net.loops and not self.is_instance(token)

    def is_instance(self, token: int) -> bool:
        """Whether it is one round of a loop."""
        node, scope = self.places[token]
        return scope != INSTANCE and self.places[scope].node == node

    def holds_places(self, token: int) -> bool:
        """Whether others can stand inside the place: a sub-process, or a loop around its rounds."""
        return self.net.kinds[self.places[token].node] == Kind.SCOPE or not self.is_instance(token)

    def resetting(self, node: int, scope: int) -> int | None:
        """The place of a complex gateway that has gone on and waits for the rest of its flows."""
        return self.gates.get((GOT, node, scope))

    def waiting(self, node: int, scope: int) -> Mapping[int, int]:
        """The tokens that wait before a join, on each of its flows that has any."""
        return self.joins.get(scope, _NOTHING).get(node, _NOTHING)

    # --- changing: tokens ---

    def activate(self, node: int, scope: int) -> int:
        """A token enters a node; a join takes one token off each of its flows that has any."""
        net = self.net
        if net.joining[node] and (SPLITS, node, scope) not in self.gates:
            self._consume(node, scope, ())
        token = self.next
        self.next = token + 1
        self.places[token] = Place(node, scope)
        self.children[scope][token] = None
        if net.containing[node] and self.holds_places(token):
            self.children[token] = {}
            if node in net.locals:
                self.locals[token] = dict.fromkeys(net.locals[node])
        if self.undoing:
            self._begin_handler(token)
        self.log.append(("activated", node, token, scope))
        return token

    def _begin_handler(self, token: int) -> None:
        """Takes a handler off the list of those still to run, and gives it the snapshot of what it undoes."""
        node, scope = self.places[token]
        waiting = self.undoing.get(scope)
        if waiting and waiting[0].handler == node:
            _handler, done, values = waiting.popleft()
            if done:
                self.done[token] = done
            if values:
                self.locals[token] = {**values, **self.locals.get(token, {})}

    def _consume(self, node: int, scope: int, spared: Collection[int]) -> None:
        joins = self.joins.get(scope)
        if joins is None:
            return
        waiting = joins.pop(node, _NOTHING)
        taken = {flow: count if flow in spared else count - 1 for flow, count in waiting.items()}
        left = {flow: count for flow, count in taken.items() if count}
        if left:
            joins[node] = left
        elif not joins:
            del self.joins[scope]

    def complete(self, token: int, flows: Flows) -> None:
        """A token leaves its node and stands on `flows`; only before joins does it stay there."""
        spared = self.locals.get(token, {}).get(GOT) if self.locals else None
        if self.net.compensable[self.places[token].node]:
            self._remember(token)
        elif self.done:
            self.done.pop(token, None)
        node, scope = self._remove(token)
        if spared is not None:
            self._consume(node, scope, spared)
        self._put_before_joins(scope, flows)
        self.log.append(("completed", node, token, flows))

    def _remember(self, token: int) -> None:
        """Notes what could be undone of a place that is done; of a loop, what each of its rounds has noted."""
        node, scope = self.places[token]
        inner = self.done.pop(token, [])
        if self.is_loop(token):
            entries = inner
        elif node in self.net.undo_scopes:
            entries = [[node, inner, dict(self.locals.get(token, {}))]]
        else:
            entries = [[node, inner]]
        if entries:
            self.done.setdefault(scope, []).extend(entries)

    def _put_before_joins(self, scope: int, flows: Flows) -> None:
        for flow in flows:
            target = self.net.targets[flow]
            if self.net.joining[target]:
                waiting = self.joins.setdefault(scope, {}).setdefault(target, {})
                waiting[flow] = waiting.get(flow, 0) + 1

    def cancel(self, token: int) -> None:
        """A token is taken away; whatever was inside has been cancelled before."""
        node, _scope = self._remove(token)
        self.done.pop(token, None)
        self.log.append(("cancelled", node, token, None))

    def give_back(self, token: int, flows: Flows) -> None:
        """A join is left again: the tokens that it took stand on `flows` as before."""
        node, scope = self._remove(token)
        self._put_before_joins(scope, flows)
        self.log.append(("cancelled", node, token, flows))

    def cancel_join(self, node: int, scope: int) -> None:
        """The tokens that wait before a join are taken away."""
        joins = self.joins[scope]
        del joins[node]
        if not joins:
            del self.joins[scope]
        self.log.append(("cancelled", node, INSTANCE, scope))

    def _remove(self, token: int) -> Place:
        place = self.places.pop(token)
        del self.children[place.scope][token]
        self.children.pop(token, None)
        if self.locals:
            self.locals.pop(token, None)
        if self.incidents:
            self.incidents.pop(token, None)
        if self.undoing:
            self.undoing.pop(token, None)
        if self.gates and self.gates.get((GOT, *place)) == token:
            del self.gates[GOT, *place]
        return place

    # --- changing: waiting ---

    def subscribe(self, node: int, owner: int, definition: int, detail: Mapping[str, Any]) -> int:
        """Something is waited for on behalf of `owner`."""
        token = self.next
        self.next = token + 1
        self.subscriptions[token] = Subscription(node, owner, definition, detail)
        self.watchers.setdefault(owner, []).append(token)
        if detail["type"] == "conditional":
            self.watching[token] = None
        self.log.append(("subscribed", node, token, (owner, definition, detail)))
        return token

    def unsubscribe(self, token: int) -> None:
        """It is no longer waited for."""
        node, owner, _definition, _detail = self.subscriptions.pop(token)
        self.watchers[owner].remove(token)
        if not self.watchers[owner]:
            del self.watchers[owner]
        self.watching.pop(token, None)
        self.log.append(("unsubscribed", node, token, None))

    def incident(self, token: int, kind: str, message: str, phase: str) -> None:
        """A place cannot go on until someone acts."""
        self.incidents[token] = (kind, message, phase)
        self.log.append(("incident", self.node_of(token), token, (kind, message, phase)))

    def resolve(self, token: int) -> None:
        """The incident of a place is over."""
        del self.incidents[token]
        self.log.append(("resolved", self.node_of(token), token, None))

    # --- changing: variables ---

    def set(self, scope: int, values: Mapping[str, Any]) -> None:
        """Variables of the instance, or local ones of a place, get new values."""
        if scope == INSTANCE:
            self.data.update(values)
        else:
            self.locals.setdefault(scope, {}).update(values)
            self._mark(scope, values)
        self.log.append(("data", self.node_of(scope), scope, values))

    def mark_gates(self) -> None:
        """Works `gates` out from the local variables."""
        if self.net.activation:
            for token, values in self.locals.items():
                self._mark(token, values)

    def _mark(self, token: int, values: Mapping[str, Any]) -> None:
        for name in (GOT, SPLITS):
            if name in values:
                gate = (name, *self.places[token])
                if values[name]:
                    self.gates[gate] = token
                else:
                    self.gates.pop(gate, None)

    def collect(self, scope: int, name: str, index: int, value: Any) -> None:
        """An item of a local list gets its value; counted from 0."""
        self.locals[scope][name][index] = value
        self.log.append(("data", self.node_of(scope), scope, (name, index, value)))

    def node_of(self, token: int) -> int:
        """The node of a place; -1 for the instance."""
        return -1 if token == INSTANCE else self.places[token].node

    # --- changing: compensation ---

    def compensate(self, token: int, scope: int, activity: int | None, *, running: bool = False) -> None:
        """What `scope` has done (or only `activity`) is to be undone, latest first, on behalf of `token`.

        With `running`, also what sub-processes that are still open in it have done so far.
        """
        entries = self.done.pop(scope, [])
        if activity is not None:
            rest = [entry for entry in entries if entry[0] != activity]
            entries = [entry for entry in entries if entry[0] == activity]
            if rest:
                self.done[scope] = rest
        if running:
            entries = [*entries, *self._done_inside(scope)]
        self.undoing[token] = deque(self.handlers_of(entries))
        self.children.setdefault(token, {})
        self.log.append(("compensating", self.places[token].node, token, (scope, activity, running)))

    def _done_inside(self, scope: int) -> Iterator[Any]:
        """What the places that are open inside a scope have done, outer ones first."""
        places = deque(self.children.get(scope, ()))
        while places:
            token = places.popleft()
            yield from self.done.get(token, ())
            places.extend(self.children.get(token, ()))

    def handlers_of(self, entries: list[Any]) -> Iterator[Undo]:
        """The handlers of what was done, latest first; of a sub-process its own, else those of its parts."""
        stack = list(entries)
        while stack:
            node, inner, *values = stack.pop()
            handler = self.net.handlers.get(node)
            undo_scope = self.net.undo_scopes.get(node)
            if inner and inner[0][0] == node:
                stack.extend(inner)  # the rounds of a loop, as they were noted before they were handed on
            elif handler is not None:
                yield Undo(handler, [], _NOTHING)
            elif undo_scope is not None:
                yield Undo(undo_scope, inner, values[0] if values else _NOTHING)
            else:
                stack.extend(inner)

    # --- asking and telling, no change of state ---

    def tell(self, kind: str, node: int, token: int, detail: Any) -> None:
        """Something is asked of the engine: `task`, `job`, `called`, `sent`."""
        self.log.append((kind, node, token, detail))

    def end(self, outcome: str, error: str | None = None) -> None:
        """The instance has ended."""
        self.outcome = outcome
        self.log.append(("ended", -1, INSTANCE, (outcome, error)))
