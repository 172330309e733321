"""Runs of a scenario in Prosimos; prints the mean seconds of each task in each run as JSON. Data on stdin."""

import contextlib
import csv
import json
import random
import sys
import tempfile
from datetime import datetime
from pathlib import Path

import numpy
from prosimos.simulation_engine import run_simulation


def means(log):
    """Task -> mean processing, waiting and cycle of an event log."""
    found = {}
    with log.open() as file:
        for row in csv.DictReader(file):
            ready, begun, done = (datetime.fromisoformat(row[f"{name}_time"]) for name in ("enable", "start", "end"))
            times = [(last - first).total_seconds() for first, last in ((begun, done), (ready, begun), (ready, done))]
            found.setdefault(row["activity"], []).append(times)
    names = ("processing", "waiting", "cycle")
    return {
        task: {name: sum(times[at] for times in rows) / len(rows) for at, name in enumerate(names)}
        for task, rows in found.items()
    }


def modern(part):
    """A scenario with exponentials of older versions (loc, scale, min, max) in the order of 2.1 (mean, min, max)."""
    if isinstance(part, list):
        return [modern(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    values = [entry["value"] for entry in part.get("distribution_params", [])]
    if part.get("distribution_name") == "expon" and len(values) == 4 and values[2] <= values[1]:
        loc, scale, low, high = values
        assert low <= loc, "an exponential cut off below cannot be said in the order of 2.1"
        return {**part, "distribution_params": [{"value": value} for value in (loc + scale, loc, high)]}
    assert len(values) < 5, "a distribution of five parameters cannot be said in the order of 2.1"
    return {name: modern(entry) for name, entry in part.items()}


def main():
    data = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        log, scenario, runs = Path(folder) / "log.csv", Path(folder) / "scenario.json", []
        scenario.write_text(json.dumps(modern(json.loads(Path(data["scenario"]).read_text()))))
        for number in range(data["runs"]):
            random.seed(number)
            numpy.random.seed(number)
            run_simulation(data["model"], str(scenario), data["cases"], None, str(log), data["start"])
            runs.append(means(log))
    print(json.dumps(runs))


main()
