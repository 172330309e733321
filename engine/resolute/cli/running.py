"""Processes that are no points of a protocol, and what is stuck: deploy, start, incidents, retry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.cli.work import by, done, object_of
from resolute.errors import InputError
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.execution import Incident

_ = i18n.translator("cli")
_file = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command(help=_("Deploy the processes of a .bpmn file; a changed file makes a new version."))
@click.argument("file", type=_file, metavar="FILE.bpmn")
@click.option(
    "--form",
    "forms",
    type=_file,
    multiple=True,
    metavar="FILE.json",
    help=_("A form of its user tasks, a JSON Schema; may be given several times."),
)
@click.option(
    "--decision",
    "decisions",
    type=_file,
    multiple=True,
    metavar="FILE.dmn",
    help=_("Decisions of its business rule tasks; may be given several times."),
)
@options.as_json
@options.common
def deploy(file: Path, forms: tuple[Path, ...], decisions: tuple[Path, ...], as_json: bool) -> None:
    with options.settings().engine() as engine:
        found = engine.deploy(file, decisions, forms)
    if as_json:
        output.put_json([{"process": one.id, "version": one.version, "name": one.name} for one in found])
        return
    for one in found:
        click.echo(_("{process}: version {version}").format(process=one.id, version=one.version))


@click.command(help=_("Start a process that is deployed."))
@click.argument("process")
@click.option("--data", metavar="JSON", help=_("Variables to hand in, as a JSON object."))
@click.option("--key", metavar="TEXT", help=_("Started once: the same key again answers with the same instance."))
@by
@options.as_json
@options.common
def start(process: str, data: str | None, key: str | None, by: str | None, as_json: bool) -> None:
    given = object_of(data, "--data")
    with options.settings().engine() as engine:
        found = engine.start(process, given, key=key, by=by)
    said = _("instance {instance} of {process}").format(instance=found.id, process=process)
    done(as_json, said, instance=found.id, process=process, state=found.state)


@click.command(help=_("What cannot go on until someone acts: where, since when, why."))
@click.option("--instance", help=_("Only those of this instance."))
@options.as_json
@options.common
def incidents(instance: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        found = engine.incidents(instance)
    if as_json:
        output.put_json([rows.incident(incident) for incident in found])
        return
    for incident in found:
        click.echo(_line(incident))
    if not found:
        output.say(_("nothing is stuck"))


@click.command(help=_("Try again what ended in incidents, all or none; status 1 when it went wrong again."))
@click.argument("incidents", nargs=-1, metavar="[INCIDENT]...")
@click.option("--all", "everything", is_flag=True, help=_("All that are open."))
@click.option("--data", metavar="JSON", help=_("Variables to put in first, as a JSON object."))
@by
@options.as_json
@options.common
def retry(incidents: tuple[str, ...], everything: bool, data: str | None, by: str | None, as_json: bool) -> int:
    if everything == bool(incidents):
        raise InputError(_("name the incidents to try again, or all of them by --all (see `resolute incidents`)"))
    given = object_of(data, "--data")
    with options.settings().engine() as engine:
        before = {incident.id for incident in engine.incidents()}
        tried = incidents or tuple(sorted(before, key=int))
        if tried:
            engine.retry(tried, given, by=by)
        again = [incident for incident in engine.incidents() if incident.id not in before]
    if as_json:
        output.put_json({"retried": list(tried), "again": [rows.incident(incident) for incident in again]})
    else:
        for incident in tried:
            click.echo(_("incident {incident}: tried again").format(incident=incident))
        for failed in again:
            click.echo(_line(failed))
    return BAD_NEWS if again else 0


def _line(incident: Incident) -> str:
    said = _("{id}  {day}  instance {instance}, {element}: {message}")
    return said.format(
        id=incident.id,
        day=f"{incident.at:%Y-%m-%d %H:%M}",
        instance=incident.instance,
        element=incident.element,
        message=incident.message,
    )


COMMANDS: tuple[click.Command, ...] = (deploy, start, incidents, retry)
