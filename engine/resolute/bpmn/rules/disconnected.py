"""A flow node has no sequence flow at all."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers, takes_part
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        nodes = container.flow_nodes
        for node in nodes:
            if node.kind == "boundaryEvent" or len(nodes) == 1 or not takes_part(node):
                continue
            if not node.incoming and not node.outgoing:
                message = _("{element} is not connected to anything; connect or remove it")
                yield Problem(node, message.format(element=label(node)))
