"""Splits an expression into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from resolute import i18n
from resolute.net.expressions.errors import ExpressionError

_ = i18n.translator("net")

MAX_LENGTH = 10_000
"""Characters in one expression."""

TokenKind = Literal["number", "string", "name", "operator", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.(?!\.)\d+)?(?:[eE][+-]?\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[^\W\d]\w*)
    | (?P<operator>\*\*|\.\.|==|!=|<>|<=|>=|&&|\|\||[-+*/%<>=!?:,.()\[\]{};])
    )""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression with its place (0-based)."""

    kind: TokenKind
    text: str
    place: int


def tokens(source: str) -> list[Token]:
    """The tokens of `source`, an `end` after the last; raises ExpressionError."""
    if len(source) > MAX_LENGTH:
        message = _("the expression has {n} characters; at most {limit} are read")
        raise ExpressionError(message.format(n=len(source), limit=MAX_LENGTH))
    found = []
    place = 0
    end = len(source.rstrip())
    while place < end:
        match = _TOKEN.match(source, place)
        if match is None:
            raise unexpected(source, place)
        kind: TokenKind = match.lastgroup  # type: ignore[assignment]
        text = match[match.lastgroup or 0]
        if kind == "name" and text.startswith("__"):
            raise unexpected(source, match.start("name"))
        found.append(Token(kind, _unquoted(text) if kind == "string" else text, match.end() - len(text)))
        place = match.end()
    found.append(Token("end", "", end))
    return found


def unexpected(source: str, place: int) -> ExpressionError:
    """The error for something at `place` that cannot stand there."""
    found = source[place : place + 12].strip() or _("the end")
    message = _("{source}: {found} cannot stand at position {place}")
    return ExpressionError(message.format(source=_shortened(source), found=repr(found), place=place + 1))


def _shortened(source: str) -> str:
    return source if len(source) <= 60 else source[:57] + "..."


def _unquoted(text: str) -> str:
    def plain(match: re.Match[str]) -> str:
        escape = match[1]
        return chr(int(escape[1:], 16)) if len(escape) == 5 else _PLAIN.get(escape, escape)

    return _ESCAPE.sub(plain, text[1:-1])
