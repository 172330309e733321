"""Walks over everything that refers to an element of the same file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from resolute.bpmn import vocabulary
from resolute.bpmn.document import Document, Element


class Use(NamedTuple):
    """A reference as written."""

    element: Element
    """Who refers."""
    name: str
    """The attribute or child element that holds the reference."""
    value: str
    """The id or QName."""
    wanted: str
    """The kind that the reference must lead to."""


def uses(document: Document) -> Iterator[Use]:
    """Every reference that must lead to an element of this file, in the order of the file."""
    for element in document.elements():
        wanted = vocabulary.inner_references(element.kind)
        if not wanted:
            continue
        for name, kind in wanted.items():
            value = element.node.get(name)
            if value is not None:
                yield Use(element, name, value.strip(), kind)
        for child in element.children():
            if child.kind in wanted and child.text:
                yield Use(element, child.kind, child.text, wanted[child.kind])
