"""The daily work: open a protocol, see the tasks, report, accept, return, extend, let the clock act."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.sources import protocol_of
from resolute.errors import InputError
from resolute.reports import rows

_ = i18n.translator("cli")

by = click.option("--by", metavar="NAME", help=_("Who does it; kept in the history."))
key = click.option(
    "--key", metavar="TEXT", help=_("The same key again does nothing more: for calls that are repeated.")
)
on_points = click.argument("targets", nargs=-1, required=True, metavar="POINT|TASK...")
in_protocol = click.option(
    "--protocol",
    metavar="ID",
    help=_("The protocol that the point stands in, where several are open (see `tasks --json`)."),
)


def object_of(text: str | None, option: str) -> dict[str, Any]:
    """The JSON object given to an option."""
    if text is None:
        return {}
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(_("{option}: no JSON: {error}").format(option=option, error=error)) from None
    if not isinstance(value, dict):
        raise InputError(
            _("{option}: found {found}, expected a JSON object, like {example}").format(
                option=option, found=type(value).__name__, example='{"name": "value"}'
            )
        )
    return value


@click.command("open", help=_("Deploy and start the decisions of a register or a document."))
@click.argument("source", type=click.Path(path_type=Path), metavar="REGISTER|FILE")
@click.option(
    "--models",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help=_("A folder whose models, where a person has changed them, are used (default: the folder of the register)."),
)
@options.as_json
@options.common
def open_(source: Path, models: Path | None, as_json: bool) -> None:
    protocol = protocol_of(source)
    proposed = sum(not link.confirmed for point in protocol.points for link in point.after)
    with options.settings().engine() as engine:
        before = [opening.id for opening in engine.openings() if opening.is_of(protocol)]
        instances = engine.open(protocol, models=models or source.parent)
    if before:
        output.say(
            _(
                "this protocol was open already ({ids}): it now runs once more beside; `--protocol` tells them apart"
            ).format(ids=", ".join(before))
        )
    if proposed:
        output.say(
            _("dependencies that are only the reader's proposals: {n}; confirm them in a register").format(n=proposed)
        )
    if as_json:
        output.put_json(
            [{"instance": item.id, "process": item.definition.id, "state": item.state} for item in instances]
        )
    else:
        for item in instances:
            click.echo(f"{item.id}  {item.definition.name or item.definition.id}")


@click.command(help=_("The open tasks: what waits for whom, by when."))
@click.option("--party", help=_("Only those of this party."))
@click.option("--assignee", metavar="NAME", help=_("Only those that this person has."))
@click.option("--candidate", metavar="NAME", help=_("Only those that this person has or may take."))
@click.option("--protocol", metavar="ID", help=_("Only those of this protocol."))
@click.option("--instance", help=_("Only those of this instance."))
@click.option("--point", "ref", metavar="REF", help=_("Only those of this point."))
@click.option("--due-until", metavar="DATE", help=_("Only those that are due by this day."))
@click.option("--text", metavar="WORDS", help=_("Only those of points with words that begin like all of these."))
@click.option("--limit", type=click.IntRange(min=0), help=_("At most so many."))
@click.option("--offset", type=click.IntRange(min=0), default=0, help=_("Without so many at the beginning."))
@options.as_json
@options.common
def tasks(protocol: str | None, due_until: str | None, as_json: bool, **wanted: Any) -> None:
    last = None if due_until is None else iso_day(due_until, "--due-until").isoformat()
    with options.settings().engine() as engine:
        found = engine.tasks(group=protocol, due_until=last, **wanted)
        opened = () if as_json else engine.openings()
    if as_json:
        output.put_json([rows.task(task) for task in found])
        return
    from resolute.reports import console

    output.put(console.tasks(found, {opening.id: opening.number or opening.id for opening in opened}))


@click.command(help=_("Complete tasks by their ids, all of them or none."))
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--data", metavar="JSON", help=_("Variables to hand in, as a JSON object."))
@by
@key
@options.as_json
@options.common
def complete(tasks: tuple[str, ...], data: str | None, by: str | None, key: str | None, as_json: bool) -> None:
    given = object_of(data, "--data")
    with options.settings().engine() as engine:
        engine.complete_all(dict.fromkeys(tasks, given), by=by, key=key)
    done_each(as_json, "task", tasks, _("task {task} is done"))


@click.command(help=_("Report that points are carried out, all or none; the controller then checks them."))
@on_points
@in_protocol
@click.option("--text", default="", help=_("The report."))
@by
@key
@options.as_json
@options.common
def report(
    targets: tuple[str, ...], protocol: str | None, text: str, by: str | None, key: str | None, as_json: bool
) -> None:
    with options.settings().engine() as engine:
        engine.report(targets, group=protocol, text=text, by=by, key=key)
    done_each(as_json, "point", targets, _("{point}: reported"))


@click.command(help=_("Accept reports, all or none: the points are executed and taken off control."))
@on_points
@in_protocol
@click.option("--partly", is_flag=True, help=_("Only what was reported; the rest is still to be done."))
@by
@key
@options.as_json
@options.common
def accept(
    targets: tuple[str, ...], protocol: str | None, partly: bool, by: str | None, key: str | None, as_json: bool
) -> None:
    with options.settings().engine() as engine:
        engine.accept(targets, partly=partly, group=protocol, by=by, key=key)
    said = _("{point}: accepted in part") if partly else _("{point}: accepted")
    done_each(as_json, "point", targets, said)


@click.command("return", help=_("Return reports for rework, all or none; the deadlines stay."))
@on_points
@in_protocol
@click.option("--reason", required=True, help=_("What is missing."))
@by
@key
@options.as_json
@options.common
def return_(
    targets: tuple[str, ...], protocol: str | None, reason: str, by: str | None, key: str | None, as_json: bool
) -> None:
    with options.settings().engine() as engine:
        engine.return_(targets, group=protocol, reason=reason, by=by, key=key)
    done_each(as_json, "point", targets, _("{point}: returned for rework"))


@click.command(
    help=_("Move deadlines to a later working day, ask for that, or decide what was asked for; of all points or none.")
)
@on_points
@in_protocol
@click.option("--due", metavar="DATE", help=_("The new deadline."))
@click.option("--ask", "step", flag_value="ask", help=_("Only ask the giver for it."))
@click.option("--grant", "step", flag_value="grant", help=_("Grant what was asked for."))
@click.option("--refuse", "step", flag_value="refuse", help=_("Refuse what was asked for."))
@click.option("--reason", default="", help=_("Why."))
@by
@key
@options.as_json
@options.common
def extend(
    targets: tuple[str, ...],
    protocol: str | None,
    due: str | None,
    step: str | None,
    reason: str,
    by: str | None,
    key: str | None,
    as_json: bool,
) -> None:
    decides = step in ("grant", "refuse")
    if decides == (due is not None):
        raise InputError(_("--due goes with extending and asking, and not with --grant and --refuse"))
    day = None if due is None else iso_day(due, "--due")
    with options.settings().engine() as engine:
        if day is None:
            engine.decide_extension(targets, step == "grant", reason, group=protocol, by=by, key=key)
        elif step == "ask":
            engine.request_extension(targets, due=day, reason=reason, group=protocol, by=by, key=key)
        else:
            engine.extend(targets, due=day, reason=reason, group=protocol, by=by, key=key)
    said = {
        "ask": _("{point}: {due} was asked for"),
        "grant": _("{point}: the extension is granted"),
        "refuse": _("{point}: the extension is refused"),
    }.get(step or "", _("{point}: due {due}"))
    done_each(as_json, "point", targets, said, due=day)


def iso_day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = _("{option}: {found!r} is no date; write it like 2022-09-01")
        raise InputError(said.format(option=option, found=text)) from None


@click.command(help=_("Give points or tasks to another party, all or none."))
@on_points
@in_protocol
@click.option("--to", required=True, metavar="PARTY", help=_("The new lead, in the nominative."))
@by
@key
@options.as_json
@options.common
def reassign(
    targets: tuple[str, ...], protocol: str | None, to: str, by: str | None, key: str | None, as_json: bool
) -> None:
    with options.settings().engine() as engine:
        engine.reassign(targets, group=protocol, to=to, by=by, key=key)
    done_each(as_json, "point", targets, _("{point}: now with {party}"), party=to)


@click.command(help=_("Cancel points that are no longer needed, all or none."))
@on_points
@in_protocol
@click.option("--reason", required=True, help=_("Why."))
@by
@key
@options.as_json
@options.common
def cancel(
    targets: tuple[str, ...], protocol: str | None, reason: str, by: str | None, key: str | None, as_json: bool
) -> None:
    with options.settings().engine() as engine:
        engine.cancel(targets, group=protocol, reason=reason, by=by, key=key)
    done_each(as_json, "point", targets, _("{point}: cancelled"))


@click.command(help=_("Send a message to whatever waits for it."))
@click.argument("name")
@click.option("--payload", metavar="JSON", help=_("Variables to hand over, as a JSON object."))
@click.option("--correlation", metavar="JSON", help=_("Whom it is for, as a JSON object."))
@key
@options.as_json
@options.common
def send(name: str, payload: str | None, correlation: str | None, key: str | None, as_json: bool) -> None:
    content, to = object_of(payload, "--payload"), object_of(correlation, "--correlation")
    with options.settings().engine() as engine:
        taken = engine.send(name, content, correlation=to, key=key)
    done(as_json, _("message {name}: sent").format(name=name), message=name, instance=taken)


@click.command(help=_("Fire everything that is due by the clock."))
@options.as_json
@options.common
def tick(as_json: bool) -> None:
    with options.settings().engine() as engine:
        fired = engine.tick()
    done(as_json, _("fired: {n}").format(n=fired), fired=fired)


def done(as_json: bool, words: str, /, **facts: object) -> None:
    if as_json:
        output.put_json(facts)
    else:
        click.echo(words)


def done_each(as_json: bool, kind: str, names: Sequence[str], words: str, **facts: object) -> None:
    """What was done for one of a kind or for several: `{kind}` and the facts stand in the words, a line each."""
    lines = "\n".join(words.format(**{kind: name}, **facts) for name in names)
    named = {kind: names[0]} if len(names) == 1 else {f"{kind}s": list(names)}
    done(as_json, lines, **named, **facts)


COMMANDS: tuple[click.Command, ...] = (
    open_,
    tasks,
    complete,
    report,
    accept,
    return_,
    extend,
    reassign,
    send,
    cancel,
    tick,
)
