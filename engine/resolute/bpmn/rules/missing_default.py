"""All flows out of a gateway have conditions; when none holds, the token is stuck."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "info"


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements("exclusiveGateway", "inclusiveGateway"):
        conditional = all(flow.condition is not None for flow in node.outgoing)
        if len(node.outgoing) > 1 and conditional and node.default is None:
            message = _("{element} has no default flow; when no condition holds, the case is stuck there")
            yield Problem(node, message.format(element=label(node)))
