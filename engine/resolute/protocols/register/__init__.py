"""The register: all points of a protocol in one YAML file that a person edits."""

from __future__ import annotations

from resolute.protocols.register.dump import dumps
from resolute.protocols.register.load import is_register, load_register, loads_register
from resolute.protocols.values import Protocol

__all__ = ["dump_register", "is_register", "load_register", "loads_register"]


def dump_register(protocol: Protocol, *, previous: str | None = None) -> str:
    """The register of `protocol` as YAML; with `previous`, its comments and order are kept."""
    return dumps(protocol)
