"""Tells what SpiffWorkflow has done as events of the seam: what was entered, left, cancelled, asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Literal, TypeAlias

from resolute import i18n
from resolute.execution.executors.spiff_model import THROWN, WAITING
from resolute.execution.executors.spiff_state import Places, Variables
from resolute.execution.seam import Event, EventKind
from resolute.net.expressions import ExpressionError
from resolute.net.net import EventDefinition, Kind, Net, Trigger
from resolute.net.timers import Schedule, after, schedule

_ = i18n.translator("execution")

Phase: TypeAlias = Literal["open", "held", "other"]
"""Of a task in the tree: under way, waiting before a join, or neither (over, or not reached)."""

_ROLES = {Kind.SERVICE: "job", Kind.RULE: "job", Kind.CALL: "call", Kind.RECEIVE: "wait", Kind.SCOPE: "scope"}
_TYPES = {
    Trigger.TIMER: "timer",
    Trigger.MESSAGE: "message",
    Trigger.SIGNAL: "signal",
    Trigger.CONDITIONAL: "conditional",
}
_JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX})


class Trace:
    """Collects the events of one command and keeps the open places in step with the tree."""

    def __init__(self, net: Net, places: Places, variables: Variables, phase: Callable[[Any], Phase]) -> None:
        self.net = net
        self.places = places
        self.variables = variables
        self.phase = phase
        self.events: list[Event] = []

    # --- during the run ---

    def ran(self, task: Any) -> None:
        """A task was left."""
        node = self._node(task)
        if node is None:
            return
        key, element = str(task.id), self.net.ids[node]
        self._enter_around(task)
        place = self.places.get(key)
        if place is None:
            token = self.places.next_token()
            self._add("activated", element, token)
        else:
            token = place[0]
            self._stop_waiting(key, place[2])
            if place[2] == "armed":
                self._add("activated", element, token)
        self._send(task, node, token)
        self._add("completed", element, token)
        if self.places.get(key) is not None:
            self.places.close(key)

    def collect(self, task: Any) -> None:
        """Before an instance of a loop is left: its result joins the others. Raises ExpressionError."""
        node = self._node(task)
        if node is not None:
            self.variables.collect(task, node)

    def fired(self, key: str) -> None:
        """A subscription was used."""
        if "/" in key:
            self._close_wait(key)

    def incident(self, task: Any, kind: str, message: str) -> None:
        """A task cannot go on."""
        key = str(task.id)
        place = self.places.get(key)
        element = task.task_spec.bpmn_id or self.net.process
        if place is None:
            token = self.places.open(key, element, "task")
            self._add("activated", element, token)
        else:
            token = place[0]
        self.places.stick(key)
        self._add("incident", element, token, kind=kind, message=message)

    def resolved(self, task: Any) -> None:
        """The incident of a task is over; whatever it asked for is asked for again."""
        key = str(task.id)
        self.places.resolve(key)
        place = self.places.get(key)
        assert place is not None
        token, element, role = place
        self._add("resolved", element, token)
        node = self.net.node(element)
        if role == "armed":
            self._announce(task, node, self.net.events[node][0], token)
        elif role != "task":
            self._ask(task, node, token, role)

    def _enter_around(self, task: Any) -> None:
        """The sub-processes around a task were entered before it."""
        workflow = task.workflow
        around: list[Any] = []
        while workflow.parent_task_id is not None:
            parent = workflow.top_workflow.get_task_from_id(workflow.parent_task_id)
            around.append(parent)
            workflow = parent.workflow
        for parent in reversed(around):
            node = self._node(parent)
            if node is not None and self.places.get(str(parent.id)) is None:
                self._add("activated", self.net.ids[node], self._opened(parent, node, "scope"))

    def _send(self, task: Any, node: int, token: str) -> None:
        """What a throwing event or send task gives to the outside."""
        kind = self.net.kinds[node]
        if kind != Kind.SEND and not (kind in (Kind.THROW, Kind.END) and self.net.triggers[node] in THROWN):
            return
        definition = self.net.events[node][0]
        details = self.net.details[node]
        correlation = self.variables.value(definition.correlation or details.correlation, task)
        detail = {
            "type": _TYPES[definition.trigger],
            "name": definition.name,
            "payload": self.variables.mapped(details.inputs, self.variables.seen(task)),
        }
        if correlation is not None:
            detail["correlation"] = correlation
        if definition.to_all:
            detail["scope"] = "all"
        self.events.append(Event("sent", self.net.ids[node], token, detail))

    # --- after the run ---

    def follow(self, workflow: Any) -> None:
        """Opens what waits now and was not known, closes what was cancelled."""
        alive: set[str] = set()
        arrived: dict[str, int] = {}
        for task in _tasks(workflow):
            node = self._node(task)
            if node is None:
                continue
            phase = self.phase(task)
            if phase == "held" and self.net.kinds[node] in _JOINS:
                self._arrived(task, node, arrived)
            elif phase == "open" and self.net.kinds[node] not in _JOINS:
                alive.add(str(task.id))
                if self.places.get(str(task.id)) is None:
                    self._enter_around(task)
                    self._open(task, node)
        self.places.joins = arrived
        for key, _token, _element, _role in self.places.items():
            if key.partition("/")[0] not in alive and self.places.get(key) is not None:
                self._cancel(key)

    def _arrived(self, task: Any, node: int, arrived: dict[str, int]) -> None:
        """Counts the flow over which a branch has reached a join."""
        parent = task.parent
        while parent is not None and parent.task_spec.bpmn_id not in self.net.index:
            parent = parent.parent
        if parent is None:
            return
        source = self.net.index[parent.task_spec.bpmn_id]
        for flow in self.net.incoming[node]:
            if self.net.sources[flow] == source:
                name = self.net.flow_ids[flow]
                arrived[name] = arrived.get(name, 0) + 1
                return

    def _open(self, task: Any, node: int) -> None:
        kind = self.net.kinds[node]
        element = self.net.ids[node]
        if kind == Kind.EVENT_BASED:
            self._add("activated", element, self._opened(task, node, "gateway"))
            for number, flow in enumerate(self._gateway_flows(task, node)):
                target = self.net.targets[flow]
                self._subscribe(task, target, self.net.events[target][0], f"{task.id}/{number}")
        elif kind in (Kind.BOUNDARY, Kind.START):
            if self.net.triggers[node] in WAITING:
                self._subscribe(task, node, self.net.events[node][0], str(task.id), role="armed")
        elif kind == Kind.CATCH:
            token = self._opened(task, node, "wait")
            self._add("activated", element, token)
            self._announce(task, node, self.net.events[node][0], token)
        else:
            role = _ROLES.get(kind, "task")
            token = self._opened(task, node, role)
            self._add("activated", element, token)
            self._ask(task, node, token, role)

    def _gateway_flows(self, task: Any, node: int) -> list[int]:
        """The flows of an event-based gateway in the order in which SpiffWorkflow knows their events."""
        order = [spec.bpmn_id for spec in task.task_spec.outputs]
        flows = {self.net.ids[self.net.targets[flow]]: flow for flow in self.net.outgoing[node]}
        return [flows[element] for element in order]

    def _ask(self, task: Any, node: int, token: str, role: str) -> None:
        """Asks the engine for what an activity wants."""
        element, details = self.net.ids[node], self.net.details[node]
        try:
            if role == "task":
                local = self.variables.local(task)
                kind = "user" if self.net.kinds[node] == Kind.USER else "manual"
                self.events.append(Event("task", element, token, {"kind": kind, **({"data": local} if local else {})}))
            elif role == "job":
                seen = self.variables.seen(task)
                given = self.variables.mapped(details.inputs, seen) if details.inputs else seen
                service = details.service or details.decision or element
                self._add("job", element, token, service=service, input=given)
            elif role == "call":
                data = self.variables.mapped(details.inputs, self.variables.seen(task))
                self._add("called", element, token, process=details.called or "", data=data)
            elif role == "wait":
                self._announce(task, node, self.net.events[node][0], token)
        except ExpressionError as error:
            self.places.stick(str(task.id))
            self._add("incident", element, token, kind="expression", message=str(error))

    def _subscribe(self, task: Any, node: int, definition: EventDefinition, key: str, role: str = "wait") -> None:
        token = self.places.open(key, self.net.ids[node], role)
        self._announce(task, node, definition, token, key)

    def _announce(self, task: Any, node: int, definition: EventDefinition, token: str, key: str | None = None) -> None:
        """Says what is waited for; nothing when a timer's expression gives null."""
        key = key or str(task.id)
        try:
            detail = self._waited_for(task, node, definition, key)
        except ExpressionError as error:
            self.places.stick(key)
            self._add("incident", self.net.ids[node], token, kind="expression", message=str(error))
            return
        if detail is not None:
            self.events.append(Event("subscribed", self.net.ids[node], token, detail))

    def _waited_for(self, task: Any, node: int, definition: EventDefinition, key: str) -> dict[str, Any] | None:
        detail: dict[str, Any] = {"type": _TYPES[definition.trigger]}
        if definition.trigger == Trigger.TIMER:
            planned = self._schedule(task, definition)
            if planned is None:
                return None
            detail["due"] = planned.due.isoformat()
            self.places.repeat(key, planned.left)
        elif definition.trigger != Trigger.CONDITIONAL:
            detail["name"] = definition.name
        if definition.trigger == Trigger.MESSAGE:
            raw = definition.correlation or self.net.details[node].correlation
            correlation = self.variables.value(raw, task)
            if correlation is not None:
                detail["correlation"] = correlation
        return detail

    def _schedule(self, task: Any, definition: EventDefinition) -> Schedule | None:
        planned = schedule(definition, self.variables.seen(task), self.variables.now, None)
        left, nominal = self.places.carried.get(str(task.id), (None, None))
        if planned is None or planned.every is None or nominal is None:
            return planned
        return Schedule(after(nominal, planned.every, definition.working, None), left, planned.every)

    def _cancel(self, key: str) -> None:
        place = self.places.get(key)
        assert place is not None
        token, element, role = place
        if "/" in key:
            self._close_wait(key)
            return
        self._stop_waiting(key, role)
        self.places.close(key)
        if role != "armed":
            self._add("cancelled", element, token)

    def _stop_waiting(self, key: str, role: str) -> None:
        """Ends the subscriptions of a place."""
        if role in ("wait", "armed"):
            place = self.places.get(key)
            assert place is not None
            self._add("unsubscribed", place[1], place[0])
        elif role == "gateway":
            for other, _token, _element, _role in self.places.items():
                if other.startswith(f"{key}/"):
                    self._close_wait(other)

    def _close_wait(self, key: str) -> None:
        place = self.places.get(key)
        if place is not None:
            self._add("unsubscribed", place[1], place[0])
            self.places.close(key)

    # --- small things ---

    def _node(self, task: Any) -> int | None:
        """The node of a task; None for SpiffWorkflow's own and for the loop around the instances of an activity."""
        if hasattr(task.task_spec, "task_spec"):
            return None
        return self.net.index.get(task.task_spec.bpmn_id)

    def _opened(self, task: Any, node: int, role: str) -> str:
        return self.places.open(str(task.id), self.net.ids[node], role)

    def _add(self, event: EventKind, element: str, token: str, **detail: Any) -> None:
        self.events.append(Event(event, element, token, detail))


def _tasks(workflow: Any) -> Iterator[Any]:
    """All tasks of the tree and of the sub-processes in it."""
    yield from list(workflow.tasks.values())
    for part in list(workflow.subprocesses.values()):
        yield from list(part.tasks.values())
