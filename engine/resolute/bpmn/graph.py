"""Questions about the flow graph of one process or sub-process that several rules ask."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.bpmn.document import Document, Element


def containers(document: Document) -> Iterator[Element]:
    """Every process and sub-process, outermost first."""
    return document.elements_that_are("process", "subProcess")


def takes_part(node: Element) -> bool:
    """Whether sequence flows are how `node` comes in: not so for event sub-processes and compensation."""
    return not node.flag("triggeredByEvent") and not node.flag("isForCompensation")


def begins_alone(node: Element) -> bool:
    """Whether `node` rightly has no incoming flow: start and boundary events, the catching end of a link."""
    if node.kind in ("startEvent", "boundaryEvent"):
        return True
    link = node.kind == "intermediateCatchEvent" and link_name(node) is not None
    return link or _in_ad_hoc(node) or node.flag("instantiate")


def ends_alone(node: Element) -> bool:
    """Whether `node` rightly has no outgoing flow: end events, the throwing end of a link."""
    link = node.kind == "intermediateThrowEvent" and link_name(node) is not None
    return node.kind == "endEvent" or link or _in_ad_hoc(node)


def reachable(container: Element) -> set[str]:
    """The ids of the flow nodes directly in `container` that flows, boundaries and links lead to."""
    catches = _catches(container)
    caught = {event.id for events in catches.values() for event in events}
    nodes = container.flow_nodes
    queue = [node for node in nodes if not node.incoming and not node.attached_to and node.id not in caught]
    found = {node.id for node in queue}
    while queue:
        for following in _successors(queue.pop(), catches):
            if following.id not in found:
                found.add(following.id)
                queue.append(following)
    return found


def cyclic(container: Element) -> set[str]:
    """The ids of the flow nodes directly in `container` that lie on a loop of sequence flows."""
    import networkx

    ends = [(flow.source, flow.target) for flow in container.sequence_flows]
    graph = networkx.DiGraph((source.id, target.id) for source, target in ends if source and target)
    components = networkx.strongly_connected_components(graph)
    return {key for part in components for key in part if len(part) > 1 or graph.has_edge(key, key)}


def link_name(event: Element) -> str | None:
    """The name by which a link event finds its counterpart; None for any other event."""
    for definition in event.children("linkEventDefinition"):
        return definition.name or event.name
    return None


def _successors(node: Element, catches: dict[str, list[Element]]) -> Iterator[Element]:
    for flow in node.outgoing:
        if flow.target is not None:
            yield flow.target
    yield from node.boundary_events
    if node.kind == "intermediateThrowEvent":
        yield from catches.pop(link_name(node) or "", ())  # all at once, so never again


def _catches(container: Element) -> dict[str, list[Element]]:
    found: dict[str, list[Element]] = {}
    for event in container.children("intermediateCatchEvent"):
        name = link_name(event)
        if name is not None:
            found.setdefault(name, []).append(event)
    return found


def _in_ad_hoc(node: Element) -> bool:
    return node.parent is not None and node.parent.kind == "adHocSubProcess"
