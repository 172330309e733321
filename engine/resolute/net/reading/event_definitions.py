"""Reads what an event node waits for or throws."""

from __future__ import annotations

from collections.abc import Mapping

from resolute import i18n
from resolute.bpmn.document import Element
from resolute.bpmn.names import RESOLUTE
from resolute.net.net import EventDefinition, Kind, TimerKind, Trigger
from resolute.net.reading.elements import ALLOWED, TRIGGERS
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

_ZEEBE = "{http://camunda.org/schema/zeebe/1.0}"
_TIMERS = {
    "timeDate": TimerKind.DATE,
    "timeDuration": TimerKind.DURATION,
    "timeCycle": TimerKind.CYCLE,
}


def read_events(
    element: Element, kind: Kind, index: Mapping[str, int], problems: Problems
) -> tuple[EventDefinition, ...]:
    """The definitions of an event node, in order; of a send or receive task, its message."""
    if kind in (Kind.SEND, Kind.RECEIVE):
        return (_message(element, element, problems),)
    definitions = []
    for definition in _definitions(element):
        trigger = TRIGGERS[definition.kind]
        if trigger not in ALLOWED[kind]:
            message = _("a {kind} cannot have a {definition}; use another event").format(
                kind=element.kind, definition=definition.kind
            )
            problems.error("event-not-allowed", element, message)
            continue
        definitions.append(_read(definition, trigger, element, index, problems))
    return tuple(definitions)


def trigger_of(element: Element, definitions: tuple[EventDefinition, ...], kind: Kind) -> Trigger:
    """The trigger of a node as a whole."""
    if kind < Kind.START or not definitions:
        return Trigger.NONE
    if len(definitions) == 1:
        return definitions[0].trigger
    parallel = element.get("parallelMultiple") in ("true", "1")
    return Trigger.PARALLEL_MULTIPLE if parallel else Trigger.MULTIPLE


def _definitions(element: Element) -> list[Element]:
    own = list(element.children(*TRIGGERS))
    ids = element.document.ids
    for ref in element.children("eventDefinitionRef"):
        target = ids.get(ref.text.rpartition(":")[2])
        if target is not None and target.kind in TRIGGERS:
            own.append(target)
    return own


def _read(
    definition: Element, trigger: Trigger, element: Element, index: Mapping[str, int], problems: Problems
) -> EventDefinition:
    match trigger:
        case Trigger.MESSAGE:
            return _message(definition, element, problems)
        case Trigger.TIMER:
            return _timer(definition, element, problems)
        case Trigger.SIGNAL:
            return EventDefinition(trigger, name=_name(definition, "signalRef", element, problems))
        case Trigger.ERROR:
            return EventDefinition(trigger, code=_code(definition, "errorRef", "errorCode"))
        case Trigger.ESCALATION:
            return EventDefinition(trigger, code=_code(definition, "escalationRef", "escalationCode"))
        case Trigger.CONDITIONAL:
            return _condition(definition, element, problems)
        case Trigger.LINK:
            return EventDefinition(trigger, name=definition.get("name") or element.name)
        case Trigger.COMPENSATION:
            return _compensation(definition, element, index, problems)
    return EventDefinition(trigger)


def _target(definition: Element, attribute: str) -> Element | None:
    ref = (definition.get(attribute) or "").rpartition(":")[2]
    return definition.document.ids.get(ref) if ref else None


def _name(definition: Element, attribute: str, element: Element, problems: Problems) -> str:
    """The name of the message or signal; of the event itself, with a warning, where none is referred to."""
    target = _target(definition, attribute)
    if target is not None:
        return target.get("name") or target.id
    if definition.get(attribute):
        message = _("its {attribute} {ref} is nowhere in the file; define it or correct the reference")
        problems.warning(
            "unknown-reference",
            element,
            message.format(attribute=attribute, ref=repr(definition.get(attribute))),
        )
        return str(definition.get(attribute))
    message = _("it refers to no {what}; its own name stands for it; set {attribute}")
    problems.warning("unnamed-event", element, message.format(what=attribute.removesuffix("Ref"), attribute=attribute))
    return element.name or element.id


def _message(definition: Element, element: Element, problems: Problems) -> EventDefinition:
    correlation = element.get(f"{{{RESOLUTE}}}correlation")
    target = _target(definition, "messageRef")
    if correlation is None and target is not None:
        for node in target.extensions(_ZEEBE + "subscription"):
            correlation = problems.raw_value(node.get("correlationKey"), element)
    return EventDefinition(
        Trigger.MESSAGE,
        name=_name(definition, "messageRef", element, problems),
        correlation=correlation,
        to_all=element.get(f"{{{RESOLUTE}}}scope") == "all",
    )


def _code(definition: Element, attribute: str, code: str) -> str | None:
    """The code of an error or escalation, else its name or id; None when nothing is referred to."""
    target = _target(definition, attribute)
    if target is None:
        return definition.get(attribute) or None
    return target.get(code) or target.get("name") or target.id


def _timer(definition: Element, element: Element, problems: Problems) -> EventDefinition:
    for child in definition.children(*_TIMERS):
        if not child.text:
            continue
        kind = _TIMERS[child.kind]
        expression = problems.timer(child.text, kind, element)
        working = f"{{{RESOLUTE}}}working"
        return EventDefinition(
            Trigger.TIMER,
            timer=kind,
            expression=expression,
            working="true" in (definition.get(working), child.get(working)),
        )
    message = _("its timer says no time; set timeDate, timeDuration or timeCycle, or it will wait as an incident")
    problems.warning("timer-without-time", element, message)
    return EventDefinition(Trigger.TIMER)


def _condition(definition: Element, element: Element, problems: Problems) -> EventDefinition:
    child = definition.child("condition")
    if child is None or not child.text:
        message = _("its condition is empty; write one, or it will wait for ever")
        problems.warning("missing-condition", element, message)
        return EventDefinition(Trigger.CONDITIONAL)
    return EventDefinition(Trigger.CONDITIONAL, expression=problems.expression(child.text, element))


def _compensation(
    definition: Element, element: Element, index: Mapping[str, int], problems: Problems
) -> EventDefinition:
    ref = definition.get("activityRef")
    if ref and ref.rpartition(":")[2] not in index:
        message = _("its activityRef {ref} is no activity of this process; correct it").format(ref=repr(ref))
        problems.error("unknown-reference", element, message)
    return EventDefinition(Trigger.COMPENSATION, activity=index.get(ref.rpartition(":")[2]) if ref else None)
