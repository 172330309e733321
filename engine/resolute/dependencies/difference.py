"""What would change if something were done today, delayed, dropped, given to another party or due on another day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from resolute import display, i18n
from resolute.calendars import Calendar, production_calendar
from resolute.dependencies import words
from resolute.dependencies.changes import Change, Delayed, Done, Dropped, Due, Given
from resolute.dependencies.dates import schedule_of
from resolute.dependencies.plan import Plan
from resolute.dependencies.report import blocked_of
from resolute.dependencies.template import TAGS
from resolute.dependencies.values import Blocked, Dates, Root, RootClass, Schedule, Step, StepState
from resolute.dependencies.waits import NEVER
from resolute.errors import NotFoundError
from resolute.net.net import Kind

_ = i18n.translator("dependencies")
ngettext = i18n.plural("dependencies")

_EVENTS = (TAGS[Kind.CATCH], TAGS[Kind.RECEIVE])
"""Kinds of steps that wait, once begun."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What a change means for one step."""

    step: str
    ref: str | None
    name: str
    party: tuple[str | None, str | None]
    """Who it waits for, before and after."""
    due: tuple[date | None, date | None]
    finish: tuple[date | None, date | None]
    """The earliest finish before and after; None where it is done, dropped, or can never run."""
    slack: tuple[int | None, int | None]
    roots: tuple[tuple[str, ...], tuple[str, ...]]
    """Steps that it waits for in the end, before and after."""
    inner: bool = False
    """A step inside the life cycle of a point; people look at points first."""

    @property
    def differs(self) -> bool:
        """Whether anything is not as before."""
        pairs = (self.party, self.due, self.finish, self.slack, self.roots)
        return any(before != after for before, after in pairs)

    def to_dict(self) -> dict[str, Any]:
        """As JSON; every pair is before and after."""
        return {
            "step": self.step,
            "ref": self.ref,
            "name": self.name,
            "inner": self.inner,
            "party": list(self.party),
            "due": [day.isoformat() if day else None for day in self.due],
            "finish": [day.isoformat() if day else None for day in self.finish],
            "slack_days": list(self.slack),
            "roots": [list(roots) for roots in self.roots],
        }


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The difference that changes would make; nothing was stored."""

    shifts: tuple[Shift, ...]
    """The steps for which something differs."""
    freed: tuple[str, ...]
    """Steps that would no longer be held up: done, dropped, or in work."""
    held: tuple[str, ...]
    """Steps that would be held up and are not now."""
    saved: tuple[str, ...]
    """Steps whose deadline could be kept after all."""
    broken: tuple[str, ...]
    """Steps whose deadline could no longer be kept."""
    before: tuple[Blocked, ...]
    """The report as it is."""
    blocked: tuple[Blocked, ...]
    """The report as it would be."""
    schedule: Schedule
    text: str
    """The difference in a few sentences."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "text": self.text,
            "freed": list(self.freed),
            "held": list(self.held),
            "saved": list(self.saved),
            "broken": list(self.broken),
            "blocked": {"before": len(self.before), "after": len(self.blocked)},
            "finish": _iso(self.schedule.finish),
            "shifts": [shift.to_dict() for shift in self.shifts],
        }

    def _repr_html_(self) -> str | None:
        return display.show("what-if", self)


def what_if_of(plan: Plan, changes: Iterable[Change], *, calendar: Calendar | None = None) -> WhatIf:
    """The difference that `changes` would make to `plan`. Raises NotFoundError for a step that is not open."""
    calendar = calendar or production_calendar()
    changes = list(changes)
    after = changed(plan, changes, calendar)
    reports = [blocked_of(made, calendar=calendar) for made in (plan, after)]
    schedules = [schedule_of(made, calendar=calendar) for made in (plan, after)]
    roots = [{item.step: tuple(root.step for root in item.roots) for item in report} for report in reports]
    shifts = [_shift(*pair, schedules, roots) for pair in zip(plan.steps, after.steps, strict=True)]
    late = [{key for key, dates in made.dates.items() if _is_late(dates)} for made in schedules]
    late[1] |= late[0] & _not_kept(plan, changes)
    freed, held = (tuple(step for step in roots[a] if step not in roots[b]) for a, b in ((0, 1), (1, 0)))
    saved, broken = (tuple(sorted(late[a] - late[b], key=plan.number.__getitem__)) for a, b in ((0, 1), (1, 0)))
    differing = tuple(shift for shift in shifts if shift.differs)
    return WhatIf(
        shifts=differing,
        freed=freed,
        held=held,
        saved=saved,
        broken=broken,
        before=tuple(reports[0]),
        blocked=tuple(reports[1]),
        schedule=schedules[1],
        text=_text(plan, differing, saved, broken, schedules),
    )


