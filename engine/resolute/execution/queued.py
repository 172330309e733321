"""Background work on PostgreSQL: what a worker does when Procrastinate or the clock wakes it."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from resolute import i18n
from resolute.execution.outbox import Outbox
from resolute.execution.seam import Fail
from resolute.execution.work import SOON, Work
from resolute.storage.rows import JobRow, micros, moment

_ = i18n.translator("execution")

_TIMERS = "resolute timers"
"""Whoever has taken this name fires timers: one worker at a time, so that they fire in their order."""
_BUSY = timedelta(milliseconds=500)
"""After what time to look again while another worker fires timers."""


class Queued(Outbox):
    """The engine as a worker."""

    def work(
        self,
        stop: threading.Event,
        *,
        poll: timedelta = timedelta(seconds=5),
        stalled: timedelta = timedelta(seconds=30),
    ) -> None:
        """Fires timers and runs jobs as they become due, until `stop` is set; looks at least every `poll`.

        Several engines may work on one store: each timer fires once, each job is taken by one of them. On PostgreSQL
        jobs come through Procrastinate as soon as they are committed; register the services first. What a worker had
        begun that gave no sign of life for `stalled` is taken up by another.
        """
        if self._queue is None:
            super().work(stop, poll=poll)
            return
        from resolute.execution.queue_worker import Acts, QueueWorker

        serves, self._serves = self._serves, False
        try:
            acts = Acts(self._turn, self._take_further, self._take_back)
            QueueWorker(acts, self._database, self._queue, self._services.names, stop, min(poll, SOON), stalled).run()
        finally:
            self._serves = serves

    def _turn(self, stop: threading.Event) -> timedelta | None:
        """Fires the timers that are due and queues the jobs that are; returns after what time to look again.

        None when nothing is to come.
        """
        assert self._queue is not None
        queue, now = self._queue, micros(self.now())
        with self._lock:
            mine = self._database.take(_TIMERS)
        try:
            if mine:
                self._command(lambda work: self._store.expire_messages(now))
                busy = Counter[Any]()
                while not stop.is_set() and self._fire_next(now, busy):
                    pass
        finally:
            if mine:
                with self._lock:
                    self._database.leave(_TIMERS)
        self._pass_on(stop)
        names = self._services.names
        self._command(lambda work: queue.put_due(names, now))
        with self._lock:
            timer = self._store.next_due(())
            job = queue.next_due(names, now)
        if timer is not None and timer <= now and not mine:
            return _BUSY
        due = min((each for each in (timer, job) if each is not None), default=None)
        return None if due is None else moment(due) - self.now()

    def _take_further(self, instance: int, service: str, worker: int | None) -> None:
        """Runs one job of an instance that is due for a service; asks for another turn when there are more."""
        assert self._queue is not None
        queue = self._queue
        until = micros(self.now() + self._lease)

        def action(work: Work) -> JobRow | None:
            self._store.lock_instance(instance)  # else a job that is just being committed would be missed
            due = queue.due_of(instance, service, work.at)
            if not due or not self._store.lease_job(due[0], until, worker):
                return None
            if due[1:]:
                queue.put([(instance, service)])
            return due[0]

        job = self._command(action)
        if job is not None:
            self._call(job)

    def _take_back(self, stalled: timedelta) -> int:
        """Gives jobs free that a worker had taken which gave no sign of life for so long; returns how many."""
        assert self._queue is not None
        with self._lock:
            lost = self._queue.lost(stalled.total_seconds())
        return sum(self._command(partial(self._lost, job=job)) for job in lost)

    def _lost(self, work: Work, job: JobRow) -> bool:
        """That a worker did not survive a job counts as a failure of the job; False when it has gone on since."""
        assert self._queue is not None
        self._store.lock_instance(job.instance)
        if self._store.job(job.instance, job.token) != job:
            return False
        said = _("the worker that ran it was lost")
        if job.attempts >= len(self._services.retry_after):
            self._store.drop_job(job.instance, job.token)
            work.apply(job.instance, Fail(job.token, said))
        else:
            self._store.postpone_job(job.instance, job.token, job.attempts + 1, work.at, said)
            self._queue.put([(job.instance, job.service)])
        return True
