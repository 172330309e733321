"""What forecasts learn from what has happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from resolute.bpmn.build import process
from resolute.engine import Engine
from resolute.errors import InputError
from resolute.simulation import simulate
from resolute.simulation.calibrate import (
    ENOUGH,
    blended,
    bootstrapped,
    calibrated,
    durations,
    from_csv,
    from_engine,
)
from resolute.simulation.distributions import Distribution
from resolute.simulation.logs import to_csv
from resolute.simulation.scenario import Scenario, Step
from resolute.simulation.worktime import office
from resolute.testing import Clock

DAY = 8 * 3600.0
MODEL = process("p").start().user("a", due="2024-01-31").end().document()
TRUTH = Scenario(
    start=datetime.fromisoformat("2024-01-09T09:00"),
    calendar=office(None),
    steps={"a": Step(duration=Distribution("gamma", (8 * DAY, 4 * DAY)))},
)


def test_durations_are_counted_in_working_time(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("activity,start,end\na,2024-01-12T17:00,2024-01-15T10:00\n", "utf-8")  # Friday to Monday
    assert durations(from_csv(path), office(None)) == {"a": [2 * 3600.0]}


def test_a_log_with_times_out_of_order_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_text("activity,start,end\na,2024-01-12T17:00,2024-01-11T10:00\n", "utf-8")
    with pytest.raises(InputError, match=r"log.csv:2: expected the columns"):
        from_csv(path)


def test_a_forecast_from_a_simulated_log_agrees_with_the_one_that_made_it(tmp_path: Path) -> None:
    made = simulate(MODEL, scenario=TRUTH, runs=2000, log=True)
    path = tmp_path / "log.csv"
    path.write_text(to_csv([replace(row, name="a") for row in made.log]), "utf-8")
    learnt = calibrated(replace(TRUTH, steps={}), from_csv(path))
    again = simulate(MODEL, scenario=learnt, runs=2000, seed=2)
    assert again.step("a").on_time == pytest.approx(made.step("a").on_time, abs=0.04)


def test_few_executions_are_mixed_with_the_guess() -> None:
    guess = Distribution("triangular", (1.0, 2.0, 3.0))
    few, many = blended([10.0] * 5, guess), blended([10.0] * ENOUGH, guess)
    assert few.mean == pytest.approx((5 * 10 + 15 * 2) / 20, rel=0.01) and len(few.parameters) == ENOUGH
    assert many.mean == 10.0
    with pytest.raises(InputError, match="no execution"):
        blended([], guess)


def test_a_bootstrap_shows_how_much_is_ignorance() -> None:
    rng = np.random.default_rng(4)
    seen = tuple(sorted(rng.gamma(4, 2 * DAY, 30)))
    scenario = replace(TRUTH, steps={"a": Step(duration=Distribution("empirical", seen))})
    shares = [simulate(MODEL, scenario=bootstrapped(scenario, turn), runs=300).step("a").on_time for turn in range(25)]
    # With thirty executions the inputs alone move the probability by several points.
    assert 0.02 < np.std(shares) < 0.14


def test_an_engines_history_is_read() -> None:
    clock = Clock(datetime(2024, 1, 9, 9, tzinfo=UTC))
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.deploy(MODEL)
        engine.start("p")
        clock.advance(timedelta(days=2))
        engine.complete(engine.tasks()[0].id)
        seen = durations(from_engine(engine), office(None))
    assert seen == {"a": [2 * DAY]}
