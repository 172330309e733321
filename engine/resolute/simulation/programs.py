"""Compiles expressions of a model into programs of the kernel, as far as they are about numbers, truth and texts.

A program is a row of operations with an operand each (see the OP codes), for a stack of numbers. Truth values are 1
and 0; texts are numbered; null is not a number. What a program cannot say raises `NotSaidError`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, TypeAlias

from resolute.simulation.codes import (
    LOCAL_ACTIVATION,
    LOCAL_ACTIVE,
    LOCAL_COMPLETED,
    LOCAL_COUNT,
    LOCAL_ROUND,
    LOCAL_TERMINATED,
    MAX_STACK,
    OP_ADD,
    OP_AND,
    OP_AT_MOST,
    OP_DIVIDE,
    OP_EQUAL,
    OP_IF,
    OP_IS_NULL,
    OP_LESS,
    OP_LOCAL,
    OP_MULTIPLY,
    OP_NOT,
    OP_NUMBER,
    OP_OR,
    OP_SUBTRACT,
    OP_VARIABLE,
)

Sort: TypeAlias = Literal["number", "truth", "text", "null"]
Code: TypeAlias = list[tuple[int, float]]
Known: TypeAlias = tuple[Sort, Code]
Names: TypeAlias = Callable[[str], Known]
"""What a name stands for; raises NotSaidError."""

LOOP_NAMES: Mapping[str, int] = {"loopCounter": LOCAL_ROUND}
COPY_NAMES: Mapping[str, int] = {
    "numberOfInstances": LOCAL_COUNT,
    "numberOfActiveInstances": LOCAL_ACTIVE,
    "numberOfCompletedInstances": LOCAL_COMPLETED,
    "numberOfTerminatedInstances": LOCAL_TERMINATED,
}
GATE_NAMES: Mapping[str, int] = {"activationCount": LOCAL_ACTIVATION}
_ARITHMETIC = {"+": OP_ADD, "-": OP_SUBTRACT, "*": OP_MULTIPLY, "/": OP_DIVIDE}
_KINDS = frozenset({"constant", "name", "and", "or", "not", "negative", "arithmetic", "if", "compare", "in"})
MAX_LENGTH = 1000
_NOT: Code = [(OP_NOT, 0.0)]


class NotSaidError(Exception):
    """A program cannot say this."""


class NotYetError(NotSaidError):
    """The sort of a variable is not known yet."""


class Texts:
    """Texts by number."""

    def __init__(self) -> None:
        self._numbers: dict[str, float] = {}
        self.closed = False
        """Whether no text may be added: a variable never has a text that nothing gives it."""

    def constant(self, value: Any) -> Known:
        """A value of a model or scenario. Raises NotSaidError for any other than number, truth value, text, null."""
        if value is None:
            return "null", [(OP_NUMBER, float("nan"))]
        if isinstance(value, bool):
            return "truth", [(OP_NUMBER, float(value))]
        if isinstance(value, int | float):
            return "number", [(OP_NUMBER, float(value))]
        if isinstance(value, str) and (value in self._numbers or not self.closed):
            return "text", [(OP_NUMBER, self._numbers.setdefault(value, float(len(self._numbers))))]
        raise NotSaidError


def with_locals(names: Names, local: Mapping[str, int]) -> Names:
    """The names, and those that an element itself gives numbers."""

    def find(name: str) -> Known:
        return ("number", [(OP_LOCAL, float(local[name]))]) if name in local else names(name)

    return find


def variable(sort: Sort, number: int) -> Known:
    """What a variable of the case stands for."""
    return sort, [(OP_VARIABLE, float(number))]


def _depth(code: Code) -> int:
    """How many numbers stand on the stack at most."""
    depth = most = 0
    for op, _operand in code:
        if op in (OP_NUMBER, OP_VARIABLE, OP_LOCAL):
            depth += 1
        elif op == OP_IF:
            depth -= 2
        elif op not in (OP_NOT, OP_IS_NULL):
            depth -= 1
        most = max(most, depth)
    return most


class Compiler:
    """Compiles trees of expressions with one meaning of names."""

    def __init__(self, texts: Texts, names: Names) -> None:
        self.texts = texts
        self.names = names

    def program(self, tree: Any) -> Known:
        """Sort and code of a whole expression. Raises NotSaidError."""
        sort, code = self._node(tree)
        if len(code) > MAX_LENGTH or _depth(code) > MAX_STACK:
            raise NotSaidError
        return sort, code

    def condition(self, tree: Any) -> Code:
        """The code of a condition. Raises NotSaidError where it is no truth value."""
        sort, code = self.program(tree)
        if sort != "truth":
            raise NotSaidError
        return code

    def _node(self, node: Any) -> Known:
        if node[0] not in _KINDS:
            raise NotSaidError
        found: Known = getattr(self, f"_{node[0]}")(*node[1:])
        return found

    def _constant(self, value: Any) -> Known:
        return self.texts.constant(value)

    def _name(self, name: str) -> Known:
        return self.names(name)

    def _truth(self, node: Any) -> Code:
        sort, code = self._node(node)
        if sort != "truth":
            raise NotSaidError
        return code

    def _number(self, node: Any) -> Code:
        sort, code = self._node(node)
        if sort != "number":
            raise NotSaidError
        return code

    def _row(self, op: int, nodes: tuple[Any, ...]) -> Known:
        code = self._truth(nodes[0])
        for node in nodes[1:]:
            code = [*code, *self._truth(node), (op, 0.0)]
        return "truth", code

    def _and(self, *nodes: Any) -> Known:
        return self._row(OP_AND, nodes)

    def _or(self, *nodes: Any) -> Known:
        return self._row(OP_OR, nodes)

    def _not(self, node: Any) -> Known:
        return "truth", [*self._truth(node), *_NOT]

    def _negative(self, node: Any) -> Known:
        return "number", [(OP_NUMBER, 0.0), *self._number(node), (OP_SUBTRACT, 0.0)]

    def _arithmetic(self, sign: str, left: Any, right: Any) -> Known:
        if sign not in _ARITHMETIC:
            raise NotSaidError
        return "number", [*self._number(left), *self._number(right), (_ARITHMETIC[sign], 0.0)]

    def _if(self, condition: Any, yes: Any, no: Any) -> Known:
        test, (sort, first), (other, second) = self._truth(condition), self._node(yes), self._node(no)
        if sort == "null":
            sort = other
        if other not in (sort, "null"):
            raise NotSaidError
        return sort, [*test, *first, *second, (OP_IF, 0.0)]

    def _compare(self, sign: str, left: Any, right: Any) -> Known:
        if sign in ("==", "!="):
            same = self._equal(self._node(left), self._node(right))
            return "truth", same if sign == "==" else [*same, *_NOT]
        first, second = self._number(left), self._number(right)
        if sign in (">", ">="):
            first, second = second, first
        return "truth", [*first, *second, (OP_LESS if sign in ("<", ">") else OP_AT_MOST, 0.0)]

    @staticmethod
    def _equal(left: Known, right: Known) -> Code:
        (sort, first), (other, second) = left, right
        if sort == "null" or other == "null":
            return [*(second if sort == "null" else first), (OP_IS_NULL, 0.0)]
        if sort != other:
            raise NotSaidError
        return [*first, *second, (OP_EQUAL, 0.0)]

    def _in(self, left: Any, right: Any) -> Known:
        tests = right[1:] if right[0] in ("tests", "list") else (right,)
        if not tests:
            raise NotSaidError
        code: Code = []
        for number, test in enumerate(tests):
            code += self._test(left, test)
            code += [(OP_OR, 0.0)] if number else []
        return "truth", code

    def _test(self, left: Any, test: Any) -> Code:
        if test[0] == "test":
            return self._compare(test[1], left, test[2])[1]
        if test[0] == "range":
            opening, low, high, closing = test[1:]
            above = self._compare(">=" if opening == "[" else ">", left, low)[1]
            below = self._compare("<=" if closing == "]" else "<", left, high)[1]
            return [*above, *below, (OP_AND, 0.0)]
        return self._equal(self._node(left), self._node(test))
