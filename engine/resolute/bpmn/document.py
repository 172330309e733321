"""A BPMN 2.0 document: a parsed tree that loses nothing, with a typed view on its elements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import cast

from lxml import etree

from resolute import display
from resolute.bpmn import vocabulary
from resolute.bpmn.names import BPMN, BPMNDI
from resolute.errors import Finding

_BPMN = f"{{{BPMN}}}"
_ANY = f"{_BPMN}*"
_EXTENSIONS = f"{_BPMN}extensionElements"
_STRING = etree.XPath("string()")


@cache
def _tags(kinds: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_BPMN + kind for kind in kinds) or (_ANY,)


@lru_cache(maxsize=1024)
def _local_name(tag: str) -> str:
    return tag.rpartition("}")[2]


def line_of(node: etree._Element) -> int | None:
    """The line of a node in the source file, 1-based; None for what was not read from one."""
    return cast("int | None", node.sourceline)


def text_of(node: etree._Element) -> str:
    """The text inside a node without markup and comments, stripped."""
    return (str(_STRING(node)) if len(node) else node.text or "").strip()


class Element:
    """A view on one BPMN element: its id, its kind (the local tag name), its attributes and its relations.

    Equal when they show the same node of the same document. Changing the tree changes what the view shows;
    after adding, removing or reconnecting elements call `Document.refresh()`.
    """

    __slots__ = ("document", "node")

    def __init__(self, document: Document, node: etree._Element) -> None:
        self.document = document
        self.node = node

    # --- itself ---

    @property
    def id(self) -> str:
        """The id attribute, or "" where the element has none."""
        return self.node.get("id", "")

    @property
    def kind(self) -> str:
        """The local tag name: `userTask`, `sequenceFlow`, ..."""
        return _local_name(str(self.node.tag))

    @property
    def namespace(self) -> str:
        """The namespace of the tag; that of BPMN for all but extensions and the diagram."""
        return str(self.node.tag).rpartition("}")[0].lstrip("{")

    @property
    def name(self) -> str:
        """The label with line breaks and double spaces folded."""
        return " ".join(self.node.get("name", "").split())

    @property
    def line(self) -> int | None:
        """The line in the source file, 1-based; None for what was not read from one."""
        return line_of(self.node)

    @property
    def text(self) -> str:
        """The text inside the element without markup and comments, stripped."""
        return text_of(self.node)

    @property
    def documentation(self) -> str:
        """The texts of its documentation elements, one paragraph each."""
        return "\n\n".join(filter(None, (part.text for part in self.children("documentation"))))

    def is_a(self, *kinds: str) -> bool:
        """Whether it is of one of these kinds or inherits from one: `is_a("activity", "gateway")`."""
        return vocabulary.is_a(self.kind, *kinds)

    def get(self, name: str, default: str | None = None) -> str | None:
        """An attribute by local name, or by `{namespace}name` for an extension."""
        return self.node.get(name, default)

    def value(self, name: str) -> str | None:
        """An attribute, or the default that the standard gives it."""
        written = self.node.get(name)
        return vocabulary.attributes(self.kind).get(name, {}).get("default") if written is None else written

    def flag(self, name: str) -> bool:
        """A boolean attribute, with the default of the standard."""
        return (self.value(name) or "").strip() in ("true", "1")

    # --- tree ---

    @property
    def parent(self) -> Element | None:
        """The BPMN element around this one, None for the definitions."""
        node = self.node.getparent()
        return None if node is None else Element(self.document, node)

    @property
    def ancestors(self) -> Iterator[Element]:
        """The elements around this one, innermost first."""
        for node in self.node.iterancestors(_ANY):
            yield Element(self.document, node)

    @property
    def process(self) -> Element | None:
        """The process around this element, itself when it is one."""
        if self.kind == "process":
            return self
        return next((element for element in self.ancestors if element.kind == "process"), None)

    def children(self, *kinds: str) -> Iterator[Element]:
        """Direct BPMN children, in order; only of the given kinds (tags) when any are named."""
        for node in self.node.iterchildren(*_tags(kinds)):
            yield Element(self.document, node)

    def child(self, *kinds: str) -> Element | None:
        """The first direct BPMN child of the given kinds (tags)."""
        return next(self.children(*kinds), None) if len(self.node) else None

    def descendants(self, *kinds: str) -> Iterator[Element]:
        """BPMN elements inside this one at any depth, in order; only of the given kinds (tags) if any."""
        yield from self.document.wrapped(self.node.iterdescendants(*_tags(kinds)))

    def children_that_are(self, *kinds: str) -> Iterator[Element]:
        """Direct children that are or inherit from one of these kinds."""
        return self.children(*vocabulary.kinds_of(*kinds))

    @property
    def has_extensions(self) -> bool:
        """Whether it has extensionElements."""
        return len(self.node) > 0 and self.node.find(_EXTENSIONS) is not None

    def extensions(self, tag: str) -> Iterator[etree._Element]:
        """Extension elements `{namespace}name` directly in extensionElements."""
        if len(self.node):
            for holder in self.node.iterchildren(_EXTENSIONS):
                yield from holder.iterchildren(tag)

    # --- references ---

    def reference(self, name: str) -> Element | None:
        """What the reference `name` (attribute or child) leads to; None when absent, dangling or outside."""
        value = self.node.get(name)
        if value is not None:
            return self.document.resolve(value.strip(), self.node)
        return next(iter(self.references(name)), None) if len(self.node) else None

    def references(self, name: str) -> tuple[Element, ...]:
        """Everything the reference `name` leads to inside this document, in order."""
        found = (self.document.resolve(value, self.node) for value in self.reference_values(name))
        return tuple(element for element in found if element is not None)

    def reference_values(self, name: str) -> tuple[str, ...]:
        """The reference `name` as written: the attribute, then the child elements of that tag."""
        attribute = self.node.get(name)
        values = [attribute] if attribute is not None else []
        values += [text_of(node) for node in self.node.iterchildren(_BPMN + name)]
        return tuple(value.strip() for value in values if value.strip())

    # --- flows ---

    @property
    def incoming(self) -> tuple[Element, ...]:
        """The sequence flows into this node, in the order of the file."""
        return self.document.flow_ends[0].get(self.id, ())

    @property
    def outgoing(self) -> tuple[Element, ...]:
        """The sequence flows out of this node, in the order of the file."""
        return self.document.flow_ends[1].get(self.id, ())

    @property
    def source(self) -> Element | None:
        """Where a sequence flow, message flow or association begins."""
        return self.reference("sourceRef")

    @property
    def target(self) -> Element | None:
        """Where a sequence flow, message flow or association ends."""
        return self.reference("targetRef")

    @property
    def default(self) -> Element | None:
        """The default flow out of an activity or gateway."""
        return self.reference("default")

    @property
    def condition(self) -> Element | None:
        """The condition expression of a sequence flow, or the condition of a conditional event definition."""
        return self.child("conditionExpression", "condition")

    # --- containers ---

    @property
    def flow_elements(self) -> tuple[Element, ...]:
        """The flow elements directly in this process or sub-process: nodes, flows, data."""
        return tuple(self.children_that_are("flowElement"))

    @property
    def flow_nodes(self) -> tuple[Element, ...]:
        """The activities, gateways and events directly in this process or sub-process."""
        return tuple(self.children_that_are("flowNode"))

    @property
    def sequence_flows(self) -> tuple[Element, ...]:
        """The sequence flows directly in this process or sub-process."""
        return tuple(self.children("sequenceFlow"))

    @property
    def artifacts(self) -> tuple[Element, ...]:
        """The text annotations, groups and associations directly in this element."""
        return tuple(self.children_that_are("artifact"))

    @property
    def lanes(self) -> tuple[Element, ...]:
        """The lanes directly in this process, sub-process or lane, in order."""
        sets = self.children("laneSet", "childLaneSet")
        return tuple(lane for lane_set in sets for lane in lane_set.children("lane"))

    @property
    def lane(self) -> Element | None:
        """The innermost lane of this node; inside a sub-process, the sub-process's where it has none."""
        lanes = self.document.lane_of
        if self.id in lanes:
            return lanes[self.id]
        around = (lanes[element.id] for element in self.ancestors if element.id in lanes)
        return next(around, None)

    # --- activities and events ---

    @property
    def event_definitions(self) -> tuple[Element, ...]:
        """What an event waits for or throws: its own definitions, then those it refers to."""
        return (*self.children_that_are("eventDefinition"), *self.references("eventDefinitionRef"))

    @property
    def attached_to(self) -> Element | None:
        """The activity that a boundary event sits on."""
        return self.reference("attachedToRef")

    @property
    def boundary_events(self) -> tuple[Element, ...]:
        """The boundary events on this activity, in the order of the file."""
        return self.document.boundaries.get(self.id, ())

    @property
    def loop(self) -> Element | None:
        """The loop or multi-instance characteristics of an activity."""
        return next(self.children_that_are("loopCharacteristics"), None)

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
    """What was odd but readable when the document was loaded."""
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

    def _repr_svg_(self) -> str | None:
        return display.show("document", self)

    @property
    def collaborations(self) -> tuple[Element, ...]:
        """All collaborations, choreographies and conversations, in the order of the file."""
        return tuple(self.definitions.children_that_are("collaboration"))

    @property
    def participants(self) -> tuple[Element, ...]:
        """The pools of all collaborations; `reference("processRef")` is the process of each."""
        return tuple(pool for part in self.collaborations for pool in part.children("participant"))

    @property
    def message_flows(self) -> tuple[Element, ...]:
        """The message flows of all collaborations."""
        return tuple(flow for part in self.collaborations for flow in part.children("messageFlow"))

    @property
    def xml(self) -> bytes:
        """The document as UTF-8 bytes with an XML declaration."""
        body: bytes = etree.tostring(self.tree, encoding="UTF-8", xml_declaration=False)
        return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"

    def elements(self, *kinds: str) -> Iterator[Element]:
        """Every BPMN element in the order of the file; only of the given kinds (tags) when any are named."""
        yield from self.wrapped(self.tree.getroot().iter(*_tags(kinds)))

    def wrapped(self, nodes: Iterable[etree._Element]) -> Iterator[Element]:
        """Views on `nodes`, without those that only a vendor knows."""
        private = self._private
        if private:
            nodes = (node for node in nodes if node not in private)
        for node in nodes:
            yield Element(self, node)

    def elements_that_are(self, *kinds: str) -> Iterator[Element]:
        """Every element that is or inherits from one of these kinds, in the order of the file."""
        return self.elements(*vocabulary.kinds_of(*kinds))

    def resolve(self, reference: str, node: etree._Element | None = None) -> Element | None:
        """The element that a QName written in `node` names; None when it dangles or lies in another file."""
        found = self.ids.get(reference)
        if found is not None or ":" not in reference or self.is_outside(reference, node):
            return found
        return self.ids.get(reference.partition(":")[2])

    def is_outside(self, reference: str, node: etree._Element | None = None) -> bool:
        """Whether a QName as written in `node` has the prefix of another file's namespace."""
        prefix, colon, _ = reference.partition(":")
        root = self.tree.getroot()
        namespace = (root if node is None else node).nsmap.get(prefix) if colon else None
        return namespace not in (None, BPMN, root.get("targetNamespace"))

    def refresh(self) -> None:
        """Forgets what was looked up, after the tree was changed."""
        for name in ("_private", "ids", "flow_ends", "lane_of", "boundaries", "shapes", "edges"):
            self.__dict__.pop(name, None)

    @cached_property
    def _private(self) -> frozenset[etree._Element]:
        """Nodes inside extensionElements that carry the BPMN namespace by oversight of the vendor."""
        holders = self.tree.getroot().iter(f"{_BPMN}extensionElements")
        return frozenset(node for holder in holders for node in holder.iterdescendants(_ANY))

    @cached_property
    def ids(self) -> dict[str, Element]:
        """Every element that has an id; the first one where an id is used twice."""
        found: dict[str, Element] = {}
        for element in self.elements():
            if element.id:
                found.setdefault(element.id, element)
        return found

    @cached_property
    def flow_ends(self) -> tuple[dict[str, tuple[Element, ...]], dict[str, tuple[Element, ...]]]:
        """The sequence flows into and out of each node, by the node's id."""
        into: dict[str, list[Element]] = {}
        out: dict[str, list[Element]] = {}
        for flow in self.elements("sequenceFlow"):
            for ends, end in ((into, flow.target), (out, flow.source)):
                if end is not None:
                    ends.setdefault(end.id, []).append(flow)
        return _frozen(into), _frozen(out)

    @cached_property
    def lane_of(self) -> dict[str, Element]:
        """The innermost lane of each node that a lane names, by the node's id."""
        found: dict[str, Element] = {}
        for lane in self.elements("lane"):
            for member in lane.references("flowNodeRef"):
                found[member.id] = lane
        return found

    @cached_property
    def boundaries(self) -> dict[str, tuple[Element, ...]]:
        """The boundary events on each activity, by the activity's id."""
        found: dict[str, list[Element]] = {}
        for event in self.elements("boundaryEvent"):
            if event.attached_to is not None:
                found.setdefault(event.attached_to.id, []).append(event)
        return _frozen(found)

    @cached_property
    def shapes(self) -> dict[str, etree._Element]:
        """The BPMNShape of each element that is drawn, by the element's id; the first of several."""
        return self._diagram_parts("BPMNShape")

    @cached_property
    def edges(self) -> dict[str, etree._Element]:
        """The BPMNEdge of each flow that is drawn, by the flow's id; the first of several."""
        return self._diagram_parts("BPMNEdge")

    def _diagram_parts(self, tag: str) -> dict[str, etree._Element]:
        found: dict[str, etree._Element] = {}
        for node in self.tree.getroot().iter(f"{{{BPMNDI}}}{tag}"):
            element = self.resolve(node.get("bpmnElement", "").strip(), node)
            if element is not None:
                found.setdefault(element.id, node)
        return found


def _frozen(lists: dict[str, list[Element]]) -> dict[str, tuple[Element, ...]]:
    return {key: tuple(value) for key, value in lists.items()}
