"""A flow out of a deciding gateway or beside conditional flows has no condition."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"

_DECIDING = ("exclusiveGateway", "inclusiveGateway")


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements_that_are("activity", *_DECIDING):
        if len(node.outgoing) < 2:
            continue
        bare = [flow for flow in node.outgoing if flow.condition is None and flow != node.default]
        decides = node.is_a(*_DECIDING)
        if decides and len(bare) == len(node.outgoing):
            message = _("no flow out of {element} has a condition; nothing says which one is taken")
            yield Problem(node, message.format(element=label(node)))
        elif decides or len(bare) < len(node.outgoing):
            for flow in bare:
                message = _("{flow} out of {element} has no condition; add one or make it the default")
                yield Problem(flow, message.format(flow=label(flow), element=label(node)))
