"""A link event has no counterpart of the same name, or several."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from resolute import i18n
from resolute.bpmn.document import Document, Element
from resolute.bpmn.graph import containers, link_name
from resolute.bpmn.rule import Problem, label
from resolute.errors import Severity

_ = i18n.translator("bpmn")

SEVERITY: Severity = "error"


def find(document: Document) -> Iterator[Problem]:
    for container in containers(document):
        throws = _links(container, "intermediateThrowEvent")
        catches = _links(container, "intermediateCatchEvent")
        count = Counter(name for _event, name in catches)
        thrown = {name for _event, name in throws}
        for event, name in throws:
            if count[name] != 1:
                message = _('{count} catching link events are named "{name}"; expected exactly one')
                yield Problem(event, message.format(count=count[name], name=name))
        for event, name in catches:
            if name not in thrown:
                message = _('no throwing link event is named "{name}"; nothing leads to {element}')
                yield Problem(event, message.format(name=name, element=label(event)))


def _links(container: Element, kind: str) -> list[tuple[Element, str]]:
    named = ((event, link_name(event)) for event in container.children(kind))
    return [(event, name) for event, name in named if name is not None]
