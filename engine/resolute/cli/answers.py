"""Where everything stands: status, blocked, why, audit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import click

from resolute import i18n
from resolute.cli import BAD_NEWS, options, output
from resolute.errors import InputError, NotFoundError
from resolute.files import write_whole
from resolute.reports import rows

if TYPE_CHECKING:
    from resolute.dependencies import Blocked
    from resolute.engine import Engine
    from resolute.execution.snapshot import Snapshot


_ = i18n.translator("cli")


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
        few = protocol is not None or running <= rows.MANY
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
@click.option("--protocol", metavar="ID", help=_("Only what belongs to this protocol."))
@click.option("--limit", type=click.IntRange(min=0), help=_("At most so many, the worst ones."))
@options.history
@options.as_json
@options.common
def blocked(
    everything: bool, in_words: bool, protocol: str | None, limit: int | None, history: bool, as_json: bool
) -> None:
    from resolute import dependencies

    with options.settings().engine() as engine:
        snapshot = live(engine, protocol, history=history)
    found = dependencies.worst_first(snapshot)
    if as_json and not in_words:
        output.put_json([item.to_dict() for item in found[:limit]])
        return
    shown = list(islice((item for item in found if everything or as_json or not item.inner), limit))
    if in_words:
        _explain(snapshot, shown, as_json)
    else:
        from resolute.reports import console_blocked

        protocols = dependencies.protocols(snapshot)
        names = dependencies.labels(snapshot, console_blocked.named(shown))
        output.put(*(console_blocked.blocked(item, names, protocols) for item in shown))
    if not shown and not as_json:
        output.say(_("nothing is blocked"))


def _explain(snapshot: Snapshot, shown: Sequence[Blocked], as_json: bool) -> None:
    """Each line of the report in several sentences."""
    from resolute import dependencies
    from resolute.dependencies.explain import explain

    steps = dependencies.graph(snapshot)
    told = [explain(steps, item.step, item) for item in shown]
    if as_json:
        output.put_json(
            [{**item.to_dict(), "explanation": one.to_dict()} for item, one in zip(shown, told, strict=True)]
        )
        return
    from resolute.reports import console_why

    output.put(*(console_why.why(one, steps.graph["protocols"]) for one in told))


@click.command(help=_("Why a point stands where it stands, who must act and how, what it holds back."))
@click.argument("point", metavar="POINT|STEP")
@click.option("--protocol", metavar="ID", help=_("The protocol that the points stand in, where several are open."))
@options.history
@options.as_json
@options.common
def why(point: str, protocol: str | None, history: bool, as_json: bool) -> None:
    from resolute import dependencies
    from resolute.dependencies import words

    with options.settings().engine() as engine:
        snapshot = live(engine, protocol, point, history=history)
        opened = () if as_json else engine.openings(running=True)
    found = dependencies.why(snapshot, point)
    if as_json:
        output.put_json(found.to_dict())
        return
    from resolute.reports import console_why

    output.put(console_why.why(found, {one.id: words.protocol(one.number, one.body) for one in opened}))


def live(engine: Engine, protocol: str | None, *names: str, history: bool = False) -> Snapshot:
    """What is live of an open protocol; without one, all that bears on steps that go by `names`, else everything.

    Raises NotFoundError for a protocol that is not open.
    """
    if protocol is None and names:
        return engine.around(*names, history=history)
    if protocol is None:
        running = engine.counts().instances.get("running", 0)
        if running > rows.MANY:
            output.say(_("{n} instances run and all are read; --protocol reads those of one").format(n=running))
        return engine.snapshot(history=history)
    known = [opening.id for opening in engine.openings(running=True)]
    if protocol not in known:
        raise _unknown(protocol, known)
    return engine.snapshot(group=protocol, history=history)


def _unknown(protocol: str, known: Sequence[str]) -> NotFoundError:
    listed = ", ".join(known) or "—"
    return NotFoundError(_("no protocol {id} is open; open ones: {known}").format(id=protocol, known=listed))


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
