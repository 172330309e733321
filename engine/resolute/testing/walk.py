"""Walks through models at random, and says which of their elements and flows a test run has reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Set, Sized
from dataclasses import dataclass
from random import Random
from typing import Any

from resolute.execution.core import Engine
from resolute.execution.values import Instance, Task
from resolute.net.net import Net

Answer = Callable[[Task, Random], Mapping[str, Any]]
"""What the walker hands in for a task."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What of one definition the instances of an engine have passed."""

    definition: str
    passed: frozenset[str]
    """Elements that were left normally at least once."""
    missed: frozenset[str]
    taken: frozenset[str]
    """Sequence flows that a token has gone along, by their ids; none are known of instances of SpiffWorkflow."""
    untaken: frozenset[str]

    @property
    def share(self) -> float:
        """Of the elements, 0..1; 1 for a model without any."""
        return _share(self.passed, self.missed)

    @property
    def flow_share(self) -> float:
        """Of the sequence flows, 0..1; 1 for a model without any."""
        return _share(self.taken, self.untaken)

    @classmethod
    def of(cls, engine: Engine) -> list[Coverage]:
        """The coverage of every definition that has instances, by key."""
        passed: dict[str, set[str]] = defaultdict(set)
        taken: dict[str, set[str]] = defaultdict(set)
        for instance in engine.instances():
            key = instance.definition.key
            left = [event for event in engine.history(instance.id) if event.kind == "completed"]
            passed[key].update(event.element for event in left)
            taken[key].update(flow for event in left for flow in event.detail.get("flows", ()))
        return [cls._with(key, engine.net(key), passed[key], taken[key]) for key in sorted(passed)]

    @classmethod
    def _with(cls, key: str, net: Net, passed: Set[str], taken: Set[str]) -> Coverage:
        elements, flows = frozenset(net.ids), frozenset(net.flow_ids)
        return cls(key, elements & passed, elements - passed, flows & taken, flows - taken)


def _share(reached: Sized, rest: Sized) -> float:
    total = len(reached) + len(rest)
    return len(reached) / total if total else 1.0


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
