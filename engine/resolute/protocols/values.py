"""What a protocol says, as frozen values: questions, points, parties, deadlines, dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from resolute import display
from resolute.errors import Finding

Kind = Literal[
    "information",
    "approval",
    "designation",
    "assignment",
    "recommendation",
    "standing",
    "rejection",
    "control",
]
DeadlineType = Literal[
    "date",
    "period",
    "quarter",
    "half_year",
    "year",
    "month",
    "relative",
    "immediate",
    "event",
    "recurring",
    "standing",
    "as_needed",
    "none",
]
Then = Literal["as_needed", "recurring", "standing"]


@dataclass(frozen=True, slots=True)
class Party:
    """A body, a group or a person, in the nominative."""

    name: str
    group: bool = False
    """An open group («главы муниципальных образований»): nobody in it answers for the whole."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline with its wording kept."""

    text: str | None = None
    """The wording in the document, or None when the document names no deadline."""
    type: DeadlineType = "none"
    due: date | None = None
    """The nominal date: the named day included, or the last day of a period."""
    effective: date | None = None
    """`due` after the day-off rule of the profile."""
    then: Then | None = None
    """What follows after `due` («до 1 июля и далее по мере необходимости»)."""
    recurring: str | None = None
    """How often: daily, weekly, monthly, quarterly, half_yearly, yearly, ..."""
    rule: str | None = None
    """The rule that derived `due` or `effective`, in words; None when both stand in the document."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """This point waits for another one."""

    ref: str
    """The point waited for."""
    reason: str | None = None
    """Why, in words, when the reader proposed it."""
    confidence: float = 1.0
    """0..1; 1 for what a person wrote or confirmed."""
    confirmed: bool = True
    """False while it is only the reader's proposal."""


@dataclass(frozen=True, slots=True)
class Point:
    """A numbered item of a decision; leaves only."""

    ref: str
    """Unique within the protocol: `1.3.2`."""
    agenda: int | None
    """The number of the agenda question, from 1; None where the document has none."""
    text: str
    kind: Kind
    responsible: tuple[Party, ...] = ()
    """Lead first, then the co-executors."""
    deadline: Deadline = field(default_factory=Deadline)
    after: tuple[Dependency, ...] = ()
    line: int | None = None
    """The line (1-based) of the converted text where the point begins."""

    @property
    def lead(self) -> Party | None:
        """Who answers for the whole."""
        return self.responsible[0] if self.responsible else None


@dataclass(frozen=True, slots=True)
class Question:
    """An agenda question: what was heard and who spoke; its decision is the points that carry its number."""

    number: int
    title: str
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """The minutes of one meeting."""

    number: str | None
    date: date | None
    body: str | None
    """The body that met, in the nominative."""
    points: tuple[Point, ...]
    questions: tuple[Question, ...] = ()
    findings: tuple[Finding, ...] = ()
    controller: Party | None = None
    """Who controls execution, when the protocol says so."""
    signer: str | None = None
    """Who approved or signed it: post and name."""
    source: str | None = None
    """The file it was read from."""

    def point(self, ref: str) -> Point:
        """The point `ref`; raises KeyError when there is none."""
        for point in self.points:
            if point.ref == ref:
                return point
        raise KeyError(ref)

    def decisions(self) -> Iterator[tuple[int | None, tuple[Point, ...]]]:
        """Agenda number and points of each decision, in the order of the document."""
        numbers = dict.fromkeys(point.agenda for point in self.points)
        for number in numbers:
            yield number, tuple(point for point in self.points if point.agenda == number)

    def _repr_html_(self) -> str | None:
        return display.show("protocol", self)
