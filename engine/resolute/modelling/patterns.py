"""The shipped process patterns, and which of them a model calls."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.read import load
from resolute.errors import NotFoundError
from resolute.shipped import shipped

_ = i18n.translator("modelling")


def patterns() -> tuple[Document, ...]:
    """All shipped patterns, by name."""
    return tuple(load(path) for path in sorted(shipped("bpmn").glob("*.bpmn")))


def pattern(process_id: str) -> Document:
    """One shipped pattern. Raises NotFoundError when there is none of that name."""
    return load(shipped("bpmn", file_name(process_id)))


def file_name(process_id: str) -> str:
    """The file of a process. Raises NotFoundError for an id that would lead out of its folder."""
    name = f"{process_id}.bpmn"
    if Path(name).name != name:
        message = _("{process} is no name of a process; expected letters, digits, `_`, `-` and `.`")
        raise NotFoundError(message.format(process=repr(process_id)))
    return name


def called(document: Document) -> tuple[str, ...]:
    """The processes that a document calls and does not hold, in order of first mention."""
    own = {process.id for process in document.processes}
    names = (activity.get("calledElement", "") for activity in document.elements("callActivity"))
    return tuple(dict.fromkeys(name for name in names if name and name not in own))


def needed_patterns(documents: Iterable[Document]) -> tuple[Document, ...]:
    """The shipped patterns that these documents call, directly or through other patterns, by name.

    A called process that does not ship is left to the caller: it may be deployed already.
    """
    given = list(documents)
    have = {process.id for document in given for process in document.processes}
    found: dict[str, Document] = {}
    queue = [name for document in given for name in called(document)]
    for name in queue:
        if name in have or name in found:
            continue
        try:
            found[name] = pattern(name)
        except NotFoundError:
            continue
        queue += called(found[name])
    return tuple(found[name] for name in sorted(found))
