"""A sequence flow leaves its process or sub-process."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for flow in document.elements("sequenceFlow"):
        source, target = flow.source, flow.target
        if source is None or target is None:
            continue
        if source.parent != target.parent:
            message = _("{flow} leads from {source} out of its process or sub-process; use a message")
            yield Problem(flow, message.format(flow=label(flow), source=label(source)))
        elif flow.parent != source.parent:
            message = _("{flow} stands in another process or sub-process than its ends; move it to them")
            yield Problem(flow, message.format(flow=label(flow)))
