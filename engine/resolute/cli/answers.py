"""Where everything stands: status, blocked, graph, gantt, audit."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.cli.sources import protocol_of

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies import Blocked

_ = i18n.translator("cli")

source = click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[REGISTER|FILE]")
picture = click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=_("The picture or table; its suffix says which."),
)


OPEN = ("running", "waiting", "overdue", "failed")


def point_steps(graph: networkx.DiGraph[str]) -> list[dict[str, Any]]:
    """The steps that stand for points of a protocol, in the order of the graph.

    Each with its id as `step` and, as `open`, what is open inside it: name and party of every task.
    """
    inside: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for step, facts in graph.nodes(data=True):
        if facts["kind"] == "userTask" and facts["state"] in OPEN:
            task = {"step": step, "name": facts["name"], "party": facts["party"]}
            inside.setdefault((facts["decision"], facts["ref"]), []).append(task)
    return [
        {"step": step, **facts, "open": inside.get((facts["decision"], facts["ref"]), [])}
        for step, facts in graph.nodes(data=True)
        if facts["kind"] == "point"
    ]


@click.command(help=_("Where every point stands."))
@options.as_json
@options.common
def status(as_json: bool) -> None:
    with options.settings().engine() as engine:
        points = point_steps(engine.graph())
        open_incidents = engine.incidents()
    counts = Counter(point["state"] for point in points)
    if as_json:
        output.put_json({"points": points, "counts": counts, "incidents": len(open_incidents)})
        return
    from resolute.reports import console

    output.put(console.status(points), console.counts(counts))


@click.command(help=_("What is blocked, why, who must act, which deadline breaks first."))
@click.option("--all", "everything", is_flag=True, help=_("The steps inside the points as well."))
@options.as_json
@options.common
def blocked(everything: bool, as_json: bool) -> None:
    with options.settings().engine() as engine:
        found = engine.blocked()
        names = step_names(engine.graph())
    if as_json:
        output.put_json([item.to_dict() for item in found])
        return
    from resolute.reports import console_blocked

    shown = [item for item in found if everything or not item.inner]
    output.put(*(console_blocked.blocked(item, names) for item in shown))
    if not shown:
        output.say(_("nothing is blocked"))


def step_names(graph: networkx.DiGraph[str]) -> dict[str, str]:
    """Step id -> a short label for chains: the ref of its point, or its name where it belongs to none."""
    return {step: facts["ref"] or facts["name"] for step, facts in graph.nodes(data=True)}


@click.command(help=_("Draw the dependency graph of a register, a document or the database."))
@source
@picture
@click.option("--detail", is_flag=True, help=_("The steps inside the points as well."))
@options.common
def graph(source: Path | None, out: Path, detail: bool) -> None:
    from resolute.reports import export_graph

    steps, found, today = _graph(source)
    export_graph.write(steps, out, blocked=found, today=today, detail=detail)
    output.say(_("written: {path}").format(path=out))


def _graph(source: Path | None) -> tuple[networkx.DiGraph[str], list[Blocked], date | None]:
    """The graph, what is blocked in it, and today: of a register or document, or of the database."""
    if source is not None:
        from resolute import dependencies

        return dependencies.graph_of(protocol_of(source)), [], None
    with options.settings().engine() as engine:
        return engine.graph(), engine.blocked(), engine.now().date()


@click.command(help=_("Draw the schedule of a register, a document or the database as a Gantt chart."))
@source
@picture
@click.option("--detail", is_flag=True, help=_("The steps inside the points as well."))
@options.common
def gantt(source: Path | None, out: Path, detail: bool) -> None:
    from resolute import dependencies
    from resolute.reports import gantt as chart

    steps, _found, today = _graph(source)
    if source is not None:
        plan = dependencies.schedule(protocol_of(source))
    else:
        with options.settings().engine() as engine:
            plan = dependencies.schedule(engine.snapshot())
    output.write_picture(chart.draw(steps, plan, today=today, detail=detail), out)


@click.command(help=_("Check that no history was changed afterwards; status 1 when one was."))
@options.as_json
@options.common
def audit(as_json: bool) -> int:
    with options.settings().engine() as engine:
        result = engine.audit()
    if as_json:
        breaks = [{"instance": item.instance, "number": item.number} for item in result.breaks]
        output.put_json({"instances": result.instances, "commands": result.commands, "breaks": breaks})
    else:
        for item in result.breaks:
            click.echo(_("instance {id}: changed at command {n}").format(id=item.instance, n=item.number))
        click.echo(
            _("histories: {instances}, commands: {commands}, broken: {breaks}").format(
                instances=result.instances, commands=result.commands, breaks=len(result.breaks)
            )
        )
    return 0 if result.whole else BAD_NEWS


COMMANDS = (status, blocked, graph, gantt, audit)
