"""When tokens are gone: what a called process, a sub-process or an inclusive join waits for before it goes on."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from resolute.dependencies.reach import Reach
from resolute.dependencies.waits import Waits
from resolute.net.net import Kind, Net, Trigger

_CHOICES = frozenset({Kind.EXCLUSIVE, Kind.INCLUSIVE, Kind.EVENT_BASED, Kind.COMPLEX})


def terminates(net: Net, node: int) -> bool:
    """Whether the node ends its whole scope."""
    return net.kinds[node] == Kind.END and net.triggers[node] == Trigger.TERMINATE


class Drains:
    """When the token at a node of an instance will be gone, whichever way it takes: linear in the scope."""

    def __init__(
        self, waits: Waits, reach: Reach, done: Mapping[int, int], within: Container[int] | None = None
    ) -> None:
        """A token that leaves the nodes `within` counts as gone."""
        self._waits = waits
        self._net = reach.net
        self._done = done
        self._within = within
        self._thrown = {node for nodes in reach.thrown.values() for node in nodes if self._net.kinds[node] == Kind.END}
        self._drain: dict[int, int] = {}
        self._linked: set[int] = set()

    def of(self, node: int) -> int:
        """The wait node after which a token that comes to, or stands in, `node` is gone."""
        stack = [node]
        while stack:
            current = stack.pop()
            if current not in self._linked:
                self._linked.add(current)
                self._link(current)
                stack.extend(self._ways(current))
        return self._slot(node)

    def always_cut(self, standing: Iterable[int]) -> bool:
        """Whether one of the tokens can only end in a terminate event, so that waiting for that one is
        enough.
        """
        plain = set(self._plain_ends(self._drain))
        stack = list(plain)
        while stack:
            node = stack.pop()
            for before in self._before(node):
                if before in self._drain and before not in plain:
                    plain.add(before)
                    stack.append(before)
        return any(node not in plain for node in standing)

    def _plain_ends(self, nodes: Iterable[int]) -> list[int]:
        return [node for node in nodes if not self._ways(node) and not terminates(self._net, node)]

    def _before(self, node: int) -> list[int]:
        if self._net.kinds[node] == Kind.BOUNDARY:
            return [self._net.attached[node]]
        return [self._net.sources[flow] for flow in self._net.incoming[node]]

    def _outside(self, node: int) -> list[int]:
        """The boundary events that take the token over."""
        return [b for b in self._net.boundaries.get(node, ()) if self._net.interrupting[b] and b in self._done]

    def _next(self, node: int) -> list[int]:
        return [self._net.targets[flow] for flow in self._net.outgoing[node]]

    def _ways(self, node: int) -> list[int]:
        return [*self._inside(self._next(node)), *self._outside(node)]

    def _inside(self, nodes: Iterable[int]) -> list[int]:
        return [n for n in nodes if n in self._done and (self._within is None or n in self._within)]

    def _link(self, node: int) -> None:
        after = self._slot(node)
        if self._outside(node):
            self._waits.any_of[after] = 1
            for boundary in self._outside(node):
                self._waits.link(self._slot(boundary), after)
            after = self._waits.add()
            self._waits.link(after, self._slot(node))
        if node in self._thrown:
            return
        self._waits.link(self._done[node], after)
        following = self._inside(self._next(node))
        if self._net.kinds[node] in _CHOICES and len(self._net.outgoing[node]) > 1:
            if len(following) < len([n for n in self._next(node) if n in self._done]):
                return
            either = self._waits.add(any_of=True)
            self._waits.link(either, after)
            after = either
        for other in following:
            self._waits.link(self._slot(other), after)

    def _slot(self, node: int) -> int:
        if node not in self._drain:
            self._drain[node] = self._waits.add()
        return self._drain[node]
