"""Who works on a task and what is said about it: claim, assign, comment, comments, substitute."""

from __future__ import annotations

from pathlib import Path

import click

from resolute import i18n
from resolute.cli import options, output
from resolute.cli.work import by, done, done_each, iso_day
from resolute.errors import InputError
from resolute.files import write_whole

_ = i18n.translator("cli")
on_task = click.argument("task")
on_tasks = click.argument("tasks", nargs=-1, required=True, metavar="TASK...")
person = click.option("--by", metavar="NAME", required=True, help=_("Who does it; kept in the history."))


@click.command(help=_("Take tasks for oneself, all or none; others cannot complete them then."))
@on_tasks
@person
@options.as_json
@options.common
def claim(tasks: tuple[str, ...], by: str, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.claim(tasks, by)
    done_each(as_json, "task", tasks, _("task {task}: now with {assignee}"), assignee=by)


@click.command(help=_("Say which person works on tasks, all or none; without --to they go back to all of their party."))
@on_tasks
@click.option("--to", metavar="NAME", help=_("The person."))
@click.option("--own", is_flag=True, help=_("Hand on tasks of one's own: refused when one is not for --by."))
@by
@options.as_json
@options.common
def assign(tasks: tuple[str, ...], to: str | None, own: bool, by: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        if own:
            if not (to and by):
                raise InputError(_("--own needs --to and --by: who hands the tasks on, and to whom"))
            engine.delegate(tasks, to, by=by)
        else:
            engine.assign(tasks, to, by=by)
    said = _("task {task}: now with {assignee}") if to else _("task {task}: for all of its party")
    done_each(as_json, "task", tasks, said, assignee=to)


@click.command(help=_("Say something about a task, with a file if need be."))
@on_task
@click.argument("text")
@click.option("--file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=_("A file to keep with it."))
@by
@options.as_json
@options.common
def comment(task: str, text: str, file: Path | None, by: str | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        engine.comment(task, text, by=by, file=None if file is None else (file.name, file.read_bytes()))
    done(as_json, _("task {task}: noted").format(task=task), task=task)


@click.command(help=_("What was said about a task; --save DIR writes its files there."))
@on_task
@click.option(
    "--save", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help=_("A folder for the files.")
)
@options.as_json
@options.common
def comments(task: str, save: Path | None, as_json: bool) -> None:
    with options.settings().engine() as engine:
        found = engine.comments(task)
        if save is not None:
            for item in found:
                if item.file and item.hash:
                    write_whole(save / f"{item.hash[:12]}-{Path(item.file).name}", engine.attachment(item.hash))
    if as_json:
        output.put_json([{"at": c.at, "by": c.by, "text": c.text, "file": c.file, "hash": c.hash} for c in found])
        return
    for item in found:
        file = f"  [{item.file}]" if item.file else ""
        click.echo(f"{item.at:%Y-%m-%d %H:%M}  {item.by or '-'}: {item.text}{file}")


@click.command(help=_("Let somebody do the work of a person up to a day."))
@click.argument("person")
@click.option("--by", "substitute", metavar="NAME", required=True, help=_("Who stands in."))
@click.option("--until", metavar="DATE", required=True, help=_("The last day."))
@options.as_json
@options.common
def substitute(person: str, substitute: str, until: str, as_json: bool) -> None:
    last = iso_day(until, "--until")
    with options.settings().engine() as engine:
        engine.substitute(person, substitute, last)
    said = _("{substitute} stands in for {person} up to {day}").format(substitute=substitute, person=person, day=last)
    done(as_json, said, person=person, substitute=substitute, until=last)


@click.command(help=_("Show or say who works for a party: only these take its tasks then."))
@click.argument("party")
@click.argument("people", nargs=-1)
@click.option("--everybody", is_flag=True, help=_("Everybody may take its tasks again."))
@options.as_json
@options.common
def members(party: str, people: tuple[str, ...], everybody: bool, as_json: bool) -> None:
    with options.settings().engine() as engine:
        if people or everybody:
            engine.set_members(party, people)
        found = engine.members(party)
    done(as_json, f"{party}: {', '.join(found) or _('everybody')}", party=party, members=found)


COMMANDS: tuple[click.Command, ...] = (claim, assign, comment, comments, substitute, members)
