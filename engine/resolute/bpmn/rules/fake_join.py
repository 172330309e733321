"""Several flows enter an activity or event, which starts anew for each of them."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"


def find(document: Document) -> Iterator[Problem]:
    for node in document.elements_that_are("activity", "event"):
        if len(node.incoming) > 1:
            message = _("{element} starts once for each of {count} incoming flows; join them at a gateway")
            yield Problem(node, message.format(element=label(node), count=len(node.incoming)))
