"""Gives the placed nodes their events: timers, messages, errors, what catches them and when they happen."""

from __future__ import annotations

from datetime import UTC, datetime

from resolute import i18n
from resolute.errors import Finding
from resolute.net.expressions import ExpressionError
from resolute.net.net import ROOT, EventDefinition, Kind, Net, TimerKind, Trigger
from resolute.net.timers import schedule
from resolute.simulation import compensation, triggers
from resolute.simulation.blueprint import Node
from resolute.simulation.codes import (
    ARM_CHANCE,
    ARM_CONDITION,
    ARM_DELAY,
    ARM_MESSAGE,
    ARM_MOMENT,
    ARM_NEVER,
    ARM_SIGNAL,
    ARM_WORK,
    BODY_CANCEL,
    BODY_GATE,
    BODY_PASS,
    BODY_RAISE,
    BODY_SEND,
    BODY_TASK,
    BODY_WAIT,
    SPLIT_ALL,
    SPLIT_ONE,
)
from resolute.simulation.defaults import Defaults
from resolute.simulation.distributions import fixed
from resolute.simulation.placing import Place, Placing, is_event_scope
from resolute.simulation.scenario import Step
from resolute.simulation.variables import Variables
from resolute.simulation.worktime import DAY, midnight

_ = i18n.translator("simulation")

_SENDING = frozenset({Kind.THROW, Kind.END, Kind.SEND})
_RAISED = frozenset({Trigger.ERROR, Trigger.ESCALATION, Trigger.CANCEL})
_POSTED = {Trigger.MESSAGE: ARM_MESSAGE, Trigger.SIGNAL: ARM_SIGNAL}
_CATCHING = frozenset({Kind.CATCH, Kind.BOUNDARY, Kind.RECEIVE})
FOR_EVER = -1


def settle(placing: Placing, defaults: Defaults, variables: Variables) -> None:
    """Sets what makes each event happen, where errors go, and which events each item carries."""
    _Events(placing, defaults, variables).settle()


