"""Writes what the engine knows for other programs: event logs, tables, a calendar of deadlines."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.answers import point_steps
from resolute.cli.sources import protocol_of
from resolute.errors import InputError
from resolute.files import writing

if TYPE_CHECKING:
    from resolute.reports.export_tables import Sheet

_ = i18n.translator("cli")

_LOGS = (".xes", ".xes.gz", ".jsonocel", ".json")
_TABLES = (".xlsx", ".docx", ".csv")
_CALENDAR = ".ics"


@click.command(
    help=_(
        "Write the event log (.xes, .xes.gz, .jsonocel), the table of points (.xlsx, .docx, .csv) or the deadlines "
        "(.ics) of the database; the last two of a register or document as well."
    )
)
@click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[REGISTER|FILE]")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help=_("The file; its suffix says what."),
)
@click.option("--tasks", "of_tasks", is_flag=True, help=_("The table of open tasks instead of points."))
@click.option("--protocol", metavar="ID", help=_("Only of this protocol (event logs and tasks)."))
@options.common
def export(source: Path | None, out: Path, of_tasks: bool, protocol: str | None) -> None:
    suffix = _suffix(out)
    if suffix in _LOGS:
        if source is not None:
            raise InputError(_("an event log is of what has happened; give no file, but the database with --db"))
        _write_log(out, suffix, protocol)
    elif suffix == _CALENDAR:
        from resolute.reports import export_calendar

        points, now = _points(source)
        with writing(out) as stream:
            export_calendar.write(points, now, stream)
    else:
        sheet = _tasks(protocol) if of_tasks else _points_sheet(_points(source)[0])
        with writing(out) as stream:
            _table_writer(suffix)(sheet, stream)
    output.say(_("written: {path}").format(path=out))


def _suffix(out: Path) -> str:
    """What the name of the file asks for. Raises InputError."""
    name = out.name.lower()
    known = (*_LOGS, *_TABLES, _CALENDAR)
    found = max((suffix for suffix in known if name.endswith(suffix)), key=len, default=None)
    if found is None:
        raise InputError(
            _("the name ends in {suffix!r}; expected one of {known}").format(suffix=out.suffix, known=", ".join(known)),
            file=str(out),
        )
    return found


def _write_log(out: Path, suffix: str, protocol: str | None) -> None:
    from resolute.reports import export_ocel, export_xes
    from resolute.reports.event_log import traces

    with options.settings().engine() as engine:
        openings = engine.openings()
        if protocol is not None and protocol not in {opening.id for opening in openings}:
            raise InputError(_("no protocol {id} is open; see `tasks --json`").format(id=protocol))
        log = traces(engine, protocol)
        with writing(out) as stream:
            if suffix == ".xes":
                export_xes.write(log, stream)
            elif suffix == ".xes.gz":
                with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as packed:
                    export_xes.write(log, packed)  # type: ignore[arg-type]
            else:
                chosen = [opening for opening in openings if protocol in (None, opening.id)]
                export_ocel.write(chosen, log, stream)


def _points(source: Path | None) -> tuple[list[dict[str, Any]], datetime]:
    """The points of the register or document, or of the database, and the moment that counts."""
    if source is not None:
        from resolute import dependencies

        return point_steps(dependencies.graph_of(protocol_of(source))), options.settings().moment()
    with options.settings().engine() as engine:
        return point_steps(engine.graph()), engine.now()


def _points_sheet(points: list[dict[str, Any]]) -> Sheet:
    from resolute.reports import words
    from resolute.reports.export_tables import Sheet

    rows = [
        [
            point["ref"] or "",
            point["name"],
            point["party"] or "",
            str(point["due"] or "")[:10],
            words.state(point["state"]),
            ", ".join(dict.fromkeys(task["name"] for task in point["open"])),
            point["decision"] or "",
        ]
        for point in points
    ]
    columns = [_("Point"), _("What"), _("Who"), _("Due"), _("State"), _("Open now"), _("Decision")]
    return Sheet(_("Points under control"), columns, rows, [8, 40, 25, 12, 14, 20, 25])


def _tasks(protocol: str | None) -> Sheet:
    from resolute.reports.export_tables import Sheet

    with options.settings().engine() as engine:
        found = engine.tasks(group=protocol)
    rows = [
        [
            task.id,
            task.ref or "",
            task.name,
            task.party or "",
            task.assignee or "",
            "" if task.due is None else task.due.date().isoformat(),
        ]
        for task in found
    ]
    columns = [_("Task"), _("Point"), _("What"), _("Who"), _("Person"), _("Due")]
    return Sheet(_("Open tasks"), columns, rows, [10, 8, 40, 30, 20, 12])


def _table_writer(suffix: str) -> Callable[[Sheet, BinaryIO], None]:
    from resolute.reports import export_tables

    return {
        ".csv": export_tables.write_csv,
        ".xlsx": export_tables.write_xlsx,
        ".docx": export_tables.write_docx,
    }[suffix]


COMMANDS: tuple[click.Command, ...] = (export,)
