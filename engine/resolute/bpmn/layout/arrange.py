"""Arranges one layered graph: layers, order within them, heights, then routes."""

from __future__ import annotations

from resolute.bpmn.layout.graph import Arrangement, Graph
from resolute.bpmn.layout.order import cut, untangle
from resolute.bpmn.layout.ranks import backward_links, ranks
from resolute.bpmn.layout.routes import route
from resolute.bpmn.layout.rows import heights
from resolute.bpmn.layout.shelves import add_shelves, linked_part


def arrange(graph: Graph) -> Arrangement:
    """Places all cells and routes all links, from left to right; coordinates begin near 0."""
    linked, numbers = linked_part(graph)
    backward = backward_links(linked)
    layers = cut(linked, ranks(linked, backward), backward)
    untangle(layers)
    y, bands = heights(linked, layers)
    return add_shelves(graph, numbers, route(linked, layers, y, bands))
