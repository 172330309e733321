"""Which days each point has for itself: points in a row that are due together share the days they have together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from resolute.net.net import ACTIVITIES, ROOT, Net
from resolute.protocols.values import Protocol


@dataclass(frozen=True, slots=True)
class Term:
    """The stretch in which a point is worked on."""

    begin: date | None
    """The deadline of what it waits for, where that is earlier than its own; None for the start of the forecast."""
    parts: int
    """How many points in a row share the days up to the deadline."""


NO_TERM = Term(None, 1)
K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class _Chain:
    """A deadline, how many points in a row have it, and the latest earlier deadline before them."""

    due: date
    count: int
    begin: date | None


def of_protocol(protocol: Protocol, deadlines: Mapping[str, datetime]) -> dict[str, Term]:
    """The term of each point with a deadline, by what it waits for in the register."""
    refs = [point.ref for point in protocol.points]
    before = {
        point.ref: [dependency.ref for dependency in point.after if dependency.ref in set(refs)]
        for point in protocol.points
    }
    dues = {ref: end.date() for ref, end in deadlines.items()}
    return _terms(refs, before, dues.get)


def of_net(net: Net, due_of: Callable[[int], date | None], done: Collection[int] = ()) -> dict[int, Term]:
    """The term of each activity with a deadline, by the flows that lead to it; those already done are left out."""
    nodes = list(range(len(net)))
    before = {node: [net.sources[flow] for flow in net.incoming[node]] for node in nodes}
    for scope, starts in net.starts.items():
        if scope != ROOT:
            for start in starts:
                before[start].append(scope)
            ends = [node for node in nodes if net.parents[node] == scope and not net.outgoing[node]]
            for flow in net.outgoing[scope]:
                before[net.targets[flow]] += ends

    def due(node: int) -> date | None:
        return due_of(node) if net.kinds[node] in ACTIVITIES and node not in done else None

    return _terms(nodes, before, due)


def _terms(keys: Sequence[K], before: Mapping[K, Sequence[K]], due_of: Callable[[K], date | None]) -> dict[K, Term]:
    after: dict[K, list[K]] = {key: [] for key in keys}
    for key, others in before.items():
        for other in others:
            after[other].append(key)
    order = _in_order(keys, before, after)
    ahead = _chains(order, before, due_of)
    behind = _chains(order[::-1], after, due_of)
    return {
        key: Term(ahead[key].begin, ahead[key].count + behind[key].count - 1) for key in keys if due_of(key) is not None
    }


def _in_order(keys: Sequence[K], before: Mapping[K, Sequence[K]], after: Mapping[K, Sequence[K]]) -> list[K]:
    """Everything after what it waits for; what waits in a circle comes last."""
    waiting = {key: len(before[key]) for key in keys}
    order = [key for key in keys if waiting[key] == 0]
    for key in order:
        for follower in after[key]:
            waiting[follower] -= 1
            if waiting[follower] == 0:
                order.append(follower)
    placed = set(order)
    return order + [key for key in keys if key not in placed]


def _chains(
    order: Sequence[K], neighbours: Mapping[K, Sequence[K]], due_of: Callable[[K], date | None]
) -> dict[K, _Chain]:
    """The row of points up to each node, along whichever of its neighbours has the longest."""
    chains: dict[K, _Chain] = {}
    for key in order:
        known = [chains[other] for other in neighbours[key] if other in chains]
        own = due_of(key)
        due = own or max((chain.due for chain in known), default=None)
        if due is None:
            continue
        same = [chain for chain in known if chain.due == due]
        begins = [chain.begin for chain in same if chain.begin] + [chain.due for chain in known if chain.due < due]
        count = max((chain.count for chain in same), default=0) + (own is not None)
        chains[key] = _Chain(due, count, max(begins, default=None))
    return chains
