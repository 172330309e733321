"""The pieces of a text in which names are looked for: words, persons, quotes, brackets, separators."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from resolute.protocols import persons

_SHORT = r"(?=[ЗзНнГгПпИиДдСсАаВв])(?i:зам|зав|нач|гл|пред|и\.\s?о|доц|проф|ст|преп|асс|акад|инж|секр|вед|спец)"
"""Posts and titles cut short: «зам. директора», «ст. преп. Орлов К.К.»."""
_TOKEN = re.compile(
    rf"(?P<quoted>«[^«»]{{0,250}}«[^«»]{{0,250}}»(?=\s*(?:[,;.(]|$))|«[^«»]{{0,250}}(?:«[^«»]{{0,250}}»?[^«»]{{0,250}}){{0,2}}»|\"[^\"]{{0,250}}\"|“[^”]{{0,250}}”)|(?P<bracket>\([^()]{{0,300}}\))|(?P<person>{persons.PERSON.pattern})"
    rf"|(?P<word>№\s?\d+|{_SHORT}\.(?=\s[А-ЯЁа-яё])|[\w]+(?:[-/][\w]+)*)|(?P<sep>[,;])|(?P<stop>[:.–—¦!?])"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text, with where it stands."""

    kind: str
    """`quoted`, `bracket`, `person`, `word`, `sep` or `stop`."""
    text: str
    start: int
    end: int


def tokens_of(text: str, start: int) -> Iterator[Token]:
    """The pieces of `text` from `start`."""
    for match in _TOKEN.finditer(text, start):
        yield Token(match.lastgroup or "word", match[0], match.start(), match.end())


def skip_separator(tokens: list[Token], index: int) -> int:
    """The index after «,», «;», «и», «а также»."""
    while index < len(tokens) and (
        tokens[index].kind == "sep"
        or tokens[index].text in ("и", "а", "также", "либо")
        or tokens[index].kind == "bracket"
    ):
        index += 1
    return index
