"""Stands cells that no link touches on shelves below the rest of their band, or beside it, out of the way."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from resolute.bpmn.layout.graph import Arrangement, Graph, Point

_GAP = 40.0
_LEAST_WIDTH = 600.0
_BREADTH = 1.8
"""How much broader than high a heap of loose cells becomes."""


@dataclass(slots=True)
class _Shelf:
    """The loose cells of one band: their centres from the upper left corner of the shelf, and its size."""

    centres: dict[int, Point]
    width: float
    height: float


def linked_part(graph: Graph) -> tuple[Graph, list[int]]:
    """The graph without loose cells, and the numbers that its cells had before."""
    kept = sorted({end for link in graph.links for end in (link.source, link.target)})
    number = {old: new for new, old in enumerate(kept)}
    links = [replace(link, source=number[link.source], target=number[link.target]) for link in graph.links]
    return Graph([graph.cells[old] for old in kept], links, graph.bands), kept


def add_shelves(graph: Graph, kept: list[int], made: Arrangement) -> Arrangement:
    """The arrangement of the whole graph, given that of its linked part."""
    loose = _by_band(graph, sorted(set(range(len(graph.cells))) - set(kept)))
    if not loose:
        return made
    used = {graph.cells[old].band for old in kept}
    shelves = {band: _shelf(graph, cells, made.width) for band, cells in loose.items()}
    centres: list[Point] = [(0.0, 0.0)] * len(graph.cells)
    bands: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    width, lowered = made.width, 0.0
    for number, (top, bottom) in enumerate(made.bands):
        shifts.append((top, lowered))
        height = bottom - top
        shelf = shelves.get(number)
        if shelf is not None:
            band = graph.bands[number]
            below = number in used and band.alone
            left = made.width + _GAP if kept and not band.alone else 0.0
            start = top + lowered + (height - band.pad + _GAP if below else band.pad)
            height = height + _GAP + shelf.height if below else max(height, shelf.height + 2 * band.pad)
            if not below:
                start += (height - 2 * band.pad - shelf.height) / 2
            for cell, (x, y) in shelf.centres.items():
                centres[cell] = (x + left, y + start)
            width = max(width, left + shelf.width)
        bands.append((top + lowered, top + lowered + height))
        lowered += height - (bottom - top)
    _move(made, kept, centres, shifts)
    return Arrangement(centres, made.waypoints, bands, width, made.height + lowered)


def _move(made: Arrangement, kept: list[int], centres: list[Point], shifts: list[tuple[float, float]]) -> None:
    """Moves the linked part down where shelves above it need room."""

    def lower(y: float) -> float:
        by = 0.0
        for top, shift in shifts:
            if y < top:
                break
            by = shift
        return y + by

    for old, (x, y) in zip(kept, made.centres, strict=True):
        centres[old] = (x, lower(y))
    if shifts[-1][1]:
        made.waypoints[:] = [[(x, lower(y)) for x, y in points] for points in made.waypoints]


def _by_band(graph: Graph, cells: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for cell in cells:
        found.setdefault(graph.cells[cell].band, []).append(cell)
    return found


def _shelf(graph: Graph, cells: list[int], width: float) -> _Shelf:
    """Cells in rows, in their order, hardly wider than `width`."""
    areas = (
        (c.width + 2 * c.side + _GAP) * (c.height + c.up + c.down + _GAP) for c in map(graph.cells.__getitem__, cells)
    )
    limit = max(width, _LEAST_WIDTH, math.sqrt(sum(areas) * _BREADTH))
    rows: list[list[int]] = []
    x = limit
    for number in cells:
        cell = graph.cells[number]
        needed = cell.width + 2 * cell.side
        if x + needed > limit:
            rows.append([])
            x = 0.0
        rows[-1].append(number)
        x += needed + _GAP
    return _stacked(graph, rows)


def _stacked(graph: Graph, rows: list[list[int]]) -> _Shelf:
    centres: dict[int, Point] = {}
    widest, top = 0.0, 0.0
    for row in rows:
        above = max(graph.cells[n].height / 2 + graph.cells[n].up for n in row)
        below = max(graph.cells[n].height / 2 + graph.cells[n].down for n in row)
        x = 0.0
        for number in row:
            cell = graph.cells[number]
            centres[number] = (x + cell.side + cell.width / 2, top + above)
            x += cell.width + 2 * cell.side + _GAP
        widest = max(widest, x - _GAP)
        top += above + below + _GAP
    return _Shelf(centres, widest, top - _GAP)