def _shift(was: Step, now: Step, schedules: Sequence[Schedule], roots: Sequence[dict[str, tuple[str, ...]]]) -> Shift:
    """What differs for one step between the two schedules and reports."""
    before, after = (made.dates.get(was.id) for made in schedules)
    return Shift(
        step=was.id,
        ref=was.ref,
        name=was.name,
        party=(was.party, now.party),
        due=(was.due, now.due),
        finish=(before.finish if before else None, after.finish if after else None),
        slack=(before.slack if before else None, after.slack if after else None),
        roots=(roots[0].get(was.id, ()), roots[1].get(was.id, ())),
        inner=was.parent is not None and not was.is_point,
    )


def changed(plan: Plan, changes: Sequence[Change], calendar: Calendar) -> Plan:
    """The plan as it would be after `changes`; `plan` itself stays as it is."""
    waits = plan.waits.dated(plan.waits.days, plan.waits.release)
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
            steps[index] = replace(step, days=step.days + days)
            if node in plan.waits.release:
                plan.waits.release[node] += days
            else:
                plan.waits.days[node] += days
        case Given(party=party):
            for inner in [index, *_inside(plan, step)]:
                unnamed = any(root.cls == "person-unassigned" for root in roots.get(done[inner], ()))
                if steps[inner].party == step.party or unnamed:
                    steps[inner] = replace(steps[inner], party=party)
                    roots[done[inner]] = tuple(_given(root, party) for root in roots.get(done[inner], ()))
        case Due(due=due):
            for inner in [index, *_inside(plan, step)]:
                open_too = step.due is not None or done[inner] in roots
                if inner == index or (open_too and steps[inner].due == step.due):
                    steps[inner] = _due(steps[inner], due, plan.today)
                    roots[done[inner]] = tuple(_dated(root, step.due, due) for root in roots.get(done[inner], ()))


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
    if not root.cls.startswith("person"):
        return root
    return replace(root, party=party, cls="person-working", action=words.action("person-working", root.name))


def _due(step: Step, due: date, today: date) -> Step:
    state = step.state
    if due < today and state != "failed":
        state = "overdue"
    elif state == "overdue":
        begun: StepState = "waiting" if step.kind in _EVENTS else "running"
        state = begun if step.since is not None else "to_come"
    return replace(step, due=due, state=state)


def _dated(root: Root, was: date | None, due: date) -> Root:
    """A root whose deadline was that of the step; those of timers are their own."""
    return replace(root, due=due) if root.cls.startswith("person") and root.due == was else root


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _not_kept(plan: Plan, changes: Sequence[Change]) -> set[str]:
    """The steps whose deadline is not kept by being over now: what is dropped, and what is done after its day."""
    found = set()
    for change in changes:
        if isinstance(change, Done | Dropped):
            index = plan.number[change.step]
            for step in (plan.steps[inner] for inner in [index, *_inside(plan, plan.steps[index])]):
                if isinstance(change, Dropped) or (step.due is not None and step.due < plan.today):
                    found.add(step.id)
    return found


def _is_late(dates: Dates) -> bool:
    return dates.due is not None and (dates.finish is None or dates.finish > dates.due)


def _text(
    plan: Plan, shifts: Sequence[Shift], saved: Sequence[str], broken: Sequence[str], schedules: Sequence[Schedule]
) -> str:
    """The difference in a few sentences."""
    count = sum(not shift.inner for shift in shifts) or len(shifts)
    if not count:
        return _("Nothing would change.")
    parts = [ngettext("It would change {n} step.", "It would change {n} steps.", count).format(n=count)]
    kept = ((saved, _("Deadlines kept after all: {steps}.")), (broken, _("Deadlines no longer kept: {steps}.")))
    for steps, text in kept:
        labels = dict.fromkeys(_label(plan.steps[plan.number[step]]) for step in steps)
        if labels:
            parts.append(text.format(steps=", ".join(labels)))
    if len(parts) == 1:
        parts.append(_("The same deadlines would be kept."))
    was, now = (made.finish for made in schedules)
    if was and now and was != now:
        text = _("Everything could be done by {now} at the earliest; as things stand, by {was}.")
        parts.append(text.format(now=words.day(now), was=words.day(was)))
    return " ".join(parts)


def _label(step: Step) -> str:
    return words.label(step.ref, step.name)
