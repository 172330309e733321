"""What a person has once answered is not taken for what he will always answer."""

from datetime import UTC, datetime

from resolute import Engine, load_register
from resolute.shipped import shipped
from resolute.simulation import simulate
from resolute.testing import Clock


def test_a_point_that_was_returned_once_is_not_returned_for_ever():
    clock = Clock(datetime(2022, 4, 21, 12, tzinfo=UTC))
    with Engine("sqlite:///:memory:", clock=clock) as engine:
        engine.open(load_register(shipped("workflows", "chelyabinsk-2-2022", "register.yaml")))
        clock.set(datetime(2022, 6, 28, 12, tzinfo=UTC))
        engine.report("1.3.2", "half of it")
        engine.return_("1.3.2", "the other half is missing")
        forecast = simulate(engine, runs=40, seed=3)
    assert [finding.code for finding in forecast.findings if finding.code == "run-cut"] == []
    step = forecast.step("1.3.2")
    assert step.p95 is not None
    assert 0 < step.on_time < 1
