"""What the dependency graph is made of and what it answers with, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

from resolute import display

StepState = Literal[
    "done",
    "running",  # somebody or something works on it
    "waiting",  # it has begun and waits for a timer, a message, a signal or a condition
    "blocked",  # its turn has not come, and something stands in the way of its deadline, or of it at all
    "to_come",  # its turn has not come, and nothing is wrong so far
    "overdue",  # its deadline has passed and it is not done
    "failed",  # it cannot go on until an incident is settled
    "skipped",  # another way was taken; it will not run any more
]
EdgeKind = Literal["sequence", "message", "call", "approval", "resource", "declared"]
DaysFrom = Literal[
    "declared",  # by the model: the element or its pattern
    "history",  # the median of the same element, or of the called process, in what has been finished
    "assumed",  # one working day
]
RootClass = Literal[
    "person-unassigned",
    "person-working",
    "timer",
    "message",
    "signal",
    "condition",
    "incident",
    "job",
    "missing-worker",
    "dead-join-input",
    "cycle",
]


@dataclass(frozen=True, slots=True)
class Step:
    """An activity of an instance, or a point of a register: a node of the graph; its fields are the
    attributes.
    """

    id: str
    """`INSTANCE:ELEMENT`, or the ref for a point of a register."""
    name: str
    kind: str
    """`point` for a point of a register or a call that stands for one, else the BPMN kind: `userTask`, ..."""
    state: StepState
    ref: str | None = None
    """The point of the protocol that it belongs to."""
    party: str | None = None
    """Who it waits for, in the nominative; the lead of a point."""
    parties: tuple[str, ...] = ()
    """The lead and the co-executors."""
    due: date | None = None
    since: datetime | None = None
    """When it began, for what is open; when it was done, for what is done."""
    decision: str | None = None
    """The decision that it belongs to: a key of `graph.graph["decisions"]`."""
    protocol: str | None = None
    """The id of the opened protocol that it belongs to: a key of `graph.graph["protocols"]`."""
    instance: str | None = None
    element: str | None = None
    parent: str | None = None
    """The call activity step whose called process it belongs to."""
    days: int = 1
    """How long it takes, in working days."""
    days_known: bool = False
    """False where nothing declares a duration and no history shows one, so that one working day stands for it."""
    days_from: DaysFrom = "assumed"
    """Where `days` comes from."""

    @property
    def is_point(self) -> bool:
        """Whether it stands for a point of the protocol as a whole."""
        return self.kind == "point"


@dataclass(frozen=True, slots=True)
class Edge:
    """One step waits for another."""

    before: int
    after: int
    kind: EdgeKind
    reason: str | None = None
    alternative: bool = False
    """One of several ways: the later step needs only one of them."""


@dataclass(frozen=True, slots=True)
class Root:
    """Something that somebody can act on now and that a step waits for in the end."""

    step: str
    cls: RootClass
    action: str
    """What would move it, in words."""
    party: str | None = None
    """Who can act."""
    since: datetime | None = None
    due: date | None = None
    ref: str | None = None
    name: str = ""

    def is_trouble(self, at: datetime) -> bool:
        """Whether nothing will move here by itself, or it is late already."""
        if self.cls in ("person-unassigned", "message", "incident", "missing-worker"):
            return True
        return self.cls.startswith("person") and self.due is not None and _day(self.due) < at.date()

    def to_dict(self) -> dict[str, Any]:
        """As in `blocked --json`, with the ref and the name beside it."""
        return {
            "step": self.step,
            "class": self.cls,
            "party": self.party,
            "action": self.action,
            "since": _iso(self.since),
            "due": _iso(self.due),
            "ref": self.ref,
            "name": self.name,
        }


@dataclass(frozen=True, slots=True)
class DeadlineAtRisk:
    """A deadline that will break, or is close to it, if nothing changes."""

    step: str
    ref: str | None
    due: date
    slack_days: int
    """Working days between the earliest finish and the deadline; negative when it cannot be met any more."""

    def to_dict(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "ref": self.ref,
            "due": self.due.isoformat(),
            "slack_days": self.slack_days,
        }


@dataclass(frozen=True, slots=True)
class Impact:
    """What waits behind a step."""

    steps: int
    decisions: tuple[str, ...] = ()
    deadlines_at_risk: tuple[DeadlineAtRisk, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        return {
            "steps": self.steps,
            "decisions": list(self.decisions),
            "deadlines_at_risk": [item.to_dict() for item in self.deadlines_at_risk],
        }


@dataclass(frozen=True, slots=True)
class Deadlock:
    """Why a step can never run as things stand, and what would break it."""

    kind: Literal["cycle", "dead-join-input"]
    steps: tuple[str, ...]
    """The steps of the cycle, or the join's step and those of the inputs that can never come."""
    options: tuple[str, ...]
    """What somebody could do about it, in words."""

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, "steps": list(self.steps), "options": list(self.options)}


