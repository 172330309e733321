"""Tables in a PDF page: the ruled lines give the cells, the pieces of text fall into them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_NEAR = 2.5
"""Edges closer than this (in points) are one edge."""
_LONG = 8.0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in points, y upwards; `text` is what stands in it."""

    left: float
    bottom: float
    right: float
    top: float
    text: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """The edges of a ruled table."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]

    def cell(self, box: Box) -> tuple[int, int] | None:
        """Row (from the top) and column of the cell that holds the middle of `box`."""
        x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
        if not (self.xs[0] < x < self.xs[-1] and self.ys[0] < y < self.ys[-1]):
            return None
        return len(self.ys) - 1 - bisect_right(self.ys, y), bisect_right(self.xs, x) - 1


def grid_of(rules: Iterable[Box]) -> Grid | None:
    """The grid that ruled lines and boxes make; None when they make no table of two columns and two rows."""
    xs: list[float] = []
    ys: list[float] = []
    for rule in rules:
        if rule.top - rule.bottom > _LONG:
            xs += [rule.left, rule.right]
        if rule.right - rule.left > _LONG:
            ys += [rule.bottom, rule.top]
    grid = Grid(_merged(xs), _merged(ys))
    return grid if len(grid.xs) >= 3 and len(grid.ys) >= 3 else None


def _merged(edges: list[float]) -> tuple[float, ...]:
    result: list[float] = []
    for edge in sorted(edges):
        if not result or edge - result[-1] > _NEAR:
            result.append(edge)
    return tuple(result)


def rows_and_lines(grid: Grid, pieces: Sequence[Box]) -> list[str | tuple[str, ...]]:
    """The page from top to bottom: lines of text outside the grid, rows of cells inside."""
    rows: dict[int, list[list[str]]] = {}
    above: list[Box] = []
    below: list[Box] = []
    for piece in pieces:
        place = grid.cell(piece)
        if place is None:
            (above if piece.bottom > grid.ys[-1] - _NEAR else below).append(piece)
            continue
        row, column = place
        cells = rows.setdefault(row, [[] for _x in range(len(grid.xs) - 1)])
        cells[column].append(piece.text)
    table = [tuple(" ".join(cell) for cell in cells) for _row, cells in sorted(rows.items())]
    return [*_lines(above), *table, *_lines(below)]


def _lines(pieces: Sequence[Box]) -> list[str]:
    """Pieces that stand on one line joined, in the order of the page."""
    lines: list[str] = []
    last: Box | None = None
    for piece in pieces:
        if last is not None and abs(piece.bottom - last.bottom) < (last.top - last.bottom) / 2 + 1:
            lines[-1] = f"{lines[-1]} {piece.text}"
        else:
            lines.append(piece.text)
        last = piece
    return lines
