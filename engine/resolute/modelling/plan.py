"""The plan of a protocol: how each point is carried out, and what it waits for."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass

from resolute.errors import Finding
from resolute.modelling.choose import Course, course
from resolute.modelling.graph import order
from resolute.modelling.names import slug
from resolute.protocols.values import Dependency, Point, Protocol


@dataclass(frozen=True, slots=True)
class Plan:
    """What all decisions of a protocol are modelled from."""

    protocol: Protocol
    points: Mapping[str, Point]
    """By ref."""
    position: Mapping[str, int]
    """Where each point stands in an order in which they can be carried out."""
    courses: Mapping[str, Course]
    after: Mapping[str, tuple[Dependency, ...]]
    at_once: frozenset[str]
    """The points that are done when the decision is adopted."""
    slugs: Mapping[str, str]
    """Each ref as it stands in ids: ASCII, no two alike."""
    readers: Mapping[str, tuple[int | None, ...]]
    """The other questions whose points wait for a point that is still to be done."""
    findings: tuple[Finding, ...]


def plan(protocol: Protocol) -> Plan:
    """Chooses the course of every point in the order in which they can be carried out."""
    sorted_points = order(protocol)
    points = {point.ref: point for point in protocol.points}
    awaited = {dependency.ref for dependencies in sorted_points.after.values() for dependency in dependencies}
    courses: dict[str, Course] = {}
    at_once: set[str] = set()
    for ref in sorted_points.refs:
        settled_before = all(dependency.ref in at_once for dependency in sorted_points.after[ref])
        courses[ref] = course(points[ref], settled_before=settled_before, awaited=ref in awaited)
        if settled_before and courses[ref].pattern is None:
            at_once.add(ref)
    return Plan(
        protocol,
        points=points,
        position={ref: number for number, ref in enumerate(sorted_points.refs)},
        courses=courses,
        after=sorted_points.after,
        at_once=frozenset(at_once),
        slugs=_slugs(protocol),
        readers=_readers(points, sorted_points.after, at_once),
        findings=sorted_points.findings,
    )


def _readers(
    points: Mapping[str, Point], after: Mapping[str, tuple[Dependency, ...]], at_once: Set[str]
) -> dict[str, tuple[int | None, ...]]:
    found: dict[str, dict[int | None, None]] = {}
    for ref, dependencies in after.items():
        reader = points[ref].agenda
        for dependency in dependencies:
            if dependency.ref not in at_once and points[dependency.ref].agenda != reader:
                found.setdefault(dependency.ref, {})[reader] = None
    return {ref: tuple(readers) for ref, readers in found.items()}


def _slugs(protocol: Protocol) -> dict[str, str]:
    """Refs as parts of ids; where two would be alike (`1.а` and `1.a`), the later one gets a number."""
    taken: set[str] = set()
    found = {}
    for point in protocol.points:
        base = slug(point.ref) or "x"
        number = 1
        while (word := base if number == 1 else f"{base}_v{number}") in taken:
            number += 1
        taken.add(word)
        found[point.ref] = word
    return found
