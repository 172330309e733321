"""A flow enters a start or boundary event, or leaves an end event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for event in document.elements("startEvent", "boundaryEvent", "endEvent"):
        for flow in event.outgoing if event.kind == "endEvent" else event.incoming:
            message = _("{flow} may not touch {element} this way: starts are not entered, ends not left")
            yield Problem(flow, message.format(flow=label(flow), element=label(event)))
