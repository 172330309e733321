"""A worker of Procrastinate beside a clock: jobs run as they are queued, timers fire as they become due."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Status

from resolute import i18n
from resolute.errors import StorageError
from resolute.storage.database import Database
from resolute.storage.queue import DUE, Queue

_ = i18n.translator("execution")

_STOP_CHECK = 0.1
"""Seconds between two looks at whether the worker should stop."""
_SHORTEST_PAUSE = 0.01
_CANCEL_AGAIN = 0.2
"""Seconds after which a task that did not end is cancelled again."""


@dataclass(frozen=True, slots=True)
class Acts:
    """What the worker lets the engine do."""

    turn: Callable[[threading.Event], timedelta | None]
    """Fires what is due; answers after what time to look again."""
    take_further: Callable[[int, str, int | None], None]
    """Runs a job of an instance for a service, taken by the worker with that number."""
    take_back: Callable[[timedelta], int]
    """Gives free what workers had taken that gave no sign of life for so long."""


class QueueWorker:
    """Works until it is told to stop, or until the connection to the database is lost."""

    def __init__(
        self,
        acts: Acts,
        database: Database,
        queue: Queue,
        services: Iterable[str],
        stop: threading.Event,
        poll: timedelta,
        stalled: timedelta,
    ) -> None:
        self._acts = acts
        self._address = database.address()
        self._task = queue.task
        self._queues = [queue.name(service) for service in sorted(services)]
        self._stop = stop
        self._poll = poll
        self._stalled = stalled
        self._wake = asyncio.Event()

    def run(self) -> None:
        """Works in an event loop of its own. Raises StorageError when the connection is lost."""
        try:
            asyncio.run(self._run())
        except ConnectorException as error:
            reason = error.__cause__ or error
            raise StorageError(_("the queue cannot be reached: {reason}").format(reason=reason)) from error

    async def _run(self) -> None:
        connector = PsycopgConnector(conninfo=self._address, min_size=1, max_size=4)
        app = App(connector=connector)

        @app.task(name=self._task, pass_context=True)
        def advance(context: JobContext, instance: int, service: str) -> None:
            self._acts.take_further(instance, service, context.job.worker_id)

        async with app.open_async():
            await self._until_stopped(
                self._jobs(app),
                self._clock(),
                connector.listen_notify(self._told, [DUE]),
                self._sweep(app),
            )

    async def _until_stopped(self, jobs: Coroutine[Any, Any, None], *others: Coroutine[Any, Any, None]) -> None:
        """Runs all until the worker should stop; whichever fails ends the others."""
        tasks = [asyncio.create_task(jobs), *map(asyncio.create_task, others)]
        try:
            while not self._stop.is_set() and not any(task.done() for task in tasks):
                await asyncio.sleep(_STOP_CHECK)
        finally:
            tasks[0].cancel()  # once: it then ends the jobs that it runs
            await _cancelled(tasks[1:])
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):
                raise error
        if not self._stop.is_set():
            raise StorageError(_("the connection to the queue was lost"))

    async def _jobs(self, app: App) -> None:
        await app.run_worker_async(
            queues=self._queues,
            fetch_job_polling_interval=self._poll.total_seconds(),
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=self._stalled.total_seconds() / 3,
            stalled_worker_timeout=self._stalled.total_seconds(),
        )

    async def _clock(self) -> None:
        """Fires what is due, then sleeps until the next is, or until it is told of an earlier one."""
        while True:
            self._wake.clear()
            wait = await asyncio.to_thread(self._acts.turn, self._stop)
            pause = self._poll if wait is None else min(wait, self._poll)
            with suppress(TimeoutError):
                async with asyncio.timeout(max(pause.total_seconds(), _SHORTEST_PAUSE)):
                    await self._wake.wait()

    async def _told(self, *, channel: str, payload: str) -> None:
        self._wake.set()

    async def _sweep(self, app: App) -> None:
        """Clears away what workers left that gave no sign of life."""
        seconds = self._stalled.total_seconds()
        while True:
            await asyncio.to_thread(self._acts.take_back, self._stalled)
            stalled = await app.job_manager.get_stalled_jobs(task_name=self._task, seconds_since_heartbeat=seconds)
            for job in stalled:
                with suppress(ConnectorException):  # another worker was faster
                    await app.job_manager.finish_job(job, Status.FAILED, delete_job=True)
            await asyncio.sleep(seconds / 3)


async def _cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Waits for the end of tasks, cancelling them as often as it takes.

    `asyncio.wait_for` of Python 3.11, with which Procrastinate listens, forgets a cancellation that comes together with
    what it waits for.
    """
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _done, pending = await asyncio.wait(pending, timeout=_CANCEL_AGAIN)
