"""Compiled nets are kept beside the documents they come from."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, LargeBinary, Text

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Creates the table; nets are added when their definitions are next used by a command."""
    op.create_table(
        "resolute_nets",
        Column("document", Text, primary_key=True),
        Column("process", Text, primary_key=True),
        Column("format", BigInteger, nullable=False),
        Column("content", LargeBinary, nullable=False),
    )
