"""Any text as an XML name and back, with characters escaped as in ISO 9075-14 (`_x0020_` for a space)."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-zА-Яа-яЁё0-9_.-]")
_START = re.compile(r"[A-Za-zА-Яа-яЁё_]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4,6})_")


def as_name(text: str) -> str:
    """The text as an XML name without a colon; a name that has nothing to escape stays as it is."""
    parts = []
    for at, letter in enumerate(text):
        plain = _PLAIN.match(letter) and (at > 0 or _START.match(letter))
        escape = letter == "_" and _ESCAPED.match(text, at)
        parts.append(letter if plain and not escape else f"_x{ord(letter):04X}_")
    return "".join(parts) or "_"


def from_name(name: str) -> str:
    """The text behind a name."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), name)
