"""Measures the simulation against its marks: one table.

    pip install -e '.[fast,bench]' && python benchmarks/simulation.py
    python benchmarks/simulation.py --peers PYTHON     PYTHON: another interpreter, with simpy and prosimos installed

Tasks are counted per second of processor time of one core, after a warm-up; each figure is the median of several
rounds, and every round measures the peers beside us, so that ratios hold on a busy machine as well. The process has ten
tasks, a parallel split, a choice, 25 % rework, six parties with capacities and a Monday-Friday 9-18 calendar.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from resolute import bpmn
from resolute.bpmn import build
from resolute.bpmn.build import Node, otherwise, process, user, when
from resolute.bpmn.document import Document
from resolute.protocols.values import Deadline, Party, Point, Protocol
from resolute.simulation import fast
from resolute.simulation.distributions import Distribution
from resolute.simulation.layout import Options, lay_down
from resolute.simulation.play import Backend, Player
from resolute.simulation.scenario import Arrivals, Scenario, Step, Unit
from resolute.simulation.sources import of_document, of_protocol
from resolute.simulation.worktime import ROUND_THE_CLOCK, WorkCalendar, office

PEERS = Path(__file__).parent / "peers"
HOUR = 3600.0
MEANS = {f"t{n}": HOUR * (0.5 + 0.1 * n) for n in range(10)}
PARTIES = {"p0": 2, "p1": 2, "p2": 3, "p3": 1, "p4": 2, "p5": 2}
PARTY_OF = {name: f"p{number % 6}" for number, name in enumerate(MEANS)}
GAP = 1.6 * HOUR
CASES = 1000
FLOOR = 28e6
"""Tasks a second that a heap's pop and push, one draw and one look into a calendar would allow: an estimate."""
SEED = Path(__file__).parents[1] / "workflows" / "chelyabinsk-2-2022" / "register.yaml"


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


def scenario(cases: int = CASES) -> Scenario:
    """Its parties, durations, calendar and arrivals."""
    hours = office(None, "09:00-18:00")
    return Scenario(
        calendar=hours,
        calendars={"office": hours},
        units={name: Unit(name, capacity) for name, capacity in PARTIES.items()},
        steps={name: Step(duration=Distribution("exponential", (mean,))) for name, mean in MEANS.items()},
        gateways={"choice": {"t5": 0.4, "t6": 0.6}, "out": {"t9": 0.75, "in": 0.25}},
        arrivals=Arrivals(Distribution("exponential", (GAP,)), "office"),
        cases=cases,
    )


def ten_tasks(backend: Backend, cases: int = CASES) -> Player:
    """What plays the process of ten tasks; warm."""
    tables = lay_down(of_document(model(), scenario(cases), None), Options(track=False, histogram=False)).tables
    player = Player(tables, 1, backend)
    player.chunk(0, 1)
    return player


def rate(player: Player, seconds: float, rows: int) -> float:
    """Tasks for each second of processor time."""
    player.chunk(0, rows)
    done, begun = 0, time.process_time()
    while (spent := time.process_time() - begun) < seconds:
        done += player.chunk(0, rows).tasks
    return done / spent


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


def protocol(backend: Backend) -> Player:
    """What plays 200 simultaneous assignments with capacities and holidays; warm."""
    limited = Scenario(units={f"Ministry {n}": Unit(f"Ministry {n}", 10) for n in range(10)})
    tables = lay_down(of_protocol(assignments(200), limited, None), Options(track=True, histogram=False)).tables
    player = Player(tables, 1, backend)
    player.chunk(0, player.rows)
    return player


def protocol_seconds(player: Player, runs: int) -> float:
    """Processor seconds of so many replications."""
    begun = time.process_time()
    for _chunk in player.chunks(runs):
        pass
    return time.process_time() - begun


def plan(calendar: WorkCalendar) -> Player:
    """What plays a plan of 200 tasks without choice or waiting: ten blocks of four branches of five tasks."""
    plan = process("plan")
    row = plan.start()
    for block in range(10):
        names = [[f"t{20 * block + 5 * branch + n}" for n in range(5)] for branch in range(4)]
        row = row.parallel(*([user(name) for name in branch] for branch in names))
    row.end()
    steps = {f"t{n}": Step(duration=Distribution("pert", (8 * HOUR, 24 * HOUR, 80 * HOUR))) for n in range(200)}
    work = Scenario(calendar=calendar, steps=steps, horizon_days=1e6)
    return Player(
        lay_down(of_document(plan.document(), work, None), Options(track=False, histogram=False)).tables, 1, "plain"
    )


