"""Resolute: reads a council's protocol, runs its decisions as BPMN processes, says what is blocked and why.

The names below are imported on first use, so that `import resolute` stays light.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from resolute.errors import (
    ConflictError,
    Finding,
    InputError,
    ModelError,
    NotFoundError,
    ResoluteError,
    StorageError,
)
from resolute.reports import notebook as notebook

if TYPE_CHECKING:
    from resolute import bpmn, net, testing
    from resolute.engine import Engine
    from resolute.modelling.model import model
    from resolute.protocols import Protocol, load_register, read
    from resolute.simulation import simulate

_LAZY = {
    "Engine": "resolute.engine",
    "Protocol": "resolute.protocols",
    "load_register": "resolute.protocols",
    "model": "resolute.modelling",
    "read": "resolute.protocols",
    "simulate": "resolute.simulation",
}
_MODULES = ("bpmn", "net", "testing")

__all__ = [
    "ConflictError",
    "Engine",
    "Finding",
    "InputError",
    "ModelError",
    "NotFoundError",
    "Protocol",
    "ResoluteError",
    "StorageError",
    "bpmn",
    "load_register",
    "model",
    "net",
    "read",
    "simulate",
    "testing",
]

try:
    __version__ = version("resolute")
except PackageNotFoundError:  # run from a source tree that was never installed
    __version__ = "0"


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        return getattr(import_module(_LAZY[name]), name)
    if name in _MODULES:
        return import_module(f"resolute.{name}")
    raise AttributeError(f"module 'resolute' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
