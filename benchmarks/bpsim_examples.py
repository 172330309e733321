"""Compares forecasts of the official BPSim examples with the official results.

    python benchmarks/bpsim_examples.py FOLDER     FOLDER: "Implementers Guide/Examples" of the BPSim repository

For each element with results: the mean of the official replications and ours, with the difference in per cent.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from statistics import fmean

from lxml import etree

from resolute.errors import ResoluteError
from resolute.simulation import load_scenario, simulate
from resolute.simulation.bpsim_amounts import tag_of

RUNS = 20


def official(path: Path) -> dict[str, dict[tuple[str, str, str], float]]:
    """Scenario -> (element, parameter, kind of result) -> mean over the replications, at their end."""
    found: dict[str, dict[tuple[str, str, str], float]] = {}
    for scenario in etree.parse(path).getroot():
        last: dict[tuple[str, str, str, str], tuple[str, float]] = {}
        for element in scenario:
            for parameter in (parameter for group in element for parameter in group):
                for value in parameter:
                    if value.get("result") and value.get("value"):
                        key = (
                            element.get("elementRef", ""),
                            tag_of(parameter),
                            value.get("result"),
                            value.get("instance") or "",
                        )
                        stamp = value.get("resultTimeStamp") or ""
                        if key not in last or stamp >= last[key][0]:
                            last[key] = (stamp, float(value.get("value")))
        grouped = defaultdict(list)
        for (*key, _instance), (_stamp, number) in last.items():
            grouped[tuple(key)].append(number)
        found[scenario.get("result", "")] = {key: fmean(values) for key, values in grouped.items()}
    return found


def compare(model: Path, name: str, expected: dict[tuple[str, str, str], float]) -> None:
    """Prints ours beside theirs for the tasks of one scenario."""
    scenario = load_scenario(f"{model}#{name}")
    forecast = simulate(model, scenario=scenario, runs=RUNS, cases=min(scenario.cases or 1, 2000))
    scale = (scenario.cases or 1) / forecast.process[0].cases
    times = {task.name: task.processing.mean / 60 for task in forecast.tasks}
    print(f"\n{model.name}, {name}: {forecast.runs} runs of {forecast.process[0].cases} cases")
    for (element, parameter, kind), theirs in sorted(expected.items()):
        step = next((step for step in forecast.steps if step.step == element), None)
        if step is None:
            continue
        ours = {
            ("TriggerCount", "count"): step.executions * scale,
            ("ProcessingTime", "count"): step.executions * scale,
            ("ProcessingTime", "mean"): times.get(step.name or element),
        }.get((parameter, kind))
        if ours is not None:
            part = f"{(ours / theirs - 1) * 100:+6.1f} %" if theirs else ""
            print(f"  {step.name[:40]:40} {parameter:15} {kind:6} {theirs:10.2f} {ours:10.2f} {part}")


def main(folder: Path) -> None:
    """Compares every example that has results."""
    for results in sorted(folder.glob("*_results.bpsim")):
        model = results.with_name(results.name.replace("_results.bpsim", ".bpmn"))
        for name, expected in official(results).items():
            try:
                compare(model, name, expected)
            except ResoluteError as error:
                print(f"\n{model.name}, {name}: {error}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
