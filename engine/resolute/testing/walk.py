"""Walks through models at random, and says which of their elements and flows a test run has reached."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from resolute.execution.core import Engine
from resolute.execution.values import Instance, Task

Answer = Callable[[Task, Random], Mapping[str, Any]]
"""What the walker hands in for a task."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of one definition the instances of an engine have passed."""

    definition: str
    passed: frozenset[str]
    """Elements that were left normally at least once."""
    missed: frozenset[str]

    @property
    def share(self) -> float:
        """0..1; 1 for a model without elements."""
        total = len(self.passed) + len(self.missed)
        return len(self.passed) / total if total else 1.0

    @classmethod
    def of(cls, engine: Engine) -> list[Coverage]:
        """The coverage of every definition that has instances, by key."""
        passed: dict[str, set[str]] = {}
        elements: dict[str, frozenset[str]] = {}
        for instance in engine.instances():
            key = instance.definition.key
            elements.setdefault(key, frozenset(engine.net(key).ids))
            done = passed.setdefault(key, set())
            done.update(e.element for e in engine.history(instance.id) if e.kind == "completed")
        return [cls(key, frozenset(passed[key]) & ids, ids - passed[key]) for key, ids in sorted(elements.items())]


def random_walk(
    engine: Engine,
    process_id: str,
    *,
    seed: int,
    data: Mapping[str, Any] | None = None,
    answer: Answer = lambda task, random: {},
    limit: int = 1000,
) -> Instance:
    """Starts a process and completes open tasks in random order until nothing is open or `limit` is reached.

    Tasks of other instances are left alone unless the process called them. The same seed walks the same way.
    """
    random = Random(seed)
    started = engine.start(process_id, dict(data or {}))
    for _step in range(limit):
        family = _family(engine, started.id)
        tasks = [task for task in engine.tasks() if task.instance in family]
        if not tasks:
            break
        task = random.choice(tasks)
        engine.complete(task.id, dict(answer(task, random)), by="walker")
    return engine.instance(started.id)


def _family(engine: Engine, root: str) -> set[str]:
    """An instance and all that it has called, directly or through others."""
    family = {root}
    for instance in engine.instances():
        if instance.parent in family:
            family.add(instance.id)
    return family
