"""Says whether an existing diagram shows all of its process, and which lines it lacks."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.bpmn.document import Element
from resolute.bpmn.layout.diagram import Diagram
from resolute.bpmn.layout.scopes import ends, local, read_outer, read_scope


def is_complete(diagram: Diagram) -> bool:
    """True when every node has a shape; a sub-process may hide its nodes, but only all of them."""
    if not diagram.shapes:
        return False
    for root, scopes in _visible(diagram):
        shown = [node.id in diagram.shapes for node in scopes]
        if not all(shown) and (root or any(shown)):
            return False
    return True


def _visible(diagram: Diagram) -> Iterator[tuple[bool, list[Element]]]:
    """Nodes by scope, with True for the scopes that no shape may hide."""
    stack = [(True, process) for process in _processes(diagram.root)]
    while stack:
        outermost, element = stack.pop()
        scope = read_scope(element)
        nodes = [*scope.nodes, *(event for events in scope.boundary.values() for event in events)]
        yield outermost, nodes
        stack.extend((False, node) for node in scope.nodes if node.id in diagram.shapes and node.child())


def _processes(root: Element) -> Iterator[Element]:
    """The processes that a plane shows: white boxes only."""
    if root.kind != "collaboration":
        yield root
        return
    processes = {process.id: process for process in root.document.processes}
    for participant in root.children("participant"):
        process = processes.pop(local(participant.get("processRef")), None)
        if process is not None:
            yield process


def missing_lines(diagram: Diagram) -> Iterator[Element]:
    """Flows and associations without an edge whose two ends are shown."""
    lines = list(read_outer(diagram.root).associations)
    lines.extend(diagram.root.children("messageFlow"))
    for process in _processes(diagram.root):
        stack = [process]
        while stack:
            scope = read_scope(stack.pop())
            lines.extend((*scope.flows, *scope.associations))
            stack.extend(node for node in scope.nodes if node.child())
    for line in lines:
        if line.id not in diagram.edges and all(key in diagram.shapes for key in ends(line)):
            yield line
