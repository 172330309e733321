"""Reads protocols and keeps their registers.

The reader and the writer of tables are imported on first use: a register loads without them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resolute.protocols.profile import Profile, Term, load_profile
from resolute.protocols.register import dump_register, is_register, load_register, loads_register, merge, schema
from resolute.protocols.shape import to_json
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question

if TYPE_CHECKING:
    from resolute.protocols.control_table import write_table
    from resolute.protocols.reading import read

__all__ = [
    "Deadline",
    "Dependency",
    "Party",
    "Point",
    "Profile",
    "Protocol",
    "Question",
    "Term",
    "dump_register",
    "is_register",
    "load_profile",
    "load_register",
    "loads_register",
    "merge",
    "read",
    "schema",
    "to_json",
    "write_table",
]

_LAZY = {"read": "resolute.protocols.reading", "write_table": "resolute.protocols.control_table"}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
