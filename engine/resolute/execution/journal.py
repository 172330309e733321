"""The history of an instance: commands and events as JSON, chained by hashes, read back and verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from resolute.execution import seam
from resolute.execution.values import HistoryEvent
from resolute.storage.rows import JournalRow, dumps, loads, moment, quoted

_NAMES: dict[type, str] = {
    seam.Complete: "complete",
    seam.Trigger: "trigger",
    seam.ChildEnded: "child-ended",
    seam.ChildEscalated: "child-escalated",
    seam.Fail: "fail",
    seam.Retry: "retry",
    seam.Terminate: "terminate",
}
NOTES = frozenset({"assign", "comment", "erase"})
"""Commands that no executor sees: they change who works on a task, or say something about it."""
MIGRATED, UNDONE = "migrate", "undo-migration"
"""Commands that no executor sees either."""
_APART = frozenset({"assigned", "commented", "erased"})
"""The kinds of their events."""
_FIELDS = {kind: tuple(field.name for field in fields(kind)) for kind in _NAMES}
_COMMANDS = {name: command for command, name in _NAMES.items()}


def start_json(definition: str, data: seam.Data, start_event: str | None, catches: Sequence[str]) -> str:
    """The start of an instance as JSON text."""
    content = {
        "do": "start",
        "definition": definition,
        "data": data,
        "start_event": start_event,
        "catches": list(catches),
    }
    return dumps(content)


def command_json(command: seam.Command) -> str:
    """A command as JSON text; fields that hold nothing are left out."""
    kind = type(command)
    content: dict[str, Any] = {"do": _NAMES[kind]}
    for name in _FIELDS[kind]:
        value = getattr(command, name)
        if value:
            content[name] = value.isoformat() if isinstance(value, datetime) else value
    return dumps(content)


def command_from(content: dict[str, Any]) -> seam.Command:
    """The command behind the JSON structure that `command_json` made."""
    values = {name: value for name, value in content.items() if name != "do"}
    if "nominal" in values:
        values["nominal"] = datetime.fromisoformat(values["nominal"])
    command: seam.Command = _COMMANDS[content["do"]](**values)
    return command


def events_json(events: Iterable[seam.Event]) -> str:
    """Events as JSON text: `[kind, element, token, detail]` each, without empty ends."""
    return dumps([event if event[3] else event[:3] if event[2] is not None else event[:2] for event in events])


def chained(head: str, instance: int, seq: int, at: int, by: str | None, command: str, events: str) -> JournalRow:
    """The next row of a history whose last hash is `head`."""
    content = _digest(by, command, events)
    return JournalRow(instance, seq, at, by, command, events, None, _hash(head, instance, seq, at, content))


def digest(row: JournalRow) -> str:
    """The hash of a row's content, also when it is erased."""
    return row.digest or _digest(row.by, row.command, row.events)


def _digest(by: str | None, command: str | None, events: str | None) -> str:
    return sha256(f"{quoted(by)}\n{command}\n{events}".encode()).hexdigest()


def _hash(head: str, instance: int, seq: int, at: int, content: str) -> str:
    return sha256(f"{head}\n{instance}\n{seq}\n{at}\n{content}".encode()).hexdigest()


def first_break(journal: Iterable[JournalRow], head: str) -> int | None:
    """The number of the first row that does not fit its predecessor, or whose content was changed; None when
    the chain is whole and ends in `head`."""
    last, seq = "", 0
    for row in journal:
        if row.seq != seq + 1 or row.hash != _hash(last, row.instance, row.seq, row.at, digest(row)):
            return row.seq
        last, seq = row.hash, row.seq
    return None if last == head else seq + 1


def moves(journal: Iterable[JournalRow]) -> Iterator[HistoryEvent]:
    """The events of a history that the executor's state comes from."""
    return (event for event in history(journal) if event.kind not in _APART)


def history(journal: Iterable[JournalRow]) -> Iterator[HistoryEvent]:
    """The events of a history, oldest first; erased rows have none left."""
    for row in journal:
        for kind, element, *rest in loads(row.events) if row.events else ():
            token, detail = (*rest, None, None)[:2]
            yield HistoryEvent(
                instance=str(row.instance),
                number=row.seq,
                at=moment(row.at),
                kind=kind,
                element=element,
                token=token,
                by=row.by,
                detail=detail or {},
            )
