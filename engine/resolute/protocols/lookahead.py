"""Looks ahead in a document: whether a question's decision is still announced by a keyword («РЕШИЛИ:»)."""

from __future__ import annotations

from collections.abc import Sequence

from resolute.protocols import keywords
from resolute.protocols.source import Line


def keyword_ahead(lines: Sequence[Line]) -> list[bool]:
    """For each line, whether «РЕШИЛИ:» or its like follows it before the next question opens."""
    found = [False] * len(lines)
    ahead = False
    for index in range(len(lines) - 1, -1, -1):
        found[index] = ahead
        line = lines[index]
        if line.cells is not None:
            continue
        if keywords.decided(line.text):
            ahead = True
        elif keywords.question(line.text) or keywords.titled(line.text):
            ahead = False
    return found
