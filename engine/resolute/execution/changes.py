"""Changes that no model knows of: to another version and back, by hand, forgetting the content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.errors import ConflictError
from resolute.execution import journal, moving, past, versions
from resolute.execution.definitions import Program
from resolute.execution.seam import Event
from resolute.storage.rows import dumps, loads

if TYPE_CHECKING:
    from resolute.execution.work import Work

_ = i18n.translator("execution")


def migrate(work: Work, number: int, target: Program, renamed: Mapping[str, str], by: str | None) -> None:
    """Takes an instance to another version. Raises ModelError when that cannot be."""
    live = work.running(number)
    versions.refuse_others(live.program, str(number))
    outcome = moving.moved(live.program.net, target.net, live.state, renamed, work.now)
    live.program, live.state = target, outcome.state
    for old, new in renamed.items():
        work.store.rename_element(live.id, old, new)
    content = {"do": journal.MIGRATED, "definition": target.definition.key, "renamed": dict(renamed)}
    work.record(live, outcome.events, dumps(content), by)


def undo_migration(work: Work, number: int, by: str | None) -> None:
    """Takes back the migration that an instance has done last: waits and deadlines are those from before it.

    Raises ConflictError when something has happened since.
    """
    live = work.running(number)
    row, history = work.store.instance(number), work.store.journal(number)
    assert row is not None
    done = loads(history[-1].command or "{}")
    events = None
    if done.get("do") == journal.MIGRATED:
        events = moving.undoing(journal.history(history[:-1]), journal.history(history[-1:]))
    if events is None:
        raise ConflictError(
            _("instance {id}: its last step was no migration, or it has moved on with it").format(id=number)
        )
    before = past.row_at(work.library, row, history[:-1])
    state = moving.undone(loads(before.body), live.state)
    live.program, live.state = work.library.program(before.definition, before.executor), state
    for old, new in reversed(done["renamed"].items()):
        work.store.rename_element(number, new, old)
    work.record(live, events, dumps({"do": journal.UNDONE, "definition": live.program.definition.key}), by)


def modify(work: Work, number: int, change: Mapping[str, Sequence[str]], reason: str, by: str | None) -> None:
    """Changes an instance by hand: `skip`, `cancel` (tokens) and `enter` (elements)."""
    live = work.running(number)
    versions.refuse_others(live.program, str(number))
    outcome = moving.modified(live.program.net, live.state, work.now, **change)
    live.state = outcome.state
    work.record(live, outcome.events, dumps({"do": "modify", "change": dict(change), "reason": reason}), by)
    for token in change["skip"]:
        work.withdraw(live, token, by)


def erase(work: Work, number: int, reason: str, by: str | None) -> None:
    """Forgets the content of an ended instance, keeping its chain of hashes."""
    live = work.live(number)
    if live.status == "running":
        raise ConflictError(_("the content of instance {id} is kept while it runs; end it first").format(id=number))
    work.store.erase_people(number)
    for row in work.store.journal(number):
        work.store.erase_journal(number, row.seq, journal.digest(row))
    live.state = {"format": live.state["format"], "data": {}, "erased": True}
    event = Event("erased", live.program.definition.id, None, {"reason": reason})
    work.note(live, {"do": "erase", "reason": reason}, event, by)
