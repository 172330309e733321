"""BPSim written strictly and read leniently."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from commands import resolute
from resolute import bpmn
from resolute.bpmn.build import otherwise, process, timer, user, when
from resolute.errors import InputError
from resolute.simulation import bpsim, load_scenario, simulate
from resolute.simulation.bpsim_calendar import parse, text_of
from resolute.simulation.bpsim_writing import write
from resolute.simulation.distributions import Distribution
from resolute.simulation.names import as_name, from_name
from resolute.simulation.scenario import Arrivals, Correlation, Scenario, Step, Unit, Use
from resolute.simulation.worktime import ROUND_THE_CLOCK, WorkCalendar, office, parse_hours

SCHEMAS = {
    version: etree.XMLSchema(etree.parse(Path(__file__).parents[1] / "data" / "bpsim" / f"BPSim-{version}.xsd"))
    for version in ("1.0", "2.0")
}
START = datetime.fromisoformat("2024-03-04T09:00:00")


def model():
    model = process("p")
    model.start().user("a", party="Office").exclusive(
        [when("x"), user("b", party="Клерки и юристы")], [otherwise(), user("c")], id="g"
    ).user("d", party="Office").end("end")
    model.boundary("d", "late", timer(after="PT5H")).user("e").end("ended")
    return model.document()


def data_of(xml: bytes) -> etree._Element:
    root = etree.fromstring(xml)
    return next(node for node in root.iter() if isinstance(node.tag, str) and node.tag.endswith("}BPSimData"))


def valid(xml: bytes, version: str) -> None:
    SCHEMAS[version].assertValid(etree.fromstring(etree.tostring(data_of(xml))))


# --- round trips ---

POSITIVE = st.floats(0.001, 1e7, allow_nan=False)
EXACT = st.one_of(
    st.builds(lambda a: Distribution("fixed", (a,)), POSITIVE),
    st.builds(lambda a: Distribution("exponential", (a,)), POSITIVE),
    st.builds(lambda a, b: Distribution("lognormal", (a, b)), POSITIVE, POSITIVE),
    st.builds(lambda a, b: Distribution("normal", (a, b)), POSITIVE, POSITIVE),
    st.builds(lambda a, b: Distribution("normal", (a, b), a / 2, 2 * a), POSITIVE, POSITIVE),
    st.builds(lambda a, b: Distribution("weibull", (a, b)), st.floats(0.1, 20), POSITIVE),
    st.builds(lambda a, b: Distribution("uniform", tuple(sorted((a, b)))), POSITIVE, POSITIVE),
    st.builds(lambda *a: Distribution("triangular", tuple(sorted(a))), POSITIVE, POSITIVE, POSITIVE),
    st.builds(lambda a: Distribution("empirical", tuple(sorted(a))), st.lists(POSITIVE, min_size=1, max_size=30)),
)
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12)
WEEKS = st.lists(
    st.sampled_from([(), parse_hours("9-13 14-18"), parse_hours("8-12"), parse_hours("0-24")]), min_size=7, max_size=7
).filter(any)


@st.composite
def scenarios(draw) -> Scenario:
    names = draw(st.lists(NAMES, min_size=2, max_size=3, unique=True))
    calendars = {"own": WorkCalendar(tuple(draw(WEEKS)))}
    units = {
        name: Unit(
            name,
            draw(st.integers(1, 50)),
            draw(st.sampled_from([None, "own"])),
            draw(st.floats(0, 1e5)),
            skills=frozenset(draw(st.lists(st.sampled_from(["law", "IT"]), unique=True))),
        )
        for name in names
    }
    uses = st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
    steps = {
        name: Step(
            draw(EXACT), tuple(map(Use, draw(uses))), cost=draw(st.floats(0, 1e6)), priority=draw(st.floats(-9, 9))
        )
        for name in "abcd"
    }
    share = draw(st.floats(0.01, 0.99))
    return Scenario(
        "Сценарий",
        START,
        ROUND_THE_CLOCK,
        calendars,
        units,
        {**steps, "e": Step(draw(EXACT), ())},
        {"g": {"b": share, "c": 1 - share}},
        arrivals=Arrivals(draw(EXACT), working=False),
        cases=draw(st.integers(1, 10**6)),
    )


def alike(one: Distribution, other: Distribution) -> bool:
    return one.family == other.family and one.parameters == pytest.approx(other.parameters, rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(scenarios(), st.sampled_from(["1.0", "2.0"]), st.booleans())
def test_a_scenario_comes_back_as_it_was_written(scenario: Scenario, version, alone: bool) -> None:
    export = write(model(), scenario, version=version, alone=alone)
    valid(export.xml, version)
    back = bpsim.read(export.xml)
    assert (back.name, back.start, back.cases) == (scenario.name, START, scenario.cases)
    assert alike(back.arrivals.gap, scenario.arrivals.gap) and back.findings == ()
    used = {use.unit for step in scenario.steps.values() for use in step.uses}
    assert set(back.units) == used
    for name, step in scenario.steps.items():
        assert alike(back.steps[name].duration, step.duration)
        assert (back.steps[name].uses or ()) == step.uses
        assert back.steps[name].cost == step.cost and (back.steps[name].priority or 0.0) == (step.priority or 0.0)
    for name in used:
        one, other = scenario.units[name], back.units[name]
        assert (one.capacity, one.skills) == (other.capacity, other.skills)
        assert one.cost_per_hour == pytest.approx(other.cost_per_hour)
        assert (one.calendar and scenario.calendars["own"]) == (other.calendar and back.calendars[other.calendar])
    assert sum(back.flows[flow] for flow in ("flow_g_b", "flow_g_c")) == pytest.approx(1.0)
    assert back.flows["flow_g_b"] == pytest.approx(scenario.gateways["g"]["b"])


PLAIN = Scenario(
    "plain",
    START,
    ROUND_THE_CLOCK,
    {"shop": WorkCalendar((parse_hours("8-20"),) * 6 + ((),))},
    {"Office": Unit("Office", 2, "shop", 30.0), "Клерки и юристы": Unit("Клерки и юристы", 1, "shop")},
    {
        "a": Step(Distribution("gamma", (3600.0, 1800.0)), cost=2.0),
        "b": Step(Distribution("weibull", (1.5, 5000.0))),
        "c": Step(Distribution("empirical", (600.0, 1200.0, 7200.0))),
        "d": Step(Distribution("lognormal", (7200.0, 9000.0))),
        "e": Step(Distribution("uniform", (60.0, 90.0))),
    },
    {"g": {"b": 0.3, "c": 0.7}},
    arrivals=Arrivals(Distribution("exponential", (5000.0,)), working=False),
    cases=40,
)


@pytest.mark.parametrize("version", ["1.0", "2.0"])
def test_what_was_written_simulates_the_same(tmp_path: Path, version) -> None:
    path = tmp_path / "p.bpmn"
    path.write_bytes(write(model(), PLAIN, version=version).xml)
    before, after = simulate(model(), scenario=PLAIN, runs=10), simulate(path, scenario=path, runs=10)
    assert after.process[0].mean_cycle_s == pytest.approx(before.process[0].mean_cycle_s, rel=1e-9)
    assert after.cost == pytest.approx(before.cost) and after.cost > 0
    assert [party.utilisation for party in after.parties] == pytest.approx(
        [party.utilisation for party in before.parties]
    )


def test_the_model_around_it_stays_and_opens(tmp_path: Path) -> None:
    twice = write(bpmn.loads(write(model(), PLAIN).xml), PLAIN).xml
    document = bpmn.loads(twice)
    assert [finding for finding in bpmn.check(document) if finding.severity == "error"] == []
    kept = [element.id for element in document.elements() if element.id and element.kind not in ("resource",)]
    assert kept == [element.id for element in model().elements() if element.id]
    assert twice.count(b"BPSimData ") == 1
    assert {node.name for node in document.elements("resource")} == {"Office", "Клерки и юристы"}


def test_what_bpsim_cannot_say_is_told_with_its_element() -> None:
    scenario = replace(
        PLAIN,
        calendar=office(),
        steps={**PLAIN.steps, "a": Step(Distribution("pert", (1.0, 2.0, 9.0)), repeat=0.5)},
        correlations=(Correlation(("a", "b"), 0.5),),
        warm_up=3,
        arrivals=replace(PLAIN.arrivals, calendar="shop"),
    )
    export = write(model(), scenario)
    valid(export.xml, "2.0")
    told = {(finding.element, finding.message.partition(":")[2][:34].strip()) for finding in export.findings}
    assert ("a", "BPSim has no such distribution (p") in told and ("a", "that it may be repeated is not wr") in told
    text = " ".join(finding.message for finding in export.findings)
    assert all(part in text for part in ("correlations", "warm-up", "calendar of the arrivals", "c and other tasks"))
    written = bpsim.read(export.xml).steps["a"].duration
    assert written.mean == pytest.approx(3.0, rel=0.002)


def test_a_production_calendar_is_written_with_its_days_off() -> None:
    export = write(model(), replace(PLAIN, calendars={"shop": office()}))
    valid(export.xml, "2.0")
    back = bpsim.read(export.xml)
    calendar = back.calendars[back.units["Office"].calendar]
    assert date(2024, 5, 9) in calendar.days_off and date(2025, 1, 2) in calendar.days_off
    assert calendar.hours(date(2024, 5, 8), None) == office().week[0]
    assert any("worked by the production calendar" in finding.message for finding in export.findings)


@given(WEEKS, st.lists(st.dates(date(2024, 3, 4), date(2026, 1, 1)), max_size=5))
def test_calendars_come_back(week, off) -> None:
    calendar = WorkCalendar(tuple(week), None, frozenset(day for day in off if week[day.weekday()]))
    assert parse(text_of(calendar, START.date(), calendar.days_off)) == calendar


@given(st.text())
def test_any_name_comes_back_and_is_one_xml_accepts(text: str) -> None:
    from hypothesis import assume

    assume(text and not any(0xD800 <= ord(letter) <= 0xDFFF for letter in text))
    assert from_name(as_name(text)) == text
    etree.fromstring(f"<{as_name(text)}/>".encode())


# --- lenient reading ---

LENIENT = """<?xml version="1.0"?>
<b:BPSimData xmlns:b="http://www.bpsim.org/schemas/2.0">
  <b:Scenario id="S1" name="base">
    <b:ScenarioParameters baseTimeUnit="hour">
      <b:Duration><b:DurationParameter value="P1D"/></b:Duration>
      <b:Start><b:DateTimeParameter value="2024-03-04T09:00:00"/></b:Start></b:ScenarioParameters>
    <b:ElementParameters elementRef="start"><b:ControlParameters>
      <b:InterTriggerTimer><b:FloatingParameter value="0.5" validFor="C1"/>
        <b:FloatingParameter value="0.25"/></b:InterTriggerTimer></b:ControlParameters></b:ElementParameters>
    <b:ElementParameters elementRef="a"><b:TimeParameters>
      <b:SetUpTime><b:NumericParameter value="30" timeUnit="min"/></b:SetUpTime>
      <b:ProcessingTime><b:UserDistribution discrete="true">
        <b:UserDistributionDataPoint probability="0.75"><b:FloatingParameter value="1"/></b:UserDistributionDataPoint>
        <b:UserDistributionDataPoint probability="0.25"><b:FloatingParameter value="3"/></b:UserDistributionDataPoint>
      </b:UserDistribution></b:ProcessingTime></b:TimeParameters></b:ElementParameters>
    <b:ElementParameters elementRef="flow_g_b"><b:ControlParameters>
      <b:Probability><b:FloatingParameter value="20"/></b:Probability></b:ControlParameters></b:ElementParameters>
    <b:ElementParameters elementRef="flow_g_c"><b:ControlParameters>
      <b:Condition><b:ExpressionParameter value="getProperty('x') > 1"/></b:Condition>
      <b:Probability><b:FloatingParameter value="80"/></b:Probability></b:ControlParameters></b:ElementParameters>
  </b:Scenario>
  <b:Scenario id="S2" inherits="S1" name="with people">
    <b:ElementParameters elementRef="desk"><b:ResourceParameters>
      <b:Quantity><b:NumericParameter value="0"/><b:NumericParameter value="2" validFor="C1"/></b:Quantity>
      <b:Role><b:StringParameter value="clerk"/></b:Role></b:ResourceParameters></b:ElementParameters>
    <b:ElementParameters elementRef="a">
      <b:TimeParameters><b:ProcessingTime><b:ResultRequest>mean</b:ResultRequest></b:ProcessingTime></b:TimeParameters>
      <b:ResourceParameters><b:Selection>
        <b:ExpressionParameter value="bpsim:getResourceByRoles('clerk',1)"/></b:Selection></b:ResourceParameters>
      <b:PriorityParameters><b:Interruptible><b:BooleanParameter value="true"/></b:Interruptible></b:PriorityParameters>
    </b:ElementParameters>
    <b:ElementParameters elementRef="d"><b:TimeParameters><b:ProcessingTime>
      <b:PoissonDistribution mean="4"/></b:ProcessingTime></b:TimeParameters></b:ElementParameters>
    <b:ElementParameters elementRef="nowhere"><b:TimeParameters><b:ProcessingTime>
      <b:DurationParameter value="P1Y2M3DT4H5M6.5S"/></b:ProcessingTime></b:TimeParameters></b:ElementParameters>
    <b:Calendar id="C1">
      BEGIN:VCALENDAR
      BEGIN:VEVENT
      DTSTART:20240304T220000
      DTEND:20240305T020000
      RRULE:FREQ=DAILY
      END:VEVENT
      END:VCALENDAR</b:Calendar>
    <b:Calendar id="C2">BEGIN:VEVENT DTSTART:never</b:Calendar>
  </b:Scenario>
  <b:Scenario id="S2_results" result="S2"/>
