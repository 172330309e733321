"""The executor on SpiffWorkflow, and the only module that knows that library.

SpiffWorkflow moves the tokens; waiting, time, messages, children and variables are ours. The variables of an
instance are one mapping beside the task tree, so no data is copied from task to task. The stored state holds the
tree without its specification. A live workflow is kept for the state it belongs to and used once: whoever applies
two commands to the same state gets the second from the stored form, so nothing here depends on the cache.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser import BpmnParser
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.config import DEFAULT_CONFIG
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter, WorkflowConverter
from SpiffWorkflow.bpmn.specs.event_definitions import ErrorEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.exceptions import SpiffWorkflowException
from SpiffWorkflow.util.task import TaskState

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.errors import ConflictError, Finding, ModelError
from resolute.execution import seam
from resolute.execution.executors.spiff_events import Phase, Trace
from resolute.execution.executors.spiff_model import rewritten
from resolute.execution.executors.spiff_state import Places, Variables
from resolute.execution.seam import Command, Data, Event, Outcome, State
from resolute.net import compile
from resolute.net.expressions import Expression, ExpressionError
from resolute.net.net import Marking, Net, Trigger

_ = i18n.translator("execution")

FORMAT = "spiff-1"
_CACHED = 256


@dataclass(eq=False)
class SpiffDefinition:
    """A process parsed by SpiffWorkflow, for each start event that was asked for, and its net."""

    document: Document
    net: Net
    specs: dict[str | None, tuple[Any, dict[str, Any]]] = field(default_factory=dict)

    def spec(self, start_event: str | None) -> tuple[Any, dict[str, Any]]:
        """The specification to start at `start_event`, and those of its sub-processes."""
        if start_event not in self.specs:
            self.specs[start_event] = _parsed(self.document, self.net, start_event)
        return self.specs[start_event]


class SpiffExecutor:
    """Runs instances on SpiffWorkflow's task tree."""

    name = "spiff"
    form: seam.Form | None = None
    replay: seam.Replay | None = None

    def __init__(self) -> None:
        self._live: OrderedDict[int, tuple[State, Any]] = OrderedDict()

    def prepare(self, document: Document, process_id: str) -> SpiffDefinition:
        """Raises ModelError for what our net or SpiffWorkflow refuses."""
        definition = SpiffDefinition(document, compile(document, process_id))
        definition.spec(None)
        return definition

    def start(
        self,
        definition: SpiffDefinition,
        data: Data,
        now: datetime,
        *,
        start_event: str | None = None,
        catches: Sequence[str] = (),
        stores: seam.Stores = seam.NO_STORES,
    ) -> Outcome:
        """`catches` changes nothing: what the caller does not catch becomes an incident there. No store is read."""
        spec, subprocesses = definition.spec(start_event)
        state: State = {"format": FORMAT, "data": dict(data), "start": start_event, "next": 1, "places": {}}
        engine = _Expressions(definition.net)
        try:
            workflow = BpmnWorkflow(spec, subprocesses, script_engine=engine)
        except SpiffWorkflowException as error:
            raise _refused(definition.document, definition.net, error) from error
        run = _Run(definition.net, state, workflow, now)
        run.advance()
        return self._outcome(run)

    def apply(
        self,
        definition: SpiffDefinition,
        state: State,
        command: Command,
        now: datetime,
        *,
        stores: seam.Stores = seam.NO_STORES,
    ) -> Outcome:
        """Raises ConflictError when the token of the command no longer waits."""
        run = _Run(definition.net, state, self._workflow(definition, state), now)
        _APPLY[type(command)](run, command)
        run.advance()
        return self._outcome(run)

    def resume(self, definition: SpiffDefinition, state: State) -> _Play:
        """An instance in this state, for several commands."""
        return _Play(self, definition, state)

    def marking(self, definition: SpiffDefinition, state: State) -> Marking:
        """From the stored form alone."""
        return Places(state).marking(definition.net)

    def _workflow(self, definition: SpiffDefinition, state: State) -> Any:
        kept = self._live.pop(id(state), None)
        if kept is not None and kept[0] is state:
            return kept[1]
        return _restored(definition, state)

    def _outcome(self, run: _Run) -> Outcome:
        state = run.state()
        self._live[id(state)] = (state, run.workflow)
        if len(self._live) > _CACHED:
            self._live.popitem(last=False)
        return Outcome(state, state["data"], tuple(run.events))


