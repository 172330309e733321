"""Answers quickly what a rectangle would cover."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.bpmn.layout.diagram import Box

_CELL = 80.0


class Space:
    """Rectangles with a cost each, kept in the squares of a grid; a line is one without width or height."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], list[tuple[Box, float]]] = {}

    def add(self, box: Box, cost: float) -> None:
        """Puts a rectangle in; covering any of it will cost `cost`."""
        for square in self._touched(box):
            self._squares.setdefault(square, []).append((box, cost))

    def cost(self, box: Box, limit: float) -> float:
        """What covering `box` costs; stops counting beyond `limit`."""
        total = 0.0
        seen: set[int] = set()
        for square in self._touched(box):
            for other, cost in self._squares.get(square, ()):
                if id(other) not in seen and box.overlaps(other):
                    seen.add(id(other))
                    total += cost
                    if total >= limit:
                        return total
        return total

    def covered(self, box: Box) -> Iterator[Box]:
        """The rectangles that `box` covers, each once."""
        seen: set[int] = set()
        for square in self._touched(box):
            for other, _ in self._squares.get(square, ()):
                if id(other) not in seen and box.overlaps(other):
                    seen.add(id(other))
                    yield other

    @staticmethod
    def _touched(box: Box) -> Iterator[tuple[int, int]]:
        for column in range(int(box.x // _CELL), int(box.right // _CELL) + 1):
            for row in range(int(box.y // _CELL), int(box.bottom // _CELL) + 1):
                yield column, row
