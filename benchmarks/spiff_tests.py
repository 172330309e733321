"""Replays SpiffWorkflow's own tests on the net: does every step stand open, does it end where the test says?

    python benchmarks/spiff_tests.py FOLDER [--details]

FOLDER is a checkout of sartography/SpiffWorkflow (its `tests`). The tests run first, on SpiffWorkflow, and are
written down (`spiff_recorder.py`); then each is given to the net step by step, with called processes as instances of
their own and all data handed over both ways, as SpiffWorkflow does.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lxml import etree

from resolute import bpmn
from resolute.bpmn.names import BPMN
from resolute.errors import ModelError, ResoluteError
from resolute.execution.executors.net import NetExecutor
from resolute.execution.seam import ChildEnded, Command, Complete, Event, Outcome, Trigger
from resolute.net import Net

SIGNALS = {"MessageEventDefinition": "message", "SignalEventDefinition": "signal"}
KNOWN = {
    "ParallelGatewayLoopInputTest": "a parallel join waits for its own loop (13.4.1)",
    "testCondition": "the test changes the model in Python",
    "testSet": "data that is no JSON",
    "testTaskDataSize": "the script repeats a text by multiplying it",
    "Reset": "going back is no operation of BPMN",
}
"""Parts of test names -> why they part from the net."""


def main() -> None:
    """Reads the arguments and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--details", action="store_true")
    options = parser.parse_args()
    results: Counter[str] = Counter()
    details: dict[str, list[str]] = defaultdict(list)
    for line in recorded(options.folder):
        result, detail = replayed(line, options.folder / "tests/SpiffWorkflow/bpmn/data")
        if result in ("a step is not open", "ends otherwise"):
            known = next((why for part, why in KNOWN.items() if part in line["test"]), None)
            result = result if known is None else f"outside: {known}"
        results[result] += 1
        details[result].append(f"{line['test']}: {detail}")
    for result, count in results.most_common():
        print(f"{count:5}  {result}")
        if options.details and result != "the same":
            for detail in details[result]:
                print(f"         {detail[:200]}")


def recorded(folder: Path) -> list[dict[str, Any]]:
    """Runs the tests on SpiffWorkflow; one entry for each that passed."""
    with tempfile.TemporaryDirectory() as temporary:
        record = Path(temporary, "record.jsonl")
        here = str(Path(__file__).resolve().parent)
        command = [sys.executable, "-m", "pytest", "tests/SpiffWorkflow/bpmn", "-q", "-p", "spiff_recorder"]
        command += ["-o", "python_files=*Test.py", "-p", "no:cacheprovider", "--rootdir", str(folder)]
        environment = {**os.environ, "SPIFF_RECORD": str(record), "PYTHONPATH": f"{here}:{folder}"}
        subprocess.run(command, cwd=folder, env=environment, check=False, stdout=subprocess.DEVNULL)
        return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def replayed(line: dict[str, Any], folder: Path) -> tuple[str, str]:
    """How one test goes on the net, and where it parts."""
    if line["model"] is None or not line["steps"]:
        return "outside: the test loads no single model", ""
    pattern, process = line["model"]
    try:
        world = World(folder, pattern, datetime.fromisoformat(line["steps"][0]["at"]))
        return world.live(process, line)
    except ModelError as error:
        codes = sorted({finding.code for finding in error.findings if finding.severity == "error"})
        return f"refused: {', '.join(codes)}", str(error)
    except ResoluteError as error:
        return f"fails: {type(error).__name__}", str(error)


