"""The net: one BPMN process as tables of integers, with names beside them.

Nodes and flows are numbered from 0. Nothing here runs anything; `compiler.py` makes a net, `run.py` plays it,
the simulation, the dependency graph and the soundness check read it. docs/net.md explains it with a picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from resolute.errors import Finding, NotFoundError
from resolute.net.expressions import Expression

if TYPE_CHECKING:
    from resolute.net.dmn import Decision

ROOT = -1
"""The scope of the nodes that stand directly in the process."""


class Kind(IntEnum):
    """What a node does when a token reaches it."""

    TASK = 0  # none and manual tasks: wait for a person, unless resolute:done
    USER = 1
    SERVICE = 2
    SCRIPT = 3
    SEND = 4
    RECEIVE = 5
    RULE = 6
    CALL = 7
    SCOPE = 8  # embedded sub-process, also event, transaction and ad-hoc (see Net.scope_kind)
    EXCLUSIVE = 9
    PARALLEL = 10
    INCLUSIVE = 11
    EVENT_BASED = 12
    COMPLEX = 13
    START = 14
    CATCH = 15
    THROW = 16
    BOUNDARY = 17
    END = 18


ACTIVITIES = frozenset(range(Kind.TASK, Kind.SCOPE + 1))
"""The kinds that do work or hold a sub-process."""
GATEWAYS = frozenset(range(Kind.EXCLUSIVE, Kind.COMPLEX + 1))
_JOINS = frozenset({Kind.PARALLEL, Kind.INCLUSIVE, Kind.COMPLEX})


class Trigger(IntEnum):
    """What an event node waits for or throws."""

    NONE = 0
    MESSAGE = 1
    TIMER = 2
    SIGNAL = 3
    ERROR = 4
    ESCALATION = 5
    CONDITIONAL = 6
    LINK = 7
    COMPENSATION = 8
    CANCEL = 9
    TERMINATE = 10
    MULTIPLE = 11
    PARALLEL_MULTIPLE = 12


class ScopeKind(IntEnum):
    """What sort of sub-process a SCOPE node is."""

    EMBEDDED = 0
    EVENT = 1
    TRANSACTION = 2
    ADHOC = 3


class LoopKind(IntEnum):
    """How an activity repeats."""

    STANDARD = 0
    SEQUENTIAL = 1
    PARALLEL = 2


class TimerKind(IntEnum):
    """How a timer says when."""

    DATE = 0
    DURATION = 1
    CYCLE = 2


@dataclass(frozen=True, slots=True)
class EventDefinition:
    """One thing that an event node waits for or throws."""

    trigger: Trigger
    name: str | None = None
    """The name of the message, signal or link."""
    code: str | None = None
    """The error or escalation code; None catches any."""
    timer: TimerKind | None = None
    expression: Expression | None = None
    """When a timer is due, or the condition that a conditional event waits for."""
    working: bool = False
    """Whether the days of a timer's duration are working days (`resolute:working`)."""
    activity: int | None = None
    """The node that a compensation event undoes; None for all of the scope."""
    correlation: str | None = None
    """The key of a message: literal, or an expression after `=`."""
    to_all: bool = False
    """Whether a thrown message may leave the group of its instance (`resolute:scope="all"`)."""


@dataclass(frozen=True, slots=True)
class Loop:
    """The loop or multi-instance marker of an activity."""

    kind: LoopKind
    condition: Expression | None = None
    """A standard loop goes on while it holds; a multi-instance is complete as soon as it holds."""
    test_before: bool = False
    maximum: int | None = None
    cardinality: Expression | None = None
    collection: Expression | None = None
    item: str | None = None
    """The local variable that holds the item of an instance."""
    output: str | None = None
    """The variable that takes the list of results."""
    result: Expression | None = None
    """What each instance adds to that list."""


@dataclass(frozen=True, slots=True)
class AdHoc:
    """How an ad-hoc sub-process goes."""

    sequential: bool = False
    condition: Expression | None = None
    cancel_remaining: bool = True


@dataclass(frozen=True, slots=True)
class Transfer:
    """A value that a data association hands on: that of one variable or data store, or of an expression."""

    target: str
    to_store: bool = False
    source: str | None = None
    """What is copied as it is."""
    value: Expression | None = None
    stores: tuple[str, ...] = ()
    """The data stores that are read."""
    path: tuple[str, ...] = ()
    """Which part of the target is set; all of it when empty."""


