"""A process has several start events without a trigger."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.graph import containers
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        blank = [start for start in container.children("startEvent") if not start.event_definitions]
        for start in blank[1:]:
            message = _("{element} has {count} start events without a trigger; keep one")
            yield Problem(start, message.format(element=label(container), count=len(blank)))
