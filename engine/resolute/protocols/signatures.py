"""Signatures that stand on several lines: post above, name below."""

from __future__ import annotations

import re
from collections.abc import Sequence

from resolute.protocols import keywords, marks
from resolute.protocols.persons import PERSON
from resolute.protocols.sentences import has_infinitive
from resolute.protocols.source import Line

_SIGNED = re.compile(rf"{PERSON.pattern}$")


def with_whole_signatures(lines: Sequence[Line]) -> list[Line]:
    """`lines` with signatures on one line: the post may stand on lines above the name."""
    result: list[Line] = []
    for line in lines:
        if line.cells is None and PERSON.fullmatch(line.text.strip(" _/")):
            for back in (1, 2, 3):
                start = len(result) - back
                if start < 0 or _is_no_post(result[start]):
                    break
                joined = " ".join([*(above.text for above in result[start:]), line.text.strip(" _/")])
                if keywords.is_signature(joined) and not has_infinitive(joined):
                    line = Line(result[start].number, joined, gap=True)
                    del result[start:]
                    break
        elif line.cells is None and result and _SIGNED.search(line.text) and _begins_above(result[-1], line):
            line = Line(result[-1].number, f"{result[-1].text} {line.text}", gap=True)
            result.pop()
        result.append(line)
    return result


def _begins_above(above: Line, line: Line) -> bool:
    """Whether the post of the person at the end of `line` begins on the line above it."""
    if above.cells is not None or not above.gap or PERSON.search(above.text):
        return False
    joined = f"{above.text} {line.text}"
    whole = keywords.is_signature(line.text) and not above.text.endswith(",")
    return not whole and keywords.is_signature(joined) and not has_infinitive(joined)


def _is_no_post(line: Line) -> bool:
    """Whether a line cannot be the post above a name: a table row, a numbered item, who was present."""
    return line.cells is not None or marks.parse(line.text) is not None or bool(keywords.ATTENDANCE.match(line.text))
