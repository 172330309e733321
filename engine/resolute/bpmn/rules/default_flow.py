"""A default flow does not leave its node, or has a condition."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements_that_are("activity", "gateway"):
        flow = node.default
        if flow is None:
            continue
        if flow not in node.outgoing:
            message = _("{flow} is the default of {element} but does not leave it; choose an outgoing flow")
            yield Problem(node, message.format(element=label(node), flow=label(flow)))
        elif flow.condition is not None:
            message = _("{flow} is the default of {element} and has a condition; remove the condition")
            yield Problem(flow, message.format(element=label(node), flow=label(flow)))
