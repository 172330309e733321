"""A diagram as values: shapes, edges and labels with their places; read from and written to BPMN DI."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from lxml import etree

from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import BPMN, BPMNDI, DC, DI

Point = tuple[float, float]
_LIMIT = 1e7


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, y downwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of the right side."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of the lower side."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The middle."""
        return self.x + self.width / 2, self.y + self.height / 2

    def moved(self, x: float, y: float) -> Box:
        """The same box, shifted."""
        return Box(self.x + x, self.y + y, self.width, self.height)

    def overlaps(self, other: Box) -> bool:
        """True when the two share more than a side; a line is a box without width or height."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def holds(self, other: Box) -> bool:
        """True when `other` lies wholly inside."""
        return self.x <= other.x and other.right <= self.right and self.y <= other.y and other.bottom <= self.bottom


@dataclass(slots=True)
class Shape:
    """A node on the page."""

    element: Element
    box: Box
    label: Box | None = None
    expanded: bool | None = None
    horizontal: bool | None = None
    marker: bool | None = None


@dataclass(slots=True)
class Edge:
    """A connection on the page."""

    element: Element
    points: list[Point]
    label: Box | None = None


@dataclass(slots=True)
class Diagram:
    """What one plane shows."""

    root: Element
    """The process, collaboration or sub-process that the plane shows."""
    shapes: dict[str, Shape] = field(default_factory=dict)
    edges: dict[str, Edge] = field(default_factory=dict)


def middle(points: list[Point]) -> Point:
    """The point half way along a line."""
    rest = sum(math.dist(a, b) for a, b in pairwise(points)) / 2
    for a, b in pairwise(points):
        length = math.dist(a, b)
        if rest <= length and length:
            return a[0] + (b[0] - a[0]) * rest / length, a[1] + (b[1] - a[1]) * rest / length
        rest -= length
    return points[-1]


# --- reading ---


def read(document: Document) -> list[Diagram]:
    """The diagrams of a document, in order; shapes of unknown elements and without bounds are left out."""
    diagrams = []
    for plane in document.tree.getroot().iterfind(f"{{{BPMNDI}}}BPMNDiagram/{{{BPMNDI}}}BPMNPlane"):
        root = _element(document, plane) or next(iter(document.processes), document.definitions)
        diagram = Diagram(root)
        for node in plane:
            if not isinstance(node.tag, str):
                continue
            element = _element(document, node)
            if element is None:
                continue
            if node.tag == f"{{{BPMNDI}}}BPMNShape":
                _read_shape(diagram, element, node)
            elif node.tag == f"{{{BPMNDI}}}BPMNEdge":
                _read_edge(diagram, element, node)
        diagrams.append(diagram)
    return diagrams


def _element(document: Document, node: etree._Element) -> Element | None:
    name = (node.get("bpmnElement") or "").strip()
    return document.ids.get(name) or document.ids.get(name.rpartition(":")[2])


def _read_shape(diagram: Diagram, element: Element, node: etree._Element) -> None:
    box = _bounds(node)
    if box is not None:
        diagram.shapes[element.id] = Shape(
            element,
            box,
            _label(node),
            _flag(node, "isExpanded"),
            _flag(node, "isHorizontal"),
            _flag(node, "isMarkerVisible"),
        )


def _read_edge(diagram: Diagram, element: Element, node: etree._Element) -> None:
    points = []
    for waypoint in node.iterfind(f"{{{DI}}}waypoint"):
        x, y = _number(waypoint, "x"), _number(waypoint, "y")
        if x is not None and y is not None:
            points.append((x, y))
    if len(points) > 1:
        diagram.edges[element.id] = Edge(element, points, _label(node))


def _label(node: etree._Element) -> Box | None:
    label = node.find(f"{{{BPMNDI}}}BPMNLabel")
    box = None if label is None else _bounds(label)
    return box if box is not None and box.width > 0 and box.height > 0 else None


def _bounds(node: etree._Element) -> Box | None:
    bounds = node.find(f"{{{DC}}}Bounds")
    if bounds is None:
        return None
    x, y, width, height = (_number(bounds, name) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or width < 0 or height < 0:
        return None
    return Box(x, y, width, height)


def _number(node: etree._Element, name: str) -> float | None:
    try:
        value = float(node.get(name) or "")
    except ValueError:
        return None
    return value if -_LIMIT < value < _LIMIT else None


def _flag(node: etree._Element, name: str) -> bool | None:
    value = node.get(name)
    return None if value is None else value.strip() in ("true", "1")


# --- writing ---

_NAMESPACES = {"bpmndi": BPMNDI, "dc": DC, "di": DI}


def write(document: Document, diagrams: Iterable[Diagram], *, alone: bool = False) -> None:
    """Puts diagrams into the document, each in place of the one with the same root; if `alone`, of all."""
    root = document.tree.getroot()
    made = list(diagrams)
    for old in root.findall(f"{{{BPMNDI}}}BPMNDiagram") if alone else ():
        root.remove(old)
    for diagram in made:
        for old in _showing(document, diagram.root):
            root.remove(old)
    used = _ids(document)
    for diagram in made:
        _insert(root, _written(diagram, used))


def _showing(document: Document, element: Element) -> list[etree._Element]:
    found = []
    for old in document.tree.getroot().iterfind(f"{{{BPMNDI}}}BPMNDiagram"):
        plane = old.find(f"{{{BPMNDI}}}BPMNPlane")
        if plane is None or _element(document, plane) in (None, element):
            found.append(old)
    return found


def _insert(root: etree._Element, node: etree._Element) -> None:
    following = root.find(f"{{{BPMN}}}relationship")
    if following is None:
        root.append(node)
    else:
        following.addprevious(node)


def _written(diagram: Diagram, used: set[str]) -> etree._Element:
    node = etree.Element(f"{{{BPMNDI}}}BPMNDiagram", nsmap=_NAMESPACES)
    node.set("id", _fresh(f"BPMNDiagram_{diagram.root.id}", used))
    plane = etree.SubElement(node, f"{{{BPMNDI}}}BPMNPlane")
    plane.set("id", _fresh(f"BPMNPlane_{diagram.root.id}", used))
    plane.set("bpmnElement", diagram.root.id)
    for shape in diagram.shapes.values():
        written = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNShape")
        written.set("id", _fresh(f"{shape.element.id}_di", used))
        written.set("bpmnElement", shape.element.id)
        for name, value in (
            ("isHorizontal", shape.horizontal),
            ("isExpanded", shape.expanded),
            ("isMarkerVisible", shape.marker),
        ):
            if value is not None:
                written.set(name, "true" if value else "false")
        _write_box(written, shape.box)
        _write_label(written, shape.label)
    for edge in diagram.edges.values():
        _write_edge(plane, edge, used)
    return node


def extend(document: Document, root: Element, edges: Iterable[Edge]) -> None:
    """Adds edges to the plane that shows `root`."""
    added = list(edges)
    if not added:
        return
    used = _ids(document)
    for holder in _showing(document, root):
        plane = holder.find(f"{{{BPMNDI}}}BPMNPlane")
        if plane is not None:
            for edge in added:
                _write_edge(plane, edge, used)
            return


def _ids(document: Document) -> set[str]:
    return {key for node in document.tree.getroot().iter() if (key := node.get("id"))}


def _write_edge(plane: etree._Element, edge: Edge, used: set[str]) -> None:
    written = etree.SubElement(plane, f"{{{BPMNDI}}}BPMNEdge")
    written.set("id", _fresh(f"{edge.element.id}_di", used))
    written.set("bpmnElement", edge.element.id)
    for x, y in edge.points:
        etree.SubElement(written, f"{{{DI}}}waypoint", x=number(x), y=number(y))
    _write_label(written, edge.label)


def _fresh(wanted: str, used: set[str]) -> str:
    name, count = wanted, 1
    while name in used:
        count += 1
        name = f"{wanted}_{count}"
    used.add(name)
    return name


def _write_label(node: etree._Element, box: Box | None) -> None:
    if box is not None:
        _write_box(etree.SubElement(node, f"{{{BPMNDI}}}BPMNLabel"), box)


def _write_box(node: etree._Element, box: Box) -> None:
    etree.SubElement(
        node,
        f"{{{DC}}}Bounds",
        x=number(box.x),
        y=number(box.y),
        width=number(box.width),
        height=number(box.height),
    )


def number(value: float) -> str:
    """A coordinate as short text: `12`, `12.5`."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
