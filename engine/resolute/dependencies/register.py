"""The plan of a register before anything runs: its points and what they wait for."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from resolute.dependencies import words
from resolute.dependencies.plan import Plan
from resolute.dependencies.values import Edge, Step
from resolute.dependencies.waits import NEVER, Waits
from resolute.modelling.labels import deed
from resolute.protocols.values import Point, Protocol

SETTLED = frozenset({"information", "approval", "designation", "rejection"})
"""Kinds of points that the decision itself settles, unless they carry a deadline."""


def plan_of(protocol: Protocol, *, on: date | None = None) -> Plan:
    """The points of `protocol` as steps; nothing has begun but what was settled at adoption.

    `on` is the day from which work is counted: the day of the meeting, or today where the protocol has no
    date.
    """
    day = on or protocol.date or datetime.now(UTC).date()
    adopted = datetime.combine(protocol.date or day, time(), UTC)
    steps = [_step(point, adopted) for point in protocol.points]
    number = {point.ref: index for index, point in enumerate(protocol.points)}
    edges = [
        Edge(number[wait.ref], number[point.ref], "declared", wait.reason)
        for point in protocol.points
        for wait in point.after
        if wait.ref in number and wait.ref != point.ref
    ]
    waits, done = _waits(steps, edges)
    titles = {str(question.number): question.title for question in protocol.questions}
    decisions = {step.decision: titles.get(step.decision, "") for step in steps if step.decision}
    at = datetime.combine(day, time(), UTC)
    return Plan(
        at,
        steps,
        edges,
        waits,
        done,
        title=words.protocol(protocol.number, protocol.body),
        decisions=decisions,
    )


def is_settled(point: Point) -> bool:
    """Whether the decision itself settles the point, so that nobody has to do anything."""
    return point.kind in SETTLED and point.deadline.type == "none"


def _step(point: Point, adopted: datetime) -> Step:
    settled = is_settled(point)
    return Step(
        id=point.ref,
        name=deed(point),
        kind="point",
        state="done" if settled else "to_come",
        ref=point.ref,
        party=point.lead.name if point.lead else None,
        parties=tuple(party.name for party in point.responsible),
        due=point.deadline.effective or point.deadline.due,
        since=adopted if settled else None,
        decision=str(point.agenda) if point.agenda is not None else None,
    )


def _waits(steps: list[Step], edges: list[Edge]) -> tuple[Waits, list[int]]:
    waits = Waits()
    done = [NEVER if step.state == "done" else waits.add(days=step.days, step=n) for n, step in enumerate(steps)]
    for edge in edges:
        if done[edge.before] != NEVER and done[edge.after] != NEVER:
            waits.link(done[edge.before], done[edge.after])
    for index, node in enumerate(done):
        if node != NEVER and not waits.inputs[node]:
            waits.source(node, steps[index].days)
    return waits, done
