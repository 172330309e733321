"""The words of what instances are about, those of the past as well."""

from __future__ import annotations

import json

from alembic import op
from sqlalchemy import BigInteger, Column, Text, column, select, table

from resolute.storage.words import words_of

revision = "0010"
down_revision = "0009"

_PAGE = 500


def upgrade() -> None:
    """Creates the table and fills it from the beginnings of the histories."""
    op.create_table(
        "resolute_words",
        Column("word", Text().with_variant(Text(collation="C"), "postgresql"), primary_key=True),
        Column("instance", BigInteger, primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.create_index("resolute_words_instance", "resolute_words", ["instance"])
    words = table("resolute_words", column("word"), column("instance"))
    journal = table("resolute_journal", column("instance"), column("seq"), column("command"))
    connection, after = op.get_bind(), 0
    query = select(journal.c.instance, journal.c.command).where(journal.c.seq == 1).order_by(journal.c.instance)
    while page := connection.execute(query.where(journal.c.instance > after).limit(_PAGE)).all():
        found = [{"word": word, "instance": number} for number, command in page for word in _words(command)]
        if found:
            connection.execute(words.insert(), found)
        after = page[-1][0]


def _words(command: str | None) -> list[str]:
    text = json.loads(command or "{}").get("data", {}).get("text")
    return words_of(text) if isinstance(text, str) else []
