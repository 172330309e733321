"""Calibration from logs, ignorance, comparisons and searches, from Python and from the command line."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commands import resolute
from resolute import net
from resolute.bpmn.build import otherwise, process, user, when
from resolute.engine import Engine
from resolute.errors import InputError
from resolute.simulation import load_scenario, simulate
from resolute.simulation.calibrate import Execution, branches, calibrated, concurrency, from_csv
from resolute.simulation.compare import compare
from resolute.simulation.distributions import Distribution
from resolute.simulation.ignorance import ignorance
from resolute.simulation.scenario import Scenario, Step, Unit
from resolute.simulation.search import improve
from resolute.simulation.worktime import office
from resolute.simulation.xes_reading import from_xes
from resolute.testing import Clock

DAY = 8 * 3600.0
TRUTH = Scenario(
    start=datetime.fromisoformat("2024-01-09T09:00"),
    calendar=office(None),
    units={"Office": Unit("Office", 1)},
    steps={name: Step(duration=Distribution("gamma", (4 * DAY, 2 * DAY))) for name in ("a", "b", "c")},
    gateways={"g": {"b": 0.8, "c": 0.2}},
)


def model():
    return (
        process("p")
        .start()
        .user("a", party="Office")
        .exclusive([when("x"), user("b", due="2024-01-22")], [otherwise(), user("c")], id="g")
        .end()
        .document()
    )


def seen(runs: int, seed: int = 1) -> list[Execution]:
    log = simulate(model(), scenario=TRUTH, runs=runs, seed=seed, log=True).log
    return [Execution(row.element, row.started, row.finished, row.party) for row in log]


def test_branches_are_counted_with_a_beta_prior() -> None:
    executions = seen(200)
    found = branches([net.compile(model())], executions)
    counts = [sum(one.activity == name for one in executions) for name in "bc"]
    assert list(found.counts["g"].values()) == counts
    shares = list(found.shares()["g"].values())
    assert shares == pytest.approx([(count + 1) / (sum(counts) + 2) for count in counts])
    nothing = branches([net.compile(model())], [])
    assert nothing.counts == {}


def test_what_was_learnt_forecasts_like_the_truth() -> None:
    executions = seen(400)
    learnt = calibrated(
        replace(TRUTH, steps={}, gateways={}), executions, branches([net.compile(model())], executions).shares()
    )
    right, found = simulate(model(), scenario=TRUTH, runs=2000), simulate(model(), scenario=learnt, runs=2000, seed=2)
    assert found.step("b").on_time == pytest.approx(right.step("b").on_time, abs=0.06)
    assert found.step("c").executions == pytest.approx(0.2, abs=0.06)


def test_ignorance_shrinks_with_what_was_seen_and_chance_with_the_runs() -> None:
    def found(count: int):
        executions = seen(count)
        known = branches([net.compile(model())], executions)
        return ignorance(model(), replace(TRUTH, steps={}, gateways={}), executions, known, turns=20, runs=300)[0]

    few, many = found(15), found(600)
    assert few.step == "b" and few.interval[0] < few.on_time < few.interval[1]
    # In theory about 7 points at fifteen executions of each task and a sixth of that at six hundred.
    assert 0.03 < few.ignorance < 0.15 and many.ignorance < few.ignorance / 2
    assert few.chance == pytest.approx((few.on_time * (1 - few.on_time) / 300) ** 0.5, rel=0.2)


def test_concurrency_is_the_most_that_was_in_hand_at_once() -> None:
    at = datetime.fromisoformat("2024-01-09T09:00")
    spans = [(0, 5), (1, 3), (2, 4), (3, 6), (7, 9)]
    executions = [Execution("a", at + timedelta(hours=b), at + timedelta(hours=e), "x") for b, e in spans]
    assert concurrency([*executions, Execution("a", at, at + timedelta(hours=1))]) == {"x": 3}


def test_logs_that_were_written_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "p.bpmn"
    path.write_bytes(model().xml)
    (tmp_path / "s.yaml").write_text(
        "gateways: {g: {b: 0.5, c: 0.5}}\nsteps: {a: {duration: {gamma: {mean: 4d, sd: 2d}}}}"
    )
    for name in ("log.csv", "log.xes"):
        done = resolute("simulate", "p.bpmn", "--scenario", "s.yaml", "--runs", "40", "--log", name, folder=tmp_path)
        assert done.returncode == 0, done.stderr
    xes, table = from_xes(tmp_path / "log.xes"), from_csv(tmp_path / "log.csv")
    assert len(list(csv.reader((tmp_path / "log.csv").open()))) == 81
    assert len(xes) == len(table) == 80

    def key(one: Execution):
        return one.activity, one.started.replace(microsecond=0), one.finished.replace(microsecond=0), one.resource

    assert sorted(map(key, xes), key=str) == sorted(map(key, table), key=str)
    for log in ("log.csv", "log.xes"):
        done = resolute("simulate", "p.bpmn", "--calibrate", log, "--runs", "50", "--json", folder=tmp_path)
        step = next(one for one in json.loads(done.stdout)["steps"] if one["step"] == "a")
        assert step["mean_days"] == pytest.approx(4.0, abs=1.2)
    done = resolute("simulate", "p.bpmn", "--calibrate", "log.xes", "--bootstrap", "5", "--runs", "50", folder=tmp_path)
    assert done.returncode == 0 and "80" in done.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<log><trace><event></log>", "not XML"),
        ("<log/>", "no activity has a start"),
        (
            '<log><trace><event><string key="concept:name" value="a"/><date key="time:timestamp" value="x"/></event>'
            "</trace></log>",
            "no ISO time",
        ),
    ],
)
def test_a_log_that_will_not_do_is_one_clear_error(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "log.xes"
    path.write_text(content, "utf-8")
    with pytest.raises(InputError, match=said):
        from_xes(path)


def test_the_history_of_the_database_is_learnt_from(tmp_path: Path) -> None:
    clock = Clock(datetime(2024, 1, 9, 9, tzinfo=UTC))
    with Engine(f"sqlite:///{tmp_path}/s.db", clock=clock) as engine:
        engine.deploy(model())
        for _number in range(25):
            engine.start("p", {"x": True})
            clock.advance(timedelta(days=1))
            engine.complete(engine.tasks(element="a")[0].id)
        done = resolute(
            *("simulate", "--calibrate", "history", "--runs", "20", "--json", "--no-keep"),
            *("--db", f"sqlite:///{tmp_path}/s.db", "--now", "2024-02-10"),
            folder=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["runs"] == 20


QUEUE = """
calendar: {country: null}
start: 2024-01-09
parties: {Office: {capacity: CAPACITY}}
steps:
  t0: {duration: {pert: [1d, 2d, 3d]}}
  t1: {duration: {pert: [1d, 2d, 3d]}}
  t2: {duration: {pert: [1d, 2d, 3d]}}
