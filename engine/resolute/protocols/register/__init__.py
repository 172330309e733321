"""The register: all points of a protocol in one YAML file that a person edits."""

from __future__ import annotations

from resolute.protocols.register.dump import dumps
from resolute.protocols.register.load import is_register, load_register, loads_register
from resolute.protocols.register.merge import merge
from resolute.protocols.register.rewrite import rewritten
from resolute.protocols.register.schema import schema
from resolute.protocols.values import Protocol

__all__ = ["dump_register", "is_register", "load_register", "loads_register", "merge", "schema"]


def dump_register(protocol: Protocol, *, previous: str | None = None) -> str:
    """The register of `protocol` as YAML, which `load_register` reads back as the same protocol.

    With `previous`, the text of the register that is being rewritten, its comments and order and the lines of
    whatever did not change are kept.
    """
    return dumps(protocol) if previous is None else rewritten(previous, protocol)
