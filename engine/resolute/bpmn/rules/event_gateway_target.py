"""An event-based gateway leads to something that waits for no event."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"

_WAITING = ("intermediateCatchEvent", "receiveTask")


def find(document: Document) -> Iterator[Problem]:
    for gateway in document.elements("eventBasedGateway"):
        for flow in gateway.outgoing:
            target = flow.target
            if target is not None and target.kind not in _WAITING:
                message = _("{element} leads to {target}; expected a catching event or a receive task")
                yield Problem(gateway, message.format(element=label(gateway), target=label(target)))
