"""The API's questions: where everything stands, what is blocked and why, tasks, instances, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from resolute import dependencies
from resolute.dependencies.rights import for_reader
from resolute.reports import export_graph, rows
from resolute.server.parts import By, Of, Running, answered, task_of

router = APIRouter()


@router.get("/openapi.json", include_in_schema=False)
def description(request: Request, by: By) -> Response:
    """What the API takes and answers, in OpenAPI."""
    return answered(request.app.openapi())


Limit = Annotated[int, Query(ge=0, le=10_000)]
Offset = Annotated[int, Query(ge=0)]


@router.get("/status")
def status(engine: Running, by: By, protocol: Of) -> Response:
    """Where every point stands, and how many instances, tasks and incidents there are; as `status --json`."""
    by.check_sees_all()
    numbers = engine.counts(group=protocol)
    few = protocol is not None or numbers.instances.get("running", 0) <= rows.MANY
    return answered(rows.status(dependencies.graph(engine.snapshot(group=protocol)) if few else None, numbers))


@router.get("/protocols")
def protocols(engine: Running, by: By) -> Response:
    """The protocols that are open, with the ids by which everything else tells them apart."""
    return answered([asdict(opening) for opening in engine.openings()])


@router.get("/tasks")
def tasks(
    engine: Running,
    by: By,
    protocol: Of,
    party: str | None = None,
    assignee: str | None = None,
    candidate: str | None = None,
    instance: str | None = None,
    point: str | None = None,
    due_until: date | None = None,
    text: str | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Response:
    """The open tasks, as `tasks --json`; an executor gets those of its party."""
    found = engine.tasks(
        group=protocol,
        party=party if by.sees_all else by.party,
        assignee=assignee,
        candidate=candidate,
        instance=instance,
        ref=point,
        due_until=due_until and due_until.isoformat(),
        text=text,
        limit=limit,
        offset=offset,
    )
    return answered([rows.task(task) for task in found if by.sees_all or party in (None, by.party)])


@router.get("/tasks/{task}/comments")
def comments(engine: Running, by: By, task: str) -> Response:
    """What was said about a task."""
    if not by.sees_all:
        by.check_works_for([task_of(engine, task).party])
    return answered([asdict(comment) for comment in engine.comments(task)])


@router.get("/blocked")
def blocked(engine: Running, by: By, protocol: Of) -> Response:
    """What is blocked or late, why, and who must act; as `blocked --json`.

    An executor gets what its party has to do, with what it may not see named as hidden.
    """
    return answered([item.to_dict() for item in seen(dependencies.blocked(engine.snapshot(group=protocol)), by)])


def seen(report: Sequence[dependencies.Blocked], by: By) -> Sequence[dependencies.Blocked]:
    """The part of a blocked report that the caller may see."""
    if by.sees_all:
        return report
    owners: dict[str, str | None] = {item.step: item.party for item in report}
    owners |= {root.step: root.party for item in report for root in item.roots if root.party}

    def may_see(step: str) -> bool:
        return owners.get(step) == by.party

    return for_reader(report, may_see, owners.get)


@router.get("/why/{point}")
def why(engine: Running, by: By, point: str, protocol: Of) -> Response:
    """Why a point (its number) or a step (its id) stands where it stands; as `why --json`."""
    by.check_sees_all()
    snapshot = engine.around(point) if protocol is None else engine.snapshot(group=protocol)
    return answered(dependencies.why(snapshot, point).to_dict())


@router.get("/graph")
def graph(engine: Running, by: By, protocol: Of) -> Response:
    """The graph of steps: nodes and links, as `graph -o FILE.json`."""
    by.check_sees_all()
    found = dependencies.graph(engine.snapshot(group=protocol))
    return Response(export_graph.node_link(found), media_type="application/json")


@router.get("/instances")
def instances(
    engine: Running,
    by: By,
    protocol: Of,
    state: Literal["running", "completed", "failed", "terminated"] | None = None,
    point: str | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> Response:
    """Runs of processes."""
    by.check_sees_all()
    return answered(
        [asdict(one) for one in engine.instances(state, group=protocol, ref=point, limit=limit, offset=offset)]
    )


@router.get("/instances/{instance}")
def instance(engine: Running, by: By, instance: str) -> Response:
    """One run of a process, with its variables."""
    by.check_sees_all()
    return answered(asdict(engine.instance(instance)))


@router.get("/instances/{instance}/history")
def history(engine: Running, by: By, instance: str) -> Response:
    """Everything that has happened in an instance, oldest first."""
    by.check_sees_all()
    return answered([asdict(event) for event in engine.history(instance)])


@router.get("/processes")
def processes(engine: Running, by: By) -> Response:
    """What is deployed: processes and their versions."""
    by.check_sees_all()
    return answered([asdict(definition) for definition in engine.definitions()])


@router.get("/incidents")
def incidents(engine: Running, by: By, instance: str | None = None) -> Response:
    """What cannot go on until someone acts."""
    by.check_sees_all()
    return answered([rows.incident(one) for one in engine.incidents(instance)])


@router.get("/outgoing")
def outgoing(engine: Running, by: By, limit: Limit = 100) -> Response:
    """Messages that models have thrown for the world outside and nobody has acknowledged."""
    by.check_controls()
    return answered([asdict(message) for message in engine.outgoing(limit)])
