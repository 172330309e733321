"""The legend below a picture: as many rows as its width needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from resolute.bpmn.measure import text_width
from resolute.reports import graph_svg_style as style


def legend_rows(items: Sequence[tuple[str, str]], width: float) -> list[list[tuple[float, str, str]]]:
    """Drawings (24 pixels wide) with their labels, each with its place in its row."""
    rows: list[list[tuple[float, str, str]]] = [[]]
    x = 0.0
    for drawing, label in items:
        needed = 30 + text_width(label, 12) + 26
        if rows[-1] and x + needed > width:
            rows.append([])
            x = 0.0
        rows[-1].append((x, drawing, label))
        x += needed
    return rows


def legend(rows: Sequence[Sequence[tuple[float, str, str]]]) -> Iterator[str]:
    """The rows, 24 pixels each."""
    for index, row in enumerate(rows):
        for x, drawing, label in row:
            yield (f'<g transform="translate({x:.0f} {index * 24 + 14})">{drawing}{style.text(30, 0, label)}</g>')
