"""Names of element kinds and states for people who hear a picture or point at it."""

from __future__ import annotations

import re

from resolute import i18n
from resolute.bpmn.document import Element

_ = i18n.translator("drawing")


def kind_name(kind: str) -> str:
    """What an element is, in the language in force."""
    names = {
        "process": _("Process"),
        "collaboration": _("Collaboration"),
        "participant": _("Pool"),
        "lane": _("Lane"),
        "task": _("Task"),
        "userTask": _("User task"),
        "manualTask": _("Manual task"),
        "serviceTask": _("Service task"),
        "scriptTask": _("Script task"),
        "sendTask": _("Send task"),
        "receiveTask": _("Receive task"),
        "businessRuleTask": _("Business rule task"),
        "callActivity": _("Call activity"),
        "subProcess": _("Sub-process"),
        "adHocSubProcess": _("Ad-hoc sub-process"),
        "transaction": _("Transaction"),
        "exclusiveGateway": _("Exclusive gateway"),
        "parallelGateway": _("Parallel gateway"),
        "inclusiveGateway": _("Inclusive gateway"),
        "eventBasedGateway": _("Event-based gateway"),
        "complexGateway": _("Complex gateway"),
        "startEvent": _("Start event"),
        "endEvent": _("End event"),
        "intermediateCatchEvent": _("Intermediate catching event"),
        "intermediateThrowEvent": _("Intermediate throwing event"),
        "boundaryEvent": _("Boundary event"),
        "dataObjectReference": _("Data object"),
        "dataStoreReference": _("Data store"),
        "dataInput": _("Data input"),
        "dataOutput": _("Data output"),
        "textAnnotation": _("Annotation"),
        "group": _("Group"),
        "sequenceFlow": _("Sequence flow"),
        "messageFlow": _("Message flow"),
        "association": _("Association"),
        "dataInputAssociation": _("Data association"),
        "dataOutputAssociation": _("Data association"),
    }
    return names.get(kind) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize()


def state_name(state: str) -> str:
    """A live state, in the language in force."""
    names = {
        "done": _("done"),
        "active": _("in work"),
        "overdue": _("overdue"),
        "blocked": _("blocked"),
        "incident": _("incident"),
    }
    return names[state]


def spoken(element: Element, state: str | None = None) -> str:
    """Kind, name and state in one phrase."""
    kind = kind_name(element.kind)
    phrase = f"{kind}: {element.name}" if element.name else kind
    return phrase if state is None else f"{phrase} — {state_name(state)}"


def picture_title(element: Element) -> str:
    """What the whole picture shows."""
    return element.name or spoken(element)


def picture_summary(shapes: int, edges: int, states: dict[str, int]) -> str:
    """One sentence on what is in the picture."""
    text = _("BPMN diagram with {shapes} shapes and {edges} connections.").format(shapes=shapes, edges=edges)
    if states:
        counted = ", ".join(f"{state_name(state)} — {count}" for state, count in states.items())
        text += " " + _("Live state: {states}.").format(states=counted)
    return text
