"""Takes a snapshot: everything that is live, read in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Set
from datetime import datetime
from typing import Any, TypeVar

from resolute.execution import ids, past, reading, states
from resolute.execution.definitions import Library
from resolute.execution.durations import Durations, learned
from resolute.execution.journal import history
from resolute.execution.snapshot import BufferedMessage, InstanceView, Job, Snapshot, Wait
from resolute.storage import queries, rows
from resolute.storage.database import Database
from resolute.storage.rows import loads, micros, moment
from resolute.storage.statements import NO_GROUP

_Row = TypeVar("_Row", rows.TaskRow, rows.SubscriptionRow, rows.JobRow, rows.IncidentRow, rows.JournalRow)


def take(
    database: Database,
    library: Library,
    services: Set[str],
    now: datetime,
    *,
    groups: queries.Groups = None,
    history: bool = False,
) -> Snapshot:
    """The state of all live instances, or of those of some groups.

    The caller makes sure that the reads see one moment.
    """
    instances = queries.live_instances(database, groups)
    parts = _Parts(
        waits=_by_instance(queries.waiting(database, groups)),
        tasks=_by_instance(queries.open_tasks(database, groups)),
        jobs=_by_instance(queries.jobs(database, groups)),
        incidents=_by_instance(queries.open_incidents(database, groups=groups)),
        journals=_by_instance(queries.journals(database, [row.id for row in instances])),
        services=services,
        now=now,
        durations=learned(database, now) if history else None,
    )
    messages = tuple(_message(row) for row in queries.messages(database))
    return Snapshot(now, parts.views(instances, library), messages)


def take_past(database: Database, library: Library, when: datetime, *, history: bool = False) -> Snapshot:
    """The state of all instances that were live at an earlier moment, worked out from their histories."""
    known = queries.instances_at(database, micros(when))
    journals = _by_instance(queries.journals(database, [row.id for row in known]))
    histories = {number: past.until(history, when) for number, history in journals.items()}
    instances = [past.row_at(library, row, histories[row.id]) for row in known]
    parts = _Parts(
        waits={row.id: past.waits_at(row, histories[row.id]) for row in instances},
        tasks=_by_instance(queries.tasks_at(database, micros(when))),
        jobs={row.id: past.jobs_at(row, histories[row.id]) for row in instances},
        incidents=_by_instance(queries.incidents_at(database, micros(when))),
        journals=histories,
        services=frozenset(),
        now=when,
        durations=learned(database, when) if history else None,
    )
    running = {row.group_id for row in instances if row.status == "running"} - {NO_GROUP}
    live = [row for row in instances if row.status == "running" or row.group_id in running]
    return Snapshot(when, parts.views(live, library))


class _Parts:
    """All rows beside the instances, by instance."""

    def __init__(
        self,
        *,
        waits: dict[int, list[rows.SubscriptionRow]],
        tasks: dict[int, list[rows.TaskRow]],
        jobs: dict[int, list[rows.JobRow]],
        incidents: dict[int, list[rows.IncidentRow]],
        journals: dict[int, list[rows.JournalRow]],
        services: Set[str],
        now: datetime,
        durations: Durations | None,
    ) -> None:
        self.waits = waits
        self.tasks = tasks
        self.jobs = jobs
        self.incidents = incidents
        self.journals = journals
        self.services = services
        self.now = now
        self.durations = durations

    def views(self, instances: Iterable[rows.InstanceRow], library: Library) -> dict[str, InstanceView]:
        """All instances by id, callers before those they called."""
        elements: dict[tuple[int, str], str] = {}
        return {str(row.id): self.view(row, library, elements) for row in instances}

    def view(self, row: rows.InstanceRow, library: Library, elements: dict[tuple[int, str], str]) -> InstanceView:
        """One instance; `elements` collects which element each call stands at, for the children that follow."""
        program = library.program(row.definition, row.executor)
        journal = self.journals.get(row.id, [])
        state = states.led_on(library, row, journal[-row.behind :] if row.behind else ())
        done_at, active_since = self._times(row.id, elements)
        parent_token = row.parent_token
        called = None
        if row.parent is not None and parent_token is not None:
            called = elements.get((row.parent, parent_token))
        group = ids.group(row.group_id)
        return InstanceView(
            id=str(row.id),
            definition=program.definition,
            net=program.net,
            state=row.status,  # type: ignore[arg-type]
            started=moment(row.started),
            ended=None if row.ended is None else moment(row.ended),
            parent=None if row.parent is None else str(row.parent),
            parent_token=parent_token,
            parent_element=called,
            group=group,
            data=state["data"],
            marking=program.executor.marking(program.compiled, state),
            done_at=done_at,
            active_since=active_since,
            waits=tuple(_wait(wait) for wait in self.waits.get(row.id, ())),
            tasks=tuple(
                reading.task_of(task, state["data"], group, self.now.tzinfo) for task in self.tasks.get(row.id, ())
            ),
            jobs=tuple(self._job(job) for job in self.jobs.get(row.id, ())),
            incidents=tuple(reading.incident_of(incident) for incident in self.incidents.get(row.id, ())),
            durations=self.durations,
        )

    def _times(
        self, number: int, elements: dict[tuple[int, str], str]
    ) -> tuple[dict[str, datetime], dict[str, datetime]]:
        """When elements were last left, and since when the active ones are active."""
        done: dict[str, datetime] = {}
        active: dict[str, datetime] = {}
        for event in history(self.journals.get(number, ())):
            if event.kind == "activated":
                active.setdefault(event.element, event.at)
            elif event.kind == "completed":
                done[event.element] = event.at
                active.pop(event.element, None)
            elif event.kind == "cancelled":
                active.pop(event.element, None)
            elif event.kind == "called" and event.token is not None:
                elements[number, event.token] = event.element
        return done, active

    def _job(self, row: rows.JobRow) -> Job:
        return Job(
            element=row.element,
            token=row.token,
            service=row.service,
            since=moment(row.created),
            attempts=row.attempts,
            due=moment(row.due),
            registered=row.service in self.services,
        )


def _wait(row: rows.SubscriptionRow) -> Wait:
    return Wait(
        element=row.element,
        token=row.token,
        type=row.type,  # type: ignore[arg-type]
        since=moment(row.created),
        name=row.name,
        correlation=None if row.correlation is None else loads(row.correlation),
        due=None if row.due is None else moment(row.due),
    )


def _message(row: rows.MessageRow) -> BufferedMessage:
    return BufferedMessage(
        id=str(row.id),
        name=row.name,
        correlation=loads(row.correlation),
        group=ids.group(row.group_id),
        sender=None if row.sender is None else str(row.sender),
        since=moment(row.created),
    )


def _by_instance(found: Iterable[_Row]) -> dict[int, list[_Row]]:
    grouped: dict[int, list[Any]] = defaultdict(list)
    for row in found:
        grouped[row.instance].append(row)
    return grouped
