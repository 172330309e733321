"""Cuts the graph into layers, then orders each layer so that few links cross."""

from __future__ import annotations

import itertools
import random

from resolute.bpmn.layout.graph import Graph, Layers

_SWEEPS = 24
_REACH = 12
"""How far from its place in the layer an item is tried."""
_SIFTS = 3
_RESTARTS = 7
_EFFORT = 600
"""Other first orders are tried while items times tries stay below this."""
_PATIENCE = 4
"""Sweeps without gain before giving up."""
_SMALL = 1500
"""Items up to which the slower, better steps are worth their time."""
_LINE = 8.0
"""Half the height that a passing link takes."""


def cut(graph: Graph, rank: list[int], backward: list[bool]) -> Layers:
    """Adds the passages of long links; the longest run outside when there would be too many."""
    spans = [_span(rank[link.source], rank[link.target], b) for link, b in zip(graph.links, backward, strict=True)]
    outside = _outside(spans, len(graph.cells))
    cells = len(graph.cells)
    made = Layers(
        layer=rank[:],
        band=[cell.band for cell in graph.cells],
        up=[cell.height / 2 + cell.up for cell in graph.cells],
        down=[cell.height / 2 + cell.down for cell in graph.cells],
        right=[[] for _ in range(cells)],
        left=[[] for _ in range(cells)],
        rows=[],
        chains=[],
        backward=backward,
        outside=outside,
        anchor={},
        port={},
        cells=cells,
    )
    leaving = [0] * cells
    for link in graph.links:
        leaving[link.source] += 1
    for index, link in enumerate(graph.links):
        if outside[index]:
            made.chains.append([link.source, link.target])
            continue
        lane = link.target if backward[index] or leaving[link.source] > 1 else link.source
        chain = _chain(made, link.source, link.target, backward[index], graph.cells[lane].band)
        if link.drop is not None and not backward[index]:
            made.port[chain[0], chain[1]] = link.port
    _first_order(made)
    return made


def _span(source: int, target: int, backward: bool) -> int:
    return source - target + 1 if backward else target - source - 1


def _outside(spans: list[int], cells: int) -> list[bool]:
    budget = 6 * (cells + len(spans)) + 2000
    outside = [False] * len(spans)
    for index in sorted(range(len(spans)), key=lambda i: (spans[i], i)):
        budget -= spans[index]
        outside[index] = budget < 0
    return outside


def _chain(made: Layers, source: int, target: int, backward: bool, band: int) -> list[int]:
    low, high = (made.layer[target], made.layer[source]) if backward else (made.layer[source], made.layer[target])
    between = range(low, high + 1) if backward else range(low + 1, high)
    chain = [] if backward else [source]
    for layer in between:
        item = len(made.layer)
        made.layer.append(layer)
        made.band.append(band)
        made.up.append(_LINE)
        made.down.append(_LINE)
        made.right.append([])
        made.left.append([])
        chain.append(item)
    if backward:
        made.anchor[chain[0]] = target
        made.anchor.setdefault(chain[-1], source)
    else:
        chain.append(target)
    for a, b in itertools.pairwise(chain):
        made.right[a].append(b)
        made.left[b].append(a)
    made.chains.append(chain)
    return chain


def _first_order(made: Layers) -> None:
    """Items in the order of a walk from the starts, first branch first, bands from top to bottom."""
    beside: dict[int, list[int]] = {}
    for item, cell in made.anchor.items():
        beside.setdefault(cell, []).append(item)
    seen = bytearray(len(made.layer))
    rows: list[list[int]] = [[] for _ in range(max(made.layer, default=-1) + 1)]
    starts = [item for item in range(made.cells) if not made.left[item]]
    for start in [*starts, *range(len(made.layer))]:
        stack = [start]
        while stack:
            item = stack.pop()
            if seen[item]:
                continue
            seen[item] = 1
            rows[made.layer[item]].append(item)
            stack.extend(reversed([*made.right[item], *beside.get(item, ())]))
    for row in rows:
        row.sort(key=lambda item: made.band[item])
    made.rows = rows


