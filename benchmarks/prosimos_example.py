"""Runs an example of Prosimos in Prosimos and here: do the mean times of each task agree? One table.

    python benchmarks/prosimos_example.py FOLDER --peers PYTHON

FOLDER holds one .bpmn and one .json, such as testing_scripts/assets/padua_example of the repository
AutomatedProcessImprovement/Prosimos; PYTHON is another interpreter, with prosimos==2.1.0 installed. Both play the same
cases from the same moment (exponentials in the order of older versions, which 2.1 takes for others, are put to it in
its own), in several runs each; a mean is compared by the spread of the runs' means, with Welch's t
and Holm's correction over all of the table. The exit status is 1 where a mean differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from datetime import datetime
from math import sqrt
from pathlib import Path
from statistics import NormalDist, mean, variance

from resolute.simulation import simulate

PROGRAM = Path(__file__).parent / "peers" / "prosimos_example.py"
MEASURES = ("processing", "waiting", "cycle")
START = datetime(2024, 1, 8, 9)  # noqa: DTZ001 - the clock of a scenario has no zone
LEVEL = 0.01
NEGLIGIBLE = 1e-4
"""A share of a mean that is no difference: days end at 23:59:59 in Prosimos, at midnight here."""

Run = dict[str, dict[str, float]]
"""Task -> measure -> mean seconds."""


def theirs(python: str, model: Path, scenario: Path, cases: int, runs: int) -> list[Run]:
    """The runs of Prosimos."""
    start = f"{START.isoformat(' ')}+00:00"
    data = {"model": str(model), "scenario": str(scenario), "cases": cases, "runs": runs, "start": start}
    answer = subprocess.run([python, str(PROGRAM)], input=json.dumps(data), capture_output=True, text=True, check=False)
    if answer.returncode:
        sys.exit(f"Prosimos does not play this example: {answer.stderr.strip().splitlines()[-1]}")
    found: list[Run] = json.loads(answer.stdout)
    return found


def ours(model: Path, scenario: Path, cases: int, runs: int) -> list[Run]:
    """The same here."""
    found = []
    for seed in range(1, runs + 1):
        tasks = simulate(model, runs=1, seed=seed, scenario=scenario, cases=cases, start=START).to_dict()["tasks"]
        found.append({name: {what: times[what]["mean"] for what in MEASURES} for name, times in tasks.items()})
    return found


def difference(one: list[float], two: list[float]) -> float:
    """The difference of two means in standard errors; zero where it is rounding alone."""
    gap = mean(one) - mean(two)
    if abs(gap) <= NEGLIGIBLE * mean(two):
        return 0.0
    error = sqrt(variance(one) / len(one) + variance(two) / len(two))
    return gap / error if error else float("inf")


def compare(here: list[Run], there: list[Run]) -> list[tuple[str, str, float, float, float]]:
    """Task, measure, mean here and there, difference."""
    rows = []
    for name in sorted({name for run in (*here, *there) for name in run}):
        for what in MEASURES:
            one, two = ([run[name][what] for run in runs if name in run] for runs in (here, there))
            if min(len(one), len(two)) < 2:
                rows.append((name, what, mean(one or [0.0]), mean(two or [0.0]), float("inf")))
            else:
                rows.append((name, what, mean(one), mean(two), difference(one, two)))
    return rows


def disagreeing(differences: list[float]) -> int:
    """How many differ by Holm's correction."""
    chances = sorted(2 * NormalDist().cdf(-abs(size)) for size in differences)
    for number, chance in enumerate(chances):
        if chance > LEVEL / (len(chances) - number):
            return number
    return len(chances)


def only(folder: Path, ending: str) -> Path:
    """The one file with an ending."""
    found = sorted(folder.glob(f"*{ending}"))
    if len(found) != 1:
        sys.exit(f"{folder} holds {len(found)} files *{ending}; expected one")
    return found[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--peers", metavar="PYTHON", default=sys.executable)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--runs", type=int, default=30)
    options = parser.parse_args()
    model, scenario = only(options.folder, ".bpmn"), only(options.folder, ".json")
    there = theirs(options.peers, model, scenario, options.cases, options.runs)
    rows = compare(ours(model, scenario, options.cases, options.runs), there)
    print(f"{'task':40} {'seconds of':12} {'here':>12} {'Prosimos':>12} {'difference/s.e.':>16}")
    for name, what, here, other, size in rows:
        print(f"{name[:40]:40} {what:12} {here:12.1f} {other:12.1f} {size:16.2f}")
    count = disagreeing([row[-1] for row in rows])
    print(f"{len(rows)} means of {options.runs} runs of {options.cases} cases: {count} differ")
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
