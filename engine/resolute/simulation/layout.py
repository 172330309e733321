"""Turns a blueprint into the tables of the kernel."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from typing import Any

import numpy as np

from resolute import i18n
from resolute.errors import InputError
from resolute.simulation.blueprint import ROOT_SCOPE, Blueprint, Node
from resolute.simulation.codes import (
    AMOUNT_SAMPLE,
    AMOUNT_TABLE,
    AMOUNT_UNIFORM,
    ARM_CONDITION,
    ASKS_FIRST,
    BODY_PASS,
    JOIN_COMPLEX,
    JOIN_EACH,
    MAX_LOG,
    OP_AMOUNT,
    SPLIT_ONE,
    WAY_DEFAULT,
)
from resolute.simulation.distributions import Distribution, fixed, standard_form, table
from resolute.simulation.shapes import normal_share
from resolute.simulation.tables import Tables
from resolute.simulation.worktime import DAY, Spans, WorkCalendar, lay_out, midnight

_ = i18n.translator("simulation")
ROUND_THE_CLOCK = -1
MOVES_AT_ONCE = 100_000
"""As many as the engine makes before it holds the instance."""


@dataclass(frozen=True)
class Options:
    """What a run wants to know beside the model."""

    track: bool
    """Whether the chain of causes is kept (for criticality)."""
    histogram: bool
    """Whether the times of every execution are counted in bins."""
    log: bool = False


@dataclass(frozen=True)
class Layout:
    """The tables, and what is needed to read the answers."""

    tables: Tables
    calendars: tuple[Spans | None, ...]
    """By the number that the tables use; the last entry of an index -1 is not among them."""
    unit_calendars: tuple[int, ...]
    origin: datetime
    default_calendar: int


class _Amounts:
    """Distributions, each once, with their quantile tables."""

    def __init__(self) -> None:
        self.numbers: dict[Distribution, int] = {}
        self.rows: list[tuple[int, float, float, int, int]] = []
        self.values: list[Any] = []
        self.length = 0
        self.bases: dict[object, int] = {}

    def number(self, distribution: Distribution) -> int:
        if distribution not in self.numbers:
            self.numbers[distribution] = len(self.rows)
            self.rows.append(self._row(distribution))
        return self.numbers[distribution]

    def _row(self, d: Distribution) -> tuple[int, float, float, int, int]:
        if d.family == "empirical":
            base = self._place((d.family, d.parameters), np.asarray(d.parameters))
            return AMOUNT_SAMPLE, d.shift, 1.0, base, len(d.parameters)
        shape, loc, scale = standard_form(d)
        if shape is None or scale == 0.0:
            return AMOUNT_UNIFORM, loc, scale, 0, 0
        return AMOUNT_TABLE, loc, scale, self._place(shape, table(shape)), 0

    def _place(self, key: object, values: Any) -> int:
        if key not in self.bases:
            self.bases[key] = self.length
            self.values.append(values)
            self.length += len(values)
        return self.bases[key]


class _Calendars:
    """Calendars by name, laid out once."""

    def __init__(self, blueprint: Blueprint, origin: datetime) -> None:
        self.blueprint = blueprint
        self.origin = origin
        self.numbers: dict[WorkCalendar, int] = {}
        self.spans: list[Spans] = []

    def number(self, name: str | None) -> int:
        scenario = self.blueprint.scenario
        calendar = scenario.calendar if name is None else scenario.calendars.get(name)
        if calendar is None:
            raise InputError(
                _("calendar {name!r} is not defined; it has: {known}").format(
                    name=name, known=", ".join(scenario.calendars) or "-"
                ),
                file=scenario.file,
            )
        if calendar not in self.numbers:
            key = "calendar" if name is None else f"calendars.{name}"
            spans = lay_out(calendar, self.origin, key, scenario.file)
            self.numbers[calendar] = ROUND_THE_CLOCK if spans is None else len(self.spans)
            if spans is not None:
                self.spans.append(spans)
        return self.numbers[calendar]


def lay_down(blueprint: Blueprint, options: Options) -> Layout:
    """The tables of a blueprint."""
    origin = midnight(blueprint.start)
    return _Layer(blueprint, options, origin).layout()


class _Layer:
    """Builds the columns of one model; used once."""

    def __init__(self, blueprint: Blueprint, options: Options, origin: datetime) -> None:
        self.b = blueprint
        self.options = options
        self.origin = origin
        self.amounts = _Amounts()
        self.calendars = _Calendars(blueprint, origin)
        self.nothing = self.amounts.number(fixed(0.0))
        factors = 1 + max((factor for factor, _weight in blueprint.correlated.values()), default=-1)
        self.elements = len(blueprint.nodes) + 1 + factors
        """What draws numbers of its own: the nodes, the arrivals, the common factors."""

    def layout(self) -> Layout:
        default = self.calendars.number(None)
        unit_calendars = [self.calendars.number(unit.calendar) for unit in self.b.units]
        arrivals = self.b.scenario.arrivals
        arrival_calendar = ROUND_THE_CLOCK
        if arrivals is not None and arrivals.calendar is not None:
            arrival_calendar = self.calendars.number(arrivals.calendar)
        columns: dict[str, Any] = {
            **self._nodes(default),
            **self._runs(),
            **self._scopes_and_joins(),
            **self._units(unit_calendars),
            **self._correlation(),
            **self._variables(),
            "given_kind": [given.kind for given in self.b.given],
            "given_node": [given.what for given in self.b.given],
            "given_frame": [given.frame for given in self.b.given],
            "given_count": [given.count for given in self.b.given],
            "given_done": [given.done for given in self.b.given],
            "given_time": [given.time for given in self.b.given],
        }
        arrival = self.nothing if arrivals is None else self.amounts.number(arrivals.gap)
        columns |= self._amounts()
        columns |= self._calendars()
        columns["numbers"] = self._numbers(columns, arrival, arrival_calendar)
        columns["limits"] = self._limits()
        spans = tuple(self.calendars.spans)
        return Layout(Tables(**columns), spans, tuple(unit_calendars), self.origin, default)

    # --- nodes ---

    def _nodes(self, default: int) -> dict[str, Any]:
        nodes = self.b.nodes
        plain = ("body", "join", "arm", "chance", "repeats", "scope", "handler", "owner")
        more = ("event_scope", "host", "step", "credit", "copies", "again", "loop_limit", "rank", "elapsed")
        rare = ("until", "test", "rest", "need", "digit", "undo", "undo_scope", "undo_node")
        names = (*plain, *more, *rare, "spent", "later")
        columns: dict[str, Any] = {name: [getattr(node, name) for node in nodes] for name in names}
        columns["in_count"] = [node.incoming for node in nodes]
        columns["amount"] = [self._amount(node.amount) for node in nodes]
        columns["copies_amount"] = [self._amount(node.copies_amount) for node in nodes]
        columns["calendar"] = [default] * len(nodes)
        columns["interrupts"] = [int(node.interrupts) for node in nodes]
        columns["copies"] = [ASKS_FIRST if node.test_before else node.copies for node in nodes]
        for flag in ("sequential", "undoable"):
            columns[flag] = [int(getattr(node, flag)) for node in nodes]
        columns["leaves_marks"] = [int(node.undoable or bool(node.sets)) for node in nodes]
        columns["elapsed"] += [0.0] * (self.elements - len(nodes))
        columns["message"] = [-1 if node.message is None else self.b.messages[node.message] for node in nodes]
        return columns

    def _amount(self, distribution: Distribution | None) -> int:
        return self.nothing if distribution is None else self.amounts.number(distribution)

    def _runs(self) -> dict[str, Any]:
        nodes = self.b.nodes
        columns: dict[str, Any] = {}
        lo, hi = _bounds(len(node.outs) for node in nodes)
        leaving = _leaving(nodes)
        columns["chooser"] = leaving
        columns["out_lo"], columns["out_hi"] = [lo[node] for node in leaving], [hi[node] for node in leaving]
        columns["split"] = [nodes[node].split for node in leaving]
        columns["event_lo"], columns["event_hi"] = _bounds(len(node.events) for node in nodes)
        columns["use_lo"], columns["use_hi"] = _bounds(len(node.uses) for node in nodes)
        columns["also_lo"], columns["also_hi"] = _bounds(len(node.also) for node in nodes)
        outs = [out for node in nodes for out in node.outs]
        columns["out_target"] = [out.target for out in outs]
        columns["out_way"] = [WAY_DEFAULT if out.default else out.way for out in outs]
        columns["out_test"] = [out.test for out in outs]
        columns["out_share"] = [share for node in nodes for share in _shares(node)]
        columns["event_node"] = [event for node in nodes for event in node.events]
        columns["use_unit"] = [unit for node in nodes for unit, _amount in node.uses]
        columns["use_amount"] = [self.amounts.number(amount) for node in nodes for _unit, amount in node.uses]
        columns["also_unit"] = [unit for node in nodes for unit in node.also]
        return columns

    def _scopes_and_joins(self) -> dict[str, Any]:
        nodes, scopes = self.b.nodes, self.b.scopes
        width = [0] * len(scopes)
        slot = [-1] * len(nodes)
        joins: list[list[int]] = [[] for _scope in scopes]
        for number, node in enumerate(nodes):
            if node.join != JOIN_EACH:
                slot[number] = width[node.owner]
                width[node.owner] += (1 + node.incoming) * (2 if node.join == JOIN_COMPLEX else 1)
                joins[node.owner].append(number)
        own_slot = list(width)
        for number, scope in enumerate(scopes):
            width[number] += (1 + len(scope.turns)) * bool(scope.turns or scope.enough_chance)
        for number, scope in enumerate(scopes):
            if scope.like >= 0:
                width[number], joins[number] = width[scope.like], joins[scope.like]
        used = [0] * len(nodes)
        out_slot = []
        for node in nodes:
            for out in node.outs:
                place = -1
                if nodes[out.target].join != JOIN_EACH:
                    used[out.target] += 1
                    place = slot[out.target] + used[out.target]
                out_slot.append(place)
        start_lo, start_hi = _bounds(len(scope.starts) for scope in scopes)
        turn_lo, turn_hi = _bounds(len(scope.turns) for scope in scopes)
        join_lo, join_hi = _bounds(len(inside) for inside in joins)
        return {
            "slot": slot,
            "out_slot": out_slot,
            "width": width,
            "start_lo": start_lo,
            "start_hi": start_hi,
            "start_node": [node for scope in scopes for node in scope.starts],
            "turn_lo": turn_lo,
            "turn_hi": turn_hi,
            "turn_node": [node for scope in scopes for node in scope.turns],
            "own_slot": own_slot,
            "enough_test": [scope.enough_test for scope in scopes],
            "enough_chance": [scope.enough_chance for scope in scopes],
            "join_lo": join_lo,
            "join_hi": join_hi,
            "join_node": [node for inside in joins for node in inside],
            **self._reach(),
        }

    def _reach(self) -> dict[str, Any]:
        """One row of flags for each way into an inclusive join."""
        row = [-1] * len(self.b.nodes)
        rows: list[int] = []
        count = 0
        for number, node in enumerate(self.b.nodes):
            if node.reach is not None:
                row[number] = count
                count += len(node.reach)
                for reaching in node.reach:
                    flags = [0] * len(self.b.nodes)
                    for other in reaching:
                        flags[other] = 1
                    rows += flags
        return {"or_row": row, "or_reach": rows}

    # --- variables ---

    def _variables(self) -> dict[str, Any]:
        nodes = self.b.nodes
        set_lo, set_hi = _bounds(len(node.sets) for node in nodes)
        code = [
            (op, self.amounts.number(self.b.drawn[int(operand)]) if op == OP_AMOUNT else operand)
            for op, operand in self.b.code
        ]
        return {
            "initial": self.b.variables,
            "set_lo": set_lo,
            "set_hi": set_hi,
            "set_variable": [variable for node in nodes for variable, _program in node.sets],
            "set_program": [program for node in nodes for _variable, program in node.sets],
            "op": [op for op, _operand in code],
            "operand": [float(operand) for _op, operand in code],
            "condition_node": [number for number, node in enumerate(nodes) if node.arm == ARM_CONDITION],
        }

    # --- units ---

    def _units(self, calendars: list[int]) -> dict[str, Any]:
        pools: dict[tuple[int, ...], int] = {}
        pool = []
        of_unit: list[dict[int, None]] = [{} for _unit in self.b.units]
        for node in self.b.nodes:
            key = (*sorted(unit for unit, _amount in node.uses), -1, *sorted(node.also))
            pool.append(pools.setdefault(key, len(pools)) if node.uses else -1)
            if node.uses:
                for unit in (*(unit for unit, _amount in node.uses), *node.also):
                    of_unit[unit][pool[-1]] = None
        unit_pool_lo, unit_pool_hi = _bounds(map(len, of_unit))
        lane_pool = _lanes(self.b.nodes, pool, of_unit)
        lane = [node.uses[0][0] if node.uses and lane_pool[node.uses[0][0]] >= 0 else -1 for node in self.b.nodes]
        return {
            "pool": pool,
            "lane": lane,
            "lane_pool": lane_pool,
            "capacity": [unit.capacity for unit in self.b.units],
            "unit_calendar": calendars,
            "unit_pool_lo": unit_pool_lo,
            "unit_pool_hi": unit_pool_hi,
            "unit_pool": [number for pools_of in of_unit for number in pools_of],
        }

    # --- amounts ---

    def _correlation(self) -> dict[str, Any]:
        count = len(self.b.nodes)
        common, weight = [-1] * self.elements, [0.0] * self.elements
        for node, (factor, coefficient) in self.b.correlated.items():
            common[node] = count + 1 + factor
            weight[node] = math.sqrt(coefficient)
        columns: dict[str, Any] = {"common": common, "weight": weight, "normal": [0.0], "phi": [0.0]}
        if self.b.correlated:
            columns["normal"] = table(("normal", 0.0, -math.inf, math.inf)).tolist()
            columns["phi"] = [normal_share(k / 256 - 8.5) for k in range(4353)]
        return columns

    def _amounts(self) -> dict[str, Any]:
        kind, loc, scale, base, size = map(list, zip(*self.amounts.rows, strict=True))
        values = np.concatenate(self.amounts.values) if self.amounts.values else np.zeros(1)
        return {
            "kind": kind,
            "loc": loc,
            "scale": scale,
            "base": base,
            "size": size,
            "values": values.tolist(),
        }

    def _calendars(self) -> dict[str, Any]:
        spans = self.calendars.spans
        span_lo, span_hi = _bounds(len(one.starts) for one in spans)
        day_lo, _day_hi = _bounds(len(one.by_day) for one in spans)
        work_lo, _work_hi = _bounds(len(one.by_work) for one in spans)
        return {
            "period": [one.period for one in spans] or [1.0],
            "total": [one.work[-1] for one in spans] or [1.0],
            "span_lo": span_lo,
            "span_hi": span_hi,
            "span_start": [start for one in spans for start in one.starts] or [0.0],
            "span_end": [end for one in spans for end in one.ends] or [0.0],
            "span_work": [work for one in spans for work in one.work[:-1]] or [0.0],
            "day_lo": day_lo,
            "day_span": [lo + at for lo, one in zip(span_lo, spans, strict=True) for at in one.by_day],
            "work_lo": work_lo,
            "work_span": [lo + at for lo, one in zip(span_lo, spans, strict=True) for at in one.by_work],
            "bucket": [one.bucket for one in spans] or [1.0],
        }

    # --- the run ---

    def _numbers(self, columns: dict[str, Any], arrival: int, arrival_calendar: int) -> list[int]:
        """In the order of the N codes."""
        scenario = self.b.scenario
        return [
            self.elements,
            len(self.b.steps),
            len(self.b.messages),
            self.b.cases,
            max(scenario.warm_up or 0, 0),
            scenario.max_events,
            arrival,
            arrival_calendar,
            int(self.options.track),
            int(self.options.histogram),
            (MAX_LOG + 1) * int(self.options.log),
            1 + max(columns["pool"], default=-1),
            len(self.b.units),
            len(self.b.scopes),
            ROOT_SCOPE,
            len(self.b.nodes),
            int(scenario.arrivals is not None and not scenario.arrivals.working),
            len(self.b.given),
            len(self.calendars.spans),
            len(self.b.nodes),
            len(self.b.variables),
            len(columns["condition_node"]),
            MOVES_AT_ONCE + 4 * len(self.b.nodes) * self.b.cases,
        ]

    def _limits(self) -> list[float]:
        start = (self.b.start - self.origin).total_seconds()
        endless = self.b.scenario.arrivals is not None
        return [math.inf if endless else start + self.b.scenario.horizon_days * DAY, start]


@lru_cache(maxsize=64)
def calendar_spans(calendar: WorkCalendar, origin: datetime) -> Spans | None:
    """A calendar laid out from a moment, kept for the next call."""
    return lay_out(calendar, origin)


def _bounds(lengths: Iterable[int]) -> tuple[list[int], list[int]]:
    ends = list(accumulate(lengths))
    return [0, *ends[:-1]] if ends else [], ends


def _lanes(nodes: list[Node], pool: list[int], of_unit: list[dict[int, None]]) -> list[int]:
    """For each unit its pool, where all tasks of the pool need just this unit and are of the same rank; else -1."""
    ranks: dict[int, set[float]] = {}
    alone: dict[int, bool] = {}
    for node, number in zip(nodes, pool, strict=True):
        if number >= 0:
            ranks.setdefault(number, set()).add(node.rank)
            alone[number] = len(node.uses) == 1 and not node.also
    lanes = []
    for pools in of_unit:
        number = next(iter(pools), -1)
        lanes.append(number if len(pools) == 1 and alone[number] and len(ranks[number]) == 1 else -1)
    return lanes


def _leaving(nodes: list[Node]) -> list[int]:
    """For each node the one by whose flows its tokens go on: itself, or the gateway or end right behind it."""
    found = []
    for number in range(len(nodes)):
        seen = {number}
        at = number
        while len(nodes[at].outs) == 1:
            behind = nodes[at].outs[0].target
            passes = nodes[behind].body == BODY_PASS and nodes[behind].join == JOIN_EACH
            if not passes or behind in seen:
                break
            seen.add(behind)
            at = behind
        found.append(at)
    return found


def _shares(node: Node) -> list[float]:
    """Cumulative for one of several ways out, else the probability of each."""
    shares = [out.share for out in node.outs]
    return list(accumulate(shares)) if node.split == SPLIT_ONE else shares
