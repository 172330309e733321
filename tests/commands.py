"""Runs a command of the command line inside the test's own process, as a person would from a folder."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from pathlib import Path

from resolute import i18n
from resolute.cli import main


@dataclass(frozen=True)
class Done:
    """What a command has said and how it ended."""

    returncode: int
    stdout: str
    stderr: str


def resolute(*arguments: object, folder: Path) -> Done:
    """`resolute ARGUMENTS` from `folder`."""
    out, err = io.StringIO(), io.StringIO()
    status = 0
    with (
        i18n.use(i18n.language()),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as exit_:
            status = int(exit_.code or 0)
    return Done(status, out.getvalue(), err.getvalue())
