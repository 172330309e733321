"""An element of BPMN stands outside the BPMN namespace."""

from __future__ import annotations

from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn import vocabulary
from resolute.bpmn.document import Document, Element
from resolute.bpmn.names import BPMN
from resolute.bpmn.rule import Problem
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"
READING = True

_FREE = ("extensionElements", "documentation", "text", "script")
"""Elements that may contain anything."""


def find(document: Document) -> Iterator[Problem]:
    known = vocabulary.tags()
    for element in document.elements():
        if element.kind in _FREE:
            continue
        for node in element.node.iterchildren("{*}*"):
            stranger = Element(document, node)
            if stranger.kind in known and stranger.namespace != BPMN:
                message = _('<{tag}> means nothing in the namespace "{found}"; expected {expected}')
                text = message.format(tag=stranger.kind, found=stranger.namespace, expected=BPMN)
                yield Problem(stranger, text)