@dataclass(frozen=True, slots=True)
class Blocked:
    """Why a step does not go on, who can move it, and what it holds back."""

    step: str
    ref: str | None
    name: str
    party: str | None
    due: date | None
    state: Literal["blocked", "waiting", "overdue", "failed"]
    since: datetime | None
    headline: str
    """The whole answer in one sentence."""
    why: str
    """The same without the name of the step."""
    roots: tuple[Root, ...]
    chain: tuple[str, ...]
    """Step ids from the driving root to this step."""
    impact: Impact
    earliest_finish: date | None
    slack_days: int | None
    first_deadline_to_break: DeadlineAtRisk | None
    deadlock: Deadlock | None
    decision: str | None = None
    """The name of the decision that it belongs to."""
    protocol: str | None = None
    """The id of the opened protocol that it belongs to."""
    unknowns: tuple[str, ...] = ()
    """What the answer takes for granted because nothing says otherwise."""
    inner: bool = False
    """A step inside the life cycle of a point; people look at points first."""
    optional: bool = False
    """It only runs when something unusual happens first: a cancellation, a request."""
    root_count: int = 0
    """How many roots there are in all, when `roots` was cut."""

    def to_dict(self) -> dict[str, Any]:
        """The shape of `blocked --json` (CONTRACT.md), with a few fields more."""
        first = self.first_deadline_to_break
        return {
            "step": self.step,
            "ref": self.ref,
            "name": self.name,
            "party": self.party,
            "due": _iso(self.due),
            "state": self.state,
            "since": _iso(self.since),
            "headline": self.headline,
            "why": self.why,
            "roots": [root.to_dict() for root in self.roots],
            "chain": list(self.chain),
            "impact": self.impact.to_dict(),
            "earliest_finish": _iso(self.earliest_finish),
            "slack_days": self.slack_days,
            "first_deadline_to_break": first.to_dict() if first else None,
            "deadlock": self.deadlock.to_dict() if self.deadlock else None,
            "decision": self.decision,
            "protocol": self.protocol,
            "unknowns": list(self.unknowns),
            "inner": self.inner,
            "optional": self.optional,
            "root_count": self.root_count,
        }


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one step, by the working calendar."""

    step: str
    ref: str | None
    due: date | None
    days: int
    start: date | None
    """The earliest start; None when it can never run as things stand, or is done."""
    finish: date | None
    """The earliest finish."""
    latest: date | None
    """The latest finish that keeps every deadline after it; None where no deadline depends on it."""
    slack: int | None
    """Working days between the two; negative when a deadline cannot be kept."""
    driver: str | None
    """The step that decides when it can start."""
    critical: bool = False


@dataclass(frozen=True, slots=True)
class Tight:
    """Two deadlines that leave the later step too little time after the earlier one."""

    before: str | None
    """None when there is too little time even from today."""
    after: str
    missing: int
    """How many working days are missing between them."""


@dataclass(frozen=True, slots=True)
class Move:
    """A deadline that would have to move."""

    step: str
    due: date
    to: date
    days: int
    """By how many working days; negative for an earlier date."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When everything can happen, what is critical, and which deadlines do not fit together."""

    dates: dict[str, Dates]
    critical_path: tuple[str, ...]
    finish: date | None
    """When the last step that can run is done at the earliest."""
    tight: tuple[Tight, ...] = ()
    moves: tuple[Move, ...] = ()
    """Deadlines that would have to move so that all fit: the fewest there are, where `fewest` says so."""
    fewest: bool = True
    """False where more than 400 deadlines hang together: of those all move that an earlier one forces."""
    unknown_days: tuple[str, ...] = field(default=())
    """The open steps whose duration nothing declares."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON: dates are ISO, `steps` in the order of the graph."""
        return {
            "finish": _iso(self.finish),
            "critical_path": list(self.critical_path),
            "steps": [_plain(dates) for dates in self.dates.values()],
            "tight": [_plain(pair) for pair in self.tight],
            "moves": [_plain(move) for move in self.moves],
            "fewest": self.fewest,
            "unknown_days": list(self.unknown_days),
        }

    def _repr_html_(self) -> str | None:
        return display.show("schedule", self)


STEP_ATTRIBUTES = tuple(item.name for item in fields(Step) if item.name != "id")


def _day(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def _iso(value: date | None) -> str | None:
    return value.isoformat() if value is not None else None


def _plain(value: Dates | Tight | Move) -> dict[str, Any]:
    found = {item.name: getattr(value, item.name) for item in fields(value)}
    return {name: _iso(each) if isinstance(each, date) else each for name, each in found.items()}
