"""Writes what the builder collected as a BPMN tree, every child in the order that the OMG schema asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lxml import etree

from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN, PREFIXES, RESOLUTE, XSI
from resolute.errors import ModelError

if TYPE_CHECKING:
    from resolute.bpmn.build import Flow, Process, Scope
    from resolute.bpmn.build_parts import Node, Trigger

_OURS = ("ref", "party", "due", "duration", "service", "correlation", "form")
_NAMED = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}
_CODED = {"error": "errorCode", "escalation": "escalationCode"}
_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_TARGET_NAMESPACE = "urn:resolute:models"


def write(processes: Sequence[Process], messages: Sequence[tuple[str, str]]) -> Document:
    """The document with these processes; pools when there are several or messages flow between them."""
    return _Writer().document(processes, messages)


class _Writer:
    """One document being written; remembers the messages, signals and errors it has declared."""

    def __init__(self) -> None:
        self.root = etree.Element(f"{{{BPMN}}}definitions", nsmap=PREFIXES)
        self.root.set("id", "definitions")
        self.root.set("targetNamespace", _TARGET_NAMESPACE)
        self.declared: dict[tuple[str, str], str] = {}
        self.counts: Counter[str] = Counter()

    def document(self, processes: Sequence[Process], messages: Sequence[tuple[str, str]]) -> Document:
        self._check_ids(processes)
        if len(processes) > 1 or messages:
            self._collaboration(processes, messages)
        for process in processes:
            self._process(process)
        for position, ((kind, name), id) in enumerate(self.declared.items()):
            declaration = etree.Element(f"{{{BPMN}}}{kind}", id=id, name=_clean(name))
            if kind in _CODED and name:
                _put(declaration, _CODED[kind], name)
            self.root.insert(position, declaration)
        etree.indent(self.root)
        return Document(etree.ElementTree(self.root))

    @staticmethod
    def _check_ids(processes: Sequence[Process]) -> None:
        seen: set[str] = set()
        for process in processes:
            if twice := sorted(seen & process.ids):
                raise ModelError(f"the ids {', '.join(twice)} stand in two processes; give every node its own")
            seen |= process.ids

    def _collaboration(self, processes: Sequence[Process], messages: Sequence[tuple[str, str]]) -> None:
        collaboration = _child(self.root, "collaboration", id="collaboration")
        for process in processes:
            pool = _child(collaboration, "participant", id=f"pool_{process.id}", name=process.name)
            pool.set("processRef", process.id)
        for source, target in messages:
            _child(
                collaboration,
                "messageFlow",
                id=f"message_flow_{source}_{target}",
                sourceRef=source,
                targetRef=target,
            )

    def _process(self, process: Process) -> None:
        node = _child(self.root, "process", id=process.id, name=process.name)
        for name, value in process.attributes.items():
            _put(node, name, value)
        node.set("isExecutable", str(process.executable).lower())
        _documentation(node, process.documentation)
        for variable in dict.fromkeys(_collections(process)):
            _child(node, "property", id=variable, name=variable)
        _lanes(node, process)
        self._content(node, process)

    def _content(self, parent: etree._Element, scope: Scope) -> None:
        into: dict[str, list[str]] = {}
        out: dict[str, list[Flow]] = {}
        for flow in scope.flows:
            for end in (flow.source, flow.target):
                if end not in scope.nodes:
                    raise ModelError(f"the flow {flow.id} leads to {end!r}, which was never placed")
            into.setdefault(flow.target, []).append(flow.id)
            out.setdefault(flow.source, []).append(flow)
        for node in scope.nodes.values():
            self._node(parent, scope, node, into.get(node.id, []), out.get(node.id, []))
        for flow in scope.flows:
            _flow(parent, flow)

    def _node(self, parent: etree._Element, scope: Scope, node: Node, into: Sequence[str], out: Sequence[Flow]) -> None:
        element = _child(parent, node.tag, id=node.id, name=node.name)
        for name, value in node.attributes:
            _put(element, name, value)
        default = next((flow.id for flow in out if flow.how.default), "")
        if default:
            element.set("default", default)
        options = node.options
        ours = {name: options.get(name) for name in _OURS}
        for name, own in ours.items():
            if own:
                _put(element, f"{{{RESOLUTE}}}{name}", str(own))
        if options.get("done"):
            element.set(f"{{{RESOLUTE}}}done", "true")
        for name, value in options.get("attributes", {}).items():
            _put(element, name, value)
        _documentation(element, options.get("documentation", ""))
        _inputs_and_outputs(element, node)
        for flow_id in into:
            _child(element, "incoming").text = flow_id
        for flow in out:
            _child(element, "outgoing").text = flow.id
        _multi_instance(element, node)
        if node.trigger is not None:
            self._trigger(element, node.trigger)
        if node.id in scope.inner:
            self._content(element, scope.inner[node.id])

    def _trigger(self, element: etree._Element, trigger: Trigger) -> None:
        if not trigger.kind:
            self._task_trigger(element, trigger)
            return
        definition = _child(element, f"{trigger.kind}EventDefinition", id=f"{element.get('id')}_event")
        if trigger.kind in _NAMED and trigger.name:
            definition.set(_NAMED[trigger.kind], self._declare(trigger.kind, trigger.name))
        elif trigger.kind == "link":
            _put(definition, "name", trigger.name)
        if trigger.expression is not None:
            tag, text = trigger.expression
            expression = _child(definition, tag)
            expression.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
            expression.text = _clean(text)

    def _task_trigger(self, element: etree._Element, trigger: Trigger) -> None:
        """What send, receive and script tasks carry instead of an event definition."""
        if trigger.name:
            element.set("messageRef", self._declare("message", trigger.name))
        if trigger.expression is not None:
            tag, text = trigger.expression
            _child(element, tag).text = _clean(text)

    def _declare(self, kind: str, name: str) -> str:
        """The id of the message, signal, error or escalation of that name."""
        if (kind, name) not in self.declared:
            self.counts[kind] += 1
            self.declared[kind, name] = f"{kind}_{self.counts[kind]}"
        return self.declared[kind, name]


def _child(parent: etree._Element, tag: str, **attributes: str) -> etree._Element:
    """A new last child in the BPMN namespace; empty attributes are left out."""
    node = etree.SubElement(parent, f"{{{BPMN}}}{tag}")
    for name, value in attributes.items():
        if value:
            _put(node, name, value)
    return node


def _put(element: etree._Element, name: str, value: str) -> None:
    element.set(name, _clean(value))


def _clean(text: str) -> str:
    """`text` with a replacement character for each one that XML cannot hold."""
    return _NO_XML.sub("\N{REPLACEMENT CHARACTER}", text)


def _documentation(parent: etree._Element, text: str) -> None:
    if text:
        _child(parent, "documentation").text = _clean(text)


def _inputs_and_outputs(element: etree._Element, node: Node) -> None:
    pairs = [
        (tag, name, value)
        for tag in ("input", "output")
        for name, value in (
            node.options.get("inputs", {}) if tag == "input" else node.options.get("outputs", {})
        ).items()
    ]
    if not pairs:
        return
    holder = _child(element, "extensionElements")
    for tag, name, value in pairs:
        _put(etree.SubElement(holder, f"{{{RESOLUTE}}}{tag}", name=name), "value", value)


def _multi_instance(element: etree._Element, node: Node) -> None:
    collection = node.options.get("each")
    if not collection:
        return
    loop = _child(element, "multiInstanceLoopCharacteristics")
    if node.options.get("sequential"):
        loop.set("isSequential", "true")
    _child(loop, "loopDataInputRef").text = collection
    item = node.options.get("item", "item")
    _child(loop, "inputDataItem", id=f"{node.id}_{item}", name=item)
    if until := node.options.get("until"):
        expression = _child(loop, "completionCondition")
        expression.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        expression.text = _clean(until)


def _flow(parent: etree._Element, flow: Flow) -> None:
    element = _child(parent, "sequenceFlow", id=flow.id, name=flow.how.name)
    element.set("sourceRef", flow.source)
    element.set("targetRef", flow.target)
    if flow.how.link:
        _put(element, f"{{{RESOLUTE}}}link", flow.how.link)
    if flow.how.reason:
        _put(element, f"{{{RESOLUTE}}}reason", flow.how.reason)
    if flow.how.condition:
        condition = _child(element, "conditionExpression")
        condition.set(f"{{{XSI}}}type", "bpmn:tFormalExpression")
        condition.text = _clean(flow.how.condition)


def _lanes(parent: etree._Element, process: Process) -> None:
    members: dict[str, list[str]] = {name: [] for name in process.lanes}
    for node in process.nodes.values():
        if lane := node.options.get("lane"):
            members.setdefault(lane, []).append(node.id)
    if not members:
        return
    lane_set = _child(parent, "laneSet", id=f"lanes_{process.id}")
    for number, (name, ids) in enumerate(members.items(), 1):
        element = _child(lane_set, "lane", id=f"lane_{process.id}_{number}", name=name)
        for id in ids:
            _child(element, "flowNodeRef").text = id


def _collections(scope: Scope) -> Iterator[str]:
    """The variables that multi-instance activities run over: declared so that references lead somewhere."""
    for node in scope.nodes.values():
        if collection := node.options.get("each"):
            yield collection
        if node.id in scope.inner:
            yield from _collections(scope.inner[node.id])
