"""The version of the tables is kept by Alembic, no longer in a table of our own."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Drops the table that said version 1."""
    op.drop_table("resolute_schema")
