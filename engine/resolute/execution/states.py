"""The states of stored instances: what was written last, led on by the commands since then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Protocol

from resolute.execution import journal
from resolute.execution.definitions import Library
from resolute.execution.seam import Data, State
from resolute.storage import queries
from resolute.storage.database import Database
from resolute.storage.rows import JournalRow, loads


class Kept(Protocol):
    """What a row says of a state."""

    @property
    def definition(self) -> int: ...
    @property
    def executor(self) -> str: ...
    @property
    def body(self) -> str: ...
    @property
    def behind(self) -> int: ...


def led_on(library: Library, row: Kept, tail: Iterable[JournalRow]) -> State:
    """The present state; `tail` are the last commands, those that the stored one does not know."""
    state: State = loads(row.body)
    if not row.behind:
        return state
    program = library.program(row.definition, row.executor)
    replay = program.executor.replay
    assert replay is not None, row.executor
    return replay(program.compiled, state, journal.moves(tail))


def variables(database: Database, library: Library, found: Mapping[int, Kept]) -> dict[int, Data]:
    """The present variables of instances, by number; the caller makes sure that the reads see one moment."""
    tails: dict[int, list[JournalRow]] = defaultdict(list)
    for entry in queries.tails(database, (number for number, row in found.items() if row.behind)):
        tails[entry.instance].append(entry)
    return {number: led_on(library, row, tails[number])["data"] for number, row in found.items()}
