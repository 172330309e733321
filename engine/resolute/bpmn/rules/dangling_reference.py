"""A reference leads to an element that is not in the file."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import BPMNDI
from resolute.bpmn.references import uses
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"
READING = True

_DIAGRAM_PARTS = ("BPMNPlane", "BPMNShape", "BPMNEdge")


def find(document: Document) -> Iterator[Problem]:
    for element, name, value, _wanted in uses(document):
        if _dangles(document, value, element):
            message = _('{name} of {element} is "{value}", an id that no element has; correct it')
            yield Problem(element, message.format(name=name, element=label(element), value=value))
    for node in document.tree.getroot().iter(*(f"{{{BPMNDI}}}{tag}" for tag in _DIAGRAM_PARTS)):
        part, value = Element(document, node), node.get("bpmnElement", "").strip()
        if value and _dangles(document, value, part):
            message = _('{part} draws "{value}", an id that no element has; remove it from the diagram')
            yield Problem(part, message.format(part=label(part), value=value))


def _dangles(document: Document, value: str, where: Element) -> bool:
    return document.resolve(value, where.node) is None and not document.is_outside(value, where.node)
