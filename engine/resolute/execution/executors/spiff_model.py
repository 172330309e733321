"""Rewrites a process for SpiffWorkflow: everything that reaches outside an instance becomes a wait that we answer.

Tasks, jobs, calls and receive tasks become user tasks; timers, messages, signals and conditions become signals of
their own, one an element, so that each can be fired alone; throwing events pass. What the rewritten elements mean is
read from the net.
"""

from __future__ import annotations

from lxml import etree

from resolute.bpmn.names import BPMN
from resolute.net.net import ROOT, Kind, LoopKind, Net, Trigger

WAITING = frozenset({Trigger.TIMER, Trigger.MESSAGE, Trigger.SIGNAL, Trigger.CONDITIONAL})
"""What an event waits for from outside."""
THROWN = frozenset({Trigger.MESSAGE, Trigger.SIGNAL})
"""What an event throws to the outside."""

_OUTSIDE = frozenset({Kind.TASK, Kind.USER, Kind.SERVICE, Kind.RULE, Kind.CALL, Kind.RECEIVE})
_DROPPED = (
    "dataStoreReference",
    "dataObject",
    "dataObjectReference",
    "ioSpecification",
    "dataInputAssociation",
    "dataOutputAssociation",
    "property",
    "extensionElements",
)


def _tag(name: str) -> str:
    return f"{{{BPMN}}}{name}"


def rewritten(tree: etree._ElementTree, net: Net, start_event: str | None) -> etree._Element:
    """A document of its own with the one process, to be started at `start_event` (None: its none start event)."""
    source = tree.getroot()
    root = etree.Element(_tag("definitions"))
    root.set("targetNamespace", "urn:resolute:spiff")
    for child in source.iterchildren(_tag("error"), _tag("escalation")):
        root.append(_copy(child))
    process = next(node for node in source.iterchildren(_tag("process")) if node.get("id") == net.process)
    copy = _copy(process)
    root.append(copy)
    copy.set("isExecutable", "true")
    for node in list(copy.iter(*map(_tag, _DROPPED))):
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)
    for node in list(copy.iter(f"{{{BPMN}}}*")):
        number = net.index.get(node.get("id", ""))
        if number is not None:
            _rewrite(node, number, net, root)
    _choose_start(copy, net, start_event)
    return root


def _copy(node: etree._Element) -> etree._Element:
    return etree.fromstring(etree.tostring(node, with_tail=False))


def _rewrite(node: etree._Element, number: int, net: Net, root: etree._Element) -> None:
    kind, trigger = net.kinds[number], net.triggers[number]
    if kind in (Kind.SEND, Kind.SCRIPT) or (kind in _OUTSIDE and net.details[number].done):
        _become_script(node)
    elif kind in _OUTSIDE:
        node.tag = _tag("userTask")
    elif kind in (Kind.CATCH, Kind.BOUNDARY, Kind.START) and trigger in WAITING:
        _become_signal(node, root)
    elif kind in (Kind.THROW, Kind.END) and trigger in THROWN:
        _drop_definitions(node)
    if number in net.loops and net.loops[number].kind != LoopKind.STANDARD:
        _count_loop(node)


def _become_script(node: etree._Element) -> None:
    """A script task; what it does stands in the net, the script only names the element."""
    node.tag = _tag("scriptTask")
    for script in list(node.iterchildren(_tag("script"))):
        node.remove(script)
    etree.SubElement(node, _tag("script")).text = node.get("id")


def _drop_definitions(node: etree._Element) -> None:
    for child in list(node):
        if isinstance(child.tag, str) and child.tag.endswith(("EventDefinition", "eventDefinitionRef")):
            node.remove(child)


def _become_signal(node: etree._Element, root: etree._Element) -> None:
    _drop_definitions(node)
    name = f"waits-{node.get('id')}"
    root.insert(0, etree.Element(_tag("signal"), id=name, name=name))
    etree.SubElement(node, _tag("signalEventDefinition"), signalRef=name)


def _count_loop(node: etree._Element) -> None:
    """A multi-instance that knows only how many; the items and results are ours."""
    loop = next(node.iterchildren(_tag("multiInstanceLoopCharacteristics")))
    condition = next(loop.iterchildren(_tag("completionCondition")), None)
    for child in list(loop):
        if child is not condition:
            loop.remove(child)
    cardinality = etree.Element(_tag("loopCardinality"))
    cardinality.text = node.get("id")
    loop.insert(0, cardinality)


def _choose_start(process: etree._Element, net: Net, start_event: str | None) -> None:
    """Leaves the one start event, as a none start event; the others and their flows go."""
    starts = list(process.iterchildren(_tag("startEvent")))
    kept = start_event or next(
        (net.ids[node] for node in net.members[ROOT] if _is_none_start(net, node)),
        starts[0].get("id") if starts else None,
    )
    for node in starts:
        if node.get("id") == kept:
            _drop_definitions(node)
            continue
        for flow in list(process.iterchildren(_tag("sequenceFlow"))):
            if flow.get("sourceRef") == node.get("id"):
                process.remove(flow)
        process.remove(node)


def _is_none_start(net: Net, node: int) -> bool:
    return net.kinds[node] == Kind.START and net.triggers[node] == Trigger.NONE
