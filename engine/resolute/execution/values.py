"""What the engine answers with, as frozen values: definitions, instances, tasks, incidents, history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from resolute.execution.seam import Data

InstanceState = Literal["running", "completed", "failed", "terminated"]
TaskState = Literal["ready", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class Definition:
    """One version of a process that was deployed."""

    id: str
    """The process id in its BPMN file."""
    version: int
    """1 for the first, one more each time that a changed file is deployed."""
    key: str
    """`id:version`, unique in the store."""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Instance:
    """One run of a process."""

    id: str
    definition: Definition
    state: InstanceState
    data: Data
    """Its variables."""
    started: datetime
    ended: datetime | None = None
    parent: str | None = None
    """The instance whose call activity started it."""
    parent_token: str | None = None
    """The token of that call activity."""
    group: str | None = None
    """What it was opened with: messages and signals of its models reach only the same group."""
    key: str | None = None
    """The caller's own key, given at the start."""
    ref: str | None = None
    """The point of the protocol that it carries out."""


@dataclass(frozen=True, slots=True)
class Form:
    """What the answer to a task must fit."""

    name: str
    schema: Mapping[str, Any] | None
    """Its JSON Schema; None for a form of another system, which is not checked."""


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of work that waits for a party."""

    id: str
    """`INSTANCE-TOKEN`."""
    instance: str
    element: str
    name: str
    party: str | None
    """Who it waits for, in the nominative."""
    due: datetime | None
    """Its deadline; a day means the end of that day."""
    state: TaskState
    data: Data
    """The variables of its instance, the local ones of a loop included."""
    ref: str | None
    """The point of the protocol that it belongs to."""
    created: datetime
    done: datetime | None = None
    by: str | None = None
    """Who completed it."""
    assignee: str | None = None
    """The person who has it."""
    form: Form | None = None
    group: str | None = None
    """That of its instance: the id of the opened protocol that it belongs to."""


@dataclass(frozen=True, slots=True)
class Comment:
    """Something said about a task, perhaps with a file."""

    task: str
    at: datetime
    by: str | None
    text: str
    file: str | None = None
    """The name of the file."""
    hash: str | None = None
    """Its SHA-256: `engine.attachment(hash)` gives the content."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much there is of what."""

    instances: Mapping[str, int]
    """By state."""
    open_tasks: int
    overdue_tasks: int
    """Open ones whose deadline is over."""
    incidents: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message that a model has thrown for the world outside."""

    id: str
    """Of an instance, later messages have higher numbers."""
    instance: str
    element: str
    name: str
    payload: Data
    correlation: Any
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    """Why an instance cannot go on until someone acts."""

    id: str
    instance: str
    element: str
    token: str
    kind: str
    """`service`, `expression`, `uncaught-error`, `missing-process`, ..."""
    message: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """Something that has happened in an instance."""

    instance: str
    number: int
    """Position of its command in the history of the instance, from 1."""
    at: datetime
    kind: str
    """As in `seam.EventKind`."""
    element: str
    token: str | None = None
    by: str | None = None
    """Who gave the command that led to it."""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class History:
    """An instance with everything that has happened in it."""

    instance: Instance
    events: tuple[HistoryEvent, ...]
    """Oldest first; none when they were erased."""
    tasks: tuple[Task, ...]
    """Open or not."""
