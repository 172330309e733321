"""How good kept forecasts were, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table

from resolute import i18n
from resolute.reports import words

if TYPE_CHECKING:
    from resolute.simulation.backtest import Backtest
    from resolute.simulation.scoring import Score

_ = i18n.translator("simulation")


def backtest(value: Backtest) -> RenderableType:
    """The whole comparison: scores, reliability, coverage."""
    if value.score is None:
        return _summary(value)
    return Group(_summary(value), "", _scores(value), "", _reliability(value.score), "", _coverage(value))


def _summary(value: Backtest) -> str:
    if value.first is None or value.last is None:
        return _("No forecast was kept yet: `resolute simulate` without a file makes and keeps one.")
    text = _("Kept forecasts: {n}, from {first} to {last}. To come: {pending}; withdrawn: {withdrawn}.").format(
        n=value.forecasts,
        first=words.day(value.first),
        last=words.day(value.last),
        pending=value.pending,
        withdrawn=value.withdrawn,
    )
    return text if value.score else text + " " + _("No deadline that was forecast has come yet.")


def _scores(value: Backtest) -> Table:
    table = Table(title=_("Probabilities of deadlines against what came"), title_justify="left")
    table.add_column(_("Forecast before the deadline"))
    for heading in (_("Forecasts"), _("Deadlines"), _("Held"), _("Brier"), _("95 % interval"), _("Skill")):
        table.add_column(heading, justify="right", no_wrap=True)
    if value.score:
        table.add_row(_("all"), *_cells(value.score))
    for lead in value.leads:
        days = f"{lead.from_days}–{lead.before_days}" if lead.before_days else f"≥ {lead.from_days}"
        table.add_row(_("{days} days").format(days=days), *_cells(lead.score))
    return table


def _cells(score: Score) -> tuple[str, ...]:
    low, high = score.interval
    return (
        str(score.count),
        str(score.things),
        f"{score.base_rate * 100:.0f} %",
        f"{score.brier:.3f}",
        f"{low:.3f}–{high:.3f}",
        "—" if score.skill is None else f"{score.skill:+.2f}",
    )


def _reliability(score: Score) -> Table:
    title = _("Reliability {reliability} (best 0), resolution {resolution} (best {uncertainty})").format(
        reliability=f"{score.reliability:.3f}",
        resolution=f"{score.resolution:.3f}",
        uncertainty=f"{score.uncertainty:.3f}",
    )
    table = Table(title=title, title_justify="left")
    table.add_column(_("Forecast"), justify="right")
    for heading in (_("Forecasts"), _("On average"), _("Held"), _("95 % interval")):
        table.add_column(heading, justify="right", no_wrap=True)
    for band in score.bands:
        low, high = band.interval
        table.add_row(
            f"{band.low * 100:.0f}–{band.high * 100:.0f} %",
            str(band.count),
            f"{band.forecast * 100:.0f} %",
            f"{band.came * 100:.0f} %",
            f"{low * 100:.0f}–{high * 100:.0f} %",
        )
    return table


def _coverage(value: Backtest) -> Table:
    table = Table(title=_("Done by the date that was forecast"), title_justify="left")
    for heading in (_("Forecast with"), _("Forecasts"), _("Deadlines"), _("Came"), _("95 % interval")):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in value.coverage:
        low, high = one.interval
        table.add_row(
            f"{one.share * 100:.0f} %",
            str(one.count),
            str(one.things),
            f"{one.came * 100:.0f} %",
            f"{low * 100:.0f}–{high * 100:.0f} %",
        )
    return table
