"""One unit of work: a command and everything that follows from it, written in one transaction.

An executor decides, this module records: it turns the events of an outcome into rows, and into further commands for
the same or other instances (a child to start, a message to deliver), until nothing is left to do.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from resolute import i18n
from resolute.errors import ConflictError, ModelError, NotFoundError
from resolute.execution import correlation, journal, states
from resolute.execution.correlation import Message
from resolute.execution.definitions import Library, Program
from resolute.execution.effects import job_row, subscription_row, token_of
from resolute.execution.given import optional_text
from resolute.execution.labels import Labels
from resolute.execution.live import Cache, Live
from resolute.execution.seam import (
    ChildEnded,
    ChildEscalated,
    Command,
    Data,
    Event,
    Terminate,
    Trigger,
)
from resolute.execution.stores import DataStores
from resolute.storage import rows
from resolute.storage.rows import dumps, loads, micros, moment
from resolute.storage.statements import ANY_GROUP, NO_GROUP
from resolute.storage.store import Address, Store
from resolute.storage.words import words_of

if TYPE_CHECKING:
    from resolute.storage.queue import Queue

_ = i18n.translator("execution")

MAX_CHAIN = 1_000
"""How many commands may follow one from another: models that send messages in an endless circle are stopped here."""

SOON = timedelta(minutes=10)
"""What is due later than this is not announced: workers look at least this often."""


@dataclass(frozen=True, slots=True)
class Parent:
    """The call activity that a child belongs to."""

    live: Live
    token: str


class Work:
    """Collects what one transaction does; `run` to the end, then `save`."""

    def __init__(
        self,
        store: Store,
        library: Library,
        cache: Cache,
        now: datetime,
        executor: str,
        queue: Queue | None = None,
        served: frozenset[str] = frozenset(),
    ) -> None:
        """`served` are the services whose functions are called here, after the commit; others go to the `queue`."""
        self.store = store
        self.stores = DataStores(store)
        self.library = library
        self._cache = cache
        self._executor = executor
        self._todo: deque[tuple[int, Callable[[], None]]] = deque()
        self._links = 0
        self._labels = Labels(now)
        self.now = now
        self.at = micros(now)
        self.entries: list[rows.JournalRow] = []
        """What the histories are told."""
        self._tasks: list[rows.TaskRow] = []
        """Open tasks that are not yet in the store."""
        self._epoch: int | None = None
        self.lives: dict[int, Live] = {}
        self.services: set[str] = set()
        """Services that were asked for."""
        self._queue = queue
        self._served = served
        self._queued: set[tuple[int, str]] = set()
        self._expected: int | None = None

    # --- what can be asked of it ---

    def start(
        self,
        program: Program,
        data: Data,
        *,
        parent: Parent | None = None,
        group: int = NO_GROUP,
        key: str | None = None,
        by: str | None = None,
        start_event: str | None = None,
        catches: Sequence[str] = (),
    ) -> Live:
        """Starts an instance."""
        outcome = program.executor.start(
            program.compiled, data, self.now, start_event=start_event, catches=catches, stores=self.stores
        )
        row = rows.InstanceRow(
            id=0,
            definition=program.number,
            executor=program.executor.name,
            status="running",
            parent=parent.live.id if parent else None,
            parent_token=parent.token if parent else None,
            group_id=group,
            key=key,
            ref=_text(data.get("ref")),
            started=self.at,
            ended=None,
            seq=0,
            head="",
            body="",
            behind=0,
        )
        number = self.store.add_instance(row)
        self.store.add_words(number, words_of(_text(data.get("text")) or ""))
        live = self.lives[number] = Live(row._replace(id=number), program, outcome.state)
        command = journal.start_json(program.definition.key, data, start_event, catches)
        self.record(live, outcome.events, command, by)
        return live

    def apply(self, number: int, command: Command, by: str | None = None) -> None:
        """Applies a command to an instance. Raises ConflictError when it has ended or no longer waits so."""
        live = self.running(number)
        self.record(live, live.apply(command, self.now, self.stores), journal.command_json(command), by)

    def note(self, live: Live, content: Data, event: Event, by: str | None) -> None:
        """Records something about an instance that does not move it on."""
        self.record(live, (event,), dumps(content), by)

    def running(self, number: int) -> Live:
        live = self.live(number)
        if live.status != "running":
            raise ConflictError(
                _("instance {id} has ended ({state}); nothing can be done with it any more").format(
                    id=number, state=live.status
                )
            )
        return live

    def send(self, message: Message) -> int | None:
        """Gives a message to its oldest receiver, else to a process that it starts, else keeps it.

        A message of a model that no deployed process takes is for the world outside: it stands in the outbox.
        Returns the instance that took it.
        """
        self.store.database.lock(f"message {message.name}")
        while (receiver := self._receiver(message)) is not None:
            self.live(receiver.instance)
            if self.store.subscription(receiver.instance, receiver.token) == receiver:
                self.apply(receiver.instance, Trigger(receiver.token, message.payload))
                return receiver.instance
        for start in self.store.named_starts("message", message.name):
            program = self.library.program(start.definition, self._executor)
            group = NO_GROUP if message.group == ANY_GROUP else message.group
            return self.start(program, message.payload, start_event=start.element, group=group).id
        if message.sender is not None and not self.store.is_caught(message.name):
            self._send_out(message, message.sender)
            return None
        self.store.add_message(
            rows.MessageRow(
                id=0,
                name=message.name,
                key=correlation.key_of(message.correlation),
                correlation=dumps(message.correlation),
                payload=dumps(message.payload),
                group_id=message.group,
                sender=message.sender,
                created=self.at,
                expires=message.expires,
            )
        )
        return None

    def _send_out(self, message: Message, sender: int) -> None:
        self.store.add_outgoing(
            rows.OutgoingRow(
                id=0,
                instance=sender,
                element=message.element,
                name=message.name,
                correlation=dumps(message.correlation),
                payload=dumps(message.payload),
                at=self.at,
            )
        )
        self.expect(self.at)

    def deliver(self, number: int, name: str, payload: Data, by: str | None) -> bool:
        """Gives a message to one instance; False when it does not wait for it."""
        self.live(number)
        subscription = self.store.named_subscription(number, name)
        if subscription is None:
            return False
        self.apply(number, Trigger(subscription.token, payload), by)
        return True

    def signal(self, message: Message) -> int:
        """Gives a signal to all that wait for it now and starts what starts with it; returns how many."""
        receivers = self.store.signal_receivers(message.name, message.group)
        if message.heard:
            receivers = [receiver for receiver in receivers if receiver.instance != message.sender]
        for receiver in receivers:
            self._later(self._fire, receiver.instance, Trigger(receiver.token, message.payload))
        starts = self.store.named_starts("signal", message.name)
        group = NO_GROUP if message.group == ANY_GROUP else message.group
        for start in starts:
            program = self.library.program(start.definition, self._executor)
            self.start(program, message.payload, start_event=start.element, group=group)
        return len(receivers) + len(starts)

    def expect(self, due: int) -> None:
        """Something is due then: workers that sleep longer are told, with the commit, when it is soon."""
        if moment(due) - self.now < SOON and (self._expected is None or due < self._expected):
            self._expected = due

    def run(self) -> None:
        """Does all that follows."""
        while self._todo:
            self._links, action = self._todo.popleft()
            if self._links > MAX_CHAIN:
                raise ModelError(
                    _("the processes keep each other busy without end ({count} steps one from another)").format(
                        count=MAX_CHAIN
                    )
                )
            action()

    def save(self) -> None:
        """Writes histories and instances. Raises ConflictError should one have been changed by somebody else."""
        changes = [live.save() for live in self.lives.values() if live.seq != live.saved]
        if not self.store.advance(self._tasks, self.entries, changes):
            raise ConflictError(_("the same instances were changed by somebody else"))
        if self._queue is not None:
            self._queue.put(self._queued)
            if self._expected is not None:
                self._queue.announce(self._expected)

    def live(self, number: int) -> Live:
        """The instance in hand, from the cache while nobody else has moved it on, else from the store.

        Nobody else can change it until the transaction ends. Raises NotFoundError.
        """
        live = self.lives.get(number)
        if live is None:
            if self._epoch is None:
                self._epoch = self.store.database.epoch()
            live = self._cache.get(number)
            if live is None or not self._fresh(live):
                live = self._loaded(number)
            live.epoch = self._epoch
            self.lives[number] = live
        return live

    def _fresh(self, live: Live) -> bool:
        known = self._epoch is not None and live.epoch == self._epoch
        return known or self.store.lock_instance(live.id) == live.seq

    def _loaded(self, number: int) -> Live:
        row = self.store.instance(number, lock=True)
        if row is None:
            raise NotFoundError(_("there is no instance {id}").format(id=number))
        tail = self.store.journal(number, after=row.seq - row.behind) if row.behind else []
        program = self.library.program(row.definition, row.executor)
        return Live(row, program, states.led_on(self.library, row, tail), tail)

    # --- recording ---

    def _later(self, action: Callable[..., Any], *arguments: Any) -> None:
        self._todo.append((self._links + 1, lambda: action(*arguments)))

    def record(self, live: Live, events: Sequence[Event], command: str, by: str | None) -> None:
        optional_text(by, "by")
        text = journal.events_json(events)
        entry = journal.chained(live.head, live.id, live.seq + 1, self.at, by, command, text)
        live.record(entry)
        self.entries.append(entry)
        for event in events:
            handler = _HANDLERS.get(event.kind)
            if handler is not None:
                handler(self, live, event, by)

    def _on_task(self, live: Live, event: Event, by: str | None) -> None:
        local = event.detail.get("data")
        label = self._labels.of(live, event.element, local)
        self._tasks.append(
            rows.TaskRow(
                instance=live.id,
                token=token_of(event),
                element=event.element,
                name=label.name,
                party=label.party,
                due=label.due,
                ref=label.ref,
                status="ready",
                local=dumps(local) if local else None,
                created=self.at,
                done=None,
                by=None,
                assignee=None,
                form=label.form,
            )
        )

    def _put_tasks(self) -> None:
        self.store.add_tasks(self._tasks)
        self._tasks = []

    def _on_cancelled(self, live: Live, event: Event, by: str | None) -> None:
        if event.token is not None:
            self.withdraw(live, event.token, by)

    def withdraw(self, live: Live, token: str, by: str | None) -> None:
        """Takes back whatever was asked for under a token."""
        self._put_tasks()
        self.store.close_task(live.id, token, "cancelled", self.at, by)
        self.store.drop_job(live.id, token)
        self.store.resolve_incident(live.id, token, self.at)
        for child in self.store.children_of_call(live.id, token):
            self.live(child).parent_token = None
            self._later(self._cancel_child, child)

    def _cancel_child(self, number: int) -> None:
        child = self.live(number)
        if child.status == "running":
            child.parent_token = None
            self.apply(number, Terminate("the call was interrupted"))

    def _on_job(self, live: Live, event: Event, by: str | None) -> None:
        service = event.detail["service"]
        self.services.add(service)
        self.store.add_job(job_row(live.id, event, self.at))
        if service not in self._served:
            self._queued.add((live.id, service))

    def _on_subscribed(self, live: Live, event: Event, by: str | None) -> None:
        row = subscription_row(live.id, live.group, event, self.at)
        if row.type == "message":
            self.store.database.lock(f"message {row.name}")
        self.store.add_subscription(row)
        if row.due is not None:
            self.expect(row.due)
        if row.type == "message":
            self._later(self._take_kept, row.instance, row.token)

    def _on_unsubscribed(self, live: Live, event: Event, by: str | None) -> None:
        self.store.drop_subscription(live.id, token_of(event))

    def _on_sent(self, live: Live, event: Event, by: str | None) -> None:
        detail = event.detail
        if detail["type"] == "escalation":
            self._later(self._answer, live, partial(ChildEscalated, code=detail["name"]))
            return
        group = ANY_GROUP if detail.get("scope") == "all" else live.group
        payload, wanted = detail.get("payload") or {}, detail.get("correlation")
        message = Message(detail["name"], payload, wanted, group, live.id, element=event.element)
        if detail.get("heard"):
            message = replace(message, heard=True)
        self._later(self.signal if detail["type"] == "signal" else self.send, message)

    def _on_stored(self, live: Live, event: Event, by: str | None) -> None:
        self.store.put_data_store(event.detail["store"], dumps(event.detail["value"]), self.at)

    def _on_called(self, live: Live, event: Event, by: str | None) -> None:
        self._later(self.call, live.id, event)

    def _on_incident(self, live: Live, event: Event, by: str | None) -> None:
        self.incident(live, event.element, token_of(event), event.detail["kind"], event.detail["message"])

    def _on_resolved(self, live: Live, event: Event, by: str | None) -> None:
        self.store.resolve_incident(live.id, token_of(event), self.at)

    def _on_ended(self, live: Live, event: Event, by: str | None) -> None:
        live.status = event.detail["outcome"]
        live.ended = self.at
        self._put_tasks()
        self.store.close_all(live.id, self.at)
        for child in self.store.children(live.id):
            self._later(self._cancel_child, child)
        error = None if live.status == "completed" else event.detail.get("error") or live.status
        self._later(self._answer, live, partial(ChildEnded, data=live.data, error=error))

    # --- what follows ---

    def call(self, number: int, event: Event) -> None:
        """Starts the child that a call activity wants; an incident when its process is not deployed."""
        live = self.live(number)
        process = event.detail["process"]
        program = self.library.latest(process, live.program.executor.name)
        token = token_of(event)
        if program is None:
            message = _("process {process} is not deployed; deploy it, then retry").format(process=process)
            self.incident(live, event.element, token, "missing-process", message)
        else:
            detail = event.detail
            self.start(
                program,
                detail.get("data") or {},
                parent=Parent(live, token),
                group=live.group,
                catches=detail.get("catches") or (),
            )

    def _answer(self, child: Live, said: Callable[[str], Command]) -> None:
        """Gives the caller of an instance what it says; nothing when no call waits for it any more."""
        if child.parent is None or child.parent_token is None:
            return
        if self.live(child.parent).status == "running":
            self.apply(child.parent, said(child.parent_token))

    def incident(self, live: Live, element: str, token: str, kind: str, message: str) -> None:
        """Records that an instance cannot go on until someone acts."""
        self.store.add_incident(
            rows.IncidentRow(
                id=0,
                instance=live.id,
                token=token,
                element=element,
                kind=kind,
                message=message,
                created=self.at,
                resolved=None,
            )
        )

    def _fire(self, number: int, command: Trigger) -> None:
        self.live(number)
        if self.store.subscription(number, command.token) is not None:
            self.apply(number, command)

    def _receiver(self, message: Message) -> rows.SubscriptionRow | None:
        found = [self._first_receiver(message, key) for key in correlation.receiver_keys(message.correlation)]
        return min((row for row in found if row is not None), key=lambda row: row.id, default=None)

    def _first_receiver(self, message: Message, key: str) -> rows.SubscriptionRow | None:
        to, after = Address(message.name, key, message.group), 0
        while page := self.store.receivers(to, after):
            for row in page:
                declared = None if row.correlation is None else loads(row.correlation)
                if correlation.matches(declared, self._data(row, declared), message.correlation):
                    return row
            after = page[-1].id
        return None

    def _data(self, row: rows.SubscriptionRow, declared: Any) -> Data:
        """The receiver's variables, which matter only where it declares no key."""
        return {} if declared is not None else self.live(row.instance).data

    def _take_kept(self, number: int, token: str) -> None:
        """Gives a new subscription the oldest kept message that is for it."""
        row = self.store.subscription(number, token)
        if row is None or row.name is None:
            return
        declared = None if row.correlation is None else loads(row.correlation)
        data = self._data(row, declared)
        for message in self.store.kept(row.name, correlation.sender_keys(declared), row.group_id):
            if correlation.matches(declared, data, loads(message.correlation)):
                self.store.drop_message(message.id)
                self.apply(number, Trigger(token, loads(message.payload)))
                return


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


_HANDLERS: dict[str, Callable[[Work, Live, Event, str | None], None]] = {
    "task": Work._on_task,
    "cancelled": Work._on_cancelled,
    "job": Work._on_job,
    "subscribed": Work._on_subscribed,
    "unsubscribed": Work._on_unsubscribed,
    "sent": Work._on_sent,
    "called": Work._on_called,
    "stored": Work._on_stored,
    "incident": Work._on_incident,
    "resolved": Work._on_resolved,
    "ended": Work._on_ended,
}
