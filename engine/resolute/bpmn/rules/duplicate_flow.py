"""Two sequence flows lead from one node to another in the same way."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    seen = set()
    for flow in document.elements("sequenceFlow"):
        source, target = flow.source, flow.target
        if source is None or target is None:
            continue
        key = (source.id, target.id, flow.condition.text if flow.condition else None)
        if key in seen:
            message = _("{flow} doubles another flow from {source} to {target}; remove one")
            text = message.format(flow=label(flow), source=label(source), target=label(target))
            yield Problem(flow, text)
        seen.add(key)
