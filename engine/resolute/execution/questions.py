"""Everything that an engine can be asked: it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, get_args

from resolute.execution import assignments, given, ids, journal, places, reading
from resolute.execution.audit import Audit, audit
from resolute.execution.opening import Opening
from resolute.execution.queued import Queued
from resolute.execution.snapshot import Snapshot
from resolute.execution.stores import DataStores
from resolute.execution.values import (
    Comment,
    Counts,
    Definition,
    History,
    HistoryEvent,
    Incident,
    Instance,
    InstanceState,
    Task,
    TaskState,
)
from resolute.net.net import Net
from resolute.storage import queries
from resolute.storage.rows import micros, moment


class Questions(Queued):
    """The questions; `core.Engine` has the commands as well."""

    def definitions(self) -> list[Definition]:
        """All versions of all processes, oldest first."""
        with self._lock:
            return self._library.versions()

    def net(self, key: str) -> Net:
        """The compiled net of a definition by its key, `id:version`. Raises NotFoundError."""
        given.text(key, "key")
        with self._lock:
            return self._library.keyed(key, self.executor).net

    def data_stores(self) -> dict[str, Any]:
        """What the data stores hold, which instances share and leave behind, by name."""
        with self._lock, self._database.reading():
            return dict(DataStores(self._store))

    def openings(self, *, running: bool = False) -> list[Opening]:
        """The protocols that were opened, oldest first; their ids are the groups of their instances.

        With `running` only those that still have something to do.
        """
        with self._lock, self._database.reading():
            live = set(queries.running_groups(self._database)) if running else None
            return [
                Opening(str(row.id), row.number, row.date, row.body, row.source, moment(row.opened))
                for row in self._store.openings()
                if live is None or row.id in live
            ]

    def incidents(self, instance: str | None = None) -> list[Incident]:
        """What cannot go on until someone acts, oldest first."""
        with self._lock:
            return reading.incidents(self._database, instance)

    def instance(self, instance_id: str, *, as_of: datetime | None = None) -> Instance:
        """An instance, running or ended; `as_of` as it stood at an earlier moment.

        Raises NotFoundError when there is none, or had not been then.
        """
        with self._lock:
            return reading.instance(self._store, self._library, instance_id, as_of)

    def instances(
        self,
        state: str | None = None,
        *,
        process: str | None = None,
        group: str | None = None,
        parent: str | None = None,
        ref: str | None = None,
        party: str | None = None,
        due_until: date | str | None = None,
        text: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Instance]:
        """Instances, oldest first; `state` is one of running, completed, failed, terminated, or None for all.

        `party` and `due_until` are those of an open task, `text` as for tasks.
        """
        given.one_of(state, get_args(InstanceState), "state")
        given.page(limit, offset)
        with self._lock:
            return reading.instances(
                self._database,
                self._library,
                status=state,
                process=process,
                group=ids.optional(group),
                parent=ids.optional(parent),
                ref=ref,
                party=party,
                due_before=_day_after(due_until),
                text=text,
                limit=limit,
                offset=offset,
            )

    def tasks(
        self,
        instance: str | None = None,
        state: TaskState | None = "ready",
        *,
        party: str | None = None,
        assignee: str | None = None,
        candidate: str | None = None,
        ref: str | None = None,
        element: str | None = None,
        group: str | None = None,
        due_until: date | str | None = None,
        text: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Task]:
        """Tasks, oldest first; `state=None` for all. `due_until` is a day, itself included.

        `text`: only of instances whose variable `text`, as it was at their start, has words that begin like all of
        these.
        `candidate` is a person: what that person has or may take as one of a party's people, or as a substitute.
        """
        given.one_of(state, get_args(TaskState), "state")
        given.page(limit, offset)
        now = self.now()
        with self._lock:
            return reading.tasks(
                self._database,
                self._library,
                now.tzinfo,
                instance=ids.optional(instance),
                status=state,
                party=party,
                assignee=assignee,
                candidate=None if candidate is None else (candidate, micros(now)),
                ref=ref,
                element=element,
                group=ids.optional(group),
                due_before=_day_after(due_until),
                text=text,
                limit=limit,
                offset=offset,
            )

    def counts(self, *, group: str | None = None) -> Counts:
        """How many instances are in which state, how many tasks are open and overdue, how many incidents."""
        now = self.now()
        with self._lock, self._database.reading():
            found = queries.counts(self._database, ids.optional(group), now.date().isoformat(), now.isoformat())
        return Counts(*found)

    def history(self, instance_id: str) -> list[HistoryEvent]:
        """What has happened in an instance, oldest first. Raises NotFoundError."""
        with self._lock:
            self.instance(instance_id)
            return list(journal.history(self._store.journal(ids.number(instance_id))))

    def histories(self, *, group: str | None = None) -> Iterator[History]:
        """All instances with their histories, oldest first, read page by page; `group` is one of the openings."""
        after = 0
        while True:
            with self._lock:
                page = reading.histories(self._database, self._library, self.now().tzinfo, ids.optional(group), after)
            if not page:
                return
            yield from page
            after = int(page[-1].instance.id)

    def audit(self, heads: Mapping[str, str] | None = None) -> Audit:
        """Verifies all histories; with `heads` exported earlier also that none was rewritten since."""
        with self._lock, self._database.reading():
            return audit(self._database, heads)

    def heads(self) -> dict[str, str]:
        """The hash that each history ends in, by instance: keep or sign them elsewhere, `audit` checks them."""
        with self._lock, self._database.reading():
            return {str(number): head for page in queries.heads(self._database) for number, head in page}

    def snapshot(self, *, as_of: datetime | None = None, group: str | None = None, history: bool = False) -> Snapshot:
        """Everything that is live now, or was at an earlier moment, for the graph of steps.

        `group` is one of the openings: then only its instances are read, not of the past.
        With `history` it also knows how long finished work took: what schedules then expect where nothing is declared.
        Of the past, kept messages and how often jobs were tried are not known.
        """
        from resolute.execution.snapshots import take, take_past

        with self._lock, self._database.reading():
            if as_of is not None:
                return take_past(self._database, self._library, as_of, history=history)
            groups = None if group is None else {ids.number(group)}
            return take(self._database, self._library, self._services.names, self.now(), groups=groups, history=history)

    def around(self, *names: str, history: bool = False) -> Snapshot:
        """As `snapshot`, but only of the protocols in which steps may go by these names: refs of points, or ids.

        All that is live where a name is not known.
        """
        from resolute.execution.snapshots import take

        with self._lock, self._database.reading():
            found = [places.groups(self._store, self._library, given.text(name, "name")) for name in names]
            groups = set[int]().union(*found) if all(found) else None
            return take(self._database, self._library, self._services.names, self.now(), groups=groups, history=history)

    def comments(self, task_id: str) -> list[Comment]:
        """What was said about a task, oldest first."""
        number, token = ids.task(task_id)
        with self._lock:
            return [reading.comment_of(row) for row in self._store.comments(number, token)]

    def attachment(self, hash: str) -> bytes:
        """The content of an attached file by its SHA-256. Raises NotFoundError."""
        given.text(hash, "hash")
        with self._lock:
            return self._store.attachment(hash)


def _day_after(day: date | str | None) -> str | None:
    """The first ISO day that is too late. Raises InputError for what is no day."""
    return None if day is None else (assignments.day(day) + timedelta(days=1)).isoformat()
