"""The form of a task."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Text

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("resolute_tasks", Column("form", Text, nullable=True))
