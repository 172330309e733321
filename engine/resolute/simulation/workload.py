"""How much work each party has in hand over time, from the log of simulated runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from resolute.simulation.forecast import Executed

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Week:
    """One week of a party."""

    monday: date
    in_hand: float
    """Mean number of its tasks that are being worked on at once, over the runs."""
    waiting: float
    """Mean number of its tasks that wait for it."""


def weekly(log: Sequence[Executed]) -> dict[str, tuple[Week, ...]]:
    """The weeks of each party, from the first task that is ready to the last that is done."""
    runs = len({row.run for row in log}) or 1
    if not log:
        return {}
    first = _monday(min(row.enabled for row in log))
    last = _monday(max(row.finished for row in log))
    weeks = [first + _WEEK * number for number in range((last - first) // _WEEK + 1)]
    sums: dict[str, list[list[float]]] = {}
    for row in log:
        if row.party is not None:
            own = sums.setdefault(row.party, [[0.0, 0.0] for _week in weeks])
            _spread(own, first, row.started, row.finished, 0)
            _spread(own, first, row.enabled, row.started, 1)
    share = runs * _WEEK.total_seconds()
    return {
        party: tuple(
            Week(week.date(), hand / share, wait / share) for week, (hand, wait) in zip(weeks, own, strict=True)
        )
        for party, own in sums.items()
    }


def _monday(moment: datetime) -> datetime:
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def _spread(weeks: list[list[float]], first: datetime, begin: datetime, end: datetime, column: int) -> None:
    """Adds the seconds between two moments to the weeks in which they fall."""
    number = (begin - first) // _WEEK
    while begin < end:
        border = min(first + _WEEK * (number + 1), end)
        weeks[number][column] += (border - begin).total_seconds()
        begin, number = border, number + 1
