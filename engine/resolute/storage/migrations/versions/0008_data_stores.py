"""What BPMN calls data stores: values that outlive instances."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "resolute_data_stores",
        Column("name", Text, primary_key=True),
        Column("value", Text, nullable=False),
        Column("changed", BigInteger, nullable=False),
    )
