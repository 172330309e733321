"""Reads what a command was pointed at: a register or a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolute.protocols import Protocol


def protocol_of(path: Path, profile: Path | None = None) -> Protocol:
    """The protocol in `path`: a register as it stands, a document through the reader by the body's `profile`."""
    from resolute import protocols

    if protocols.is_register(path):
        return protocols.load_register(path)
    return protocols.read(path, profile=protocols.load_profile(profile) if profile else None)