def untangle(made: Layers) -> None:
    """Sweeps right and left, sorting each layer by its neighbours; keeps the order with fewest crossings.

    Small graphs are tried again from other orders: the first one wins when it is as good.
    """
    small = len(made.layer) <= _SMALL
    first = [row[:] for row in made.rows]
    fewest, best = _improved(made, small)
    for attempt in range(min(_RESTARTS, _EFFORT // max(len(made.layer), 1))):
        if not fewest:
            break
        made.rows = _other_start(made, first, attempt)
        again, other = _improved(made, small)
        if again < fewest:
            fewest, best = again, other
    made.rows = best


def _other_start(made: Layers, first: list[list[int]], attempt: int) -> list[list[int]]:
    """The first order mirrored, then shuffled: always in the same ways."""
    chance = random.Random(attempt)
    rows = []
    for row in first:
        other = row[::-1]
        if attempt:
            chance.shuffle(other)
        other.sort(key=made.band.__getitem__)
        rows.append(other)
    return rows


def _improved(made: Layers, small: bool) -> tuple[int, list[list[int]]]:
    """The best order found from the present one, and its crossings."""
    best = [row[:] for row in made.rows]
    fewest = crossings(made)
    patience = _PATIENCE
    for turn in range(_SWEEPS if small else 4):
        if not fewest or not patience:
            break
        if turn or not small:
            _sweep(made, forward=turn % 2 == 1)
        found = _sifted(made) if small else crossings(made)
        patience = _PATIENCE if found < fewest else patience - 1
        if found < fewest:
            fewest, best = found, [row[:] for row in made.rows]
    return fewest, best


def _sifted(made: Layers) -> int:
    """The crossings left when sifting no longer helps."""
    found = crossings(made)
    for _ in range(_SIFTS):
        _sift(made)
        fewer = crossings(made)
        if fewer >= found:
            return fewer
        found = fewer
    return found


def _sweep(made: Layers, *, forward: bool) -> None:
    near = made.left if forward else made.right
    place = [float(position) for position in made.index()]
    rows = made.rows if forward else made.rows[::-1]
    for row in rows:
        wish = {item: _wish(made, item, near[item], place) for item in row}
        for item in row:
            cell = made.anchor.get(item)
            if cell is not None and not near[item]:
                wish[item] = wish[cell] + 0.01
        row.sort(key=lambda item: (made.band[item], wish[item]))
        for position, item in enumerate(row):
            place[item] = position


def _wish(made: Layers, item: int, near: list[int], place: list[float]) -> float:
    """The mean place of the neighbours of an item."""
    if not near:
        return place[item]
    return sum(place[other] + made.port.get((other, item), 0.0) for other in near) / len(near)


def _sift(made: Layers) -> None:
    """Moves every item to the place nearby in its layer (and band) where its links cross least."""
    place = made.index()
    for row in made.rows:
        for item in list(row):
            at = place[item]
            best, least, change = at, 0, 0
            for step in (-1, 1):
                change, to = 0, at + step
                while 0 <= to < len(row) and abs(to - at) <= _REACH and made.band[row[to]] == made.band[item]:
                    upper, lower = (row[to], item) if step < 0 else (item, row[to])
                    change += _between(made, place, lower, upper) - _between(made, place, upper, lower)
                    if change < least:
                        best, least = to, change
                    to += step
            if best != at:
                row.insert(best, row.pop(at))
                for position in range(min(at, best), max(at, best) + 1):
                    place[row[position]] = position


def _between(made: Layers, place: list[int], upper: int, lower: int) -> int:
    """Crossings of the links of two neighbours when `upper` stands above `lower`."""
    total = 0
    for near in (made.left, made.right):
        for x in near[upper]:
            for y in near[lower]:
                total += place[x] > place[y] or (x == y and _port(made, x, upper) > _port(made, x, lower))
    return total


def crossings(made: Layers) -> int:
    """How many pairs of links cross between neighbouring layers."""
    place = made.index()
    total = 0
    for row in made.rows:
        ends: list[int] = []
        for item in row:
            leaving = [(_port(made, item, other), place[other]) for other in made.right[item]]
            ends.extend(position for _, position in sorted(leaving))
        total += inversions(ends)
    return total


def _port(made: Layers, source: int, target: int) -> float:
    return made.port.get((source, target), 0.0)


def inversions(values: list[int]) -> int:
    """Pairs that stand in the wrong order, counted with a Fenwick tree."""
    if len(values) < 2:
        return 0
    size = max(values) + 1
    tree = [0] * (size + 1)
    total = 0
    for seen, value in enumerate(values):
        index = value + 1
        smaller = 0
        while index:
            smaller += tree[index]
            index &= index - 1
        total += seen - smaller
        index = value + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total
