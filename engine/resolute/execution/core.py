"""The engine: definitions, instances, versions, messages and incidents on top of the work of people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.errors import ConflictError, ModelError, NotFoundError
from resolute.execution import changes, ids, journal, versions
from resolute.execution.base import TIMER
from resolute.execution.correlation import Message
from resolute.execution.forecasts import Forecasts
from resolute.execution.given import checked, json_value, names, optional_text, text
from resolute.execution.opening import deploy_protocol, opening_values
from resolute.execution.people import People
from resolute.execution.seam import Data, Event, Retry, Terminate
from resolute.execution.values import Definition, Instance
from resolute.execution.versions import Migration
from resolute.execution.work import Work
from resolute.storage import queries
from resolute.storage.rows import dumps, micros

if TYPE_CHECKING:
    from resolute.protocols.values import Protocol

_ = i18n.translator("execution")


class Engine(People, Forecasts):
    """Runs processes on a store. Every command is one transaction: it happens wholly or not at all.

    `url` names the store: `sqlite:///FILE`, `sqlite:///:memory:` or `postgresql://...`. `clock` is anything with
    `now()`; all time comes from it. `executor` runs the instances that this engine starts; those in the store go on
    with the executor that started them. `durable` waits for the disk at each command (SQLite: synchronous FULL).
    `retry_after` says how long to wait before each further try of a failed job, `lease` after what time the job of an
    engine that died is tried by another. With `serves=False` the jobs that its commands lead to are left to workers,
    `work` of this engine among them. May be used from several threads; several engines may share a store.

    The names of all tables begin with `prefix`, and on PostgreSQL they may stand in a `schema` of their own, which is
    created when it is missing: so several stores share a database.

    With `connection`, an SQLAlchemy connection of the host, all commands are part of the host's transaction, which the
    host commits or rolls back. Such an engine serves that one transaction; jobs are left to other engines.
    """

    # --- definitions and instances ---

    def deploy(
        self,
        source: str | Path | bytes | Document,
        decisions: Iterable[str | Path | bytes] = (),
        forms: Iterable[str | Path | bytes] = (),
    ) -> list[Definition]:
        """Deploys the processes of a BPMN file, of its bytes or of a document; a changed file makes a new version.

        Their business rule tasks use `decisions`, .dmn files or their bytes, their user tasks `forms`, JSON Schemas
        (docs/engine.md): these are kept with the version.
        Raises ModelError, with every finding, when a process or decision cannot be run; then nothing is deployed.
        """
        with self._lock:
            return self._library.deploy(source, self.executor, self.now(), decisions, forms)

    def start(
        self, process_id: str, data: Data | None = None, key: str | None = None, *, by: str | None = None
    ) -> Instance:
        """Starts the latest version of a process. With a `key`, a process is started once: the same key again
        answers with the instance that it started. Raises NotFoundError when the process was never deployed.
        """
        given = checked(data)
        text(process_id, "process_id")
        optional_text(key, "key")

        def action(work: Work) -> int:
            if key is not None:
                self._database.lock(f"start {process_id} {key}")
                known = self._store.keyed_instance(process_id, key)
                if known is not None:
                    return known
            return work.start(self._program(process_id), given, key=key, by=by).id

        return self.instance(str(self._command(action)))

    def open(self, protocol: Protocol, *, models: str | Path | None = None) -> list[Instance]:
        """Deploys and starts all decisions of a protocol; their messages stay among themselves.

        Models that a person has changed in the folder `models` are used instead of the generated ones. Opening a
        protocol again begins anew beside the first.
        """
        processes = deploy_protocol(self, protocol, models)

        def action(work: Work) -> list[str]:
            group = self._store.add_opening(*opening_values(protocol, work.now))
            return [str(work.start(self._program(process), {}, group=group).id) for process in processes]

        return [self.instance(number) for number in self._command(action)]

    def set_data_store(self, name: str, value: Any) -> None:
        """Gives a data store a value, JSON data, that models read from then on."""
        text(name, "name")
        content = dumps(json_value(value))
        self._command(lambda work: self._store.put_data_store(name, content, work.at))

    def terminate(self, instance: str, reason: str | None = None, *, by: str | None = None) -> None:
        """Ends an instance and all that it has called; to its caller it ends with the error `terminated`."""
        number = ids.number(instance)
        optional_text(reason, "reason")
        self._command(lambda work: work.apply(number, Terminate(reason), by))

    def erase(self, instance: str, reason: str, *, by: str | None = None) -> None:
        """Forgets the content of an ended instance: variables, commands, names, comments; the chain of its history
        stays verifiable, and says that and why this was done. Its states of the past are gone.

        Raises ConflictError while it runs. Files are forgotten when no comment names them any more.
        """
        number = ids.number(instance)
        text(reason, "reason")
        self._command(lambda work: changes.erase(work, number, reason, by))

    def erase_ended(self, before: datetime, reason: str, *, by: str | None = None) -> int:
        """Forgets the content of all instances that ended before a moment and still have it; returns how many."""
        found = self._store.ended_before(micros(before))
        for number in found:
            self.erase(str(number), reason, by=by)
        return len(found)

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
                    changes.migrate(work, ids.number(instance), target, plan.renamed, by)
                except ModelError as error:
                    raise ConflictError(
                        _("nothing was migrated: {reasons}").format(reasons=f"{instance}: {error}")
                    ) from error
            return len(plan.instances)

        return self._command(action)

    def undo_migration(self, process_id: str, *, instances: Sequence[str] | None = None, by: str | None = None) -> int:
        """Takes back the migration of running instances of a process that have done nothing since; returns how many.

        They are as they were before it, with the waits and deadlines of their old version. Those that have moved on
        stay. Of `instances` that are named all or none: raises ConflictError when one has moved on.
        """
        text(process_id, "process_id")
        optional_text(by, "by")

        def action(work: Work) -> int:
            if instances is None:
                chosen = queries.last_done(self._database, process_id, journal.MIGRATED)
            else:
                chosen = [ids.number(instance) for instance in instances]
            for number in chosen:
                changes.undo_migration(work, number, by)
            return len(chosen)

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
        text(reason, "reason")
        self._command(lambda work: changes.modify(work, number, change, reason, by))

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
        answered from the record; one that another command has used is refused with ConflictError.
        """
        given, about = checked(payload), json_value(correlation)
        text(name, "name")

        def action(work: Work) -> str | None:
            expires = None if lives is None else work.at + lives // timedelta(microseconds=1)
            taken = work.send(Message(name, given, about, expires=expires))
            return None if taken is None else str(taken)

        return self._once(key, f"send {name}", action)

    def signal(self, name: str, payload: Data | None = None, *, key: str | None = None) -> int:
        """Sends a signal to all that wait for it now; returns how many took it. The same idempotency `key` again is
        answered from the record.
        """
        given = checked(payload)
        text(name, "name")
        return self._once(key, f"signal {name}", lambda work: work.signal(Message(name, given)))

    # --- incidents ---

    def retry(self, incident_id: str | Sequence[str], data: Data | None = None, *, by: str | None = None) -> None:
        """Tries again what ended in the incident, with `data` put into the variables first; of several all or none.

        Raises NotFoundError when there is no such incident, ConflictError when it is resolved already.
        """
        given, numbers = checked(data), [ids.number(one) for one in names(incident_id)]

        def action(work: Work) -> None:
            for number in numbers:
                self._retry(work, number, given, by)

        self._command(action)

    def _retry(self, work: Work, number: int, data: Data, by: str | None) -> None:
        row = self._store.incident(number)
        if row is None:
            raise NotFoundError(_("there is no incident {id}").format(id=number))
        work.live(row.instance)
        if (self._store.incident(number) or row).resolved is not None:
            raise ConflictError(_("incident {id} is resolved already").format(id=number))
        if row.kind == TIMER:
            self._store.resolve_incident(row.instance, row.token, work.at)
            self._store.set_due(row.instance, row.token, work.at)
        elif row.kind == "missing-process":
            self._store.resolve_incident(row.instance, row.token, work.at)
            work.call(row.instance, self._call_event(row.instance, row.token))
        else:
            work.apply(row.instance, Retry(row.token, data), by)

    def _call_event(self, number: int, token: str) -> Event:
        events = journal.history(self._store.journal(number))
        called = [event for event in events if event.kind == "called" and event.token == token]
        if not called:
            raise ConflictError(_("the call names no process; deploy a model that does and migrate the instance"))
        return Event("called", called[-1].element, token, called[-1].detail)
