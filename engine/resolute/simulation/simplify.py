"""Takes out of a blueprint what changes no time and no answer: mere passages, messages that nobody hears,
reminders that nobody waits for."""

from __future__ import annotations

from resolute.simulation.blueprint import Blueprint, Node
from resolute.simulation.codes import ARM_MESSAGE, ARM_NEVER, ARM_SIGNAL, BODY_PASS, BODY_SEND, JOIN_EACH


def simplify(blueprint: Blueprint, *, passages: bool = True) -> None:
    """Leads flows past passages (where wanted), and never arms events that only pass tokens to an end."""
    nodes = blueprint.nodes
    _hush(nodes)
    for number, node in enumerate(nodes):
        if node.host >= 0 and not node.interrupts and node.arm != ARM_NEVER and _idle(nodes, number):
            node.arm = ARM_NEVER
            nodes[node.host].events.remove(number)
    if not passages:
        return
    for node in nodes:
        for out in node.outs:
            out.target = _past(nodes, out.target)
    for scope in blueprint.scopes:
        scope.starts = [_past(nodes, start) for start in scope.starts]
        scope.turns = [_past(nodes, turn) for turn in scope.turns]
    _forget_unreachable(blueprint)


def _hush(nodes: list[Node]) -> None:
    """Sends no message or signal that nothing in the model waits for."""
    heard = {node.message for node in nodes if node.body != BODY_SEND and node.arm in (ARM_MESSAGE, ARM_SIGNAL)}
    for node in nodes:
        if node.body == BODY_SEND and node.message not in heard:
            node.body, node.arm, node.message = BODY_PASS, ARM_NEVER, None


def _idle(nodes: list[Node], start: int) -> bool:
    """Whether a token from here meets nothing but passages and ends."""
    seen: set[int] = set()
    stack = [start]
    while stack:
        number = stack.pop()
        node = nodes[number]
        if number in seen:
            continue
        seen.add(number)
        if node.body != BODY_PASS or (node.join != JOIN_EACH and node.incoming > 1):
            return False
        stack += [out.target for out in node.outs]
    return True


def _past(nodes: list[Node], target: int) -> int:
    """Where a token that comes to `target` next has something to do."""
    seen = {target}
    while True:
        node = nodes[target]
        passage = node.body == BODY_PASS and node.join == JOIN_EACH and len(node.outs) == 1
        if not passage:
            return target
        following = node.outs[0].target
        if nodes[following].join != JOIN_EACH and node.incoming > 1:
            return target
        if following in seen:
            return target
        seen.add(following)
        target = following


def _forget_unreachable(blueprint: Blueprint) -> None:
    """Takes the flows from nodes that no token can come to any more, so that joins do not count them."""
    nodes = blueprint.nodes
    stack = [start for scope in blueprint.scopes for start in (*scope.starts, *scope.turns, *scope.event_scopes)]
    stack += [number for number, node in enumerate(nodes) if node.host >= 0 or node.event_scope >= 0]
    stack += [node.rest for node in nodes if node.rest >= 0]
    reached: set[int] = set()
    while stack:
        number = stack.pop()
        if number not in reached:
            reached.add(number)
            stack += [out.target for out in nodes[number].outs]
    for number, node in enumerate(nodes):
        if number not in reached:
            node.outs = []
