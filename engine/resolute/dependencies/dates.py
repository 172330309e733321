"""The schedule of a plan: earliest and latest dates, slack, the critical path, by the working calendar."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from resolute.calendars import Calendar, production_calendar
from resolute.dependencies.conflicts import moves_of, tight_pairs
from resolute.dependencies.plan import Plan
from resolute.dependencies.sweep import FAR
from resolute.dependencies.values import Dates, Schedule
from resolute.dependencies.waits import NEVER
from resolute.dependencies.web import Web
from resolute.dependencies.workdays import Workdays


def schedule_of(plan: Plan, *, calendar: Calendar | None = None) -> Schedule:
    """When every open step of `plan` can happen; deadlines that cannot all be kept, with the smallest set to
    move.
    """
    days = Workdays(calendar or production_calendar(), plan.today)
    dates = _dates(plan, days)
    path = critical_path(plan, dates)
    on_path = frozenset(path)
    dates = {key: replace(value, critical=True) if key in on_path else value for key, value in dates.items()}
    finish = max((value.finish for value in dates.values() if value.finish), default=None)
    unknown = tuple(s.id for n, s in enumerate(plan.steps) if plan.is_open(n) and not s.days_known)
    tight = tight_pairs(plan, days)
    moves, fewest = moves_of(plan, days)
    return Schedule(dates, path, finish, tight, moves, fewest, unknown)


def _dates(plan: Plan, days: Workdays) -> dict[str, Dates]:
    web = Web([plan.part], days)
    bounds: list[int] = web.bound.tolist()
    drivers: list[int] = web.driver.tolist()
    found = {}
    for index, step in enumerate(plan.steps):
        node = plan.done[index]
        if node == NEVER:
            continue
        finish, bound = plan.earliest(node), bounds[node] if bounds[node] != FAR else None
        found[step.id] = Dates(
            step=step.id,
            ref=step.ref,
            due=step.due,
            days=step.days,
            start=_start(plan, days, index, finish) if finish is not None else None,
            finish=days.day(finish) if finish is not None else None,
            latest=days.day(bound) if bound is not None else None,
            slack=bound - finish if bound is not None and finish is not None else None,
            driver=plan.steps[drivers[index]].id if drivers[index] != NEVER else None,
        )
    return found


def _start(plan: Plan, days: Workdays, index: int, finish: int) -> date:
    """The day on which a step that is over on day `finish` has begun, or can begin at the earliest."""
    since = plan.steps[index].since
    if since is not None:
        return since.date()
    first = 0 if days.calendar.is_working(plan.today) else 1
    return days.day(max(finish - max(plan.waits.days[plan.done[index]], 1) + 1, first))


def critical_path(plan: Plan, dates: dict[str, Dates]) -> tuple[str, ...]:
    """The chain of deciding steps that ends in the tightest step; in the last one where nothing has a
    deadline.
    """
    able = [value for value in dates.values() if value.finish is not None]
    if not able:
        return ()
    bound = [value for value in able if value.slack is not None]
    if bound:
        last = min(bound, key=lambda value: (value.slack, -(value.finish or date.min).toordinal()))
    else:
        last = max(able, key=lambda value: value.finish or date.min)
    path = [last.step]
    while (driver := dates[path[-1]].driver) is not None:
        path.append(driver)
    return tuple(reversed(path))