@dataclass(frozen=True, slots=True)
class DataFlow:
    """The data of an activity or event, and what goes into and out of it."""

    own: tuple[str, ...] = ()
    """Variables that it alone sees: its properties, and the data inputs and outputs that have associations."""
    given: tuple[str, ...] = ()
    """Its data inputs: what a job, a message or a called process gets."""
    results: tuple[str, ...] = ()
    """Its data outputs."""
    inputs: tuple[Transfer, ...] = ()
    outputs: tuple[Transfer, ...] = ()


@dataclass(frozen=True, slots=True)
class Details:
    """What the model says about a node beyond its place in the net; raw values as in docs/bpmn-extension.md.

    A value that begins with `=` is an expression: `expressions.value(raw, data, ...)` works it out.
    """

    ref: str | None = None
    party: str | None = None
    due: str | None = None
    duration: str | None = None
    done: bool = False
    called: str | None = None
    """The id of the called process."""
    inputs: tuple[tuple[str, str], ...] = ()
    """Name and raw value."""
    outputs: tuple[tuple[str, str], ...] = ()
    service: str | None = None
    """The registered function of a service task."""
    correlation: str | None = None
    script: str | None = None
    """The statements of a script task, in our expression language."""
    decision: str | None = None
    """The id of the DMN decision of a business rule task."""
    result: str | None = None
    """The variable that takes the result of a script or decision."""
    instantiate: bool = False
    """Whether a receive task or event-based gateway may start an instance."""
    compensation: bool = False
    """Whether the activity only runs to undo another one."""
    parallel: bool = False
    """Whether an event-based gateway waits for all of its events."""
    form: str | None = None
    """The name of the form that the answer to a task of people must fit."""


NO_DETAILS = Details()


