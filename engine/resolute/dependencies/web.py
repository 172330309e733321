"""The dates of many parts at once: when each wait happens at the earliest and may happen at the latest.

All parts stand side by side in the same columns, so that NumPy works on a million steps as it does on ten.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resolute.dependencies.part import Part
from resolute.dependencies.shape import Flags
from resolute.dependencies.sweep import FAR, Indexes, Ints, Sweep, joined
from resolute.dependencies.waits import NEVER
from resolute.dependencies.workdays import Workdays

_HOPS = 24
"""Bits of a key for the length of the chain; the day stands above them, so that keys order by day, then length."""
_PLACE = 28
"""Bits for the number of a node below a day."""


class Web:
    """The columns of all parts. Nodes and steps are numbered through: those of a part follow each other."""

    def __init__(self, parts: Sequence[Part], workdays: Workdays | None = None) -> None:
        """`workdays` counts deadlines; not needed by those who only ask what comes when."""
        self.parts = parts
        self._workdays = workdays
        shapes = [part.shape for part in parts]
        self.first_node = _offsets(len(shape) for shape in shapes)
        """Part -> its first node; one more for the end."""
        self.first_step = _offsets(len(shape.done) for shape in shapes)
        self.any_of = joined((shape.any_of for shape in shapes), bool)
        self.able = joined((shape.able for shape in shapes), bool)
        self.usual = joined((shape.usual for shape in shapes), bool)
        self.step = self._moved((shape.step for shape in shapes), self.first_step)
        """Node -> its step, or NEVER."""
        self.done = self._moved((shape.done for shape in shapes), self.first_node)
        """Step -> the node of its end, or NEVER."""
        self.days = joined((part.days for part in parts), np.int32).astype(np.int64)
        self._sources = self._moved((shape.sources for shape in shapes), self.first_node)
        self._release = joined((part.release for part in parts), np.int32)
        self._before = self._moved((shape.links.before for shape in shapes), self.first_node)
        self._after = self._moved((shape.links.after for shape in shapes), self.first_node)
        self._back = joined((shape.links.back for shape in shapes), bool)
        self._key = self._solve()
        self.earliest: Ints = self._key >> _HOPS
        """Node -> the earliest working day; of no meaning where it is not `able`."""
        self.via = self._via()
        """Node -> the input that decides, or NEVER."""

    def part_of(self, step: int) -> int:
        """The part that a step belongs to."""
        return int(np.searchsorted(self.first_step, step, side="right")) - 1

    def parts_of(self, steps: Ints) -> Ints:
        """The parts that steps belong to."""
        found: Ints = np.searchsorted(self.first_step, steps, side="right") - 1
        return found

    # --- dates ---

    def _solve(self) -> Ints:
        """The day and the length of the chain of every node: the last input of an AND, the first of an OR."""
        cost = (self.days << _HOPS) + 1
        base = np.where(self.any_of | ~self.able, FAR, -FAR)
        base[self._sources] = self._release.astype(np.int64) << _HOPS
        return self._settled(self._forward, base, cost[self._after])

    @cached_property
    def _forward(self) -> Sweep:
        ahead = ~self._back
        depth = self._column(lambda part: part.shape.links.depth)
        return Sweep(self._before[ahead], self._after[ahead], depth, self.any_of)

    @cached_property
    def _backward(self) -> Sweep:
        ahead = ~self._back
        return Sweep(self._after[ahead], self._before[ahead], self._column(lambda part: part.shape.links.height))

    def _settled(self, sweep: Sweep, base: Ints, plus: Ints, *, backward: bool = False, least: bool = False) -> Ints:
        """The values where the edges that lead round agree as well; in loops of a usual kind at the first try."""
        back = np.flatnonzero(self._back)
        ahead = plus if not len(back) else plus[~self._back]
        ends = (self._after[back], self._before[back])
        start, end = ends if backward else ends[::-1]
        while True:
            found = base.copy()
            sweep.run(found, ahead, smallest=least)
            ways = found[start] + plus[back]
            better = ways < found[end]
            if not better.any():
                return found
            np.minimum.at(base, end[better], ways[better])

    def _via(self) -> Indexes:
        deciding = self._key[self._before] + (self.days[self._after] << _HOPS) + 1 == self._key[self._after]
        first = deciding & self.any_of[self._after]
        last = deciding & ~first
        via = np.full(len(self.able), NEVER, np.int32)
        np.maximum.at(via, self._after[last], self._before[last])
        via[self._after[first]] = np.iinfo(np.int32).max
        np.minimum.at(via, self._after[first], self._before[first])
        return via

    @cached_property
    def _binding(self) -> Flags:
        """The edges whose time binds: all into an AND, the deciding one into an OR."""
        found: Flags = ~self.any_of[self._after] | (self.via[self._after] == self._before)
        return found

    @cached_property
    def due(self) -> Ints:
        """Node -> the working day of the deadline of its open step, FAR where it has none."""
        steps = np.flatnonzero((self.ordinal > 0) & self.is_open)
        days, place = np.unique(self.ordinal[steps], return_inverse=True)
        assert self._workdays is not None
        numbers = np.array([self._workdays.number(date.fromordinal(int(day))) for day in days], np.int64)
        found = np.full(len(self.able), FAR, np.int64)
        found[self.done[steps]] = numbers[place]
        return found

    @cached_property
    def bound(self) -> Ints:
        """Node -> the latest day that keeps all deadlines behind it; FAR where none depends on it."""
        base = np.where(self.able, self.due, FAR)
        plus = np.where(self._binding, -self.days[self._after], FAR)
        found = self._settled(self._backward, base, plus, backward=True, least=True)
        return np.where(found < FAR // 2, found, FAR)

    def decided_by(self, nodes: Indexes) -> Flags:
        """Which nodes have one of `nodes` among what decides when they happen."""
        base = np.zeros(len(self.able), np.int64)
        base[nodes] = -1
        found: Flags = self._settled(self._forward, base, np.where(self._binding, 0, FAR), least=True) < 0
        return found

    def in_time(self) -> list[int]:
        """The nodes that can happen, each after what decides when it does."""
        nodes = np.flatnonzero(self.able)
        found: list[int] = nodes[np.argsort(self._key[nodes], kind="stable")].tolist()
        return found

    # --- what decides and what lies behind ---

    @cached_property
    def finish(self) -> Ints:
        """Node -> its earliest working day, today or later; FAR where it can never happen."""
        return np.where(self.able, np.maximum(self.earliest, 0), FAR)

    @cached_property
    def slack(self) -> Ints:
        """Node -> working days left before the first deadline at or behind it breaks; FAR where there is none."""
        return np.where(self.able & (self.bound < FAR), self.bound - self.finish, FAR)

    @cached_property
    def origin(self) -> Indexes:
        """Node -> the source in which the chain of deciding inputs begins."""
        found = np.where(self.via == NEVER, np.arange(len(self.via), dtype=np.int32), self.via)
        while not np.array_equal(following := found[found], found):
            found = following
        return found

    @cached_property
    def driver(self) -> Indexes:
        """Step -> the one that decides when it can start: the nearest back along the deciding inputs, or NEVER."""
        via, step = np.append(self.via, NEVER), np.append(self.step, NEVER)
        own = np.arange(len(self.done), dtype=np.int32)
        node = via[self.done]
        while True:
            passing = (node != NEVER) & ((step[node] == NEVER) | (step[node] == own))
            if not passing.any():
                found: Indexes = step[node]
                return found
            node = np.where(passing, via[node], node)

    @cached_property
    def unknown(self) -> Ints:
        """Node -> how many steps of unknown duration are on the chain of deciding inputs."""
        known = np.append(joined((part.known for part in self.parts), bool), True)
        working = self.days > 0
        working[self._sources] = True
        found = np.append(working & ~known[self.step] & self.able, False).astype(np.int64)
        ahead = np.append(np.where(self.via == NEVER, len(self.via), self.via), len(self.via))
        while (ahead < len(self.via)).any():
            found += found[ahead]
            ahead = ahead[ahead]
        return found[:-1]

    @cached_property
    def broken(self) -> Indexes:
        """Node -> the one whose deadline, at or behind it, breaks first; NEVER where all can be kept."""
        regions = [part.shape.behind.regions for part in self.parts]
        offsets = _offsets(len(region.depth) for region in regions)
        region = self._moved((found.component for found in regions), offsets)
        values = np.full(int(offsets[-1]), FAR, np.int64)
        late = np.flatnonzero(self._counted & (self.due < FAR) & (self.finish > self.due))
        np.minimum.at(values, region[late], (self.due[late] << _PLACE) + late)
        before = self._moved((found.before for found in regions), offsets)
        after = self._moved((found.after for found in regions), offsets)
        sweep = Sweep(after, before, joined((found.depth for found in regions), np.int32))
        sweep.run(values, np.zeros(len(before), np.int64), smallest=True)
        values = values[region]
        return np.where(values < FAR, values & ((1 << _PLACE) - 1), NEVER).astype(np.int32)

    @cached_property
    def _counted(self) -> Flags:
        """Node -> whether it is the end of a step that is more than a passage."""
        found = np.zeros(len(self.able), bool)
        found[self.done[self.real & self.is_open]] = True
        return found

    @cached_property
    def counts(self) -> Indexes:
        """Node -> how many steps stand behind it, its own one included."""
        return self._column(lambda part: part.shape.counts)

    # --- columns of steps ---

    @cached_property
    def is_open(self) -> Flags:
        """Step -> whether it is neither done nor skipped."""
        found: Flags = self.done != NEVER
        return found

    @cached_property
    def real(self) -> Flags:
        """Step -> whether it is more than a passage."""
        return joined((part.shape.counted for part in self.parts), bool)

    @cached_property
    def state(self) -> NDArray[np.uint8]:
        """Step -> the number of its state."""
        return joined((part.state for part in self.parts), np.uint8)

    @cached_property
    def ordinal(self) -> Indexes:
        """Step -> its deadline as the ordinal of a day, 0 for none."""
        return self._column(lambda part: part.due)

    @cached_property
    def places(self) -> Ints:
        """Step -> a number that orders steps as their ids do."""
        heads = [head for part in self.parts for head in part.heads]
        rank = np.empty(len(heads), np.int64)
        rank[sorted(range(len(heads)), key=heads.__getitem__)] = np.arange(len(heads))
        head = self._moved((part.head for part in self.parts), _offsets(len(part.heads) for part in self.parts))
        found: Ints = (rank[head] << 32) + self._column(lambda part: part.tail)
        return found

    # --- joining ---

    def _column(self, of: Callable[[Part], NDArray[Any]]) -> NDArray[Any]:
        return joined((of(part) for part in self.parts), np.int32)

    def _moved(self, columns: Iterable[Indexes], offsets: Ints) -> Indexes:
        """Columns of numbers of the parts as one of numbers of the whole; NEVER stays."""
        pieces = list(columns)
        found = joined(pieces, np.int32)
        shift = np.repeat(offsets[:-1], [len(piece) for piece in pieces])
        return np.where(found == NEVER, NEVER, found + shift).astype(np.int32)


def _offsets(lengths: Iterable[int]) -> Ints:
    return np.concatenate(([0], np.cumsum(list(lengths), dtype=np.int64)))
