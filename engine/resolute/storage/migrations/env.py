"""Read by Alembic: runs the migrations on the connection of `resolute.storage.migrations.upgrade`."""

from __future__ import annotations

from alembic import context

from resolute.storage.tables import version

context.configure(connection=context.config.attributes["connection"], version_table=version.name)
with context.begin_transaction():
    context.run_migrations()
