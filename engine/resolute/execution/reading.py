"""Turns rows of the store into the values that the engine answers with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any

from resolute import i18n
from resolute.errors import NotFoundError
from resolute.execution import ids, journal, past, states
from resolute.execution.definitions import Library
from resolute.execution.labels import deadline
from resolute.execution.live import instance_of
from resolute.execution.seam import Data
from resolute.execution.values import Comment, Form, History, Incident, Instance, Task
from resolute.storage import queries, rows
from resolute.storage.database import Database
from resolute.storage.rows import loads, moment
from resolute.storage.store import Store

_ = i18n.translator("execution")

_PAGE = 500
NO_SCHEMAS: Mapping[str, Mapping[str, Any]] = {}


def instance(store: Store, library: Library, instance_id: str, as_of: datetime | None = None) -> Instance:
    """One instance, now or at an earlier moment. Raises NotFoundError."""
    with store.database.reading():
        row = store.instance(ids.number(instance_id))
        if row is None:
            raise NotFoundError(_("there is no instance {id}").format(id=instance_id))
        if as_of is not None:
            history = past.until(store.journal(row.id), as_of)
            if not history:
                began = moment(row.started).isoformat()
                raise NotFoundError(_("instance {id} began only on {day}").format(id=instance_id, day=began))
            row = past.row_at(library, row, history)
        return _instances(store.database, library, [row])[0]


def instances(database: Database, library: Library, **wanted: Any) -> list[Instance]:
    """Instances by the filters of `queries.instances`."""
    with database.reading():
        return _instances(database, library, queries.instances(database, **wanted))


def _instances(database: Database, library: Library, found: list[rows.InstanceRow]) -> list[Instance]:
    data = states.variables(database, library, {row.id: row for row in found})
    return [instance_of(row, library.program(row.definition, row.executor), data[row.id]) for row in found]


def histories(
    database: Database, library: Library, zone: tzinfo | None, group: int | None, after: int
) -> list[History]:
    """The next page of instances with ids above `after`, each with its history and tasks."""
    with database.reading():
        found = _instances(database, library, queries.instances(database, group=group, after=after, limit=_PAGE))
        numbers = [int(instance.id) for instance in found]
        entries, tasks = defaultdict(list), defaultdict(list)
        for entry in queries.journals(database, numbers):
            entries[str(entry.instance)].append(entry)
        for task in queries.tasks_of(database, numbers):
            tasks[str(task.instance)].append(task)
    page = []
    for instance in found:
        known = tuple(task_of(task, instance.data, instance.group, zone) for task in tasks[instance.id])
        page.append(History(instance, tuple(journal.history(entries[instance.id])), known))
    return page


def tasks(database: Database, library: Library, zone: tzinfo | None, **wanted: Any) -> list[Task]:
    """Tasks by the filters of `queries.tasks`."""
    with database.reading():
        rows_found = queries.tasks(database, **wanted)
        holders = queries.holders(database, (row.instance for row in rows_found))
        data = states.variables(database, library, holders)
    found = []
    for row in rows_found:
        holder = holders[row.instance]
        schemas = library.program(holder.definition, holder.executor).net.forms if row.form else {}
        group = ids.group(holder.group_id)
        found.append(task_of(row, data[row.instance], group, zone, schemas))
    return found


def task_of(
    row: rows.TaskRow,
    data: Data,
    group: str | None,
    zone: tzinfo | None,
    schemas: Mapping[str, Mapping[str, Any]] = NO_SCHEMAS,
) -> Task:
    """The public value of a stored task of an instance with these variables; `schemas` are those of its forms."""
    return Task(
        id=ids.task_id(row.instance, row.token),
        instance=str(row.instance),
        element=row.element,
        name=row.name,
        party=row.party,
        due=deadline(row.due, zone),
        state=row.status,  # type: ignore[arg-type]
        data={**data, **loads(row.local)} if row.local else data,
        ref=row.ref,
        created=moment(row.created),
        done=None if row.done is None else moment(row.done),
        by=row.by,
        assignee=row.assignee,
        form=None if row.form is None else Form(row.form, schemas.get(row.form)),
        group=group,
    )


def comment_of(row: rows.CommentRow) -> Comment:
    """The public value of a stored comment."""
    return Comment(
        task=ids.task_id(row.instance, row.token),
        at=moment(row.at),
        by=row.by,
        text=row.text,
        file=row.file,
        hash=row.hash,
    )


def incidents(database: Database, instance_id: str | None = None) -> list[Incident]:
    """Open incidents, oldest first."""
    return [incident_of(row) for row in queries.open_incidents(database, ids.optional(instance_id))]


def incident_of(row: rows.IncidentRow) -> Incident:
    """The public value of a stored incident."""
    return Incident(
        id=str(row.id),
        instance=str(row.instance),
        element=row.element,
        token=row.token,
        kind=row.kind,
        message=row.message,
        at=moment(row.created),
    )
