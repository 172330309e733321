"""What can never happen as things stand: circles of waits, and joins one of whose branches can never come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from itertools import islice
from typing import Literal

from resolute import i18n
from resolute.dependencies import words
from resolute.dependencies.values import Deadlock, Root, Step
from resolute.dependencies.waits import NEVER, Waits

_ = i18n.translator("dependencies")

MAX_STEPS = 50
"""Of longer circles only the first steps are listed."""
MAX_NAMES = 10


class Stuck:
    """What is outside the least fixed point of "can happen", and where the way back from it ends."""

    def __init__(self, waits: Waits, able: list[bool], outputs: list[list[int]]) -> None:
        """`able` says of each node whether it can happen."""
        self._step = waits.step
        self._outputs = outputs
        self._next: dict[int, int] = {}
        for node, happens in enumerate(able):
            if not happens:
                stuck = (before for before in waits.inputs[node] if not able[before])
                self._next[node] = NEVER if waits.dead[node] else next(stuck, NEVER)
        self._cause: dict[int, int] = {}
        self._circles: dict[int, list[int]] = {}
        self._back: dict[int, int] = {}
        """Stuck node -> the nearest end of a step on the way back, as far as it was asked for."""
        self._find()
        self.causes = list(dict.fromkeys(self._cause.values()))
        """Dead joins, and one node of each circle."""

    def cause(self, node: int) -> int:
        """The dead join, or the node of a circle, in which the way back from a stuck node ends; NEVER for others."""
        return self._cause.get(node, NEVER)

    def is_circle(self, cause: int) -> bool:
        """Whether a cause stands for a circle of waits."""
        return cause in self._circles

    def way(self, node: int, most: int) -> list[int]:
        """The steps back from the end of one that is stuck, once round where they are a circle; at most so many."""
        found: dict[int, None] = {}
        passed: set[int] = set()
        while node != NEVER and node not in passed and len(found) < most:
            passed.add(node)
            found[self._step[node]] = None
            node = self._earlier(node)
        return list(found)

    def _earlier(self, node: int) -> int:
        """The nearest end of a step on the way back from a stuck node; NEVER when there is none."""
        if node not in self._back:
            passed = {node: None}
            end = self._next.get(node, NEVER)
            while end != NEVER and self._step[end] == NEVER and end not in passed and end not in self._back:
                passed[end] = None
                end = self._next.get(end, NEVER)
            if end != NEVER and self._step[end] == NEVER:
                end = self._back.get(end, NEVER)
            self._back.update(dict.fromkeys(passed, end))
        return self._back[node]

    def steps(self, cause: int) -> list[int]:
        """The steps of a circle; of a dead join the first step that waits behind it."""
        found = [self._step[node] for node in reversed(self._circles.get(cause, [cause]))]
        found = [index for index in found if index != NEVER]
        queue = deque([cause])
        seen = {cause}
        while queue and not found:
            node = queue.popleft()
            for after in self._outputs[node]:
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
                    if self._step[after] != NEVER:
                        found.append(self._step[after])
        return found

    def _find(self) -> None:
        for start in self._next:
            way: list[int] = []
            place: dict[int, int] = {}
            node = start
            while node not in self._cause and node not in place:
                place[node] = len(way)
                way.append(node)
                following = self._next[node]
                if following == NEVER:
                    break
                node = following
            if node in self._cause:
                cause = self._cause[node]
            elif node in place and self._next[node] != NEVER:
                cause = min(way[place[node] :])
                self._circles[cause] = way[place[node] :]
            else:
                cause = node
            for passed in way:
                self._cause[passed] = cause


class Deadlocks:
    """The deadlocks of one part in words; each cause is put into words once."""

    def __init__(self, stuck: Stuck, step: Callable[[int], Step]) -> None:
        self._stuck = stuck
        self._step = step
        self._found: dict[int, tuple[Root, Deadlock]] = {}

    def of(self, node: int) -> tuple[Root, Deadlock] | None:
        """The root that stands for what keeps a node from ever happening, and why; None when it can happen."""
        cause = self._stuck.cause(node)
        if cause == NEVER:
            return None
        if cause not in self._found:
            self._found[cause] = self._words(cause)
        return self._found[cause]

    def _words(self, cause: int) -> tuple[Root, Deadlock]:
        steps = [self._step(index) for index in self._stuck.steps(cause)]
        ids = tuple(islice(dict.fromkeys(step.id for step in steps), MAX_STEPS))
        labels = list(dict.fromkeys(words.label(step.ref, step.name) for step in steps))
        names = ", ".join(labels[:MAX_NAMES]) + (", …" if len(labels) > MAX_NAMES else "")
        shown = next((step for step in steps if step.state == "waiting"), steps[0] if steps else None)
        circle = self._stuck.is_circle(cause)
        cls: Literal["cycle", "dead-join-input"] = "cycle" if circle else "dead-join-input"
        root = Root(
            step=shown.id if shown else "",
            cls=cls,
            action=words.action(cls, names),
            ref=shown.ref if shown else None,
            name=shown.name if shown else "",
        )
        return root, Deadlock(cls, ids, _circle(names) if circle else _dead_join())


def _circle(names: str) -> tuple[str, ...]:
    return (
        _("complete one of them out of turn: {names}").format(names=names),
        _("drop one of the dependencies between them in the register or the model"),
        _("send the awaited message by hand"),
    )


def _dead_join() -> tuple[str, ...]:
    return (
        _("cancel the instance and start it again from a repaired model"),
        _("repair the model: the join waits for a branch that was not taken"),
    )
