"""An event does not say which time, message, signal or condition it is about."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"

_WANTED = {
    "timerEventDefinition": ("timeDate", "timeDuration", "timeCycle"),
    "conditionalEventDefinition": ("condition",),
    "messageEventDefinition": ("messageRef",),
    "signalEventDefinition": ("signalRef",),
}


def find(document: Document) -> Iterator[Problem]:
    for event in document.elements_that_are("event"):
        for definition in event.event_definitions:
            wanted = _WANTED.get(definition.kind)
            if wanted and not any(_has(definition, name) for name in wanted):
                message = _("{element} does not say what it is about; expected one of: {wanted}")
                yield Problem(event, message.format(element=label(event), wanted=", ".join(wanted)))


def _has(definition: Element, name: str) -> bool:
    child = definition.child(name)
    return bool(definition.get(name)) or (child is not None and bool(child.text))
