"""Writes the decisions of a protocol into a folder, all or none; what a person has changed is left alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

from resolute import i18n
from resolute.bpmn.diff import diff
from resolute.bpmn.document import Document
from resolute.bpmn.names import RESOLUTE
from resolute.bpmn.read import load
from resolute.errors import Finding, InputError, NotFoundError
from resolute.modelling.model import model
from resolute.modelling.patterns import called, file_name, needed_patterns, pattern
from resolute.protocols.values import Protocol

_ = i18n.translator("modelling")

_STAMP = f"{{{RESOLUTE}}}generated"
"""On `definitions`: the SHA-256 of the file as the generator wrote it, with this attribute empty."""


@dataclass(frozen=True, slots=True)
class Written:
    """What stands in the folder now; iterating gives the files."""

    files: tuple[Path, ...]
    """Every model of the protocol, those that were kept included."""
    findings: tuple[Finding, ...]
    """What a person's version has that the register does not, and what the modelling left out."""

    def __iter__(self) -> Iterator[Path]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)


def write(protocol: Protocol, folder: str | Path) -> Written:
    """Writes the decisions' BPMN and the patterns they call into `folder`, made when missing.

    A file that differs from what was last generated is a person's work: it stays, and each difference from
    the register is a finding `model-differs`. Nothing is renamed into place before everything is written.
    """
    target = Path(folder)
    decisions = model(protocol)
    findings = [finding for document in decisions for finding in document.findings]
    files = []
    fresh = {}
    for document in (*decisions, *needed_patterns(decisions)):
        path = target / file_name(document.process_id)
        files.append(path)
        theirs = _changed_by_hand(path)
        if theirs is None:
            fresh[path] = stamped(document)
        else:
            findings += _differences(theirs, document, path)
    _replace_all(fresh)
    return Written(tuple(files), tuple(findings))


def in_force(protocol: Protocol, folder: str | Path) -> tuple[Document, ...]:
    """What a protocol runs by: its decisions, then the patterns they call, by name.

    A model of the same process in `folder` that a person drew or changed is used as it is; everything else comes
    from the protocol and from the shipped patterns.
    """
    place = Path(folder)
    decisions = [_changed_by_hand(place / file_name(document.process_id)) or document for document in model(protocol)]
    found: dict[str, Document | None] = {document.process_id: None for document in decisions}
    queue = list(decisions)
    for document in queue:
        for name in called(document):
            if name not in found:
                found[name] = _pattern_in_force(name, place)
                queue += filter(None, [found[name]])
    return (*decisions, *(pattern for _name, pattern in sorted(found.items()) if pattern is not None))


def _pattern_in_force(name: str, place: Path) -> Document | None:
    """A called process as a person drew it, else as it ships; None when neither is there."""
    try:
        return _changed_by_hand(place / file_name(name)) or pattern(name)
    except NotFoundError:
        return None


def stamped(document: Document) -> bytes:
    """The document as XML that tells later whether anybody has changed it."""
    copy = Document(deepcopy(document.tree))
    root = copy.tree.getroot()
    root.set(_STAMP, "")
    root.set(_STAMP, _digest(copy.xml))
    return copy.xml


def _changed_by_hand(path: Path) -> Document | None:
    """The model in `path` when a person drew or changed it; None when it is missing or as generated."""
    if not path.exists():
        return None
    document = load(path)
    content = path.read_bytes()
    stamp = document.definitions.get(_STAMP) or ""
    if stamp and _digest(content.replace(stamp.encode(), b"")) == stamp:
        return None
    return document


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _differences(theirs: Document, generated: Document, path: Path) -> list[Finding]:
    """What a person's version says otherwise, in words."""
    return [
        Finding(
            "model-differs",
            "info",
            _("changed by hand and kept: {change}").format(change=change.message),
            element=change.element,
            file=str(path),
        )
        for change in diff(generated, theirs)
    ]


def _replace_all(contents: dict[Path, bytes]) -> None:
    """Writes every file beside its place, then renames them; on failure no place is touched."""
    partial: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(f".{path.name}.{os.getpid()}.partial")
            partial[temporary] = path
            temporary.write_bytes(content)
        for temporary, path in partial.items():
            temporary.replace(path)
    except OSError as error:
        for temporary in partial:
            temporary.unlink(missing_ok=True)
        message = _("cannot be written ({reason}); choose a folder that you may write to")
        raise InputError(message.format(reason=error.strerror), file=error.filename) from error
