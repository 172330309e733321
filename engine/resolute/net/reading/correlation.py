"""Reads the correlation of the standard: properties of messages, and what a process compares them with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from resolute.bpmn.document import Document, Element
from resolute.net.expressions import ExpressionError, compile_expression
from resolute.net.net import EventDefinition, Trigger


def standard_keys(document: Document) -> tuple[dict[str, str], dict[str, str]]:
    """Message name -> the key that its receivers wait for, and the key that its senders give (clause 8.4.2).

    Both are contexts of the properties that a correlation subscription binds to the receiver's data. A property
    is left out where one of its expressions is not in our language.
    """
    receiving: dict[str, list[str]] = {}
    sending: dict[str, list[str]] = {}
    bound = dict(_bindings(document))
    for declared in document.definitions.children("correlationProperty"):
        data_path = bound.get(declared.id)
        for retrieval in declared.children("correlationPropertyRetrievalExpression"):
            target = document.ids.get((retrieval.get("messageRef") or "").rpartition(":")[2])
            message_path = _source(retrieval, "messagePath")
            if data_path and message_path and target is not None:
                message = target.get("name") or target.id
                receiving.setdefault(message, []).append(f'"{declared.id}": ({data_path})')
                sending.setdefault(message, []).append(f'"{declared.id}": ({message_path})')
    return _contexts(receiving), _contexts(sending)


def correlated(definitions: tuple[EventDefinition, ...], keys: Mapping[str, str]) -> tuple[EventDefinition, ...]:
    """The definitions of an event, its messages with the key of the standard where they have none of their own."""
    return tuple(
        replace(definition, correlation=keys.get(definition.name or ""))
        if definition.trigger == Trigger.MESSAGE and definition.correlation is None
        else definition
        for definition in definitions
    )


def _contexts(keys: dict[str, list[str]]) -> dict[str, str]:
    return {message: "={" + ", ".join(parts) + "}" for message, parts in keys.items()}


def _bindings(document: Document) -> Iterator[tuple[str, str]]:
    """The properties that processes compare with their data, each with the expression for it."""
    for process in document.processes:
        for subscription in process.children("correlationSubscription"):
            for binding in subscription.children("correlationPropertyBinding"):
                source = _source(binding, "dataPath")
                if source:
                    yield (binding.get("correlationPropertyRef") or "").rpartition(":")[2], source


def _source(holder: Element, tag: str) -> str | None:
    """The text of an expression, when it is in our language; a `/` is taken for a path of XPath, not for a division."""
    child = holder.child(tag)
    if child is None or not child.text:
        return None
    text = child.text.strip().removeprefix("=")
    if "/" in text:
        return None
    try:
        compile_expression(text)
    except ExpressionError:
        return None
    return text
