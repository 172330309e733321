"""Lays out a whole plane: inner sub-processes first, each then a shape in the scope around it."""

from __future__ import annotations

from dataclasses import dataclass, field

from resolute.bpmn.document import Element
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.arrange import arrange
from resolute.bpmn.layout.diagram import Box, Diagram, Edge, Shape
from resolute.bpmn.layout.graph import Arrangement, Band, Cell, Graph, Link
from resolute.bpmn.layout.scopes import Lane, Scope, ends, local, read_outer, scopes

HEADER = 30.0
"""Width of the strip that carries the name of a pool or lane."""
_INNER_SIDE = 24.0
_INNER_TOP = 36.0
_INNER_BOTTOM = 30.0
_LANE_PAD = 20.0
_POOL_PAD = 24.0
_POOL_SIDE = 30.0
_BLACK_BOX = 60.0
_POOL_GAP = 50.0
_MESSAGE_ROOM = 8.0
_WIDEST_GAP = 170.0
_EXTRA_GAP = 22.0
_BOUNDARY_STEP = 10.0
_BOUNDARY_SIDE = 10.0


@dataclass(slots=True)
class Extra:
    """A data object or note that stands beside a cell."""

    element: Element
    box: Box
    """From the centre of the cell."""


@dataclass(slots=True)
class Boundary:
    """A boundary event on the lower side of its host."""

    element: Element
    host: int
    box: Box
    """From the centre of the host."""
    depth: float
    """How far below the centre of the host its flow may turn right; events further right turn higher."""
    port: float


