"""Several flows leave an activity or event without a gateway."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements_that_are("activity", "event"):
        free = [flow for flow in node.outgoing if flow.condition is None and flow != node.default]
        if len(free) > 1:
            message = _("{count} flows leave {element} at the same time; say so with a parallel gateway")
            yield Problem(node, message.format(count=len(free), element=label(node)))
