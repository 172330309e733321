"""The seam between the engine and its executors: commands in, a new state and events out.

An executor is a pure function of (definition, state, command, now). It touches no clock, store, id generator or other
instance: what must happen outside is asked for by an event (a task to show, a timer to arm, a message to send, a
child to start) and answered by a later command. The engine writes the new state and all events in one transaction.
A waiting place inside an instance is named by its `token`: a short string, unique in the instance, kept from the event
that opens it to the command that answers it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias

from resolute.bpmn.document import Document
from resolute.net.net import Marking

Data: TypeAlias = dict[str, Any]
"""Variables of an instance: JSON values only."""

State: TypeAlias = dict[str, Any]
"""The state of one instance as plain JSON data. Carries `format` and, under `data`, the instance's variables; all else
is read by nobody but the executor that made it."""


Stores: TypeAlias = Mapping[str, Any]
"""The data stores of BPMN, by name: JSON values that outlive instances; read only when a model asks for one."""
NO_STORES: Stores = MappingProxyType({})

# --- commands -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Complete:
    """A task or job is done; `data` is merged into the instance's variables."""

    token: str
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trigger:
    """A subscription fires: its timer is due, its message or signal has come, its condition holds."""

    token: str
    payload: Data = field(default_factory=dict)
    nominal: datetime | None = None
    """When a timer was due, however late it fires: repetitions are counted from here."""


@dataclass(frozen=True, slots=True)
class ChildEnded:
    """The called process has ended: normally, or with an error or escalation code."""

    token: str
    data: Data = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ChildEscalated:
    """The called process has thrown an escalation that nothing in it catches; it goes on, unless that ends the call."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Fail:
    """A job failed for good: with an error `code` that the model may catch, else it becomes an incident."""

    token: str
    message: str
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what ended in the incident that holds `token`, with repaired variables."""

    token: str
    data: Data = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Terminate:
    """End the instance now; everything open is cancelled."""

    reason: str | None = None


Command: TypeAlias = Complete | Trigger | ChildEnded | ChildEscalated | Fail | Retry | Terminate


# --- events ---------------------------------------------------------------------------------------------------

EventKind = Literal[
    "activated",  # a token has entered an element
    "completed",  # it has left it normally
    "cancelled",  # it was interrupted
    "task",  # a person's task is open under `token`; detail: kind "user" | "manual" | "choice" (to complete it begins
    # the activity), data (local variables, if any)
    "job",  # a registered function is wanted under `token`; detail: service (name), input (data)
    "subscribed",  # waits under `token`; detail: see Subscription below
    "unsubscribed",  # no longer waits under `token`
    "sent",  # a message, signal or uncaught escalation goes out; detail: type, name, payload, correlation, scope,
    # heard (of a signal: the instance itself has already been reached)
    "read",  # a data store was read; detail: store, value
    "stored",  # a data store gets a value; detail: store, value
    "called",  # a child instance is wanted under `token`; detail: process, data, catches (error codes, for `start`)
    "incident",  # stuck under `token` until someone acts; detail: kind, message
    "resolved",  # the incident under `token` is over
    "data",  # variables have changed, of a loop or sub-process when there is a token; detail: values
    "compensating",  # what was done is being undone
    "assigned",  # a task was given to a person; detail: to. From the engine, never from an executor
    "erased",  # the content of the instance was forgotten; detail: reason. From the engine
    "commented",  # something was said about a task; detail: text, file, hash. From the engine as well
    "ended",  # the instance has ended; detail: outcome "completed" | "failed" | "terminated", error
]
"""Detail of `subscribed`: `type` is "timer" (with `due`, aware ISO datetime), "message" or "signal" (with `name`,
for messages also `correlation`: None, a value, or a mapping of names to values), or "conditional". An activity's
`activated`, `task` or `job` or `called`, `completed` and `cancelled` events carry the same token."""


class Event(NamedTuple):
    """Something that has happened in an instance, at an element."""

    kind: EventKind
    element: str
    """The id of the BPMN element; the process id for `ended`."""
    token: str | None = None
    detail: Mapping[str, Any] = MappingProxyType({})


class Happened(Protocol):
    """An event, just now or from the history."""

    @property
    def kind(self) -> str: ...
    @property
    def element(self) -> str: ...
    @property
    def token(self) -> str | None: ...
    @property
    def detail(self) -> Mapping[str, Any]: ...


Replay: TypeAlias = Callable[[Any, State, Iterable[Happened]], State]
"""Definition, state and the events of later commands -> the state that these lead to."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command leads to: the new state, the variables, the events in order."""

    state: State
    data: Data
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """How compiled definitions are kept in a store."""

    number: int
    """Of the format: what was kept in another one is compiled again."""
    dump: Callable[[Any], bytes]
    load: Callable[[bytes], Any]
    """Raises InputError for what cannot be read."""


class Play(Protocol):
    """One instance at hand, which commands change in place; one that raises leaves it in no known state."""

    @property
    def data(self) -> Data:
        """The variables as they are now; not to be changed."""
        ...

    def apply(self, command: Command, now: datetime, stores: Stores = NO_STORES) -> Sequence[Event]:
        """Applies one command; returns what happened, in order. Raises as `Executor.apply` does."""
        ...

    def state(self) -> State:
        """The state as it is now, sharing nothing that later commands change."""
        ...


class Executor(Protocol):
    """Runs instances of one kind of compiled definition. Implementations hold no state of any instance."""

    name: str
    form: Form | None
    """How its definitions are kept; None when they are made from their documents each time."""

    @property
    def replay(self) -> Replay | None:
        """Leads a state on by events alone; None where these do not tell all of it."""
        ...

    def prepare(self, document: Document, process_id: str) -> Any:
        """Makes the definition that the other methods take. Raises ModelError with every finding."""
        ...

    def start(
        self,
        definition: Any,
        data: Data,
        now: datetime,
        *,
        start_event: str | None = None,
        catches: Sequence[str] = (),
        stores: Stores = NO_STORES,
    ) -> Outcome:
        """Starts an instance at its none start event, or at `start_event`.

        `catches` are the error codes that the calling process catches, as its `called` event said; `stores` are
        the data stores that the model may read.
        """
        ...

    def apply(
        self, definition: Any, state: State, command: Command, now: datetime, *, stores: Stores = NO_STORES
    ) -> Outcome:
        """Applies one command. Raises ConflictError when its token no longer waits; the state is unchanged."""
        ...

    def resume(self, definition: Any, state: State) -> Play:
        """An instance in this state, for several commands."""
        ...

    def marking(self, definition: Any, state: State) -> Marking:
        """Where the tokens stand, in the nodes and flows of the definition's net."""
        ...
