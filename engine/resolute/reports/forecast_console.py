"""A forecast for a terminal: the deadlines, least certain first, and who is busy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from resolute import i18n
from resolute.reports import words
from resolute.reports.forecast_page import DOUBTFUL, due_day
from resolute.reports.forecast_page import decides as decides_end
from resolute.simulation.forecast import label

if TYPE_CHECKING:
    from resolute.simulation.compare import Difference
    from resolute.simulation.forecast import Forecast, StepForecast
    from resolute.simulation.ignorance import Uncertainty
    from resolute.simulation.search import Change, Plan

_ = i18n.translator("simulation")


def forecast(value: Forecast) -> RenderableType:
    """The whole forecast."""
    parts: list[RenderableType] = [_steps(value), "", _parties(value)]
    if any(party.utilisation > 1 for party in value.parties):
        parts.append(_("Load above 100 %: more than one person can do; a scenario says how many there are."))
    return Group(*parts)


def _steps(value: Forecast) -> Table:
    table = Table(title=_title(value), title_justify="left")
    table.add_column(_("Step"), overflow="fold")
    for heading in (_("Due"), _("In time"), _("Half by"), _("95 % by"), _("Decides")):
        table.add_column(heading, justify="right", no_wrap=True)
    undated = [step for step in value.steps if step.on_time is None]
    for step in (*value.deadlines, *undated):
        table.add_row(*_cells(value, step))
    return table


def decides(value: Forecast, step: StepForecast) -> RenderableType:
    """One step: when it will be done, and the steps whose work decides that."""
    names = {one.step: words.shortened(one.label, 60) for one in value.steps}
    dates = Table(title=_title(value), title_justify="left")
    dates.add_column(_("Step"), overflow="fold")
    for heading in (_("Due"), _("In time"), _("Half by"), _("95 % by"), _("Decides")):
        dates.add_column(heading, justify="right", no_wrap=True)
    dates.add_row(*_cells(value, step))
    title = _("What decides {step}").format(step=names[step.step])
    table = Table(_("Step"), title=title, title_justify="left")
    table.add_column(_("Correlation"), justify="right")
    for influence in step.influences:
        table.add_row(names[influence.step], f"{influence.correlation:+.2f}")
    return Group(dates, "", table if step.influences else _("Nothing stands out."))


def _title(value: Forecast) -> str:
    return _("Forecast from {start}: {runs} runs, seed {seed}").format(
        start=words.day(value.start), runs=value.runs, seed=value.seed
    )


def _cells(value: Forecast, step: StepForecast) -> tuple[str | Text, ...]:
    share = Text("")
    if step.on_time is not None:
        share = Text(f"{step.on_time * 100:.0f} %", style="bold red" if step.on_time < DOUBTFUL else "")
    return (
        words.shortened(step.label, 60),
        words.day(due_day(step)),
        share,
        words.day(step.p50),
        words.day(step.p95),
        decides_end(value, step),
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


def differences(found: Sequence[Difference]) -> Table:
    """What a change does to each deadline."""
    table = Table(title=_("What the other scenario changes"), title_justify="left")
    table.add_column(_("Step"), overflow="fold")
    for heading in (_("In time"), _("Then"), _("Change, points"), _("95 % interval")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in sorted(found, key=lambda one: -abs(one.difference)):
        low, high = (bound * 100 for bound in one.interval)
        table.add_row(
            one.ref or one.step,
            f"{one.before * 100:.0f} %",
            f"{one.after * 100:.0f} %",
            f"{one.difference * 100:+.1f}",
            f"{low:+.1f} … {high:+.1f}",
        )
    return table


_INDENTS = ("", "  + ", "      ")
HARMED = 10
"""Deadlines that are told of which a change makes less likely."""


def plan(found: Plan, step: str) -> RenderableType:
    """The changes that bring a deadline to the wanted probability."""
    return "\n".join(f"{_INDENTS[level]}{text}" for level, text in plan_in_words(found, step))


def plan_in_words(found: Plan, step: str) -> list[tuple[int, str]]:
    """The same, line by line, each with how far it is set in."""
    lines = [(0, _("{step} is in time with {share} %.").format(step=step, share=f"{found.before * 100:.0f}"))]
    for change in found.changes:
        lines.append((1, change_in_words(change)))
        lines += [(2, text) for text in harm_in_words(change)]
    if found.reached and not found.changes:
        lines.append((0, _("No change is needed.")))
    if found.changes:
        lines.append((0, _("With these changes: {share} %.").format(share=f"{found.probability * 100:.0f}")))
    if not found.reached:
        lines.append((0, _("No few changes bring it above the mark: in too many runs it is never done.")))
    if found.date is not None and any(change.kind != "deadline" for change in found.changes):
        day = words.day(found.date)
        lines.append((0, _("Without any change the mark is reached for a deadline of {day}.").format(day=day)))
    return lines


def harm_in_words(change: Change) -> list[str]:
    """The other deadlines that a change makes less likely, a line each."""
    lines = [
        _("makes less likely: {step}, {before} % → {after} %").format(
            step=one.ref or one.step, before=f"{one.before * 100:.0f}", after=f"{one.after * 100:.0f}"
        )
        for one in change.worse
    ]
    rest = lines[HARMED:]
    return lines[:HARMED] + ([_("More: {n}").format(n=len(rest))] if rest else [])


def change_in_words(change: Change) -> str:
    """A change that helps."""
    texts = {
        "capacity": _("one more person for {name}"),
        "priority": _("{name} goes first"),
        "deadline": _("the deadline of {name} moves to {day}"),
    }
    return texts[change.kind].format(name=change.name, day=words.day(change.date))


def uncertainties(found: Sequence[Uncertainty], executions: int) -> Table:
    """How much of the uncertainty of each deadline is ignorance, and how much is chance."""
    title = _("How sure the probabilities are; executions seen: {n}").format(n=executions)
    table = Table(title=title, title_justify="left")
    table.add_column(_("Step"), overflow="fold")
    for heading in (_("In time"), _("Ignorance, ± points"), _("Chance, ± points"), _("95 % interval")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        low, high = one.interval
        table.add_row(
            words.shortened(label(one.ref, one.name) or one.step, 60),
            f"{one.on_time * 100:.0f} %",
            f"{one.ignorance * 100:.1f}",
            f"{one.chance * 100:.1f}",
            f"{low * 100:.0f}–{high * 100:.0f} %",
        )
    return table
