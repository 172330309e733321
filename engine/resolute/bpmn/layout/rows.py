"""Gives every item its height on the page: straight lines first, then close to what it is linked with."""

from __future__ import annotations

import itertools
from bisect import bisect_left, insort
from dataclasses import dataclass

from resolute.bpmn.layout.graph import Graph, Layers

CELL_GAP = 30.0
LINE_GAP = 14.0
_ROUNDS = 8


@dataclass(slots=True)
class _Strip:
    """Straight lines of items within one band, and how they lie above one another."""

    members: list[list[int]]
    above: list[list[tuple[int, float]]]
    below: list[list[tuple[int, float]]]
    pulls: list[list[tuple[int, float, int]]]
    """For each line: the lines it is linked with, the wanted difference of height, the weight."""
    order: list[int]


def heights(graph: Graph, made: Layers) -> tuple[list[float], list[tuple[float, float]]]:
    """The height of the middle of every item, and top and bottom of every band."""
    y = [0.0] * len(made.layer)
    line_of = _straight(graph, made)
    grouped: list[list[int]] = [[] for _ in graph.bands]
    for item, number in enumerate(made.band):
        grouped[number].append(item)
    place = made.index()
    pulls = _pulls(graph, made)
    drops = _drops(graph, made)
    bands: list[tuple[float, float]] = []
    top = 0.0
    for band, items in zip(graph.bands, grouped, strict=True):
        top += band.gap
        content = 0.0
        if items:
            strip = _strip(made, items, line_of, place, pulls, drops)
            position, content = _settle(made, strip)
        height = max(band.height, content + 2 * band.pad)
        offset = top + (height - content) / 2
        if items:
            for line, members in enumerate(strip.members):
                for item in members:
                    y[item] = offset + position[line]
        bands.append((top, top + height))
        top += height
    return y, bands


def _straight(graph: Graph, made: Layers) -> list[int]:
    """Chooses the links to draw as straight lines; gives every item the first item of its line."""
    place = made.index()
    wanted = sorted(_weights(graph, made).items(), key=lambda pair: (-pair[1], pair[0]))
    right: dict[int, int] = {}
    left: dict[int, int] = {}
    taken: dict[int, list[tuple[int, int]]] = {}
    for (a, b), _ in wanted:
        if a in right or b in left or made.band[a] != made.band[b]:
            continue
        gap = taken.setdefault(made.layer[a], [])
        mine = (place[a], place[b])
        at = bisect_left(gap, mine)
        if (at and gap[at - 1][1] > mine[1]) or (at < len(gap) and gap[at][1] < mine[1]):
            continue
        insort(gap, mine)
        right[a] = b
        left[b] = a
    line_of = list(range(len(made.layer)))
    for item in range(len(made.layer)):
        if item not in left:
            follower = right.get(item)
            while follower is not None:
                line_of[follower] = item
                follower = right.get(follower)
    return line_of


def _weights(graph: Graph, made: Layers) -> dict[tuple[int, int], int]:
    """How much each pair of neighbouring items wants one height: long links, then the main way."""
    after = _depth(made, forward=True)
    before = _depth(made, forward=False)
    ports = {chain[0] for chain, link in zip(made.chains, graph.links, strict=True) if link.drop and chain}
    main_out = {a: _main(made.right[a], after) for a in range(made.cells) if made.right[a]}
    main_in = {b: _main(made.left[b], before) for b in range(made.cells) if made.left[b]}
    weights: dict[tuple[int, int], int] = {}
    for a, followers in enumerate(made.right):
        for b in followers:
            if made.is_cell(a) or made.is_cell(b):
                out = not made.is_cell(a) or main_out[a] == b
                into = not made.is_cell(b) or main_in[b] == a
                weights[a, b] = 1 + 2 * out + 2 * into
            else:
                weights[a, b] = 8
    for index, link in enumerate(graph.links):
        chain = made.chains[index]
        if link.drop and not made.backward[index] and not made.outside[index] and chain[0] in ports:
            weights.pop((chain[0], chain[1]), None)
    return weights


def _depth(made: Layers, *, forward: bool) -> list[int]:
    """The longest way from every item to the end (or from the start), in layers."""
    near = made.right if forward else made.left
    depth = [0] * len(made.layer)
    for row in reversed(made.rows) if forward else made.rows:
        for item in row:
            depth[item] = max((depth[other] + 1 for other in near[item]), default=0)
    return depth


