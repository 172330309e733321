"""The live state of all instances at one moment, as frozen values: what waits, for what, since when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from resolute.execution.durations import Durations
from resolute.execution.seam import Data
from resolute.execution.values import Definition, Incident, InstanceState, Task
from resolute.net.net import Marking

WaitType = Literal["timer", "message", "signal", "conditional"]


@dataclass(frozen=True, slots=True)
class Wait:
    """An open subscription of an instance."""

    element: str
    token: str
    type: WaitType
    since: datetime
    name: str | None = None
    """The name of the message or signal."""
    correlation: Any = None
    """The key that the message must carry: None, a value, or a mapping of names to values."""
    due: datetime | None = None
    """When the timer fires."""


@dataclass(frozen=True, slots=True)
class Job:
    """A service task whose function has not yet answered."""

    element: str
    token: str
    service: str
    since: datetime
    attempts: int
    """How often it was tried and failed."""
    due: datetime
    """When it is tried (again); nothing happens then as long as nobody registers the function."""
    registered: bool
    """Whether this engine knows the function."""


@dataclass(frozen=True, slots=True)
class InstanceView:
    """One instance with everything that the dependency graph needs."""

    id: str
    definition: Definition
    net: Any
    """The compiled net; its node and flow numbers are those of `marking`."""
    state: InstanceState
    started: datetime
    ended: datetime | None
    parent: str | None
    parent_token: str | None
    parent_element: str | None
    """The call activity of the parent that started it."""
    group: str | None
    data: Data
    """Its variables: `ref`, `text`, `lead`, `due` and whatever else its model uses."""
    marking: Marking
    done_at: Mapping[str, datetime]
    """Element -> when it was last left normally."""
    active_since: Mapping[str, datetime]
    """Element -> since when it has been active, for the elements that are."""
    waits: tuple[Wait, ...] = ()
    tasks: tuple[Task, ...] = ()
    """The open ones."""
    jobs: tuple[Job, ...] = ()
    incidents: tuple[Incident, ...] = ()
    """The open ones; their elements are the failed ones."""
    durations: Durations | None = None
    """How long finished work of its process took, where the snapshot was to look."""

    @property
    def failed(self) -> frozenset[str]:
        """The elements that cannot go on until someone acts."""
        return frozenset(incident.element for incident in self.incidents)


@dataclass(frozen=True, slots=True)
class BufferedMessage:
    """A message that nobody has taken yet."""

    id: str
    name: str
    correlation: Any
    group: str | None
    sender: str | None
    """The instance that sent it; None when it came from outside."""
    since: datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All running instances, and the ended ones that were asked for, at the moment `at`."""

    at: datetime
    instances: Mapping[str, InstanceView]
    """By id, oldest first; ended instances whose group still runs are among them."""
    messages: tuple[BufferedMessage, ...] = ()


Protocols = Mapping[str, tuple[str | None, str | None]]
"""Id of an opened protocol -> its number and the body that decided."""


def protocols_of(views: Iterable[InstanceView]) -> dict[str, tuple[str | None, str | None]]:
    """The opened protocols that instances belong to, as the processes of their points know them."""
    found: dict[str, tuple[str | None, str | None]] = {}
    for view in views:
        if view.group is not None and found.get(view.group, (None, None)) == (None, None):
            number, body = view.data.get("protocol"), view.data.get("body")
            found[view.group] = (str(number) if number else None, str(body) if body else None)
    return found


def numbers_of(protocols: Protocols) -> dict[str, str]:
    """Id of an opened protocol -> what tells it from the others: its number, with the id where that is not enough."""
    known = Counter(number for number, _body in protocols.values())
    return {
        group: number if number and known[number] == 1 else f"{number} ({group})" if number else group
        for group, (number, _body) in protocols.items()
    }
