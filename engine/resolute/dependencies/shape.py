"""The shape of a part: all that its waits say apart from dates.

Whatever stands alike shares one shape, so it is worked out once however many decisions there are: what can happen
at all and in which order to work it out, what leads where, which waits are deadlocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from resolute.dependencies.cones import Cones
from resolute.dependencies.stuck import Stuck
from resolute.dependencies.sweep import Indexes
from resolute.dependencies.waits import NEVER, Happening, Waits, components

Flags: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Links:
    """The edges by which dates are worked out: between nodes that can happen, without ways nobody counts on."""

    before: Indexes
    after: Indexes
    depth: Indexes
    """Node -> the longest way to it; rises along every edge that does not lead round."""
    height: Indexes
    """Node -> the longest way from it."""
    back: Flags = field(kw_only=True)
    """The edges that lead round, back into a loop; they only end in nodes that need one of their inputs."""


class Shape:
    """The waits of one part and what follows from them whatever the dates are."""

    def __init__(self, waits: Waits, done: Sequence[int], counted: Sequence[bool]) -> None:
        """`done` is step -> the wait node of its end, or NEVER; `counted` says which steps are more than passages."""
        self.waits = waits
        self.outputs = waits.outputs()
        happening = Happening(waits, self.outputs)
        self.order = happening.order
        self.usual: Flags = np.zeros(len(waits), bool)
        """Nodes that can happen in the usual way."""
        self.usual[happening.order[: happening.usual]] = True
        self.able: Flags = np.frombuffer(happening.able, np.uint8).astype(bool)
        """Nodes that can happen at all."""
        self.any_of: Flags = np.frombuffer(waits.any_of, np.uint8).astype(bool)
        self.step: Indexes = np.array(waits.step, np.int32)
        self.sources: Indexes = np.fromiter(waits.release, np.int32, len(waits.release))
        self.done: Indexes = np.array(done, np.int32)
        self.counted: Flags = np.array(counted, bool)
        self.links = _links(waits, happening)

    def __len__(self) -> int:
        return len(self.any_of)

    @cached_property
    def stuck(self) -> Stuck:
        """The nodes that can never happen, and why."""
        return Stuck(self.waits, self.able.tolist(), self.outputs)

    @cached_property
    def ways(self) -> list[list[int]]:
        """What waits for each node, without the unusual ways into what also happens in the usual way."""
        if self.usual.all():
            return self.outputs
        usual = self.usual.tolist()
        settled = (self.usual & self.any_of).tolist()
        return [
            ends if usual[node] else [end for end in ends if not settled[end]] for node, ends in enumerate(self.outputs)
        ]

    @cached_property
    def behind(self) -> Cones:
        """The steps behind each node."""
        return Cones(
            self.ways, [node for node, real in zip(self.done, self.counted, strict=True) if real and node >= 0]
        )

    @cached_property
    def before(self) -> Cones:
        """What can be acted on before each node: sources, and causes of deadlocks."""
        turned: list[list[int]] = [[] for _ in self.ways]
        for node, ends in enumerate(self.ways):
            for end in ends:
                turned[end].append(node)
        return Cones(turned, [*self.waits.release, *self.stuck.causes], self.behind.turned())

    @cached_property
    def counts(self) -> Indexes:
        """How many steps stand behind each node, its own one included."""
        return self.behind.counts()


def _links(waits: Waits, happening: Happening) -> Links:
    place = [NEVER] * len(waits)
    for position, node in enumerate(happening.order):
        place[node] = position
    before: list[int] = []
    after: list[int] = []
    for position, node in enumerate(happening.order):
        if node not in waits.release:
            inputs = _binding(waits, node, place, happening.usual if position < happening.usual else len(place))
            before += inputs
            after += [node] * len(inputs)
    rank = place
    if any(place[start] > place[end] for start, end in zip(before, after, strict=True)):
        rank = _ranks(len(waits), before, after, place)
    back = [rank[start] >= rank[end] for start, end in zip(before, after, strict=True)]
    depth = [0] * len(waits)
    height = [0] * len(waits)
    forward = sorted(
        (rank[end], start, end) for start, end, leads_round in zip(before, after, back, strict=True) if not leads_round
    )
    for _rank, start, end in forward:
        if depth[start] >= depth[end]:
            depth[end] = depth[start] + 1
    for _rank, start, end in sorted(((rank[start], start, end) for _end, start, end in forward), reverse=True):
        if height[end] >= height[start]:
            height[start] = height[end] + 1
    columns = [np.array(column, np.int32) for column in (before, after, depth, height)]
    return Links(*columns, back=np.array(back, bool))


def _binding(waits: Waits, node: int, place: Sequence[int], most: int) -> list[int]:
    """The inputs that can decide when a node happens."""
    inputs = waits.inputs[node]
    if waits.any_of[node]:
        return [start for start in inputs if NEVER < place[start] < most]
    expected = [start for start in inputs if start not in waits.unusual]
    return expected or inputs


def _ranks(size: int, before: Sequence[int], after: Sequence[int], place: Sequence[int]) -> list[int]:
    """An order along all edges but those that lead round; inside of loops that in which things can happen."""
    outputs: list[list[int]] = [[] for _ in range(size)]
    for start, end in zip(before, after, strict=True):
        outputs[start].append(end)
    component = components(size, outputs)
    order = sorted(range(size), key=lambda node: (-component[node], place[node]))
    rank = [0] * size
    for position, node in enumerate(order):
        rank[node] = position
    return rank
