"""Lays out BPMN documents: writes where every shape, line and label stands into the document itself."""

from __future__ import annotations

from resolute.bpmn.document import Document, Element
from resolute.bpmn.layout.compose import compose
from resolute.bpmn.layout.diagram import Diagram, read, write
from resolute.bpmn.layout.labels import place_labels
from resolute.bpmn.layout.lines import route_lines

__all__ = ["layout"]


def layout(document: Document, *, keep: bool = True) -> Document:
    """Writes diagram interchange for whatever has none, and returns the document.

    A diagram that shows all flow nodes of its process is kept as it is when `keep`; lines missing on it are
    added. With `keep=False` every process and collaboration is laid out anew. The same model always gets the
    same picture.
    """
    shown = {diagram.root.id: diagram for diagram in read(document)}
    made = [draw_plane(root) for root in roots(document) if not (keep and root.id in shown)]
    write(document, made)
    return document


def roots(document: Document) -> list[Element]:
    """What gets a diagram of its own: collaborations, and the processes that no collaboration shows."""
    collaborations = list(document.definitions.children("collaboration"))
    shown = {
        (participant.get("processRef") or "").rpartition(":")[2]
        for collaboration in collaborations
        for participant in collaboration.children("participant")
    }
    return collaborations + [process for process in document.processes if process.id not in shown]


def draw_plane(root: Element) -> Diagram:
    """A new diagram for one process or collaboration."""
    diagram, lines = compose(root)
    route_lines(diagram, lines)
    place_labels(diagram)
    return diagram
