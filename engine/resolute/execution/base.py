"""The engine at work: its store, one transaction a command, timers and jobs."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from resolute import i18n
from resolute.errors import ConflictError, InputError, ModelError, NotFoundError
from resolute.execution import executors, given, ids, telemetry
from resolute.execution.clock import Clock, SystemClock
from resolute.execution.definitions import Library, Program
from resolute.execution.live import Cache
from resolute.execution.seam import Complete, Data, Fail, Trigger
from resolute.execution.services import RETRY_AFTER, JobCall, Service, ServiceError, Services
from resolute.execution.starts import next_start
from resolute.execution.work import Work
from resolute.net.expressions import ExpressionError
from resolute.storage.database import BusyError, Database
from resolute.storage.rows import JobRow, StartRow, SubscriptionRow, dumps, loads, micros, moment
from resolute.storage.store import Store
from resolute.storage.tables import PREFIX

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from resolute.storage.queue import Queue

_ = i18n.translator("execution")
_log = logging.getLogger(__name__)

_TRIES = 5
"""How often a transaction begins anew when others stand in its way."""

MAX_AT_ONCE = 100_000
"""How often the timers of one element of an instance may fire at the same moment."""

TIMER = "timer"
"""The kind of incident of a timer that could not be fired."""

T = TypeVar("T")


_FAULTS = (ModelError, ExpressionError)
"""What is wrong with one model or its data, and must not keep others waiting."""


class Base:
    """What every command needs; the commands themselves are in `core.Engine`."""

    def __init__(
        self,
        url: str = "sqlite:///resolute.db",
        *,
        connection: Connection | None = None,
        clock: Clock | None = None,
        executor: str = "net",
        durable: bool = False,
        retry_after: Sequence[timedelta] = RETRY_AFTER,
        lease: timedelta = timedelta(minutes=5),
        serves: bool = True,
        prefix: str = PREFIX,
        schema: str | None = None,
    ) -> None:
        executors.executor(executor)
        self.clock: Clock = clock or SystemClock()
        self.executor = executor
        self._hosted = connection is not None
        if connection is None:
            self._database = Database(url, durable=durable, prefix=prefix, schema=schema)
        else:
            self._database = _on(connection, prefix, schema)
        self._store = Store(self._database)
        self._queue = None if self._database.sqlite else _queue(self._database)
        self._serves = serves and not self._hosted
        self._library = Library(self._store)
        self._cache = Cache()
        self._services = Services(retry_after)
        self._lease = lease
        self._asked: set[str] = set()
        self._thread = threading.local()
        self._lock = threading.RLock()

    def close(self) -> None:
        """Lets go of the store; nothing is lost."""
        with self._lock:
            self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def now(self) -> datetime:
        """The current moment by the engine's clock. Raises InputError when the clock gives no time zone."""
        now = self.clock.now()
        if now.tzinfo is None:
            raise InputError(_("the clock gives a time without a zone; expected an aware datetime"))
        return now

    # --- time ---

    def tick(self) -> int:
        """Fires all that is due by the clock, the earliest first, each in a transaction; returns how many."""
        with telemetry.span("tick") as span:
            now = micros(self.now())
            self._command(lambda work: self._store.expire_messages(now))
            fired, busy = 0, Counter[Any]()
            while not self._stopped() and self._fire_next(now, busy):
                fired += 1
            with self._lock:
                self._asked |= self._services.names
            fired += self._serve()
            span.set(fired=fired)
            return fired

    def _fire_next(self, now: int, busy: Counter[Any]) -> bool:
        """Fires what has been due longest; False when nothing is.

        `busy` counts what fires again and again at one moment: a loop of timers that never comes to rest is set aside.
        """
        with self._lock:
            timer = self._store.due_subscription(now)
            start = self._store.due_start(now)
        if start is not None and (timer is None or (start.due or 0) < (timer.due or 0)):
            self._start_due(start)
        elif timer is not None:
            busy[timer.instance, timer.element, timer.due] += 1
            try:
                if busy[timer.instance, timer.element, timer.due] > MAX_AT_ONCE:
                    raise ModelError(_("the timer fires again and again without end"))
                self._command(lambda work: self._fire_timer(work, timer))
            except _FAULTS as error:
                reason = str(error)
                self._command(lambda work: self._set_aside(work, timer, reason))
        return start is not None or timer is not None

    def _start_due(self, start: StartRow) -> None:
        """Starts an instance by its timer; where the model fails at once, it is told and left till the next time."""
        try:
            self._command(lambda work: self._fire_start(work, start))
        except _FAULTS as error:
            place = {"element": start.element, "reason": str(error)}
            _log.warning("no instance was started by %(element)s: %(reason)s", place, extra={"resolute": place})
            self._command(lambda work: self._fire_start(work, start, only_move=True))

    def _fire_start(self, work: Work, start: StartRow, *, only_move: bool = False) -> None:
        self._database.lock("starts")
        if self._store.due_start(work.at) != start:
            return
        program = self._library.program(start.definition, self.executor)
        if not only_move:
            work.start(program, {}, start_event=start.element)
        self._store.move_start(start.id, *next_start(program.net, start, work.now.tzinfo))

    def _fire_timer(self, work: Work, timer: SubscriptionRow) -> None:
        """Nothing when another engine was faster."""
        work.live(timer.instance)
        if timer.due is None or self._store.subscription(timer.instance, timer.token) != timer:
            return
        work.apply(timer.instance, Trigger(timer.token, nominal=moment(timer.due).astimezone(work.now.tzinfo)))

    def _set_aside(self, work: Work, timer: SubscriptionRow, reason: str) -> None:
        """A timer whose consequences fail becomes an incident, so that the others fire."""
        self._store.set_due(timer.instance, timer.token, None)
        work.incident(work.live(timer.instance), timer.element, timer.token, TIMER, reason)

    def work(self, stop: threading.Event, *, poll: timedelta = timedelta(seconds=5)) -> None:
        """Fires timers and runs jobs as they become due, until `stop` is set; looks at least every `poll`.

        Several engines may work on one store: each timer fires once, each job is taken by one of them. The timer or
        job at hand when `stop` is set is finished, the others are left.
        """
        self._thread.stop = stop
        try:
            while not stop.is_set():
                self.tick()
                with self._lock:
                    due = self._store.next_due(self._services.names)
                pause = poll if due is None else min(poll, max(moment(due) - self.now(), timedelta(0)))
                stop.wait(max(pause.total_seconds(), 0.01))
        finally:
            del self._thread.stop

    def _stopped(self) -> bool:
        """Whether the `work` of this thread is to end."""
        stop = getattr(self._thread, "stop", None)
        return stop is not None and stop.is_set()

    # --- services ---

    def service(self, name: str) -> Callable[[Service], Service]:
        """A decorator that makes a function answer the service tasks that want `name`.

        It is called with the input of the task after the command that led to it is committed, and again when the
        engine stopped before its answer was: it should stand being called twice. A function with a second parameter
        gets a `JobCall`, whose `id` tells whether it has been called for that job before.
        """

        def register(function: Service) -> Service:
            with self._lock:
                self._services.register(name, function)
                self._asked.add(name)
            if self._serves:
                self._serve()
            return function

        return register

    def _serve(self) -> int:
        """Runs the jobs that are due and whose function is known, without keeping other threads from the engine.

        A job that leads to others does not nest. In a host's transaction nothing is committed yet: jobs wait.
        """
        if self._hosted or getattr(self._thread, "serving", False):
            return 0
        self._thread.serving = True
        count = 0
        try:
            while not self._stopped() and (job := self._next_job()) is not None:
                count += self._perform(job)
        finally:
            self._thread.serving = False
        return count

    def _next_job(self) -> JobRow | None:
        with self._lock:
            for name in sorted(self._asked & self._services.names):
                job = self._store.due_job(name, micros(self.now()))
                if job is not None:
                    return job
                self._asked.discard(name)
        return None

    def _perform(self, job: JobRow) -> bool:
        """Runs a job; False when somebody else has taken it."""
        until = micros(self.now() + self._lease)
        if not self._command(lambda work: self._store.lease_job(job, until)):
            return False
        self._call(job)
        return True

    def _call(self, job: JobRow) -> None:
        """Calls the function of a job that was leased, and takes its answer or failure into the instance."""
        place = {"instance": str(job.instance), "element": job.element, "service": job.service, "try": job.attempts + 1}
        with telemetry.span("job", **place) as span:
            try:
                call = JobCall(ids.task_id(job.instance, job.token), str(job.instance), job.element, job.attempts + 1)
                answer = self._services.call(job.service, loads(job.input), call)
            except ServiceError as error:
                span.failed(error)
                self._end_job(job, Fail(job.token, str(error), error.code))
            except Exception as error:  # whatever the host's function raises is the job's failure, kept with it
                span.failed(error)
                message = "service %(service)s failed in instance %(instance)s"
                _log.warning(message, place, exc_info=True, extra={"resolute": place})
                self._job_failed(job, f"{type(error).__name__}: {error}")
            else:
                self._answer(job, answer)

    def _answer(self, job: JobRow, answer: Data) -> None:
        """Takes a job's answer into its instance; one that the model cannot use is a failure."""
        try:
            self._end_job(job, Complete(job.token, answer))
        except (ExpressionError, InputError) as error:
            self._job_failed(job, str(error))

    def _end_job(self, job: JobRow, command: Complete | Fail) -> None:
        def action(work: Work) -> None:
            if self._store.drop_job(job.instance, job.token):
                work.apply(job.instance, command)

        self._command(action)

    def _job_failed(self, job: JobRow, message: str) -> None:
        if job.attempts >= len(self._services.retry_after):
            self._end_job(job, Fail(job.token, message))
            return
        due = micros(self.now() + self._services.retry_after[job.attempts])

        def action(work: Work) -> None:
            self._store.postpone_job(job.instance, job.token, job.attempts + 1, due, message)
            work.expect(due)

        self._command(action)

    # --- one command, one transaction ---

    def _program(self, process_id: str, version: int | None = None) -> Program:
        """The latest version of a process, or the one named. Raises NotFoundError."""
        program = self._library.latest(process_id, self.executor)
        if program is None:
            known = ", ".join(sorted({definition.id for definition in self._library.versions()}))
            raise NotFoundError(
                _("process {id} is not deployed; known: {known}").format(id=process_id, known=known or "-")
            )
        return program if version is None else self._library.keyed(f"{process_id}:{version}", self.executor)

    def _work(self) -> Work:
        served = self._services.names if self._serves else frozenset()
        return Work(self._store, self._library, self._cache, self.now(), self.executor, self._queue, served)

    def _command(self, action: Callable[[Work], T]) -> T:
        """Does `action` and all that follows from it in one transaction, then runs the services it asked for."""
        with telemetry.span("command") as span, self._lock:
            for tries_left in reversed(range(_TRIES)):
                work = self._work()
                try:
                    result = self._transact(work, action)
                    break
                except BusyError:
                    if not tries_left:
                        raise
            for live in work.lives.values():
                self._cache.put(live)
            self._asked |= work.services
            telemetry.tell(span, work.entries, _TRIES - tries_left)
        if work.services and self._serves:
            self._serve()
        return result

    def _transact(self, work: Work, action: Callable[[Work], T]) -> T:
        try:
            with self._database.transaction():
                result = action(work)
                work.run()
                work.save()
        except BaseException:
            for number in work.lives:
                self._cache.drop(number)
            raise
        return result

    def _is_answered(self, key: str | None, command: str) -> bool:
        """Whether a command was done for a key. Raises ConflictError for a key that another command has used."""
        with self._lock:
            known = None if key is None else self._store.answer(key)
        if key is None or known is None:
            return False
        _recorded(loads(known), key, command)
        return True

    def _once(self, key: str | None, command: str, action: Callable[[Work], T]) -> T:
        """Does a command once for an idempotency key; later calls get the recorded answer.

        Raises ConflictError for a key that another command has used: it would be swallowed.
        """
        if key is None:
            return self._command(action)
        given.text(key, "key")

        def keyed(work: Work) -> Any:
            self._database.lock(f"request {key}")
            known = self._store.answer(key)
            if known is not None:
                return _recorded(loads(known), key, command)
            result = action(work)
            self._store.record_answer(key, dumps([command, result]), work.at)
            return result

        result: T = self._command(keyed)
        return result


def _recorded(record: Any, key: str, command: str) -> Any:
    """The answer in a record: `[command, answer]`, or the answer alone from versions that kept no more."""
    if not isinstance(record, list):
        return record
    was, answer = record
    if was != command:
        raise ConflictError(
            _("the key {key!r} was used for another command ({command}); give every command a key of its own").format(
                key=key, command=was
            )
        )
    return answer


def _queue(database: Database) -> Queue | None:
    from resolute.storage.queue import prepared

    return prepared(database)


def _on(connection: Connection, prefix: str, schema: str | None) -> Database:
    from resolute.storage.host import HostDatabase

    if schema is not None:
        raise InputError(_("schema {name}: set the search path of the connection instead").format(name=schema))
    return HostDatabase(connection, prefix=prefix)
