"""The daily work: open a protocol, see the tasks, report, accept, return, extend, let the clock act."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.sources import protocol_of
from resolute.errors import InputError

if TYPE_CHECKING:
    from resolute.execution import Task

_ = i18n.translator("cli")

by = click.option("--by", metavar="NAME", help=_("Who does it; kept in the history."))
key = click.option(
    "--key", metavar="TEXT", help=_("The same key again does nothing more: for calls that are repeated.")
)
on_point = click.argument("target", metavar="POINT|TASK")
in_protocol = click.option(
    "--protocol",
    metavar="ID",
    help=_("The protocol that the point stands in, where several are open (see `tasks --json`)."),
)


def _object(text: str | None, option: str) -> dict[str, Any]:
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


def task_row(task: Task, protocol: str | None) -> dict[str, Any]:
    """A task as `tasks --json` shows it; `protocol` is the id of the opened protocol that it belongs to."""
    return {
        "id": task.id,
        "protocol": protocol,
        "instance": task.instance,
        "element": task.element,
        "ref": task.ref,
        "name": task.name,
        "party": task.party,
        "assignee": task.assignee,
        "due": task.due.isoformat() if task.due else None,
        "state": task.state,
        "data": task.data,
        "form": task.form and {"name": task.form.name, "schema": task.form.schema},
    }


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
        holders = dict.fromkeys(task.instance for task in found)
        protocols = {number: engine.instance(number).group for number in holders}
        opened = () if as_json else engine.openings()
    if as_json:
        output.put_json([task_row(task, protocols.get(task.instance)) for task in found])
        return
    from resolute.reports import console

    output.put(console.tasks(found, protocols, {opening.id: opening.number or opening.id for opening in opened}))


@click.command(help=_("Complete tasks by their ids, all of them or none."))
@click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
@click.option("--data", metavar="JSON", help=_("Variables to hand in, as a JSON object."))
@by
@key
@options.as_json
@options.common
def complete(tasks: tuple[str, ...], data: str | None, by: str | None, key: str | None, as_json: bool) -> None:
    given = _object(data, "--data")
    with options.settings().engine() as engine:
        engine.complete_all(dict.fromkeys(tasks, given), by=by, key=key)
    facts = {"task": tasks[0]} if len(tasks) == 1 else {"tasks": list(tasks)}
    done(as_json, "\n".join(_("task {task} is done").format(task=task) for task in tasks), **facts)


@click.command(help=_("Report that a point is carried out; the controller then checks it."))
@on_point
@in_protocol
@click.option("--text", default="", help=_("The report."))
@by
@key
@options.as_json
@options.common
def report(target: str, protocol: str | None, text: str, by: str | None, key: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.report(target, group=protocol, text=text, by=by, key=key)
    done(as_json, _("{point}: reported").format(point=target), point=target)


@click.command(help=_("Accept a report: the point is executed and taken off control."))
@on_point
@in_protocol
@click.option("--partly", is_flag=True, help=_("Only what was reported; the rest is still to be done."))
@by
@key
@options.as_json
@options.common
def accept(target: str, protocol: str | None, partly: bool, by: str | None, key: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.accept(target, partly=partly, group=protocol, by=by, key=key)
    said = _("{point}: accepted in part") if partly else _("{point}: accepted")
    done(as_json, said.format(point=target), point=target)


@click.command("return", help=_("Return a report for rework; the deadline stays."))
@on_point
@in_protocol
@click.option("--reason", required=True, help=_("What is missing."))
@by
@key
@options.as_json
@options.common
def return_(target: str, protocol: str | None, reason: str, by: str | None, key: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.return_(target, group=protocol, reason=reason, by=by, key=key)
    done(as_json, _("{point}: returned for rework").format(point=target), point=target)


@click.command(
    help=_("Move the deadline of a point to a later working day, ask for that, or decide what was asked for.")
)
@on_point
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
    target: str,
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
            engine.decide_extension(target, step == "grant", reason, group=protocol, by=by, key=key)
        elif step == "ask":
            engine.request_extension(target, due=day, reason=reason, group=protocol, by=by, key=key)
        else:
            engine.extend(target, due=day, reason=reason, group=protocol, by=by, key=key)
    said = {
        "ask": _("{point}: {day} was asked for"),
        "grant": _("{point}: the extension is granted"),
        "refuse": _("{point}: the extension is refused"),
    }.get(step or "", _("{point}: due {day}"))
    done(as_json, said.format(point=target, day=day), point=target)


def iso_day(text: str, option: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        said = _("{option}: {found!r} is no date; write it like 2022-09-01")
        raise InputError(said.format(option=option, found=text)) from None


@click.command(help=_("Give a point or a task to another party."))
@on_point
@in_protocol
@click.option("--to", required=True, metavar="PARTY", help=_("The new lead, in the nominative."))
@by
@key
@options.as_json
@options.common
def reassign(target: str, protocol: str | None, to: str, by: str | None, key: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.reassign(target, group=protocol, to=to, by=by, key=key)
    done(as_json, _("{point}: now with {party}").format(point=target, party=to), point=target)


@click.command(help=_("Cancel a point that is no longer needed."))
@on_point
@in_protocol
@click.option("--reason", required=True, help=_("Why."))
@by
@key
@options.as_json
@options.common
def cancel(target: str, protocol: str | None, reason: str, by: str | None, key: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.cancel(target, group=protocol, reason=reason, by=by, key=key)
    done(as_json, _("{point}: cancelled").format(point=target), point=target)


@click.command(help=_("Send a message to whatever waits for it."))
@click.argument("name")
@click.option("--payload", metavar="JSON", help=_("Variables to hand over, as a JSON object."))
@click.option("--correlation", metavar="JSON", help=_("Whom it is for, as a JSON object."))
@key
@options.as_json
@options.common
def send(name: str, payload: str | None, correlation: str | None, key: str | None, as_json: bool) -> None:
    content, to = _object(payload, "--payload"), _object(correlation, "--correlation")
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
