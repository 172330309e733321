"""Instances in hand: what the engine keeps of an instance while it works on it, and the cache of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime

from resolute.execution import ids
from resolute.execution.definitions import Program
from resolute.execution.seam import Command, Data, Event, Play, State, Stores
from resolute.execution.values import Instance, InstanceState
from resolute.storage.rows import Advance, Change, InstanceRow, JournalRow, Move, dumps, moment

LARGE = 4096
"""States that take more characters are written only now and then."""


class Live:
    """One instance in hand. Commands change it in place: after one that failed it is let go of."""

    __slots__ = (
        "_kept", "_news", "_play", "_size", "_state", "_written", "ended", "epoch", "group", "head", "id", "key",
        "parent", "parent_token", "program", "saved", "seq", "started", "status",
    )  # fmt: skip

    def __init__(self, row: InstanceRow, program: Program, state: State, tail: Iterable[JournalRow] = ()) -> None:
        """`tail` are the commands that the row's body does not know, but the state does."""
        self.id = row.id
        self.program = program
        self.status: InstanceState = row.status  # type: ignore[assignment]
        self.parent = row.parent
        self.parent_token = row.parent_token
        self.group = row.group_id
        self.key = row.key
        self.started = row.started
        self.ended = row.ended
        self.seq = row.seq
        """How many commands it has seen."""
        self.saved = row.seq
        """How many of them are in the store."""
        self.head = row.head
        self.epoch: int | None = None
        """When it was last seen to be as in the store: see `Database.epoch`."""
        self._kept = (row.definition, row.status, row.ended)
        self._written = row.seq - row.behind
        """How many commands the stored state knows."""
        self._size = len(row.body)
        """Of the stored state."""
        self._news = sum(len(entry.events or "") for entry in tail)
        """The size of what has happened since."""
        self._state: State | None = state
        self._play: Play | None = None

    @property
    def data(self) -> Data:
        """Its variables."""
        data: Data = self.state["data"] if self._play is None else self._play.data
        return data

    @property
    def state(self) -> State:
        """Its state in the form that is stored."""
        if self._state is None:
            assert self._play is not None
            self._state = self._play.state()
        return self._state

    @state.setter
    def state(self, state: State) -> None:
        self._state, self._play, self._size = state, None, 0

    def record(self, entry: JournalRow) -> None:
        """Takes the next entry of its history into account."""
        self.seq, self.head = entry.seq, entry.hash
        self._news += len(entry.events or "")

    def apply(self, command: Command, now: datetime, stores: Stores) -> Sequence[Event]:
        """Applies a command; returns what happened. Raises ConflictError when nothing waits for it."""
        if self._play is None:
            self._play = self.program.executor.resume(self.program.compiled, self.state)
        self._state = None
        return self._play.apply(command, now, stores)

    def save(self) -> Move | Advance | Change:
        """What to write so that the store has it as it is now.

        A large state is written when as much has happened since it was last: however large, that costs a command no
        more than what it does itself, and a reader no more than twice the state.
        """
        before, self.saved = self.saved, self.seq
        now = (self.program.number, self.status, self.ended)
        if now == self._kept and self._follows():
            return Move(self.seq, self.head, self.seq - self._written, self.id, before)
        body = dumps(self.state)
        self._written, self._size, self._news = self.seq, len(body), 0
        if now == self._kept:
            return Advance(self.seq, self.head, body, self.id, before)
        self._kept = now
        return Change(*now, self.seq, self.head, body, self.id, before)

    def _follows(self) -> bool:
        """Whether the stored state and the history may go on telling the present one."""
        return self._size > LARGE and self._news <= self._size and self.program.executor.replay is not None


class Cache:
    """The instances used last, by id."""

    def __init__(self, size: int = 2000) -> None:
        self._size = size
        self._lives: OrderedDict[int, Live] = OrderedDict()

    def get(self, number: int) -> Live | None:
        """The instance, if it is at hand."""
        live = self._lives.get(number)
        if live is not None:
            self._lives.move_to_end(number)
        return live

    def put(self, live: Live) -> None:
        """Keeps an instance; the one unused longest goes."""
        self._lives[live.id] = live
        self._lives.move_to_end(live.id)
        if len(self._lives) > self._size:
            self._lives.popitem(last=False)

    def drop(self, number: int) -> None:
        """Forgets an instance whose state may differ from the store's."""
        self._lives.pop(number, None)


def instance_of(row: InstanceRow, program: Program, data: Data) -> Instance:
    """The public value of a stored instance."""
    return Instance(
        id=str(row.id),
        definition=program.definition,
        state=row.status,  # type: ignore[arg-type]
        data=data,
        started=moment(row.started),
        ended=None if row.ended is None else moment(row.ended),
        parent=None if row.parent is None else str(row.parent),
        parent_token=row.parent_token,
        group=ids.group(row.group_id),
        key=row.key,
        ref=row.ref,
    )
