"""Places the nodes of a dependency graph: columns by what waits for what, lanes by decision or party."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

CARD_WIDTH = 248
CARD_HEIGHT = 124
COLUMN_GAP = 64
ROW_GAP = 18
LANE_PADDING = 16
BEND_HEIGHT = 10
"""Room for an edge that passes a column."""
SWEEPS = 6

Node = Hashable


@dataclass(frozen=True, slots=True)
class Box:
    """Where a node stands, in pixels from the corner of the drawing area."""

    x: float
    y: float

    @property
    def middle(self) -> float:
        """The height of its centre."""
        return self.y + CARD_HEIGHT / 2


@dataclass(frozen=True, slots=True)
class Lane:
    """A band across the picture."""

    key: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Everything placed."""

    boxes: dict[str, Box]
    ways: dict[tuple[str, str], list[tuple[float, float]]]
    """Edge -> the points between its ends where it passes a column."""
    lanes: list[Lane]
    width: float
    height: float


def layers(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The column of each node: one more than the last of what it waits for. Cycles are opened somewhere."""
    after: dict[str, list[str]] = {node: [] for node in nodes}
    waiting = dict.fromkeys(nodes, 0)
    for start, end in edges:
        after[start].append(end)
        waiting[end] += 1
    column = dict.fromkeys(nodes, 0)
    done: set[str] = set()
    ready = deque(node for node in nodes if waiting[node] == 0)
    left = deque(nodes)
    while len(done) < len(nodes):
        if not ready:
            while left[0] in done:
                left.popleft()
            ready.append(left[0])
        node = ready.popleft()
        if node in done:
            continue
        done.add(node)
        for end in after[node]:
            if end not in done:
                column[end] = max(column[end], column[node] + 1)
                waiting[end] -= 1
                if waiting[end] == 0:
                    ready.append(end)
    return column


def place(nodes: Sequence[str], edges: Sequence[tuple[str, str]], lane_of: Mapping[str, str]) -> Layout:
    """Lays the graph out. Nodes without any edge fill the rows below the connected ones of their lane."""
    linked = {end for edge in edges for end in edge}
    alone = [node for node in nodes if node not in linked]
    column = layers([node for node in nodes if node in linked], edges)
    most_alone = max(Counter(lane_of[node] for node in alone).values(), default=0)
    columns = max([*column.values(), min(3, most_alone - 1), -1]) + 1
    cells = _Cells(column, edges, lane_of, dict.fromkeys(lane_of[node] for node in nodes))
    cells.order()
    boxes: dict[str, Box] = {}
    bends: dict[Node, tuple[float, float]] = {}
    lanes = []
    top = 0.0
    for lane in cells.lanes:
        height = cells.place(lane, top + LANE_PADDING, boxes, bends)
        singles = [node for node in alone if lane_of[node] == lane]
        gap = ROW_GAP if height and singles else 0
        height += gap + _grid(singles, columns, top + LANE_PADDING + height + gap, boxes)
        lanes.append(Lane(lane, top, height + 2 * LANE_PADDING))
        top += height + 2 * LANE_PADDING
    ways = {edge: [bends[bend] for bend in cells.bends[edge]] for edge in edges}
    return Layout(boxes, ways, lanes, columns * (CARD_WIDTH + COLUMN_GAP) - COLUMN_GAP, top)


def _x(column: int) -> float:
    return column * (CARD_WIDTH + COLUMN_GAP)


def _grid(nodes: Sequence[str], columns: int, top: float, boxes: dict[str, Box]) -> float:
    for index, node in enumerate(nodes):
        row, column = divmod(index, columns)
        boxes[node] = Box(_x(column), top + row * (CARD_HEIGHT + ROW_GAP))
    rows = -(-len(nodes) // columns)
    return rows * (CARD_HEIGHT + ROW_GAP) - ROW_GAP if rows else 0.0


class _Cells:
    """Nodes and bends by lane and column, put in an order that crosses few edges."""

    def __init__(
        self,
        column: dict[str, int],
        edges: Sequence[tuple[str, str]],
        lane_of: Mapping[str, str],
        lanes: Iterable[str],
    ) -> None:
        self.lanes = list(lanes)
        self.column: dict[Node, int] = dict(column.items())
        self.cells: dict[str, dict[int, list[Node]]] = {lane: {} for lane in self.lanes}
        self.before: dict[Node, list[Node]] = {}
        self.after: dict[Node, list[Node]] = {}
        self.bends: dict[tuple[str, str], list[Node]] = {}
        for node, number in column.items():
            self.cells[lane_of[node]].setdefault(number, []).append(node)
        for edge in edges:
            self._thread(edge, lane_of[edge[1]])

    def _thread(self, edge: tuple[str, str], lane: str) -> None:
        """Leads an edge through a bend in every column that it passes."""
        start, end = self.column[edge[0]], self.column[edge[1]]
        bends: list[Node] = [(edge, number) for number in range(start + 1, end)]
        for bend, number in zip(bends, range(start + 1, end), strict=True):
            self.column[bend] = number
            self.cells[lane].setdefault(number, []).append(bend)
        self.bends[edge] = bends
        if start < end:
            way: list[Node] = [edge[0], *bends, edge[1]]
            for first, second in pairwise(way):
                self.after.setdefault(first, []).append(second)
                self.before.setdefault(second, []).append(first)

    def order(self) -> None:
        """Barycentre sweeps, forth and back, inside every cell."""
        rank: dict[Node, float] = {}
        for position, lane in enumerate(self.lanes):
            for cell in self.cells[lane].values():
                self._rank(cell, position, rank)
        for sweep in range(SWEEPS):
            near = self.before if sweep % 2 == 0 else self.after
            for position, lane in enumerate(self.lanes):
                for number in sorted(self.cells[lane], reverse=sweep % 2 == 1):
                    cell = self.cells[lane][number]
                    cell.sort(key=lambda node: _mean([rank[other] for other in near.get(node, ())], rank[node]))
                    self._rank(cell, position, rank)

    @staticmethod
    def _rank(cell: Sequence[Node], lane: int, rank: dict[Node, float]) -> None:
        for index, node in enumerate(cell):
            rank[node] = lane + (index + 1) / (len(cell) + 1)

    def place(self, lane: str, top: float, boxes: dict[str, Box], bends: dict[Node, tuple[float, float]]) -> float:
        """Sets the coordinates of one lane, near those of what comes before; returns its inner height."""
        cells = self.cells[lane]
        height = max((_height(cell) for cell in cells.values()), default=0.0)
        middle: dict[Node, float] = {}
        for number in sorted(cells):
            cell = cells[number]
            wishes = []
            for node in cell:
                near = [middle[other] for other in self.before.get(node, ()) if other in middle]
                wishes.append(_mean(near, top + height / 2) if near else None)
            for node, y in zip(cell, _settle(cell, wishes, top, height), strict=True):
                middle[node] = y
                if isinstance(node, str):
                    boxes[node] = Box(_x(number), y - CARD_HEIGHT / 2)
                else:
                    bends[node] = (_x(number), y)
        return height


def _room(node: Node) -> float:
    return CARD_HEIGHT if isinstance(node, str) else BEND_HEIGHT


def _height(cell: Sequence[Node]) -> float:
    return sum(_room(node) + ROW_GAP for node in cell) - ROW_GAP


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _settle(cell: Sequence[Node], wishes: Sequence[float | None], top: float, height: float) -> list[float]:
    """Centres as near to the wishes as the order and the lane allow."""
    below = 0.0
    floors = []
    for node in reversed(cell):
        floors.append(top + height - below - _room(node) / 2)
        below += _room(node) + ROW_GAP
    floors.reverse()
    placed = []
    free = top
    for node, wish, lowest in zip(cell, wishes, floors, strict=True):
        highest = free + _room(node) / 2
        y = min(max(wish if wish is not None else highest, highest), lowest)
        placed.append(y)
        free = y + _room(node) / 2 + ROW_GAP
    return placed
