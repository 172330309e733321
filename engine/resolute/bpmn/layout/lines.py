"""Routes message flows and associations between shapes that already stand."""

from __future__ import annotations

from resolute.bpmn.document import Element
from resolute.bpmn.layout.diagram import Diagram, Edge
from resolute.bpmn.layout.scopes import ends


def route_lines(diagram: Diagram, lines: list[Element]) -> None:
    for line in lines:
        a, b = ends(line)
        if a in diagram.shapes and b in diagram.shapes:
            diagram.edges[line.id] = Edge(line, [diagram.shapes[a].box.centre, diagram.shapes[b].box.centre])
