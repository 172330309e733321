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
        elif line.cells is None and result and _SIGNED.search(line.text) and not keywords.is_signature(line.text):
            above = result[-1]
            joined = f"{above.text} {line.text}"
            if above.cells is None and above.gap and keywords.is_signature(joined) and not has_infinitive(joined):
                line = Line(above.number, joined, gap=True)
                result.pop()
        result.append(line)
    return result


def _is_no_post(line: Line) -> bool:
    """Whether a line cannot be the post above a name: a table row, a numbered item, who was present."""
    return line.cells is not None or marks.parse(line.text) is not None or bool(keywords.ATTENDANCE.match(line.text))
