"""What the command line prints with `--json` and the HTTP API answers, as plain JSON values."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx

    from resolute.errors import Finding
    from resolute.execution import Incident, Task
    from resolute.execution.values import Counts

MANY = 20_000
"""Running instances of which only the numbers are told: their points would fill no screen, but the memory."""
OPEN = ("running", "waiting", "overdue", "failed")


def plain(value: object) -> object:
    """Dates and moments as ISO text, for `json.dumps(default=...)`. Raises TypeError for anything else."""
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is not JSON")


def task(item: Task) -> dict[str, Any]:
    """A task as in `tasks --json`."""
    return {
        "id": item.id,
        "protocol": item.group,
        "instance": item.instance,
        "element": item.element,
        "ref": item.ref,
        "name": item.name,
        "party": item.party,
        "assignee": item.assignee,
        "due": item.due.isoformat() if item.due else None,
        "state": item.state,
        "data": item.data,
        "form": item.form and {"name": item.form.name, "schema": item.form.schema},
    }


def incident(item: Incident) -> dict[str, Any]:
    """An incident as in `incidents --json`."""
    return {
        "id": item.id,
        "instance": item.instance,
        "element": item.element,
        "kind": item.kind,
        "message": item.message,
        "at": item.at.isoformat(),
    }


def finding(item: Finding) -> dict[str, Any]:
    """A finding as in `check --json`."""
    return {
        "file": item.file,
        "line": item.line,
        "element": item.element or item.ref,
        "rule": item.code,
        "severity": item.severity,
        "message": item.message,
    }


def points(graph: networkx.DiGraph[str]) -> list[dict[str, Any]]:
    """The steps that stand for points of a protocol, in the order of the graph.

    Each with its id as `step` and, as `open`, what is open inside it: name and party of every task.
    """
    inside: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for step, facts in graph.nodes(data=True):
        if facts["kind"] == "userTask" and facts["state"] in OPEN:
            one = {"step": step, "name": facts["name"], "party": facts["party"]}
            inside.setdefault((facts["decision"], facts["ref"]), []).append(one)
    return [
        {"step": step, **facts, "open": inside.get((facts["decision"], facts["ref"]), [])}
        for step, facts in graph.nodes(data=True)
        if facts["kind"] == "point"
    ]


def status(graph: networkx.DiGraph[str] | None, numbers: Counts) -> dict[str, Any]:
    """Where everything stands, as in `status --json`; without a graph, of too many instances, numbers alone."""
    listed = None if graph is None else points(graph)
    return {
        "points": listed,
        "counts": None if listed is None else Counter(point["state"] for point in listed),
        "incidents": numbers.incidents,
        "instances": numbers.instances,
        "tasks": {"open": numbers.open_tasks, "overdue": numbers.overdue_tasks},
    }
