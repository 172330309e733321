"""Forecasts that were kept are compared with what came."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from commands import resolute
from resolute import i18n
from resolute.bpmn.build import process
from resolute.engine import Engine
from resolute.reports import backtest_console, backtest_svg
from resolute.simulation import simulate
from resolute.simulation.backtest import Backtest, backtest, keep
from resolute.simulation.distributions import Distribution
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.scoring import Verdict, coverage, score
from resolute.simulation.worktime import ROUND_THE_CLOCK
from resolute.testing import Clock

BEGIN = datetime(2024, 1, 8, 9, tzinfo=UTC)
DAY = 86400.0
TRUTH = Distribution("gamma", (20 * DAY, 8 * DAY))
DECISIONS = 120


def decisions():
    """A decision for each due date; half of them are likely to be late."""
    for number in range(DECISIONS):
        due = (BEGIN + timedelta(days=12 + number % 25)).date().isoformat()
        yield process(f"p{number}").start().user("a", f"Task {number}", due=due).end().document()


def lived(duration: Distribution) -> Iterator[Engine]:
    """An engine whose tasks take what the truth gives; every week it forecasts what is open by `duration`."""
    clock = Clock(BEGIN)
    scenario = Scenario(calendar=ROUND_THE_CLOCK, steps={"a": Step(duration=duration)})
    lasting = np.asarray(TRUTH.quantile(np.random.default_rng(5).random(DECISIONS)))
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        for model in decisions():
            engine.deploy(model)
            engine.start(model.process_id)
        ends = sorted((BEGIN + timedelta(seconds=float(seconds)), n) for n, seconds in enumerate(lasting))
        for week in range(10):
            at = BEGIN + timedelta(weeks=week)
            while ends and ends[0][0] <= at:
                clock.set(ends[0][0])
                engine.complete(engine.tasks(element="a", instance=str(ends.pop(0)[1] + 1))[0].id)
            clock.set(at)
            if ends and week % 2 == 0:
                keep(engine, simulate(engine, scenario=scenario, runs=200, seed=week))
        yield engine


@pytest.fixture(scope="module")
def right() -> Iterator[Backtest]:
    for engine in lived(TRUTH):
        yield backtest(engine)


def test_right_forecasts_are_reliable_and_cover_what_came(right: Backtest) -> None:
    assert right.score is not None and right.pending == 0 and right.withdrawn == 0
    assert right.score.things == DECISIONS
    assert right.score.skill > 0.1 and right.score.interval[0] < right.score.brier < right.score.interval[1]
    assert right.score.reliability < 0.02
    assert [one.share for one in right.coverage] == [0.5, 0.8, 0.95]
    for one in right.coverage:
        assert one.interval[0] <= one.share <= one.interval[1]


def test_later_forecasts_of_a_deadline_are_better_than_early_ones(right: Backtest) -> None:
    near, far = right.leads[0], right.leads[1]
    assert (near.from_days, near.before_days, far.from_days) == (0, 7, 7)
    assert near.score.brier < far.score.brier


def test_wrong_forecasts_score_worse_and_do_not_cover(right: Backtest) -> None:
    for engine in lived(Distribution("gamma", (10 * DAY, 2 * DAY))):
        wrong = backtest(engine)
    assert wrong.score.brier > right.score.brier + 0.1 and wrong.score.reliability > 0.1
    assert all(one.interval[1] < one.share for one in wrong.coverage)


def test_what_is_not_decided_yet_does_not_count() -> None:
    clock = Clock(BEGIN)
    due = (BEGIN + timedelta(days=10)).date().isoformat()
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        for name in "pqr":
            engine.deploy(process(name).start().user("a", due=due).user("b", due=due).end().document())
            engine.start(name)
        keep(engine, simulate(engine, runs=20))
        keep(engine, simulate(engine, runs=20, seed=2))
        assert backtest(engine).forecasts == 2
        clock.advance(timedelta(days=2))
        engine.complete(engine.tasks()[0].id)
        engine.terminate(engine.tasks()[1].instance)
        early = backtest(engine)
        # Of each day the last word: six steps. One is done early, two are withdrawn: none is judged yet.
        assert (early.pending, early.withdrawn, early.score, early.checked) == (4, 2, None, ())
        clock.advance(timedelta(days=30))
        late = backtest(engine)
    assert [one.held for one in late.checked] == [True, False, False, False]
    assert late.score.base_rate == 0.25 and late.pending == 0


@given(st.lists(st.tuples(st.integers(0, 5), st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_the_brier_score_is_the_sum_of_its_parts(pairs) -> None:
    verdicts = [Verdict(str(what), share, came) for what, share, came in pairs]
    found = score(verdicts)
    assert found.brier == pytest.approx(np.mean([(share - came) ** 2 for _what, share, came in pairs]))
    assert found.brier == pytest.approx(found.reliability - found.resolution + found.uncertainty + found.within)
    exact = score(
        [replace(one, forecast=round(one.forecast, 1)) for one in verdicts if one.forecast < 0.94] or verdicts
    )
    assert sum(band.count for band in exact.bands) == exact.count
    assert 0 <= found.interval[0] <= found.interval[1] <= 1


def test_forecasts_of_one_value_a_band_have_nothing_within() -> None:
    verdicts = [Verdict(str(n), 0.25 if n % 2 else 0.85, n % 3 == 0) for n in range(60)]
    assert score(verdicts).within == pytest.approx(0.0, abs=1e-12)


def test_intervals_of_the_score_and_of_coverage_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(11)
    hits = inside = 0
    for _experiment in range(1000):
        shares, draws = rng.beta(2, 1, 120), rng.random(120)
        low, high = score([Verdict(str(n), p, draws[n] < p) for n, p in enumerate(shares)]).interval
        hits += low <= 2 * 1 / (3 * 4) <= high  # E p(1-p) of Beta(2, 1)
        low, high = coverage(0.8, [Verdict(str(n), 0.8, u < 0.8) for n, u in enumerate(draws)]).interval
        inside += low <= 0.8 <= high
    assert 930 <= hits <= 970 and 930 <= inside <= 970


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_reliability_picture_has_a_point_for_each_band(right: Backtest, language) -> None:
    with i18n.use(language):
        tree = etree.fromstring(backtest_svg.reliability(right).encode())
        backtest_console.backtest(right)
    assert len(tree.findall(".//{*}circle")) == len(right.score.bands)


def test_the_command_line_keeps_forecasts_and_compares_them(tmp_path) -> None:
    database, picture = f"sqlite:///{tmp_path}/store.db", tmp_path / "reliability.svg"
    model = tmp_path / "p.bpmn"
    model.write_bytes(process("p").start().user("a", due="2024-01-20").end().document().xml)
    with Engine(database, clock=Clock(BEGIN)) as engine:
        engine.deploy(model)
        engine.start("p")

    def run(*arguments: str):
        done = resolute("simulate", *arguments, "--db", database, "--lang", "en", folder=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "No forecast was kept yet" in run("--backtest")
    run("--runs", "20", "--now", "2024-01-09")
    run("--runs", "20", "--now", "2024-01-10", "--no-keep")
    found = json.loads(run("--backtest", "--json", "--now", "2024-02-01", "-o", str(picture)))
    assert found["forecasts"] == 1 and found["score"]["count"] == 1 and found["checked"][0]["held"] is False
    assert etree.parse(picture).getroot().tag.endswith("svg")
    assert "Brier" in run("--backtest", "--now", "2024-02-01")
