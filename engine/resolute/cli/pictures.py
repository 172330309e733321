"""Pictures of a register, a document or the database: graph, Gantt chart, who is loaded, who waits for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import forecasts, options, output
from resolute.cli.answers import live
from resolute.cli.sources import protocol_of

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies import Blocked, Schedule
    from resolute.dependencies.plan import Plan
    from resolute.execution.snapshot import Snapshot
    from resolute.protocols import Protocol

_ = i18n.translator("cli")

source_ = click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[REGISTER|FILE]")
picture = click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help=_("The picture or table; its suffix says which."),
)
in_protocol = click.option(
    "--protocol", metavar="ID", help=_("Only the points of this protocol, where several are open.")
)
detailed = click.option("--detail", is_flag=True, help=_("The steps inside the points as well."))


@dataclass(frozen=True)
class Shown:
    """What is drawn: a protocol before anything runs, or the live state of the database."""

    state: Snapshot | Protocol
    today: date | None
    """None for a protocol, of which nothing runs."""
    on: date | None
    """The day from which the work of a protocol is counted, where --now says it."""

    @cached_property
    def _plan(self) -> Plan:
        from resolute import dependencies

        return dependencies.planned(self.state, on=self.on)

    @cached_property
    def graph(self) -> networkx.DiGraph[str]:
        from resolute import dependencies

        return dependencies.graph(self._plan)

    @cached_property
    def blocked(self) -> Sequence[Blocked]:
        from resolute import dependencies

        return dependencies.blocked(self.state) if self.today is not None else ()  # type: ignore[arg-type]

    @cached_property
    def schedule(self) -> Schedule:
        from resolute import dependencies

        return dependencies.schedule(self._plan)


def shown(source: Path | None, *, history: bool = False, protocol: str | None = None) -> Shown:
    """What a command was pointed at; `history` gives steps the durations that it shows, `protocol` is the id of the
    only one that is looked at.
    """
    if source is not None:
        moment = options.settings().now
        return Shown(protocol_of(source), None, moment.date() if moment else None)
    with options.settings().engine() as engine:
        return Shown(live(engine, protocol, history=history), engine.now().date(), None)


@click.command(help=_("Draw the dependency graph of a register, a document or the database."))
@source_
@picture
@in_protocol
@detailed
@click.option(
    "--by",
    type=click.Choice(("decision", "party")),
    default="decision",
    help=_("What a lane of the picture is (default: decision)."),
)
@options.common
def graph(source: Path | None, out: Path, protocol: str | None, detail: bool, by: str) -> None:
    from resolute.reports import export_graph

    what = shown(source, protocol=protocol)
    drawn = out.suffix.lower() in export_graph.DRAWN
    export_graph.write(
        what.graph,
        out,
        blocked=what.blocked if drawn else (),
        critical=what.schedule.critical_path if drawn else (),
        today=what.today,
        detail=detail,
        by=by,  # type: ignore[arg-type]
    )
    output.say(_("written: {path}").format(path=out))


@click.command(help=_("Draw the schedule of a register, a document or the database as a Gantt chart."))
@source_
@picture
@in_protocol
@detailed
@options.history
@click.option("--forecast", is_flag=True, help=_("Simulate too, and draw by when it will be done how likely."))
@click.option("--scenario", type=click.Path(path_type=Path), help=_("Durations, capacities, calendars (YAML, JSON)."))
@click.option("--runs", type=click.IntRange(1, 10_000_000), default=1_000, help=_("How many runs (default: 1000)."))
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=1, help=_("The seed (default: 1)."))
@options.common
def gantt(
    source: Path | None,
    out: Path,
    protocol: str | None,
    detail: bool,
    history: bool,
    forecast: bool,
    scenario: Path | None,
    runs: int,
    seed: int,
) -> None:
    from resolute.reports import gantt as chart

    output.check_picture(out)
    what = shown(source, history=history, protocol=protocol)
    expected = None
    if forecast or scenario is not None:
        expected = forecasts.forecast_of(source, keep=False, scenario=scenario, runs=runs, seed=seed)
    drawn = chart.draw(what.graph, what.schedule, forecast=expected, today=what.today, detail=detail)
    output.write_picture(drawn, out)


@click.command(help=_("How many points each executor has open, week by week."))
@source_
@picture
@in_protocol
@options.common
def load(source: Path | None, out: Path, protocol: str | None) -> None:
    from resolute.reports import graph_svg_parties

    output.check_picture(out)
    what = shown(source, protocol=protocol)
    output.write_picture(graph_svg_parties.load(what.graph, what.schedule), out)


@click.command(help=_("Who waits for whom: how many points of one executor wait for another."))
@source_
@picture
@in_protocol
@options.common
def matrix(source: Path | None, out: Path, protocol: str | None) -> None:
    from resolute.reports import graph_svg_parties

    output.check_picture(out)
    what = shown(source, protocol=protocol)
    waits = graph_svg_parties.planned(what.graph) if source else graph_svg_parties.held_up(what.blocked)
    output.write_picture(graph_svg_parties.matrix(waits), out)


COMMANDS = (graph, gantt, load, matrix)
