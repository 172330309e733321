"""Speed of the net per completed task, beside SpiffWorkflow and bpmn-engine, all in one run.

    python benchmarks/net.py [--node-modules FOLDER] [--quick]

FOLDER is a node_modules with bpmn-engine (`npm install bpmn-engine`); without it, or without node, that column is left
out. Every figure is the best of several runs, in microseconds of processor time a completed task (bpmn-engine: of
time on the clock), on models made here. `net` is the run of a compiled model, as an engine has it; `first call` is
`resolute.testing.in_memory_run` with a model that it has never seen: reading and compiling are in it.
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sqlite3
import subprocess
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from resolute import Engine, bpmn, net
from resolute.net.expressions import compile_expression
from resolute.net.run import Run
from resolute.net.state import State
from resolute.net.stored import dump
from resolute.testing.run import forget_models, in_memory_run, play

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="t" id="d">'


def process(parts: list[str], links: list[tuple[str, str]]) -> bytes:
    """A document with one process."""
    flows = [
        f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}"/>'
        for number, (source, target) in enumerate(links)
    ]
    body = "".join([*parts, *flows])
    return f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()


def sequence(length: int) -> bytes:
    """Tasks one after another."""
    names = ["s", *(f"t{number}" for number in range(length)), "e"]
    tasks = [f'<userTask id="{name}" name="{name}"/>' for name in names[1:-1]]
    return process(['<startEvent id="s"/>', *tasks, '<endEvent id="e"/>'], list(pairwise(names)))


def choices(length: int) -> bytes:
    """Decisions one after another, each with a condition of its own."""
    names = ["s", *(f"x{number}" for number in range(length)), "e"]
    flows = "".join(
        f'<sequenceFlow id="{source}" sourceRef="{source}" targetRef="{target}"><conditionExpression>'
        f"amount &gt; {number} and party in [1, 2]</conditionExpression></sequenceFlow>"
        for number, (source, target) in enumerate(pairwise(names))
    ).replace('id="', 'id="f')
    gateways = [f'<exclusiveGateway id="{name}" name="{name}"/>' for name in names[1:-1]]
    return process(['<startEvent id="s"/>', *gateways, '<endEvent id="e"/>', flows], [])


def rows(count: int, width: int = 2) -> bytes:
    """Parallel blocks in a row."""
    parts, links, before = ['<startEvent id="s"/>'], [], "s"
    for row in range(count):
        parts.append(f'<parallelGateway id="g{row}"/><parallelGateway id="j{row}"/>')
        links.append((before, f"g{row}"))
        for branch in range(width):
            name = f"t{row}x{branch}"
            parts.append(f'<userTask id="{name}" name="{name}"/>')
            links += [(f"g{row}", name), (name, f"j{row}")]
        before = f"j{row}"
    return process([*parts, '<endEvent id="e"/>'], [*links, (before, "e")])


MODELS: dict[str, tuple[bytes, int]] = {
    "sequence of 10": (sequence(10), 10),
    "sequence of 100": (sequence(100), 100),
    "sequence of 10,000": (sequence(10_000), 10_000),
    "split of 10": (rows(1, 10), 10),
    "split of 1,000": (rows(1, 1_000), 1_000),
    "12 parallel blocks": (rows(12), 24),
}
PEERS = ("sequence of 10", "sequence of 100", "split of 10", "12 parallel blocks")
"""What the others are asked to run; longer ones they refuse or take minutes for."""


def best(run: Callable[[], int], tasks: int, seconds: float) -> float:
    """Microseconds a task, the best of as many runs as fit into `seconds`, at least three."""
    fastest = float("inf")
    until = time.perf_counter() + seconds
    rounds = 0
    while rounds < 3 or time.perf_counter() < until:
        begun = time.process_time()
        done = run()
        fastest = min(fastest, time.process_time() - begun)
        assert done == tasks, f"{done} tasks instead of {tasks}"
        rounds += 1
    return fastest / tasks * 1e6


def ours(model: bytes, tasks: int, seconds: float) -> float:
    """The net."""
    compiled = net.compile(bpmn.loads(model), "p")
    return best(lambda: play(compiled), tasks, seconds)


def spiff(model: bytes, tasks: int, seconds: float) -> float:
    """SpiffWorkflow, its specification parsed once."""
    from lxml import etree
    from SpiffWorkflow.bpmn import BpmnWorkflow
    from SpiffWorkflow.bpmn.parser import BpmnParser
    from SpiffWorkflow.util.task import TaskState

    parser = BpmnParser()
    parser.add_bpmn_xml(etree.parse(io.BytesIO(model)))
    spec = parser.get_spec("p")

    def run() -> int:
        workflow = BpmnWorkflow(spec)
        workflow.do_engine_steps()
        done = 0
        while ready := workflow.get_tasks(state=TaskState.READY, manual=True):
            for task in ready:
                task.run()
                done += 1
            workflow.do_engine_steps()
        return done

    return best(run, tasks, 0 if tasks == 24 else seconds)


SCRIPT = """
const fs = require('fs');
const {Engine} = require('bpmn-engine');
const {performance} = require('perf_hooks');
async function once(source) {
  const engine = new Engine({name: 'bench', source});
  let done = 0;
  const begun = performance.now();
  const execution = await engine.execute();
  let waiting = execution.getPostponed().filter((element) => element.type === 'bpmn:UserTask');
  while (waiting.length) {
    for (const element of waiting) { element.signal(); done++; }
    waiting = execution.getPostponed().filter((element) => element.type === 'bpmn:UserTask');
  }
  return [performance.now() - begun, done];
}
(async () => {
  const source = fs.readFileSync(process.argv[2], 'utf8');
  let fastest = Infinity, tasks = 0;
  const rounds = Number(process.argv[3]);
  for (let round = 0; round < rounds; round++) {
    const [took, done] = await once(source);
    tasks = done;
    fastest = Math.min(fastest, took);
  }
  console.log(JSON.stringify({micros: fastest * 1000 / tasks, tasks}));
})();
"""


def bpmn_engine(model: bytes, modules: Path) -> float | None:
    """bpmn-engine on node, parsing left in (its definitions are made anew for every run); None when it fails."""
    with tempfile.TemporaryDirectory() as folder:
        script, source = Path(folder, "bench.cjs"), Path(folder, "model.bpmn")
        script.write_text(SCRIPT, encoding="utf-8")
        source.write_bytes(model)
        Path(folder, "node_modules").symlink_to(modules.resolve())
        try:
            output = subprocess.run(
                ["node", str(script), str(source), "20"],
                capture_output=True,
                check=True,
                timeout=120,
                text=True,
            ).stdout
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return None
    answer = json.loads(output)
    return float(answer["micros"])


def compile_time(model: bytes) -> float:
    """Milliseconds to compile a parsed document, the best of five."""
    document = bpmn.loads(model)
    fastest = float("inf")
    for _round in range(5):
        begun = time.process_time()
        net.compile(document, "p")
        fastest = min(fastest, time.process_time() - begun)
    return fastest * 1e3


def definition_times(model: bytes) -> tuple[float, float, float]:
    """Milliseconds to a net from the model's file, and from the stored form of the net, each the best of five.

    Expressions that were compiled before are forgotten, as in a process that has just begun. The third figure is
    the size of the stored form against that of the file.
    """
    stored = net.dumps_net(net.compile(bpmn.loads(model), "p"))

    def timed(make: Callable[[], object]) -> float:
        fastest = float("inf")
        for _round in range(5):
            compile_expression.cache_clear()
            begun = time.process_time()
            make()
            fastest = min(fastest, time.process_time() - begun)
        return fastest * 1e3

    from_model = timed(lambda: net.compile(bpmn.loads(model), "p"))
    return from_model, timed(lambda: net.loads_net(stored)), len(stored) / len(model)


def sizes() -> tuple[int, int]:
    """Bytes of a waiting instance of ten tasks: stored, and its token state in memory."""
    compiled = net.compile(bpmn.loads(rows(1, 10)), "p")
    run = Run(State(compiled), datetime(2022, 1, 10, tzinfo=UTC))
    run.start({})
    stored = json.dumps(dump(run.state), separators=(",", ":"))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [dump(run.state) for _copy in range(200)]
    size = (tracemalloc.get_traced_memory()[0] - before) // len(kept)
    tracemalloc.stop()
    return len(stored), size


def whole_call(model: bytes, tasks: int, seconds: float) -> float:
    """`in_memory_run` as a stranger calls it the first time: reading, compiling and running, microseconds a task."""

    def run() -> int:
        forget_models()
        return in_memory_run(model, "p")

    return best(run, tasks, seconds)


def opening(count: int = 200) -> tuple[float, float]:
    """Milliseconds to open a store and have the nets of `count` definitions of 50 tasks: kept, and compiled again."""
    body = sequence(50).decode()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/store.db"
        with Engine(url) as engine:
            for number in range(count):
                engine.deploy(body.replace('process id="p"', f'process id="p{number}"').encode())

        def opened() -> float:
            compile_expression.cache_clear()
            begun = time.process_time()
            with Engine(url) as engine:
                for number in range(count):
                    engine.net(f"p{number}:1")
            return (time.process_time() - begun) * 1e3

        kept = min(opened() for _round in range(3))
        with sqlite3.connect(f"{folder}/store.db") as connection:
            connection.execute("DELETE FROM resolute_nets")
        return kept, min(opened() for _round in range(3))


def _column(value: float | None, mine: float) -> str:
    return f"{'-':>20}" if value is None else f"{value:9.1f} ({value / mine:6.0f} ×)"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--node-modules", type=Path)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    options = parser.parse_args()
    seconds = 0.2 if options.quick else 1.0
    use_node = options.node_modules is not None and shutil.which("node") is not None
    print(f"{'µs a completed task':22} {'net':>7} {'first call':>11} {'SpiffWorkflow':>20} {'bpmn-engine':>20}")
    results = {}
    for name, (model, tasks) in MODELS.items():
        mine = results[name] = ours(model, tasks, seconds)
        first = whole_call(model, tasks, seconds / 4)
        theirs = spiff(model, tasks, seconds) if name in PEERS else None
        node = bpmn_engine(model, options.node_modules) if use_node and name in PEERS else None
        print(f"{name:22} {mine:7.2f} {first:11.2f} {_column(theirs, mine):>20} {_column(node, mine):>20}")
    growth = results["sequence of 10,000"] / results["sequence of 10"]
    print(f"\ngrowth with length (10,000 / 10)      {growth:6.2f}")
    print(f"compile 1,000 nodes                   {compile_time(sequence(998)):6.1f} ms")
    print(f"compile 100,000 nodes                 {compile_time(sequence(99_998)):6.0f} ms")
    for name, model in (("1,000 tasks", sequence(1_000)), ("1,000 conditions", choices(1_000))):
        compiled, loaded, size = definition_times(model)
        figures = f"{compiled:6.1f} ms read and compiled, {loaded:6.1f} ms from the stored net"
        print(f"{name:37} {figures} ({compiled / loaded:.1f} ×, {size:.2f} of its size)")
    kept, again = opening()
    print(f"open a store with 200 definitions     {kept:6.0f} ms, {again:.0f} ms when all are compiled again")
    stored, memory = sizes()
    print(f"ten tasks waiting: stored             {stored:6} bytes")
    print(f"ten tasks waiting: as JSON in memory  {memory:6} bytes")


if __name__ == "__main__":
    main()
