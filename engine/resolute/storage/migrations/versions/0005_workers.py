"""Which worker has taken a job."""

from __future__ import annotations

from alembic import op
from sqlalchemy import BigInteger, Column, text

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the column and an index of the jobs that are taken."""
    op.add_column("resolute_jobs", Column("worker", BigInteger, nullable=True))
    taken = text("worker IS NOT NULL")
    op.create_index("resolute_jobs_worker", "resolute_jobs", ["worker"], sqlite_where=taken, postgresql_where=taken)