@dataclass(frozen=True, eq=False)
class Net:
    """One compiled process. Node columns are indexed by node, flow columns by flow; -1 means none."""

    process: str
    """The id of the process."""
    name: str
    key: str
    """A hash of the process and of what it refers to; equal keys mean equal nets."""

    # --- nodes ---
    ids: tuple[str, ...]
    names: tuple[str, ...]
    kinds: tuple[Kind, ...]
    triggers: tuple[Trigger, ...]
    parents: tuple[int, ...]
    """The SCOPE node around each node, or ROOT."""
    incoming: tuple[tuple[int, ...], ...]
    outgoing: tuple[tuple[int, ...], ...]
    attached: tuple[int, ...]
    """The activity that a BOUNDARY node sits on."""
    boundaries: dict[int, tuple[int, ...]]
    """Activity -> its BOUNDARY nodes."""
    interrupting: tuple[bool, ...]
    """For BOUNDARY nodes and the START of event sub-processes; True elsewhere."""
    details: tuple[Details, ...]
    events: dict[int, tuple[EventDefinition, ...]]
    """Event node or receive task -> its definitions."""
    loops: dict[int, Loop]
    scope_kind: dict[int, ScopeKind]
    adhoc: dict[int, AdHoc]
    activation: dict[int, Expression]
    """Complex gateway -> its activation condition."""
    handlers: dict[int, int]
    """Activity -> the activity that undoes it."""
    data: dict[int, DataFlow]
    locals: dict[int, tuple[str, ...]]
    """SCOPE node -> the variables that belong to it alone: its data objects."""

    # --- flows ---
    flow_ids: tuple[str, ...]
    flow_names: tuple[str, ...]
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    conditions: tuple[Expression | None, ...]
    defaults: dict[int, int]
    """Node -> its default flow."""
    links: tuple[str, ...]
    """Why the target waits for the source: `sequence`, `approval`, `resource`, `declared`."""
    reasons: tuple[str | None, ...]

    # --- scopes ---
    members: dict[int, tuple[int, ...]]
    """Scope (a SCOPE node or ROOT) -> the nodes directly in it, boundary events included."""
    starts: dict[int, tuple[int, ...]]
    """Scope -> the nodes that get a token when it is entered: its none start, else what nothing leads to."""
    event_scopes: dict[int, tuple[int, ...]]
    """Scope -> its event sub-processes."""

    findings: tuple[Finding, ...] = ()
    """Warnings: odd, yet it runs."""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    """The DMN decisions that business rule tasks may use, by id."""
    forms: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schemas of forms that tasks of people may name."""

    def __len__(self) -> int:
        return len(self.ids)

    def __repr__(self) -> str:
        return f"<Net {self.process} {len(self.ids)} nodes, {len(self.flow_ids)} flows>"

    @cached_property
    def index(self) -> dict[str, int]:
        """Element id -> node."""
        return {element: node for node, element in enumerate(self.ids)}

    @cached_property
    def flow_index(self) -> dict[str, int]:
        """Sequence flow id -> flow."""
        return {element: flow for flow, element in enumerate(self.flow_ids)}

    # --- what players ask of every node, worked out once ---

    @cached_property
    def joining(self) -> tuple[bool, ...]:
        """Whether tokens wait for each other before the node: gateways that join several flows."""
        return tuple(
            kind in _JOINS and len(incoming) > 1 for kind, incoming in zip(self.kinds, self.incoming, strict=True)
        )

    @cached_property
    def containing(self) -> tuple[bool, ...]:
        """Whether places can stand inside a place of the node: sub-processes and loops."""
        return tuple(kind == Kind.SCOPE or node in self.loops for node, kind in enumerate(self.kinds))

    @cached_property
    def undo_scopes(self) -> dict[int, int]:
        """Sub-process -> its event sub-process that undoes it once it is done."""
        found = {}
        for scope, inner in self.event_scopes.items():
            for node in inner:
                if any(self.triggers[start] == Trigger.COMPENSATION for start in self.starts[node]):
                    found[scope] = node
        return found

    @cached_property
    def compensable(self) -> tuple[bool, ...]:
        """Whether it must be remembered that the node was done: it, or something inside it, can be undone."""
        marked = [False] * len(self.ids)
        for node in (*self.handlers, *self.undo_scopes):
            while node != ROOT and not marked[node]:
                marked[node] = True
                node = self.parents[node]
        return tuple(marked)

    @cached_property
    def sizes(self) -> dict[int, int]:
        """Sub-process -> the nodes inside it, at any depth."""
        sizes = dict.fromkeys(self.scope_kind, 0)
        for node in reversed(range(len(self.ids))):
            scope = self.parents[node]
            if scope != ROOT:
                sizes[scope] += 1 + sizes.get(node, 0)
        return sizes

    @cached_property
    def conditional(self) -> tuple[bool, ...]:
        """Whether the flows out of the node have to be chosen by conditions."""
        return tuple(
            node in self.defaults or any(self.conditions[flow] is not None for flow in outgoing)
            for node, outgoing in enumerate(self.outgoing)
        )

    @cached_property
    def bare(self) -> tuple[bool, ...]:
        """Whether an activity neither repeats nor carries boundary events nor was settled beforehand."""
        return tuple(
            node not in self.loops and node not in self.boundaries and node not in self.data and not detail.done
            for node, detail in enumerate(self.details)
        )

    def node(self, element: str) -> int:
        """The node of an element id; raises NotFoundError."""
        try:
            return self.index[element]
        except KeyError:
            raise NotFoundError(f"process {self.process} has no element {element!r}") from None

    def is_default(self, flow: int) -> bool:
        """Whether it is the default flow of its source."""
        return self.defaults.get(self.sources[flow], -1) == flow

    def scopes_of(self, node: int) -> tuple[int, ...]:
        """The SCOPE nodes around a node, innermost first, ending in ROOT."""
        around = []
        while node != ROOT:
            node = self.parents[node]
            around.append(node)
        return tuple(around)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far what is open in an instance has come, beside where its tokens stand."""

    rounds: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Open loop -> the instances of a multi-instance in all (0 of a standard loop), and the rounds that are done."""
    done: dict[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """ROOT or open sub-process -> what can be undone in it, oldest first: the activity, what undoes it."""
    kept: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Open loop, or compensation event at work -> what undoes its rounds, or has still to run; oldest first."""
    undoing: dict[int, int] = field(default_factory=dict)
    """Node that undoes something -> the compensation event on whose behalf."""
    resetting: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """Complex gateway that has gone on and waits for the rest -> the flows that it has had a token from."""
    offered: frozenset[int] = frozenset()
    """Activities that only wait to be chosen, in a sequential ad-hoc sub-process."""


@dataclass(frozen=True, slots=True)
class Marking:
    """Where the tokens of one instance stand: the view that every executor gives of its state."""

    nodes: dict[int, int] = field(default_factory=dict)
    """Node -> tokens inside it: a running activity, a waiting event, an open sub-process."""
    flows: dict[int, int] = field(default_factory=dict)
    """Flow -> tokens waiting on it: branches that have reached a join whose others are still to come."""
    progress: Progress = field(default_factory=Progress)
