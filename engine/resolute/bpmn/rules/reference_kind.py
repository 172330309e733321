"""A reference leads to an element of the wrong kind."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.references import uses
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "warning"
READING = True


def find(document: Document) -> Iterator[Problem]:
    for element, name, value, wanted in uses(document):
        target = document.resolve(value, element.node)
        if target is not None and not target.is_a(wanted):
            message = _("{name} of {element} leads to {target}; expected {wanted}")
            found = {"name": name, "element": label(element), "target": label(target)}
            yield Problem(element, message.format(wanted=wanted, **found))
