"""Lays out BPMN documents: writes where every shape, line and label stands into the document itself."""

from __future__ import annotations

from resolute.bpmn.document import Document, Element
from resolute.bpmn.layout import sizes
from resolute.bpmn.layout.complete import is_complete, missing_lines
from resolute.bpmn.layout.compose import compose
from resolute.bpmn.layout.diagram import Diagram, extend, read, write
from resolute.bpmn.layout.labels import label_lines, label_nodes
from resolute.bpmn.layout.lines import from_below, route_lines
from resolute.bpmn.layout.scopes import local

__all__ = ["layout"]


def layout(document: Document, *, keep: bool = True) -> Document:
    """Writes diagram interchange for whatever has none, and returns the document.

    A diagram that shows all flow nodes of its process is kept as it is when `keep`; lines missing on it are
    added. With `keep=False` every process and collaboration is laid out anew. The same model always gets the
    same picture.
    """
    shown = {diagram.root.id: diagram for diagram in read(document)} if keep else {}
    seen = {key for diagram in shown.values() for key in diagram.shapes}
    made: list[Diagram] = []
    for root in roots(document):
        diagram = shown.get(root.id)
        if diagram is not None and is_complete(diagram):
            _add_lines(document, diagram)
        elif diagram is not None or not (shown and _is_seen(root, seen)):
            made.append(arrange_plane(root))
    write(document, made, alone=not keep)
    return document


def roots(document: Document) -> list[Element]:
    """What gets a diagram of its own: collaborations, and the processes that no collaboration shows."""
    collaborations = [c for c in document.definitions.children("collaboration") if c.child("participant")]
    shown = {
        local(participant.get("processRef"))
        for collaboration in collaborations
        for participant in collaboration.children("participant")
    }
    return collaborations + [process for process in document.processes if process.id not in shown]


def arrange_plane(root: Element) -> Diagram:
    """A new diagram for one process or collaboration."""
    diagram, lines = compose(root)
    label_nodes(diagram, from_below(diagram, lines))
    label_lines(diagram, list(diagram.edges.values()))
    route_lines(diagram, lines)
    label_lines(diagram, diagram.edges.values())
    return diagram


def _is_seen(root: Element, seen: set[str]) -> bool:
    """Whether a process has nothing that is not already on another diagram, say inside an open call activity."""
    return root.kind == "process" and all(node.id in seen for node in root.children(*sizes.FLOW_NODES))


def _add_lines(document: Document, diagram: Diagram) -> None:
    known = set(diagram.edges)
    route_lines(diagram, missing_lines(diagram))
    added = [edge for key, edge in diagram.edges.items() if key not in known]
    label_lines(diagram, added)
    extend(document, diagram.root, added)
