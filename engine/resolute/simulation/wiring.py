"""Gives the placed nodes their flows: joins, splits, and the probability of each way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.net.expressions import Expression, ExpressionError
from resolute.net.net import GATEWAYS, Kind
from resolute.simulation.blueprint import Node, Out
from resolute.simulation.codes import (
    BODY_PASS,
    JOIN_ALL,
    JOIN_COMPLEX,
    JOIN_EACH,
    JOIN_REACHABLE,
    SPLIT_ALL,
    SPLIT_ANY,
    SPLIT_FIRST,
    SPLIT_ONE,
    SPLIT_SOME,
    WAY_ALWAYS,
    WAY_CHANCE,
    WAY_REST,
)
from resolute.simulation.defaults import equal_shares
from resolute.simulation.placing import ENDLESS, Place, Placing
from resolute.simulation.programs import GATE_NAMES
from resolute.simulation.variables import Variables

_ = i18n.translator("simulation")

_JOINS = {Kind.PARALLEL: JOIN_ALL, Kind.INCLUSIVE: JOIN_REACHABLE, Kind.COMPLEX: JOIN_COMPLEX}
_SPLITS = {Kind.EXCLUSIVE: SPLIT_ONE, Kind.INCLUSIVE: SPLIT_SOME, Kind.COMPLEX: SPLIT_SOME}
TOLERANCE, LENIENT = 0.001, 0.05
"""How far the probabilities of a gateway may be from 1 in all (in the files of other tools); they are then scaled."""
SOME_SHARE = 0.5
"""Probability of each way out of an inclusive gateway about which nothing is known."""


def wire(placing: Placing, variables: Variables) -> None:
    """Sets the outgoing flows of all nodes, and the joins that they lead to."""
    for place in placing.places:
        for number in range(len(place.net)):
            _wire_node(placing, variables, place, number)
    nodes = placing.b.nodes
    for node in nodes:
        if node.incoming < 2:
            node.join = JOIN_EACH


def _wire_node(placing: Placing, variables: Variables, place: Place, number: int) -> None:
    net = place.net
    node = placing.b.nodes[place.offset + number]
    node.join = _JOINS.get(net.kinds[number], JOIN_EACH)
    node.incoming = len(net.incoming[number])
    flows = net.outgoing[number]
    endless = net.kinds[number] == Kind.CALL and place.value(place.details(number).called) in ENDLESS
    if endless and node.body == BODY_PASS:
        return
    default = net.defaults.get(number, -1)
    node.outs = [Out(place.offset + net.targets[flow], 1.0, flow == default, net.flow_ids[flow]) for flow in flows]
    if node.join == JOIN_COMPLEX:
        _activate(placing, variables, place, number, node)
    if len(flows) < 2:
        return
    conditional = any(net.conditions[flow] is not None for flow in flows)
    node.split = _SPLITS.get(net.kinds[number], SPLIT_ALL)
    if node.split == SPLIT_ALL and conditional and net.kinds[number] not in GATEWAYS:
        node.split = SPLIT_SOME
    keys = (f"{place.ref}/{node.id}" if place.ref else None, node.id, node.name)
    given = placing.lookup.find("gateways", placing.lookup.scenario.gateways, keys)
    if given is None:
        given = placing.lookup.flows(out.id for out in node.outs) or None
    if node.split == SPLIT_ONE or (given is not None and net.kinds[number] == Kind.EVENT_BASED):
        _choose_one(placing, variables, place, number, node, given)
    elif node.split == SPLIT_SOME:
        _choose_some(placing, variables, place, number, node, given)


def _note(placing: Placing, node: Node, code: str, message: str) -> None:
    placing.b.findings.append(Finding(code, "info", f"{node.id}: {message}", ref=node.ref, element=node.id))


# --- one of several ---


def _choose_one(
    placing: Placing,
    variables: Variables,
    place: Place,
    number: int,
    node: Node,
    given: Mapping[str, float] | None,
) -> None:
    shares = _given_shares(placing, place, number, node, given) if given else None
    if shares is None:
        shares = _decided(place, number)
    if shares is None and _test_first(variables, place, number, node):
        return
    if shares is None:
        shares = _usual(place, number)
        _note(placing, node, "assumed-probability", _("nothing says how often each way is taken; assumed"))
    if node.split != SPLIT_ONE:  # an event-based gateway decided by probabilities
        node.body, node.split = BODY_PASS, SPLIT_ONE
    for out, share in zip(node.outs, shares, strict=True):
        out.share = share
    node.outs = [out for out in node.outs if out.share > 0.0]


def _given_shares(placing: Placing, place: Place, number: int, node: Node, given: Mapping[str, float]) -> list[float]:
    """The probabilities of a scenario in the order of the ways out; they add up to one."""
    shares = _by_flow(placing, place, number, node, given)
    named = [share for share in shares if share is not None]
    rest = 1.0 - sum(named)
    unnamed = len(shares) - len(named)
    tolerance = TOLERANCE if placing.lookup.scenario.strict else LENIENT
    if abs(rest) > tolerance and not (unnamed and rest > 0):
        raise InputError(
            _("gateways.{gateway}: the probabilities add up to {total:g}; expected 1").format(
                gateway=node.id, total=sum(named)
            ),
            file=placing.lookup.scenario.file,
        )
    filled = [max(rest, 0.0) / unnamed if share is None else share for share in shares]
    total = sum(filled)
    return [share / total for share in filled]


def _by_flow(placing: Placing, place: Place, number: int, node: Node, given: Mapping[str, float]) -> list[float | None]:
    net, found = place.net, dict(given)
    shares: list[float | None] = []
    for flow in net.outgoing[number]:
        target = net.targets[flow]
        names = (net.flow_ids[flow], net.flow_names[flow], net.ids[target], net.names[target])
        key = next((name for name in names if name and name in found), None)
        shares.append(None if key is None else found.pop(key))
    if found:
        raise InputError(
            _("gateways.{gateway}: no way out is called {flow!r}; it has: {known}").format(
                gateway=node.id,
                flow=next(iter(found)),
                known=", ".join(net.flow_ids[flow] for flow in net.outgoing[number]),
            ),
            file=placing.lookup.scenario.file,
        )
    return shares


def _verdict(place: Place, condition: Expression | None) -> bool | None:
    """Whether a condition holds, as far as what is known before the run tells; None when it does not."""
    if condition is None or not place.known(condition.names):
        return None
    try:
        return condition.holds(place.data)
    except ExpressionError:
        return None


def _decided(place: Place, number: int) -> list[float] | None:
    """The way that the known data choose for certain."""
    flows = place.net.outgoing[number]
    default = place.net.defaults.get(number, -1)
    for at, flow in enumerate(flows):
        if flow == default:
            continue
        verdict = _verdict(place, place.net.conditions[flow])
        if verdict is None:
            return None
        if verdict:
            return [float(other == at) for other in range(len(flows))]
    return [float(flow == default) for flow in flows] if default >= 0 else None


def _usual(place: Place, number: int) -> list[float]:
    """Shares of the ways that the known data leave open."""
    flows = place.net.outgoing[number]
    open_flows = [flow for flow in flows if _verdict(place, place.net.conditions[flow]) is not False]
    default = place.net.defaults.get(number, -1)
    shares = equal_shares(len(open_flows), open_flows.index(default) if default in open_flows else None)
    by_flow = dict(zip(open_flows, shares, strict=True))
    return [by_flow.get(flow, 0.0) for flow in flows]


def _test_first(variables: Variables, place: Place, number: int, node: Node) -> bool:
    """Lets the conditions choose the first way that holds, where all can be followed; whether that is so."""
    net = place.net
    kept: list[Out] = []
    for out, flow in zip(node.outs, net.outgoing[number], strict=True):
        condition = net.conditions[flow]
        verdict = True if condition is None else _verdict(place, condition)
        if out.default:
            kept.append(out)
            continue
        if verdict is None:
            out.test = variables.test(place, condition)
            if out.test < 0:
                return False
        if verdict is not False and not any(other.test < 0 and not other.default for other in kept):
            kept.append(out)
    node.outs, node.split = kept, SPLIT_FIRST
    return True


# --- some of several ---


def _choose_some(
    placing: Placing,
    variables: Variables,
    place: Place,
    number: int,
    node: Node,
    given: Mapping[str, float] | None,
) -> None:
    net = place.net
    gateway = net.kinds[number] in GATEWAYS
    shares = _by_flow(placing, place, number, node, given) if given else [None] * len(node.outs)
    assumed = False
    for at, flow in enumerate(net.outgoing[number]):
        share, condition = shares[at], net.conditions[flow]
        out = node.outs[at]
        verdict = _verdict(place, condition)
        if share is None and not out.default and verdict is None:
            out.test = variables.test(place, condition, waitingForStart=True)
        if share is None and (condition is None and not out.default and not given):
            share, out.way = 1.0, WAY_CHANCE if gateway else WAY_ALWAYS
        elif share is None and verdict is not None:
            share = float(verdict)
        elif share is None and not out.default and out.test < 0:
            share, assumed = SOME_SHARE, True
        if share is not None and not 0.0 <= share <= 1.0:
            raise InputError(
                _("gateways.{gateway}: {share} is no probability; expected 0 to 1").format(
                    gateway=node.id, share=share
                ),
                file=placing.lookup.scenario.file,
            )
        out.share = 0.0 if share is None else share
        out.default = out.default and share is None
    if all(out.test < 0 and not out.default for out in node.outs):
        node.outs[-1].way = max(node.outs[-1].way, WAY_REST)
    if assumed:
        _note(placing, node, "assumed-probability", _("nothing says how often each way is taken; assumed"))


# --- complex gateways ---


def _activate(placing: Placing, variables: Variables, place: Place, number: int, node: Node) -> None:
    """When a complex gateway that joins goes on, and by which ways it goes when it has all of its tokens."""
    net = place.net
    condition = net.activation.get(number)
    if condition is None or node.incoming < 2:
        node.join = JOIN_REACHABLE
        return
    given = placing.steps.get(place.offset + number)
    node.test = variables.test(place, condition, GATE_NAMES)
    if given is not None and given.probability is not None:
        node.test, node.chance = -1, given.probability
    elif node.test < 0:
        node.chance = 0.0
        text = _("when it goes on depends on what is not known; taken to need all: a probability says otherwise")
        _note(placing, node, "assumed-probability", text)
    if any(net.conditions[flow] is not None for flow in net.outgoing[number]) or number in net.defaults:
        _go_on_with_the_rest(placing, variables, place, number, node)


def _go_on_with_the_rest(placing: Placing, variables: Variables, place: Place, number: int, node: Node) -> None:
    """A node of its own for the ways out when the last of the tokens has come; none of them may be taken as well."""
    rest = replace(node, outs=[replace(out) for out in node.outs], join=JOIN_EACH, split=SPLIT_ANY)
    rest.body, rest.test, rest.incoming, rest.events = BODY_PASS, -1, 1, []
    for out, flow in zip(rest.outs, place.net.outgoing[number], strict=True):
        condition = place.net.conditions[flow]
        out.test = variables.test(place, condition, waitingForStart=False)
        out.share = float(condition is None and not out.default)
    if len(rest.outs) == 1:  # a single way would be taken without asking
        rest.outs.append(Out(len(placing.b.nodes), 0.0))
    placing.b.nodes.append(rest)
    node.rest = len(placing.b.nodes) - 1


# --- inclusive joins ---


def find_reach(nodes: list[Node]) -> None:
    """For each way into each inclusive join, the nodes from which a token can come along it; after all flows."""
    joins = [number for number, node in enumerate(nodes) if node.join in (JOIN_REACHABLE, JOIN_COMPLEX)]
    if not joins:
        return
    before: dict[int, list[int]] = {}
    for number, node in enumerate(nodes):
        for out in node.outs:
            before.setdefault(out.target, []).append(number)
    gates = {node.rest: [number] for number, node in enumerate(nodes) if node.rest >= 0}
    for join in joins:
        sources = before.get(join, [])
        nodes[join].reach = [_nodes_before(nodes, before, gates, join, source) for source in sources]
        nodes[join].incoming = len(sources)


def _nodes_before(
    nodes: list[Node], before: dict[int, list[int]], gates: dict[int, list[int]], join: int, source: int
) -> set[int]:
    found: set[int] = set()
    stack = [source]
    while stack:
        number = stack.pop()
        if number == join or number in found:
            continue
        found.add(number)
        if nodes[number].host >= 0:
            stack.append(nodes[number].host)
        stack += before.get(number, ())
        stack += gates.get(number, ())
    return found
