"""An event sub-process has no start event with a trigger, or several."""

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
        if not container.flag("triggeredByEvent"):
            continue
        starts = list(container.children("startEvent"))
        if len(starts) != 1 or not starts[0].event_definitions:
            message = _("{element} is set off by an event; expected exactly one start event, with a trigger")
            yield Problem(container, message.format(element=label(container)))
