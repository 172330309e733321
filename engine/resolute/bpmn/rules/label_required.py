"""An element that a reader must tell from others has no name."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.rule import Problem, kind_word
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"

_DECIDING = ("exclusiveGateway", "inclusiveGateway", "complexGateway")


def find(document: Document) -> Iterator[Problem]:
    for element in document.elements_that_are("flowNode", "sequenceFlow", "participant", "lane"):
        if not element.name and _needs_name(element):
            message = _("{id} ({kind}) has no name; name it, so that people can read the diagram")
            yield Problem(element, message.format(id=element.id, kind=kind_word(element.kind)))


def _needs_name(element: Element) -> bool:
    if element.kind == "sequenceFlow":
        return element.condition is not None
    if element.is_a("gateway"):
        return element.is_a(*_DECIDING) and len(element.outgoing) > 1
    if element.is_a("subProcess"):
        return False
    return element.is_a("activity", "event", "participant", "lane")
