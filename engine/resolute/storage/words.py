"""Texts as words that an index finds by their beginnings."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w{2,64}")
MAX_WORDS = 500
"""Of one text; those that come later are not found."""


def words_of(text: str) -> list[str]:
    """The different words of a text, small, with «е» for «ё», in their order."""
    found = dict.fromkeys(_WORD.findall(text.casefold().replace("ё", "е")))
    return list(found)[:MAX_WORDS]


def beginning(word: str) -> tuple[str, str]:
    """The bounds between which all words stand that begin so: from the first, and before the second."""
    return word, word + "\U0010ffff"
