"""An element that people should see is missing in the diagram."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "info"

_PARTS = ("process", "collaboration")
_EDGES = ("sequenceFlow", "messageFlow", "association")
_SHAPES = ("flowNode", "participant", "lane", "dataObjectReference", "dataStoreReference", "textAnnotation")


def find(document: Document) -> Iterator[Problem]:
    if not document.shapes:
        if any(True for _node in document.elements(*_PARTS)):
            yield Problem(document.definitions, _("the file has no diagram; lay it out to see it"))
        return
    for element in document.elements_that_are(*_SHAPES, *_EDGES):
        drawn = document.edges if element.is_a(*_EDGES) else document.shapes
        if element.id not in drawn:
            message = _("{element} is not in the diagram; people will not see it; lay the file out anew")
            yield Problem(element, message.format(element=label(element)))