WITHOUT_FAST = "import sys; sys.modules['numba'] = None; from resolute.cli import main; main(sys.argv[1:])"


def seed(runs: int) -> tuple[float, float]:
    """Processor seconds, start included, and megabytes of a forecast of the seed without the extra `fast`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    arguments = ["simulate", str(SEED), "--runs", str(runs), "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", WITHOUT_FAST, *arguments]
    subprocess.run(command, capture_output=True, check=False, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, after.ru_maxrss / 1024


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


def has_peers(python: str) -> bool:
    """Whether an interpreter has both peers."""
    return subprocess.run([python, "-c", "import simpy, prosimos"], capture_output=True, check=False).returncode == 0


def measure(python: str | None, rounds: int, seconds: float) -> dict[str, list[float]]:
    """The figures of each round; peers are measured in the same round."""
    backend: Backend = "compiled" if fast.available() else "plain"
    ten, plain, many = ten_tasks(backend), ten_tasks("plain"), protocol(backend)
    large = ten_tasks(backend, 100 * CASES)
    clock, working = plan(ROUND_THE_CLOCK), plan(office())
    seed(1)
    found: dict[str, list[float]] = {}
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        figures = {
            "ours": rate(ten, seconds, 16),
            "plain": rate(plain, seconds, 1),
            "protocol": protocol_seconds(many, 500) * 10_000 / 500 / 2,
            "clock": rate(clock, seconds, clock.rows),
            "clock4": rate(clock, seconds, 4 * clock.rows),
            "working": rate(working, seconds, working.rows),
            "seed": seed(1000)[0],
        }
        figures["growth"] = figures["ours"] / rate(large, seconds, 1)
        if python is not None:
            figures |= peers(python, 300)
            figures |= {f"by {name}": figures["ours"] / figures[name] for name in ("simpy", "prosimos")}
        for name, figure in figures.items():
            found.setdefault(name, []).append(figure)
    return found


def table(found: dict[str, list[float]]) -> list[tuple[str, str, str]]:
    """What was measured, the median, what is wanted (and the mark beyond it)."""
    middle = {name: median(values) for name, values in found.items()}
    few, many = seed(1000)[1], seed(4000)[1]
    rows = [
        ("ten tasks, tasks/s", f"{middle['ours']:,.0f}", ">= 4,200,000 (8,400,000)"),
        ("  of the floor of 28 million", f"{middle['ours'] / FLOOR:.0%}", ">= 15 % (30 %)"),
        ("  plain Python, tasks/s", f"{middle['plain']:,.0f}", ""),
    ]
    if "simpy" in middle:
        rows += [
            ("  x SimPy", f"{middle['by simpy']:.0f}", ">= 40 (75)"),
            ("  x Prosimos", f"{middle['by prosimos']:.0f}", ">= 500 (1,000)"),
        ]
    return [
        *rows,
        ("  time a task, 100,000 cases in a run : 1,000", f"{middle['growth']:.2f}", "1"),
        ("200 assignments, 10,000 runs, s of two cores", f"{middle['protocol']:.1f}", "< 10 (2.5)"),
        ("longest paths round the clock, samples/s", f"{middle['clock']:,.0f}", ">= 40,000,000"),
        ("  four chunks of runs at a time", f"{middle['clock4']:,.0f}", ""),
        ("longest paths in working time, samples/s", f"{middle['working']:,.0f}", ""),
        ("seed, 1,000 runs without `fast`, s", f"{middle['seed']:.1f}", "< 3"),
        ("  peak memory of 1,000 and 4,000 runs, MB", f"{few:.0f}, {many:.0f}", "the same"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=1.5, help="processor time of one measurement")
    options = parser.parse_args()
    python = options.peers if has_peers(options.peers) else None
    if python is None:
        print("SimPy and Prosimos are not installed there: pip install -e '.[bench]', or --peers", file=sys.stderr)
    for what, figure, wanted in table(measure(python, options.rounds, options.seconds)):
        print(f"{what:46} {figure:>14}   {wanted}")


if __name__ == "__main__":
    main()
