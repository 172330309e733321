"""Plays the token game on one instance: takes commands, moves tokens until nothing moves by itself."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from resolute import i18n
from resolute.calendars import Calendar
from resolute.errors import ConflictError, InputError
from resolute.net.expressions import ExpressionError
from resolute.net.net import ACTIVITIES, ROOT, Kind, Net
from resolute.net.playing import activities, choices, data_flow, events, failures, gateways, loops, scopes
from resolute.net.playing.table import BEGIN, ENTER
from resolute.net.state import INSTANCE, Flows, Place, State

_ = i18n.translator("net")

MAX_STEPS = 100_000
"""Moves of one command after which tokens are held by an incident: the model turns without ever waiting."""

_WORK = frozenset({Kind.TASK, Kind.USER, Kind.SERVICE, Kind.RULE})


class Run:
    """One instance in play. A command that raises leaves the state half changed: play on a copy."""

    __slots__ = (
        "begun",
        "calendar",
        "closing",
        "heard",
        "joining",
        "known",
        "limit",
        "net",
        "now",
        "queue",
        "rounds",
        "state",
        "steps",
        "stirred",
        "stores",
    )

    def __init__(
        self,
        state: State,
        now: datetime,
        calendar: Calendar | None = None,
        stores: Mapping[str, Any] | None = None,
    ) -> None:
        self.net: Net = state.net
        self.state = state
        self.now = now
        self.calendar = calendar
        self.stores: Mapping[str, Any] = {} if stores is None else stores
        """The data stores that all instances share."""
        self.known: dict[str, Any] = {}
        """What this command has read from data stores and written to them."""
        self.queue: deque[tuple[int, int]] = deque()
        """Tokens on their way: flow and scope; `~node` instead of a flow where none leads to the node."""
        self.heard: deque[tuple[int, Mapping[str, Any]]] = deque()
        """Subscriptions that a signal has just reached, and what it carries."""
        self.closing: dict[int, None] = {}
        """Scopes that may be finished."""
        self.joining: dict[tuple[int, int], list[int]] = gateways.waiting_joins(state)
        """Inclusive and complex joins that hold tokens -> places that may keep them waiting."""
        self.stirred = False
        """Whether variables have changed since the conditions waited for were last looked at."""
        self.steps = 0
        self.limit = MAX_STEPS + 4 * len(self.net)
        """How many moves one command may make; rounds whose number is known add to it."""
        self.rounds = 0
        """Rounds of loops begun by this command."""
        self.begun: Counter[Place] = Counter()
        """How often this command has begun the loop of a node in a scope."""

    # --- commands ---

    def start(self, data: Mapping[str, Any], node: int | None = None) -> None:
        """Starts the instance at its start, or at `node`."""
        if data:
            self.put(INSTANCE, data if node is None else events.received(self, node, INSTANCE, data))
        scopes.subscribe_event_scopes(self, ROOT, INSTANCE)
        if node is None:
            for first in self.net.starts[ROOT]:
                self.enter(first, INSTANCE)
        else:
            events.start_at(self, node)
        self.closing[INSTANCE] = None
        self.settle()

    def complete(self, token: int, data: Mapping[str, Any]) -> None:
        """A task or job is done; raises ConflictError when it does not wait."""
        if self.net.adhoc and token in self.state.places:
            choices.check_free(self, token)
        if self.net.adhoc and choices.is_offered(self, token):
            choices.choose(self, token, data)
        else:
            activities.work_done(self, token, self._waiting(token, _WORK), data)
        self.settle()

    def trigger(self, token: int, payload: Mapping[str, Any], nominal: datetime | None = None) -> None:
        """A subscription fires; raises ConflictError when it is none."""
        if token not in self.state.subscriptions:
            raise ConflictError(_("nothing waits under {token} any more").format(token=token))
        events.fire(self, token, payload, nominal)
        self.settle()

    def child_ended(self, token: int, data: Mapping[str, Any], error: str | None = None) -> None:
        """The called process has ended."""
        node = self._waiting(token, frozenset({Kind.CALL}))
        if error is None:
            activities.call_done(self, token, node, data)
        else:
            failures.fail(self, token, error, _("the called process ended with {error}").format(error=error))
        self.settle()

    def child_escalated(self, token: int, code: str) -> None:
        """The called process has thrown an escalation; told on to this instance's own caller if nothing catches it."""
        self._waiting(token, frozenset({Kind.CALL}))
        failures.escalate(self, token, code)
        self.settle()

    def fail(self, token: int, message: str, code: str | None = None) -> None:
        """A job failed for good."""
        self._waiting(token, _WORK | {Kind.CALL})
        if code is None:
            self.state.incident(token, "service", message, "work")
        else:
            failures.fail(self, token, code, message)
        self.settle()

    def retry(self, token: int, data: Mapping[str, Any]) -> None:
        """Tries again what ended in an incident; raises ConflictError when there is none."""
        if token not in self.state.incidents:
            raise ConflictError(_("there is no incident under {token} any more").format(token=token))
        _kind, _message, phase = self.state.incidents[token]
        self.state.resolve(token)
        if data:
            self.put(token, data)
        if phase == "leave":
            self.leave(token)
        elif phase == "close":
            self.closing[token] = None
        elif phase == "watch":
            self.stirred = True
        elif phase == "work":
            activities.begin_work(self, token)
        else:
            BEGIN[self.net.kinds[self.state.places[token].node]](self, token)
        self.settle()

    def terminate(self) -> None:
        """Ends the instance; everything open is cancelled."""
        self._running()
        scopes.cancel_inside(self, INSTANCE)
        scopes.unsubscribe_all(self, INSTANCE)
        self.state.end("terminated")

    def _running(self) -> None:
        if self.state.outcome is not None:
            raise ConflictError(_("the instance has ended"))

    def _waiting(self, token: int, kinds: frozenset[Kind]) -> int:
        """The node of a place that waits to be answered."""
        state = self.state
        place = state.places.get(token)
        if (
            place is None
            or self.net.kinds[place.node] not in kinds
            or token in state.children
            or choices.is_offered(self, token)
        ):
            raise ConflictError(_("nothing waits under {token} any more").format(token=token))
        if token in state.incidents:
            raise ConflictError(_("{token} is held by an incident; retry it").format(token=token))
        return place.node

    # --- moving ---

    def settle(self) -> None:
        """Moves tokens until all of them wait."""
        queue, heard, children = self.queue, self.heard, self.state.children
        kinds, targets, joining = self.net.kinds, self.net.targets, self.net.joining
        while True:
            while queue or heard:
                if heard:
                    events.hear(self, *heard.popleft())
                    continue
                flow, scope = queue.popleft()
                if scope not in children:
                    continue
                self.steps += 1
                node = targets[flow] if flow >= 0 else ~flow
                if joining[node]:
                    gateways.arrive(self, node, scope)
                elif self.steps > self.limit:
                    self.hold(self.state.activate(node, scope), "enter")
                else:
                    ENTER[kinds[node]](self, node, scope)
            if self.joining and gateways.open_joins(self):
                continue
            if self.stirred and events.look_at_conditions(self):
                continue
            if not self.closing or not scopes.close_next(self):
                self.steps = self.rounds = 0
                self.begun.clear()
                return

    def hold(self, token: int, phase: str) -> None:
        """Stops a token of a model that moves without end; a retry lets it go on as far again."""
        message = _("the model turns in a circle without ever waiting; give the loop a task or a condition")
        self.state.incident(token, "endless-loop", message, phase)

    def enter(self, node: int, scope: int) -> None:
        """A token reaches a node."""
        ENTER[self.net.kinds[node]](self, node, scope)

    def take(self, token: int, flows: Flows) -> None:
        """A token leaves its node on `flows`."""
        scope = self.state.places[token].scope
        self.state.complete(token, flows)
        for flow in flows:
            self.queue.append((flow, scope))
        if not flows or self.net.adhoc:
            self.closing[scope] = None

    def leave(self, token: int) -> None:
        """An activity or event is done: its guards end, and the token goes on."""
        state = self.state
        node, scope = state.places[token]
        if scope != INSTANCE and state.is_instance(token):
            scopes.unsubscribe_all(self, token)
            loops.round_done(self, token)
            return
        if node in self.net.data and self.net.kinds[node] in ACTIVITIES and not self.net.details[node].done:
            try:
                data_flow.finish(self, token)
            except ExpressionError as error:
                if self.net.kinds[node] in (Kind.TASK, Kind.USER) and node not in self.net.loops:
                    raise
                self.attempt(token, error, "leave")
                return
        flows = self.net.outgoing[node]
        if self.net.conditional[node]:
            chosen = gateways.choose_all(self, token)
            if chosen is None:
                return
            flows = chosen
        if token in state.watchers:
            scopes.unsubscribe_all(self, token)
        self.take(token, flows)

    # --- variables ---

    def put(self, token: int, values: Mapping[str, Any]) -> None:
        """Sets variables as seen from a place: local ones where they are declared, else the instance's."""
        self.stirred = True
        state = self.state
        if not state.locals:
            state.set(INSTANCE, dict(values))
            return
        sorted_out: dict[int, dict[str, Any]] = {}
        for name, value in values.items():
            owner = next((place for place in state.around(token) if name in state.locals.get(place, ())), INSTANCE)
            sorted_out.setdefault(owner, {})[name] = value
        for owner, part in sorted_out.items():
            state.set(owner, part)

    def stored(self, token: int, store: str) -> Any:
        """What a data store holds, as a place wants to know; None when nothing was ever written to it."""
        if store not in self.known:
            self.known[store] = self.stores.get(store)
            detail = {"store": store, "value": self.known[store]}
            self.state.tell("read", self.state.node_of(token), token, detail)
        return self.known[store]

    def keep(self, token: int, store: str, value: Any) -> None:
        """Writes to a data store, on behalf of a place."""
        self.known[store] = value
        self.state.tell("stored", self.state.node_of(token), token, {"store": store, "value": value})

    def attempt(self, token: int, error: ExpressionError, phase: str = "enter") -> None:
        """Turns trouble with an expression into an incident of the place."""
        self.state.incident(token, "expression", str(error), phase)


def checked_data(data: Any) -> Mapping[str, Any]:
    """`data` when it is a mapping of names to values; raises InputError."""
    if not isinstance(data, Mapping) or not all(isinstance(name, str) for name in data):
        raise InputError(_("{found} is no set of variables; expected names and values").format(found=repr(data)[:60]))
    return data