"""


def test_the_command_line_compares_and_searches(tmp_path: Path) -> None:
    names = ("t0", "t1", "t2")
    branches_ = [[user(name, name, party="Office", due="2024-01-12", ref=name)] for name in names]
    (tmp_path / "p.bpmn").write_bytes(process("p").start().parallel(*branches_).end().document().xml)
    for count in (1, 2):
        text = QUEUE.replace("CAPACITY", str(count)).replace("country: null", "days: mon-fri")
        (tmp_path / f"{count}.yaml").write_text(text, "utf-8")
    base = ("simulate", "p.bpmn", "--scenario", "1.yaml", "--runs", "200", "--lang", "en")
    done = resolute(*base, "--against", "2.yaml", "--json", folder=tmp_path)
    changed = {one["ref"]: one for one in json.loads(done.stdout)}
    assert changed["t2"]["difference"] > 0.5 and changed["t2"]["interval"][0] > 0
    assert "Change, points" in resolute(*base, "--against", "2.yaml", folder=tmp_path).stdout
    plan = json.loads(resolute(*base, "--improve", "t2", "--json", folder=tmp_path).stdout)
    assert plan["reached"] and 1 <= len(plan["changes"]) <= 2 and plan["before"] < 0.5 < 0.9 <= plan["probability"]
    assert plan["date"] > "2024-01-12"
    told = resolute(*base, "--improve", "t2", folder=tmp_path).stdout
    assert "With these changes" in told and "for a deadline of" in told
    assert resolute(*base, "--improve", "zzz", folder=tmp_path).returncode == 2
    assert resolute(*base, "--bootstrap", "3", folder=tmp_path).returncode == 2


def test_each_proposed_change_tells_which_deadlines_it_makes_less_likely(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(4)]
    branches_ = [[user(name, name, party="Office", due="2024-01-15", ref=name)] for name in names]
    (tmp_path / "p.bpmn").write_bytes(process("p").start().parallel(*branches_).end().document().xml)
    steps = "".join(f"  {name}: {{duration: {{pert: [1d, 2d, 3d]}}}}\n" for name in names)
    text = "calendar: {days: mon-fri}\nstart: 2024-01-09\nparties: {Office: {capacity: 1}}\nsteps:\n" + steps
    (tmp_path / "s.yaml").write_text(text, "utf-8")
    scenario = load_scenario(tmp_path / "s.yaml")
    plan = improve(tmp_path / "p.bpmn", "t3", scenario, runs=300)
    before, harmed = scenario, 0
    for change in plan.changes:
        found = compare(tmp_path / "p.bpmn", before, change.scenario, runs=300)
        assert set(change.worse) == {one for one in found if one.interval[1] < 0}
        before, harmed = change.scenario, harmed + len(change.worse)
    assert [change.kind for change in plan.changes] == ["priority"] and harmed > 0
    base = ("simulate", "p.bpmn", "--scenario", "s.yaml", "--runs", "300", "--lang", "en", "--improve", "t3")
    worst = plan.changes[0].worse[0]
    said = f"{worst.ref}, {worst.before * 100:.0f} % → {worst.after * 100:.0f} %"
    assert said in resolute(*base, "-o", "plan.html", folder=tmp_path).stdout
    assert said in (tmp_path / "plan.html").read_text("utf-8")
    [change] = json.loads(resolute(*base, "--json", folder=tmp_path).stdout)["changes"]
    assert change["worse"][0] == worst.to_dict()


def test_with_several_cases_in_a_run_nothing_is_said_of_what_decides_the_end(tmp_path: Path) -> None:
    model_ = process("p").start().user("a", "a", party="Office", due="2030-01-15", ref="a").end().document()
    (tmp_path / "p.bpmn").write_bytes(model_.xml)
    base = ("simulate", "p.bpmn", "--runs", "20", "--lang", "en", "-o", "page.html")
    for cases, told in (("1", True), ("3", False)):
        done = resolute(*base, "--cases", cases, folder=tmp_path)
        page = (tmp_path / "page.html").read_text("utf-8")
        assert ("How often each step decides the end" in page, " 100 % │\n" in done.stdout) == (told, told)
    assert "No change is needed." in resolute(*base, "--improve", "a", folder=tmp_path).stdout
