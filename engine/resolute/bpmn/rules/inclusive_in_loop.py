"""An inclusive gateway joins inside a loop, where it is hard to tell what it waits for."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers, cyclic
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        joins = [node for node in container.children("inclusiveGateway") if len(node.incoming) > 1]
        loops = cyclic(container) if joins else set()
        for node in joins:
            if node.id in loops:
                message = _("{element} joins inside a loop; use exclusive or parallel gateways there")
                yield Problem(node, message.format(element=label(node)))
