"""Options that every command takes (--lang, --db, --now) and the engine that they describe."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from resolute import i18n

if TYPE_CHECKING:
    from resolute.engine import Engine

_ = i18n.translator("cli")
_F = TypeVar("_F", bound=Callable[..., Any])

DEFAULT_DATABASE = "sqlite:///resolute.db"


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still at the moment given by --now."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class Settings:
    """What the common options said."""

    database: str = field(default_factory=lambda: os.environ.get("RESOLUTE_DB", DEFAULT_DATABASE))
    now: datetime | None = None

    def moment(self) -> datetime:
        """The moment of this call: --now, or the machine's clock."""
        return self.now or datetime.now().astimezone()

    def engine(self, *, serves: bool = True) -> Engine:
        """The engine on the chosen database at the chosen moment; close it, or use it in a `with` block."""
        from resolute.engine import Engine

        clock = None if self.now is None else FixedClock(self.now)
        return Engine(self.database, clock=clock, serves=serves)


def settings() -> Settings:
    """The settings of the running command."""
    return click.get_current_context().ensure_object(Settings)


def _set_language(context: click.Context, _param: click.Parameter, value: i18n.Language | None) -> None:
    if value:
        i18n.set_language(value)


def _set_database(context: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        context.ensure_object(Settings).database = value


def _set_now(context: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value:
        context.ensure_object(Settings).now = parse_moment(value)


def parse_moment(value: str) -> datetime:
    """An ISO date or date-time as an aware moment; without an offset it is in the machine's time zone."""
    try:
        moment = datetime.fromisoformat(value)
        return moment if moment.tzinfo else moment.astimezone()
    except (ValueError, OverflowError):
        raise click.BadParameter(
            _("{value!r} is no date; write it like 2022-07-05 or 2022-07-05T12:00").format(value=value)
        ) from None


def common(function: _F) -> _F:
    """Adds --db, --now and --lang, which every command takes."""
    for option in (
        click.option(
            "--lang",
            type=click.Choice(i18n.LANGUAGES),
            expose_value=False,
            is_eager=True,
            callback=_set_language,
            help=_("Language of what people read (default: from the locale)."),
        ),
        click.option(
            "--now",
            metavar="DATETIME",
            expose_value=False,
            callback=_set_now,
            help=_("Sets the clock for this call."),
        ),
        click.option(
            "--db",
            metavar="URL",
            expose_value=False,
            callback=_set_database,
            help=_("The database (default: RESOLUTE_DB, else {default}).").format(default=DEFAULT_DATABASE),
        ),
    ):
        function = option(function)
    return function


def history(function: _F) -> _F:
    """Adds --history."""
    text = _("Expect of steps without a declared duration what the same work took so far, not one day.")
    return click.option("--history", is_flag=True, help=text)(function)


def as_json(function: _F) -> _F:
    """Adds --json."""
    return click.option("--json", "as_json", is_flag=True, help=_("Print one JSON value and nothing else."))(function)
