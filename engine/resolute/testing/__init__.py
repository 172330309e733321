"""What tests of processes need: a clock to set, an engine in memory, assertions, runs without a store.

The names are imported on first use, so that the clock alone costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resolute.testing.clock import Clock
    from resolute.testing.kit import InMemoryEngine, has_passed, waits_at
    from resolute.testing.run import in_memory_run
    from resolute.testing.walk import Coverage, random_walk

_LAZY = {
    "Clock": "clock",
    "Coverage": "walk",
    "InMemoryEngine": "kit",
    "has_passed": "kit",
    "in_memory_run": "run",
    "random_walk": "walk",
    "waits_at": "kit",
}

__all__ = [
    "Clock",
    "Coverage",
    "InMemoryEngine",
    "has_passed",
    "in_memory_run",
    "random_walk",
    "waits_at",
]


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(f"resolute.testing.{_LAZY[name]}"), name)
    raise AttributeError(f"module 'resolute.testing' has no attribute {name!r}")
