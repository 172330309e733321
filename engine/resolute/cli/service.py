"""Looking after the engine: background work, running decisions taken to another version of their model."""

from __future__ import annotations

import importlib
import json
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.cli.work import by, done
from resolute.errors import InputError, StorageError
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.engine import Engine
    from resolute.execution.versions import Migration

_ = i18n.translator("execution")


def _a_number(context: click.Context, parameter: click.Parameter, value: float) -> float:
    """Refuses `nan`, which no range keeps out."""
    if value != value:
        raise click.BadParameter(_("found nan, expected seconds"), context, parameter)
    return value


@click.command(help=_("Fire timers and run service tasks as they become due, until stopped (Ctrl-C, SIGTERM)."))
@click.option(
    "--services",
    metavar="MODULE:FUNCTION",
    multiple=True,
    help=_("A function that is called with the engine and registers the functions of service tasks."),
)
@click.option(
    "--poll",
    type=click.FloatRange(min=0.05, max=86400),
    callback=_a_number,
    default=5.0,
    show_default=True,
    metavar="SECONDS",
    help=_("Look for new work at least so often."),
)
@options.common
def worker(services: tuple[str, ...], poll: float) -> None:
    pause = timedelta(seconds=poll)
    with options.settings().engine(serves=False) as engine, _until_stopped() as stop:
        for name in services:
            _register(engine, name)
        output.say(_("at work; Ctrl-C ends it"))
        while not stop.is_set():
            try:
                engine.work(stop, poll=pause)
            except StorageError as error:
                output.say(_("{problem}; trying again").format(problem=error))
                stop.wait(poll)
        output.say(_("stopped"))


@contextmanager
def _until_stopped() -> Iterator[threading.Event]:
    """An event that SIGINT and SIGTERM set: what has begun is finished."""
    stop = threading.Event()
    before = {number: signal.signal(number, lambda *_: stop.set()) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _register(engine: Engine, name: str) -> None:
    """Lets a function of the host's own register its services."""
    module, _colon, function = name.partition(":")
    if "" not in sys.path:
        sys.path.insert(0, "")
    try:
        found = getattr(importlib.import_module(module), function)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError(
            _("--services: {name} cannot be loaded ({error}); expected MODULE:FUNCTION").format(name=name, error=error)
        ) from error
    found(engine)


@click.command(help=_("Show what taking running instances to another version of PROCESS would do; --apply does it."))
@click.argument("process")
@click.option(
    "--deploy",
    "model",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help=_("Deploy this model first; it becomes the latest version for what is started from now on."),
)
@click.option("--version", type=int, help=_("The version to go to (default: the latest)."))
@click.option("--instance", "instances", multiple=True, help=_("Only this instance; may be given several times."))
@click.option(
    "--rename",
    "renamed",
    metavar="OLD=NEW",
    multiple=True,
    help=_("The element OLD is called NEW now; may be given several times."),
)
@click.option("--apply", "apply_", is_flag=True, help=_("Do it: all instances or none."))
@click.option(
    "--undo", is_flag=True, help=_("Take the last migration back, of instances that have done nothing since.")
)
@by
@options.as_json
@options.common
def migrate(
    process: str,
    model: Path | None,
    version: int | None,
    instances: tuple[str, ...],
    renamed: tuple[str, ...],
    apply_: bool,
    undo: bool,
    by: str | None,
    as_json: bool,
) -> int:
    if undo:
        if apply_ or model or version or renamed:
            raise InputError(_("--undo goes with --instance and --by alone"))
        return _undo(process, instances, by, as_json)
    names = dict(_renaming(pair) for pair in renamed)
    with options.settings().engine() as engine:
        if model is not None:
            engine.deploy(model)
        plan = engine.plan_migration(process, version=version, instances=instances or None, renamed=names)
        migrated = engine.migrate(plan, by=by) if apply_ and plan.possible else 0
    if as_json:
        output.put_json(_plan_row(plan, migrated))
    else:
        _tell(plan, migrated)
    return 0 if plan.possible else BAD_NEWS


def _undo(process: str, instances: tuple[str, ...], by: str | None, as_json: bool) -> int:
    with options.settings().engine() as engine:
        undone = engine.undo_migration(process, instances=instances or None, by=by)
    done(as_json, _("taken back: {n}").format(n=undone), process=process, undone=undone)
    return 0


def _renaming(pair: str) -> tuple[str, str]:
    old, equals, new = pair.partition("=")
    if not (old and equals and new):
        raise InputError(_("--rename: found {found!r}, expected OLD=NEW").format(found=pair))
    return old, new


def _plan_row(plan: Migration, migrated: int) -> dict[str, Any]:
    return {
        "process": plan.target.id,
        "version": plan.target.version,
        "instances": list(plan.instances),
        "changes": list(plan.changes),
        "problems": {
            instance: [rows.finding(finding) for finding in findings] for instance, findings in plan.problems.items()
        },
        "possible": plan.possible,
        "migrated": migrated,
    }


def _tell(plan: Migration, migrated: int) -> None:
    """The plan in words, and what was done."""
    click.echo(
        _("{process}, version {version}; running instances of other versions: {n}").format(
            process=plan.target.name or plan.target.id, version=plan.target.version, n=len(plan.instances)
        )
    )
    for change in plan.changes:
        click.echo(f"  {change}")
    for instance, findings in plan.problems.items():
        for finding in findings:
            click.echo(_("instance {id}: {problem}").format(id=instance, problem=finding.message))
    if plan.problems:
        output.say(_("nothing was migrated"))
    elif migrated:
        click.echo(_("migrated: {n}").format(n=migrated))
    elif plan.instances:
        output.say(_("nothing was migrated; --apply does it"))


@click.command(help=_("Messages that models have thrown for the world outside and nobody has acknowledged."))
@click.option("--acknowledge", "arrived", metavar="ID", multiple=True, help=_("This one has arrived: forget it."))
@click.option("--limit", type=click.IntRange(min=0), default=100, show_default=True, help=_("At most so many."))
@options.as_json
@options.common
def outgoing(arrived: tuple[str, ...], limit: int, as_json: bool) -> None:
    with options.settings().engine() as engine:
        if arrived:
            engine.acknowledge(arrived)
        found = engine.outgoing(limit)
    if as_json:
        output.put_json([asdict(message) for message in found])
        return
    for message in found:
        payload = json.dumps(message.payload, ensure_ascii=False)
        click.echo(f"{message.id}  {message.at:%Y-%m-%d %H:%M}  {message.name}  {payload}")


COMMANDS: tuple[click.Command, ...] = (worker, migrate, outgoing)
