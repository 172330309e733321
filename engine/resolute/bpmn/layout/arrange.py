"""Arranges one layered graph: layers, order within them, heights, then routes."""

from __future__ import annotations

from resolute.bpmn.layout.graph import Arrangement, Graph
from resolute.bpmn.layout.order import cut, untangle
from resolute.bpmn.layout.ranks import backward_links, ranks
from resolute.bpmn.layout.routes import route
from resolute.bpmn.layout.rows import heights


def arrange(graph: Graph) -> Arrangement:
    """Places all cells and routes all links, from left to right; coordinates begin near 0."""
    backward = backward_links(graph)
    made = cut(graph, ranks(graph, backward), backward)
    untangle(made)
    y, bands = heights(graph, made)
    return route(graph, made, y, bands)