class World:
    """All instances of one test, and what goes between them."""

    def __init__(self, folder: Path, pattern: str, now: datetime) -> None:
        self.executor = NetExecutor()
        self.now = now
        self.documents: dict[str, bpmn.Document] = {}
        self.names: dict[str, str] = {}
        self.instances: list[Instance] = []
        self.todo: list[tuple[Instance, Event]] = []
        for path in sorted(folder.glob(pattern)):
            if path.suffix in (".bpmn", ".xml"):
                document = with_choices(bpmn.load(path))
                for process in document.processes:
                    self.documents[process.id] = document
                    self.names[process.name] = process.id

    def live(self, process: str, line: dict[str, Any]) -> tuple[str, str]:
        """Gives every step of a test in turn."""
        first = next((step["data"] for step in line["steps"] if step["kind"] == "start"), {})
        root = Instance(self, process if process in self.documents else self.names[process], first)
        self.settle()
        for step in line["steps"]:
            self.now = max(self.now, datetime.fromisoformat(step["at"]))
            self.fire_timers()
            if step["kind"] == "run" and not self.complete(step["element"], step["data"]):
                return "a step is not open", f"{step['element']}; open: {self.open_elements()}"
            if step["kind"] == "event" and step["type"] in SIGNALS:
                self.route(SIGNALS[step["type"]], step["name"], step["payload"])
            self.settle()
        self.now = datetime.now(UTC)
        self.fire_timers()
        settled = line["ended"] or line["ready"]
        if settled and line["ended"] != (root.ended is not None):
            return "ends otherwise", f"test: {line['ended']}, net: {root.ended}; open: {self.open_elements()}"
        return "the same", ""

    def net(self, process: str) -> Net:
        """The compiled process."""
        return self.executor.prepare(self.documents[process], process)

    def open_elements(self) -> list[str]:
        """What waits for an answer, in all instances."""
        return [event.element for instance in self.instances for event in instance.open.values()]

    def complete(self, element: str, data: dict[str, Any]) -> bool:
        """Completes the oldest open task of that element; whether there is one."""
        for instance in self.instances:
            for token, event in instance.open.items():
                if event.kind in ("task", "job") and event.element == element:
                    instance.give(Complete(token, data))
                    return True
        return False

    def route(self, kind: str, name: str, payload: dict[str, Any], heard: Instance | None = None) -> None:
        """Gives a message to the first, a signal to all that wait for it but the one that has `heard` it."""
        for instance in list(self.instances):
            if instance is heard:
                continue
            for token, event in list(instance.open.items()):
                waits = event.kind == "subscribed" and event.detail["type"] == kind
                if waits and event.detail["name"] == name and token in instance.open:
                    instance.give(Trigger(token, payload))
                    if kind == "message":
                        return

    def fire_timers(self) -> None:
        """Fires what is due, oldest first."""
        for _timer in range(100):
            due = [
                (datetime.fromisoformat(event.detail["due"]), number, token)
                for number, instance in enumerate(self.instances)
                for token, event in instance.open.items()
                if event.kind == "subscribed" and event.detail["type"] == "timer"
            ]
            if not due or min(due)[0] > self.now:
                return
            at, number, token = min(due)
            self.instances[number].give(Trigger(token, {}, at))
            self.settle()

    def settle(self) -> None:
        """Starts called processes, hands back their ends, delivers what was sent."""
        while self.todo:
            instance, event = self.todo.pop(0)
            if event.kind == "called" and event.token in instance.open:
                Instance(self, event.detail["process"], dict(instance.data), instance, event)
            elif event.kind == "sent":
                sender = instance if event.detail.get("heard") else None
                self.route(event.detail["type"], event.detail["name"], event.detail["payload"], sender)
            elif event.kind == "ended" and instance.parent is not None:
                instance.parent.child_ended(instance, event.detail.get("error"))


class Instance:
    """One instance of a process on the net."""

    def __init__(
        self,
        world: World,
        process: str,
        data: dict[str, Any],
        parent: Instance | None = None,
        call: Event | None = None,
    ) -> None:
        self.world = world
        self.parent = parent
        self.token = None if call is None else call.token
        self.net = world.net(process)
        self.open: dict[str, Event] = {}
        self.ended: str | None = None
        world.instances.append(self)
        catches = () if call is None else call.detail["catches"]
        self.take(world.executor.start(self.net, data, world.now, catches=catches))

    def give(self, command: Command) -> None:
        """Applies a command."""
        self.take(self.world.executor.apply(self.net, self.state, command, self.world.now))

    def child_ended(self, child: Instance, error: str | None) -> None:
        """A called process has ended; all of its data comes back."""
        if child.token in self.open:
            data = {name: value for name, value in child.data.items() if self.data.get(name) != value}
            self.state["data"].update(data)
            self.give(ChildEnded(child.token, data, error))

    def take(self, outcome: Outcome) -> None:
        """Keeps what an outcome opens and closes."""
        self.state, self.data = outcome.state, outcome.data
        for event in outcome.events:
            token = event.token or ""
            if event.kind in ("task", "job", "called", "subscribed"):
                self.open[token] = event
            elif event.kind in ("completed", "cancelled", "unsubscribed"):
                self.open.pop(token, None)
            if event.kind == "cancelled":
                self.cancel_children(token)
            if event.kind == "ended":
                self.ended = event.detail["outcome"]
            if event.kind in ("called", "sent", "ended"):
                self.world.todo.append((self, event))

    def cancel_children(self, token: str) -> None:
        """A cancelled call takes its process with it."""
        for child in self.world.instances:
            if child.parent is self and child.token == token:
                child.open.clear()


def with_choices(document: bpmn.Document) -> bpmn.Document:
    """What SpiffWorkflow's test parser adds: an exclusive flow without a condition means `choice` is its name."""
    for gateway in document.tree.getroot().iter(f"{{{BPMN}}}exclusiveGateway"):
        flows = [
            flow
            for flow in document.tree.getroot().iter(f"{{{BPMN}}}sequenceFlow")
            if flow.get("sourceRef") == gateway.get("id")
        ]
        for flow in flows:
            bare = flow.find(f"{{{BPMN}}}conditionExpression") is None
            if bare and len(flows) > 1 and flow.get("id") != gateway.get("default"):
                condition = etree.SubElement(flow, f"{{{BPMN}}}conditionExpression")
                condition.text = f"choice == '{flow.get('name', '')}'"
    return document


if __name__ == "__main__":
    main()
