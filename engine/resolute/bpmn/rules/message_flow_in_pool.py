"""A message flow connects two elements of one pool."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for flow in document.message_flows:
        source, target = flow.source, flow.target
        if source is not None and target is not None and _pool(source) == _pool(target):
            message = _("{flow} stays inside one pool; use a sequence flow, or lead it to another pool")
            yield Problem(flow, message.format(flow=label(flow)))


def _pool(element: Element) -> Element | None:
    if element.kind == "participant":
        return element.reference("processRef") or element
    return element.process
