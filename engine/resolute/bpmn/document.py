"""A BPMN 2.0 document: a parsed tree that loses nothing, with a typed view on its elements."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml import etree

from resolute.bpmn.names import BPMN
from resolute.errors import Finding


class Element:
    """A view on one BPMN element: its id, its kind (the local tag name) and its attributes.

    Equal when they show the same node of the same document. Changing the tree changes what the view shows.
    """

    __slots__ = ("document", "node")

    def __init__(self, document: Document, node: etree._Element) -> None:
        self.document = document
        self.node = node

    @property
    def id(self) -> str:
        """The id attribute, or "" where the element has none."""
        return self.node.get("id", "")

    @property
    def kind(self) -> str:
        """The local tag name: `userTask`, `sequenceFlow`, ..."""
        return etree.QName(self.node).localname

    @property
    def name(self) -> str:
        """The label with line breaks and double spaces folded."""
        return " ".join(self.node.get("name", "").split())

    @property
    def line(self) -> int | None:
        """The line in the source file, 1-based."""
        return self.node.sourceline

    @property
    def text(self) -> str:
        """The text inside the element, stripped."""
        return (self.node.text or "").strip()

    @property
    def parent(self) -> Element | None:
        """The BPMN element around this one, None for the definitions."""
        node = self.node.getparent()
        return None if node is None else Element(self.document, node)

    def get(self, name: str, default: str | None = None) -> str | None:
        """An attribute by local name, or by `{namespace}name` for an extension."""
        return self.node.get(name, default)

    def children(self, *kinds: str) -> Iterator[Element]:
        """Direct BPMN children, in order; only of the given kinds when any are named."""
        for node in self.node.iterchildren(f"{{{BPMN}}}*"):
            if not kinds or etree.QName(node).localname in kinds:
                yield Element(self.document, node)

    def child(self, *kinds: str) -> Element | None:
        """The first direct BPMN child of the given kinds."""
        return next(self.children(*kinds), None)

    def extensions(self, tag: str) -> Iterator[etree._Element]:
        """Extension elements `{namespace}name` directly in extensionElements."""
        for holder in self.node.iterchildren(f"{{{BPMN}}}extensionElements"):
            yield from holder.iterchildren(tag)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Element) and other.node is self.node

    def __hash__(self) -> int:
        return hash(self.node)

    def __repr__(self) -> str:
        return f"<{self.kind} {self.id or '-'} {self.name!r}>"


@dataclass(eq=False)
class Document:
    """A BPMN 2.0 document. `tree` is the source of truth; everything else is a view on it."""

    tree: etree._ElementTree
    findings: tuple[Finding, ...] = ()
    file: str | None = None

    @property
    def definitions(self) -> Element:
        """The root element."""
        return Element(self, self.tree.getroot())

    @property
    def processes(self) -> tuple[Element, ...]:
        """All processes, in the order of the file; each has `.id`."""
        return tuple(self.definitions.children("process"))

    @property
    def process_id(self) -> str:
        """The id of the first process ("" when there is none)."""
        return next((process.id for process in self.processes), "")

    @property
    def xml(self) -> bytes:
        """The document as UTF-8 bytes with an XML declaration."""
        return etree.tostring(self.tree, xml_declaration=True, encoding="UTF-8")

    @cached_property
    def ids(self) -> dict[str, Element]:
        """Every element that has an id; the first one where an id is used twice."""
        found: dict[str, Element] = {}
        for node in self.tree.getroot().iter(f"{{{BPMN}}}*"):
            key = node.get("id")
            if key:
                found.setdefault(key, Element(self, node))
        return found
