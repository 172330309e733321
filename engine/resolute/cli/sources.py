"""Reads what a command was pointed at: a register or a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resolute.protocols import Protocol


def protocol_of(path: Path) -> Protocol:
    """The protocol in `path`: a register as it stands, a document through the reader."""
    from resolute import protocols

    return protocols.load_register(path) if protocols.is_register(path) else protocols.read(path)
