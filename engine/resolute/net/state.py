"""The state of one instance, and the only code that changes it: one method for each kind of event.

Whoever plays the net decides and calls these methods; each changes the state and writes one record. Reading
the records again and calling the same methods (`journal.py`) therefore gives the same state.
"""

from __future__ import annotations

from collections import ChainMap, deque
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from resolute.net.net import ROOT, Kind, Net

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

_NOTHING: Mapping[int, Any] = MappingProxyType({})


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
        """Scope -> what could be undone, oldest first: node and, of a sub-process, its own list."""
        self.undoing: dict[int, deque[int]] = {}
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
        if self.undoing and (handlers := self.undoing.get(scope)) and handlers[0] == node:
            handlers.popleft()
        self.log.append(("activated", node, token, scope))
        return token

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
        net = self.net
        spared = self.locals.get(token, {}).get(GOT) if self.locals else None
        node, scope = self._remove(token)
        if spared is not None:
            self._consume(node, scope, spared)
        if net.compensable[node]:
            self.done.setdefault(scope, []).append([node, self.done.pop(token, [])])
        else:
            self.done.pop(token, None)
        for flow in flows:
            target = net.targets[flow]
            if net.joining[target]:
                waiting = self.joins.setdefault(scope, {}).setdefault(target, {})
                waiting[flow] = waiting.get(flow, 0) + 1
        self.log.append(("completed", node, token, flows))

    def cancel(self, token: int) -> None:
        """A token is taken away; whatever was inside has been cancelled before."""
        node, _scope = self._remove(token)
        self.done.pop(token, None)
        self.log.append(("cancelled", node, token, None))

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

    def compensate(self, token: int, scope: int, activity: int | None) -> None:
        """What `scope` has done (or only `activity`) is to be undone, latest first, on behalf of `token`."""
        entries = self.done.get(scope, [])
        chosen = [entry for entry in entries if activity is None or entry[0] == activity]
        rest = [entry for entry in entries if not (activity is None or entry[0] == activity)]
        if rest:
            self.done[scope] = rest
        else:
            self.done.pop(scope, None)
        self.undoing[token] = deque(self._handlers(chosen))
        self.children.setdefault(token, {})
        self.log.append(("compensating", self.places[token].node, token, (scope, activity)))

    def _handlers(self, entries: list[Any]) -> Iterator[int]:
        """The handlers of what was done, latest first: of each round; of a sub-process its own, else those inside."""
        net = self.net
        stack = [(entry, ROOT) for entry in entries]
        while stack:
            (node, inner), around = stack.pop()
            is_loop = node in net.loops and node != around
            handler = None if is_loop else net.handlers.get(node, net.undo_scopes.get(node))
            if handler is None:
                stack.extend((part, node) for part in inner)
            else:
                yield handler

    # --- asking and telling, no change of state ---

    def tell(self, kind: str, node: int, token: int, detail: Any) -> None:
        """Something is asked of the engine: `task`, `job`, `called`, `sent`."""
        self.log.append((kind, node, token, detail))

    def end(self, outcome: str, error: str | None = None) -> None:
        """The instance has ended."""
        self.outcome = outcome
        self.log.append(("ended", -1, INSTANCE, (outcome, error)))