class _Play:
    """One instance at hand: its latest state, whose live workflow the executor keeps."""

    def __init__(self, executor: SpiffExecutor, definition: SpiffDefinition, state: State) -> None:
        self._executor = executor
        self._definition = definition
        self._state = state

    @property
    def data(self) -> Data:
        data: Data = self._state["data"]
        return data

    def apply(self, command: Command, now: datetime, stores: seam.Stores = seam.NO_STORES) -> Sequence[Event]:
        outcome = self._executor.apply(self._definition, self._state, command, now)
        self._state = outcome.state
        return outcome.events

    def state(self) -> State:
        return self._state


class _Expressions(PythonScriptEngine):  # type: ignore[misc]
    """Conditions, cardinalities and scripts in our expression language, on the variables of the instance."""

    def __init__(self, net: Net) -> None:
        super().__init__()
        self.net = net
        self.variables: Variables

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> Any:
        return self.variables.evaluate(task, expression)

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        self.variables.run_script(task, self.net.index[script])
        return True


class _Run:
    """One command at work on a workflow."""

    def __init__(self, net: Net, state: State, workflow: Any, now: datetime) -> None:
        self.net = net
        self.workflow = workflow
        self.places = Places(state)
        self.variables = Variables(net, dict(state["data"]), now)
        self.trace = Trace(net, self.places, self.variables, _phase)
        self.events = self.trace.events
        self._state = state
        self._ended = False
        workflow.script_engine.variables = self.variables

    def state(self) -> State:
        """The state after it."""
        return {
            "format": FORMAT,
            "data": self.variables.data,
            "start": self._state["start"],
            **self.places.stored(),
            "tree": None if self._ended else _stored(self.workflow),
        }

    # --- commands ---

    def complete(self, command: seam.Complete) -> None:
        task = self._task(command.token)
        self.variables.answer(task, self.net.node(task.task_spec.bpmn_id), command.data)
        self._run_task(task)

    def child_ended(self, command: seam.ChildEnded) -> None:
        if command.error is None:
            try:
                self.complete(seam.Complete(command.token, command.data))
            except ExpressionError as error:
                self.trace.incident(self._task(command.token), "expression", str(error))
        else:
            message = _("the called process ended with error {code}").format(code=command.error)
            self.fail(seam.Fail(command.token, message, command.error))

    def fail(self, command: seam.Fail) -> None:
        task = self._task(command.token)
        if command.code is None or not self._throw(task, command.code):
            kind = "service" if command.code is None else "uncaught-error"
            self.trace.incident(task, kind, command.message)

    def retry(self, command: seam.Retry) -> None:
        task = self._task(command.token)
        self.variables.data.update(command.data)
        self.trace.resolved(task)

    def trigger(self, command: seam.Trigger) -> None:
        key, definition = self.places.waiting(command.token)
        task = self.workflow.get_task_from_id(UUID(key.partition("/")[0]))
        self.variables.data.update(command.payload)
        if task.task_spec.manual:
            self._run_task(task)
            return
        self.trace.fired(key)
        event_definition = task.task_spec.event_definition
        if definition is not None:
            event_definition = event_definition.event_definitions[definition]
        task.task_spec.catch(task, BpmnEvent(event_definition, {}))
        task.task_spec._update(task)
        self._wait_again(task, key, command)

    def terminate(self, command: seam.Terminate) -> None:
        self._end("terminated", None)

    def _task(self, token: str) -> Any:
        return self.workflow.get_task_from_id(UUID(self.places.key(token)))

    def _throw(self, task: Any, code: str) -> bool:
        """Gives an error to the nearest boundary event that takes it, of the task or of what is around it."""
        while task is not None:
            for event in task.parent.children:
                spec = event.task_spec
                if not isinstance(spec, BoundaryEvent) or event.state != TaskState.WAITING:
                    continue
                wanted = spec.event_definition
                if isinstance(wanted, ErrorEventDefinition) and wanted.code in (None, code):
                    spec.catch(event, BpmnEvent(wanted, {}))
                    spec._update(event)
                    return True
            around = task.workflow.parent_task_id
            task = None if around is None else self.workflow.get_task_from_id(around)
        return False

    def _wait_again(self, task: Any, key: str, command: seam.Trigger) -> None:
        """An event that does not interrupt goes on waiting, a timer as often as it says."""
        spec = task.task_spec
        if not isinstance(spec, BoundaryEvent) or spec.cancel_activity:
            return
        if self.places.repeats(key):
            again = task.parent._add_child(spec, TaskState.WAITING)
            again.triggered = True
            spec._predict(again, mask=TaskState.NOT_FINISHED_MASK)
            again._set_state(TaskState.WAITING)
            spec._update(again)
            self.places.hand_over(key, str(again.id), command.nominal)

    # --- advancing ---

    def advance(self) -> None:
        """Runs all that needs nobody, until everything waits; then collects what has happened."""
        while self._step() or self._conditions():
            pass
        failure = self._uncaught()
        if failure is not None:
            self._end("failed", failure)
        elif self.workflow.completed and not self._ended:
            self._end("completed", None)
        elif not self._ended:
            self.trace.follow(self.workflow)
            self._check_progress()

    def _step(self) -> bool:
        if self._ended:
            return False
        ran = False
        active = [sub for sub in self.workflow.subprocesses.values() if not sub.completed]
        for part in sorted(active, key=lambda sub: sub.depth, reverse=True):
            ran |= self._run_ready(part)
            parent = self.workflow.get_task_from_id(part.parent_task_id)
            if part.completed and parent.state == TaskState.STARTED:
                parent.task_spec._update(parent)
        return self._run_ready(self.workflow) or ran

    def _run_ready(self, part: Any) -> bool:
        ready = [
            task
            for task in part.tasks.values()
            if task.state == TaskState.READY
            and not task.task_spec.manual
            and not self.places.has_incident(str(task.id))
        ]
        for task in ready:
            if task.state == TaskState.READY:
                self._run_task(task)
        return bool(ready)

    def _run_task(self, task: Any) -> None:
        try:
            self.trace.collect(task)
            task.run()
        except (SpiffWorkflowException, ExpressionError) as error:
            stuck = getattr(error, "task", None) or task
            stuck._set_state(TaskState.READY)
            self.trace.incident(stuck, "expression", str(error))
        else:
            self.trace.ran(task)

    def _conditions(self) -> bool:
        """Fires the conditional events whose condition holds now."""
        if self._ended:
            return False
        fired = False
        for task in list(self.workflow.event_manager.tasks.values()):
            node = self.net.index.get(task.task_spec.bpmn_id)
            if node is None or self.net.triggers[node] != Trigger.CONDITIONAL:
                continue
            if self._holds(self.net.events[node][0].expression):
                task.task_spec.catch(task, BpmnEvent(task.task_spec.event_definition, {}))
                task.task_spec._update(task)
                fired = True
        return fired

    def _holds(self, condition: Expression | None) -> bool:
        """Whether a condition holds; one that cannot be worked out yet does not."""
        try:
            return condition is not None and condition.holds(self.variables.data, self.variables.now)
        except ExpressionError:
            return False

    def _uncaught(self) -> str | None:
        """The code of an error that nothing in the instance has caught."""
        for event in self.workflow.get_events():
            if isinstance(event.event_definition, ErrorEventDefinition):
                return event.event_definition.code or event.event_definition.name or "error"
        return None

    def _check_progress(self) -> None:
        """SpiffWorkflow stops silently where its tree gets too deep; that is an incident, not an end."""
        if not self.places.anything_open():
            message = _("SpiffWorkflow does not go on (its limit of 1,000 tasks in a row?); use the net executor")
            self.trace.incident(self.workflow.last_task, "stalled", message)

    def _end(self, outcome: str, error: str | None) -> None:
        if outcome != "completed":
            self.trace.follow(self.workflow)
            self.workflow.cancel()
        self.trace.follow(self.workflow)
        self._ended = True
        detail = {"outcome": outcome} if error is None else {"outcome": outcome, "error": error}
        self.events.append(Event("ended", self.net.process, None, detail))


