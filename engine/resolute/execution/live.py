"""Instances in hand: what the engine keeps of an instance while it works on it, and the cache of them."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

from resolute.execution.definitions import Program
from resolute.execution.seam import Data, State
from resolute.execution.values import Instance, InstanceState
from resolute.storage.rows import InstanceRow, moment
from resolute.storage.statements import NO_GROUP


@dataclass(slots=True)
class Live:
    """One instance in hand; `state` is never changed in place, only replaced."""

    id: int
    program: Program
    status: InstanceState
    parent: int | None
    parent_token: str | None
    group: int
    key: str | None
    started: int
    ended: int | None
    seq: int
    """How many commands it has seen."""
    saved: int
    """How many of them are in the store."""
    head: str
    state: State

    @property
    def data(self) -> Data:
        """Its variables."""
        data: Data = self.state["data"]
        return data


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
        group=None if row.group_id == NO_GROUP else str(row.group_id),
        key=row.key,
        ref=row.ref,
    )
