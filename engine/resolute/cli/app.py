"""The command group: which commands there are, and how a wrong call is explained in one line."""

from __future__ import annotations

import click

import resolute
from resolute import i18n
from resolute.cli import (
    answers,
    demo,
    export,
    forecasts,
    foresight,
    models,
    options,
    people,
    pictures,
    reading,
    running,
    service,
    serving,
    work,
)

_ = i18n.translator("cli")


class _InOrder(click.Group):
    """Lists its commands in the order of a working day, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=_("Reads a council's protocol, runs its decisions, says what is blocked and why."),
    epilog=_("Start with: resolute demo"),
)
@click.version_option(resolute.__version__, prog_name="resolute")
@options.common
def app() -> None:
    """The group itself does nothing: the options above set up the call."""


for module in (
    demo,
    reading,
    models,
    work,
    people,
    answers,
    pictures,
    foresight,
    forecasts,
    export,
    running,
    service,
    serving,
):
    for command in module.COMMANDS:
        app.add_command(command)


def explain_usage(error: click.ClickException) -> str:
    """One line: what was wrong with the call and where to look."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "resolute"
    return _("{problem} (see: {path} --help)").format(problem=_problem(error).rstrip("."), path=path)


def _problem(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return _("there is no option {name}").format(name=error.option_name)
    if isinstance(error, click.MissingParameter):
        parameter = error.param.make_metavar(error.ctx) if error.param and error.ctx else ""
        return _("{name} is missing").format(name=parameter or error.format_message())
    if isinstance(error, click.FileError):
        return f"{error.ui_filename}: {error.message}"
    return error.format_message()
