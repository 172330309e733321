"""Proves, data left aside, that a process can always end well: no deadlock, nothing dead, nothing run over."""

from __future__ import annotations

from resolute.net.soundness.check import check, check_document

__all__ = ["check", "check_document"]
