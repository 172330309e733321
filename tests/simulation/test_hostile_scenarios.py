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
from resolute.bpmn.build import process, script, user
from resolute.bpmn.document import Document
from resolute.errors import InputError, ResoluteError
from resolute.simulation import fast, load, load_scenario, prosimos, simulate
from resolute.simulation.distributions import Distribution
from resolute.simulation.play import Backend
from resolute.simulation.scenario import Scenario, Step
from simulation.test_bpsim import LENIENT
from simulation.test_scenarios import FULL, MODEL, PROSIMOS

OWN = json.loads(json.dumps(yaml.safe_load(FULL), default=str))
NASTY = [None, True, -1, 0, 1e400, float("nan"), "", "x", "∞", "-5d", "1e9999d", "P1Y2W", [], {}, [[]], {"": None}]
NASTY += ["9-18", "25:00-26:00", 10**30, -(10**30), "0001-01-01", "9999-12-31", "2024-02-30", "a" * 5000, {"pert": {}}]
compiled = pytest.mark.skipif(not fast.available(), reason="the extra `fast` is not installed")
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


def circle(kind: str) -> Document:
    """A model with a circle in which no time passes."""
    model = process("p")
    row = model.start().gateway("exclusive", "in")
    if kind == "script":
        row = row.then(script("count", "n = n + 1"))
    if kind == "fork":
        row.gateway("parallel", "out").user("a").end()
        model.at("out").goto("in")
        return model.document()
    row.gateway("exclusive", "out").when("n < 0").end()
    model.at("out").otherwise().goto("in")
    return model.document()


@pytest.mark.parametrize(
    ("kind", "scenario"),
    [
        ("gateways", Scenario(flows={"flow_out_in": 1.0})),
        ("script", Scenario(data={"n": 0})),
        ("fork", Scenario()),
    ],
)
@pytest.mark.parametrize("backend", ["plain", pytest.param("compiled", marks=compiled)])
def test_a_circle_in_which_no_time_passes_is_named(kind: str, scenario: Scenario, backend: Backend) -> None:
    with pytest.raises(InputError, match=r"a loop never ends: .*\bout\b"):
        simulate(circle(kind), scenario=scenario, runs=2, backend=backend)


@compiled
def test_many_moves_at_one_moment_are_no_circle() -> None:
    copies = 60_000
    model = process("p").start().user("a").sub("s", [script("b", "n = 1"), user("c")], each="x").end().document()
    at_once = Step(duration=Distribution("fixed", (0.0,)), copies=Distribution("fixed", (copies,)))
    forecast = simulate(
        model, scenario=Scenario(steps={"s": at_once, "c": at_once}, strict=False), runs=1, backend="compiled"
    )
    assert forecast.unfinished == 0.0


def test_a_party_that_nothing_needs_is_told(tmp_path: Path) -> None:
    model = process("p").start().user("a", party="Clerk").end().document()
    found = simulate(model, scenario=load.scenario({"parties": {"Klerk": {"capacity": 1}}}), runs=1).findings
    assert [(one.code, one.element, "Clerk" in one.message) for one in found if one.severity == "warning"] == [
        ("unknown-party", "Klerk", True)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("steps: {a: {repeat: 1}}", "steps.a.repeat"),
        ("steps: {a: {duration: -5d}}", "steps.a.duration"),
        ("steps: {a: {duration: .nan}}", "steps.a.duration"),
        ("gateways: {g: {b: 0.9, c: 0.9}}", "gateways.g"),
        ("steps: {a: {}, zz: {}}", "steps: the model has no element"),
        ("steps: {a: {who: [Nobody]}}", "steps.a.who: there is no party or person"),
        ("steps: {a: {also: [Nobody]}}", "steps.a.also: there is no party or person"),
        ("steps: {a: {sets: {x: {true: 0.5, false: 0.2}}}}", "steps.a.sets.x: the probabilities add up to 0.7"),
        ("steps: {a: {sets: {x: [1]}}}", "steps.a.sets.x: a list"),
        ("data: {x: {pert: [1, 2]}}", "data.x"),
        ("calendar: {days_off: [2020-01-01..2029-12-31, 2030-01-01..2039-12-31]}", "calendar: this calendar"),
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
