"""No party owns a task."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import RESOLUTE
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"

_ASSIGNMENTS = ("assignee", "candidateUsers", "candidateGroups")
"""How Camunda, Flowable and Zeebe call it."""


def find(document: Document) -> Iterator[Problem]:
    for task in document.elements("task", "userTask", "manualTask"):
        if task.get(f"{{{RESOLUTE}}}done") != "true" and not _owned(task):
            message = _("{element} waits for nobody: put it into a named lane or give it a resolute:party")
            yield Problem(task, message.format(element=label(task)))


def _owned(task: Element) -> bool:
    if task.get(f"{{{RESOLUTE}}}party") or next(task.children_that_are("resourceRole"), None):
        return True
    lane = task.lane
    return bool(lane and lane.name) or any(
        etree.QName(name).localname in _ASSIGNMENTS for holder in _holders(task) for name in holder.attrib
    )


def _holders(task: Element) -> Iterator[etree._Element]:
    """Where other engines write who a task is for."""
    yield task.node
    for extensions in task.children("extensionElements"):
        yield from extensions.node.iterchildren("{*}assignmentDefinition")
