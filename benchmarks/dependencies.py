"""How fast the questions about dependencies are answered: all marks in one table, beside plain networkx traversals.

    python benchmarks/dependencies.py [--decisions 10000] [--steps 100] [--compared 100000] [--sample 200]

Decisions are rows of tasks and parallel pairs, each an instance of its own that stands somewhere on its way; they are
as long as it takes to leave so many steps live. The networkx figures ask the same of the same graph, step by step:
what it waits for in the end (the ancestors that run), how much waits behind it (its descendants), when it can be done
(the longest way to it); they are taken on a sample. Times are of the processor, as far as they go, so that other work
on the machine counts little.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import TypeVar

import networkx as nx

from resolute import net
from resolute.bpmn import build
from resolute.calendars import FiveDayWeek
from resolute.dependencies.plan import digraph
from resolute.dependencies.report import Report
from resolute.dependencies.watch import Watch
from resolute.dependencies.whole import plan
from resolute.execution.snapshot import InstanceView, Snapshot
from resolute.execution.values import Definition, Task
from resolute.net.net import Marking, Net

T = TypeVar("T")
NOW = datetime(2022, 7, 4, 9, tzinfo=UTC)
WEEK = FiveDayWeek()
DEFINITIONS = 5
Row = tuple[str, str, str]


class World:
    """Decisions of a few definitions, each somewhere on its way."""

    def __init__(self, decisions: int, steps: int) -> None:
        self.chance = random.Random(1)
        self.length = steps * 4 // 3
        self.nets = [_net(self.length + 3 * number, number) for number in range(DEFINITIONS)]
        self.ids = [str(number) for number in range(decisions)]

    def snapshot(self) -> Snapshot:
        """All decisions as they stand."""
        return Snapshot(NOW, {instance: self.view(instance) for instance in self.ids})

    def view(self, instance: str) -> InstanceView:
        """A decision that has come to some step in its first half."""
        compiled = self.nets[int(instance) % DEFINITIONS]
        element = f"t{3 * self.chance.randrange(self.length // 6)}"
        task = Task(f"{instance}.1", instance, element, element, "A", None, "ready", {}, None, NOW)
        return InstanceView(
            id=instance,
            definition=Definition(compiled.process, 1, f"{compiled.process}:1", "Decision"),
            net=compiled,
            state="running",
            started=NOW,
            ended=None,
            parent=None,
            parent_token=None,
            parent_element=None,
            group=instance,
            data={},
            marking=Marking({compiled.index[element]: 1}),
            done_at={},
            active_since={element: NOW},
            tasks=(task,),
        )


def _net(length: int, number: int) -> Net:
    process = build.process(f"decision{number}")
    items: list[build.Node | build.Block] = []
    place = 0
    while place < length:
        items.append(build.user(f"t{place}", party="A", due=f"2022-{8 + place % 5:02}-01" if place % 10 == 0 else ""))
        place += 1
        if place + 1 < length:
            pair = [build.user(f"t{place}", party="A")], [build.user(f"t{place + 1}", party="B")]
            items.append(build.parallel(*pair, id=f"fork{place}"))
            place += 2
    process.start().then(*items).end()
    return net.compile(process.document(), process.id)


def timed(action: Callable[[], T]) -> tuple[T, float]:
    """What an action gives, and how many seconds of the processor it took."""
    gc.collect()
    begun = time.process_time()
    result = action()
    return result, time.process_time() - begun


def at_scale(decisions: int, steps: int) -> Iterator[Row]:
    """The whole report, explanations and events over all decisions."""
    world = World(decisions, steps)
    watch = Watch(world.snapshot(), calendar=WEEK)
    _none, built = timed(watch.refresh)
    report, first = timed(watch.report)
    live = len(report) + decisions
    yield "live steps", f"{live:,} in {decisions:,} decisions", ""
    yield "graph built from nothing", f"{built:.2f} s", ""
    yield "whole report, first time", f"{first:.2f} s", ""
    del report
    watch.put(world.view("0"))
    watch.refresh()
    report, renewed = timed(lambda: _read(watch))
    yield "whole report from a warm graph, after an event", f"{renewed:.2f} s", "< 3 s"
    some = report.steps[:: max(len(report) // 2000, 1)]
    values, read = timed(lambda: [report.one(int(step)) for step in some])
    yield "reading one line of it as values", f"{read / len(values) * 1e3:.3f} ms", ""
    names = [f"{world.chance.choice(world.ids)}:t{world.length - 1 - number % 30}" for number in range(200)]
    asked, explained = timed(lambda: [watch.explain(name) for name in names])
    assert all(asked)
    yield "one step's explanation", f"{explained / len(names) * 1e3:.2f} ms", "< 5 ms"
    views = [world.view(world.chance.choice(world.ids)) for _number in range(10_000)]
    _none, told = timed(lambda: [(watch.put(view), watch.refresh()) for view in views])
    yield "an event, its part brought up to date", f"{told / len(views) * 1e6:.0f} µs", "< 50 µs"
    yield "memory at the most", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB", "< 1,500 MB"


def _read(watch: Watch) -> Report:
    """The report with all its columns."""
    report = watch.report()
    report.work_out()
    return report


def compared(steps: int, each: int, sample: int) -> Iterator[Row]:
    """Everything from nothing and as values, and the same by networkx."""
    world = World(max(steps // each, 1), each)
    state = world.snapshot()
    watch, built = timed(lambda: Watch(state, calendar=WEEK))
    listed, answered = timed(watch.blocked)
    watch.put(world.view("0"))
    _report, renewed = timed(lambda: _read(watch))
    graph = digraph(plan(state, calendar=WEEK))
    names = random.Random(1).sample(sorted(graph), min(sample, len(graph)))
    _none, traversed = timed(lambda: [_ask(graph, name) for name in names])
    whole = traversed / len(names) * len(listed)
    yield "compared: steps", f"{len(listed):,} in {len(world.ids):,} decisions", ""
    yield "networkx, a step", f"{traversed / len(names) * 1e3:.2f} ms", ""
    yield "all answers from nothing, as values", f"{built + answered:.2f} s", ""
    yield "... times faster than networkx", f"{whole / (built + answered):.0f}", "≥ 30"
    yield "all answers from a warm graph, after an event", f"{renewed:.3f} s", ""
    yield "... times faster than networkx", f"{whole / renewed:,.0f}", "≥ 30"


def _ask(graph: nx.DiGraph, name: str) -> None:
    above = nx.ancestors(graph, name)
    [step for step in above if graph.nodes[step]["state"] == "running"]
    len(nx.descendants(graph, name))
    nx.dag_longest_path_length(graph.subgraph(above | {name}), default_weight=1)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--decisions", type=int, default=10_000)
    parser.add_argument("--steps", type=int, default=100, help="live steps a decision")
    parser.add_argument("--compared", type=int, default=100_000, help="steps that networkx is asked about")
    parser.add_argument("--sample", type=int, default=200)
    options = parser.parse_args()
    print(f"{'':50} {'measured':>32} {'mark':>12}")
    tables = [at_scale(options.decisions, options.steps)]
    tables += [compared(options.compared, each, options.sample) for each in (1000, 100)]
    for rows in tables:
        for what, measured, mark in rows:
            print(f"{what:50} {measured:>32} {mark:>12}", flush=True)


if __name__ == "__main__":
    main()
