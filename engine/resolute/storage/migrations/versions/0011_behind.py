"""How many commands the stored state of an instance does not know yet."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the column: older versions wrote every state at once."""
    op.add_column("resolute_instances", Column("behind", BigInteger, nullable=False, server_default="0"))
