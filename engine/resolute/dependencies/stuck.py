"""Steps that can never run as things stand: circles of waits, and joins one of whose branches can never
come.
"""

from __future__ import annotations

from resolute import i18n
from resolute.dependencies import words
from resolute.dependencies.plan import Plan
from resolute.dependencies.values import Deadlock, Root, RootClass
from resolute.dependencies.waits import NEVER

_ = i18n.translator("dependencies")


class Stuck:
    """What is outside the least fixed point of "can happen", and why."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._next: dict[int, int] = {}
        for node, day in enumerate(plan.solution.earliest):
            if day is None:
                stuck = (n for n in plan.waits.inputs[node] if plan.solution.earliest[n] is None)
                self._next[node] = NEVER if plan.waits.dead[node] else next(stuck, NEVER)
        self._cause: dict[int, int] = {}
        """Stuck node -> the node in which its way back ends: a dead join, or one of its circle."""
        self._circles: dict[int, list[int]] = {}
        self._find()
        self.roots: dict[int, tuple[Root, ...]] = {}
        """The node of each cause -> the root that stands for it."""
        for cause in dict.fromkeys(self._cause.values()):
            self.roots[cause] = (self._root(cause),)

    def way(self, node: int, most: int) -> list[int]:
        """The stuck nodes back from `node`, once round where they are a circle; at most so many."""
        found: dict[int, None] = {}
        while node != NEVER and node not in found and len(found) < most:
            found[node] = None
            node = self._next.get(node, NEVER)
        return list(found)

    def root(self, node: int) -> Root | None:
        """The root that stands for what keeps a stuck node from ever happening."""
        cause = self._cause.get(node)
        return self.roots[cause][0] if cause is not None else None

    def deadlock(self, node: int) -> Deadlock | None:
        """Why the node can never happen; None when it can."""
        cause = self._cause.get(node)
        if cause is None:
            return None
        steps = tuple(dict.fromkeys(self._steps(cause)))
        names = ", ".join(dict.fromkeys(self._labels(cause)))
        if cause in self._circles:
            options = (
                _("complete one of them out of turn: {names}").format(names=names),
                _("drop one of the dependencies between them in the register or the model"),
                _("send the awaited message by hand"),
            )
            return Deadlock("cycle", steps, options)
        return Deadlock(
            "dead-join-input",
            steps,
            (
                _("cancel the instance and start it again from a repaired model"),
                _("repair the model: the join waits for a branch that was not taken"),
            ),
        )

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

    def _members(self, cause: int) -> list[int]:
        return self._circles.get(cause, [cause])

    def _indexes(self, cause: int) -> list[int]:
        """The steps of a circle; of a dead join the first steps that wait behind it."""
        plan = self._plan
        found = [plan.waits.step[node] for node in reversed(self._members(cause))]
        found = [index for index in found if index != NEVER]
        queue = [cause]
        seen = {cause}
        while queue and not found:
            node = queue.pop(0)
            for after in plan.solution.outputs[node]:
                if after not in seen:
                    seen.add(after)
                    queue.append(after)
                    if plan.waits.step[after] != NEVER:
                        found.append(plan.waits.step[after])
        return found

    def _steps(self, cause: int) -> list[str]:
        return [self._plan.steps[index].id for index in self._indexes(cause)]

    def _labels(self, cause: int) -> list[str]:
        steps = [self._plan.steps[index] for index in self._indexes(cause)]
        return [words.label(step.ref, step.name) for step in steps]

    def _root(self, cause: int) -> Root:
        steps = [self._plan.steps[index] for index in self._indexes(cause)]
        step = next((step for step in steps if step.state == "waiting"), steps[0] if steps else None)
        cls: RootClass = "cycle" if cause in self._circles else "dead-join-input"
        label = ", ".join(dict.fromkeys(self._labels(cause)))
        return Root(
            step=step.id if step else "",
            cls=cls,
            action=words.action(cls, label),
            ref=step.ref if step else None,
            name=step.name if step else "",
        )
