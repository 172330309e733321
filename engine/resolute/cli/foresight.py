"""What is to come: `schedule` and `what-if` on the live state or on a register, without touching either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import options, output, pictures
from resolute.cli.answers import live
from resolute.cli.sources import protocol_of
from resolute.errors import InputError

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies.changes import Change
    from resolute.execution.snapshot import Snapshot
    from resolute.protocols import Protocol

_ = i18n.translator("cli")


def _pairs(name: str, value: str, help_: str) -> Callable[[Any], Any]:
    """An option that takes a point and what happens to it, and may be given several times."""

    def checked(_context: click.Context, _param: click.Parameter, pairs: tuple[tuple[str, str], ...]) -> Any:
        for pair in pairs:
            for found in pair:
                if found.startswith("--"):
                    message = _("--{name} takes two values, {expected}; found {found} in their place")
                    expected = f"POINT {value}"
                    raise click.UsageError(message.format(name=name, expected=expected, found=found))
        return pairs

    return click.option(f"--{name}", multiple=True, nargs=2, metavar=f"POINT {value}", help=help_, callback=checked)


@click.command(
    "what-if",
    help=_(
        "What would follow if points were done today, late, dropped, given to others or due on other days. Nothing is"
        " stored. Options may be repeated and combined: resolute what-if --done 1.4.1 --delay 2.3 10."
    ),
)
@click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[REGISTER|FILE]")
@click.option("--done", multiple=True, metavar="POINT", help=_("The point is done today."))
@_pairs("delay", "DAYS", _("The point takes so many working days longer."))
@click.option("--drop", multiple=True, metavar="POINT", help=_("The point is dropped: nobody waits for it any more."))
@_pairs("give", "PARTY", _("The point goes to another party."))
@_pairs("due", "DATE", _("The deadline of the point moves to this day."))
@click.option("--protocol", metavar="ID", help=_("The protocol that the points stand in, where several are open."))
@options.history
@options.as_json
@options.common
def what_if(source: Path | None, protocol: str | None, history: bool, as_json: bool, **wanted: Any) -> None:
    from resolute import dependencies

    if not any(wanted.values()):
        raise InputError(_("nothing to change; name a point, like --done 1.3.1 or --delay 1.3.1 10"))
    on = options.settings().now
    state = _state(source, protocol, _named(**wanted), history=history)
    plan = dependencies.planned(state, on=on.date() if on else None)
    graph = dependencies.graph(plan)
    changes = list(_changes(graph, **wanted))
    answer = dependencies.what_if(plan, changes)
    if as_json:
        output.put_json({"changes": [_row(graph, change) for change in changes], **answer.to_dict()})
        return
    from resolute.reports import console_what_if

    output.put(console_what_if.what_if(graph, changes, answer))


def _state(source: Path | None, protocol: str | None, names: list[str], *, history: bool) -> Snapshot | Protocol:
    """The register or document, else what is live of a protocol, or of those in which the named points stand."""
    if source is not None:
        return protocol_of(source)
    with options.settings().engine() as engine:
        return live(engine, protocol, *names, history=history)


def _named(*, done: tuple[str, ...], drop: tuple[str, ...], **pairs: tuple[tuple[str, str], ...]) -> list[str]:
    """The points that the options name."""
    return [*done, *drop, *(point for option in pairs.values() for point, _value in option)]


def _changes(
    graph: networkx.DiGraph[str],
    *,
    done: tuple[str, ...],
    delay: tuple[tuple[str, str], ...],
    drop: tuple[str, ...],
    give: tuple[tuple[str, str], ...],
    due: tuple[tuple[str, str], ...],
) -> Iterator[Change]:
    """The changes that the options name; what is over comes last, since nothing can happen to it afterwards."""
    from resolute.dependencies import Delayed, Done, Dropped, Due, Given, find

    def step(name: str) -> str:
        return find(graph, name)

    over = dict.fromkeys(step(name) for name in done)
    dropped = dict.fromkeys(step(name) for name in drop)
    for both in over.keys() & dropped.keys():
        raise InputError(_("{point} cannot be done and dropped at once").format(point=graph.nodes[both]["ref"] or both))
    for name, party in give:
        if not party.strip():
            raise InputError(_("--give {point}: the party has no name").format(point=name))
        yield Given(step(name), party.strip())
    for name, day in due:
        yield Due(step(name), _date(name, day))
    for name, days in delay:
        yield Delayed(step(name), _number(name, days))
    yield from (Dropped(name) for name in dropped)
    yield from (Done(name) for name in over)


def _date(point: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = _("--due {point}: {found!r} is no date; write it like 2022-09-01")
        raise InputError(message.format(point=point, found=text)) from None


MOST_DAYS = 10_000


def _number(point: str, text: str) -> int:
    try:
        days = int(text)
    except ValueError:
        days = 0
    if not 1 <= days <= MOST_DAYS:
        message = _("--delay {point}: {found!r} is no number of working days; expected 1 to {most}")
        raise InputError(message.format(point=point, found=text, most=MOST_DAYS))
    return days


def _row(graph: networkx.DiGraph[str], change: Change) -> dict[str, Any]:
    """A change as JSON."""
    from resolute.dependencies import Delayed, Due, Given

    row: dict[str, Any] = {"kind": type(change).__name__.lower(), "step": change.step}
    row["ref"] = graph.nodes[change.step]["ref"]
    match change:
        case Delayed(days=days):
            row["days"] = days
        case Given(party=party):
            row["party"] = party
        case Due(due=due):
            row["due"] = due.isoformat()
    return row


@click.command(
    help=_(
        "When each point can be done, what is critical, which deadlines do not fit together and which would have to"
        " move. Before anything runs with a register or a document, else from the live state."
    )
)
@click.argument("source", type=click.Path(path_type=Path), required=False, metavar="[REGISTER|FILE]")
@click.option("--protocol", metavar="ID", help=_("Only the points of this protocol, where several are open."))
@click.option("--all", "everything", is_flag=True, help=_("The steps inside the points as well."))
@options.history
@options.as_json
@options.common
def schedule(source: Path | None, protocol: str | None, everything: bool, history: bool, as_json: bool) -> None:
    shown = pictures.shown(source, history=history, protocol=protocol)
    if as_json:
        output.put_json(shown.schedule.to_dict())
        return
    from resolute.reports import console_schedule

    output.put(console_schedule.schedule(shown.schedule, shown.graph, everything=everything))


COMMANDS = (what_if, schedule)
