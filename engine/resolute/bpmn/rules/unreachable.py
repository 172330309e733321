"""A flow node can never be reached."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers, reachable
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        reached = reachable(container)
        for node in container.flow_nodes:
            if node.id and node.id not in reached:
                message = _("nothing that starts the process leads to {element}; connect or remove it")
                yield Problem(node, message.format(element=label(node)))
