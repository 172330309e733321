"""How the steps of a live part lie: worked out once for all parts whose tokens stand alike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from resolute.dependencies.part import CODES
from resolute.dependencies.reach import Reach, reach
from resolute.dependencies.shape import Shape
from resolute.dependencies.sweep import Indexes, joined
from resolute.dependencies.template import PASSING, TAGS, Template, template
from resolute.dependencies.waits import NEVER
from resolute.dependencies.wiring import CALLED, Name, Wiring, names
from resolute.execution.snapshot import InstanceView
from resolute.net.net import Kind, Net

Spot: TypeAlias = tuple[int, int]
"""An instance of a part, by its position, and a node of its net."""


@dataclass(frozen=True, eq=False)
class Frame:
    """What all instances of one net share."""

    template: Template
    places: Mapping[int, int]
    """Node -> which of the steps it is."""
    tails: Indexes
    """Step -> the rank of its element among those of the net."""
    ports: tuple[int, ...]
    """The nodes that send or take messages and signals."""
    counted: tuple[bool, ...]
    """Step -> whether it is more than a passage."""


@dataclass(frozen=True, eq=False)
class Stand:
    """Where the tokens of an instance stand; shared by all instances whose tokens stand there."""

    reach: Reach
    revisits: tuple[str, ...]
    """Elements that a token can come to, but need not: those among them that were done already count as done."""


@dataclass(frozen=True, eq=False)
class Layout:
    """The steps of a part by number, and the shape of their waits."""

    shape: Shape
    spots: tuple[Spot, ...]
    """Step -> where it is."""
    first: tuple[int, ...]
    """Instance -> its first step."""
    codes: NDArray[np.uint8]
    """Step -> the number of its state: `done` for all that is over, `running` for all that has a token."""
    todo: Indexes
    """The open steps that have no token yet, and where each ends:"""
    todo_nodes: Indexes
    active: tuple[int, ...]
    """The steps that have a token."""
    sources: tuple[tuple[int, int, int] | None, ...]
    """Source -> instance, node and step (or NEVER); None for a mere chance."""
    source_of: dict[int, tuple[int, int, int]]
    """The same by wait node."""
    unsent: dict[int, Spot]
    """Wait node -> where something is waited for that nothing that runs can send."""
    head: Indexes
    """Step -> its instance."""
    tail: Indexes


class Layouts:
    """Finds the layout of parts; keeps all it has found."""

    def __init__(self) -> None:
        self._frames: dict[Net, Frame] = {}
        self._stands: dict[tuple[object, ...], Stand] = {}
        self._layouts: dict[tuple[object, ...], Layout] = {}

    def frame(self, net: Net) -> Frame:
        """What all instances of a net share."""
        found = self._frames.get(net)
        if found is None:
            found = self._frames[net] = _frame(net)
        return found

    def of(self, views: Sequence[InstanceView], taken: Sequence[Sequence[Name]], buffered: Set[Name]) -> Layout:
        """The layout of a part; `taken` has the names of messages at the ports of each instance."""
        position = {view.id: place for place, view in enumerate(views)} if len(views) > 1 else {}
        numbers: dict[Name, int] = {}
        key: list[object] = []
        stands = []
        for view, ports in zip(views, taken, strict=True):
            stand = self._stand(view)
            stands.append(stand)
            done = tuple(element in view.done_at for element in stand.revisits)
            marks = tuple((numbers.setdefault(name, len(numbers)), name in buffered) for name in ports)
            key.append((stand, done, position.get(view.parent or "", NEVER), view.parent_element, marks))
        found = self._layouts.get(tuple(key))
        if found is None:
            found = _Build(self, views, stands, buffered).layout()
            self._layouts[tuple(key)] = found
        return found

    def _stand(self, view: InstanceView) -> Stand:
        if view.state != "running":
            key: tuple[object, ...] = (view.net,)
        else:
            tokens = frozenset(node for node, count in view.marking.nodes.items() if count > 0)
            waits = frozenset(wait.element for wait in view.waits)
            key = (view.net, tokens, frozenset(view.marking.flows), waits)
        found = self._stands.get(key)
        if found is None:
            where = reach(view)
            revisits = where.entered - where.again - where.active
            found = self._stands[key] = Stand(where, tuple(view.net.ids[node] for node in sorted(revisits)))
        return found


def _frame(net: Net) -> Frame:
    shape = template(net)
    elements = [net.ids[node] for node in shape.nodes]
    rank = {element: place for place, element in enumerate(sorted(elements))}
    ports = [
        node for node in range(len(net)) if any(definition.trigger in CALLED for definition in net.events.get(node, ()))
    ]
    counted = tuple(TAGS[net.kinds[node]] not in PASSING for node in shape.nodes)
    places = {node: place for place, node in enumerate(shape.nodes)}
    return Frame(shape, places, np.array([rank[element] for element in elements], np.int32), tuple(ports), counted)


def port_names(view: InstanceView, ports: Iterable[int]) -> tuple[Name, ...]:
    """The messages and signals at the ports of an instance, in their order."""
    return tuple(name for node in ports for name in names(view, node))


class _Build:
    """Builds a layout from instances that stand for all that stand alike."""

    def __init__(
        self, layouts: Layouts, views: Sequence[InstanceView], stands: Sequence[Stand], buffered: Set[Name]
    ) -> None:
        self.views = views
        self.frames = [layouts.frame(view.net) for view in views]
        reaches = {view.id: stand.reach for view, stand in zip(views, stands, strict=True)}
        self.reaches = [stand.reach for stand in stands]
        self.wiring = Wiring(views, reaches, buffered)
        self.position = {view.id: place for place, view in enumerate(views)}
        self.spots: list[Spot] = []
        self.first: list[int] = []
        self.codes: list[int] = []
        self.done: list[int] = []

    def layout(self) -> Layout:
        for place, view in enumerate(self.views):
            self.first.append(len(self.spots))
            for node in self.frames[place].template.nodes:
                self._step(place, view, node)
        sources = self._sources()
        waits = self.wiring.waits
        for node in self.wiring.sources:
            waits.source(node, 0)
        counted = [real for frame in self.frames for real in frame.counted]
        todo = [
            index
            for index, (node, code) in enumerate(zip(self.done, self.codes, strict=True))
            if node != NEVER and code != CODES["running"]
        ]
        return Layout(
            shape=Shape(waits, self.done, counted),
            spots=tuple(self.spots),
            first=tuple(self.first),
            codes=np.array(self.codes, np.uint8),
            todo=np.array(todo, np.int32),
            todo_nodes=np.array([self.done[index] for index in todo], np.int32),
            active=tuple(index for index, code in enumerate(self.codes) if code == CODES["running"]),
            sources=tuple(sources.get(node) for node in waits.release),
            source_of=sources,
            unsent={node: self._spot(*place) for node, place in self.wiring.unsent.items()},
            head=np.array([place for place, _node in self.spots], np.int32),
            tail=joined((frame.tails for frame in self.frames), np.int32),
        )

    def _spot(self, instance: str, node: int) -> Spot:
        return self.position[instance], node

    def _step(self, place: int, view: InstanceView, node: int) -> None:
        found = self.reaches[place]
        if node in found.active:
            code = CODES["running"]
        elif node not in found.entered or (node not in found.again and view.net.ids[node] in view.done_at):
            code = CODES["done"]
        else:
            code = CODES["to_come"]
        wait = NEVER if code == CODES["done"] else self.wiring.done[view.id].get(node, NEVER)
        if wait != NEVER:
            self.wiring.waits.step[wait] = len(self.spots)
        self.spots.append((place, node))
        self.codes.append(code)
        self.done.append(wait)

    def _sources(self) -> dict[int, tuple[int, int, int]]:
        """Wait node -> the instance, node and step of what can be acted on there."""
        number: Mapping[Spot, int] = {spot: index for index, spot in enumerate(self.spots)}
        found = {}
        for wait, (instance, node) in self.wiring.sources.items():
            place = self.position[instance]
            net: Net = self.views[place].net
            index = number.get((place, node), NEVER)
            if index == NEVER and net.kinds[node] == Kind.BOUNDARY:
                index = number.get((place, net.attached[node]), NEVER)
                self.wiring.waits.step[wait] = index
            found[wait] = place, node, index
        return found
