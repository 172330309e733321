"""Answers quickly what a rectangle would cover."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.bpmn.layout.diagram import Box

_CELL = 80.0
_GROWTH = 4.0


class Space:
    """Rectangles with a cost each; a line is a rectangle without width or height.

    They lie in grids whose cells are about as wide and as high as they are: a long line fills few cells, a
    small rectangle meets few others.
    """

    def __init__(self) -> None:
        self._grids: dict[tuple[float, float], dict[tuple[int, int], list[tuple[Box, float]]]] = {}

    def add(self, box: Box, cost: float = 0.0) -> None:
        """Puts a rectangle in; covering any of it will cost `cost`."""
        size = (_fitting(box.width), _fitting(box.height))
        grid = self._grids.setdefault(size, {})
        entry = (box, cost)
        for cell in _touched(box, size):
            grid.setdefault(cell, []).append(entry)

    def cost(self, box: Box, limit: float) -> float:
        """What covering `box` costs; stops counting beyond `limit`."""
        total = 0.0
        for _, cost in self._met(box):
            total += cost
            if total >= limit:
                break
        return total

    def covered(self, box: Box) -> Iterator[Box]:
        """The rectangles that `box` covers, each once."""
        return (other for other, _ in self._met(box))

    def _met(self, box: Box) -> Iterator[tuple[Box, float]]:
        for size, grid in self._grids.items():
            seen: set[int] = set()
            for cell in _touched(box, size):
                for entry in grid.get(cell, ()):
                    if id(entry) not in seen and box.overlaps(entry[0]):
                        seen.add(id(entry))
                        yield entry


def _fitting(length: float) -> float:
    size = _CELL
    while size < length:
        size *= _GROWTH
    return size


def _touched(box: Box, size: tuple[float, float]) -> Iterator[tuple[int, int]]:
    width, height = size
    for column in range(int(box.x // width), int(box.right // width) + 1):
        for row in range(int(box.y // height), int(box.bottom // height) + 1):
            yield column, row
