"""The engine: definitions, instances, the work of people, messages, incidents, questions; all of it durable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.errors import ConflictError, InputError, ModelError, NotFoundError
from resolute.execution import assignments, ids, journal, reading, snapshot, versions
from resolute.execution.audit import Audit, audit
from resolute.execution.base import TIMER, Base
from resolute.execution.opening import Opening, deploy_protocol, opening_values
from resolute.execution.seam import Complete, Data, Event, Retry, Terminate
from resolute.execution.values import Definition, HistoryEvent, Incident, Instance, Task, TaskState
from resolute.execution.versions import Migration
from resolute.execution.work import Message, Work
from resolute.net.net import Net
from resolute.storage import queries
from resolute.storage.rows import dumps, micros, moment

if TYPE_CHECKING:
    from resolute.protocols.values import Protocol

_ = i18n.translator("execution")


class Engine(Base):
    """Runs processes on a store. Every command is one transaction: it happens wholly or not at all.

    `url` names the store: `sqlite:///FILE`, `sqlite:///:memory:` or `postgresql://...`. `clock` is anything with
    `now()`; all time comes from it. `executor` runs the instances that this engine starts; those in the store go on
    with the executor that started them. `durable` waits for the disk at each command (SQLite: synchronous FULL).
    `retry_after` says how long to wait before each further try of a failed job, `lease` after what time the job of an
    engine that died is tried by another. May be used from several threads; several engines may share a store.
    """

    # --- definitions and instances ---

    def deploy(self, source: str | Path | bytes | Document) -> list[Definition]:
        """Deploys the processes of a BPMN file, of its bytes or of a document; a changed file makes a new version.

        Raises ModelError, with every finding, when a process cannot be run; then nothing is deployed.
        """
        with self._lock:
            return self._library.deploy(source, self.executor, self.now())

    def definitions(self) -> list[Definition]:
        """All versions of all processes, oldest first."""
        with self._lock:
            return self._library.versions()

    def net(self, key: str) -> Net:
        """The compiled net of a definition by its key, `id:version`. Raises NotFoundError."""
        with self._lock:
            return self._library.keyed(key, self.executor).net

    def start(
        self, process_id: str, data: Data | None = None, key: str | None = None, *, by: str | None = None
    ) -> Instance:
        """Starts the latest version of a process. With a `key`, a process is started once: the same key again
        answers with the instance that it started. Raises NotFoundError when the process was never deployed.
        """
        given = _checked(data)

        def action(work: Work) -> int:
            if key is not None:
                self._database.lock(f"start {process_id} {key}")
                known = self._store.keyed_instance(process_id, key)
                if known is not None:
                    return known
            return work.start(self._program(process_id), given, key=key, by=by).id

        return self.instance(str(self._command(action)))

    def open(self, protocol: Protocol) -> list[Instance]:
        """Deploys and starts all decisions of a protocol; their messages stay among themselves.

        Opening it again begins anew beside the first.
        """
        with self._lock:
            processes = deploy_protocol(self, protocol)

            def action(work: Work) -> list[str]:
                group = self._store.add_opening(*opening_values(protocol, work.now))
                return [str(work.start(self._program(process), {}, group=group).id) for process in processes]

            return [self.instance(number) for number in self._command(action)]

    def openings(self) -> list[Opening]:
        """The protocols that were opened, oldest first; their ids are the groups of their instances."""
        with self._lock:
            return [
                Opening(str(row.id), row.number, row.date, row.body, row.source, moment(row.opened))
                for row in self._store.openings()
            ]

    def terminate(self, instance: str, reason: str | None = None, *, by: str | None = None) -> None:
        """Ends an instance and all that it has called; to its caller it ends with the error `terminated`."""
        number = ids.number(instance)
        self._command(lambda work: work.apply(number, Terminate(reason), by))

    # --- versions, changes by hand ---

    def plan_migration(
        self,
        process_id: str,
        *,
        version: int | None = None,
        instances: Sequence[str] | None = None,
        renamed: Mapping[str, str] | None = None,
    ) -> Migration:
        """What migrating running instances (all of other versions when none are named) to a version would do.

        Elements are the same by id, or by `renamed` (old id to new id). Nothing is changed.
        """
        with self._lock:
            target = self._program(process_id, version)
            chosen = instances
            if chosen is None:
                running = self.instances("running", process=process_id)
                chosen = [found.id for found in running if found.definition != target.definition]
            work = self._work()
            return versions.plan(work, target, list(chosen), renamed or {})

    def migrate(self, plan: Migration, *, by: str | None = None) -> int:
        """Does what was planned, for all instances or for none; returns how many. Open work, waits and deadlines
        stay. Raises ConflictError, with every reason, when an instance cannot be migrated, perhaps since the plan.
        """
        versions.check(plan)

        def action(work: Work) -> int:
            target = self._library.keyed(plan.target.key, "net")
            for instance in plan.instances:
                try:
                    work.migrate(ids.number(instance), target, plan.renamed, by)
                except ModelError as error:
                    raise ConflictError(
                        _("nothing was migrated: {reasons}").format(reasons=f"{instance}: {error}")
                    ) from error
            return len(plan.instances)

        return self._command(action)

    def modify(
        self,
        instance: str,
        reason: str,
        *,
        skip: Sequence[str] = (),
        cancel: Sequence[str] = (),
        enter: Sequence[str] = (),
        by: str | None = None,
    ) -> None:
        """Changes a running instance by hand, for a `reason` that is kept: goes on past the steps in `skip` as if
        they were done, takes away those in `cancel` (both task ids or tokens), enters the elements in `enter`, new
        or again.
        """
        tokens = {"skip": [ids.token(step) for step in skip], "cancel": [ids.token(step) for step in cancel]}
        change = {**tokens, "enter": list(enter)}
        number = ids.number(instance)
        self._command(lambda work: work.modify(number, change, reason, by))

    # --- work of people ---

    def complete(
        self, task_id: str, data: Data | None = None, by: str | None = None, *, key: str | None = None
    ) -> None:
        """Completes a task; `data` goes into the variables of its instance. The same `key` again does nothing more.

        Raises ConflictError when the task is closed already, NotFoundError when there never was one.
        """
        number, token = ids.task(task_id)
        given = _checked(data)

        def action(work: Work) -> None:
            work.live(number)
            if not self._store.close_task(number, token, "done", work.at, by):
                raise self._no_open_task(task_id, number, token)
            work.apply(number, Complete(token, given), by)

        self._once(key, action)

    def report(self, target: str, text: str = "", *, by: str | None = None, group: str | None = None) -> None:
        """Reports that a point is carried out; `target` is its ref or a task id, `group` the protocol it stands in.

        Here and below: raises NotFoundError when nothing goes by that name, ConflictError when the point waits for
        something else, InputError when it is ambiguous.
        """
        with self._lock:
            task = assignments.find_task(self, target, assignments.CARRY_OUT, group)
            self.complete(task.id, {"report": text}, by=by)

    def accept(self, target: str, *, by: str | None = None, group: str | None = None) -> None:
        """Accepts a report: the point is executed and taken off control."""
        self._check(target, {"decision": "accepted"}, by, group)

    def return_(self, target: str, reason: str, *, by: str | None = None, group: str | None = None) -> None:
        """Returns a report for rework; the deadline stays."""
        self._check(target, {"decision": "returned", "reason": reason}, by, group)

    def _check(self, target: str, data: Data, by: str | None, group: str | None) -> None:
        with self._lock:
            task = assignments.find_task(self, target, assignments.CHECK, group)
            self.complete(task.id, data, by=by)

    def extend(
        self,
        target: str,
        due: date | str,
        reason: str = "",
        *,
        by: str | None = None,
        group: str | None = None,
    ) -> None:
        """Moves the deadline of a point to a later working day."""
        with self._lock:
            task = assignments.find_task(self, target, assignments.CARRY_OUT, group)
            new = assignments.day(due)
            assignments.check_new_due(new, task)
            self._deliver([task.instance], (assignments.EXTENDED,), {"due": new.isoformat(), "reason": reason}, by)

    def reassign(self, target: str, to: str, *, by: str | None = None, group: str | None = None) -> None:
        """Gives a point to another lead; it starts anew with the same deadline."""
        with self._lock:
            task = assignments.find_task(self, target, assignments.CARRY_OUT, group)
            self._deliver([task.instance], (assignments.EXTENDED,), {"lead": to}, by)

    def cancel(self, target: str, reason: str = "", *, by: str | None = None, group: str | None = None) -> None:
        """Cancels a point that is no longer needed."""
        with self._lock:
            found = [instance.id for instance in assignments.instances_of(self, target, group)]
            if not found:
                assignments.find_task(self, target, assignments.CARRY_OUT, group)
            self._deliver(found, assignments.ENDINGS, {"reason": reason}, by)

    def _deliver(self, instances: Sequence[str], names: Sequence[str], payload: Data, by: str | None) -> None:
        """Gives the first of the named messages that each instance waits for; to one instance at least."""
        numbers = [ids.number(instance) for instance in instances]

        def action(work: Work) -> None:
            taken = [any(work.deliver(number, name, payload, by) for name in names) for number in numbers]
            if not any(taken):
                raise ConflictError(
                    _("the point does not wait for any of these messages now: {names}").format(names=", ".join(names))
                )

        self._command(action)

    def _no_open_task(self, task_id: str, number: int, token: str) -> Exception:
        row = self._store.task(number, token)
        if row is None:
            return NotFoundError(_("there is no task {id}").format(id=task_id))
        said = _("task {id} ({name}) is done already") if row.status == "done" else None
        if said and row.by:
            said = _("task {id} ({name}) is done already, by {by}")
        said = said or _("task {id} ({name}) was cancelled")
        return ConflictError(said.format(id=task_id, name=row.name, by=row.by))

    # --- messages, signals, time ---

    def send(
        self,
        name: str,
        payload: Data | None = None,
        correlation: Any = None,
        *,
        key: str | None = None,
        lives: timedelta | None = None,
    ) -> str | None:
        """Sends a message: to the receiver that has waited longest, else to a process that starts with it, else it
        is kept until someone waits for it (for `lives` at most). Returns the id of the instance that took it.

        `correlation` is a value, or names of variables with their values. The same idempotency `key` again is
        answered from the record.
        """
        given = _checked(payload)
        _checked({"": correlation})

        def action(work: Work) -> str | None:
            expires = None if lives is None else micros(work.now + lives)
            taken = work.send(Message(name, given, correlation, expires=expires))
            return None if taken is None else str(taken)

        return self._once(key, action)

    def signal(self, name: str, payload: Data | None = None) -> int:
        """Sends a signal to all that wait for it now; returns how many took it."""
        given = _checked(payload)
        return self._command(lambda work: work.signal(Message(name, given)))

    # --- incidents ---

    def incidents(self, instance: str | None = None) -> list[Incident]:
        """What cannot go on until someone acts, oldest first."""
        with self._lock:
            return reading.incidents(self._database, instance)

    def retry(self, incident_id: str, data: Data | None = None, *, by: str | None = None) -> None:
        """Tries again what ended in the incident, with `data` put into the variables first.

        Raises NotFoundError when there is no such incident, ConflictError when it is resolved already.
        """
        given = _checked(data)

        def action(work: Work) -> None:
            row = self._store.incident(ids.number(incident_id))
            if row is None:
                raise NotFoundError(_("there is no incident {id}").format(id=incident_id))
            if row.resolved is not None:
                raise ConflictError(_("incident {id} is resolved already").format(id=incident_id))
            if row.kind == TIMER:
                self._store.resolve_incident(row.instance, row.token, work.at)
                self._store.set_due(row.instance, row.token, work.at)
            elif row.kind == "missing-process":
                self._store.resolve_incident(row.instance, row.token, work.at)
                work.call(row.instance, self._call_event(row.instance, row.token))
            else:
                work.apply(row.instance, Retry(row.token, given), by)

        self._command(action)

    def _call_event(self, number: int, token: str) -> Event:
        events = journal.history(self._store.journal(number))
        called = [event for event in events if event.kind == "called" and event.token == token]
        return Event("called", called[-1].element, token, called[-1].detail)

    # --- questions ---

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
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Instance]:
        """Instances, oldest first."""
        with self._lock:
            return reading.instances(
                self._database,
                self._library,
                status=state,
                process=process,
                group=ids.optional(group),
                parent=ids.optional(parent),
                ref=ref,
                limit=limit,
                offset=offset,
            )

    def tasks(
        self,
        instance: str | None = None,
        state: TaskState | None = "ready",
        *,
        party: str | None = None,
        ref: str | None = None,
        element: str | None = None,
        group: str | None = None,
        due_until: str | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Task]:
        """Tasks, oldest first; `state=None` for all. `due_until` is an ISO date."""
        with self._lock:
            return reading.tasks(
                self._database,
                self.now().tzinfo,
                instance=ids.optional(instance),
                status=state,
                party=party,
                ref=ref,
                element=element,
                group=ids.optional(group),
                due_until=due_until,
                limit=limit,
                offset=offset,
            )

    def history(self, instance_id: str) -> list[HistoryEvent]:
        """What has happened in an instance, oldest first. Raises NotFoundError."""
        with self._lock:
            self.instance(instance_id)
            return list(journal.history(self._store.journal(ids.number(instance_id))))

    def audit(self, heads: Mapping[str, str] | None = None) -> Audit:
        """Verifies all histories; with `heads` exported earlier also that none was rewritten since."""
        with self._lock, self._database.reading():
            return audit(self._database, heads)

    def heads(self) -> dict[str, str]:
        """The hash that each history ends in, by instance: keep or sign them elsewhere, `audit` checks them."""
        with self._lock, self._database.reading():
            return {str(number): head for page in queries.heads(self._database) for number, head in page}

    def snapshot(self, *, as_of: datetime | None = None) -> snapshot.Snapshot:
        """Everything that is live now, or was at an earlier moment, for the graph of steps.

        Of the past, kept messages and how often jobs were tried are not known.
        """
        from resolute.execution.snapshots import take, take_past

        with self._lock, self._database.reading():
            if as_of is not None:
                return take_past(self._database, self._library, as_of)
            return take(self._database, self._library, self._services.names, self.now())


def _checked(data: Mapping[str, Any] | None) -> Data:
    """The variables, as a dictionary of their own. Raises InputError for what JSON cannot hold."""
    given = dict(data or {})
    if given:
        try:
            dumps(given)
        except (TypeError, ValueError) as error:
            raise InputError(
                _("the data cannot be kept ({error}); expected only texts, numbers, lists and mappings").format(
                    error=error
                )
            ) from error
    return given
