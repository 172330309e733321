"""An element of BPMN stands outside the BPMN namespace."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from lxml import etree

from resolute import i18n
from resolute.bpmn import vocabulary
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN
from resolute.bpmn.rule import Problem
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"
READING = True

_FREE = ("extensionElements", "documentation", "text", "script")
"""Elements that may contain anything."""

_STRANGERS = etree.XPath("//bpmn:*/*[namespace-uri() != $bpmn]", namespaces={"bpmn": BPMN})


def find(document: Document) -> Iterator[Problem]:
    known = vocabulary.tags()
    nodes = cast("list[etree._Element]", _STRANGERS(document.tree, bpmn=BPMN))
    for stranger in document.wrapped(nodes):
        parent = stranger.parent
        if stranger.kind in known and parent is not None and parent.kind not in _FREE:
            message = _('<{tag}> means nothing in the namespace "{found}"; expected {expected}')
            text = message.format(tag=stranger.kind, found=stranger.namespace, expected=BPMN)
            yield Problem(stranger, text)
