"""What a forecast assumes: durations, who works when, arrivals, probabilities, costs; the same for every format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeAlias

from resolute.errors import Finding
from resolute.simulation.distributions import Distribution
from resolute.simulation.worktime import WorkCalendar, office

Discipline = Literal["fifo", "deadline"]
Scalar: TypeAlias = float | bool | str | None
UNLIMITED = 1 << 40
FIND_WARM_UP = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """A party, a person or a piece of equipment that works on tasks."""

    name: str
    capacity: int = UNLIMITED
    """How many tasks at once."""
    calendar: str | None = None
    """The name of its calendar; None for the scenario's own."""
    cost_per_hour: float = 0.0
    party: str | None = None
    """The party that a person belongs to."""
    skills: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Use:
    """A unit that can do a task, and how long it takes then."""

    unit: str
    duration: Distribution | None = None
    """None: as long as the task takes anybody."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several values of a variable."""

    ways: tuple[tuple[Scalar, float], ...]
    """Each with its probability; they add up to one."""


Sampled: TypeAlias = Distribution | Choice


@dataclass(frozen=True, slots=True)
class Step:
    """What is assumed of one activity or event; None: the model's or the default."""

    duration: Distribution | None = None
    """Working seconds; of an event: seconds on the clock until it happens."""
    uses: tuple[Use, ...] | None = None
    """Who can do it; an empty tuple: nobody is needed."""
    also: tuple[str, ...] = ()
    """Units that are needed as well, all at once."""
    skill: str | None = None
    """Only persons with this skill can do it."""
    priority: float | None = None
    """Lower goes first."""
    repeat: float = 0.0
    """Probability that it is done again."""
    repeat_limit: int = 1000
    copies: Distribution | None = None
    """How many instances a multi-instance has."""
    probability: float | None = None
    """Of an event that it happens; of a multi-instance that it is complete after each copy; of a complex gateway that
    it goes on at each token."""
    sets: Mapping[str, Sampled] = field(default_factory=dict)
    """Variables that get a value when it is done."""
    cost: float = 0.0
    """For each execution."""


@dataclass(frozen=True, slots=True)
class Arrivals:
    """When cases come."""

    gap: Distribution
    """Seconds between two arrivals."""
    calendar: str | None = None
    """None: round the clock."""
    working: bool = True
    """Whether the gap is counted in working time; else on the clock, and then moved to the next working time."""


@dataclass(frozen=True, slots=True)
class Correlation:
    """Activities whose durations go together."""

    steps: tuple[str, ...]
    coefficient: float
    """0..1, of the underlying normal variables."""


@dataclass(frozen=True)
class Scenario:
    """Everything that a forecast assumes. Steps, gateways and events go by element id, name or ref of the point."""

    name: str = ""
    start: datetime | None = None
    calendar: WorkCalendar = field(default_factory=office)
    calendars: Mapping[str, WorkCalendar] = field(default_factory=dict)
    units: Mapping[str, Unit] = field(default_factory=dict)
    steps: Mapping[str, Step] = field(default_factory=dict)
    gateways: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Gateway -> flow (its id, its name, or what it leads to) -> probability."""
    flows: Mapping[str, float] = field(default_factory=dict)
    """The same by the ids of the flows alone."""
    data: Mapping[str, Any] = field(default_factory=dict)
    """Variables with which a case begins: values, or what they are drawn from for each case."""
    arrivals: Arrivals | None = None
    cases: int | None = None
    warm_up: int | None = None
    """Cases left out at the beginning of each run; None for none, `FIND_WARM_UP` to find how many (MSER-5)."""
    discipline: Discipline = "fifo"
    correlations: tuple[Correlation, ...] = ()
    horizon_days: float = 3653.0
    """A run without arrivals is stopped after this many days."""
    max_events: int = 20_000_000
    """A run is stopped after so many moves of a token."""
    strict: bool = True
    """Whether what names no element of the model is an error (else a finding)."""
    measures_tasks: bool = False
    """Whether the forecast holds the times of every task, as Prosimos reports them."""
    findings: tuple[Finding, ...] = ()
    file: str | None = None