</b:BPSimData>"""


def test_a_file_that_breaks_the_schema_is_read_and_what_is_left_out_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.bpsim"
    path.write_text(LENIENT, "utf-8")
    with pytest.raises(etree.DocumentInvalid):
        valid(LENIENT.encode(), "2.0")
    first = load_scenario(path)
    assert (first.name, first.cases, first.start) == ("base", 96, START)
    assert first.arrivals.gap.parameters == (900.0,) and first.flows == {"flow_g_b": 0.2, "flow_g_c": 0.8}
    assert first.steps["a"].duration.mean == pytest.approx(0.5 * 3600 + 1.5 * 3600)
    assert any("the others: S2" in finding.message for finding in first.findings)
    assert any(finding.element == "flow_g_c" and "Condition" in finding.message for finding in first.findings)


def test_a_scenario_inherits_and_is_chosen_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "s.bpsim"
    path.write_text(LENIENT, "utf-8")
    second = load_scenario(f"{path}#with people")
    assert second.steps["a"].duration == load_scenario(path).steps["a"].duration
    assert second.steps["a"].uses == (Use("desk"),) and second.units["desk"].capacity == 2
    hours = second.calendars[second.units["desk"].calendar].week
    assert hours == (((0.0, 7200.0), (79200.0, 86400.0)),) * 7
    assert second.steps["d"].duration.mean == pytest.approx(4 * 3600, rel=0.01)
    told = {finding.element for finding in second.findings}
    assert {"a", "C2", "start"} <= told  # interruptible, the calendar, several arrival gaps
    forecast = simulate(model(), scenario=second, runs=1, cases=5)
    assert any(finding.element == "nowhere" for finding in forecast.findings)
    with pytest.raises(InputError, match=r"no scenario 'S9'; it has: S1, S2"):
        load_scenario(f"{path}#S9")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('value="1"/></b:UserD', 'value="x"/></b:UserD', "found 'x'"),
        ('value="P1Y2M3DT4H5M6.5S"', 'value="one year"', "is no duration"),
        ('value="P1Y2M3DT4H5M6.5S"', 'value="-P1Y"', "negative"),
        ('<b:PoissonDistribution mean="4"/>', "<b:PoissonDistribution/>", "mean is missing"),
        ('<b:PoissonDistribution mean="4"/>', '<b:GammaDistribution shape="-1" scale="2"/>', "from 0 up"),
        ('<b:PoissonDistribution mean="4"/>', '<b:CauchyDistribution mean="4"/>', "CauchyDistribution is not known"),
        ('value="2" validFor', 'value="-2" validFor', "desk.Quantity"),
    ],
)
def test_wrong_values_are_refused_with_their_element(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in LENIENT
    path = tmp_path / "s.bpsim"
    path.write_text(LENIENT.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        load_scenario(f"{path}#S2")
    assert said in str(caught.value) and str(path) in str(caught.value)


def test_the_command_line_writes_bpsim(tmp_path: Path) -> None:
    (tmp_path / "p.bpmn").write_bytes(model().xml)
    (tmp_path / "s.yaml").write_text("calendar: always\nparties: {Office: {capacity: 2}}\n", "utf-8")
    settings = ("p.bpmn", "--scenario", "s.yaml", "--runs", "5", "--lang", "en")
    for name, version in (("out.bpmn", "2.0"), ("out.bpsim", "1.0")):
        done = resolute("simulate", *settings, "--bpsim", name, "--bpsim-version", version, folder=tmp_path)
        assert done.returncode == 0 and f"written: {name}" in done.stderr, done.stderr
        valid((tmp_path / name).read_bytes(), version)
    assert resolute("simulate", "out.bpmn", "--scenario", "out.bpmn", folder=tmp_path).returncode == 0
    assert "expected .bpmn" in resolute("simulate", *settings, "--bpsim", "out.txt", folder=tmp_path).stderr
    assert resolute("simulate", "--bpsim", "out.bpmn", folder=tmp_path).returncode == 2
