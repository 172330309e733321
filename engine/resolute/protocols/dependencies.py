"""Proposes which points wait for which, with the reason in words."""

from __future__ import annotations

from resolute.protocols.values import Protocol


def proposed(protocol: Protocol) -> Protocol:
    """`protocol` with the dependencies that its text suggests."""
    return protocol
