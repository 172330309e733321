"""Models the decisions of a protocol as BPMN processes."""

from __future__ import annotations

from resolute.modelling.model import model
from resolute.modelling.patterns import needed_patterns, patterns

__all__ = ["model", "needed_patterns", "patterns"]
