"""Writes what the engine knows for other programs: event logs, tables, a calendar of deadlines."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.sources import protocol_of
from resolute.errors import InputError
from resolute.files import writing
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.engine import Engine
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
@click.option("--protocol", metavar="ID", help=_("Only of this protocol."))
@options.common
def export(source: Path | None, out: Path, of_tasks: bool, protocol: str | None) -> None:
    suffix = _suffix(out)
    if suffix in _LOGS:
        if source is not None:
            raise InputError(_("an event log is of what has happened; give no file, but the database with --db"))
        _write_log(out, suffix, protocol)
    elif suffix == _CALENDAR:
        from resolute.reports import export_calendar

        points, now = _points(source, protocol)
        with writing(out) as stream:
            export_calendar.write(points, now, stream)
    else:
        sheet = _tasks(protocol) if of_tasks else _points_sheet(*_points(source, protocol))
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
        _check_open(engine, protocol)
        openings = engine.openings()
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


def _points(source: Path | None, protocol: str | None) -> tuple[list[dict[str, Any]], datetime]:
    """The points of the register or document, or of the database, and the moment that counts."""
    from resolute import dependencies

    if source is not None:
        return rows.points(dependencies.graph_of(protocol_of(source))), options.settings().moment()
    with options.settings().engine() as engine:
        _check_open(engine, protocol)
        return rows.points(dependencies.graph(engine.snapshot(group=protocol))), engine.now()


def _check_open(engine: Engine, protocol: str | None) -> None:
    if protocol is not None and protocol not in {opening.id for opening in engine.openings()}:
        raise InputError(_("no protocol {id} is open; see `tasks --json`").format(id=protocol))


def _points_sheet(points: list[dict[str, Any]], now: datetime) -> Sheet:
    from resolute.reports import words
    from resolute.reports.export_tables import Sheet

    rows = [
        [
            point["ref"] or "",
            point["name"],
            point["party"] or "",
            _day(point["due"]),
            words.state(point["state"]),
            ", ".join(dict.fromkeys(task["name"] for task in point["open"])),
            point["decision"] or "",
        ]
        for point in sorted(points, key=_place(points))
    ]
    columns = [_("Point"), _("What"), _("Who"), _("Due"), _("State"), _("Open now"), _("Decision")]
    return Sheet(_("Points under control"), columns, rows, [8, 45, 28, 13, 14, 22, 45], now.date(), headings=6)


def _day(value: date | str | None) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return value.date() if isinstance(value, datetime) else value


def _place(points: list[dict[str, Any]]) -> Callable[[dict[str, Any]], tuple[int, list[int], str]]:
    """Where a point stands in its protocol: the decisions in their order, in each 1.2 before 1.10."""
    decisions = {decision: number for number, decision in enumerate(dict.fromkeys(p["decision"] for p in points))}

    def place(point: dict[str, Any]) -> tuple[int, list[int], str]:
        ref = point["ref"] or ""
        return decisions[point["decision"]], [int(part) for part in re.findall(r"\d+", ref)], ref

    return place


def _tasks(protocol: str | None) -> Sheet:
    from resolute.reports import words
    from resolute.reports.export_tables import Sheet

    with options.settings().engine() as engine:
        found, day = engine.tasks(group=protocol), engine.now().date()
    rows = [
        [
            task.id,
            task.ref or "",
            task.name,
            words.shortened(str(task.data.get("text") or ""), 300),
            task.party or "",
            task.assignee or "",
            _day(task.due),
        ]
        for task in found
    ]
    columns = [_("Task"), _("Point"), _("What"), _("Wording"), _("Who"), _("Person"), _("Due")]
    return Sheet(_("Open tasks"), columns, rows, [9, 8, 26, 45, 28, 16, 13], day)


def _table_writer(suffix: str) -> Callable[[Sheet, BinaryIO], None]:
    from resolute.reports import export_tables

    return {
        ".csv": export_tables.write_csv,
        ".xlsx": export_tables.write_xlsx,
        ".docx": export_tables.write_docx,
    }[suffix]


COMMANDS: tuple[click.Command, ...] = (export,)
