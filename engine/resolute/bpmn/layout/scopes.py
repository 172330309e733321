"""Reads a process or a collaboration scope by scope: its nodes, flows, lanes, data and notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from resolute.bpmn.document import Element
from resolute.bpmn.layout import sizes


@dataclass(slots=True)
class Lane:
    """A lane with the lanes inside it."""

    element: Element
    level: int
    leaves: list[int] = field(default_factory=list)
    """Numbers of the innermost lanes inside it (or its own)."""


@dataclass(slots=True)
class Scope:
    """What lies directly in one process or sub-process."""

    element: Element
    nodes: list[Element] = field(default_factory=list)
    boundary: dict[str, list[Element]] = field(default_factory=dict)
    """Host -> its boundary events."""
    flows: list[Element] = field(default_factory=list)
    data: list[Element] = field(default_factory=list)
    notes: list[Element] = field(default_factory=list)
    groups: list[Element] = field(default_factory=list)
    associations: list[Element] = field(default_factory=list)
    """Associations and data associations: lines that are no flows."""
    lanes: list[Lane] = field(default_factory=list)
    leaf_of: dict[str, int] = field(default_factory=dict)
    """Node -> number of its innermost lane."""
    leaves: list[Lane] = field(default_factory=list)


def scopes(root: Element) -> Iterator[Scope]:
    """The scopes inside a process, outer ones before inner ones."""
    stack = [root]
    while stack:
        scope = read_scope(stack.pop())
        yield scope
        stack.extend(node for node in reversed(scope.nodes) if node.kind in sizes.SUBPROCESSES)


def read_scope(element: Element) -> Scope:
    """One scope, without what lies deeper."""
    scope = Scope(element)
    boundary: list[Element] = []
    for child in element.children():
        kind = child.kind
        if not child.id:
            continue
        if kind == "boundaryEvent":
            boundary.append(child)
        elif kind in sizes.FLOW_NODES:
            scope.nodes.append(child)
            scope.associations.extend(_data_associations(child))
        elif kind == "sequenceFlow":
            scope.flows.append(child)
        elif kind in sizes.DATA:
            scope.data.append(child)
        else:
            read_artifact(scope, child)
    for holder in element.children("ioSpecification"):
        scope.data.extend(child for child in holder.children("dataInput", "dataOutput") if child.id)
    hosts = {node.id for node in scope.nodes if node.kind in sizes.ACTIVITIES}
    for event in boundary:
        scope.associations.extend(_data_associations(event))
        host = local(event.get("attachedToRef"))
        if host in hosts:
            scope.boundary.setdefault(host, []).append(event)
        else:
            scope.nodes.append(event)
    _read_lanes(scope)
    _sort_boundary(scope)
    return scope


def read_artifact(scope: Scope, child: Element) -> None:
    """Takes up a note, a group or an association."""
    if child.kind == "textAnnotation":
        scope.notes.append(child)
    elif child.kind == "group":
        scope.groups.append(child)
    elif child.kind == "association":
        scope.associations.append(child)


def read_outer(root: Element) -> Scope:
    """Notes and associations that belong to the collaboration itself."""
    scope = Scope(root)
    for child in root.children():
        if child.id:
            read_artifact(scope, child)
    return scope


def _data_associations(node: Element) -> Iterator[Element]:
    for child in node.children("dataInputAssociation", "dataOutputAssociation"):
        if child.id:
            yield child


def local(reference: str | None) -> str:
    """The id in a reference that may carry a prefix."""
    return (reference or "").strip().rpartition(":")[2]


def ends(line: Element) -> tuple[str, str]:
    """What a flow or an association goes from and to; an activity stands for its data inputs and outputs."""
    if line.kind in ("dataInputAssociation", "dataOutputAssociation"):
        return _data_ends(line)
    return local(line.get("sourceRef")), local(line.get("targetRef"))


def _data_ends(line: Element) -> tuple[str, str]:
    parent = line.parent
    owner = parent.id if parent is not None else ""
    other = line.child("sourceRef" if line.kind == "dataInputAssociation" else "targetRef")
    far = local(other.text) if other is not None else ""
    return (far, owner) if line.kind == "dataInputAssociation" else (owner, far)


def _read_lanes(scope: Scope) -> None:
    stack: list[tuple[Element, int, tuple[Lane, ...]]] = []
    for holder in scope.element.children("laneSet"):
        stack.extend((lane, 0, ()) for lane in holder.children("lane"))
    stack.reverse()
    parents: dict[str, Lane] = {}
    while stack:
        element, level, outer = stack.pop()
        lane = Lane(element, level)
        scope.lanes.append(lane)
        inner = [
            (child, level + 1, (*outer, lane))
            for holder in element.children("childLaneSet")
            for child in holder.children("lane")
        ]
        stack.extend(reversed(inner))
        for reference in element.children("flowNodeRef"):
            known = parents.get(local(reference.text))
            if known is None or known.level < level:
                parents[local(reference.text)] = lane
        if not inner:
            number = len(scope.leaves)
            scope.leaves.append(lane)
            for enclosing in (*outer, lane):
                enclosing.leaves.append(number)
    for node, lane in parents.items():
        scope.leaf_of[node] = lane.leaves[0]
    _adopt(scope)


def _sort_boundary(scope: Scope) -> None:
    """Boundary events that lead to lower lanes stand further left: their flows leave below the others."""
    lanes = {source: scope.leaf_of.get(target, 0) for source, target in map(ends, scope.flows)}
    for events in scope.boundary.values():
        events.sort(key=lambda event: -lanes.get(event.id, 0))


def _adopt(scope: Scope) -> None:
    """Nodes that no lane names stand in the lane of a neighbour."""
    if not scope.leaves:
        return
    missing = [node.id for node in scope.nodes if node.id not in scope.leaf_of]
    if not missing:
        return
    near: dict[str, list[str]] = {}
    for flow in scope.flows:
        source, target = ends(flow)
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    stack = list(scope.leaf_of)
    while stack:
        node = stack.pop()
        for other in near.get(node, ()):
            if other not in scope.leaf_of:
                scope.leaf_of[other] = scope.leaf_of[node]
                stack.append(other)
    for node in missing:
        scope.leaf_of.setdefault(node, 0)
