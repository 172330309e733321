"""An embedded sub-process has a start event with a trigger, which nothing can set off."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        if container.kind == "process" or container.flag("triggeredByEvent"):
            continue
        for start in container.children("startEvent"):
            if not start.event_definitions:
                continue
            message = _("{element} starts an embedded sub-process: nothing sets it off; remove its trigger")
            yield Problem(start, message.format(element=label(start)))
