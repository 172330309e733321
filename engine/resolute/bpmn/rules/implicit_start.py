"""A flow node without incoming flows starts by itself beside the start event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import begins_alone, containers, takes_part
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        nodes = container.flow_nodes
        if not any(node.kind == "startEvent" for node in nodes):
            continue
        for node in nodes:
            if takes_part(node) and node.outgoing and not node.incoming and not begins_alone(node):
                message = _("no flow leads to {element}, so it starts at once; connect it")
                yield Problem(node, message.format(element=label(node)))