_APPLY: dict[type, Any] = {
    seam.Complete: _Run.complete,
    seam.Trigger: _Run.trigger,
    seam.ChildEnded: _Run.child_ended,
    seam.Fail: _Run.fail,
    seam.Retry: _Run.retry,
    seam.Terminate: _Run.terminate,
}


def _phase(task: Any) -> Phase:
    if task.state == TaskState.WAITING:
        return "open" if isinstance(task.task_spec, CatchingEvent) else "held"
    if task.state == TaskState.READY or task.state == TaskState.STARTED:
        return "open"
    return "other"


# --- specifications and stored trees ---


def _parsed(document: Document, net: Net, start_event: str | None) -> tuple[Any, dict[str, Any]]:
    parser = BpmnParser()
    try:
        parser.add_bpmn_xml(rewritten(document.tree, net, start_event))
        spec = parser.get_spec(net.process)
        subprocesses = parser.get_subprocess_specs(net.process)
    except (SpiffWorkflowException, RecursionError, AttributeError, KeyError, StopIteration) as error:
        raise _refused(document, net, error) from error
    for part in (spec, *subprocesses.values()):
        for loop in [found for found in part.task_specs.values() if isinstance(found, LoopTask)]:
            part.task_specs[loop.task_spec].completed_event.connect(loop.merge_child)
    return spec, subprocesses


