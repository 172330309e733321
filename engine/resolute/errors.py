"""Every error that Resolute raises on purpose, and the finding: a fact about an input, with its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "info"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something noticed in an input that a person should know; never an exception by itself.

    `code` is stable (`kebab-case`, documented in docs/findings.md); `message` is for people, in the language
    that was current when it was made. The place is given by whichever of `ref` (a point of a protocol),
    `element` (an id in a BPMN file), `file` and `line` (1-based) are known.
    """

    code: str
    severity: Severity
    message: str
    ref: str | None = None
    element: str | None = None
    file: str | None = None
    line: int | None = None


class ResoluteError(Exception):
    """Base of all errors of this package. The message says where, what was found, what to do."""

    def __init__(self, message: str, *, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.findings: tuple[Finding, ...] = tuple(findings)


class InputError(ResoluteError, ValueError):
    """A file or an argument cannot be used as it is.

    The text reads `FILE:LINE: what was found, what was expected, what to do`; `file` and `line` are left out
    where they are not known.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        place = "" if file is None else f"{file}: " if line is None else f"{file}:{line}: "
        super().__init__(place + message, findings=findings)
        self.file = file
        self.line = line


class ModelError(InputError):
    """A BPMN model cannot be run; `.findings` lists every reason, each with its element."""


class NotFoundError(ResoluteError, LookupError):
    """No process, instance, task, incident or point goes by the name that was asked for."""


class ConflictError(ResoluteError):
    """The state has moved on since the caller looked: the task is done, the instance ended, somebody was first."""


class StorageError(ResoluteError, OSError):
    """The database cannot be opened, read or written."""
