"""An element stands in the BPMN namespace that BPMN 2.0 does not have."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn import vocabulary
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"
READING = True


def find(document: Document) -> Iterator[Problem]:
    known = vocabulary.tags()
    for element in document.elements():
        if element.kind not in known:
            message = _("BPMN 2.0 has no element <{kind}>; it is kept but means nothing; correct the tag")
            yield Problem(element, message.format(kind=element.kind))
