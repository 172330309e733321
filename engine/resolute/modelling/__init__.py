"""Models the decisions of a protocol as BPMN processes."""

from __future__ import annotations

from resolute.modelling.folder import Written, in_force, write
from resolute.modelling.labels import deed
from resolute.modelling.model import model
from resolute.modelling.names import process_id, protocol_key
from resolute.modelling.patterns import needed_patterns, pattern, patterns

__all__ = [
    "Written",
    "deed",
    "in_force",
    "model",
    "needed_patterns",
    "pattern",
    "patterns",
    "process_id",
    "protocol_key",
    "write",
]
