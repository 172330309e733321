"""Messages for the world outside, until they are acknowledged."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Integer, Text

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "resolute_outbox",
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
        Column("instance", BigInteger, nullable=False),
        Column("element", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("correlation", Text, nullable=False),
        Column("payload", Text, nullable=False),
        Column("at", BigInteger, nullable=False),
    )
    op.create_index("resolute_outbox_instance", "resolute_outbox", ["instance"])
