"""The order of points: what waits for what, without cycles and without what follows from the rest."""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.protocols.values import Dependency, Point, Protocol

_ = i18n.translator("modelling")


@dataclass(frozen=True, slots=True)
class Order:
    """The points of a protocol in an order in which they can be carried out."""

    refs: tuple[str, ...]
    """Every ref, each after all it waits for; otherwise as in the document."""
    after: Mapping[str, tuple[Dependency, ...]]
    """What each point waits for directly: no dependency here follows from the others."""
    findings: tuple[Finding, ...] = ()
    """The proposed dependencies that were left out because they closed a cycle."""


def order(protocol: Protocol) -> Order:
    """Sorts the points and reduces their dependencies.

    A cycle is broken at its least certain proposed dependency, with a finding. Raises InputError when a cycle
    is made of confirmed dependencies only, or when a point waits for one that does not exist.
    """
    refs = frozenset(point.ref for point in protocol.points)
    after = {point.ref: _known(point, refs, protocol.source) for point in protocol.points}
    findings = []
    while cycle := _cycle(after):
        dropped = _weakest(cycle, after, protocol.source)
        ref, dependency = dropped
        after[ref] = tuple(other for other in after[ref] if other is not dependency)
        findings.append(_left_out(ref, dependency, cycle))
    sequence = _sorted(after)
    return Order(sequence, _reduced(sequence, after), tuple(findings))


def _known(point: Point, refs: frozenset[str], file: str | None) -> tuple[Dependency, ...]:
    for dependency in point.after:
        if dependency.ref not in refs:
            message = _("point {ref} waits for {other}, which is not in the protocol; correct `after`")
            raise InputError(message.format(ref=point.ref, other=dependency.ref), file=file, line=point.line)
    return tuple({dependency.ref: dependency for dependency in point.after}.values())


def _sorted(after: Mapping[str, Sequence[Dependency]]) -> tuple[str, ...]:
    """Kahn's algorithm with the document's order as tie-break; leaves out what lies on or behind a cycle."""
    position = {ref: number for number, ref in enumerate(after)}
    waiting = {ref: len(dependencies) for ref, dependencies in after.items()}
    readers: dict[str, list[str]] = {ref: [] for ref in after}
    for ref, dependencies in after.items():
        for dependency in dependencies:
            readers[dependency.ref].append(ref)
    free = [position[ref] for ref, count in waiting.items() if not count]
    refs = list(after)
    result = []
    while free:
        ref = refs[heapq.heappop(free)]
        result.append(ref)
        for reader in readers[ref]:
            waiting[reader] -= 1
            if not waiting[reader]:
                heapq.heappush(free, position[reader])
    return tuple(result)


def _cycle(after: Mapping[str, Sequence[Dependency]]) -> list[str]:
    """The refs along one cycle, each waiting for the next; empty when there is none."""
    sound = set(_sorted(after))
    stuck = next((ref for ref in after if ref not in sound), None)
    if stuck is None:
        return []
    trail: dict[str, None] = {}
    while stuck not in trail:
        trail[stuck] = None
        stuck = next(dependency.ref for dependency in after[stuck] if dependency.ref not in sound)
    refs = list(trail)
    return refs[refs.index(stuck) :]


def _weakest(
    cycle: Sequence[str], after: Mapping[str, Sequence[Dependency]], file: str | None
) -> tuple[str, Dependency]:
    following = dict(zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    links = [(ref, dependency) for ref in cycle for dependency in after[ref] if dependency.ref == following[ref]]
    proposed = [link for link in links if not link[1].confirmed]
    if not proposed:
        message = _("points wait for each other in a circle: {cycle}; remove one of the `after`")
        raise InputError(message.format(cycle=" → ".join([*cycle, cycle[0]])), file=file)
    return min(proposed, key=lambda link: link[1].confidence)


def _left_out(ref: str, dependency: Dependency, cycle: Sequence[str]) -> Finding:
    message = _(
        "the proposed dependency {ref} after {other} closes the circle {cycle} and is left out; confirm the order"
    )
    circle = " → ".join([*cycle, cycle[0]])
    return Finding(
        "dependency-cycle",
        "warning",
        message.format(ref=ref, other=dependency.ref, cycle=circle),
        ref=ref,
    )


def _reduced(refs: Sequence[str], after: Mapping[str, Sequence[Dependency]]) -> dict[str, tuple[Dependency, ...]]:
    """Transitive reduction; sets of ancestors are bit masks over positions in the order."""
    position = {ref: number for number, ref in enumerate(refs)}
    ancestors: dict[str, int] = {}
    reduced = {}
    for ref in refs:
        nearest_first = sorted(after[ref], key=lambda dependency: -position[dependency.ref])
        covered = 0
        kept = []
        for dependency in nearest_first:
            if not covered >> position[dependency.ref] & 1:
                kept.append(dependency)
            covered |= ancestors[dependency.ref] | 1 << position[dependency.ref]
        ancestors[ref] = covered
        reduced[ref] = tuple(sorted(kept, key=lambda dependency: position[dependency.ref]))
    return reduced
