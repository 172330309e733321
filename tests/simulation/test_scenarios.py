"""Scenario files: what they say, and what is said about them when they are wrong."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from resolute.bpmn.build import otherwise, process, user, when
from resolute.errors import InputError
from resolute.simulation import load, load_scenario, simulate

MODEL = (
    process("p")
    .start()
    .user("a", "Prepare", party="Clerk")
    .exclusive([when("x"), user("b", "Check", party="Clerk")], [otherwise(), user("c", "Drop")], id="g")
    .end("end")
    .document()
)

FULL = """
start: 2024-03-01
calendar: {hours: "09:00-18:00", days: mon-fri, country: RU}
calendars:
  shop: {week: {mon: "8-12", tue: "8-12", sat: "10:00-14:00"}}
parties:
  Clerk:
    calendar: shop
    cost_per_hour: 10
    persons:
      Ann: {skills: [law]}
      Ben: {days_off: [2024-03-04..2024-03-08]}
steps:
  a: {duration: {pert: [1h, 2h, 4h]}, priority: 1, sets: {fine: {true: 0.5, false: 0.5}, size: {uniform: [1, 9]}}}
  Check: {duration: {lognormal: {mean: 3h, sd: 1h}}, who: {Ann: 2h, Ben: {uniform: [1h, 2h]}}, skill: law}
  c: {duration: 30m, who: [], cost: 5}
gateways:
  g: {b: 0.6, c: 0.4}
