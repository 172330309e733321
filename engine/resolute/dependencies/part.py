"""A part: steps that can wait for one another, as columns of numbers with the values behind them made on request."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

import numpy as np
from numpy.typing import NDArray

from resolute.dependencies.shape import Flags, Shape
from resolute.dependencies.sweep import Indexes
from resolute.dependencies.template import PASSING
from resolute.dependencies.values import Root, Step, StepState

if TYPE_CHECKING:
    from resolute.dependencies.plan import Plan

STATES: tuple[StepState, ...] = get_args(StepState)
"""What the numbers of a state column mean."""
CODES: dict[StepState, int] = {state: code for code, state in enumerate(STATES)}


class Part(ABC):
    """Steps and their wait nodes, numbered from 0; groups of steps that cannot wait for each other are apart."""

    shape: Shape
    state: NDArray[np.uint8]
    """Step -> number of its state; `blocked` and `to_come` are not told apart here."""
    due: Indexes
    """Step -> the day of its deadline as an ordinal, 0 for none."""
    known: Flags
    """Step -> whether its duration is declared."""
    days: Indexes
    """Wait node -> working days from its last or first input."""
    release: Indexes
    """Source, in the order of `shape.sources` -> the earliest working day on which it can happen."""
    heads: Sequence[str]
    """The first parts of the ids of the steps, as many as there are instances."""
    head: Indexes
    """Step -> which of `heads` its id begins with."""
    tail: Indexes
    """Step -> the rank of the rest of its id."""

    @abstractmethod
    def step(self, index: int) -> Step:
        """A step as a value."""

    @abstractmethod
    def name(self, index: int) -> str:
        """The id of a step."""

    @abstractmethod
    def decision(self, index: int) -> str | None:
        """The decision of a step."""

    @abstractmethod
    def roots(self, node: int) -> tuple[Root, ...]:
        """What can be done about a source; empty for other nodes."""

    @abstractmethod
    def unknowns(self, node: int) -> tuple[str, ...]:
        """What was taken for granted at a node."""


class PlanPart(Part):
    """A plan as one part."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        steps = plan.steps
        count = len(steps)
        self.shape = Shape(plan.waits, plan.done, [step.kind not in PASSING for step in steps])
        self.state = np.fromiter((CODES[step.state] for step in steps), np.uint8, count)
        self.due = np.fromiter((step.due.toordinal() if step.due else 0 for step in steps), np.int32, count)
        self.known = np.fromiter((step.days_known for step in steps), bool, count)
        self.days = np.array(plan.waits.days, np.int32)
        self.release = np.fromiter(plan.waits.release.values(), np.int32, len(plan.waits.release))
        self.heads = [step.id for step in steps]
        self.head = np.arange(count, dtype=np.int32)
        self.tail = np.zeros(count, np.int32)

    def step(self, index: int) -> Step:
        return self._plan.steps[index]

    def name(self, index: int) -> str:
        return self._plan.steps[index].id

    def decision(self, index: int) -> str | None:
        return self._plan.steps[index].decision

    def roots(self, node: int) -> tuple[Root, ...]:
        return self._plan.roots.get(node, ())

    def unknowns(self, node: int) -> tuple[str, ...]:
        return self._plan.unknowns.get(node, ())
