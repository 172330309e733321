"""Nothing says when a task for people is due."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import RESOLUTE
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "info"

_DUE = ("due", "dueDate")
"""Our attribute, and that of Camunda and Flowable."""


def find(document: Document) -> Iterator[Problem]:
    for task in document.elements("userTask", "manualTask"):
        if task.get(f"{{{RESOLUTE}}}done") != "true" and not _due(task):
            message = _("{element} has no deadline: give it a resolute:due or a timer on its boundary")
            yield Problem(task, message.format(element=label(task)))


def _due(task: Element) -> bool:
    timers = (
        definition
        for event in task.boundary_events
        for definition in event.event_definitions
        if definition.kind == "timerEventDefinition"
    )
    return any(etree.QName(name).localname in _DUE for name in task.node.attrib) or any(timers)
