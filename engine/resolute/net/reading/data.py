"""Reads the data of activities and events: inputs, outputs, properties and the associations between them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.net.expressions import ExpressionError, compile_expression
from resolute.net.net import DataFlow, Transfer
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

_PARTS = ("ioSpecification", "property", "dataInput", "dataOutput", "dataInputAssociation", "dataOutputAssociation")
_ITEMS = frozenset({"dataInput", "dataOutput", "property", "dataObject", "dataObjectReference"})
_STORES = frozenset({"dataStore", "dataStoreReference"})
_DRAWN_ONLY = "__targetRef_placeholder"
"""The property that bpmn-js adds so that an association can be drawn to a task; nothing reads it."""
_WRAPPED = re.compile(r"\A\s*<.*<(?:[\w.-]+:)?text[^>]*>(.*?)</", re.DOTALL)
"""An expression that a tool has written as DMN's literalExpression, as text."""
_PATH = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")


class Place(NamedTuple):
    """Where a value stands: a variable, or a data store shared by all instances."""

    name: str
    is_store: bool


class DataReader:
    """Knows which variable or data store each data element of a document is."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self._document = document
        self._problems = problems
        self._labels: dict[str, str] = {}
        for reference in document.elements("dataObjectReference"):
            self._labels.setdefault(reference.get("dataObjectRef") or "", reference.name)

    def place(self, element: Element) -> Place | None:
        """Where the value of a data element stands; None for elements that hold none."""
        if element.kind in _STORES:
            store = element.reference("dataStoreRef") or element
            return Place(store.name or element.name or store.id, is_store=True)
        if element.kind not in _ITEMS:
            return None
        item = element.reference("dataObjectRef") or element
        for name in (item.name, self._labels.get(item.id, ""), element.name):
            if is_variable(name):
                return Place(name, is_store=False)
        return Place(item.id, is_store=False)

    def variable(self, element: Element) -> str:
        """The variable that a data element is."""
        place = self.place(element)
        return element.id if place is None else place.name

    def flow(self, element: Element) -> DataFlow | None:
        """What goes into and out of a node; None when it says nothing of data."""
        parts = list(element.children(*_PARTS)) if len(element.node) else []
        if not parts:
            return None
        holders = [part for part in parts if part.kind == "ioSpecification"] or [element]
        inputs = [self.variable(part) for holder in holders for part in holder.children("dataInput")]
        outputs = [self.variable(part) for holder in holders for part in holder.children("dataOutput")]
        own = [self.variable(part) for part in element.children("property") if part.name != _DRAWN_ONLY]
        into = tuple(self._transfers(element, "dataInputAssociation"))
        out = tuple(self._transfers(element, "dataOutputAssociation"))
        filled, read = {transfer.target for transfer in into}, set().union(*map(_names, out))
        own += [name for name in inputs if name in filled]
        own += [name for name in outputs if name in read]
        flow = DataFlow(tuple(dict.fromkeys(own)), tuple(inputs), tuple(outputs), into, out)
        return None if flow == DataFlow() else flow

    def _transfers(self, element: Element, kind: str) -> Iterator[Transfer]:
        for association in element.children(kind):
            target = association.reference("targetRef")
            to = None if target is None or target.name == _DRAWN_ONLY else self.place(target)
            if to is not None:
                yield from self._of_association(association, element, to)

    def _of_association(self, association: Element, element: Element, to: Place) -> Iterator[Transfer]:
        sources = [place for place in map(self.place, association.references("sourceRef")) if place is not None]
        stores = tuple(place.name for place in sources if place.is_store)
        transformation = association.child("transformation")
        assignments = list(association.children("assignment"))
        if transformation is not None and transformation.text:
            value = self._problems.expression(_unwrapped(transformation.text), element)
            yield Transfer(to.name, to.is_store, value=value, stores=stores)
        elif assignments:
            for assignment in assignments:
                yield from self._of_assignment(assignment, element, to, stores)
        elif sources:
            source = sources[0]
            yield Transfer(to.name, to.is_store, source=source.name, stores=stores)

    def _of_assignment(
        self, assignment: Element, element: Element, to: Place, stores: tuple[str, ...]
    ) -> Iterator[Transfer]:
        source, target = assignment.child("from"), assignment.child("to")
        if source is None or not source.text:
            return
        value = self._problems.expression(_unwrapped(source.text), element)
        path = (_unwrapped(target.text) if target is not None else "").removeprefix("=").strip()
        if path and not _PATH.match(path) and path != to.name:
            message = _("an assignment goes to {path}; expected NAME or NAME.PART").format(path=repr(path))
            self._problems.error("bad-assignment", element, message)
        parts = () if path in ("", to.name) else tuple(path.removeprefix(f"{to.name}.").split("."))
        yield Transfer(to.name, to.is_store, value=value, stores=stores, path=parts)


def is_variable(name: str) -> bool:
    """Whether expressions can name a variable so."""
    if not name or len(name) > 100:
        return False
    try:
        return compile_expression(name).names == {name}
    except ExpressionError:
        return False


def _names(transfer: Transfer) -> frozenset[str]:
    """The variables that an association reads."""
    if transfer.source is not None:
        return frozenset((transfer.source,))
    return frozenset() if transfer.value is None else transfer.value.names


def _unwrapped(text: str) -> str:
    match = _WRAPPED.match(text)
    return match[1] if match else text
