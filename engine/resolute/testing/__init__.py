"""What tests of processes need: a clock to set, an engine in memory, assertions about where an instance stands."""

from __future__ import annotations

from resolute.testing.clock import Clock

__all__ = ["Clock"]
