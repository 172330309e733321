"""The graph of steps: what waits for what, what is blocked and why, when things can be done, what if."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.dependencies.changes import Delayed, Done, Dropped, Due, Given
from resolute.dependencies.values import (
    Blocked,
    Dates,
    Deadlock,
    Edge,
    Impact,
    Move,
    Root,
    Schedule,
    Step,
    Tight,
)

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence
    from datetime import date, timedelta

    import networkx as nx

    from resolute.calendars import Calendar
    from resolute.dependencies.changes import Change
    from resolute.dependencies.difference import WhatIf
    from resolute.dependencies.explain import Explanation
    from resolute.dependencies.plan import Plan
    from resolute.execution.snapshot import Snapshot
    from resolute.protocols.values import Protocol

__all__ = [
    "Blocked",
    "Dates",
    "Deadlock",
    "Delayed",
    "Done",
    "Dropped",
    "Due",
    "Edge",
    "Given",
    "Impact",
    "Move",
    "Root",
    "Schedule",
    "Step",
    "Tight",
    "blocked",
    "find",
    "graph",
    "graph_of",
    "labels",
    "planned",
    "protocols",
    "schedule",
    "what_if",
    "why",
    "worst_first",
]


def graph(snapshot: Snapshot | Plan, *, calendar: Calendar | None = None) -> nx.DiGraph[str]:
    """The steps of all instances as a networkx graph; docs/dependencies.md lists the attributes."""
    from resolute.dependencies.collector import paused
    from resolute.dependencies.plan import digraph

    with paused():
        return digraph(planned(snapshot, calendar=calendar))


def graph_of(protocol: Protocol, *, on: date | None = None) -> nx.DiGraph[str]:
    """The points of a protocol and what they wait for, before anything runs; node ids are the refs."""
    from resolute.dependencies.plan import digraph
    from resolute.dependencies.register import plan_of

    return digraph(plan_of(protocol, on=on))


def protocols(snapshot: Snapshot) -> dict[str, str]:
    """The titles of the opened protocols that instances of `snapshot` belong to, by their ids."""
    from resolute.dependencies import words
    from resolute.execution.snapshot import protocols_of

    named = protocols_of(snapshot.instances.values())
    return {group: words.protocol(number, body) for group, (number, body) in named.items()}


def find(graph: nx.DiGraph[str], name: str, *, among: Container[str] | None = None, over_too: bool = False) -> str:
    """The id of the open step of `graph` that goes by `name`: the ref of a point (`1.3.1`), or an id.

    `among` leaves only the steps of these instances; `over_too` also finds what is done or not needed any more. Raises
    NotFoundError with names that are near, ConflictError for what is over, InputError where a ref stands in several
    protocols.
    """
    from resolute.dependencies.naming import find

    return find(graph, name, among=among, over_too=over_too)


def labels(snapshot: Snapshot, steps: Iterable[str]) -> dict[str, str]:
    """What to call steps in few words, by their ids: the ref of the point, or the name where they belong to none."""
    from resolute.dependencies.naming import labels

    return labels(snapshot, steps)


def why(
    snapshot: Snapshot, name: str, *, among: Container[str] | None = None, calendar: Calendar | None = None
) -> Explanation:
    """Why the step that goes by `name` (see `find`) stands where it stands, who must act, what it holds back.

    In several sentences, each with a stable code and its facts.
    """
    from resolute.dependencies.explain import explain
    from resolute.dependencies.near import near
    from resolute.dependencies.watch import Watch

    around = near(snapshot, name)
    steps = graph(around, calendar=calendar)
    step = find(steps, name, among=among, over_too=True)
    watch = Watch(around, calendar=calendar)
    answer = watch.explain(step)
    if answer is None or watch.lists(step):
        return explain(steps, step, answer, calendar=calendar)
    return explain(steps, step, None, dates=(answer.earliest_finish, answer.slack_days), calendar=calendar)


def blocked(
    snapshot: Snapshot, *, calendar: Calendar | None = None, stalled_after: timedelta | None = None
) -> list[Blocked]:
    """Every step of a running instance that is neither done nor running, and every running one in trouble.

    Worst first. The time is that of the snapshot; `calendar` says which days are worked (default: Russia's).
    `stalled_after` also lists running steps in which nothing has moved for so long.
    """
    return list(worst_first(snapshot, calendar=calendar, stalled_after=stalled_after))


def worst_first(
    snapshot: Snapshot, *, calendar: Calendar | None = None, stalled_after: timedelta | None = None
) -> Sequence[Blocked]:
    """As `blocked`, without making the values before they are read: for very many steps."""
    from resolute.dependencies.collector import paused
    from resolute.dependencies.watch import Watch

    with paused():
        return Watch(snapshot, calendar=calendar).report(stalled_after=stalled_after)


def schedule(
    source: Snapshot | Protocol | Plan, *, calendar: Calendar | None = None, on: date | None = None
) -> Schedule:
    """When everything can happen, what is critical, which deadlines do not fit together and which would have
    to move.

    For a protocol the work is counted from `on` (default: the day of the meeting), for a snapshot from its
    moment.
    """
    from resolute.dependencies.collector import paused
    from resolute.dependencies.dates import schedule_of

    with paused():
        return schedule_of(planned(source, calendar=calendar, on=on), calendar=calendar)


def what_if(
    source: Snapshot | Protocol | Plan,
    changes: Iterable[Change],
    *,
    calendar: Calendar | None = None,
    on: date | None = None,
) -> WhatIf:
    """The difference that `changes` (Done, Dropped, Delayed, Given, Due) would make; nothing is stored.

    Raises NotFoundError for a step that is not open.
    """
    from resolute.dependencies.difference import what_if_of

    return what_if_of(planned(source, calendar=calendar, on=on), changes, calendar=calendar)


def planned(source: Snapshot | Protocol | Plan, *, calendar: Calendar | None = None, on: date | None = None) -> Plan:
    """The steps of a snapshot or a protocol and what they wait for, worked out once for several questions.

    `graph`, `schedule` and `what_if` take it in the place of what it was made of.
    """
    from resolute.dependencies.plan import Plan
    from resolute.protocols.values import Protocol

    if isinstance(source, Plan):
        return source
    if isinstance(source, Protocol):
        from resolute.dependencies.register import plan_of

        return plan_of(source, on=on)
    from resolute.dependencies import whole

    return whole.plan(source, calendar=calendar)
