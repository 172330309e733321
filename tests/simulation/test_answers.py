"""What is made of forecasts: comparisons, searches, logs, pictures."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date, datetime

import pytest
from lxml import etree

from commands import resolute
from resolute import i18n
from resolute.bpmn.build import process, user
from resolute.errors import InputError
from resolute.protocols.values import Deadline, Party, Point, Protocol
from resolute.reports import forecast, forecast_console, forecast_page, forecast_svg
from resolute.simulation import logs, simulate
from resolute.simulation.compare import compare
from resolute.simulation.distributions import Distribution
from resolute.simulation.forecast import Forecast
from resolute.simulation.scenario import Scenario, Step, Unit
from resolute.simulation.search import improve
from resolute.simulation.workload import weekly
from resolute.simulation.worktime import office

DAY = 8 * 3600.0
BEGIN = datetime.fromisoformat("2024-01-15T09:00")
TASKS = [f"t{n}" for n in range(6)]


def model():
    branches = [[user(name, f"Task {name}", party="Office", due="2024-01-19", ref=name)] for name in TASKS]
    return process("p").start().parallel(*branches).end().document()


SCENARIO = Scenario(
    start=datetime.fromisoformat("2024-01-09T09:00"),
    calendar=office(None),
    units={"Office": Unit("Office", 1, cost_per_hour=2.0)},
    steps={name: Step(duration=Distribution("pert", (DAY, 2 * DAY, 3 * DAY))) for name in TASKS},
)


@pytest.fixture(scope="module")
def expected() -> Forecast:
    return simulate(model(), scenario=SCENARIO, runs=300, log=True)


def with_people(count: int) -> Scenario:
    return replace(SCENARIO, units={"Office": replace(SCENARIO.units["Office"], capacity=count)})


def test_one_more_person_is_seen_run_by_run() -> None:
    differences = {one.step: one for one in compare(model(), SCENARIO, with_people(2), runs=200)}
    last = differences["t5"]
    assert last.after - last.before == pytest.approx(last.difference)
    assert last.before < 0.1 and last.after == 1.0 and last.interval[0] > 0.8
    assert differences["t0"].difference == 0.0 and differences["t0"].interval == (0.0, 0.0)


def test_common_random_numbers_make_the_interval_of_no_change_empty() -> None:
    assert all(one.interval == (0.0, 0.0) for one in compare(model(), SCENARIO, SCENARIO, runs=50))


def test_the_search_finds_the_change_that_saves_a_deadline() -> None:
    plan = improve(model(), "t5", SCENARIO, runs=200)
    assert plan.reached and len(plan.changes) == 1 and plan.probability > 0.9
    assert plan.changes[0].kind in ("capacity", "priority")
    with pytest.raises(InputError, match="no step 'zzz'"):
        improve(model(), "zzz", SCENARIO)


def fixed_hours(**hours: float) -> dict[str, Step]:
    return {name: Step(duration=Distribution("fixed", (3600.0 * count,))) for name, count in hours.items()}


def test_the_search_lets_a_step_before_the_deadline_go_first() -> None:
    """Four tasks of a party come first; the one before the deadline waits for all of them unless it goes first."""
    rows = [[user(f"other{n}", party="X")] for n in range(4)]
    model = process("p").start().parallel(*rows, [user("first", party="X"), user("then", due="2024-01-15")]).end()
    steps = fixed_hours(first=1, then=1, **{f"other{n}": 8 for n in range(4)})
    scenario = Scenario(start=BEGIN, calendar=office(None), units={"X": Unit("X", 1)}, steps=steps)
    plan = improve(model.document(), "then", scenario, runs=5, most=1)
    assert [(one.kind, one.name) for one in plan.changes] == [("priority", "first"), ("deadline", "then")]
    # One task has begun already: 8 hours, then 1 and 1: Tuesday, 11:00.
    assert plan.changes[-1].date == datetime.fromisoformat("2024-01-16T11:00") and plan.reached
    plan = improve(model.document(), "then", replace(scenario, units={"X": Unit("X", 4)}), runs=5)
    assert [one.kind for one in plan.changes] == ["capacity"] and plan.probability == 1.0


def test_the_search_moves_a_deadline_that_nothing_else_saves() -> None:
    model = process("p").start().user("a", due="2024-01-15").end().document()
    scenario = Scenario(start=BEGIN, calendar=office(None), steps=fixed_hours(a=20))
    plan = improve(model, "a", scenario, runs=5)
    moved = {"kind": "deadline", "name": "a", "date": "2024-01-17T13:00:00", "worse": []}
    assert [one.to_dict() for one in plan.changes] == [moved]
    assert plan.reached and plan.before == 0.0 and plan.date == plan.changes[0].date


def test_a_priority_of_a_point_is_that_of_what_is_done_inside_it() -> None:
    points = tuple(
        Point(f"1.{n}", 1, f"Do {n}", "assignment", (Party("X"),), Deadline(type="none")) for n in range(1, 5)
    )
    scenario = Scenario(units={"X": Unit("X", 1)}, steps={"1.4": Step(priority=-1)})
    found = simulate(Protocol("1", date(2024, 1, 15), "C", points), scenario=scenario, runs=20)
    assert found.step("1.4").p50 < min(found.step(ref).p50 for ref in ("1.2", "1.3"))


def test_utilisation_and_cost_are_those_of_the_work(expected: Forecast) -> None:
    office_party = expected.parties[0]
    assert office_party.utilisation == pytest.approx(1.0, abs=0.001) and office_party.limited
    assert office_party.work_days == pytest.approx(12.0, rel=0.03)
    assert expected.cost == pytest.approx(office_party.work_days * 8 * 2, rel=0.001)
    assert office_party.mean_wait_days > 3


def test_the_load_week_by_week_adds_up_to_the_work(expected: Forecast) -> None:
    weeks = weekly(expected.log)["Office"]
    in_hand = sum(week.in_hand for week in weeks) * 7 * 86400
    waiting = sum(week.waiting for week in weeks) * 7 * 86400
    assert in_hand == pytest.approx(sum((r.finished - r.started).total_seconds() for r in expected.log) / 300)
    assert waiting == pytest.approx(sum((r.started - r.enabled).total_seconds() for r in expected.log) / 300)
    assert max(week.in_hand for week in weeks) <= 1.0 + 1e-9 and weeks[0].monday.isoformat() == "2024-01-08"


def test_logs_hold_every_task_of_every_run(expected: Forecast) -> None:
    rows = list(csv.DictReader(io.StringIO(logs.to_csv(expected.log))))
    assert len(rows) == 300 * 6 and {row["resource"] for row in rows} == {"Office"}
    assert all(row["enabled"] <= row["start"] <= row["end"] for row in rows)
    tree = etree.fromstring(logs.to_xes(expected.log[:12]).encode())
    space = "{http://www.xes-standard.org/}"
    assert len(tree.findall(f"{space}trace")) == 2 and len(tree.findall(f".//{space}event")) == 24


@pytest.mark.parametrize("language", ["en", "ru"])
def test_pictures_are_well_formed_and_name_every_step(expected: Forecast, language) -> None:
    with i18n.use(language):
        drawn = [
            forecast_svg.deadline(expected.deadlines[0], expected.start),
            forecast_svg.tornado(expected),
            forecast_svg.tornado(expected, "t3"),
            forecast_svg.criticality(expected),
            forecast_svg.utilisation(expected),
            forecast_svg.workload(weekly(expected.log)),
        ]
        page = forecast_page.page(expected)
    for picture in drawn:
        assert etree.fromstring(picture.encode()).tag.endswith("svg")
    assert all(f"Task {name}" in page for name in TASKS)
    assert "<script" not in page and "http://www.w3.org" in page


def test_the_table_puts_the_least_certain_deadline_first(expected: Forecast) -> None:
    from rich.console import Console

    console = Console(width=120, record=True, file=io.StringIO())
    console.print(forecast_console.forecast(expected))
    text = console.export_text()
    shares = [one.on_time for one in expected.deadlines]
    assert shares == sorted(shares)
    assert text.index(expected.deadlines[0].name) < text.index(expected.deadlines[-1].name)


def test_bands_and_heat_are_there_for_other_pictures(expected: Forecast) -> None:
    bands = forecast.bands(expected)
    assert bands["t0"].p50 <= bands["t0"].p80 <= bands["t0"].p95
    assert forecast.heat(expected)["t0"] == 1.0  # one person does all of it


def test_the_json_holds_what_the_contract_lists(expected: Forecast) -> None:
    data = expected.to_dict()
    assert {"runs", "seed", "events", "elapsed_s", "events_per_s", "steps", "parties", "process"} <= set(data)
    step, party, whole = data["steps"][0], data["parties"][0], data["process"][0]
    assert {"step", "ref", "mean_days", "p50", "p80", "p95", "on_time", "criticality"} <= set(step)
    assert {"party", "utilisation", "mean_wait_days"} <= set(party)
    assert {"name", "mean_cycle_s", "p50", "p95"} <= set(whole)
    assert step["p50"] <= step["p80"] <= step["p95"]


def test_the_page_of_a_model_shows_its_process_hot_and_the_load_over_time(tmp_path) -> None:
    (tmp_path / "p.bpmn").write_bytes(model().xml)
    done = resolute("simulate", "p.bpmn", "--runs", "20", "-o", "page.html", "--lang", "en", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Where the end is decided" in page and "Tasks in hand, week by week" in page
    assert page.count("<svg") == 5 + len(TASKS)


def test_a_page_of_many_deadlines_begins_with_a_verdict_and_folds_most_of_them() -> None:
    branches = [[user(f"t{n}", f"Task {n}", party="Office", due="2024-02-09")] for n in range(50)]
    scenario = replace(SCENARIO, units={"Office": Unit("Office", 2)}, steps={})
    found = simulate(process("p").start().parallel(*branches).end().document(), scenario=scenario, runs=50)
    doubtful = sum(step.on_time < 0.8 for step in found.deadlines)
    with i18n.use("ru"):
        page = etree.fromstring(forecast_page.page(found).encode(), etree.HTMLParser())
        verdict = page.findtext("body/p/b")
    assert verdict.startswith(
        f"Сроков: 50; под сомнением, с вероятностью ниже 80 %: {doubtful}. Наименее надёжен: Task"
    )
    assert len(page.findall("body/table/tbody/tr")) == 20
    assert [one.findtext("summary") for one in page.findall("body/details")] == ["Ещё: 30", "Ещё: 34"]
    sure = simulate(process("p").start().user("a", due="2034-01-01").end().document(), runs=5)
    with i18n.use("en"):
        assert forecast_page.verdict(sure) == "Deadlines: 1; each holds with at least 80 %."
        undated = simulate(process("p").start().user("a").end().document(), runs=5)
        assert forecast_page.verdict(undated) == "There are no deadlines."


def test_the_command_line_tells_and_draws_what_decides_one_deadline(tmp_path) -> None:
    (tmp_path / "p.bpmn").write_bytes(model().xml)
    (tmp_path / "s.yaml").write_text("parties: {Office: {capacity: 1}}", "utf-8")
    base = ("simulate", "p.bpmn", "--scenario", "s.yaml", "--runs", "60", "--lang", "en", "--step", "t5")
    told = resolute(*base, "-o", "t5.svg", folder=tmp_path)
    assert told.returncode == 0 and "What decides t5 Task t5" in told.stdout and "+0." in told.stdout
    picture = (tmp_path / "t5.svg").read_text("utf-8")
    assert picture.count("<svg ") == 3 and "What decides t5 Task t5" in picture
    etree.fromstring(picture.encode())
    assert resolute(*base, "-o", "t5.html", folder=tmp_path).returncode == 0
    assert "What decides t5 Task t5" in (tmp_path / "t5.html").read_text("utf-8")
    wrong = resolute(*base[:-1], "t55", folder=tmp_path)
    assert wrong.returncode == 2 and "no step 't55' is in the forecast; did you mean t5?" in wrong.stderr