def _main(items: list[int], depth: list[int]) -> int:
    longest = max(depth[item] for item in items)
    best = [item for item in items if depth[item] == longest]
    return best[(len(best) - 1) // 2]


def _pulls(graph: Graph, made: Layers) -> list[list[tuple[int, float]]]:
    """For every item: the items it would like to be level with, and by how much lower or higher."""
    pulls: list[list[tuple[int, float]]] = [[] for _ in made.layer]
    for index, (link, chain) in enumerate(zip(graph.links, made.chains, strict=True)):
        if made.outside[index]:
            continue
        for a, b in itertools.pairwise(chain):
            offset = link.drop[2] if link.drop and a == link.source else 0.0
            pulls[a].append((b, -offset))
            pulls[b].append((a, offset))
    return pulls


def _drops(graph: Graph, made: Layers) -> list[tuple[int, int, float]]:
    """What a boundary event leads to should stand below the event: host, first item on the way, depth."""
    return [
        (chain[0], chain[1], link.drop[2])
        for index, (link, chain) in enumerate(zip(graph.links, made.chains, strict=True))
        if link.drop is not None and not made.backward[index] and not made.outside[index]
    ]


def _strip(
    made: Layers,
    items: list[int],
    line_of: list[int],
    place: list[int],
    pulls: list[list[tuple[int, float]]],
    drops: list[tuple[int, int, float]],
) -> _Strip:
    number: dict[int, int] = {}
    members: list[list[int]] = []
    for item in items:
        line = number.setdefault(line_of[item], len(members))
        if line == len(members):
            members.append([])
        members[line].append(item)
    of = {item: line for line, group in enumerate(members) for item in group}
    above: list[list[tuple[int, float]]] = [[] for _ in members]
    below: list[list[tuple[int, float]]] = [[] for _ in members]
    for item in items:
        row = made.rows[made.layer[item]]
        at = place[item] + 1
        if at < len(row) and made.band[row[at]] == made.band[item]:
            lower = row[at]
            gap = CELL_GAP if made.is_cell(item) and made.is_cell(lower) else LINE_GAP
            distance = made.down[item] + gap + made.up[lower]
            below[of[item]].append((of[lower], distance))
            above[of[lower]].append((of[item], distance))
    loose = [list(lines) for lines in above], [list(lines) for lines in below]
    for host, target, depth in drops:
        if host in of and target in of and of[host] != of[target]:
            below[of[host]].append((of[target], depth))
            above[of[target]].append((of[host], depth))
    order = _topological(above, below)
    if len(order) < len(members):
        above, below = loose
        order = _topological(above, below)
    wishes = [
        [(of[other], offset, 1) for item in group for other, offset in pulls[item] if of.get(other, line) != line]
        for line, group in enumerate(members)
    ]
    return _Strip(members, above, below, wishes, order)


def _topological(above: list[list[tuple[int, float]]], below: list[list[tuple[int, float]]]) -> list[int]:
    waiting = [len(upper) for upper in above]
    ready = [line for line, count in enumerate(waiting) if not count]
    order: list[int] = []
    while ready:
        line = ready.pop()
        order.append(line)
        for lower, _ in below[line]:
            waiting[lower] -= 1
            if not waiting[lower]:
                ready.append(lower)
    return order


def _settle(made: Layers, strip: _Strip) -> tuple[list[float], float]:
    """Heights of the lines from the top of the band, and the height that they need."""
    count = len(strip.members)
    up = [max(made.up[item] for item in group) for group in strip.members]
    down = [max(made.down[item] for item in group) for group in strip.members]
    highest = up[:]
    for line in strip.order:
        for upper, distance in strip.above[line]:
            highest[line] = max(highest[line], highest[upper] + distance)
    height = max(highest[line] + down[line] for line in range(count))
    lowest = [height - down[line] for line in range(count)]
    for line in reversed(strip.order):
        for lower, distance in strip.below[line]:
            lowest[line] = min(lowest[line], lowest[lower] - distance)
    y = [(a + b) / 2 for a, b in zip(highest, lowest, strict=True)]
    for turn in range(_ROUNDS):
        for line in strip.order if turn % 2 == 0 else reversed(strip.order):
            if not strip.pulls[line]:
                continue
            low = max((y[upper] + d for upper, d in strip.above[line]), default=up[line])
            high = min((y[lower] - d for lower, d in strip.below[line]), default=height - down[line])
            wish = _median([y[other] + offset for other, offset, _ in strip.pulls[line]])
            y[line] = min(max(wish, low, up[line]), max(min(high, height - down[line]), low))
    return y, height


def _median(values: list[float]) -> float:
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
