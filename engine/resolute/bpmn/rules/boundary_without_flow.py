"""Nothing follows a boundary event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    handled = {end for link in document.elements("association") for end in link.reference_values("sourceRef")}
    for event in document.elements("boundaryEvent"):
        definitions = {definition.kind for definition in event.event_definitions}
        followed = event.id in handled if "compensateEventDefinition" in definitions else event.outgoing
        if not followed:
            message = _("nothing follows {element}; lead it to what shall be done then")
            yield Problem(event, message.format(element=label(event)))