def _refused(document: Document, net: Net, error: Exception) -> ModelError:
    reason = str(error) or type(error).__name__
    message = _("process {id}: SpiffWorkflow refuses it: {reason}").format(id=net.process, reason=reason)
    finding = Finding("refused-by-spiff", "error", message, file=document.file)
    return ModelError(message, file=document.file, findings=[finding])


class _TreeConverter(BpmnWorkflowConverter):  # type: ignore[misc]
    """The task tree without its specification."""

    def to_dict(self, workflow: Any) -> dict[str, Any]:
        dct: dict[str, Any] = WorkflowConverter.to_dict(self, workflow)
        dct["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        return dct


_REGISTRY = BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: _TreeConverter})


def _stored(workflow: Any) -> dict[str, Any]:
    stored: dict[str, Any] = _REGISTRY.convert(workflow)
    return stored


def _restored(definition: SpiffDefinition, state: State) -> Any:
    if state["tree"] is None:
        raise ConflictError(_("the instance has ended"))
    spec, subprocesses = definition.spec(state["start"])
    engine = _Expressions(definition.net)
    workflow = BpmnWorkflow(spec, subprocesses, script_engine=engine, deserializing=True)
    converter = _TreeConverter(BpmnWorkflow, _REGISTRY)
    tree = dict(state["tree"])
    workflow.tasks = converter.mapping_from_dict(tree["tasks"], UUID, workflow=workflow)
    workflow.task_tree = workflow.tasks[UUID(tree["root"])]
    converter.set_default_attributes(workflow, tree)
    converter.subprocesses_from_dict(dict(tree["subprocesses"]), workflow)
    return workflow
