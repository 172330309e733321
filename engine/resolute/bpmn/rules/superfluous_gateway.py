"""A gateway has one flow in and one flow out, so it decides nothing."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements_that_are("gateway"):
        if len(node.incoming) == len(node.outgoing) == 1:
            message = _("{element} has one flow in and one out; remove it")
            yield Problem(node, message.format(element=label(node)))