data: {amount: {lognormal: {mean: 300, sd: 200}}, region: South, urgent: true, members: [1, 2]}
arrivals: {every: {exponential: 2h}, calendar: shop}
cases: 20
discipline: fifo
"""


def written(folder: Path, text: str, name: str = "s.yaml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_full_scenario_is_read_and_run(tmp_path: Path) -> None:
    scenario = load_scenario(written(tmp_path, FULL))
    forecast = simulate(MODEL, scenario=scenario, runs=5)
    assert {party.party for party in forecast.parties} == {"Clerk"}
    assert forecast.process[0].cases == 20 and forecast.unfinished == 0.0
    assert [task.name for task in forecast.tasks] == ["Prepare", "Check", "Drop"]
    assert forecast.cost > 0


def schema_accepts(text: str) -> bool:
    path = Path(load.__file__).parent / "data" / "scenario.schema.json"
    data = json.loads(json.dumps(yaml.safe_load(text), default=str))
    return Draft202012Validator(json.loads(path.read_text("utf-8"))).is_valid(data)


def test_the_schema_for_editors_knows_the_same_keys_as_the_reader() -> None:
    assert schema_accepts(FULL)
    for old, new in (("cases: 20", "cases: 0"), ("start:", "begin:"), ("pert:", "bell:"), ("fifo", "lifo")):
        assert not schema_accepts(FULL.replace(old, new, 1))


def test_only_who_has_the_skill_does_the_task(tmp_path: Path) -> None:
    forecast = simulate(MODEL, scenario=written(tmp_path, FULL), runs=3, log=True)
    assert {row.party for row in forecast.log if row.name == "Check"} == {"Ann"}
    assert {row.party for row in forecast.log if row.name == "Drop"} == {None}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("b: 0.6", "b: 0.7", "gateways.g: the probabilities add up to 1.1"),
        ("b: 0.6", "b: 1.6", "gateways.g.b: found 1.6; expected a number 0..1"),
        ("{b: 0.6, c: 0.4}", "{q: 1.0}", "gateways.g: no way out is called 'q'"),
        ("c: {duration: 30m", "zzz: {duration: 30m", "no element, name or point 'zzz'"),
        ("30m", "-30m", "'-30m' is no amount of time"),
        ("30m", ".inf", "steps.c.duration: found inf"),
        ("pert:", "bell:", "there is no distribution 'bell'"),
        ("[1h, 2h, 4h]", "[5h, 2h, 4h]", "min <= mode <= max"),
        ("[1h, 2h, 4h]", "[1h, 4h]", "found 2 parameters; expected min, mode, max"),
        ("calendar: shop\n    cost", "calendar: shut\n    cost", "'shut' is not defined"),
        ('{mon: "8-12", tue: "8-12", sat: "10:00-14:00"}', "{}", "no working hour"),
        ('"8-12", tue', '"12-8", tue', "end before they begin"),
        ("country: RU", "country: XX", "no production calendar"),
        ("discipline: fifo", "discipline: lifo", "expected fifo or deadline"),
        ("cases: 20", "cases: 0", "cases: found 0"),
        ("start:", "begin:", "begin: this key means nothing here"),
        ("skill: law", "skill: war", "nobody has the skill 'war'"),
        ("start: 2024-03-01", "start: [", "this is not YAML"),
        ("cost: 5", "repeat: 1.0", "always repeated never ends"),
    ],
)
def test_a_wrong_scenario_is_refused_with_its_key(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in FULL
    path = written(tmp_path, FULL.replace(old, new, 1))
    with pytest.raises(InputError) as caught:
        simulate(MODEL, scenario=path, runs=1)
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_a_missing_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_scenario(tmp_path / "none.yaml")


PROSIMOS = {
    "resource_profiles": [
        {"id": "P", "name": "P", "resource_list": [
            {"id": "R", "name": "R", "cost_per_hour": "35", "amount": 2, "calendar": "C", "assignedTasks": ["a"]}]}
    ],
    "arrival_time_distribution": {
        "distribution_name": "expon", "distribution_params": [{"value": 900}, {"value": 0}, {"value": 90000}]},
    "arrival_time_calendar": [
        {"from": "MONDAY", "to": "FRIDAY", "beginTime": "09:00:00.000", "endTime": "17:00:00.000"}],
    "gateway_branching_probabilities": [
        {"gateway_id": "g", "probabilities": [
            {"path_id": "flow_g_b", "value": "0.7"}, {"path_id": "flow_g_c", "value": 0.3}]}
    ],
    "task_resource_distribution": [
        {"task_id": task, "resources": [{"resource_id": "R", "distribution_name": "norm", "distribution_params": [
            {"value": 600.0}, {"value": 60.0}, {"value": 300.0}, {"value": 900.0}]}]}
        for task in "abc"
    ],
    "resource_calendars": [
        {"id": "C", "name": "C", "time_periods": [
            {"from": "MONDAY", "to": "SUNDAY", "beginTime": "00:00:00.000", "endTime": "23:59:59.999"}]}
    ],
    "batch_processing": [{"task_id": "a"}],
}  # fmt: skip


def test_a_prosimos_scenario_gives_the_times_of_each_task(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(PROSIMOS), "prosimos.json")
    forecast = simulate(MODEL, scenario=path, runs=5, cases=200)
    tasks = forecast.to_dict()["tasks"]
    assert set(tasks) == {"Prepare", "Check", "Drop"}
    assert tasks["Prepare"]["processing"]["mean"] == pytest.approx(600, rel=0.02)
    assert tasks["Prepare"]["processing"]["p95"] == pytest.approx(600 + 1.645 * 60, rel=0.03)
    assert tasks["Check"]["count"] == pytest.approx(140, rel=0.08)
    assert tasks["Prepare"]["cycle"]["mean"] == pytest.approx(
        tasks["Prepare"]["processing"]["mean"] + tasks["Prepare"]["waiting"]["mean"]
    )
    assert "scenario-part-left-out" in {finding.code for finding in forecast.findings}


def test_the_first_case_of_a_prosimos_scenario_comes_in_the_arrival_calendar_too(tmp_path: Path) -> None:
    path = written(tmp_path, json.dumps(PROSIMOS), "prosimos.json")
    saturday = datetime(2024, 1, 6, 12)  # noqa: DTZ001 - the clock of a scenario has no zone
    log = simulate(MODEL, scenario=path, runs=3, cases=2, start=saturday, log=True).log
    prepared = sorted(row.enabled for row in log if row.name == "Prepare" and row.case == 0)
    assert prepared == [datetime(2024, 1, 8, 9)] * 3  # noqa: DTZ001


def test_a_prosimos_scenario_that_names_an_unknown_resource_is_refused(tmp_path: Path) -> None:
    wrong = json.loads(json.dumps(PROSIMOS))
    wrong["task_resource_distribution"][1]["resources"][0]["resource_id"] = "nobody"
    with pytest.raises(InputError, match=r"task_resource_distribution\.1\.resources\.0: resource 'nobody'"):
        load_scenario(written(tmp_path, json.dumps(wrong), "p.json"))


BPSIM = """<?xml version="1.0"?>
<BPSimData xmlns="http://www.bpsim.org/schemas/2.0">
  <Scenario id="s" name="S">
    <ScenarioParameters baseTimeUnit="min">
      <Start><DateTimeParameter value="2024-03-01T09:00:00"/></Start></ScenarioParameters>
    <ElementParameters elementRef="start"><ControlParameters>
      <InterTriggerTimer><NegativeExponentialDistribution mean="20"/></InterTriggerTimer>
      <TriggerCount><NumericParameter value="40"/></TriggerCount></ControlParameters></ElementParameters>
    <ElementParameters elementRef="a">
      <TimeParameters><ProcessingTime>
        <TriangularDistribution min="5" mode="10" max="15"/></ProcessingTime></TimeParameters>
      <ResourceParameters><Selection>
        <ExpressionParameter value="bpsim:getResource('clerks',1)"/></Selection></ResourceParameters>
      <CostParameters><FixedCost><FloatingParameter value="2.5"/></FixedCost></CostParameters></ElementParameters>
    <ElementParameters elementRef="clerks"><ResourceParameters>
      <Quantity><NumericParameter value="3"/></Quantity></ResourceParameters></ElementParameters>
    <ElementParameters elementRef="flow_g_b"><ControlParameters>
      <Probability><FloatingParameter value="0.25"/></Probability></ControlParameters></ElementParameters>
    <ElementParameters elementRef="flow_g_c"><ControlParameters>
      <Probability><FloatingParameter value="0.75"/></Probability></ControlParameters></ElementParameters>
  </Scenario>
</BPSimData>"""


def test_a_bpsim_scenario_is_read(tmp_path: Path) -> None:
    forecast = simulate(MODEL, scenario=written(tmp_path, BPSIM, "s.bpsim"), runs=20)
    assert forecast.process[0].cases == 40 and forecast.start.isoformat() == "2024-03-01T09:00:00"
    assert forecast.step("b").executions == pytest.approx(10, abs=1.5)
    assert forecast.step("a").cost == pytest.approx(100.0)
    clerks = next(party for party in forecast.parties if party.party == "clerks")
    assert clerks.tasks == 40.0 and clerks.limited


def test_a_doctype_in_bpsim_is_refused(tmp_path: Path) -> None:
    evil = BPSIM.replace("<BPSimData", '<!DOCTYPE x [<!ENTITY a "b">]><BPSimData', 1)
    with pytest.raises(InputError, match="DOCTYPE"):
        load_scenario(written(tmp_path, evil, "s.bpsim"))