class _Events:
    def __init__(self, placing: Placing, defaults: Defaults, variables: Variables) -> None:
        self.placing = placing
        self.variables = variables
        self.b = placing.b
        self.defaults = defaults
        self.sent: set[tuple[str, str]] = set()
        """Messages and signals that something in the model sends."""
        self.starts: dict[int, list[int]] = {}
        """Event sub-process -> its start event, or the nodes of its triggers."""
        self._digits: dict[int, int] = {}
        self.caught: set[int] = set()
        """Events that something in the model throws to."""

    def settle(self) -> None:
        for place in self.placing.places:
            for number in self._events(place.net):
                if place.net.kinds[number] in _SENDING:
                    self._send(place, number)
        for place in self.placing.places:
            for number in self._events(place.net):
                self._catch(place, number)
        self._gather()
        for place in self.placing.places:
            for number in self._events(place.net):
                if place.net.kinds[number] in _SENDING and place.net.triggers[number] in _RAISED:
                    self._raise(place, number)
        for place in self.placing.places:
            compensation.settle(self.b, place)
        for place in self.placing.places:
            for number, kind in enumerate(place.net.kinds):
                if kind == Kind.EVENT_BASED:
                    self._gate(self.b.nodes[place.offset + number], all_of=place.details(number).parallel)
        for place in self.placing.places:
            for number in self._events(place.net):
                self._tell(place, number)

    @staticmethod
    def _events(net: Net) -> list[int]:
        return [number for number, definitions in net.events.items() if definitions]

    # --- sending ---

    def _address(self, place: Place, definition: EventDefinition, number: int) -> tuple[str, str]:
        """Name and key of a message; signals have no key."""
        if definition.trigger == Trigger.SIGNAL:
            return definition.name or "", "signal"
        raw = definition.correlation or place.details(number).correlation
        key = place.value(raw)
        return definition.name or "", "" if key is None else str(key)

    def _send(self, place: Place, number: int) -> None:
        at = place.offset + number
        if self.b.nodes[at].body == BODY_TASK:
            return
        first = True
        for definition in place.net.events[number]:
            posted = _POSTED.get(definition.trigger)
            if posted is None:
                continue
            node = self.b.nodes[at if first else triggers.chain(self.b, at)]
            first = False
            node.body, node.arm = BODY_SEND, posted
            node.message = self._address(place, definition, number)
            self.b.messages.setdefault(node.message, len(self.b.messages))
            self.sent.add(node.message)

    # --- catching ---

    def _catch(self, place: Place, number: int) -> None:
        net, at = place.net, place.offset + number
        node = self.b.nodes[at]
        starts_scope = net.kinds[number] == Kind.START and self._begins_event_scope(net, number)
        if net.kinds[number] not in _CATCHING and not starts_scope:
            return
        if starts_scope:
            node.event_scope = place.offset + net.parents[number]
            self.starts[node.event_scope] = [at]
        definitions = net.events[number]
        given = self.placing.steps.get(at)
        chance = None if given is None else given.probability
        if chance is not None and (definitions[0].trigger in _RAISED or self._is_unknown(place, number, given)):
            node.arm, node.chance = ARM_CHANCE, chance
            return
        node.chance = 1.0 if chance is None else chance
        if given is not None and given.duration is not None:
            node.arm, node.amount = ARM_DELAY, given.duration
        elif len(definitions) > 1:
            self._several(place, number)
        else:
            self._arm(place, number, node, definitions[0])

    def _is_unknown(self, place: Place, number: int, given: Step | None) -> bool:
        """Whether nothing says when an event on a border happens, so that its probability counts at the end."""
        border = place.net.kinds[number] == Kind.BOUNDARY
        triggers_known = {definition.trigger for definition in place.net.events[number]} & {Trigger.TIMER}
        return border and not triggers_known and (given is None or given.duration is None)

    def _several(self, place: Place, number: int) -> None:
        """An event with several triggers gets a node for each."""
        at, definitions = place.offset + number, place.net.events[number]
        node = self.b.nodes[at]
        for twin, definition in zip(triggers.twins(self.b, at, len(definitions)), definitions, strict=True):
            self._arm(place, number, self.b.nodes[twin], definition)
        if node.event_scope >= 0:
            self.starts[node.event_scope] += self.b.twins[at]
        if place.net.triggers[number] != Trigger.PARALLEL_MULTIPLE:
            triggers.any_of(self.b, at)
            if node.body == BODY_GATE:
                self._gate(node)
        elif node.host < 0 and node.event_scope < 0:
            triggers.all_of(self.b, at)
        else:
            triggers.all_on_border(self.b, at)

    def _arm(self, place: Place, number: int, node: Node, definition: EventDefinition) -> None:
        """Sets what makes a node happen."""
        if definition.trigger == Trigger.TIMER:
            self._timer(place, node, definition)
        elif definition.trigger in _POSTED:
            self._post(place, number, node, definition)
        elif definition.trigger == Trigger.CONDITIONAL:
            self._condition(place, node, definition)

    def _tell(self, place: Place, number: int) -> None:
        """Says of events that never happen in the forecast, and of what is not forecast, that it is so."""
        at = place.offset + number
        node, definitions = self.b.nodes[at], place.net.events[number]
        kinds = {definition.trigger for definition in definitions}
        border = node.host >= 0 or node.event_scope >= 0
        if not border or kinds <= {Trigger.COMPENSATION} or at in self.caught:
            return
        asleep = [self.b.nodes[one].arm == ARM_NEVER for one in self.b.twins.get(at, (at,))]
        if all(asleep) or (any(asleep) and place.net.triggers[number] == Trigger.PARALLEL_MULTIPLE):
            text = _(
                "nothing in the model brings it about; taken never to happen: a probability or duration says otherwise"
            )
            self._note(node, "never-happens", text)

    @staticmethod
    def _begins_event_scope(net: Net, number: int) -> bool:
        return net.parents[number] != ROOT and is_event_scope(net, net.parents[number])

    def _post(self, place: Place, number: int, node: Node, definition: EventDefinition) -> None:
        address = self._address(place, definition, number)
        if address in self.sent:
            node.arm, node.message = _POSTED[definition.trigger], address
        else:
            self._unknown(node)

    def _condition(self, place: Place, node: Node, definition: EventDefinition) -> None:
        """A conditional event: followed where its variables are, else from outside."""
        node.test = self.variables.test(place, definition.expression)
        if node.test < 0:
            self._unknown(node)
            return
        node.arm, node.message = ARM_CONDITION, (f"condition {len(self.b.messages)}", "condition")
        self.b.messages[node.message] = len(self.b.messages)

    def _unknown(self, node: Node) -> None:
        """An event from outside about which nothing is known: waited for in vain on a border, else at once."""
        if node.body == BODY_WAIT and node.event_scope < 0 and node.host < 0:
            node.arm, node.amount = ARM_DELAY, fixed(0.0)
            text = _("nothing in the model brings it about; taken to happen at once")
            self._note(node, "outside-event", text)

    def _timer(self, place: Place, node: Node, definition: EventDefinition) -> None:
        now = self.defaults.start.replace(tzinfo=UTC)
        try:
            names = definition.expression.names if definition.expression else frozenset()
            if not names.isdisjoint(place.changing):
                raise ExpressionError(_("it depends on what the run sets"))
            plan = schedule(definition, place.data, now, self.defaults.calendar)
        except ExpressionError as error:
            self._note(node, "timer-unknown", _("when it fires is not known ({why})").format(why=error))
            self._unknown(node)
            return
        if plan is None:
            return
        if definition.timer == TimerKind.DATE:
            origin = midnight(self.defaults.start).replace(tzinfo=UTC)
            moment = plan.due.replace(tzinfo=UTC)
            node.arm, node.amount = ARM_MOMENT, fixed(max((moment - origin).total_seconds(), 0.0))
            return
        first = max((plan.due - now).total_seconds(), 0.0)
        node.arm, node.amount = ARM_DELAY, fixed(first)
        if definition.working:
            days = self._working_days(now, plan.due)
            node.arm, node.amount = ARM_WORK, fixed(days * self.defaults.day)
        if plan.every is not None:
            node.repeats = FOR_EVER if plan.left is None else plan.left + 1

    def _working_days(self, start: datetime, due: datetime) -> float:
        from resolute.calendars import working_days_between

        whole = working_days_between(self.defaults.calendar, start.date(), due.date())
        return max(whole + (due - datetime.combine(due.date(), start.timetz())).total_seconds() / DAY, 0.0)

    def _note(self, node: Node, code: str, message: str) -> None:
        self.b.findings.append(Finding(code, "info", f"{node.id}: {message}", ref=node.ref, element=node.id))

    # --- items and their events ---

    def _gather(self) -> None:
        """Lists the boundary events of each activity and the event sub-processes of each scope."""
        nodes = self.b.nodes
        for number, node in enumerate(nodes):
            if node.host >= 0 and node.arm != ARM_NEVER:
                nodes[node.host].events.append(number)
        self._number_digits()
        for scope in self.b.scopes:
            for inner in scope.event_scopes:
                for start in self.starts.get(inner, ()):
                    if scope.opener >= 0 and nodes[start].arm != ARM_NEVER:
                        nodes[scope.opener].events.append(start)

    def _number_digits(self) -> None:
        """Gives each event that needs several triggers a place in which those that have come are counted."""
        for own in self.b.twins.values():
            first = self.b.nodes[own[0]]
            if first.need == 1:
                continue
            around = first.host if first.host >= 0 else self.b.scopes[self.b.nodes[first.event_scope].owner].opener
            digit = self._digits.get(around, 1)
            for twin in own:
                self.b.nodes[twin].digit = digit
            self._digits[around] = digit * (first.need + 1)

    def _gate(self, gate: Node, *, all_of: bool = False) -> None:
        """An event-based gateway waits for what can happen; when nothing can, its ways are equally likely."""
        nodes = self.b.nodes
        if all_of:  # every way is gone: the events wait for themselves
            gate.body, gate.split = BODY_PASS, SPLIT_ALL
            return
        if gate.body != BODY_GATE:
            for out in gate.outs:
                nodes[out.target].arm, nodes[out.target].amount = ARM_DELAY, fixed(0.0)
            return
        ways = [way for out in gate.outs for way in self.b.twins.get(out.target, [out.target])]
        known = [way for way in ways if not self._at_once(nodes[way])]
        gate.events = known
        if not known:
            gate.body, gate.split = BODY_PASS, SPLIT_ONE
            for out in gate.outs:
                out.share = 1.0 / len(gate.outs)

    @staticmethod
    def _at_once(node: Node) -> bool:
        return node.arm == ARM_NEVER or (node.arm == ARM_DELAY and node.amount == fixed(0.0))

    # --- errors and escalations ---

    def _raise(self, place: Place, number: int) -> None:
        definition = place.net.events[number][0]
        node = self.b.nodes[place.offset + number]
        handler = self._handler(node.owner, definition)
        if definition.trigger == Trigger.CANCEL:
            node.body, node.handler = BODY_CANCEL, handler
        elif handler >= 0:
            node.body, node.handler = BODY_RAISE, handler
        elif definition.trigger == Trigger.ERROR:
            node.body = BODY_RAISE
            self._note(node, "uncaught-error", _("nothing catches it; such runs stop there"))

    def _handler(self, scope: int, thrown: EventDefinition) -> int:
        """What catches an error or escalation thrown in `scope`: the innermost event sub-process or boundary."""
        while scope > 0:
            opener = self.b.scopes[scope].opener
            starts = [self.starts[inner][0] for inner in self.b.scopes[scope].event_scopes if inner in self.starts]
            for candidate in (*starts, *self._boundaries(opener)):
                if self._catches(candidate, thrown):
                    self.caught.add(candidate)
                    return candidate
            scope = self.b.nodes[opener].owner
        return -1

    def _boundaries(self, host: int) -> list[int]:
        place = self._place_of(host)
        if place is None:
            return []
        return [place.offset + number for number in place.net.boundaries.get(host - place.offset, ())]

    def _place_of(self, node: int) -> Place | None:
        for place in self.placing.places:
            if place.offset <= node < place.offset + len(place.net):
                return place
        return None

    def _catches(self, candidate: int, thrown: EventDefinition) -> bool:
        place = self._place_of(candidate)
        if place is None:
            return False
        definitions = place.net.events.get(candidate - place.offset, ())
        return any(
            definition.trigger == thrown.trigger and definition.code in (None, thrown.code)
            for definition in definitions
        )
