"""The rules that a compiled net must keep before it may run; each finding names its element and the cure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from resolute import i18n
from resolute.bpmn.document import Element
from resolute.net.net import ROOT, Kind, Net, ScopeKind, Trigger
from resolute.net.reading.problems import Problems

_ = i18n.translator("net")

_CATCHING = {Trigger.MESSAGE, Trigger.TIMER, Trigger.SIGNAL, Trigger.CONDITIONAL}


def check_structure(net: Net, elements: Sequence[Element], problems: Problems) -> None:
    """Runs every rule below on every node and scope."""
    for node, element in enumerate(elements):
        rule = _NODE_RULES.get(net.kinds[node])
        if rule is not None:
            rule(net, node, element, problems)
    for scope, nodes in net.members.items():
        if scope != ROOT:
            _check_scope(net, scope, nodes, elements[scope], problems)
        elif not net.starts[ROOT]:
            _check_no_start(net, nodes, elements, problems)


def _check_scope(net: Net, scope: int, nodes: Sequence[int], element: Element, problems: Problems) -> None:
    if net.scope_kind[scope] == ScopeKind.EVENT:
        _check_event_scope(net, scope, nodes, element, problems)
    elif nodes and not net.starts[scope]:
        _no_start(element, problems)


def _no_start(element: Element, problems: Problems) -> None:
    message = _("nothing starts here: every node waits for another one; add a start event")
    problems.error("no-start", element, message)


def _check_no_start(net: Net, nodes: Sequence[int], elements: Sequence[Element], problems: Problems) -> None:
    waiting = [node for node in nodes if net.incoming[node]]
    if waiting:
        _no_start(elements[waiting[0]], problems)


def _check_event_scope(net: Net, scope: int, nodes: Sequence[int], element: Element, problems: Problems) -> None:
    starts = [node for node in nodes if net.kinds[node] == Kind.START]
    if len(starts) != 1 or net.triggers[starts[0]] == Trigger.NONE:
        message = _("an event sub-process needs exactly one start event, with a trigger; give it one")
        problems.error("event-subprocess-start", element, message)
    if net.incoming[scope] or net.outgoing[scope]:
        message = _("an event sub-process has no sequence flows; its start event triggers it; remove them")
        problems.error("event-subprocess-flow", element, message)


def _check_exclusive(net: Net, node: int, element: Element, problems: Problems) -> None:
    outgoing = net.outgoing[node]
    default = net.defaults.get(node)
    bare = [flow for flow in outgoing if net.conditions[flow] is None and flow != default]
    if len(outgoing) > 1 and bare:
        message = _("its flows {flows} have neither a condition nor are they the default; they count as always true")
        names = ", ".join(net.flow_ids[flow] for flow in bare)
        problems.warning("missing-condition", element, message.format(flows=names))


def _check_event_gateway(net: Net, node: int, element: Element, problems: Problems) -> None:
    for flow in net.outgoing[node]:
        target = net.targets[flow]
        catches = net.kinds[target] == Kind.CATCH and net.triggers[target] in _CATCHING
        if not catches and net.kinds[target] != Kind.RECEIVE:
            message = _("it leads to {target}, which waits for nothing; lead it to catching events or receive tasks")
            problems.error("event-gateway-target", element, message.format(target=net.ids[target]))
    if not net.outgoing[node]:
        message = _("it leads nowhere; lead it to catching events or receive tasks")
        problems.error("event-gateway-target", element, message)


def _check_start(net: Net, node: int, element: Element, problems: Problems) -> None:
    if net.incoming[node]:
        problems.error("flow-into-start", element, _("a flow leads into a start event; lead it elsewhere"))
    scope = net.parents[node]
    in_event_scope = scope != ROOT and net.scope_kind[scope] == ScopeKind.EVENT
    only_there = net.triggers[node] in (Trigger.ERROR, Trigger.ESCALATION, Trigger.COMPENSATION)
    if only_there and not in_event_scope:
        message = _("errors, escalations and compensation start only event sub-processes; use another trigger")
        problems.error("event-not-allowed", element, message)


def _check_end(net: Net, node: int, element: Element, problems: Problems) -> None:
    if net.outgoing[node]:
        problems.error("flow-out-of-end", element, _("a flow leaves an end event; use an intermediate event"))
    is_cancel = any(definition.trigger == Trigger.CANCEL for definition in net.events.get(node, ()))
    scope = net.parents[node]
    if is_cancel and (scope == ROOT or net.scope_kind[scope] != ScopeKind.TRANSACTION):
        message = _("a cancel end event stands only directly in a transaction; use another event")
        problems.error("cancel-outside-transaction", element, message)


def _check_boundary(net: Net, node: int, element: Element, problems: Problems) -> None:
    if net.incoming[node]:
        problems.error("flow-into-boundary", element, _("a flow leads into a boundary event; remove it"))
    if net.triggers[node] == Trigger.NONE:
        message = _("a boundary event needs something to wait for; give it a message, timer or another trigger")
        problems.error("boundary-without-trigger", element, message)
    host = net.attached[node]
    if net.triggers[node] == Trigger.CANCEL and net.scope_kind.get(host) != ScopeKind.TRANSACTION:
        message = _("a cancel boundary event stands only on a transaction; use another event")
        problems.error("cancel-outside-transaction", element, message)


def _check_catch(net: Net, node: int, element: Element, problems: Problems) -> None:
    if net.triggers[node] == Trigger.NONE:
        message = _("it waits for nothing that is named: it passes at once; give it a message, timer or signal")
        problems.warning("catch-without-trigger", element, message)


_NODE_RULES: dict[Kind, Callable[[Net, int, Element, Problems], None]] = {
    Kind.EXCLUSIVE: _check_exclusive,
    Kind.INCLUSIVE: _check_exclusive,
    Kind.EVENT_BASED: _check_event_gateway,
    Kind.START: _check_start,
    Kind.END: _check_end,
    Kind.BOUNDARY: _check_boundary,
    Kind.CATCH: _check_catch,
}
