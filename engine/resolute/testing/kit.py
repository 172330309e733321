"""An engine in memory, and assertions about where an instance stands."""

from __future__ import annotations

from datetime import datetime, timedelta

from resolute.engine import Engine
from resolute.execution.values import Instance
from resolute.testing.clock import Clock


class InMemoryEngine(Engine):
    """An engine on a database in memory and a clock that stands still: `with InMemoryEngine() as engine:`."""

    clock: Clock

    def __init__(self, now: datetime | None = None, *, executor: str = "net") -> None:
        super().__init__("sqlite:///:memory:", clock=Clock(now), executor=executor)

    def advance(self, **parts: float) -> int:
        """Goes on by `days=`, `hours=`, ... and fires what is due by then; returns how many."""
        self.clock.advance(timedelta(**parts))
        return self.tick()


def waits_at(engine: Engine, instance: Instance | str) -> set[str]:
    """The elements at which an instance waits: open tasks, jobs, calls, messages, timers, incidents.

    Made to be compared: `assert waits_at(engine, instance) == {"check"}`.
    """
    view = engine.snapshot().instances.get(_id(instance))
    if view is None or view.state != "running":
        return set()
    return {view.net.ids[node] for node in view.marking.nodes}


def has_passed(engine: Engine, instance: Instance | str) -> list[str]:
    """The elements that an instance has left normally, in that order, each as often as it was left."""
    return [event.element for event in engine.history(_id(instance)) if event.kind == "completed"]


def _id(instance: Instance | str) -> str:
    return instance.id if isinstance(instance, Instance) else instance
