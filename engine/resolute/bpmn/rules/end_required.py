"""A process has no end event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"

_NEED_ONE = ("process", "subProcess", "transaction")


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        nodes = container.flow_nodes
        if nodes and container.kind in _NEED_ONE and not any(node.kind == "endEvent" for node in nodes):
            message = _("{element} has no end event; add one, so that it is clear where it ends")
            yield Problem(container, message.format(element=label(container)))
