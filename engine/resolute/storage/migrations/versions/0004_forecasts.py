"""Forecasts that were kept, and what each said of the open deadlines."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Float, Integer, Text

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Creates both tables."""
    op.create_table(
        "resolute_forecasts",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("made", BigInteger, nullable=False),
        Column("seed", BigInteger, nullable=False),
        Column("runs", BigInteger, nullable=False),
    )
    op.create_table(
        "resolute_forecast_steps",
        Column("forecast", BigInteger, primary_key=True, autoincrement=False),
        Column("instance", BigInteger, primary_key=True, autoincrement=False),
        Column("element", Text, primary_key=True),
        Column("ref", Text),
        Column("name", Text, nullable=False),
        Column("due", BigInteger, nullable=False),
        Column("on_time", Float(53), nullable=False),
        Column("p50", BigInteger),
        Column("p80", BigInteger),
        Column("p95", BigInteger),
        sqlite_with_rowid=False,
    )
