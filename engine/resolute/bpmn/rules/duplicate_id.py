"""Two elements have one id."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, kind_word, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"
READING = True


def find(document: Document) -> Iterator[Problem]:
    for element in document.elements():
        first = document.ids.get(element.id)
        if first is not None and first != element:
            message = _("{element} has the id {id} of the {kind} in line {line}; give it an id of its own")
            text = message.format(element=label(element), id=element.id, kind=kind_word(first.kind), line=first.line)
            yield Problem(element, text)
