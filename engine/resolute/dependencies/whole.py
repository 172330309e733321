"""The plan of everything that runs: the steps of all instances as values, and the edges between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.collector import paused
from resolute.dependencies.layout import Spot
from resolute.dependencies.live import LivePart, Scene
from resolute.dependencies.part import CODES
from resolute.dependencies.plan import Plan
from resolute.dependencies.template import sends, template
from resolute.dependencies.values import Edge, Root, Step
from resolute.dependencies.web import Web
from resolute.dependencies.wiring import names
from resolute.execution.snapshot import Snapshot
from resolute.net.net import Kind


def plan(snapshot: Snapshot, *, calendar: Calendar | None = None) -> Plan:
    """The steps of all instances of `snapshot`, running and ended, and the AND/OR graph of what they wait
    for.
    """
    with paused():
        scene = Scene(snapshot.at, calendar or production_calendar(), snapshot.messages)
        return plan_of(scene.part(list(snapshot.instances.values())))


def plan_of(part: LivePart) -> Plan:
    """A live part as a plan."""
    shape = part.shape
    roots = {node: part.roots(node) for node in part.layout.source_of}
    _mark_blocked(part, roots)
    release = dict(zip(shape.waits.release, part.release.tolist(), strict=True))
    unknowns = {node: part.unknowns(node) for node in part.layout.unsent}
    return Plan(
        part.at,
        _steps(part),
        list(_edges(part)),
        shape.waits.dated(part.days.tolist(), release),
        shape.done.tolist(),
        roots,
        title=words.protocol(*named.pop()) if len(named := set(part.describer.protocols.values())) == 1 else "",
        decisions=part.describer.decisions,
        protocols={group: words.protocol(*named) for group, named in part.describer.protocols.items()},
        unknowns=unknowns,
    )


def _steps(part: LivePart) -> list[Step]:
    return [part.step(index) for index in range(len(part.layout.spots))]


def _edges(part: LivePart) -> Iterator[Edge]:
    for view, first in zip(part.views, part.layout.first, strict=True):
        shape = template(view.net)
        place = {node: first + position for position, node in enumerate(shape.nodes)}
        for start, end, arc in shape.arcs:
            yield Edge(place[start], place[end], arc.kind, arc.reason, arc.alternative)
    yield from _cross_edges(part)


def _cross_edges(part: LivePart) -> Iterator[Edge]:
    """The edges between instances."""
    catchers: dict[object, list[int]] = defaultdict(list)
    children: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    number: dict[Spot, int] = {spot: index for index, spot in enumerate(part.layout.spots)}
    for position, view in enumerate(part.views):
        if view.parent is not None:
            children[view.parent, view.parent_element].append(position)
    for (position, node), index in number.items():
        view = part.views[position]
        if view.net.kinds[node] in (Kind.CATCH, Kind.RECEIVE):
            for name in names(view, node):
                catchers[name].append(index)
    for (position, node), index in number.items():
        view = part.views[position]
        if sends(view.net, node):
            for name in names(view, node):
                yield from (Edge(index, other, "message") for other in catchers.get(name, ()) if other != index)
        for child in children.get((view.id, view.net.ids[node]), ()):
            for last in template(part.views[child].net).lasts:
                yield Edge(number[child, last], index, "call")


def _mark_blocked(part: LivePart, roots: Mapping[int, Sequence[Root]]) -> None:
    """Steps to come are blocked when what decides their date is in trouble, or when they can never run."""
    web = Web([part])
    troubled = [
        node
        for node, found in roots.items()
        if node not in part.shape.waits.unusual and any(root.is_trouble(part.at) for root in found)
    ]
    held = web.decided_by(np.array(troubled, np.int32)) | ~web.able
    coming = np.flatnonzero((part.state == CODES["to_come"]) & web.is_open)
    part.state[coming[held[web.done[coming]]]] = CODES["blocked"]
