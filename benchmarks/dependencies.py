"""How fast the questions about dependencies are answered, against plain networkx traversals in the same run.

    python benchmarks/dependencies.py [--steps 100000] [--decisions 100] [--sample 200]

Decisions are rows of tasks and parallel pairs, each an instance of its own, all at their first step. The networkx
figures ask the same of the same graph, step by step: what it waits for in the end (the ancestors that run), how much
waits behind it (its descendants), when it can be done (the longest way to it); they are taken on a sample.
"""

from __future__ import annotations

import argparse
import gc
import json
import random
import resource
import time
from datetime import UTC, datetime

import networkx as nx

from resolute import net
from resolute.bpmn import build
from resolute.calendars import FiveDayWeek
from resolute.dependencies.live import plan
from resolute.dependencies.plan import Plan, digraph
from resolute.dependencies.report import Report, blocked_of
from resolute.dependencies.watch import Watch
from resolute.execution.snapshot import InstanceView, Snapshot
from resolute.execution.values import Definition, Task
from resolute.net.net import Marking

NOW = datetime(2022, 7, 4, 9, tzinfo=UTC)
WEEK = FiveDayWeek()


def snapshot(steps: int, decisions: int) -> Snapshot:
    """So many instances of one process, each with its share of the steps."""
    each = steps // decisions
    process = build.process("decision")
    items: list[build.Node | build.Block] = []
    number = 0
    while number < each:
        items.append(build.user(f"t{number}", party="A", due="2022-08-01" if number % 10 == 0 else ""))
        number += 1
        if number + 1 < each:
            pair = [build.user(f"t{number}", party="A")], [build.user(f"t{number + 1}", party="B")]
            items.append(build.parallel(*pair, id=f"fork{number}"))
            number += 2
    process.start().then(*items).end()
    compiled = net.compile(process.document(), "decision")
    first = compiled.index["t0"]
    definition = Definition("decision", 1, "decision:1", "Decision")
    views = {}
    for index in map(str, range(decisions)):
        task = Task(f"{index}.1", index, "t0", "t0", "A", None, "ready", {}, None, NOW)
        views[index] = InstanceView(
            id=index,
            definition=definition,
            net=compiled,
            state="running",
            started=NOW,
            ended=None,
            parent=None,
            parent_token=None,
            parent_element=None,
            group=index,
            data={},
            marking=Marking({first: 1}),
            done_at={},
            active_since={"t0": NOW},
            tasks=(task,),
        )
    return Snapshot(NOW, views)


def timed(action):
    """What an action gives, and how many seconds it took."""
    gc.collect()
    begun = time.perf_counter()
    result = action()
    return result, time.perf_counter() - begun


def networkx_answers(made: Plan, sample: int) -> float:
    """Seconds a step that plain traversals take for the same questions."""
    graph = digraph(made)
    names = random.Random(1).sample(sorted(graph), min(sample, len(graph)))

    def ask() -> None:
        for name in names:
            above = nx.ancestors(graph, name)
            [step for step in above if graph.nodes[step]["state"] == "running"]
            len(nx.descendants(graph, name))
            nx.dag_longest_path_length(graph.subgraph(above | {name}), default_weight=1)

    return timed(ask)[1] / len(names)


def anew(state: Snapshot, sample: int) -> dict[str, float]:
    """Everything worked out from a snapshot, and the same by networkx."""
    made, planned = timed(lambda: plan(state, calendar=WEEK))
    listed, reported = timed(lambda: blocked_of(made, calendar=WEEK))
    report = Report(made, WEEK)
    some = range(1, len(made.steps), 997)
    _answers, explained = timed(lambda: [report.one(index) for index in some])
    traversed = networkx_answers(made, sample)
    return {
        "steps": len(made.steps),
        "blocked": len(listed),
        "plan_s": round(planned, 2),
        "report_s": round(reported, 2),
        "one_explanation_ms": round(explained / len(some) * 1e3, 3),
        "networkx_ms_a_step": round(traversed * 1e3, 3),
        "times_faster_than_networkx": round(traversed * len(made.steps) / (planned + reported), 1),
    }


def kept_warm(state: Snapshot) -> dict[str, float]:
    """What an event costs, and the whole report after one, when the graph is kept."""
    watch = Watch(state, calendar=WEEK)
    watch.blocked()
    changes = list(state.instances.values())[:1000] * 10
    _told, telling = timed(lambda: [watch.put(view) for view in changes])
    watch.blocked()
    watch.put(changes[0])
    _report, renewed = timed(watch.blocked)
    return {
        "event_us": round(telling / len(changes) * 1e6, 2),
        "whole_report_after_one_event_s": round(renewed, 3),
    }


def main() -> None:
    """Prints one JSON object of figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=100_000)
    parser.add_argument("--decisions", type=int, default=100)
    parser.add_argument("--sample", type=int, default=200)
    options = parser.parse_args()
    state = snapshot(options.steps, options.decisions)
    figures = {"decisions": options.decisions, **anew(state, options.sample), **kept_warm(state)}
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
