"""Protocols typed as one paragraph: lines are made of it again, at each question and at each «Решили:»."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from resolute.protocols.keywords import ORDINAL_QUESTION
from resolute.protocols.source import Line

_OPENS = re.compile(
    rf"(?<=[а-яёА-ЯЁ»)][.;:!?])\s+(?=(?:{ORDINAL_QUESTION})"
    r"|(?:(?:ЗА)?СЛУШАЛИ|Слушали|РЕШИЛИ?|Решили|ПОСТАНОВИЛИ?|Постановили|ВЫСТУПИЛИ|Выступили)\s*:)"
)
_SHORTEST = 120


def unrolled(lines: Sequence[Line]) -> list[Line]:
    """`lines` with the long ones cut where a question or a decision opens inside them."""
    return [part for line in lines for part in _parts(line)]


def _parts(line: Line) -> Iterator[Line]:
    if line.cells is not None or len(line.text) < _SHORTEST:
        yield line
        return
    for index, text in enumerate(_OPENS.split(line.text)):
        yield replace(line, text=text, gap=line.gap or index > 0)
