"""Runs instances durably: commands in, events out, everything of a command in one transaction."""

from __future__ import annotations

from resolute.execution.clock import Clock
from resolute.execution.core import Engine
from resolute.execution.opening import Opening
from resolute.execution.services import ServiceError
from resolute.execution.values import Definition, HistoryEvent, Incident, Instance, Outgoing, Task

__all__ = [
    "Clock",
    "Definition",
    "Engine",
    "HistoryEvent",
    "Incident",
    "Instance",
    "Opening",
    "Outgoing",
    "ServiceError",
    "Task",
]
