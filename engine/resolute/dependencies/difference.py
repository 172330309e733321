"""What would change if something were done today, delayed, dropped, given to another party or due on another day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from resolute import i18n
from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.changes import Change, Delayed, Done, Dropped, Due, Given
from resolute.dependencies.dates import schedule_of
from resolute.dependencies.plan import Plan
from resolute.dependencies.report import blocked_of
from resolute.dependencies.values import Blocked, Dates, Root, RootClass, Schedule, Step
from resolute.dependencies.waits import NEVER, Waits
from resolute.errors import NotFoundError

_ = i18n.translator("dependencies")
ngettext = i18n.plural("dependencies")


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change means for one step."""

    step: str
    ref: str | None
    finish: tuple[date | None, date | None]
    """The earliest finish before and after; None where it is done, dropped, or can never run."""
    slack: tuple[int | None, int | None]
    roots: tuple[tuple[str, ...], tuple[str, ...]]
    """Steps that it waits for in the end, before and after."""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The difference that changes would make; nothing was stored."""

    shifts: tuple[Shift, ...]
    """The steps for which something differs."""
    freed: tuple[str, ...]
    """Steps that would no longer be held up: done, dropped, or in work."""
    saved: tuple[str, ...]
    """Steps whose deadline could be kept after all."""
    broken: tuple[str, ...]
    """Steps whose deadline could no longer be kept."""
    blocked: tuple[Blocked, ...]
    """The report as it would be."""
    schedule: Schedule
    text: str
    """The difference in a sentence."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "text": self.text,
            "freed": list(self.freed),
            "saved": list(self.saved),
            "broken": list(self.broken),
            "shifts": [
                {
                    "step": shift.step,
                    "ref": shift.ref,
                    "finish": [day.isoformat() if day else None for day in shift.finish],
                    "slack_days": list(shift.slack),
                    "roots": [list(roots) for roots in shift.roots],
                }
                for shift in self.shifts
            ],
        }


def what_if_of(plan: Plan, changes: Iterable[Change], *, calendar: Calendar | None = None) -> WhatIf:
    """The difference that `changes` would make to `plan`. Raises NotFoundError for a step that is not open."""
    calendar = calendar or production_calendar()
    after = changed(plan, list(changes), calendar)
    reports = [blocked_of(made, calendar=calendar) for made in (plan, after)]
    schedules = [schedule_of(made, calendar=calendar) for made in (plan, after)]
    roots = [{item.step: tuple(root.step for root in item.roots) for item in report} for report in reports]
    shifts = []
    for step in plan.steps:
        was, now = (made.dates.get(step.id) for made in schedules)
        shift = Shift(
            step.id,
            step.ref,
            (was.finish if was else None, now.finish if now else None),
            (was.slack if was else None, now.slack if now else None),
            (roots[0].get(step.id, ()), roots[1].get(step.id, ())),
        )
        if any(pair[0] != pair[1] for pair in (shift.finish, shift.slack, shift.roots)):
            shifts.append(shift)
    late = [{key for key, dates in made.dates.items() if _is_late(dates)} for made in schedules]
    freed = tuple(step for step in roots[0] if step not in roots[1])
    saved, broken = (tuple(sorted(late[a] - late[b])) for a, b in ((0, 1), (1, 0)))
    text = _text(plan, len(shifts), saved, broken, schedules)
    return WhatIf(tuple(shifts), freed, saved, broken, tuple(reports[1]), schedules[1], text)


def changed(plan: Plan, changes: Sequence[Change], calendar: Calendar) -> Plan:
    """The plan as it would be after `changes`; `plan` itself stays as it is."""
    waits = Waits()
    waits.any_of, waits.dead, waits.step = plan.waits.any_of, plan.waits.dead, list(plan.waits.step)
    waits.inputs, waits.unusual = plan.waits.inputs, plan.waits.unusual
    waits.days, waits.release = list(plan.waits.days), dict(plan.waits.release)
    made = replace(plan, waits=waits, steps=list(plan.steps), done=list(plan.done), roots=dict(plan.roots))
    settled = -1 if calendar.is_working(plan.today) else 0
    over: list[int] = []
    for change in changes:
        index = plan.number.get(change.step, NEVER)
        if index == NEVER or not plan.is_open(index):
            raise NotFoundError(
                _("{step} is no open step; ask `resolute blocked --json` for their ids").format(step=change.step)
            )
        if isinstance(change, Done | Dropped):
            over.append(made.done[index])
        _apply(made, index, change, settled)
    _begin(made, over, settled)
    return made


