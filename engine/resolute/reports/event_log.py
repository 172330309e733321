"""The histories of an engine as an event log: what happened to which activity, when, by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolute.execution import Engine, Instance, Task
    from resolute.execution.values import History
    from resolute.net.net import Net

_LIFECYCLE = {
    "activated": "start",
    "task": "schedule",
    "assigned": "assign",
    "completed": "complete",
    "cancelled": "withdraw",
    "incident": "suspend",
    "resolved": "resume",
}
"""Events of the history that move an activity on in the standard life cycle of XES; others are not in the log."""
_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")


@dataclass(frozen=True, slots=True)
class LogEvent:
    """One step of one activity."""

    at: datetime
    activity: str
    """The name of the element, its id where it has none."""
    element: str
    lifecycle: str
    token: str | None
    by: str | None
    party: str | None
    task: str | None
    """The id of the task that it belongs to."""


@dataclass(frozen=True, slots=True)
class Trace:
    """One instance with its events, oldest first."""

    instance: Instance
    name: str
    """The name of its process."""
    events: tuple[LogEvent, ...]
    tasks: tuple[Task, ...]


def traces(engine: Engine, group: str | None = None) -> Iterator[Trace]:
    """All instances, or those of one protocol, oldest first."""
    for history in engine.histories(group=group):
        yield _trace(history, engine.net(history.instance.definition.key))


def _trace(history: History, net: Net) -> Trace:
    tasks = {task.id: task for task in history.tasks}
    names = {element: net.names[node] or element for element, node in net.index.items()}
    events = []
    for event in history.events:
        lifecycle = _LIFECYCLE.get(event.kind)
        if lifecycle is None or (event.kind == "cancelled" and event.token is None):
            continue
        task = tasks.get(f"{event.instance}-{event.token}")
        events.append(
            LogEvent(
                at=event.at,
                activity=clean(names.get(event.element, event.element)),
                element=event.element,
                lifecycle=lifecycle,
                token=event.token,
                by=event.by and clean(event.by),
                party=task.party and clean(task.party) if task else None,
                task=task.id if task else None,
            )
        )
    definition = history.instance.definition
    return Trace(history.instance, clean(definition.name or definition.id), tuple(events), history.tasks)


def clean(text: str) -> str:
    """A text without the characters that no XML may hold."""
    return _NO_XML.sub("\ufffd", text)
