"""Rows of kept forecasts: one for each forecast, one for each open deadline in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import bindparam, insert, select

from resolute.storage import tables as t
from resolute.storage.database import Database, Statement


class ForecastRow(NamedTuple):
    """A row of `forecasts`."""

    id: int
    made: int
    seed: int
    runs: int


class ForecastStepRow(NamedTuple):
    """A row of `forecast_steps`; moments are microseconds since 1970, UTC."""

    forecast: int
    instance: int
    element: str
    ref: str | None
    name: str
    due: int
    on_time: float
    p50: int | None
    p80: int | None
    p95: int | None


_INSERT = Statement(
    insert(t.forecasts)
    .values(made=bindparam("made"), seed=bindparam("seed"), runs=bindparam("runs"))
    .returning(t.forecasts.c.id)
)
_INSERT_STEP = Statement(insert(t.forecast_steps).values({name: bindparam(name) for name in ForecastStepRow._fields}))
_ALL = Statement(select(t.forecasts).order_by(t.forecasts.c.made, t.forecasts.c.id))
_STEPS = Statement(
    select(t.forecast_steps)
    .where(t.forecast_steps.c.forecast == bindparam("b_forecast"))
    .order_by(t.forecast_steps.c.instance, t.forecast_steps.c.element)
)


def add(database: Database, made: int, seed: int, runs: int, steps: Iterable[ForecastStepRow]) -> int:
    """Keeps a forecast; its number, which the steps are given anew."""
    row = database.one(_INSERT, made=made, seed=seed, runs=runs)
    assert row is not None
    number = int(row[0])
    values = [step._replace(forecast=number)._asdict() for step in steps]
    if values:
        database.many(_INSERT_STEP, values)
    return number


def all_forecasts(database: Database) -> list[ForecastRow]:
    """All kept forecasts, oldest first."""
    return [ForecastRow(*row) for row in database.all(_ALL)]


def steps(database: Database, forecast: int) -> list[ForecastStepRow]:
    """What one forecast said of each deadline."""
    return [ForecastStepRow(*row) for row in database.all(_STEPS, b_forecast=forecast)]
