"""Which instances can wait for one another: those they called, and those whose messages can reach them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from resolute.dependencies.wiring import CALLED
from resolute.execution.snapshot import InstanceView
from resolute.net.net import Kind, Net, Trigger

Channel: TypeAlias = tuple[str | None, Trigger, str | None]
"""A message or signal of a group of instances."""


@dataclass(slots=True)
class _Traffic:
    """Who uses a channel; nobody waits for anybody until somebody sends and somebody takes."""

    sent: bool = False
    taken: bool = False
    users: list[str] = field(default_factory=list)


class Groups:
    """Parts the instances so that nothing waits across; parts only ever grow together."""

    def __init__(self) -> None:
        self._leader: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._net: dict[str, Net] = {}
        self._traffic: dict[Channel, _Traffic] = {}
        self._orphans: dict[str, list[str]] = {}
        self._uses: dict[Net, tuple[frozenset[tuple[Trigger, str | None]], frozenset[tuple[Trigger, str | None]]]] = {}

    def add(self, view: InstanceView) -> tuple[str, set[str]]:
        """The part of an instance, new or known, and the parts that are now one with it."""
        if self._net.get(view.id) is view.net:
            return self.of(view.id), set()
        if view.id not in self._leader:
            self._leader[view.id] = view.id
            self._members[view.id] = [view.id]
        self._net[view.id] = view.net
        gone: set[str] = set()
        if view.parent is not None:
            if view.parent in self._leader:
                self._join(view.parent, view.id, gone)
            else:
                self._orphans.setdefault(view.parent, []).append(view.id)
        for child in self._orphans.pop(view.id, ()):
            self._join(view.id, child, gone)
        self._connect(view, gone)
        return self.of(view.id), gone

    def of(self, instance: str) -> str:
        """The part of a known instance."""
        while self._leader[instance] != instance:
            self._leader[instance] = instance = self._leader[self._leader[instance]]
        return instance

    def members(self, part: str) -> list[str]:
        """The instances of a part, in the order in which they came."""
        return self._members[part]

    def remove(self, instance: str) -> None:
        """An instance is gone."""
        self._members[self.of(instance)].remove(instance)
        self._net.pop(instance, None)

    def knows(self, instance: str) -> bool:
        """Whether the instance was added, and not removed since."""
        return instance in self._net

    def _join(self, first: str, second: str, gone: set[str]) -> None:
        kept, merged = self.of(first), self.of(second)
        if kept == merged:
            return
        if len(self._members[kept]) < len(self._members[merged]):
            kept, merged = merged, kept
        self._leader[merged] = kept
        self._members[kept] += self._members.pop(merged)
        gone.add(merged)

    def _connect(self, view: InstanceView, gone: set[str]) -> None:
        sent, taken = self._uses_of(view.net)
        for trigger, name in sent | taken:
            traffic = self._traffic.setdefault((view.group, trigger, name), _Traffic())
            traffic.sent |= (trigger, name) in sent
            traffic.taken |= (trigger, name) in taken
            traffic.users.append(view.id)
            if traffic.sent and traffic.taken:
                for user in traffic.users:
                    self._join(user, view.id, gone)
                del traffic.users[1:]

    def _uses_of(self, net: Net) -> tuple[frozenset[tuple[Trigger, str | None]], frozenset[tuple[Trigger, str | None]]]:
        if net not in self._uses:
            sent: set[tuple[Trigger, str | None]] = set()
            taken: set[tuple[Trigger, str | None]] = set()
            for node, definitions in net.events.items():
                sends = net.kinds[node] in (Kind.SEND, Kind.THROW, Kind.END)
                for definition in definitions:
                    if definition.trigger in CALLED:
                        (sent if sends else taken).add((definition.trigger, definition.name))
            self._uses[net] = frozenset(sent), frozenset(taken)
        return self._uses[net]
