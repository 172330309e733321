"""Follows the variables that change during a run: who sets them, and which conditions can be decided by them.

A variable is followed when all that sets it can be said by programs of the kernel: scripts, what a scenario says that
steps answer (`sets`) and cases begin with (`data`), what calls hand over. Every placed process has variables of its
own. Where several copies of a process may run at once in a case, none of its variables is followed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from resolute.net.expressions import Expression, ExpressionError, is_expression, script_trees, tree
from resolute.net.net import ROOT, Kind, LoopKind, ScopeKind
from resolute.simulation.blueprint import Blueprint, Node, Out
from resolute.simulation.codes import (
    BODY_PASS,
    BODY_SET,
    OP_AMOUNT,
    OP_CHOOSE,
    OP_NUMBER,
)
from resolute.simulation.distributions import Distribution
from resolute.simulation.placing import Place, Placing
from resolute.simulation.programs import (
    Code,
    Compiler,
    Known,
    NotSaidError,
    NotYetError,
    Sort,
    Texts,
    variable,
    with_locals,
)
from resolute.simulation.scenario import Choice, Sampled

NOT_A_NUMBER = float("nan")
Variable: TypeAlias = tuple[int, str]
"""Number of the place, name."""


@dataclass(frozen=True, slots=True)
class _Write:
    """Something gives a variable a value."""

    target: Variable
    node: int
    """Whose completion does it; of the node of a call its beginning where `place` is not that of the target."""
    value: Any
    """A tree, whose names are those of the place of `names`; a value of the scenario; None for what is not said."""
    names: int
    begins: bool = False
    """Whether it is done when the process of the target begins."""


class Variables:
    """The variables of a blueprint; used while it is built."""

    def __init__(self, placing: Placing, *, live: bool) -> None:
        self.b: Blueprint = placing.b
        self.placing = placing
        self.live = live
        self.texts = Texts()
        self.numbers: dict[Variable, int] = {}
        self.sorts: dict[Variable, Sort] = {}
        self.writes: list[_Write] = []
        self.dropped: set[Variable] = set()
        self._place_numbers = {id(place): number for number, place in enumerate(placing.places)}
        for number, place in enumerate(placing.places):
            self._collect(number, place)
        self._settle()
        for place in placing.places:
            for value in (*place.data.values(), *place.first.values()):
                if isinstance(value, str):
                    self.texts.constant(value)
        self.texts.closed = True

    # --- who sets what ---

    def _collect(self, number: int, place: Place) -> None:
        hidden = {name for names in place.net.locals.values() for name in names}
        hidden |= {loop.item for loop in place.net.loops.values() if loop.item}
        hidden |= {name for flow in place.net.data.values() for name in flow.own}
        self.dropped.update((number, name) for name in hidden)
        for node in range(len(place.net)):
            at, details = place.offset + node, place.details(node)
            given = self.placing.steps.get(at)
            sets: Mapping[str, Sampled] = {} if given is None else given.sets
            self._add(number, at, sets)
            self._add(number, at, {name: value for name, value in self._model(place, node).items() if name not in sets})
            if details.inputs and at in self.placing.opened:
                inner = self.placing.opened[at]
                trees = {name: self._tree(raw) for name, raw in details.inputs if self._is_open(place, raw)}
                self.writes += [_Write((inner, name), at, value, number, begins=True) for name, value in trees.items()]
        if place.top and not self.live:
            begins = self.placing.lookup.scenario.data
            data = {name: value for name, value in begins.items() if isinstance(value, Distribution | Choice)}
            self.writes += [_Write((number, name), place.around, value, number, True) for name, value in data.items()]
        if self._is_repeated(number):
            self.dropped.update(write.target for write in self.writes if write.target[0] == number)

    def _add(self, number: int, at: int, values: Mapping[str, Any]) -> None:
        self.writes += [_Write((number, name), at, value, number) for name, value in values.items()]

    @staticmethod
    def _is_open(place: Place, raw: str) -> bool:
        return is_expression(raw) and place.value(raw) is None

    @staticmethod
    def _tree(raw: str) -> Any:
        try:
            return tree(raw) if is_expression(raw) else ("constant", raw)
        except ExpressionError:
            return None

    def _model(self, place: Place, node: int) -> dict[str, Any]:
        """The variables that the model says a node sets, with trees where they can be followed."""
        details, net = place.details(node), place.net
        found: dict[str, Any] = dict.fromkeys(place.sets(node))
        if details.script and net.kinds[node] == Kind.SCRIPT and node not in net.loops:
            statements = script_trees(details.script, details.result)
            if len({name for name, _value in statements}) == len(statements):
                found |= dict(statements)
        elif net.kinds[node] == Kind.CALL and node not in net.loops and place.offset + node in self.placing.opened:
            found |= {name: ("output", self._tree(raw)) for name, raw in details.outputs}
        return found

    def _is_repeated(self, number: int) -> bool:
        """Whether several copies of a placed process may run at once in a case."""
        while number in self.placing.caller:
            around = self.placing.places[number].around
            number = self.placing.caller[number]
            caller = self.placing.places[number]
            node = around - caller.offset
            for scope in (node, *caller.net.scopes_of(node)):
                if scope == ROOT:
                    continue
                loop = caller.net.loops.get(scope)
                if loop is not None and loop.kind != LoopKind.STANDARD:
                    return True
                if caller.net.scope_kind.get(scope) == ScopeKind.EVENT:
                    return True
        return False

    # --- what can be followed ---

    def _settle(self) -> None:
        """Finds the sorts of all variables; drops those that something sets in a way that programs cannot say."""
        self.dropped |= self._answered()
        wanted = {write.target for write in self.writes} - self.dropped
        for target in wanted:
            self._learn(target, self._before(target))
        changed = True
        while changed:
            changed = False
            for write in self.writes:
                if write.target in self.dropped:
                    continue
                try:
                    sort, _code = self._code(write)
                except NotYetError:
                    continue
                except NotSaidError:
                    self.dropped.add(write.target)
                    changed = True
                else:
                    changed |= self._learn(write.target, sort)
        kept = [target for target in sorted(wanted - self.dropped) if target in self.sorts]
        self.numbers = {target: number for number, target in enumerate(kept)}

    def _answered(self) -> set[Variable]:
        """Variables that people's answers must change as well: fields of forms, and what only ever gets one value."""
        values: dict[Variable, list[Any]] = {}
        for write in self.writes:
            values.setdefault(write.target, []).append(write.value)
        found = {target for target, given in values.items() if self._is_reset(target, given)}
        for number, place in enumerate(self.placing.places):
            for schema in place.net.forms.values():
                fields = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
                found.update((number, name) for name in fields if not self._is_sampled(values.get((number, name), [])))
        return found

    @staticmethod
    def _is_sampled(given: list[Any]) -> bool:
        return any(isinstance(value, Distribution | Choice) for value in given)

    def _is_reset(self, target: Variable, given: list[Any]) -> bool:
        if not all(isinstance(value, tuple) and value[0] == "constant" for value in given):
            return False
        first = self.placing.places[target[0]].first.get(target[1])
        return len({repr(value) for value in (first, *(value[1] for value in given)) if value is not None}) < 2

    def _learn(self, target: Variable, sort: Sort | None) -> bool:
        """Takes in the sort of a value that a variable gets; whether that is news."""
        known = self.sorts.get(target)
        if sort is None or sort == "null" or sort == known:
            return False
        if known is None:
            self.sorts[target] = sort
        else:
            self.dropped.add(target)
        return True

    def _before(self, target: Variable) -> Sort | None:
        """The sort of a variable's first value; drops what is neither number, truth value nor text."""
        try:
            return self.texts.constant(self.placing.places[target[0]].first.get(target[1]))[0]
        except NotSaidError:
            self.dropped.add(target)
            return None

    def _code(self, write: _Write) -> Known:
        value, names = write.value, write.names
        if isinstance(value, Distribution):
            return "number", []
        if isinstance(value, Choice):
            sorts = {self.texts.constant(one)[0] for one, _share in value.ways} - {"null"}
            if len(sorts) > 1:
                raise NotSaidError
            return (sorts.pop() if sorts else "null"), []
        if isinstance(value, tuple) and value[0] == "output":
            value, names = value[1], self.placing.opened[write.node]
        if value is None:
            raise NotSaidError
        return Compiler(self.texts, self._names(names)).program(value)

    def _names(self, number: int) -> Any:
        place = self.placing.places[number]

        def find(name: str) -> Known:
            target = (number, name)
            if target in self.dropped:
                raise NotSaidError
            if any(write.target == target for write in self.writes):
                if target not in self.sorts:
                    raise NotYetError
                return variable(self.sorts[target], self.numbers.get(target, 0))
            if not place.known(frozenset({name})):
                raise NotSaidError
            return self.texts.constant(place.data[name])

        return find

    # --- what is asked while the blueprint is built ---

    def test(
        self, place: Place, condition: Expression | None, local: Mapping[str, int] | None = None, **constants: Any
    ) -> int:
        """The program of a condition, -1 where it cannot be said. Constants stand for names, locals for LOCAL codes."""
        if condition is None or condition.form != "=":
            return -1
        names = with_locals(self._names(self._place_numbers[id(place)]), local or {})

        def find(name: str) -> Known:
            return self.texts.constant(constants[name]) if name in constants else names(name)

        try:
            return self.b.program(Compiler(self.texts, find).condition(tree(condition.source)))
        except (NotSaidError, ExpressionError):
            return -1

    # --- the nodes that set variables ---

    def give(self) -> None:
        """Makes the nodes set what they set, and gives variables their first values; after all flows."""
        for target in self.numbers:
            first = self.placing.places[target[0]].first.get(target[1])
            self.b.variables.append(self._first(first))
        begins: dict[int, list[tuple[int, int]]] = {}
        for write in self.writes:
            if write.target not in self.numbers or self.b.nodes[write.node].is_passed:
                continue
            setting = (self.numbers[write.target], self.b.program(self._program(write)))
            if write.begins:
                begins.setdefault(write.target[0], []).append(setting)
            else:
                self._set(write.node, setting)
        for number, place in enumerate(self.placing.places):
            settings = begins.get(number, [])
            if not place.top:
                settings = [*self._afresh(number), *settings]
            if settings:
                self._begin_with(place, settings)

    def _first(self, value: Any) -> float:
        return self.texts.constant(value)[1][0][1]

    def _afresh(self, number: int) -> list[tuple[int, int]]:
        """A called process begins with the values that its variables had in the first place."""
        return [
            (index, self.b.program([(OP_NUMBER, self.b.variables[index])]))
            for (place, _name), index in self.numbers.items()
            if place == number
        ]

    def _program(self, write: _Write) -> Code:
        value = write.value
        if isinstance(value, Distribution):
            self.b.drawn.append(value)
            return [(OP_AMOUNT, float(len(self.b.drawn) - 1))]
        if isinstance(value, Choice):
            code: Code = [(OP_CHOOSE, float(len(value.ways)))]
            total = 0.0
            for one, share in value.ways:
                total += share
                code += [(OP_NUMBER, total), (OP_NUMBER, self._first(one))]
            return code
        return self._code(write)[1]

    def _set(self, at: int, setting: tuple[int, int]) -> None:
        node = self.b.nodes[at]
        node.sets.append(setting)
        if node.body == BODY_PASS:
            node.body = BODY_SET

    def _begin_with(self, place: Place, settings: list[tuple[int, int]]) -> None:
        """A process sets these variables before anything else in it."""
        number = place.scope_of[ROOT]
        scope, around = self.b.scopes[number], self.b.nodes[place.around]
        outs = [Out(start) for start in scope.starts]
        self.b.nodes.append(Node(around.id, around.name, number, body=BODY_SET, outs=outs, sets=settings))
        scope.starts = [len(self.b.nodes) - 1]
