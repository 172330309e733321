"""An AND/OR graph of waits: what must happen before what, as it is wired together.

A node is an event: "this step is done", "this gateway is passed". An AND node happens when all its inputs have, an
OR node when one has; `days` later it is over. Sources are what somebody can act on now. Cycles are allowed.
`shape.py` works out what can happen at all, `web.py` when.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NEVER = -1
"""Where a node or step is named: none."""


class Waits:
    """The graph while it is built: nodes are numbered from 0."""

    def __init__(self) -> None:
        self.any_of = bytearray()
        """1 for an OR node."""
        self.dead = bytearray()
        """1 for an AND node one of whose inputs can never come."""
        self.days: list[int] = []
        """Working days from the last (AND) or first (OR) input to the event."""
        self.step: list[int] = []
        """The step whose end this node is, or NEVER."""
        self.inputs: list[list[int]] = []
        self.release: dict[int, int] = {}
        """Sources: the earliest working day (0 is today) on which each can happen."""
        self.unusual: set[int] = set()
        """Sources that nobody counts on: a cancellation, a request. They happen only where nothing else helps."""

    def __len__(self) -> int:
        return len(self.days)

    def add(self, *, any_of: bool = False, days: int = 0, step: int = NEVER) -> int:
        """A new node without inputs: it never happens until it gets some, or is a source."""
        self.any_of.append(any_of)
        self.dead.append(0)
        self.days.append(days)
        self.step.append(step)
        self.inputs.append([])
        return len(self.days) - 1

    def source(self, node: int, release: int) -> None:
        """Makes `node` something that can be acted on now; its inputs, if any, no longer matter."""
        self.release[node] = release

    def link(self, before: int, after: int) -> None:
        """`after` waits for `before`."""
        self.inputs[after].append(before)

    def outputs(self) -> list[list[int]]:
        """The nodes that wait for each node."""
        found: list[list[int]] = [[] for _ in self.days]
        for after, inputs in enumerate(self.inputs):
            if after not in self.release:
                for before in inputs:
                    found[before].append(after)
        return found

    def dated(self, days: Sequence[int], release: dict[int, int]) -> Waits:
        """The same graph with other dates: steps, days and sources may then be changed without touching this one."""
        made = Waits()
        made.any_of, made.dead, made.inputs, made.unusual = self.any_of, self.dead, self.inputs, self.unusual
        made.step, made.days, made.release = list(self.step), list(days), dict(release)
        return made


class Happening:
    """What can happen at all: the least fixed point, found from the sources onwards in linear time."""

    def __init__(self, waits: Waits, outputs: list[list[int]]) -> None:
        self._waits = waits
        self._outputs = outputs
        self._missing = [len(inputs) for inputs in waits.inputs]
        self.able = bytearray(len(waits))
        """1 for a node that can happen."""
        self.order: list[int] = []
        """The nodes that can happen, each AND after all its inputs, each OR after one of them."""
        self._run(node for node in waits.release if node not in waits.unusual)
        self.usual = len(self.order)
        """How many nodes of `order` need no unusual source; they come first."""
        self._run(node for node in waits.release if node in waits.unusual)

    def _run(self, sources: Iterable[int]) -> None:
        waits, able, order = self._waits, self.able, self.order
        place = len(order)
        for node in sources:
            if not able[node]:
                able[node] = 1
                order.append(node)
        while place < len(order):
            for after in self._outputs[order[place]]:
                if able[after]:
                    continue
                if not waits.any_of[after]:
                    self._missing[after] -= 1
                    if self._missing[after] or waits.dead[after]:
                        continue
                able[after] = 1
                order.append(after)
            place += 1


def components(size: int, outputs: Sequence[Sequence[int]]) -> list[int]:
    """The strongly connected component of each node, numbered so that every edge goes to the same or a lower
    one.

    Tarjan's algorithm without recursion.
    """
    number = [NEVER] * size
    low = [0] * size
    component = [NEVER] * size
    open_nodes: list[int] = []
    counter = found = 0
    for start in range(size):
        if number[start] != NEVER:
            continue
        number[start] = low[start] = counter
        counter += 1
        open_nodes.append(start)
        work = [(start, iter(outputs[start]))]
        while work:
            node, rest = work[-1]
            for after in rest:
                if number[after] == NEVER:
                    number[after] = low[after] = counter
                    counter += 1
                    open_nodes.append(after)
                    work.append((after, iter(outputs[after])))
                    break
                if component[after] == NEVER:
                    low[node] = min(low[node], number[after])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == number[node]:
                    while component[node] == NEVER:
                        component[open_nodes.pop()] = found
                    found += 1
    return component
