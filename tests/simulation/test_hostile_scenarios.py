"""Scenario files from strangers: whatever they hold, there is a forecast or one clear error, never a traceback."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commands import resolute
from resolute.errors import ResoluteError
from resolute.simulation import load, load_scenario, prosimos, simulate
from simulation.test_bpsim import LENIENT
from simulation.test_scenarios import FULL, MODEL, PROSIMOS

OWN = json.loads(json.dumps(yaml.safe_load(FULL), default=str))
NASTY = [None, True, -1, 0, 1e400, float("nan"), "", "x", "∞", "-5d", "1e9999d", "P1Y2W", [], {}, [[]], {"": None}]
NASTY += ["9-18", "25:00-26:00", 10**30, -(10**30), "0001-01-01", "9999-12-31", "2024-02-30", "a" * 5000, {"pert": {}}]
SETTINGS = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])


def spoilt(data, chance: random.Random):
    """A copy with one value replaced, one key renamed or one entry taken away, somewhere."""
    data = copy.deepcopy(data)
    places = []

    def walk(node) -> None:
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            places.append((node, key))
            if isinstance(node[key], dict | list):
                walk(node[key])

    walk(data)
    node, key = chance.choice(places)
    match chance.randrange(4):
        case 0 if isinstance(node, dict):
            node[chance.choice(["zzz", "", "1", "mean"])] = node.pop(key)
        case 1:
            del node[key]
        case _:
            node[key] = chance.choice(NASTY)
    return data


@SETTINGS
@given(st.integers(0, 10**9))
def test_a_spoilt_scenario_is_an_error_or_a_forecast(seed: int) -> None:
    chance = random.Random(seed)
    data = OWN
    for _time in range(chance.randint(1, 2)):
        data = spoilt(data, chance)
    try:
        scenario = load.scenario(data, "s.yaml")
        simulate(MODEL, scenario=scenario, runs=1, cases=3)
    except ResoluteError as error:
        assert str(error).startswith("s.yaml") and "\n" not in str(error)


@SETTINGS
@given(st.integers(0, 10**9))
def test_a_spoilt_prosimos_scenario_is_an_error_or_a_forecast(seed: int) -> None:
    data = spoilt(PROSIMOS, random.Random(seed))
    try:
        if prosimos.is_prosimos(data):
            simulate(MODEL, scenario=prosimos.scenario(data, "s.json"), runs=1, cases=3)
    except ResoluteError as error:
        assert str(error).startswith("s.json")


@SETTINGS
@given(st.integers(0, 10**9))
def test_a_spoilt_bpsim_file_is_an_error_or_a_forecast(tmp_path_factory, seed: int) -> None:
    chance = random.Random(seed)
    lines = LENIENT.splitlines()
    at = chance.randrange(len(lines))
    words = lines[at].split('"')
    if len(words) > 2:
        words[chance.randrange(1, len(words), 2)] = str(chance.choice(NASTY)).replace("<", "").replace("&", "")
    lines[at] = '"'.join(words)
    path = tmp_path_factory.getbasetemp() / "s.bpsim"
    path.write_text("\n".join(lines), "utf-8")
    try:
        simulate(MODEL, scenario=load_scenario(f"{path}#S2"), runs=1, cases=3)
    except ResoluteError as error:
        assert "s.bpsim" in str(error)


@given(st.one_of(st.text(max_size=60), st.binary(max_size=60)))
@settings(deadline=None, max_examples=60)
def test_any_content_is_one_clear_error_or_a_scenario(tmp_path_factory, content) -> None:
    for name in ("s.yaml", "s.json"):
        path = tmp_path_factory.getbasetemp() / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        try:
            load_scenario(path)
        except ResoluteError as error:
            assert name in str(error)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps: {a: {repeat: 1}}", "steps.a.repeat"),
        ("steps: {a: {duration: -5d}}", "steps.a.duration"),
        ("steps: {a: {duration: .nan}}", "steps.a.duration"),
        ("gateways: {g: {b: 0.9, c: 0.9}}", "gateways.g"),
        ("steps: {a: {who: [Nobody]}, zz: {}}", "steps: the model has no element"),
        ("calendar: {week: {}}", "calendar: this calendar has no working hour"),
        ("calendar: {days: []}", "calendar"),
        ("calendars: {x: {hours: ''}}", "calendars.x"),
        ("parties: {Clerk: {capacity: 0}}", "parties.Clerk.capacity"),
        ("correlations: [{steps: [a, q], coefficient: 0.5}]", "correlations"),
        ("correlations: [{steps: [a, b], coefficient: 2}]", "correlations.0.coefficient"),
        ("max_events: 1", "stopped at the horizon or the largest number of events"),
        ("horizon_days: 1\nsteps: {a: {duration: 90d}}", "stopped at the horizon"),
    ],
)
def test_the_command_line_names_the_key_and_the_element(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "p.bpmn").write_bytes(MODEL.xml)
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    done = resolute("simulate", "p.bpmn", "--scenario", "s.yaml", "--runs", "3", "--lang", "en", folder=tmp_path)
    assert said in done.stderr and "Traceback" not in done.stderr
    assert done.returncode == (0 if said.startswith("stopped") else 2)
    if done.returncode:
        assert done.stderr.startswith("resolute: error: s.yaml: ") and done.stderr.count("\n") == 1
