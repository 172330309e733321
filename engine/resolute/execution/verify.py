"""Runs a process on both executors by the same random schedules and compares what they do."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, product
from typing import Any, TypeAlias

from resolute.bpmn.document import Document
from resolute.calendars import FiveDayWeek
from resolute.errors import ModelError
from resolute.execution.executors import executor
from resolute.execution.executors.net import NetExecutor
from resolute.execution.seam import ChildEnded, Command, Complete, Data, Event, Executor, Outcome, Trigger
from resolute.net.compiler import compile
from resolute.net.expressions import (
    Expression,
    ExpressionError,
    compile_expression,
    is_expression,
)
from resolute.net.net import Kind, Net

MAX_STEPS = 60
"""Commands after which a schedule is cut off: models may loop for ever."""

_NOW = datetime(2022, 1, 10, 9, tzinfo=UTC)
_QUIET = frozenset({Kind.EXCLUSIVE, Kind.PARALLEL, Kind.INCLUSIVE, Kind.EVENT_BASED, Kind.COMPLEX})
"""Kinds that executors may count differently: what they pass on is compared, they are not."""

Request: TypeAlias = tuple[str, str]
"""Something open: its kind (`task`, `job`, `called`, or the type of a wait) and its element."""


@dataclass(frozen=True, slots=True)
class Difference:
    """The first point of a run at which the executors part."""

    run: int
    what: str
    """`open`, `completed`, `outcome` or `error`."""
    net: tuple[str, ...]
    """What only the net has."""
    other: tuple[str, ...]
    """What only the other one has."""
    trail: tuple[str, ...]
    """The elements that were answered until then."""


@dataclass(frozen=True, slots=True)
class Report:
    """What `verify` has found."""

    process: str
    runs: int
    steps: int
    """Commands given to each executor, all runs together."""
    differences: tuple[Difference, ...] = ()
    refused: tuple[str, ...] = ()
    """Why the other executor cannot run the process at all; nothing was compared then."""

    @property
    def same(self) -> bool:
        """Whether everything was compared and nothing differs."""
        return not self.differences and not self.refused


def verify(
    document: Document,
    process_id: str | None = None,
    runs: int = 20,
    seed: int = 1,
    other: Executor | None = None,
) -> Report:
    """Runs `process_id` on the net and on SpiffWorkflow (or `other`) by `runs` random schedules.

    After every command the open tasks, jobs, calls and waits are compared, at the end the completed elements and
    the outcome. Values for the variables in conditions are drawn so that each condition can be worked out. Raises
    ModelError when the net refuses the process.
    """
    net = compile(document, process_id)
    other = executor("spiff") if other is None else other
    try:
        definition = other.prepare(document, net.process)
    except ModelError as error:
        reasons = tuple(finding.message for finding in error.findings) or (str(error),)
        return Report(net.process, runs, 0, refused=reasons)
    pools = _pools(net)
    differences = []
    steps = 0
    for run in range(runs):
        pair = _Pair(net, definition, other, random.Random(f"{seed}:{run}"), pools)
        difference = pair.play(run)
        steps += pair.steps
        if difference is not None:
            differences.append(difference)
    return Report(net.process, runs, steps, tuple(differences))


@dataclass
class _Side:
    """One executor with one instance."""

    runner: Executor
    definition: Any
    outcome: Outcome | None = None
    open: dict[str, Request] = field(default_factory=dict)
    """Token -> what is asked for under it."""
    signals: dict[str, str] = field(default_factory=dict)
    """Token of a wait for a signal -> the name of the signal."""
    completed: set[str] = field(default_factory=set)
    ended: str | None = None

    def start(self, data: Data) -> None:
        self._take(self.runner.start(self.definition, data, _NOW))

    def give(self, request: Request, data: Data, now: datetime) -> None:
        """Answers the oldest request of that kind and element."""
        token = next(token for token, known in self.open.items() if known == request)
        if request[0] in ("task", "job"):
            del self.open[token]
        command = _command(request[0], token, data)
        assert self.outcome is not None
        self._take(self.runner.apply(self.definition, self.outcome.state, command, now))

    def _take(self, outcome: Outcome) -> None:
        self.outcome = outcome
        for event in outcome.events:
            self._note(event)
        for event in outcome.events:
            if event.kind == "sent" and event.detail["type"] == "signal" and not event.detail.get("heard"):
                self._hear(event.detail["name"])

    def _hear(self, signal: str) -> None:
        """Gives a signal back to the instance that threw it, as the engine does for executors that do not."""
        for token in [token for token, name in self.signals.items() if name == signal]:
            if token in self.open and not self.ended:
                assert self.outcome is not None
                self._take(self.runner.apply(self.definition, self.outcome.state, Trigger(token, {}), _NOW))

    def _note(self, event: Event) -> None:
        token = event.token or ""
        if event.kind in ("task", "job", "called"):
            self.open[token] = (event.kind, event.element)
        elif event.kind == "subscribed":
            self.open[token] = (str(event.detail["type"]), event.element)
            if event.detail["type"] == "signal":
                self.signals[token] = str(event.detail["name"])
        elif event.kind in ("completed", "cancelled", "unsubscribed"):
            self.open.pop(token, None)
            if event.kind == "completed":
                self.completed.add(event.element)
        elif event.kind == "incident":
            self.open[token] = ("incident", "")
        elif event.kind == "ended":
            self.ended = str(event.detail["outcome"])


def _command(kind: str, token: str, data: Data) -> Command:
    if kind in ("task", "job"):
        return Complete(token, data)
    if kind == "called":
        return ChildEnded(token, data)
    return Trigger(token, {})


class _Pair:
    """The same schedule on both sides."""

    def __init__(
        self,
        net: Net,
        definition: Any,
        other: Executor,
        chance: random.Random,
        pools: Mapping[str, list[Any]],
    ) -> None:
        self.net = net
        self.sides = (_Side(NetExecutor(FiveDayWeek()), net), _Side(other, definition))
        self.chance = chance
        self.pools = pools
        self.trail: list[str] = []
        self.steps = 0

    def play(self, run: int) -> Difference | None:
        """The first difference of one schedule."""
        ours, _theirs = self.sides
        data = self._values()
        for side in self.sides:
            side.start(dict(data))
        while True:
            difference = self._compare(run)
            choices = sorted({request for request in ours.open.values() if request[0] not in _HELD})
            if difference is not None or ours.ended or not choices or self.steps >= MAX_STEPS:
                return difference
            request = self.chance.choice(choices)
            values = self._values() if request[0] in ("task", "job", "called") else {}
            self.trail.append(request[1])
            self.steps += 1
            for side in self.sides:
                side.give(request, dict(values), _NOW)

    def _values(self) -> Data:
        return {name: self.chance.choice(pool) for name, pool in sorted(self.pools.items())}

    def _compare(self, run: int) -> Difference | None:
        ours, theirs = self.sides
        differs = _apart(run, "open", _named(ours.open.values()), _named(theirs.open.values()), self.trail)
        if differs is None and ours.ended != theirs.ended:
            return Difference(run, "outcome", (str(ours.ended),), (str(theirs.ended),), tuple(self.trail))
        if differs is None and ours.ended:
            return _apart(run, "completed", self._kept(ours), self._kept(theirs), self.trail)
        return differs

    def _kept(self, side: _Side) -> list[str]:
        """The completed elements that both sides count alike; loops of no round are not among them."""
        net = self.net
        nodes = {name: net.index[name] for name in side.completed if name in net.index}
        return [name for name, node in nodes.items() if net.kinds[node] not in _QUIET and node not in net.loops]


_HELD = frozenset({"conditional", "incident"})
"""Open things that no command of a schedule answers: conditions look after themselves."""


def _named(requests: Iterable[Request]) -> list[str]:
    return [f"{kind} {element}" for kind, element in requests]


def _apart(run: int, what: str, ours: list[str], theirs: list[str], trail: list[str]) -> Difference | None:
    mine, other = Counter(ours), Counter(theirs)
    if mine == other:
        return None
    only_mine, only_other = mine - other, other - mine
    return Difference(
        run, what, tuple(sorted(only_mine.elements())), tuple(sorted(only_other.elements())), tuple(trail)
    )


# --- values for variables ---

_CONSTANT = re.compile(r"\"([^\"]*)\"|'([^']*)'|(?<![\w.])(\d+(?:\.\d+)?)")


def _pools(net: Net) -> dict[str, list[Any]]:
    """Variable -> values that its conditions can be worked out with."""
    expressions = [condition for condition in net.conditions if condition is not None]
    counts = [loop.cardinality for loop in net.loops.values() if loop.cardinality is not None]
    for loop in net.loops.values():
        expressions += [loop.condition] if loop.condition is not None else []
    watched = [event.expression for events in net.events.values() for event in events if event.timer is None]
    expressions += [expression for expression in watched if expression is not None]
    pools: dict[str, list[Any]] = {}
    for expression in expressions:
        for name in expression.names:
            known = pools.setdefault(name, [])
            known += [value for value in _candidates(expression, name) if value not in known]
    for expression in counts:
        pools.update({name: [0, 1, 2, 3] for name in expression.names})
    for loop in net.loops.values():
        if loop.collection is not None:
            pools.update((name, [[], ["a", "b"]]) for name in loop.collection.names)
    pools = {name: values or [True, False] for name, values in pools.items() if name not in _COUNTERS}
    return {**_others(net, pools), **pools}


_COUNTERS = frozenset({"loopCounter", "numberOfInstances", "numberOfActiveInstances"}) | {
    "numberOfCompletedInstances",
    "numberOfTerminatedInstances",
}
"""What a loop sets by itself."""
_SORTS: tuple[Any, ...] = ("2022-02-01", "P1D", "a", 1, True, None)


def _others(net: Net, known: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """Values for the variables of timers, keys and mappings, with which these can be worked out."""
    defined = [event for events in net.events.values() for event in events]
    expressions = [event.expression for event in defined if event.timer is not None]
    raw = [event.correlation for event in defined]
    for details in net.details:
        raw += [value for _name, value in (*details.inputs, *details.outputs)]
        raw += [details.correlation, details.due, details.party, details.called]
    expressions += [compile_expression(text) for text in raw if text is not None and is_expression(text)]
    found: dict[str, list[Any]] = {}
    for expression in expressions:
        if expression is not None:
            given = {name: values[-1] for name, values in {**found, **known}.items()}
            found.update((name, [value]) for name, value in _fitting(expression, given).items())
    return found


def _fitting(expression: Expression, given: Data) -> Data:
    """Values for the names that are not given yet, the first of all sorts that work."""
    names = sorted(expression.names - given.keys())
    for values in islice(product(_SORTS, repeat=len(names)), 1_000):
        chosen = dict(zip(names, values, strict=True))
        try:
            expression.evaluate({**given, **chosen}, _NOW, FiveDayWeek())
        except ExpressionError:
            continue
        return chosen
    return dict.fromkeys(names, "a")


def _candidates(expression: Expression, name: str) -> list[Any]:
    """Values of `name` alone that the condition can be worked out with, the other variables given the same."""
    fit = []
    for value in _constants(expression.source):
        try:
            expression.holds(dict.fromkeys(expression.names, value), _NOW)
        except ExpressionError:
            continue
        fit.append(value)
    return fit


def _constants(source: str) -> list[Any]:
    """Values of all sorts, and what a source compares with: its texts and numbers, and the numbers around them."""
    found: list[Any] = [True, False, None, [], ["a"], "2022-02-01"]
    for double, single, number in _CONSTANT.findall(source):
        if number:
            value = float(number) if "." in number else int(number)
            found += [value - 1, value, value + 1]
        else:
            found += [double or single, "?"]
    return found
