"""What tests of processes need: a clock to set, an engine in memory, assertions about where an instance stands."""

from __future__ import annotations

from resolute.testing.clock import Clock
from resolute.testing.run import in_memory_run

__all__ = ["Clock", "in_memory_run"]
