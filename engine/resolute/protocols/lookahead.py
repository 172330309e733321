"""Looks ahead in a document: whether a question's decision is still announced by a keyword («РЕШИЛИ:»)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolute.protocols import keywords
from resolute.protocols.source import Line

_TOP = 15
_DATED = re.compile(r"(?:от\s+)?[«\"]?\d{1,2}[»\"]?[.\s]|№\s?\d")


def has_keyword(lines: Sequence[Line]) -> bool:
    """Whether «РЕШИЛИ:» or its like stands anywhere."""
    return any(
        keywords.decided(line.text) and not names_document(lines, index)
        for index, line in enumerate(lines)
        if line.cells is None
    )


def names_document(lines: Sequence[Line], index: int) -> bool:
    """Whether a keyword is the name of the document: «ПОРУЧЕНИЯ», then «по итогам рабочей поездки»."""
    text = lines[index].text
    if index > _TOP or index + 1 >= len(lines) or not text.isupper() or text.endswith(":"):
        return False
    following = lines[index + 1].text
    return bool(keywords.SUBTITLE.match(following) or _DATED.match(following))


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
