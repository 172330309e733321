"""Who works for a party, and who stands in for whom until when."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, Text

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Creates both tables."""
    op.create_table(
        "resolute_members",
        Column("party", Text, primary_key=True),
        Column("person", Text, primary_key=True),
        sqlite_with_rowid=False,
    )
    op.create_index("resolute_members_person", "resolute_members", ["person"])
    op.create_table(
        "resolute_substitutes",
        Column("substitute", Text, primary_key=True),
        Column("person", Text, primary_key=True),
        Column("until", BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
