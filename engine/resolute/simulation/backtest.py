"""Keeps forecasts of an engine's live state, and compares them with what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import TYPE_CHECKING, Any

from resolute.execution.forecasts import KeptDeadline, KeptForecast, Outcome
from resolute.simulation.forecast import Forecast
from resolute.simulation.scoring import Coverage, Score, Verdict, coverage, score

if TYPE_CHECKING:
    from resolute.execution.core import Engine

QUANTILES = (0.5, 0.8, 0.95)
LEADS = ((0, 7), (7, 30), (30, None))
"""How many days before the deadline a forecast was made: from, and before; each is scored for itself as well."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What one forecast said of a deadline, and what came of it."""

    step: str
    ref: str | None
    name: str
    made: datetime
    due: datetime
    on_time: float
    p50: datetime | None
    p80: datetime | None
    p95: datetime | None
    finished: datetime | None
    """None while it is open."""

    @property
    def held(self) -> bool:
        """Whether the deadline held; means something once it has come."""
        return self.finished is not None and self.finished <= self.due


@dataclass(frozen=True, slots=True)
class Lead:
    """The score of the forecasts that were made so many days before the deadline."""

    from_days: int
    before_days: int | None
    score: Score


@dataclass(frozen=True)
class Backtest:
    """How good the kept forecasts were, at a moment.

    Of several forecasts of one deadline on one day only the last counts. A deadline counts once it has come, whether
    the step was done early or is still open: else those done early would be judged before those that are late. What
    was said after a deadline had passed is no forecast of it, only of the dates.
    """

    at: datetime
    forecasts: int
    """How many forecasts were kept."""
    first: datetime | None
    last: datetime | None
    checked: tuple[Checked, ...]
    """Deadlines that have come, by the time of the forecast."""
    pending: int
    """Forecasts of deadlines that have not come yet."""
    withdrawn: int
    """Forecasts of steps that were cancelled, or left out by their process, so that nothing can be said."""
    score: Score | None
    """Of all that have come; None when none has."""
    leads: tuple[Lead, ...]
    coverage: tuple[Coverage, ...]
    """Of the dates forecast with 50, 80 and 95 %."""

    def to_dict(self) -> dict[str, Any]:
        """JSON data as in `simulate --backtest --json`."""
        return {
            "at": self.at.isoformat(),
            "forecasts": self.forecasts,
            "first": None if self.first is None else self.first.isoformat(),
            "last": None if self.last is None else self.last.isoformat(),
            "pending": self.pending,
            "withdrawn": self.withdrawn,
            "score": None if self.score is None else self.score.to_dict(),
            "leads": [
                {"from_days": lead.from_days, "before_days": lead.before_days, "score": lead.score.to_dict()}
                for lead in self.leads
            ],
            "coverage": [one.to_dict() for one in self.coverage],
            "checked": [_checked_dict(one) for one in self.checked],
        }


def keep(engine: Engine, forecast: Forecast) -> str:
    """Keeps in the engine's store what a forecast of its live state says of each open deadline; answers its id."""
    zone = engine.now().tzinfo
    return engine.keep_forecast(
        forecast.start.replace(tzinfo=zone), forecast.seed, forecast.runs, _open_deadlines(forecast, zone)
    )


def _open_deadlines(forecast: Forecast, zone: tzinfo | None) -> Iterable[KeptDeadline]:
    def aware(moment: datetime | None) -> datetime | None:
        return None if moment is None else moment.replace(tzinfo=zone)

    for step in forecast.steps:
        due = aware(step.due)
        if step.on_time is None or due is None or step.done is not None:
            continue
        dates = (aware(step.p50), aware(step.p80), aware(step.p95))
        yield KeptDeadline(step.step, step.ref, step.name, due, step.on_time, *dates)


def backtest(engine: Engine) -> Backtest:
    """Compares all forecasts that were kept in the engine's store with what has come until now."""
    now = engine.now()
    kept = engine.kept_forecasts()
    said = _last_of_each_day(kept, now.tzinfo)
    became = engine.outcomes({one.step for _made, one in said})
    alive = [(made, one) for made, one in said if became[one.step].ending != "withdrawn"]
    pairs = [_check(made, one, became) for made, one in alive]
    ahead = [one for one in pairs if one.made < one.due]
    come = tuple(one for one in ahead if one.due <= now)
    return Backtest(
        at=now,
        forecasts=len(kept),
        first=kept[0].at if kept else None,
        last=kept[-1].at if kept else None,
        checked=come,
        pending=len(ahead) - len(come),
        withdrawn=len(said) - len(alive),
        score=score(_verdicts(come)) if come else None,
        leads=tuple(_leads(come)),
        coverage=tuple(_coverage(pairs, now)),
    )


def _last_of_each_day(kept: Sequence[KeptForecast], zone: tzinfo | None) -> list[tuple[datetime, KeptDeadline]]:
    """What was said of each deadline, with when it was said; of one day the last word."""
    latest = {
        (deadline.step, forecast.at.astimezone(zone).date()): (forecast.at, deadline)
        for forecast in kept
        for deadline in forecast.deadlines
    }
    return sorted(latest.values(), key=lambda pair: (pair[0], pair[1].step))


def _check(made: datetime, one: KeptDeadline, became: Mapping[str, Outcome]) -> Checked:
    return Checked(
        one.step, one.ref, one.name, made, one.due, one.on_time, one.p50, one.p80, one.p95, became[one.step].finished
    )


def _verdicts(checked: Iterable[Checked]) -> list[Verdict]:
    return [Verdict(one.step, one.on_time, one.held) for one in checked]


def _leads(come: Sequence[Checked]) -> Iterable[Lead]:
    for low, high in LEADS:
        until = timedelta.max if high is None else timedelta(days=high)
        inside = [one for one in come if timedelta(days=low) <= one.due - one.made < until]
        if inside:
            yield Lead(low, high, score(_verdicts(inside)))


def _coverage(pairs: Sequence[Checked], now: datetime) -> Iterable[Coverage]:
    """Of the dates that have come, how many steps were done by then."""
    for share, name in zip(QUANTILES, ("p50", "p80", "p95"), strict=True):
        dated = [(one, getattr(one, name)) for one in pairs]
        known = [(one, date) for one, date in dated if date is not None and date <= now]
        hits = [Verdict(one.step, share, one.finished is not None and one.finished <= date) for one, date in known]
        if hits:
            yield coverage(share, hits)


def _checked_dict(one: Checked) -> dict[str, Any]:
    return {
        "step": one.step,
        "ref": one.ref,
        "name": one.name,
        "made": one.made.isoformat(),
        "due": one.due.isoformat(),
        "on_time": one.on_time,
        "finished": None if one.finished is None else one.finished.isoformat(),
        "held": one.held,
    }
