"""A reference leads to an element of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn import vocabulary
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"
READING = True


def find(document: Document) -> Iterator[Problem]:
    for element in document.elements():
        for name, wanted in vocabulary.inner_references(element.kind).items():
            for target in element.references(name):
                if not target.is_a(wanted):
                    message = _("{name} of {element} leads to {target}; expected {wanted}")
                    found = {"name": name, "element": label(element), "target": label(target)}
                    yield Problem(element, message.format(wanted=wanted, **found))
