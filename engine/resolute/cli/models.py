"""Commands on BPMN files: check, draw, verify."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.cli.output import finding_line
from resolute.errors import Finding
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.execution.verify import Difference

_ = i18n.translator("cli")


@click.command(help=_("Check .bpmn files and registers; status 1 when there are errors."))
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True, metavar="FILE...")
@click.option("--sarif", is_flag=True, help=_("Print SARIF 2.1.0 instead."))
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help=_("Severities: YAML with one `rule: error | warning | info | off` a line."),
)
@options.as_json
@options.common
def check(files: tuple[Path, ...], sarif: bool, config: Path | None, as_json: bool) -> int:
    from resolute import bpmn

    told = [finding for file in files for finding in _findings(file)]
    found = bpmn.grade(told, bpmn.load_config(config) if config else None)
    if sarif:
        output.put_json(bpmn.sarif(found))
    elif as_json:
        output.put_json([rows.finding(finding) for finding in found])
    else:
        for finding in found:
            click.echo(finding_line(finding))
        if not found:
            output.say(_("nothing to remark"))
    return BAD_NEWS if any(finding.severity == "error" for finding in found) else 0


def _findings(file: Path) -> list[Finding]:
    from dataclasses import replace

    from resolute import protocols

    if protocols.is_register(file):
        return [replace(finding, file=str(file), line=None) for finding in protocols.load_register(file).findings]
    return [replace(finding, file=str(file)) for finding in _model_findings(file)]


def _model_findings(file: Path) -> Iterator[Finding]:
    """By schema and rules, then on the net; what both tell is told once."""
    from resolute import bpmn
    from resolute.net import soundness

    document = bpmn.load(file)
    told = bpmn.check(document)
    yield from told
    places = {(finding.code, finding.element) for finding in told}
    yield from (item for item in soundness.check_document(document) if (item.code, item.element) not in places)


@click.command(help=_("Draw a process from its diagram; lay out what has none."))
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.bpmn")
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="PICTURE.svg|.png")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", help=_("Colours."))
@options.common
def draw(file: Path, out: Path, theme: Literal["light", "dark"]) -> None:
    from resolute import bpmn

    output.write_picture(bpmn.draw(bpmn.load(file), theme=theme), out)


@click.command(help=_("Run a process on both executors by random schedules and compare; status 1 when they differ."))
@click.argument("file", type=click.Path(path_type=Path), metavar="MODEL.bpmn")
@click.option("--process", help=_("The process, where the file has several."))
@click.option("--runs", type=click.IntRange(1, 100_000), default=20, help=_("How many schedules (default: 20)."))
@click.option("--seed", type=int, default=1, help=_("The seed of the schedules (default: 1)."))
@options.as_json
@options.common
def verify(file: Path, process: str | None, runs: int, seed: int, as_json: bool) -> int:
    from dataclasses import asdict

    from resolute import bpmn
    from resolute.execution.verify import verify as compare

    report = compare(bpmn.load(file), process, runs=runs, seed=seed)
    if as_json:
        output.put_json({**asdict(report), "same": report.same})
    else:
        for reason in report.refused:
            click.echo(_("SpiffWorkflow cannot run {process}: {reason}").format(process=report.process, reason=reason))
        for item in report.differences:
            click.echo(_difference(item))
        click.echo(
            _("{process}: schedules {runs}, steps {steps}, differences {differences}").format(
                process=report.process, runs=report.runs, steps=report.steps, differences=len(report.differences)
            )
        )
    return BAD_NEWS if report.differences else 0


def _difference(item: Difference) -> str:
    return _("schedule {run}, after {trail}: {what} — only net: {net}; only SpiffWorkflow: {other}").format(
        run=item.run,
        trail=", ".join(item.trail) or "—",
        what=item.what,
        net=", ".join(item.net) or "—",
        other=", ".join(item.other) or "—",
    )


COMMANDS = (check, draw, verify)
