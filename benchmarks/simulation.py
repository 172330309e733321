"""Measures the simulation in tasks per second of processor time, and against SimPy and Prosimos on one process.

    python benchmarks/simulation.py
    python benchmarks/simulation.py --peers PYTHON     PYTHON: an interpreter with simpy and prosimos installed

The process has ten tasks, a parallel split, a choice, 25 % rework, six parties with capacities and a Monday-Friday
9-18 calendar.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from resolute import bpmn
from resolute.bpmn import build
from resolute.bpmn.build import Node, otherwise, process, when
from resolute.bpmn.document import Document
from resolute.protocols.values import Deadline, Party, Point, Protocol
from resolute.simulation import fast, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.play import Backend, Player
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit
from resolute.simulation.sources import of_document, of_protocol
from resolute.simulation.worktime import ROUND_THE_CLOCK, office

PEERS = Path(__file__).parent / "peers"
HOUR = 3600.0
MEANS = {f"t{n}": HOUR * (0.5 + 0.1 * n) for n in range(10)}
PARTIES = {"p0": 2, "p1": 2, "p2": 3, "p3": 1, "p4": 2, "p5": 2}
PARTY_OF = {name: f"p{number % 6}" for number, name in enumerate(MEANS)}
GAP = 1.6 * HOUR
CASES = 1000


def model() -> Document:
    """The process of ten tasks."""

    def task(name: str) -> Node:
        return build.task(name, name, party=PARTY_OF[name])

    ten = process("ten")
    ten.start().then(task("t0")).gateway("exclusive", "in").then(task("t1")).parallel(
        [task("t2"), task("t3")], [task("t4")], id="both"
    ).exclusive([when("x"), task("t5")], [otherwise(), task("t6"), task("t7")], id="choice").then(task("t8")).gateway(
        "exclusive", "out"
    ).otherwise().then(task("t9")).end("done")
    ten.at("out").when("again").goto("in")
    return ten.document()


def scenario() -> Scenario:
    """Its parties, durations, calendar and arrivals."""
    hours = office(None, "09:00-18:00")
    return Scenario(
        calendar=hours,
        calendars={"office": hours},
        units={name: Unit(name, capacity) for name, capacity in PARTIES.items()},
        steps={name: Step(duration=Distribution("exponential", (mean,))) for name, mean in MEANS.items()},
        gateways={"choice": {"t5": 0.4, "t6": 0.6}, "out": {"t9": 0.75, "in": 0.25}},
        arrivals=Arrivals(Distribution("exponential", (GAP,)), "office"),
        cases=CASES,
    )


def rate(backend: Backend, seconds: float) -> float:
    """Tasks for each second of processor time, after a first chunk."""
    tables = lay_down(of_document(model(), scenario(), None), Options(track=False, histogram=False)).tables
    player = Player(tables, 1, backend)
    rows = player.rows if backend == "compiled" else 2
    player.chunk(0, rows)
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        done += player.chunk(0, rows).tasks
    return done / spent


def timed(action: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    begun = time.process_time()
    action()
    return time.process_time() - begun


def assignments(count: int) -> Protocol:
    """A protocol of simultaneous assignments to ten parties."""
    due = date(2022, 9, 30)
    points = tuple(
        Point(
            f"1.{n}",
            1,
            f"Do {n}",
            "assignment",
            (Party(f"Ministry {n % 10}"),),
            Deadline(type="date", due=due - timedelta(days=n % 60), effective=due - timedelta(days=n % 60)),
        )
        for n in range(count)
    )
    return Protocol("1", date(2022, 4, 26), "Council", points)


def protocol_seconds(backend: Backend, runs: int) -> float:
    """Processor seconds for 200 simultaneous assignments with capacities and holidays."""
    limited = Scenario(units={f"Ministry {n}": Unit(f"Ministry {n}", 10) for n in range(10)})
    tables = lay_down(of_protocol(assignments(200), limited, None), Options(track=True, histogram=False)).tables
    player = Player(tables, 1, backend)
    player.chunk(0, 1)
    return timed(lambda: list(player.chunks(runs)))


def peers(python: str, cases: int) -> dict[str, float]:
    """Tasks for each second of processor time of SimPy and Prosimos, by their own programs."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.bpmn"
        path.write_bytes(bpmn.dumps(model()))
        data = {"means": MEANS, "parties": PARTIES, "party_of": PARTY_OF, "gap": GAP, "model": str(path)}
        for name in ("simpy", "prosimos"):
            program = str(PEERS / f"{name}_ten_tasks.py")
            answer = subprocess.run(
                [python, program, str(cases)], input=json.dumps(data), capture_output=True, text=True, check=True
            )
            found[name] = float(answer.stdout.split()[-1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", metavar="PYTHON")
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    figures: dict[str, float] = {"plain": rate("plain", options.seconds)}
    if fast.available():
        figures["compiled"] = rate("compiled", options.seconds)
    if options.peers:
        figures |= peers(options.peers, 300)
    for name, figure in figures.items():
        print(f"{name:10} {figure:12,.0f} tasks/s")
    best = figures.get("compiled", figures["plain"])
    for name in figures.keys() - {"plain", "compiled"}:
        print(f"ratio to {name}: {best / figures[name]:,.0f}")
    if fast.available():
        print(f"200 assignments, 1,000 runs, compiled: {protocol_seconds('compiled', 1000):.2f} s of one core")
    quick = replace(scenario(), calendar=ROUND_THE_CLOCK, cases=10)
    print(f"one forecast of 10 cases, plain: {timed(lambda: simulate(model(), scenario=quick, runs=10)):.2f} s")


if __name__ == "__main__":
    main()
