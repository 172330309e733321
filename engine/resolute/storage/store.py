"""The store as the engine writes it: one method a question or change, rows in and rows out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from resolute import i18n
from resolute.errors import NotFoundError
from resolute.storage import rows, statements
from resolute.storage.database import Database, Statement
from resolute.storage.statements import ANY_GROUP, NO_GROUP

_ = i18n.translator("execution")


@dataclass(frozen=True, slots=True)
class Address:
    """Whom a message is for: its name, its key and the group that it stays in."""

    name: str
    key: str
    group: int


_CHANGES: tuple[tuple[type, Statement], ...] = (
    (rows.Move, statements.MOVE_INSTANCE),
    (rows.Advance, statements.ADVANCE_INSTANCE),
    (rows.Change, statements.CHANGE_INSTANCE),
)


class Store:
    """Rows of the database by their keys; every change happens inside `database.transaction()`."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._run = database.run
        self._put = database.put
        self._put_all = database.put_all
        self._one = database.one
        self._all = database.all

    def _number(self, statement: Statement, **values: Any) -> int:
        row = self._one(statement, **values)
        assert row is not None
        return int(row[0])

    def _numbered(self, statement: Statement, row: tuple[Any, ...]) -> int:
        """Inserts a row whose first column, the id, the database gives; answers it."""
        return self.database.put_numbered(statement, row[1:])

    # --- definitions ---

    def put_document(self, hash: str, xml: bytes, file: str | None) -> None:
        """Keeps a BPMN file, once."""
        if self._one(statements.FIND_DOCUMENT, b_hash=hash) is None:
            self._run(statements.INSERT_DOCUMENT, hash=hash, xml=xml, file=file)

    def document(self, hash: str) -> tuple[bytes, str | None]:
        """The bytes of a BPMN file and the name that it was deployed under."""
        row = self._one(statements.FIND_DOCUMENT, b_hash=hash)
        if row is None:
            raise NotFoundError(hash)
        return bytes(row[0]), row[1]

    def put_net(self, document: str, process: str, format: int, content: bytes) -> None:
        """Keeps the compiled net of a process in place of what was kept before."""
        self.database.lock(f"net {document} {process}")
        self._run(statements.DELETE_NET, b_document=document, b_process=process)
        self._run(statements.INSERT_NET, document=document, process=process, format=format, content=content)

    def net(self, document: str, process: str, format: int) -> bytes | None:
        """The compiled net of a process, if it is kept in that format."""
        row = self._one(statements.FIND_NET, b_document=document, b_process=process, b_format=format)
        return None if row is None else bytes(row[0])

    def put_data_store(self, name: str, value: str, now: int) -> None:
        """Gives a data store a new value."""
        self.database.lock(f"data store {name}")
        self._run(statements.DELETE_DATA_STORE, b_name=name)
        self._run(statements.INSERT_DATA_STORE, name=name, value=value, changed=now)

    def data_store(self, name: str) -> str | None:
        """The value of a data store; None when it never got one."""
        row = self._one(statements.FIND_DATA_STORE, b_name=name)
        return None if row is None else str(row[0])

    def data_stores(self) -> list[str]:
        """The names of all data stores that hold something."""
        return [row[0] for row in self._all(statements.ALL_DATA_STORES)]

    def add_definition(self, process: str, version: int, name: str, document: str, now: int) -> int:
        """Adds a version of a process; answers its number."""
        return self._number(
            statements.INSERT_DEFINITION,
            process=process,
            version=version,
            name=name,
            document=document,
            deployed=now,
        )

    def definition(self, number: int) -> rows.DefinitionRow | None:
        """The definition with that number."""
        row = self._one(statements.FIND_DEFINITION, b_id=number)
        return None if row is None else rows.DefinitionRow(*row)

    def find_definition(self, process: str, version: int | None = None) -> rows.DefinitionRow | None:
        """A version of a process; the latest when none is named."""
        if version is None:
            row = self._one(statements.LATEST, b_process=process)
        else:
            row = self._one(statements.VERSION, b_process=process, b_version=version)
        return None if row is None else rows.DefinitionRow(*row)

    def definitions(self) -> list[rows.DefinitionRow]:
        """All definitions, oldest first."""
        return [rows.DefinitionRow(*row) for row in self._all(statements.ALL_DEFINITIONS)]

    def replace_starts(self, process: str, starts: list[rows.StartRow]) -> None:
        """Makes these the only start events of `process` that wait; their ids are given anew."""
        self._run(statements.DELETE_STARTS, b_process=process)
        for start in starts:
            self._numbered(statements.INSERT_START, start)

    def named_starts(self, type: str, name: str) -> list[rows.StartRow]:
        """Start events that wait for a message or signal of that name."""
        found = self._all(statements.NAMED_STARTS, b_type=type, b_name=name)
        return [rows.StartRow(*row) for row in found]

    def due_start(self, now: int) -> rows.StartRow | None:
        """The timer start event that has been due longest."""
        row = self._one(statements.DUE_START, b_now=now)
        return None if row is None else rows.StartRow(*row)

    def move_start(self, number: int, due: int | None, left: int | None) -> None:
        """Sets when a timer start event fires next; never again when `due` is None."""
        self._run(statements.MOVE_START, b_id=number, v_due=due, v_left=left)

    def add_catch(self, name: str) -> None:
        """Records that a deployed process takes messages of that name."""
        if not self.is_caught(name):
            self._run(statements.INSERT_CATCH, name=name)

    def is_caught(self, name: str) -> bool:
        """Whether some deployed process takes messages of that name."""
        return self._one(statements.FIND_CATCH, b_name=name) is not None

    # --- openings ---

    def add_opening(self, number: str | None, date: str | None, body: str | None, source: str | None, now: int) -> int:
        """Records that a protocol was opened; answers the number of its group."""
        return self._number(statements.INSERT_OPENING, number=number, date=date, body=body, source=source, opened=now)

    def openings(self) -> list[rows.OpeningRow]:
        """All protocols that were opened, oldest first."""
        return [rows.OpeningRow(*row) for row in self._all(statements.OPENINGS)]

    # --- instances ---

    def add_instance(self, row: rows.InstanceRow) -> int:
        """Adds an instance; its id is given anew and answered."""
        return self._numbered(statements.INSERT_INSTANCE, row)

    def add_words(self, instance: int, words: list[str]) -> None:
        """Lets an instance be found by these words."""
        if words:
            self.database.many(statements.INSERT_WORD, [{"word": word, "instance": instance} for word in words])

    def instance(self, number: int, *, lock: bool = False) -> rows.InstanceRow | None:
        """An instance; `lock` keeps others from changing it until the transaction ends."""
        wanted = statements.LOCK_INSTANCE if lock else statements.FIND_INSTANCE
        row = self._one(wanted, b_id=number)
        return None if row is None else rows.InstanceRow(*row)

    def lock_instance(self, number: int) -> int | None:
        """Keeps others from changing an instance until the transaction ends; answers its `seq`."""
        row = self._one(statements.LOCK_SEQ, b_id=number)
        return None if row is None else int(row[0])

    def advance(
        self,
        tasks: Sequence[rows.TaskRow],
        entries: Sequence[rows.JournalRow],
        changes: Sequence[rows.Move | rows.Advance | rows.Change],
    ) -> bool:
        """Writes open tasks, histories and what has become of instances; False as of `change_instances`."""
        one_each = len(tasks) == len(entries) == len(changes) == 1
        if one_each and type(changes[0]) is rows.Advance and not self.database.sqlite:
            return self._put(statements.ADVANCE_TO_TASK, (*tasks[0], *entries[0], *changes[0])) == 1
        self.add_tasks(tasks)
        self.add_journal(entries)
        return self.change_instances(changes)

    def change_instances(self, changes: Sequence[rows.Move | rows.Advance | rows.Change]) -> bool:
        """Writes what has become of instances; False when somebody else has moved one of them on since `before`."""
        written = 0
        for kind, statement in _CHANGES:
            of_kind = [change for change in changes if type(change) is kind]
            if of_kind:
                written += self._put_all(statement, of_kind)
        return written == len(changes)

    def rename_element(self, instance: int, old: str, new: str) -> None:
        """What is open at an element of an instance is at another one from now on."""
        for statement in statements.RENAME_ELEMENT:
            self._run(statement, b_instance=instance, b_element=old, v_element=new)

    def keyed_instance(self, process: str, key: str) -> int | None:
        """The instance of `process` that was started under `key`."""
        row = self._one(statements.KEYED_INSTANCE, b_process=process, b_key=key)
        return None if row is None else int(row[0])

    def children(self, parent: int) -> list[int]:
        """Running children of an instance."""
        return [int(row[0]) for row in self._all(statements.CHILDREN, b_parent=parent)]

    def children_of_call(self, parent: int, token: str) -> list[int]:
        """Running children that the call activity at `token` has started."""
        found = self._all(statements.CHILDREN_OF_CALL, b_parent=parent, b_token=token)
        return [int(row[0]) for row in found]

    # --- tasks ---

    def add_tasks(self, tasks: Sequence[rows.TaskRow]) -> None:
        """Adds open tasks."""
        if tasks:
            self._put_all(statements.INSERT_TASK, tasks)

    def finish_tasks(self, tasks: Sequence[tuple[int, str]], now: int, by: str | None) -> bool:
        """Closes open tasks as done; False when there is one that is not open, or is not for `by`."""
        statement = statements.CLOSE_OPEN_TASK if by is None else statements.FINISH_TASK
        values = [{"b_instance": instance, "b_token": token, "v_done": now, "v_by": by} for instance, token in tasks]
        return self.database.many(statement, values) == len(tasks)

    def may_work(self, instance: int, token: str, now: int, by: str) -> bool:
        """Whether a task is for that person."""
        return self._one(statements.MAY_WORK, b_instance=instance, b_token=token, v_done=now, v_by=by) is not None

    def set_members(self, party: str, people: list[str]) -> None:
        """Makes these the people who work for a party."""
        self._run(statements.DELETE_MEMBERS, b_party=party)
        if people:
            self._put_all(statements.INSERT_MEMBER, [(party, person) for person in people])

    def members(self, party: str) -> list[str]:
        """Who works for a party, by name."""
        return [str(row[0]) for row in self._all(statements.MEMBERS, b_party=party)]

    def set_substitute(self, person: str, substitute: str, until: int) -> None:
        """Lets somebody stand in for a person up to a moment."""
        self._run(statements.DELETE_SUBSTITUTE, b_person=person, b_substitute=substitute)
        self._run(statements.INSERT_SUBSTITUTE, person=person, substitute=substitute, until=until)

    def assign_task(self, instance: int, token: str, to: str | None) -> bool:
        """Says who works on an open task; False when there is none."""
        return self._run(statements.ASSIGN_TASK, b_instance=instance, b_token=token, v_assignee=to) == 1

    def add_comment(self, row: rows.CommentRow) -> int:
        """Adds a comment; its id is given anew and answered."""
        return self._numbered(statements.INSERT_COMMENT, row)

    def comments(self, instance: int, token: str) -> list[rows.CommentRow]:
        """What was said about a task, oldest first."""
        found = self._all(statements.COMMENTS, b_instance=instance, b_token=token)
        return [rows.CommentRow(*row) for row in found]

    def put_attachment(self, content: bytes) -> str:
        """Keeps a file, once; answers its SHA-256."""
        hash = sha256(content).hexdigest()
        if self._one(statements.FIND_ATTACHMENT, b_hash=hash) is None:
            self._run(statements.INSERT_ATTACHMENT, hash=hash, content=content)
        return hash

    def attachment(self, hash: str) -> bytes:
        """The content of a file. Raises NotFoundError."""
        row = self._one(statements.FIND_ATTACHMENT, b_hash=hash)
        if row is None:
            raise NotFoundError(_("there is no file {hash}").format(hash=hash))
        return bytes(row[0])

    def close_task(self, instance: int, token: str, status: str, now: int, by: str | None) -> bool:
        """Closes an open task; False when there is none."""
        changed = self._run(
            statements.CLOSE_TASK, b_instance=instance, b_token=token, v_status=status, v_done=now, v_by=by
        )
        return changed == 1

    def task(self, instance: int, token: str) -> rows.TaskRow | None:
        """A task, open or not."""
        row = self._one(statements.FIND_TASK, b_instance=instance, b_token=token)
        return None if row is None else rows.TaskRow(*row)

    # --- subscriptions ---

    def add_subscription(self, row: rows.SubscriptionRow) -> int:
        """Adds a subscription; its id is given anew and answered."""
        return self._numbered(statements.INSERT_SUBSCRIPTION, row)

    def drop_subscription(self, instance: int, token: str) -> None:
        """Forgets a subscription."""
        self._run(statements.DELETE_SUBSCRIPTION, b_instance=instance, b_token=token)

    def subscription(self, instance: int, token: str) -> rows.SubscriptionRow | None:
        """What an instance waits for under `token`."""
        row = self._one(statements.FIND_SUBSCRIPTION, b_instance=instance, b_token=token)
        return None if row is None else rows.SubscriptionRow(*row)

    def named_subscription(self, instance: int, name: str) -> rows.SubscriptionRow | None:
        """The first subscription of an instance to a message or signal of that name."""
        row = self._one(statements.NAMED_SUBSCRIPTION, b_instance=instance, b_name=name)
        return None if row is None else rows.SubscriptionRow(*row)

    def due_subscription(self, now: int) -> rows.SubscriptionRow | None:
        """The timer that has been due longest."""
        row = self._one(statements.DUE_SUBSCRIPTION, b_now=now, b_limit=1)
        return None if row is None else rows.SubscriptionRow(*row)

    def set_due(self, instance: int, token: str, due: int | None) -> None:
        """Sets when a timer fires; None for not until further notice."""
        self._run(statements.SET_DUE, b_instance=instance, b_token=token, v_due=due)

    def signal_receivers(self, name: str, group: int) -> list[rows.SubscriptionRow]:
        """All subscriptions to a signal, oldest first."""
        found = self._all(statements.SIGNAL_RECEIVERS, b_name=name, b_group=group)
        return [rows.SubscriptionRow(*row) for row in found]

    def receivers(self, to: Address, after: int = 0) -> list[rows.SubscriptionRow]:
        """The next page of subscriptions to a message, oldest first, with ids above `after`."""
        values = {"b_name": to.name, "b_key": to.key, "b_after": after}
        if to.group == ANY_GROUP:
            found = self._all(statements.RECEIVERS, **values)
        elif to.group == NO_GROUP:
            found = self._all(statements.UNGROUPED_RECEIVERS, **values)
        else:
            found = self._all(statements.GROUP_RECEIVERS, b_group=to.group, **values)
        return [rows.SubscriptionRow(*row) for row in found]

    # --- messages ---

    def add_message(self, row: rows.MessageRow) -> int:
        """Keeps a message that nobody waits for; its id is given anew and answered."""
        return self._numbered(statements.INSERT_MESSAGE, row)

    def drop_message(self, number: int) -> None:
        """Forgets a message: it was taken."""
        self._run(statements.DELETE_MESSAGE, b_id=number)

    def expire_messages(self, now: int) -> int:
        """Forgets messages whose time to live is over; answers how many."""
        return self._run(statements.EXPIRE_MESSAGES, b_now=now)

    def kept(self, name: str, keys: tuple[str, str] | None, group: int) -> Iterator[rows.MessageRow]:
        """Kept messages under either of two keys, or under any, that may reach a group; oldest first."""
        after = 0
        while True:
            values = {"b_name": name, "b_group": group, "b_after": after}
            if keys is None:
                page = self._all(statements.KEPT_ANY_KEY, **values)
            else:
                page = self._all(statements.KEPT, b_key=keys[0], b_many=keys[1], **values)
            for row in page:
                yield rows.MessageRow(*row)
            if len(page) < statements.PAGE:
                return
            after = page[-1][0]

    def add_outgoing(self, row: rows.OutgoingRow) -> int:
        """Keeps a message for the world outside; its id is given anew and answered."""
        values = row._asdict()
        del values["id"]
        return self._number(statements.INSERT_OUTGOING, **values)

    def outgoing(self, after: int, limit: int) -> list[rows.OutgoingRow]:
        """The next messages for the world outside, oldest first, with ids above `after`."""
        return [rows.OutgoingRow(*row) for row in self._all(statements.OUTGOING, b_after=after, b_limit=limit)]

    def drop_outgoing(self, number: int) -> bool:
        """Forgets a message for the world outside; False when it is forgotten already."""
        return self._run(statements.DELETE_OUTGOING, b_id=number) == 1

    # --- jobs ---

    def add_job(self, row: rows.JobRow) -> None:
        """Adds a job."""
        self._put(statements.INSERT_JOB, row)

    def drop_job(self, instance: int, token: str) -> bool:
        """Forgets a job; False when there is none."""
        return self._run(statements.DELETE_JOB, b_instance=instance, b_token=token) == 1

    def job(self, instance: int, token: str) -> rows.JobRow | None:
        """A job that is not done."""
        row = self._one(statements.FIND_JOB, b_instance=instance, b_token=token)
        return None if row is None else rows.JobRow(*row)

    def postpone_job(self, instance: int, token: str, attempts: int, due: int, error: str) -> None:
        """Sets when a job that failed is tried again."""
        self._run(
            statements.POSTPONE_JOB,
            b_instance=instance,
            b_token=token,
            v_attempts=attempts,
            v_due=due,
            v_error=error,
        )

    def lease_job(self, job: rows.JobRow, until: int, worker: int | None = None) -> bool:
        """Keeps a job from being taken by others until then; False when somebody else was first."""
        at = {"b_instance": job.instance, "b_token": job.token, "b_due": job.due}
        return self._run(statements.LEASE_JOB, **at, v_due=until, v_worker=worker) == 1

    def next_due(self, services: Iterable[str]) -> int | None:
        """When the next timer, or the next job for one of the services, is due."""
        found = [self._one(statements.NEXT_TIMER), self._one(statements.NEXT_START)]
        found += [self._one(statements.NEXT_JOB, b_service=service) for service in services]
        return min((int(row[0]) for row in found if row is not None and row[0] is not None), default=None)

    def due_job(self, service: str, now: int) -> rows.JobRow | None:
        """The job for `service` that has been due longest."""
        row = self._one(statements.DUE_JOBS, b_service=service, b_now=now, b_limit=1)
        return None if row is None else rows.JobRow(*row)

    # --- incidents ---

    def add_incident(self, row: rows.IncidentRow) -> int:
        """Adds an open incident; its id is given anew and answered."""
        return self._numbered(statements.INSERT_INCIDENT, row)

    def incident(self, number: int) -> rows.IncidentRow | None:
        """An incident, open or not."""
        row = self._one(statements.FIND_INCIDENT, b_id=number)
        return None if row is None else rows.IncidentRow(*row)

    def resolve_incident(self, instance: int, token: str, now: int) -> None:
        """Closes the open incident of a token."""
        self._run(statements.RESOLVE_INCIDENT, b_instance=instance, b_token=token, v_now=now)

    # --- the end of an instance, history, answered requests ---

    def close_all(self, instance: int, now: int) -> None:
        """Closes whatever an ended instance left open."""
        self._run(statements.CLOSE_TASKS, b_instance=instance, v_done=now)
        self._run(statements.DELETE_SUBSCRIPTIONS, b_instance=instance)
        self._run(statements.DELETE_JOBS, b_instance=instance)
        self._run(statements.RESOLVE_INCIDENTS, b_instance=instance, v_now=now)

    def add_journal(self, entries: Sequence[rows.JournalRow]) -> None:
        """Appends to the histories of instances."""
        if entries:
            self._put_all(statements.INSERT_JOURNAL, entries)

    def journal(self, instance: int, *, after: int = 0) -> list[rows.JournalRow]:
        """The history of an instance, or what follows on a row of it, oldest first."""
        found = self._all(statements.JOURNAL, b_instance=instance, b_after=after)
        return [rows.JournalRow(*row) for row in found]

    def erase_journal(self, instance: int, seq: int, digest: str) -> None:
        """Forgets the content of a row of a history; its hash and the content's stay."""
        self._run(statements.ERASE_JOURNAL, b_instance=instance, b_seq=seq, v_digest=digest)

    def erase_people(self, instance: int) -> None:
        """Forgets who worked on the tasks of an instance, what was said, and files that nobody names any more."""
        self._run(statements.ERASE_TASKS, b_instance=instance)
        files = [str(row[0]) for row in self._all(statements.ATTACHED, b_instance=instance)]
        self._run(statements.DELETE_COMMENTS, b_instance=instance)
        self._run(statements.ERASE_OUTGOING, b_instance=instance)
        self._run(statements.DELETE_WORDS, b_instance=instance)
        for hash in files:
            self._run(statements.DELETE_LOOSE_ATTACHMENT, b_hash=hash)

    def ended_before(self, before: int) -> list[int]:
        """Instances that ended before a moment and whose content was not erased."""
        return [int(row[0]) for row in self._all(statements.ENDED_BEFORE, b_before=before)]

    def answer(self, key: str) -> str | None:
        """The recorded answer to the request with that idempotency key."""
        row = self._one(statements.FIND_REQUEST, b_key=key)
        return None if row is None else str(row[0])

    def record_answer(self, key: str, result: str, now: int) -> None:
        """Records the answer to a request."""
        self._run(statements.INSERT_REQUEST, key=key, result=result, at=now)
