"""Opening a protocol: its decisions deployed and started together, as one group."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from resolute.storage.rows import micros

if TYPE_CHECKING:
    from resolute.execution.core import Engine
    from resolute.protocols.values import Protocol


@dataclass(frozen=True, slots=True)
class Opening:
    """A protocol that was opened."""

    id: str
    """The group of its instances."""
    number: str | None
    date: str | None
    """The day of the meeting, ISO."""
    body: str | None
    source: str | None
    """The file it was read from."""
    at: datetime

    def is_of(self, protocol: Protocol) -> bool:
        """Whether it opened this protocol: the same number of the same body and day."""
        return (self.number, self.date, self.body) == (protocol.number, _day(protocol), protocol.body)


def deploy_protocol(engine: Engine, protocol: Protocol, models: str | Path | None = None) -> list[str]:
    """Deploys the decisions of `protocol` and the patterns they call; returns the ids of the decisions' processes.

    What a person has changed in the folder `models` is used as it is.
    """
    from resolute.modelling import in_force, model, needed_patterns

    decisions = model(protocol)
    documents = (*decisions, *needed_patterns(decisions)) if models is None else in_force(protocol, models)
    for document in reversed(documents):
        engine.deploy(document)
    return [process.id for document in documents[: len(decisions)] for process in document.processes]


def opening_values(protocol: Protocol, now: datetime) -> tuple[str | None, str | None, str | None, str | None, int]:
    """What the store keeps of a protocol."""
    return protocol.number, _day(protocol), protocol.body, protocol.source, micros(now)


def _day(protocol: Protocol) -> str | None:
    return protocol.date.isoformat() if protocol.date else None
