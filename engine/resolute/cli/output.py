"""Writes results to stdout and messages to stderr."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.errors import InputError
from resolute.files import write_whole
from resolute.reports import rows

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from resolute.errors import Finding

_ = i18n.translator("cli")


def put_json(value: Any) -> None:
    """Prints one JSON value."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=rows.plain))


def console() -> Console:
    """The console for tables and reports; 110 columns wide where the output is no terminal.

    What documents and models say is shown as it stands, square brackets and colons too.
    """
    from rich.console import Console

    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 110
    return Console(width=width, highlight=False, markup=False, emoji=False, soft_wrap=False)


def put(*renderables: RenderableType) -> None:
    """Prints tables and texts for people."""
    target = console()
    for renderable in renderables:
        target.print(renderable)


def say(message: str) -> None:
    """Prints a message about the work to stderr."""
    click.echo(message, err=True)


PICTURES = (".svg", ".png")


def check_picture(out: Path) -> None:
    """Raises InputError unless the name of a picture ends in .svg or .png."""
    if out.suffix.lower() not in PICTURES:
        raise InputError(
            _("the name ends in {suffix!r}; expected .svg or .png").format(suffix=out.suffix), file=str(out)
        )


def write_picture(svg: str, out: Path) -> None:
    """Writes a picture as .svg or .png, whichever `out` says, and tells so. Raises InputError for another ending."""
    check_picture(out)
    if out.suffix.lower() == ".svg":
        write_whole(out, svg)
    else:
        from resolute import bpmn

        write_whole(out, bpmn.png(svg))
    say(_("written: {path}").format(path=out))


@contextmanager
def progress(label: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on stderr while the block runs; silent where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(label, total=None)

        def advance(done: int, wanted: int) -> None:
            bar.update(task, completed=done, total=wanted)

        yield advance


def finding_line(finding: Finding) -> str:
    """A finding in one line, the place first."""
    place = f"{finding.file}:{finding.line}" if finding.line else f"{finding.file}"
    element = finding.element or finding.ref
    return f"{place}: {finding.severity}: {finding.message} [{finding.code}{f' {element}' if element else ''}]"
