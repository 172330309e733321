"""Messages for the world outside: kept with the command that throws them, passed on until they are acknowledged."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from typing import TypeAlias

from resolute.execution import ids
from resolute.execution.base import Base
from resolute.execution.values import Outgoing
from resolute.storage.rows import OutgoingRow, loads, moment

_log = logging.getLogger(__name__)

Outlet: TypeAlias = Callable[[Outgoing], object]

_PAGE = 100
_OUTBOX = "resolute outbox"
"""Whoever has taken this name passes messages on: one engine at a time, so that they go in their order."""
_PATIENCE = 5
"""After so many failures in a row the world outside is left alone until the next turn."""


class Outbox(Base):
    """What models say to the world outside."""

    _outlet: Outlet | None = None

    def outgoing(self, limit: int = 100, *, after: str = "0") -> list[Outgoing]:
        """Messages that models have thrown, that no deployed process takes and nobody has acknowledged, oldest
        first; those after the one with the id `after`.
        """
        with self._lock:
            return [_value(row) for row in self._store.outgoing(ids.number(after), limit)]

    def acknowledge(self, messages: Iterable[str]) -> int:
        """Forgets outgoing messages by their ids: they have arrived. Returns how many were still there."""
        numbers = [ids.number(message) for message in messages]
        return self._command(lambda work: sum(self._store.drop_outgoing(number) for number in numbers))

    def outlet(self, function: Outlet) -> Outlet:
        """A decorator: `tick` and `work` hand each outgoing message to `function` and forget it when that returns.

        Those of one instance go in their order: after a failure the later ones wait for the next turn. A message may
        come twice, with the same id, when the engine stops in between.
        """
        self._outlet = function
        return function

    def tick(self) -> int:
        """Fires all that is due by the clock, the earliest first, each in a transaction; returns how many.

        Then hands outgoing messages to the outlet.
        """
        fired = super().tick()
        self._pass_on()
        return fired

    def _pass_on(self, stop: threading.Event | None = None) -> None:
        """Hands outgoing messages to the outlet; leaves it to another engine that is just doing so."""
        if self._outlet is None or self._hosted:
            return
        with self._lock:
            mine = self._database.take(_OUTBOX)
        if not mine:
            return
        try:
            self._pass_all(self._outlet, stop)
        finally:
            with self._lock:
                self._database.leave(_OUTBOX)

    def _pass_all(self, outlet: Outlet, stop: threading.Event | None) -> None:
        held: set[str] = set()
        last, failures = "0", 0
        while page := self.outgoing(_PAGE, after=last):
            for message in page:
                if failures == _PATIENCE or (stop is not None and stop.is_set()):
                    return
                if message.instance in held:
                    continue
                try:
                    outlet(message)
                except Exception:  # whatever the host's function raises: the message stays
                    facts = {"instance": message.instance, "element": message.element, "message": message.name}
                    _log.warning("outgoing message %s failed", message.id, exc_info=True, extra={"resolute": facts})
                    held.add(message.instance)
                    failures += 1
                else:
                    self.acknowledge([message.id])
                    failures = 0
            last = page[-1].id


def _value(row: OutgoingRow) -> Outgoing:
    return Outgoing(
        id=str(row.id),
        instance=str(row.instance),
        element=row.element,
        name=row.name,
        payload=loads(row.payload),
        correlation=loads(row.correlation),
        at=moment(row.at),
    )
