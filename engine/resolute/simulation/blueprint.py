"""The model of a forecast before it becomes tables: nodes of all processes together, calls opened in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from resolute.errors import Finding
from resolute.simulation.codes import ARM_NEVER, BODY_PASS, JOIN_EACH, OP_END, SPLIT_ALL, WAY_CHANCE
from resolute.simulation.distributions import Distribution
from resolute.simulation.scenario import Scenario, Unit

ROOT_SCOPE = 0
"""The scope of a case: it holds one SCOPE node for each process."""


@dataclass(slots=True)
class Out:
    """A way out of a node."""

    target: int
    share: float = 1.0
    default: bool = False
    id: str = ""
    way: int = WAY_CHANCE
    """How it is taken out of several, where it is not the default."""
    test: int = -1
    """The program of its condition."""


@dataclass(slots=True)
class Node:
    """What will be one row of the node tables; node numbers are positions in `Blueprint.nodes`."""

    id: str
    name: str
    owner: int
    """The scope in which it stands."""
    ref: str | None = None
    body: int = BODY_PASS
    join: int = JOIN_EACH
    split: int = SPLIT_ALL
    outs: list[Out] = field(default_factory=list)
    incoming: int = 0
    amount: Distribution | None = None
    assumed: bool = False
    """Whether the amount is a mere assumption, from its deadline or from nothing."""
    due: datetime | None = None
    later: float = 1.0
    """Part of the amount that every execution after the first takes."""
    arm: int = ARM_NEVER
    message: tuple[str, str] | None = None
    """Name and key."""
    chance: float = 1.0
    """Probability that it happens at all."""
    interrupts: bool = True
    repeats: int = 0
    scope: int = -1
    handler: int = -1
    event_scope: int = -1
    host: int = -1
    step: int = -1
    credit: int = -1
    copies: int = 0
    copies_amount: Distribution | None = None
    is_passed: bool = False
    """Whether it has no copies, over an empty list: it does nothing."""
    sequential: bool = False
    again: float = 0.0
    until: float = 0.0
    """Probability that a multi-instance is complete after each copy."""
    test: int = -1
    """The program of its condition: of a loop, a multi-instance, a complex gateway, a conditional event."""
    test_before: bool = False
    rest: int = -1
    """Where a complex gateway goes on when it has all of its tokens."""
    need: int = 1
    """How many triggers the event needs."""
    digit: int = 1
    undoable: bool = False
    undo: int = -1
    """The activity that undoes it."""
    undo_scope: int = -1
    """Of a compensation event: the scope that it undoes."""
    undo_node: int = -1
    """The activity that it undoes, -1 for all."""
    sets: list[tuple[int, int]] = field(default_factory=list)
    """Variables that it sets when it is done, each with its program."""
    loop_limit: int = 1
    events: list[int] = field(default_factory=list)
    uses: list[tuple[int, Distribution]] = field(default_factory=list)
    also: list[int] = field(default_factory=list)
    rank: float = 0.0
    elapsed: float = 0.0
    spent: float = 0.0
    """Working seconds that its first execution has already taken; `elapsed` is the share of its amounts below that."""
    cost: float = 0.0
    reach: list[set[int]] | None = None
    """Of an inclusive join: for each way in, the nodes that reach it without passing the join."""


@dataclass(slots=True)
class Scope:
    """A process or sub-process: where tokens begin, and what opened it."""

    opener: int
    """The SCOPE node, -1 for the case."""
    starts: list[int] = field(default_factory=list)
    event_scopes: list[int] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    """Of a sequential ad-hoc sub-process: what is done in it, one at a time, instead of `starts`."""
    enough_test: int = -1
    """The program of the completion condition of an ad-hoc sub-process."""
    enough_chance: float = 0.0
    """Its probability to be complete after each activity."""
    like: int = -1
    """The scope whose nodes run in it: of a compensation event, which undoes in a scope of its own."""


@dataclass(frozen=True, slots=True)
class StepInfo:
    """An activity that the forecast reports on."""

    id: str
    name: str
    ref: str | None
    node: int
    process: str
    due: datetime | None
    """The end of its deadline, in local time."""
    party: str | None
    cost: float = 0.0
    done: datetime | None = None
    """When it was done, before the forecast began."""
    protocol: str | None = None
    """The number of its protocol, where several are open."""


@dataclass(frozen=True, slots=True)
class Given:
    """Something that stands open at the start: see the GIVEN codes."""

    kind: int
    what: int
    frame: int
    count: int = 0
    """Of a multi-instance the copies in all; of what was done the activity, `what` being what undoes it; of an event
    with several triggers what those that have come count."""
    done: int = 0
    """Rounds or copies that are done; of a complex gateway a bit for each way that it has had a token from."""
    time: float = -1.0
    """When an armed timer fires; -1 for what is no timer."""


@dataclass
class Blueprint:
    """Everything that the tables are made from."""

    scenario: Scenario
    start: datetime
    nodes: list[Node] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=lambda: [Scope(-1)])
    units: list[Unit] = field(default_factory=list)
    steps: list[StepInfo] = field(default_factory=list)
    messages: dict[tuple[str, str], int] = field(default_factory=dict)
    given: list[Given] = field(default_factory=list)
    processes: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    correlated: dict[int, tuple[int, float]] = field(default_factory=dict)
    """Node -> number of its common factor and the weight of it."""
    cases: int = 1
    twins: dict[int, list[int]] = field(default_factory=dict)
    """Event with several triggers -> its node for each of them."""
    looks: dict[int, int] = field(default_factory=dict)
    """Node in an ad-hoc sub-process -> the node that has taken over its ways out."""
    variables: list[float] = field(default_factory=list)
    """Their values at the start of a case."""
    code: list[tuple[int, float]] = field(default_factory=list)
    """All programs, one after the other."""
    drawn: list[Distribution] = field(default_factory=list)
    """The distributions that programs draw from, by the operands of their operations."""

    def program(self, code: list[tuple[int, float]]) -> int:
        """Adds a program; where it begins."""
        at = len(self.code)
        self.code += [*code, (OP_END, 0.0)]
        return at
