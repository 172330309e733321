"""The process of ten tasks in Prosimos; prints tasks for each second of processor time. Data on stdin, cases given."""

import csv
import json
import sys
import tempfile
import time
from pathlib import Path

from prosimos.simulation_engine import run_simulation


def scenario(data):
    """The same assumptions as Prosimos writes them."""
    week = [{"from": "MONDAY", "to": "FRIDAY", "beginTime": "09:00:00", "endTime": "18:00:00"}]

    def expon(mean):
        return {"distribution_name": "expon", "distribution_params": [{"value": v} for v in (mean, 0, mean * 1000)]}

    resources = [
        {"id": name, "name": name, "cost_per_hour": 1, "amount": count, "calendar": "week", "assignedTasks": []}
        for name, count in data["parties"].items()
    ]
    return {
        "resource_profiles": [{"id": "all", "name": "all", "resource_list": resources}],
        "arrival_time_distribution": expon(data["gap"]),
        "arrival_time_calendar": week,
        "gateway_branching_probabilities": [
            gateway("choice", {"flow_choice_t5": 0.4, "flow_choice_t6": 0.6}),
            gateway("out", {"flow_out_t9": 0.75, "flow_out_in": 0.25}),
        ],
        "task_resource_distribution": [
            {"task_id": name, "resources": [{"resource_id": data["party_of"][name], **expon(mean)}]}
            for name, mean in data["means"].items()
        ],
        "resource_calendars": [{"id": "week", "name": "week", "time_periods": week}],
        "event_distribution": [],
        "batch_processing": [],
        "case_attributes": [],
        "prioritisation_rules": [],
    }


def gateway(name, shares):
    paths = [{"path_id": path, "value": share} for path, share in shares.items()]
    return {"gateway_id": name, "probabilities": paths}


def main():
    data = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        path, log = Path(folder) / "scenario.json", Path(folder) / "log.csv"
        path.write_text(json.dumps(scenario(data)))
        begun = time.process_time()
        run_simulation(data["model"], str(path), int(sys.argv[1]), None, str(log), "2024-01-08 09:00:00+00:00")
        spent = time.process_time() - begun
        with log.open() as file:
            tasks = sum(1 for _row in csv.reader(file)) - 1
    print(tasks / spent)


main()
