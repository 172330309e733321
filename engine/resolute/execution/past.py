"""The state of an instance at an earlier moment, from its history: the commands up to then, applied again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from resolute import i18n
from resolute.errors import StorageError
from resolute.execution import journal, moving
from resolute.execution.definitions import Library, Program
from resolute.execution.effects import job_row, subscription_row
from resolute.execution.seam import State
from resolute.storage import rows
from resolute.storage.rows import dumps, loads, micros, moment

_ = i18n.translator("execution")


def row_at(library: Library, row: rows.InstanceRow, history: Sequence[rows.JournalRow]) -> rows.InstanceRow:
    """The row of an instance as it stood after these first commands of its history, of which there is one at least.

    Raises StorageError when part of them was erased.
    """
    program: Program | None = None
    state: State = {}
    earlier = program, state
    status, ended = "running", None
    for entry in history:
        if entry.command is None or entry.events is None:
            raise StorageError(_("the history of instance {id} was erased up to then").format(id=row.id))
        if loads(entry.command)["do"] == journal.UNDONE:
            program, state = earlier[0], moving.undone(earlier[1], state)
        else:
            earlier = program, state
            program, state = _applied(library, row.executor, program, state, entry)
        for kind, _element, *rest in loads(entry.events):
            if kind == "ended":
                status, ended = rest[1]["outcome"], entry.at
    assert program is not None
    last = history[-1]
    return row._replace(
        definition=program.number, status=status, ended=ended, seq=last.seq, head=last.hash, body=dumps(state), behind=0
    )


def _applied(
    library: Library, executor: str, program: Program | None, state: State, entry: rows.JournalRow
) -> tuple[Program, State]:
    """Program and state after one more command."""
    content = loads(entry.command or "{}")
    stores = {more[1]["store"]: more[1]["value"] for kind, _at, *more in loads(entry.events or "[]") if kind == "read"}
    if program is None:
        program = library.keyed(content["definition"], executor)
        outcome = program.executor.start(
            program.compiled,
            content["data"],
            moment(entry.at),
            start_event=content["start_event"],
            catches=content["catches"],
            stores=stores,
        )
    elif content["do"] == journal.MIGRATED:
        target = library.keyed(content["definition"], executor)
        outcome = moving.moved(program.net, target.net, state, content["renamed"], moment(entry.at))
        program = target
    elif content["do"] == "modify":
        outcome = moving.modified(program.net, state, moment(entry.at), **content["change"])
    elif content["do"] in journal.NOTES:
        return program, state
    else:
        command = journal.command_from(content)
        outcome = program.executor.apply(program.compiled, state, command, moment(entry.at), stores=stores)
    return program, outcome.state


def until(history: Iterable[rows.JournalRow], when: datetime) -> list[rows.JournalRow]:
    """The part of a history up to a moment; where the clock was set back, all up to the last one that fits."""
    entries = list(history)
    while entries and entries[-1].at > micros(when):
        entries.pop()
    return entries


def waits_at(row: rows.InstanceRow, history: Iterable[rows.JournalRow]) -> list[rows.SubscriptionRow]:
    """What an instance waited for after these commands."""
    waits: dict[str, rows.SubscriptionRow] = {}
    for event in journal.history(history):
        if event.kind == "subscribed" and event.token is not None:
            waits[event.token] = subscription_row(row.id, row.group_id, event, micros(event.at))
        elif event.kind == "unsubscribed" and event.token is not None:
            waits.pop(event.token, None)
        elif event.kind == "ended":
            waits.clear()
    return list(waits.values())


def jobs_at(row: rows.InstanceRow, history: Iterable[rows.JournalRow]) -> list[rows.JobRow]:
    """The jobs that were not done after these commands; how often they had been tried is not in the history."""
    jobs: dict[str, rows.JobRow] = {}
    for event in journal.history(history):
        if event.token is None:
            continue
        if event.kind == "job":
            jobs[event.token] = job_row(row.id, event, micros(event.at))
        elif event.kind in ("completed", "cancelled", "incident"):
            jobs.pop(event.token, None)
    return list(jobs.values())