@dataclass(slots=True)
class Plan:
    """A graph being put together, and what its cells and links stand for."""

    graph: Graph = field(default_factory=lambda: Graph(bands=[]))
    elements: list[Element] = field(default_factory=list)
    number: dict[str, int] = field(default_factory=dict)
    boundary: dict[str, Boundary] = field(default_factory=dict)
    extras: dict[int, list[Extra]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    """Sub-processes that show what is inside."""


@dataclass(slots=True)
class Placed:
    """A scope after layout, measured from its own upper left corner."""

    shapes: dict[str, Shape]
    edges: dict[str, Edge]
    width: float
    height: float
    lines: list[Element]
    """Associations still to be routed."""


def compose(root: Element) -> tuple[Diagram, list[Element]]:
    """The diagram of a process or collaboration without labels, and the lines still to be routed on it."""
    diagram = Diagram(root)
    lines: list[Element] = []
    if root.kind == "collaboration":
        inner, whole = _collaboration(root)
    else:
        inner, whole = _inner(root)
    stack = [(whole, 0.0, 0.0)]
    while stack:
        placed, x, y = stack.pop()
        lines.extend(placed.lines)
        for key, shape in placed.shapes.items():
            shape.box = shape.box.moved(x, y)
            diagram.shapes[key] = shape
            if key in inner and shape.expanded:
                stack.append((inner[key], shape.box.x + _INNER_SIDE, shape.box.y + _INNER_TOP))
        for key, edge in placed.edges.items():
            edge.points = [(px + x, py + y) for px, py in edge.points]
            diagram.edges[key] = edge
    return diagram, lines


def _inner(process: Element) -> tuple[dict[str, Placed], Placed]:
    """All scopes inside a process laid out, and the process itself."""
    done: dict[str, Placed] = {}
    found = list(scopes(process))
    for scope in reversed(found[1:]):
        done[scope.element.id] = _place(_planned(scope, done), [scope], [])
    return done, _place(_planned(found[0], done), [found[0]], [])


def _planned(scope: Scope, inner: dict[str, Placed]) -> Plan:
    plan = Plan()
    _add_bands(plan, scope, gap=0.0, pad=_LANE_PAD if scope.leaves else 0.0)
    _add_scope(plan, scope, inner, 0)
    return plan


# --- collaborations ---


def _collaboration(root: Element) -> tuple[dict[str, Placed], Placed]:
    plan = Plan()
    inner: dict[str, Placed] = {}
    pools: list[tuple[Element, Scope | None, int]] = []
    processes = {process.id: process for process in root.document.processes}
    messages = sum(1 for _ in root.children("messageFlow"))
    shown: set[str] = set()
    for participant in root.children("participant"):
        first = len(plan.graph.bands)
        gap = min(_POOL_GAP + _MESSAGE_ROOM * messages, _WIDEST_GAP) if pools else 0.0
        reference = local(participant.get("processRef"))
        process = processes.get(reference)
        if process is None or reference in shown:
            plan.graph.bands.append(Band(height=_BLACK_BOX, gap=gap))
            pools.append((participant, None, first))
            continue
        shown.add(reference)
        found = list(scopes(process))
        for scope in reversed(found[1:]):
            inner[scope.element.id] = _place(_planned(scope, inner), [scope], [])
        _add_bands(plan, found[0], gap=gap, pad=_LANE_PAD if found[0].leaves else _POOL_PAD)
        _add_scope(plan, found[0], inner, first)
        pools.append((participant, found[0], first))
    outer = read_outer(root)
    whole = _place(plan, [scope for _, scope, _ in pools if scope is not None], pools)
    whole.lines.extend(outer.associations)
    whole.lines.extend(root.children("messageFlow"))
    return inner, whole


# --- building the graph ---


def _add_bands(plan: Plan, scope: Scope, *, gap: float, pad: float) -> None:
    if not scope.leaves:
        plan.graph.bands.append(Band(gap=gap, pad=pad))
    for number, lane in enumerate(scope.leaves):
        height = sizes.lane_height(lane.element.name)
        plan.graph.bands.append(Band(height, pad, 0.0 if number else gap, alone=False))


def _add_scope(plan: Plan, scope: Scope, inner: dict[str, Placed], first_band: int) -> None:
    beside = _owners(scope)
    owned = {extra.id for extras in beside.values() for extra in extras}
    for node in scope.nodes:
        events = scope.boundary.get(node.id, [])
        content = inner.get(node.id)
        cell = _cell(node, content)
        if content is not None and content.shapes:
            plan.opened.add(node.id)
        cell.width = max(cell.width, sum(map(_slot, events)) + _BOUNDARY_SIDE)
        number = _add_cell(plan, node, cell, first_band + scope.leaf_of.get(node.id, 0))
        _add_boundary(plan, number, events)
        _add_extras(plan, number, beside.get(node.id, []))
    for element in (*scope.data, *scope.notes, *scope.groups):
        if element.id not in owned:
            band = first_band + scope.leaf_of.get(element.id, 0)
            width, height = sizes.artifact_size(element)
            label = sizes.label_text(sizes.outside_name(element)).height + 4 if element.name else 0.0
            _add_cell(plan, element, Cell(element.id, width, height, up=label), band)
    for flow in scope.flows:
        _add_link(plan, flow)


def _add_cell(plan: Plan, element: Element, cell: Cell, band: int) -> int:
    number = len(plan.graph.cells)
    cell.band = band
    plan.number.setdefault(element.id, number)
    plan.elements.append(element)
    plan.graph.cells.append(cell)
    return number


def _cell(node: Element, inner: Placed | None) -> Cell:
    if inner is not None and inner.shapes:
        width = max(inner.width + 2 * _INNER_SIDE, 140.0)
        return Cell(node.id, width, max(inner.height + _INNER_TOP + _INNER_BOTTOM, 100.0))
    if node.kind in sizes.ACTIVITIES:
        return Cell(node.id, *sizes.task_size(node))
    gateway = node.kind in sizes.GATEWAYS
    size = sizes.GATEWAY if gateway else sizes.EVENT
    cell = Cell(node.id, size, size, diamond=gateway)
    if node.name:
        label = sizes.label_text(node.name)
        cell.side = max(0.0, (label.width - size) / 2)
        if gateway:
            cell.up = label.height + 6
        else:
            cell.down = label.height + 6
    return cell


def _add_boundary(plan: Plan, host: int, events: list[Element]) -> None:
    if not events:
        return
    cell = plan.graph.cells[host]
    x = cell.width / 2 - (_slot(events[0]) if len(events) > 1 else sizes.EVENT + _BOUNDARY_SIDE)
    x -= sum(map(_slot, events[1:]))
    label = 8.0 + max((sizes.label_text(event.name).height for event in events if event.name), default=4.0)
    for index, event in enumerate(events):
        later = len(events) - 1 - index
        depth = cell.height / 2 + sizes.EVENT / 2 + label + _BOUNDARY_STEP * later
        box = Box(x, cell.height / 2 - sizes.EVENT / 2, sizes.EVENT, sizes.EVENT)
        plan.boundary[event.id] = Boundary(event, host, box, depth, 1 - 1 / (later + 2))
        x += _slot(event)
    cell.down += sizes.EVENT / 2 + label + _BOUNDARY_STEP * (len(events) + 1)
    cell.busy_below = True


def _slot(event: Element) -> float:
    """The width that a boundary event takes with the label beside its flow."""
    return max(sizes.EVENT + 14, sizes.label_text(event.name).width + 16) if event.name else sizes.EVENT + 14


def _owners(scope: Scope) -> dict[str, list[Element]]:
    """Data and notes that stand beside a node: the first one in their lane that they are linked with."""
    nodes = {node.id for node in scope.nodes}
    free = {element.id: element for element in (*scope.data, *scope.notes)}
    beside: dict[str, list[Element]] = {}
    for line in scope.associations:
        source, target = ends(line)
        for owner, other in ((source, target), (target, source)):
            here = scope.leaf_of.get(other) in (None, scope.leaf_of.get(owner))
            if owner in nodes and other in free and here:
                beside.setdefault(owner, []).append(free.pop(other))
    return beside


def _add_extras(plan: Plan, host: int, elements: list[Element]) -> None:
    """Stands notes and data above their cell, in one row."""
    if not elements:
        return
    cell = plan.graph.cells[host]
    placed = [(element, *sizes.artifact_size(element)) for element in elements]
    slots = [
        max(width, sizes.label_text(sizes.outside_name(e)).width if e.kind in sizes.DATA else 0.0)
        for e, width, _ in placed
    ]
    total = sum(slots) + _EXTRA_GAP * (len(slots) - 1)
    x = -total / 2
    base = -cell.height / 2 - cell.up - _EXTRA_GAP
    highest = 0.0
    for (element, width, height), slot in zip(placed, slots, strict=True):
        label = (
            sizes.label_text(sizes.outside_name(element)).height + 4
            if element.kind in sizes.DATA and element.name
            else 0.0
        )
        box = Box(x + (slot - width) / 2, base - height, width, height)
        plan.extras.setdefault(host, []).append(Extra(element, box))
        highest = max(highest, label + height)
        x += slot + _EXTRA_GAP
    cell.up += _EXTRA_GAP + highest
    cell.side = max(cell.side, (total - cell.width) / 2)


def _add_link(plan: Plan, flow: Element) -> None:
    source, target = ends(flow)
    if target not in plan.number:
        return
    label = sizes.label_text(flow.name).width + 8 if flow.name else 0.0
    event = plan.boundary.get(source)
    if event is not None:
        low = plan.graph.cells[event.host].height / 2 + sizes.EVENT / 2
        drop = (event.box.centre[0], low, event.depth)
        plan.graph.links.append(Link(flow.id, event.host, plan.number[target], drop, event.port, label))
    elif source in plan.number:
        plan.graph.links.append(Link(flow.id, plan.number[source], plan.number[target], label=label))


# --- placing ---


def _place(
    plan: Plan,
    found: list[Scope],
    pools: list[tuple[Element, Scope | None, int]],
) -> Placed:
    arrangement = arrange(plan.graph)
    depth = max((lane.level + 1 for scope in found for lane in scope.lanes), default=0)
    x = HEADER * depth + (HEADER + _POOL_SIDE if pools else _POOL_SIDE if depth else 0.0)
    width = x + arrangement.width + (_POOL_SIDE if depth or pools else 0.0)
    top = -min((y for points in arrangement.waypoints for _, y in points), default=0.0)
    top = max(top, 0.0)
    placed = Placed({}, {}, width, arrangement.height + top, [])
    _place_frames(placed, found, pools, arrangement, width, top)
    _place_cells(placed, plan, arrangement, x, top)
    flows = {flow.id: flow for scope in found for flow in scope.flows}
    linked = {link.id for link in plan.graph.links}
    for scope in found:
        placed.lines.extend(flow for flow in scope.flows if flow.id not in linked)
        placed.lines.extend(scope.associations)
    for link, points in zip(plan.graph.links, arrangement.waypoints, strict=True):
        placed.edges[link.id] = Edge(flows[link.id], [(px + x, py + top) for px, py in points])
    return placed


def _place_frames(
    placed: Placed,
    found: list[Scope],
    pools: list[tuple[Element, Scope | None, int]],
    arrangement: Arrangement,
    width: float,
    top: float,
) -> None:
    bands = [(low + top, high + top) for low, high in arrangement.bands]
    if not pools:
        _place_lanes(placed, found[0].lanes, bands, 0, 0.0, width)
    for element, scope, first in pools:
        count = max(1, len(scope.leaves)) if scope is not None else 1
        low, high = bands[first][0], bands[first + count - 1][1]
        placed.shapes[element.id] = Shape(element, Box(0.0, low, width, high - low), horizontal=True)
        if scope is not None:
            _place_lanes(placed, scope.lanes, bands, first, HEADER, width)


def _place_lanes(
    placed: Placed, lanes: list[Lane], bands: list[tuple[float, float]], first: int, x: float, width: float
) -> None:
    for lane in lanes:
        left = x + HEADER * lane.level
        low, high = bands[first + lane.leaves[0]][0], bands[first + lane.leaves[-1]][1]
        if lane.element.id:
            box = Box(left, low, width - left, high - low)
            placed.shapes[lane.element.id] = Shape(lane.element, box, horizontal=True)


def _place_cells(placed: Placed, plan: Plan, arrangement: Arrangement, x: float, y: float) -> None:
    for number, (cell, element) in enumerate(zip(plan.graph.cells, plan.elements, strict=True)):
        cx, cy = arrangement.centres[number]
        box = Box(cx + x - cell.width / 2, cy + y - cell.height / 2, cell.width, cell.height)
        shape = Shape(element, box)
        if element.kind in sizes.SUBPROCESSES:
            shape.expanded = element.id in plan.opened
        if element.kind == "exclusiveGateway":
            shape.marker = True
        placed.shapes.setdefault(element.id, shape)
        for extra in plan.extras.get(number, ()):
            placed.shapes[extra.element.id] = Shape(extra.element, extra.box.moved(cx + x, cy + y))
    for event in plan.boundary.values():
        cx, cy = arrangement.centres[event.host]
        placed.shapes[event.element.id] = Shape(event.element, event.box.moved(cx + x, cy + y))
