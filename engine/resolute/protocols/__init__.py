"""Reads protocols and keeps their registers."""

from __future__ import annotations

from resolute.protocols.profile import Profile, Term, load_profile
from resolute.protocols.reading import read
from resolute.protocols.register import dump_register, is_register, load_register, loads_register
from resolute.protocols.shape import to_json

__all__ = [
    "Profile",
    "Term",
    "dump_register",
    "is_register",
    "load_profile",
    "load_register",
    "loads_register",
    "read",
    "to_json",
]
