"""Opens events with several triggers into one node for each trigger, so that the kernel knows events with one only."""

from __future__ import annotations

from dataclasses import replace

from resolute.simulation.blueprint import Blueprint, Node, Out
from resolute.simulation.codes import (
    ARM_NEVER,
    BODY_GATE,
    BODY_PASS,
    BODY_SEND,
    BODY_WAIT,
    JOIN_ALL,
    JOIN_EACH,
    SPLIT_ALL,
)


def twins(blueprint: Blueprint, event: int, count: int) -> list[int]:
    """Nodes like an event, for its triggers; they lead to it, or to what follows it, as the kind of event wants."""
    node = blueprint.nodes[event]
    waits = node.host < 0 and node.event_scope < 0
    target = _after(blueprint, node) if waits else event
    found = []
    for _twin in range(count):
        twin = replace(node, outs=[Out(target)], join=JOIN_EACH, incoming=1, events=[], step=-1)
        twin.body = BODY_WAIT if waits else node.body
        found.append(_append(blueprint, twin))
    blueprint.twins[event] = found
    return found


def any_of(blueprint: Blueprint, event: int) -> None:
    """An event that the first of its triggers brings about."""
    node = blueprint.nodes[event]
    if node.host < 0 and node.event_scope < 0:
        node.body = BODY_GATE
        node.outs = [Out(twin) for twin in blueprint.twins[event]]
    node.arm = ARM_NEVER


def all_of(blueprint: Blueprint, event: int) -> None:
    """An intermediate event that waits for all of its triggers."""
    node, own = blueprint.nodes[event], blueprint.twins[event]
    after = blueprint.nodes[blueprint.nodes[own[0]].outs[0].target]
    after.join, after.incoming = JOIN_ALL, len(own)
    node.body, node.split, node.arm = BODY_PASS, SPLIT_ALL, ARM_NEVER
    node.outs = [Out(twin) for twin in own]


def all_on_border(blueprint: Blueprint, event: int) -> None:
    """An event on a border or at the start of an event sub-process that needs all of its triggers."""
    own = blueprint.twins[event]
    for twin in own:
        blueprint.nodes[twin].need, blueprint.nodes[twin].repeats = len(own), 0
    blueprint.nodes[event].arm = ARM_NEVER


def chain(blueprint: Blueprint, event: int) -> int:
    """A node that throws after an event and before what follows it."""
    node = blueprint.nodes[event]
    while node.outs and blueprint.nodes[node.outs[0].target].id == node.id:
        node = blueprint.nodes[node.outs[0].target]
    added = _append(blueprint, replace(node, body=BODY_SEND, join=JOIN_EACH, incoming=1, events=[]))
    node.outs, node.split = [Out(added)], SPLIT_ALL
    return added


def _after(blueprint: Blueprint, node: Node) -> int:
    """A passage that has taken over the ways out of a node."""
    return _append(blueprint, replace(node, body=BODY_PASS, join=JOIN_EACH, incoming=1, events=[], arm=ARM_NEVER))


def _append(blueprint: Blueprint, node: Node) -> int:
    blueprint.nodes.append(node)
    return len(blueprint.nodes) - 1
