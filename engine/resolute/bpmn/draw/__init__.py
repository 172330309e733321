"""Draws BPMN diagrams as SVG, straight from their diagram interchange."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.draw import svg, words
from resolute.bpmn.draw.badges import badges, legend
from resolute.bpmn.draw.edges import draw_edge, edge_label
from resolute.bpmn.draw.nodes import draw_node, is_expanded, outside_label
from resolute.bpmn.draw.overlay import Overlay
from resolute.bpmn.draw.png import png
from resolute.bpmn.draw.style import style_of
from resolute.bpmn.draw.theme import FONT, THEMES, Theme, ThemeName
from resolute.bpmn.layout import layout, sizes
from resolute.bpmn.layout.diagram import Box, Diagram, Shape, read
from resolute.bpmn.layout.labels import label_lines, label_nodes
from resolute.bpmn.measure import Text
from resolute.errors import NotFoundError

__all__ = ["Overlay", "draw", "png"]

_ = i18n.translator("drawing")
_MARGIN = 20.0
_FRAMES = frozenset(("participant", "lane"))


def draw(
    document: Document,
    *,
    overlay: Overlay | None = None,
    theme: ThemeName = "light",
    process: str | None = None,
) -> str:
    """The SVG text of a diagram: the one that shows `process`, else the first.

    A document without diagram interchange is laid out on a copy; the document itself stays as it is. Raises
    NotFoundError when nothing shows `process`.
    """
    diagram = _chosen(document, process)
    if diagram is None:
        copy = Document(deepcopy(document.tree), document.findings, document.file)
        diagram = _chosen(layout(copy), process)
    if diagram is None:
        if process is None:
            raise NotFoundError(_("there is no process to draw"))
        raise NotFoundError(_("there is no process {wanted} to draw").format(wanted=process))
    label_nodes(diagram)
    label_lines(diagram, diagram.edges.values())
    return _Picture(diagram, THEMES[theme], overlay).svg()


def _chosen(document: Document, process: str | None) -> Diagram | None:
    shown = [diagram for diagram in read(document) if process is None or process in _processes(diagram)]
    drawn = [diagram for diagram in shown if diagram.shapes or not diagram.root.child(*sizes.FLOW_NODES, "participant")]
    return drawn[0] if drawn else None


def _processes(diagram: Diagram) -> set[str]:
    shown = {diagram.root.id}
    for participant in diagram.root.children("participant"):
        shown.add((participant.get("processRef") or "").rpartition(":")[2])
    return shown


class _Picture:
    """One diagram on its way to SVG."""

    def __init__(self, diagram: Diagram, theme: Theme, overlay: Overlay | None) -> None:
        self.diagram = diagram
        self.theme = theme
        self.overlay = overlay

    def svg(self) -> str:
        """The whole picture."""
        box = self._extent()
        explained, height = "", 0.0
        if self.overlay is not None:
            explained, height = legend(self.overlay, self.theme, box.x + _MARGIN, box.bottom - _MARGIN / 2)
        box = Box(box.x, box.y, box.width, box.height + height)
        paper = svg.rect(box, fill=self.theme.paper)
        title = svg.tag("title", svg.content(words.picture_title(self.diagram.root)))
        summary = svg.tag("desc", svg.content(self._summary()))
        return svg.tag(
            "svg",
            title,
            summary,
            paper,
            *self._layers(),
            explained,
            xmlns="http://www.w3.org/2000/svg",
            viewBox=" ".join(svg.number(v) for v in (box.x, box.y, box.width, box.height)),
            width=box.width,
            height=box.height,
            font_family=FONT,
            role="graphics-document",
            aria_label=words.picture_title(self.diagram.root),
        )

    def _layers(self) -> list[str]:
        """Frames, flows, nodes, message flows, labels, badges: what must stay readable comes last."""
        edges = self.diagram.edges
        messages = [key for key, edge in edges.items() if edge.element.kind == "messageFlow"]
        inner = [key for key, edge in edges.items() if edge.element.kind != "messageFlow"]
        frames: list[Shape] = []
        nodes: list[Shape] = []
        for shape in self.diagram.shapes.values():
            framed = shape.element.kind in _FRAMES or is_expanded(shape)
            (frames if framed else nodes).append(shape)
        frames.sort(key=lambda shape: (shape.element.kind not in _FRAMES, -shape.box.width * shape.box.height))
        nodes.sort(key=lambda shape: shape.element.kind == "boundaryEvent")
        return [
            *map(self._node, frames),
            *map(self._edge, inner),
            *map(self._node, nodes),
            *map(self._edge, messages),
            *self._labels(),
            *self._badges(),
        ]

    def _node(self, shape: Shape) -> str:
        element = shape.element
        state = self.overlay.states.get(element.id) if self.overlay is not None else None
        style = style_of(element.kind, element.id, self.theme, self.overlay)
        return self._group(element.id, words.spoken(element, state), draw_node(shape, style))

    def _edge(self, key: str) -> str:
        edge = self.diagram.edges[key]
        done = self.overlay is not None and self.overlay.states.get(key) == "done"
        drawn = draw_edge(edge, self.theme, done=done)
        return self._group(key, words.spoken(edge.element), drawn)

    @staticmethod
    def _group(key: str, phrase: str, drawn: str) -> str:
        title = svg.tag("title", svg.content(phrase))
        return svg.tag("g", title, drawn, data_element=key, role="graphics-symbol", aria_label=phrase)

    def _labels(self) -> list[str]:
        found = [outside_label(shape) for shape in self.diagram.shapes.values()]
        found += [edge_label(edge) for edge in self.diagram.edges.values()]
        return [self._label(*label) for label in found if label is not None]

    def _label(self, block: Text, x: float, top: float) -> str:
        return svg.text(
            block,
            x,
            top,
            fill=self.theme.ink,
            stroke=self.theme.paper,
            stroke_width=3.0,
            stroke_linejoin="round",
            paint_order="stroke",
        )

    def _badges(self) -> list[str]:
        if self.overlay is None:
            return []
        return [badges(shape, self.theme, self.overlay) for shape in self.diagram.shapes.values()]

    def _extent(self) -> Box:
        """The part of the plane that the picture shows, with a margin."""
        boxes = [shape.box for shape in self.diagram.shapes.values()]
        boxes += [shape.label for shape in self.diagram.shapes.values() if shape.label is not None]
        boxes += [edge.label for edge in self.diagram.edges.values() if edge.label is not None]
        for edge in self.diagram.edges.values():
            boxes += [Box(x, y, 0.0, 0.0) for x, y in edge.points]
        labels = [outside_label(shape) for shape in self.diagram.shapes.values()]
        labels += [edge_label(edge) for edge in self.diagram.edges.values()]
        for found in labels:
            if found is not None:
                block, x, top = found
                boxes.append(Box(x - block.width / 2, top, block.width, block.height))
        boxes = boxes or [Box(0.0, 0.0, 0.0, 0.0)]
        left = min(box.x for box in boxes) - _MARGIN
        top = min(box.y for box in boxes) - _MARGIN
        right = max(box.right for box in boxes) + _MARGIN
        bottom = max(box.bottom for box in boxes) + _MARGIN
        return Box(left, top, right - left, bottom - top)

    def _summary(self) -> str:
        states: Counter[str] = Counter()
        if self.overlay is not None:
            states.update(self.overlay.states[key] for key in self.diagram.shapes if key in self.overlay.states)
        return words.picture_summary(len(self.diagram.shapes), len(self.diagram.edges), dict(states))
