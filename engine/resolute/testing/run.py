"""Runs one instance on the net in memory, without a store: for benchmarks and quick checks of a model."""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from functools import lru_cache

from resolute.bpmn.read import parse
from resolute.calendars import FiveDayWeek
from resolute.net.compiler import compile
from resolute.net.expressions.temporal import parse_datetime
from resolute.net.net import Net
from resolute.net.run import Run
from resolute.net.state import State

_START = datetime(2022, 1, 10, 9, tzinfo=UTC)


def in_memory_run(xml: str | bytes, process_id: str, *, max_tasks: int | None = None) -> int:
    """Runs one instance of `process_id` and completes every ready task, oldest first; returns how many.

    Jobs count as tasks; called processes end at once; timers fire when nothing else is left to do. What waits
    for a message, signal or condition stays waiting. `max_tasks` ends a model that never does. The nets of the
    last few models are kept, as an engine keeps those of its definitions.
    """
    return play(_compiled(xml, process_id), max_tasks=max_tasks)


def forget_models() -> None:
    """Makes `in_memory_run` read and compile anew."""
    _compiled.cache_clear()


@lru_cache(maxsize=8)
def _compiled(xml: str | bytes, process_id: str) -> Net:
    return compile(parse(xml), process_id)


def play(net: Net, *, max_tasks: int | None = None) -> int:
    """Like `in_memory_run`, for a compiled net."""
    run = Run(State(net), _START, FiveDayWeek())
    run.start({})
    return _Player(run).play(max_tasks)


class _Player:
    """Answers whatever one run asks for."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ready: deque[int] = deque()
        self.called: deque[int] = deque()

    def play(self, max_tasks: int | None) -> int:
        run, ready, waits = self.run, self.ready, self.run.state.places
        done = 0
        self._listen()
        while True:
            while ready and done != max_tasks:
                token = ready.popleft()
                if token in waits:
                    run.complete(token, {})
                    done += 1
                    self._listen()
            if done == max_tasks or not (self._end_called() or self._fire_timer()):
                return done

    def _listen(self) -> None:
        """Takes the records of the last command and keeps what has to be answered."""
        log = self.run.state.log
        for kind, _node, token, _detail in log:
            if kind == "task" or kind == "job":
                self.ready.append(token)
            elif kind == "called":
                self.called.append(token)
        log.clear()

    def _end_called(self) -> bool:
        while self.called:
            token = self.called.popleft()
            if token in self.run.state.places:
                self.run.child_ended(token, {})
                self._listen()
                return True
        return False

    def _fire_timer(self) -> bool:
        """Fires the timer that is due first, and moves the clock there."""
        timers = [
            (parse_datetime(waiting.detail["due"]), token)
            for token, waiting in self.run.state.subscriptions.items()
            if waiting.detail["type"] == "timer"
        ]
        if not timers:
            return False
        due, token = min(timers)
        self.run.now = max(self.run.now, due)
        self.run.trigger(token, {}, due)
        self._listen()
        return True
