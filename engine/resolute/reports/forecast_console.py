"""A forecast for a terminal: the deadlines, least certain first, and who is busy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.reports import words
from resolute.reports.forecast_page import DOUBTFUL, due_day

if TYPE_CHECKING:
    from resolute.simulation.forecast import Forecast, StepForecast

_ = i18n.translator("simulation")


def forecast(value: Forecast) -> RenderableType:
    """The whole forecast."""
    return Group(_steps(value), "", _parties(value))


def _steps(value: Forecast) -> Table:
    table = Table(title=_title(value), title_justify="left")
    table.add_column(_("Step"), overflow="fold")
    for heading in (_("Due"), _("In time"), _("Half by"), _("95 % by"), _("Decides")):
        table.add_column(heading, justify="right", no_wrap=True)
    undated = [step for step in value.steps if step.on_time is None]
    for step in (*value.deadlines, *undated):
        table.add_row(*_cells(step))
    return table


def _title(value: Forecast) -> str:
    return _("Forecast from {start}: {runs} runs, seed {seed}").format(
        start=words.day(value.start), runs=value.runs, seed=value.seed
    )


def _cells(step: StepForecast) -> tuple[str | Text, ...]:
    name = step.name if step.ref is None or step.name.startswith(step.ref) else f"{step.ref} {step.name}"
    share = Text("")
    if step.on_time is not None:
        share = Text(f"{step.on_time * 100:.0f} %", style="bold red" if step.on_time < DOUBTFUL else "")
    return (
        words.shortened(name, 60),
        words.day(due_day(step)),
        share,
        words.day(step.p50),
        words.day(step.p95),
        f"{step.criticality * 100:.0f} %",
    )


def _parties(value: Forecast) -> Table:
    table = Table(title=_("Who is busy"), title_justify="left")
    table.add_column(_("Party"), overflow="fold")
    for heading in (_("Load"), _("Wait, days"), _("Work, days")):
        table.add_column(heading, justify="right", no_wrap=True)
    for party in sorted(value.parties, key=lambda one: -one.utilisation):
        table.add_row(
            words.shortened(party.party, 60),
            f"{party.utilisation * 100:.0f} %",
            f"{party.mean_wait_days:.1f}",
            f"{party.work_days:.1f}",
        )
    return table
