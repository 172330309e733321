"""A flow node without outgoing flows ends its path without an end event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers, ends_alone, takes_part
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        for node in container.flow_nodes:
            if takes_part(node) and node.incoming and not node.outgoing and not ends_alone(node):
                message = _("the path ends at {element}; lead it to an end event")
                yield Problem(node, message.format(element=label(node)))
