"""Verifies that no history was changed afterwards: every chain whole, and ending in the head that is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby

from resolute.execution.journal import first_break
from resolute.storage import queries
from resolute.storage.database import Database


@dataclass(frozen=True, slots=True)
class Break:
    """A history that does not hold together."""

    instance: str
    number: int
    """The first command that does not fit what stands before it, or is missing."""


@dataclass(frozen=True, slots=True)
class Audit:
    """The result of an audit."""

    instances: int
    commands: int
    breaks: tuple[Break, ...]

    @property
    def whole(self) -> bool:
        """Whether every history holds together."""
        return not self.breaks


def audit(database: Database, heads: Mapping[str, str] | None = None) -> Audit:
    """Walks all histories. `heads` are those exported earlier: each must still stand in its history."""
    wanted = dict(heads or {})
    breaks: list[Break] = []
    instances = commands = 0
    for page in queries.heads(database):
        rows = queries.journals(database, [number for number, _head in page])
        histories = {number: list(group) for number, group in groupby(rows, key=lambda row: row.instance)}
        for number, head in page:
            history = histories.get(number, [])
            instances += 1
            commands += len(history)
            broken = first_break(history, head)
            exported = wanted.pop(str(number), None)
            if broken is None and exported is not None and all(row.hash != exported for row in history):
                broken = len(history) + 1
            if broken is not None:
                breaks.append(Break(str(number), broken))
    breaks += [Break(number, 1) for number in wanted]
    return Audit(instances, commands, tuple(breaks))
