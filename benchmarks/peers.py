"""Durable completions of user tasks on Resolute and on other engines, the same work in one run.

    python benchmarks/peers.py [--instances 200] [--only resolute spiffworkflow ...]

A sequence of ten user tasks; every completion is one durable commit; one caller. See benchmarks/peers/README.md for
what is compared and what each engine needs; those whose tools are missing are left out and named. Maven and npm fetch
the pinned versions at the first run.
"""

from __future__ import annotations

import argparse
import contextlib
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))


from execution import postgres
from resolute.bpmn.build import process, user
from resolute.bpmn.document import Document
from resolute.execution.core import Engine
from resolute.testing import Clock

PEERS = Path(__file__).parent / "peers"
WARM_UP = 100


class MissingError(Exception):
    """A tool that a peer needs is not here."""


def sequence() -> Document:
    """Ten user tasks in a row."""
    return process("sequence").start().then(*(user(f"step_{n}") for n in range(10))).end().document()


def completions(engine: Engine, instances: int, clock: Callable[[], float]) -> float:
    """Completions a second: every instance goes one step on, again and again until all have ended."""
    started = [engine.start("sequence", {"number": n}).id for n in range(instances)]
    count, spent = 0, 0.0
    while tasks := [task.id for number in started for task in engine.tasks(instance=number)]:
        begin = clock()
        for task in tasks:
            engine.complete(task, {"answer": "yes"})
        spent += clock() - begin
        count += len(tasks)
    return count / spent


Rates = tuple[float, float]
"""Completions of a second on the clock, and of a second of processor time of the engine's process."""


def resolute(url: str, instances: int) -> Rates:
    with Engine(url, clock=Clock()) as engine:
        engine.deploy(sequence())
        completions(engine, WARM_UP, time.perf_counter)
        on_the_clock = completions(engine, instances, time.perf_counter)
        return on_the_clock, completions(engine, instances, time.process_time)


def said(command: list[str]) -> Rates:
    """The two numbers that a harness prints last."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    if done.returncode:
        raise MissingError((done.stderr.strip().splitlines() or ["no output"])[-1][:100])
    *_before, on_the_clock, of_processor = done.stdout.split()
    return float(on_the_clock), float(of_processor)


def need(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise MissingError(f"{program} is not installed")
    return found


def spiffworkflow(model: Path, instances: int) -> Rates:
    return said([sys.executable, str(PEERS / "spiffworkflow/bench.py"), str(model), str(max(20, instances // 5))])


def bpmn_engine(model: Path, instances: int, folder: Path) -> Rates:
    node, npm = need("node"), need("npm")
    place = folder / "bpmn-engine"
    shutil.copytree(PEERS / "bpmn-engine", place)
    subprocess.run([npm, "install", "--silent", "--no-audit"], cwd=place, check=True, capture_output=True, timeout=300)
    return said([node, str(place / "bench.cjs"), str(model), str(max(20, instances // 5))])


def java(peer: str, model: Path, database: list[str], instances: int, folder: Path) -> Rates:
    path = folder / f"{peer}.classpath"
    if not path.exists():
        command = [need("mvn"), "-q", "-B", "dependency:build-classpath", f"-Dmdep.outputFile={path}"]
        subprocess.run(command, cwd=PEERS / peer, check=True, capture_output=True, timeout=900)
    source = PEERS / peer / "Bench.java"
    numbers = [str(instances), str(2 * WARM_UP)]
    return said([need("java"), "-cp", path.read_text().strip(), str(source), str(model), *database, *numbers])


@contextlib.contextmanager
def server() -> Iterator[str | None]:
    """The URL of a PostgreSQL of this run's own, or None where there is none."""
    if postgres.missing():
        yield None
    else:
        with postgres.server() as url:
            yield url


def runs(folder: Path, model: Path, instances: int, url: str | None) -> Iterator[tuple[str, Callable[[], Rates]]]:
    """Every engine on every database, ours first."""
    yield "resolute, SQLite", lambda: resolute(f"sqlite:///{folder}/resolute.db", instances)
    if url:
        yield "resolute, PostgreSQL", lambda: resolute(url, instances)
    yield "spiffworkflow, JSON in SQLite", lambda: spiffworkflow(model, instances)
    yield "bpmn-engine, JSON in files", lambda: bpmn_engine(model, instances, folder)
    for peer in ("camunda", "flowable"):
        h2 = [f"jdbc:h2:file:{folder}/{peer}", "org.h2.Driver", "sa"]
        yield f"{peer}, H2", lambda peer=peer, h2=h2: java(peer, model, h2, instances, folder)  # type: ignore[misc]
        if url:
            of = [f"jdbc:postgresql:{made(url, peer).partition(':')[2]}", "org.postgresql.Driver", "resolute"]
            yield f"{peer}, PostgreSQL", lambda peer=peer, of=of: java(peer, model, of, instances, folder)  # type: ignore[misc]


def made(url: str, name: str) -> str:
    """A database of that name on the server, without the user in its URL."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return f"{url.rpartition('/')[0]}/{name}".replace("resolute@", "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--instances", type=int, default=200)
    parser.add_argument("--only", nargs="*", metavar="NAME", help="engines whose name begins so")
    chosen = parser.parse_args()
    ours: dict[str, Rates] = {}
    print(f"{'completions':32}{'a second':>10}{'ours is':>10}{'a second of processor':>23}{'ours is':>10}")
    with tempfile.TemporaryDirectory(prefix="resolute-peers-") as name, server() as url:
        folder = Path(name)
        model = folder / "sequence.bpmn"
        model.write_bytes(sequence().xml)
        for title, run in runs(folder, model, chosen.instances, url):
            if chosen.only and not title.startswith(("resolute", *chosen.only)):
                continue
            database = "PostgreSQL" if title.endswith("PostgreSQL") else "SQLite"
            try:
                rate = run()
            except (MissingError, subprocess.SubprocessError) as error:
                print(f"{title:32}{'left out':>10}  {error}")
                continue
            if title.startswith("resolute"):
                ours[database] = rate
            times = [our / their for our, their in zip(ours[database], rate, strict=True)]
            print(f"{title:32}{rate[0]:>10,.0f}{times[0]:>8.1f} ×{rate[1]:>23,.0f}{times[1]:>8.1f} ×", flush=True)


if __name__ == "__main__":
    main()
