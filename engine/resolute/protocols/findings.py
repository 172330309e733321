"""What a careful reader remarks on a protocol."""

from __future__ import annotations

from resolute.errors import Finding
from resolute.protocols.directory import Directory
from resolute.protocols.header import Header
from resolute.protocols.profile import Profile
from resolute.protocols.structure import Structure
from resolute.protocols.values import Protocol


def signer_of(structure: Structure, head: Header) -> str | None:
    """Who signed or approved the protocol."""
    return structure.signatures[0].text if structure.signatures else head.approval


def findings_of(protocol: Protocol, structure: Structure, directory: Directory, profile: Profile) -> tuple[Finding, ...]:
    """All findings on a protocol."""
    return ()
