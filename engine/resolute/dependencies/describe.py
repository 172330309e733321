"""What people read about a step of an instance: its point, name, party, deadline, decision and duration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from resolute import i18n
from resolute.dependencies import words
from resolute.dependencies.values import DaysFrom
from resolute.execution.assignments import DROPPED
from resolute.execution.durations import Durations
from resolute.execution.snapshot import InstanceView, numbers_of, protocols_of
from resolute.execution.values import Task
from resolute.net.expressions import ExpressionError, value
from resolute.net.expressions.temporal import parse_duration
from resolute.net.net import Details, Kind, Net

_ = i18n.translator("dependencies")

MAX_DAYS = 10_000
"""Longer durations than this many working days are cut; some forty years."""
_PEOPLE = frozenset({Kind.TASK, Kind.USER, Kind.CALL})
_WORK_WEEK, _WORK_MONTH = 5, 21


@dataclass(frozen=True, slots=True)
class Label:
    """The describing fields of a step."""

    ref: str | None
    name: str
    party: str | None
    parties: tuple[str, ...]
    due: date | None
    days: int
    days_from: DaysFrom
    is_point: bool

    @property
    def days_known(self) -> bool:
        """Whether the duration is more than an assumption."""
        return self.days_from != "assumed"


class Describer:
    """Labels of the steps of some instances."""

    def __init__(
        self, at: datetime, views: Mapping[str, InstanceView], fixed: dict[tuple[Net, int], Label] | None = None
    ) -> None:
        """`fixed` keeps the labels that are the same in every instance, for describers to share."""
        self._at = at
        self._views = views
        self._calls: dict[str, dict[str, Mapping[str, Any]]] = {}
        """Calling instance -> element -> what the called instance was given."""
        self._dropped: set[tuple[str, str]] = set()
        """Calls whose point was cancelled."""
        for view in views.values():
            if view.parent is not None and view.parent_element is not None:
                self._calls.setdefault(view.parent, {})[view.parent_element] = view.data
                if DROPPED in view.done_at:
                    self._dropped.add((view.parent, view.parent_element))
        self._decision: dict[str, str] = {}
        self._fixed: dict[tuple[Net, int], Label] = {} if fixed is None else fixed
        self.decisions: dict[str, str] = {}

    def decision(self, view: InstanceView) -> str:
        """The decision that an instance belongs to: the agenda number, else the name of its outermost
        process.
        """
        found = self._decision.get(view.id)
        if found is not None:
            return found
        way = [view]
        while way[-1].parent is not None and way[-1].parent in self._views and len(way) <= len(self._views):
            way.append(self._views[way[-1].parent])
        outer = way[-1]
        net: Net = outer.net
        agenda = outer.data.get("agenda")
        name = outer.definition.name or net.name or ""
        key = str(agenda) if agenda is not None else name or net.process
        number = self._numbers.get(outer.group or "")
        if number is not None:
            key, name = words.of_protocol(number, key), words.of_protocol(number, name)
        self.decisions.setdefault(key, name)
        for inner in way:
            self._decision[inner.id] = key
        return key

    @cached_property
    def protocols(self) -> dict[str, tuple[str | None, str | None]]:
        """Id of an opened protocol -> its number and the body that decided."""
        return protocols_of(self._views.values())

    @cached_property
    def _numbers(self) -> dict[str, str]:
        """Id of an opened protocol -> what tells its decisions from those of the others; empty where it is alone."""
        return numbers_of(self.protocols) if len(self.protocols) > 1 else {}

    def label(self, view: InstanceView, node: int, task: Task | None) -> Label:
        """The label of a node of an instance; `task` is its open task, if any."""
        net: Net = view.net
        if task is not None or view.data.get("ref"):
            return self._label(view, node, task)
        known = self._fixed.get((net, node))
        if known is None:
            known = self._label(view, node, None)
            if is_fixed(net, node):
                self._fixed[net, node] = known
        return known

    def _label(self, view: InstanceView, node: int, task: Task | None) -> Label:
        net: Net = view.net
        details: Details = net.details[node]
        data = view.data
        inner = view.parent is not None and data.get("ref") is not None
        ref = (task.ref if task else None) or self._text(details.ref, data) or _plain(data.get("ref"))
        handed = self._handed(view, node, details)
        due = task.due if task and task.due else self._due(handed.get("due"), data) or self._due(details.due, data)
        party = task.party if task else self._text(details.party, data)
        parties = _names(handed.get("lead"), handed.get("co_executors"), party)
        deed = _plain(handed.get("deed")) if details.ref is not None else None
        name = (task.name if task else None) or deed or net.names[node] or net.ids[node]
        days, origin = _days(self._text(details.duration, data), net.kinds[node])
        if origin == "assumed" and view.durations is not None:
            seen = _seen(view.durations, net, node, parties[0] if parties else None)
            days, origin = (seen, "history") if seen is not None else (days, origin)
        return Label(
            ref=ref,
            name=_unnumbered(name, ref),
            party=parties[0] if parties else None,
            parties=parties,
            due=due,
            days=days,
            days_from=origin,
            is_point=details.ref is not None and not inner,
        )

    def handed(self, view: InstanceView) -> list[Mapping[str, Any]]:
        """What the running or ended children of an instance were given."""
        return list(self._calls.get(view.id, {}).values())

    def was_dropped(self, view: InstanceView, element: str) -> bool:
        """Whether the point that an element calls was cancelled."""
        return (view.id, element) in self._dropped

    def ref(self, view: InstanceView, node: int | None = None) -> str | None:
        """The point that an instance, or a node of it, belongs to."""
        details: Details | None = view.net.details[node] if node is not None else None
        return (self._text(details.ref, view.data) if details else None) or _plain(view.data.get("ref"))

    def _handed(self, view: InstanceView, node: int, details: Details) -> Mapping[str, Any]:
        """What a call hands to the process it calls: taken from the running child, else worked out."""
        net: Net = view.net
        if net.kinds[node] != Kind.CALL:
            return {}
        started = self._calls.get(view.id, {}).get(net.ids[node])
        if started is not None:
            return started
        return {name: self._value(raw, view.data) for name, raw in details.inputs}

    def _value(self, raw: str | None, data: Mapping[str, Any]) -> Any:
        if raw is None:
            return None
        try:
            return value(raw, data, self._at)
        except ExpressionError:
            return None

    def _text(self, raw: str | None, data: Mapping[str, Any]) -> str | None:
        return _plain(self._value(raw, data))

    def _due(self, raw: Any, data: Mapping[str, Any]) -> date | None:
        found = self._value(raw, data) if isinstance(raw, str) else raw
        if isinstance(found, date):
            return found
        if not isinstance(found, str):
            return None
        try:
            day = date.fromisoformat(found) if len(found) == len("2022-07-01") else datetime.fromisoformat(found)
        except ValueError:
            return None
        return day


def is_fixed(net: Net, node: int) -> bool:
    """Whether the model says the same of the node in every instance that carries out no point."""
    details: Details = net.details[node]
    if net.kinds[node] == Kind.CALL:
        return False
    values = (details.ref, details.party, details.due, details.duration)
    return not any(raw and raw.startswith("=") for raw in values)


def day_in(moment: date | None, at: datetime) -> date | None:
    """The calendar day of a date, or of a date-time in the time zone of `at`."""
    if not isinstance(moment, datetime):
        return moment
    return moment.astimezone(at.tzinfo).date() if moment.tzinfo else moment.date()


def _days(duration: str | None, kind: Kind) -> tuple[int, DaysFrom]:
    """Working days of a duration, and where that comes from; one day stands for unknown work of people."""
    if duration:
        try:
            span = parse_duration(duration)
        except ValueError:
            pass
        else:
            full = -(-span.rest // timedelta(days=1))
            weeks, rest = divmod(full, 7) if duration.rstrip().endswith("W") else (0, full)
            return min(max(span.months * _WORK_MONTH + weeks * _WORK_WEEK + rest, 0), MAX_DAYS), "declared"
    return (1, "assumed") if kind in _PEOPLE else (0, "declared")


def _seen(durations: Durations, net: Net, node: int, party: str | None) -> int | None:
    """How long the node took as a rule, by what has been finished."""
    if net.kinds[node] == Kind.CALL:
        return durations.of_call(net.details[node].called)
    return durations.of_task(net.process, net.ids[node], party)


def _names(lead: Any, others: Any, party: str | None) -> tuple[str, ...]:
    names = [_plain(lead) or party]
    if isinstance(others, list):
        names += [_plain(other) for other in others]
    return tuple(dict.fromkeys(name for name in names if name))


def _unnumbered(name: str, ref: str | None) -> str:
    return name.removeprefix(ref).lstrip(". ") if ref and len(name) > len(ref) + 1 else name


def _plain(found: Any) -> str | None:
    if found is None or isinstance(found, dict | list):
        return None
    return found.isoformat() if isinstance(found, date) else str(found)
