"""Shrinks a model by rules that keep every answer of the search."""

from __future__ import annotations

from itertools import product

from resolute.net.soundness.model import SINK, Join, Model, Way

MAX_WAYS = 16
"""Nodes are not joined when the result could be left in more ways."""


def reduce(model: Model) -> None:
    """Turns rows into one node, branches that mean the same into one flow, and drops small circles.

    A structured process shrinks to its start and its ends, whatever its size. Nodes at which a path ends stay by
    themselves: a second token on the flow into them is what the search looks for.
    """
    work = list(model.incoming)
    while work:
        node = work.pop()
        if node in model.incoming:
            touched = _absorb_next(model, node) or _merge_branches(model, node) or _drop_circle(model, node)
            work += [other for other in touched if other in model.incoming]


def _before(model: Model, node: int) -> set[int]:
    """The node and those that lead to it."""
    return {node, *(model.sources[flow] for flow in model.incoming[node] if flow in model.sources)}


def _absorb_next(model: Model, node: int) -> set[int]:
    """Draws a node that only follows this one into it; all of them where there is but one way."""
    if len(model.ways[node]) == 1:
        return _absorb_all(model, node)
    for way in model.ways[node]:
        for flow in way.flows:
            following = model.targets[flow]
            if following not in (SINK, node) and _only_follows(model, node, flow, following):
                return _absorb(model, node, flow, following)
    return set()


def _absorb_all(model: Model, node: int) -> set[int]:
    """Draws the nodes that only follow this one, which is left in one way, into it: first those left in one way too."""
    (way,) = model.ways[node]
    following = [(flow, model.targets[flow]) for flow in way.flows if model.targets[flow] not in (SINK, node)]
    drawn = {flow: next_ for flow, next_ in following if _only_follows(model, node, flow, next_)}
    plain = {flow: model.ways[next_][0] for flow, next_ in drawn.items() if len(model.ways[next_]) == 1}
    if not plain:
        return _absorb(model, node, *next(iter(drawn.items()))) if drawn else set()
    flows = tuple(other for flow in way.flows for other in (plain[flow].flows if flow in plain else (flow,)))
    touched = _before(model, node)
    for flow, more in plain.items():
        model.sources.update(dict.fromkeys(more.flows, node))
        touched.update(model.targets[other] for other in more.flows)
        _forget(model, flow, drawn[flow])
    paths, besides = (
        (way.path, *(more.path for more in plain.values())),
        (way.beside, *(m.beside for m in plain.values())),
    )
    model.ways[node] = [Way(flows, paths, besides)]
    return touched


def _forget(model: Model, flow: int, following: int) -> None:
    del model.joins[following], model.incoming[following], model.ways[following]
    del model.targets[flow], model.sources[flow]


def _only_follows(model: Model, node: int, flow: int, following: int) -> bool:
    ways = model.ways[following]
    return (
        model.incoming[following] == [flow]
        and following not in model.terminating
        and len(ways) * len(model.ways[node]) <= MAX_WAYS
        and not any(model.targets[other] == SINK for way in ways for other in way.flows)
    )


def _absorb(model: Model, node: int, flow: int, following: int) -> set[int]:
    ways = [way for way in model.ways[node] if flow not in way.flows]
    through = [way for way in model.ways[node] if flow in way.flows]
    for way, more in product(through, model.ways[following]):
        rest = tuple(other for other in way.flows if other != flow)
        ways.append(Way(rest + more.flows, (way.path, more.path), (way.beside, more.beside)))
    touched = _before(model, node)
    for more in model.ways[following]:
        for other in more.flows:
            model.sources[other] = node
            touched.add(model.targets[other])
    model.ways[node] = ways
    _forget(model, flow, following)
    return touched


def _merge_branches(model: Model, node: int) -> set[int]:
    """Takes two flows from one node to another for one when they always mean the same."""
    if len(model.ways[node]) == 1:
        return _merge_all(model, node)
    by_target: dict[int, int] = {}
    for flow in dict.fromkeys(flow for way in model.ways[node] for flow in way.flows):
        target = model.targets[flow]
        if target in (SINK, node):
            continue
        first = by_target.setdefault(target, flow)
        if first != flow and _mean_the_same(model, node, first, flow):
            return _merge(model, node, first, flow)
    return set()


def _merge_all(model: Model, node: int) -> set[int]:
    """Takes all flows from a node that is left in one way to the same join for one."""
    (way,) = model.ways[node]
    kept: dict[int, int] = {}
    for flow in way.flows:
        target = model.targets[flow]
        if target not in (SINK, node) and model.joins[target] != Join.EACH:
            kept.setdefault(target, flow)
    dropped = {flow for flow in way.flows if kept.get(model.targets[flow], flow) != flow}
    if not dropped:
        return set()
    targets = {model.targets[flow] for flow in dropped}
    for target in targets:
        model.incoming[target] = [flow for flow in model.incoming[target] if flow not in dropped]
    for flow in dropped:
        del model.targets[flow], model.sources[flow]
    model.ways[node] = [way._replace(flows=tuple(flow for flow in way.flows if flow not in dropped))]
    return targets.union(_before(model, node), *(_before(model, target) for target in targets))


def _mean_the_same(model: Model, node: int, first: int, second: int) -> bool:
    """Before a join of all: always together. Before one that takes each token by itself: never together."""
    together = {(first in way.flows) + (second in way.flows) for way in model.ways[node]}
    join = model.joins[model.targets[first]]
    return join == Join.INCLUSIVE or (1 if join == Join.ALL else 2) not in together


def _merge(model: Model, node: int, kept: int, dropped: int) -> set[int]:
    target = model.targets[dropped]
    merged: dict[frozenset[int], Way] = {}
    for way in model.ways[node]:
        flows = tuple(dict.fromkeys(kept if flow == dropped else flow for flow in way.flows))
        key = frozenset(flows)
        known = merged.get(key)
        if known is None:
            merged[key] = way._replace(flows=flows)
        else:
            merged[key] = known._replace(beside=(known.beside, way.path, way.beside))
    model.ways[node] = list(merged.values())
    model.incoming[target].remove(dropped)
    del model.targets[dropped], model.sources[dropped]
    return {target} | _before(model, node) | _before(model, target)


def _drop_circle(model: Model, node: int) -> set[int]:
    """Drops a way out that only leads back to the same choice."""
    ways = model.ways[node]
    if model.joins[node] != Join.EACH or len(ways) < 2:
        return set()
    for way in ways:
        if len(way.flows) != 1 or model.targets[way.flows[0]] != node:
            continue
        flow = way.flows[0]
        others = [other for other in ways if other is not way]
        if any(flow in other.flows for other in others):
            continue
        model.ways[node] = [others[0]._replace(beside=(others[0].beside, way.path, way.beside)), *others[1:]]
        model.incoming[node].remove(flow)
        del model.targets[flow], model.sources[flow]
        return _before(model, node)
    return set()
