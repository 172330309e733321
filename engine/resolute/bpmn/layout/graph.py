"""The layered graph: cells to place, links to route, bands to keep apart; and the same cut into layers."""

from __future__ import annotations

from dataclasses import dataclass, field

Point = tuple[float, float]


@dataclass(slots=True)
class Cell:
    """A shape to place, with the room to keep free around it."""

    id: str
    width: float
    height: float
    band: int = 0
    diamond: bool = False
    """Branches may leave and enter at the top and bottom corners."""
    up: float = 0.0
    down: float = 0.0
    side: float = 0.0
    """Room above, below, and on either side, for labels and attached shapes."""
    busy_below: bool = False
    """The lower side is taken by boundary events, no loop may leave there."""


@dataclass(slots=True)
class Link:
    """A flow to route between two cells."""

    id: str
    source: int
    target: int
    drop: tuple[float, float, float] | None = None
    """For a boundary event: x and y of its lowest point from the centre of its host, and the depth below the
    centre where the flow may turn right."""
    port: float = 0.0
    """0..1: the order of the flows of one host's boundary events from top to bottom."""
    label: float = 0.0
    """Width of its label, 0 when it has none."""


@dataclass(slots=True)
class Band:
    """A horizontal strip (a lane, or a whole process) that keeps its cells from those of other bands."""

    height: float = 0.0
    """The least height."""
    pad: float = 0.0
    """Room above and below its cells."""
    gap: float = 0.0
    """Distance to the band above."""
    alone: bool = True
    """No link leaves it for another band."""


@dataclass(slots=True)
class Graph:
    """What one scope asks to be laid out."""

    cells: list[Cell] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    bands: list[Band] = field(default_factory=lambda: [Band()])


@dataclass(slots=True)
class Arrangement:
    """Where everything went: centres of the cells, waypoints of the links, top and bottom of the bands."""

    centres: list[Point]
    waypoints: list[list[Point]]
    bands: list[tuple[float, float]]
    width: float
    height: float


@dataclass(slots=True)
class Layers:
    """The graph cut into layers. Items are cells, then the places where long links pass."""

    layer: list[int]
    band: list[int]
    up: list[float]
    down: list[float]
    right: list[list[int]]
    left: list[list[int]]
    rows: list[list[int]]
    """Items of each layer from top to bottom."""
    chains: list[list[int]]
    """Items of each link from left to right: both cells included for a forward link, only the passages for a
    backward one; only the cells when the link runs outside the layers."""
    backward: list[bool]
    outside: list[bool]
    """Links too long to pass through every layer: they run above everything."""
    anchor: dict[int, int]
    """First and last passage of a backward link -> the cell beside it in the same layer."""
    port: dict[tuple[int, int], float]
    """For links of boundary events: how far below the middle of the host (0..1) they leave, by both items."""
    cells: int

    def is_cell(self, item: int) -> bool:
        """True for a cell, False for a passage of a link."""
        return item < self.cells

    def index(self) -> list[int]:
        """The place of every item within its layer."""
        place = [0] * len(self.layer)
        for row in self.rows:
            for position, item in enumerate(row):
                place[item] = position
        return place
