"""What is true of a small model, found by playing all of its ways, and what the wait graph says of the same."""

from itertools import chain, combinations

from resolute.dependencies.waits import Happening
from resolute.dependencies.whole import plan

MANY = 5
"""Of more acts than this not all sets are looked at."""


class Truth:
    """What can come of one state of a world."""

    def __init__(self, world, state):
        self._world = world
        self._state = state
        self._within = world.sent_within(state)
        self._known = {}
        self.acts = sorted({move.act for move in world.moves(state) if self._counts(move)})
        """All that can be done now; what somebody inside may still send is not sent from outside."""

    def done(self, some, *, usual=False):
        """The steps that are done in some way in which nothing of what can be done now is done but `some`.

        In a usual one no boundary event comes but by a timer that runs already.
        """
        key = frozenset(some), usual
        if key not in self._known:
            self._known[key] = self._play(set(self.acts) - set(some), usual)
        return self._known[key]

    def _play(self, barred, usual):
        found = set()
        seen, todo = {self._state}, [self._state]
        while todo:
            for move in self._world.moves(todo.pop()):
                if move.act not in barred and self._counts(move) and (not usual or self._is_usual(move.act)):
                    found |= move.done
                    if move.after not in seen:
                        seen.add(move.after)
                        todo.append(move.after)
        return found

    def deciding(self, step, *, usual):
        """The acts of which each is needed for the step, as long as certain others are not done."""
        return {
            act
            for act in self.acts
            for some in self.sets()
            if act not in some
            and step in self.done((*some, act), usual=usual)
            and step not in self.done(some, usual=usual)
        }

    def sets(self):
        """Sets of acts, all of them where they are not too many."""
        sizes = range(len(self.acts) + 1)
        if len(self.acts) > MANY:
            sizes = (0, 1, len(self.acts) - 1, len(self.acts))
        return chain.from_iterable(combinations(self.acts, size) for size in sizes)

    def _counts(self, move):
        return move.message not in self._within

    def _is_usual(self, act):
        return act.is_inner or (act.kind == "timer" and act in self.acts)


class Waiting:
    """What the wait graph says of one state."""

    def __init__(self, snapshot):
        self.plan = plan(snapshot)
        self._outputs = self.plan.waits.outputs()
        self.steps = {step.id: node for step, node in zip(self.plan.steps, self.plan.done, strict=True) if node >= 0}
        """The open steps, and the wait nodes of their ends."""

    def done(self, some, *, usual=False):
        """The steps that can end when of all roots only `some` are acted on."""
        waits = self.plan.waits
        able = {act.root for act in some}
        release = {
            node: day
            for node, day in waits.release.items()
            if able.issuperset(map(kind_of, self.plan.roots.get(node, ())))
        }
        happening = Happening(waits.dated(waits.days, release), self._outputs)
        found = set(happening.order[: happening.usual] if usual else happening.order)
        return {step for step, node in self.steps.items() if node in found}


def kind_of(root):
    """A root of the report as what can be done about it."""
    return root.step, "task" if root.cls.startswith("person") else root.cls