def _apply(plan: Plan, index: int, change: Change, settled: int) -> None:
    """Applies one change in place; what is done now counts for `settled`, so that the next step begins today."""
    steps, done, roots = plan.steps, plan.done, plan.roots
    assert isinstance(steps, list) and isinstance(done, list) and isinstance(roots, dict)
    step, node = steps[index], done[index]
    match change:
        case Done() | Dropped():
            plan.waits.source(node, settled)
            for inner in [index, *_inside(plan, step)]:
                roots.pop(done[inner], None)
                plan.waits.step[done[inner]] = NEVER
                steps[inner] = replace(steps[inner], state="done" if isinstance(change, Done) else "skipped")
                done[inner] = NEVER
        case Delayed(days=days):
            if node in plan.waits.release:
                plan.waits.release[node] += days
            else:
                plan.waits.days[node] += days
        case Given(party=party):
            for inner in [index, *_inside(plan, step)]:
                if steps[inner].party == step.party:
                    steps[inner] = replace(steps[inner], party=party)
                    roots[done[inner]] = tuple(_given(root, party) for root in roots.get(done[inner], ()))
        case Due(due=due):
            late = due < plan.today
            begun = step.since is not None
            state = "overdue" if late else step.state if step.state != "overdue" else "running" if begun else "to_come"
            steps[index] = replace(step, due=due, state=state)


def _begin(plan: Plan, ended: Sequence[int], settled: int) -> None:
    """Lets begin, in place, what nothing holds any more now that the nodes `ended` are over."""
    steps, done, roots = plan.steps, plan.done, plan.roots
    assert isinstance(steps, list) and isinstance(done, list) and isinstance(roots, dict)
    waits = plan.waits
    outputs = waits.outputs()
    over, queue = set(ended), list(ended)
    while queue:
        for after in outputs[queue.pop()]:
            inputs = waits.inputs[after]
            held = waits.dead[after] or not (waits.any_of[after] or all(node in over for node in inputs))
            if held or after in waits.release:
                continue
            index = waits.step[after]
            if index == NEVER or not steps[index].days:
                waits.source(after, settled)
                over.add(after)
                queue.append(after)
                if index != NEVER:
                    steps[index], done[index], waits.step[after] = replace(steps[index], state="done"), NEVER, NEVER
            else:
                waits.source(after, settled + waits.days[after])
                roots[after] = (_root(steps[index]),)
                late = steps[index].state == "overdue"
                steps[index] = replace(steps[index], state="overdue" if late else "running")


def _root(step: Step) -> Root:
    cls: RootClass = "person-working" if step.party else "person-unassigned"
    return Root(step.id, cls, words.action(cls, step.name), step.party, None, step.due, step.ref, step.name)


def _inside(plan: Plan, step: Step) -> list[int]:
    """The open steps of the processes that a step has called, at any depth."""
    below: dict[str, list[int]] = {}
    for index, other in enumerate(plan.steps):
        if other.parent is not None and plan.is_open(index):
            below.setdefault(other.parent, []).append(index)
    found: list[int] = []
    queue = [step.id]
    while queue:
        inner = below.get(queue.pop(), [])
        found += inner
        queue += [plan.steps[index].id for index in inner]
    return found


def _given(root: Root, party: str) -> Root:
    return replace(root, party=party, cls="person-working") if root.cls.startswith("person") else root


def _is_late(dates: Dates) -> bool:
    return dates.due is not None and (dates.finish is None or dates.finish > dates.due)


def _text(plan: Plan, count: int, saved: Sequence[str], broken: Sequence[str], schedules: Sequence[Schedule]) -> str:
    if not count:
        return _("Nothing would change.")
    parts = []
    for steps, text in ((saved, _("kept after all: {steps}")), (broken, _("no longer kept: {steps}"))):
        labels = dict.fromkeys(_label(plan.steps[plan.number[step]]) for step in steps)
        if labels:
            parts.append(text.format(steps=", ".join(labels)))
    if not parts:
        parts.append(_("the same deadlines would be kept"))
    ends = [made.finish for made in schedules]
    if ends[0] and ends[1] and ends[0] != ends[1]:
        parts.append(_("everything done by {date} at the earliest").format(date=words.day(ends[1])))
    changed = ngettext("Dates or reasons of {n} step would change", "Dates or reasons of {n} steps would change", count)
    return f"{changed.format(n=count)}: {'; '.join(parts)}."


def _label(step: Step) -> str:
    return words.label(step.ref, step.name)
