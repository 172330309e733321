"""Where everything stands: status, blocked, why, audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.errors import InputError, NotFoundError
from resolute.files import write_whole
from resolute.reports import rows

if TYPE_CHECKING:
    import networkx

    from resolute.execution.snapshot import Snapshot


_ = i18n.translator("cli")

MANY = 20_000
"""Running instances of which only the numbers are shown: their points would fill no screen, but the memory."""


@click.command(help=_("Where every point stands, and how many instances, tasks and incidents there are."))
@click.option("--protocol", metavar="ID", help=_("Only the points of this protocol."))
@options.as_json
@options.common
def status(protocol: str | None, as_json: bool) -> None:
    from resolute import dependencies

    with options.settings().engine() as engine:
        known = [opening.id for opening in engine.openings()]
        if protocol is not None and protocol not in known:
            raise _unknown(protocol, known)
        numbers = engine.counts(group=protocol)
        running = numbers.instances.get("running", 0)
        few = protocol is not None or running <= MANY
        graph = dependencies.graph(engine.snapshot(group=protocol)) if few else None
    if graph is None:
        said = _("{n} instances run: only the numbers are shown; --protocol shows the points of one")
        output.say(said.format(n=running))
    answer = rows.status(graph, numbers)
    if as_json:
        output.put_json(answer)
        return
    from resolute.reports import console

    if graph is not None:
        output.put(console.status(answer["points"], graph.graph["protocols"]), console.counts(answer["counts"]))
    output.put(console.numbers(numbers))


@click.command(help=_("What is blocked, why, who must act, which deadline breaks first."))
@click.option("--all", "everything", is_flag=True, help=_("The steps inside the points as well."))
@click.option("--long", "in_words", is_flag=True, help=_("Several sentences about each, as `why` gives them."))
@options.history
@options.as_json
@options.common
def blocked(everything: bool, in_words: bool, history: bool, as_json: bool) -> None:
    from resolute import dependencies

    with options.settings().engine() as engine:
        snapshot = engine.snapshot(history=history)
    found = dependencies.blocked(snapshot)
    if as_json and not in_words:
        output.put_json([item.to_dict() for item in found])
        return
    from resolute.dependencies.explain import explain
    from resolute.reports import console_blocked, console_why

    steps = dependencies.graph(snapshot)
    if as_json:
        output.put_json(
            [{**item.to_dict(), "explanation": explain(steps, item.step, item).to_dict()} for item in found]
        )
        return
    shown = [item for item in found if everything or not item.inner]
    protocols = steps.graph["protocols"]
    if in_words:
        output.put(*(console_why.why(explain(steps, item.step, item), protocols) for item in shown))
    else:
        names = step_names(steps)
        output.put(*(console_blocked.blocked(item, names, protocols) for item in shown))
    if not shown:
        output.say(_("nothing is blocked"))


@click.command(help=_("Why a point stands where it stands, who must act and how, what it holds back."))
@click.argument("point", metavar="POINT|STEP")
@click.option("--protocol", metavar="ID", help=_("The protocol that the points stand in, where several are open."))
@options.history
@options.as_json
@options.common
def why(point: str, protocol: str | None, history: bool, as_json: bool) -> None:
    from resolute import dependencies

    with options.settings().engine() as engine:
        snapshot = engine.snapshot(history=history)
    found = dependencies.why(snapshot, point, among=instances_of(snapshot, protocol))
    if as_json:
        output.put_json(found.to_dict())
        return
    from resolute.reports import console_why

    output.put(console_why.why(found, dependencies.protocols(snapshot)))


def instances_of(snapshot: Snapshot, protocol: str | None) -> set[str] | None:
    """The instances of an open protocol; None where all may be meant. Raises NotFoundError."""
    if protocol is None:
        return None
    views = snapshot.instances.values()
    found = {view.id for view in views if view.group == protocol}
    if not found:
        raise _unknown(protocol, sorted({view.group for view in views if view.group}))
    return found


def _unknown(protocol: str, known: Sequence[str]) -> NotFoundError:
    listed = ", ".join(known) or "—"
    return NotFoundError(_("no protocol {id} is open; open ones: {known}").format(id=protocol, known=listed))


def step_names(graph: networkx.DiGraph[str]) -> dict[str, str]:
    """Step id -> a short label for chains: the ref of its point, or its name where it belongs to none."""
    return {step: facts["ref"] or facts["name"] for step, facts in graph.nodes(data=True)}


@click.command(help=_("Check that no history was changed afterwards; status 1 when one was."))
@click.option(
    "--heads",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help=_("Heads exported earlier: finds what was rewritten or removed since as well."),
)
@click.option(
    "--export",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help=_("Writes the heads of all histories, to be kept or signed elsewhere."),
)
@options.as_json
@options.common
def audit(heads: Path | None, export: Path | None, as_json: bool) -> int:
    known = None if heads is None else _heads(heads)
    with options.settings().engine() as engine:
        result = engine.audit(known)
        if export is not None and result.whole:
            write_whole(export, json.dumps({"at": engine.now().isoformat(), "heads": engine.heads()}, indent=1) + "\n")
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


def _heads(file: Path) -> dict[str, str]:
    """The heads that were exported to a file. Raises InputError."""
    try:
        found = json.loads(file.read_text("utf-8"))["heads"]
        if all(isinstance(head, str) for head in found.values()):
            return dict(found)
    except (ValueError, KeyError, TypeError, AttributeError):
        pass
    raise InputError(_("is no list of heads; expected a file written by resolute audit --export"), file=str(file))


COMMANDS = (status, blocked, why, audit)
