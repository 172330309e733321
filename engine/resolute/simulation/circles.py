"""Says in words where tokens move in a circle without time going on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.blueprint import Blueprint
from resolute.simulation.play import EndlessLoopError

_ = i18n.translator("simulation")


@contextmanager
def named(blueprint: Blueprint) -> Iterator[None]:
    """Turns an endless loop into an InputError that names its elements."""
    try:
        yield
    except EndlessLoopError as error:
        names = ", ".join(dict.fromkeys(blueprint.nodes[node].id for node in _circle(blueprint, error.args[0])))
        message = _("a loop never ends: tokens pass {names} again and again while no time goes by; give it a way out")
        raise InputError(message.format(names=names), file=blueprint.scenario.file) from None


def _circle(blueprint: Blueprint, node: int) -> list[int]:
    """The circle through a node, or through the nearest node before it that is in one."""
    before: dict[int, list[int]] = {}
    for number, source in enumerate(blueprint.nodes):
        for out in source.outs:
            before.setdefault(out.target, []).append(number)
    queue = [node]
    for at in queue:
        found = _way_back(blueprint, at)
        if found:
            return found
        queue += [source for source in before.get(at, ()) if source not in queue]
    return [node]


def _way_back(blueprint: Blueprint, node: int) -> list[int]:
    """The shortest way from a node back to itself; empty where there is none."""
    came_from: dict[int, int] = {}
    queue = [node]
    for at in queue:
        for out in blueprint.nodes[at].outs:
            if out.target == node:
                way = [at]
                while way[-1] != node:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if out.target not in came_from:
                came_from[out.target] = at
                queue.append(out.target)
    return []
