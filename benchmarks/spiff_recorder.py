"""A pytest plugin that writes down what SpiffWorkflow's own tests do: used by `spiff_tests.py`.

One line of JSON a test: the model it loads, every step a person takes with the data it sets, every event given from
outside, each with its time, and whether the workflow had ended.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow import TaskState
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.task import Task

_steps: list[dict[str, Any]] = []
_models: list[tuple[str, str]] = []
_inside = 0
"""How deep in SpiffWorkflow's own calls: only what the test does itself is written down."""


def _plain(data: dict[Any, Any]) -> dict[str, Any]:
    """The entries that are JSON."""
    found = {}
    for name, value in data.items():
        try:
            found[str(name)] = json.loads(json.dumps(value))
        except (TypeError, ValueError):
            continue
    return found


def _note(kind: str, **more: Any) -> None:
    if not _inside:
        _steps.append({"kind": kind, "at": datetime.now(UTC).isoformat(), **more})


def _wrapped(owner: type, name: str, note: Callable[..., None]) -> None:
    original = getattr(owner, name)

    def call(self: Any, *args: Any, **options: Any) -> Any:
        global _inside
        note(self, *args)
        _inside += 1
        try:
            return original(self, *args, **options)
        finally:
            _inside -= 1

    setattr(owner, name, call)


def _note_run(task: Any) -> None:
    if not task.task_spec.manual:
        return
    before = task.parent.data if task.parent is not None else {}
    changed = {k: v for k, v in task.data.items() if k not in before or before[k] != v}
    _note("run", element=task.task_spec.bpmn_id or task.task_spec.name, data=_plain(changed))


def _note_event(_workflow: Any, event: Any, *_rest: Any) -> None:
    definition = getattr(event, "event_definition", event)
    payload = getattr(event, "payload", None)
    _note(
        "event",
        type=type(definition).__name__,
        name=definition.name,
        payload=_plain(payload) if isinstance(payload, dict) else {},
    )


def _note_steps(workflow: Any, *_rest: Any) -> None:
    if not _inside and not any(step["kind"] == "start" for step in _steps):
        data: dict[str, Any] = {}
        for task in workflow.get_tasks(state=TaskState.READY):
            data.update(_plain(task.data))
        _note("start", data=data)
    _note("look")


_wrapped(Task, "run", _note_run)
_wrapped(BpmnWorkflow, "catch", _note_event)
_wrapped(BpmnWorkflow, "send_event", _note_event)
_wrapped(BpmnWorkflow, "do_engine_steps", _note_steps)
_wrapped(BpmnWorkflow, "refresh_waiting_tasks", lambda _workflow, *_rest: _note("look"))


def pytest_collection_finish() -> None:
    """Notes which model a test loads."""
    from tests.SpiffWorkflow.bpmn.BpmnWorkflowTestCase import BpmnWorkflowTestCase

    original = BpmnWorkflowTestCase.load_workflow_spec

    def load(self: Any, filename: str, process: str, *args: Any, **options: Any) -> Any:
        _models.append((filename, process))
        return original(self, filename, process, *args, **options)

    BpmnWorkflowTestCase.load_workflow_spec = load


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: Any) -> Iterator[None]:
    """Writes one line for each test that has passed."""
    _steps.clear()
    _models.clear()
    yield
    workflow = getattr(getattr(item, "instance", None), "workflow", None)
    if workflow is None:
        return
    ready = [task.task_spec.name for task in workflow.get_tasks(state=TaskState.READY, manual=True)]
    line = {
        "test": item.nodeid.rpartition("/")[2],
        "model": _models[-1] if _models else None,
        "steps": _steps,
        "ended": workflow.is_completed(),
        "ready": ready,
    }
    with Path(os.environ["SPIFF_RECORD"]).open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line, default=str) + "\n")
