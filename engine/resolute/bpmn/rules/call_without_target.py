"""A call activity does not say what it calls."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for call in document.elements("callActivity"):
        zeebe = call.node.find(f"{{{BPMN}}}extensionElements/{{*}}calledElement")
        if not call.get("calledElement") and zeebe is None:
            message = _("{element} calls nothing; give the id of a process in calledElement")
            yield Problem(call, message.format(element=label(call)))
