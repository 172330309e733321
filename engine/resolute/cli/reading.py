"""Commands on documents: read a protocol, model its decisions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.output import finding_line
from resolute.cli.sources import protocol_of
from resolute.errors import InputError
from resolute.files import write_whole
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.protocols import Protocol

_ = i18n.translator("cli")

TABLES = (".xlsx", ".docx", ".csv")


@click.command(help=_("Read a document: its points, parties, deadlines and what a careful reader notices."))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    help=_("Write the register (.yaml) or the control table (.xlsx, .docx, .csv)."),
)
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    help=_("How the body counts deadlines: a YAML profile (docs/register.md)."),
)
@click.option("--update", is_flag=True, help=_("Merge into the register that -o names, keeping edits."))
@options.as_json
@options.common
def read(file: Path, out: Path | None, profile: Path | None, update: bool, as_json: bool) -> None:
    from resolute import protocols

    protocol = protocol_of(file, profile)
    if out is not None:
        _write_out(protocol, out, update=update)
    elif update:
        raise InputError(_("--update needs -o REGISTER.yaml: the register to merge into"))
    if as_json:
        output.put_json(protocols.to_json(protocol))
    elif out is None:
        from resolute.reports import console

        output.put(console.heading(protocol), console.points(protocol), console.findings(protocol.findings))


def _write_out(protocol: Protocol, out: Path, *, update: bool) -> None:
    from resolute import protocols

    suffix = out.suffix.lower()
    if suffix in TABLES:
        protocols.write_table(protocol, out)
    elif suffix in (".yaml", ".yml"):
        previous = out.read_text("utf-8") if update and out.exists() else None
        if previous is not None:
            protocol = protocols.merge(protocols.load_register(out), protocol)
        write_whole(out, protocols.dump_register(protocol, previous=previous))
    else:
        raise InputError(
            _("the name ends in {suffix!r}; expected .yaml, .xlsx, .docx or .csv").format(suffix=suffix),
            file=str(out),
        )
    output.say(_("written: {path}").format(path=out))


@click.command(help=_("Write the decisions' BPMN processes and the patterns that they call."))
@click.argument("source", type=click.Path(path_type=Path), metavar="REGISTER|FILE")
@click.option("-o", "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help=_("The folder."))
@options.as_json
@options.common
def model(source: Path, out: Path, as_json: bool) -> None:
    from resolute import modelling

    written = modelling.write(protocol_of(source), out)
    if as_json:
        found = [rows.finding(finding) for finding in written.findings]
        output.put_json({"files": [str(path) for path in written], "findings": found})
        return
    for path in written:
        click.echo(path)
    for finding in written.findings:
        output.say(finding_line(finding))


COMMANDS = (read, model)
