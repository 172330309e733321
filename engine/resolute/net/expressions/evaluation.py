"""Turns a tree of allow-listed nodes into functions, once, and works them out on data within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, TypeAlias

from resolute import i18n
from resolute.calendars import Calendar
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.functions import FUNCTIONS
from resolute.net.expressions.parser import Node
from resolute.net.expressions.temporal import Duration
from resolute.net.expressions.values import Range, Value, arithmetic, compare, describe, equal, finite

_ = i18n.translator("net")

MAX_STEPS = 100_000
"""Rounds of all loops of one evaluation together."""

_DATE_PARTS = frozenset({"year", "month", "day", "hour", "minute", "second"})


class Context:
    """What an expression may see: variables, the moment, the calendar."""

    __slots__ = ("calendar", "data", "now", "steps")

    def __init__(self, data: Mapping[str, Any], now: datetime, calendar: Calendar | None) -> None:
        self.data = data
        self.now = now
        self.calendar = calendar
        self.steps = MAX_STEPS

    def step(self) -> None:
        """Counts one round of a loop."""
        self.steps -= 1
        if self.steps < 0:
            raise ExpressionError(_("the expression takes too long; at most {n} steps").format(n=MAX_STEPS))

    def within(self, names: Mapping[str, Any]) -> Context:
        """The same with more names in sight."""
        inner = Context({**self.data, **names}, self.now, self.calendar)
        inner.steps = self.steps
        return inner


Function: TypeAlias = Callable[[Context], Value]


def build(node: Node) -> Function:
    """The function that works out `node`."""
    return BUILD[node[0]](*node[1:])


def parts(node: Node) -> Iterator[Node]:
    """The node and all nodes inside it."""
    stack: list[Any] = [node]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            yield part
            stack.extend(part)


def truth(value: Value) -> bool:
    """`value` where a truth value is needed; raises ExpressionError for anything else."""
    if value is True or value is False:
        return bool(value)
    raise ExpressionError(_("{found} stands where true or false is needed").format(found=describe(value)))


def _constant(value: Value) -> Function:
    return lambda _context: value


def _name(name: str) -> Function:
    def read(context: Context) -> Value:
        try:
            return context.data[name]
        except KeyError:
            raise ExpressionError(_("there is no variable {name}").format(name=repr(name))) from None

    return read


def _defined(name: str) -> Function:
    return lambda context: name in context.data


def _if(condition: Node, yes: Node, no: Node) -> Function:
    test, first, second = build(condition), build(yes), build(no)
    return lambda context: first(context) if truth(test(context)) else second(context)


def _and(*nodes: Node) -> Function:
    functions = [build(node) for node in nodes]
    return lambda context: all(truth(part(context)) for part in functions)


def _or(*nodes: Node) -> Function:
    functions = [build(node) for node in nodes]
    return lambda context: any(truth(part(context)) for part in functions)


def _not(node: Node) -> Function:
    part = build(node)
    return lambda context: not truth(part(context))


def _compare(sign: str, left: Node, right: Node) -> Function:
    first, second = build(left), build(right)
    return lambda context: compare(sign, first(context), second(context))


def _arithmetic(sign: str, left: Node, right: Node) -> Function:
    first, second = build(left), build(right)
    return lambda context: arithmetic(sign, first(context), second(context))


def _negative(node: Node) -> Function:
    part = build(node)

    def negate(context: Context) -> Value:
        value = part(context)
        return -value if isinstance(value, Duration) else arithmetic("-", 0, value)

    return negate


def _in(left: Node, right: Node) -> Function:
    value = build(left)
    if right[0] == "tests":
        tests = [_test(node) for node in right[1:]]
        return lambda context: _passes_any(tests, value(context), context)
    test = _test(right)
    return lambda context: test(value(context), context)


_Test: TypeAlias = Callable[[Value, Context], bool]


def _passes_any(tests: list[_Test], value: Value, context: Context) -> bool:
    return any(test(value, context) for test in tests)


def _test(node: Node) -> _Test:
    """A test on a value: `< 5`, a range or list that holds it, a condition on `?`, or the value itself."""
    if node[0] == "test":
        limit = build(node[2])
        sign = node[1]
        return lambda value, context: compare(sign, value, limit(context))
    whole = build(node)
    if ("name", "?") in parts(node):
        return lambda value, context: truth(whole(context.within({"?": value})))
    return lambda value, context: _holds(whole(context), value, context)


def _holds(whole: Value, value: Value, context: Context) -> bool:
    if isinstance(whole, Range):
        return value in whole
    if isinstance(whole, list):
        return any(equal(value, item) or _range_holds(item, value) for item in _counted(whole, context))
    if isinstance(whole, Mapping):
        return value in whole
    if isinstance(whole, str) and isinstance(value, str):
        return value == whole
    return equal(value, whole)


def _range_holds(item: Value, value: Value) -> bool:
    return isinstance(item, Range) and value in item


def _range(opening: str, low: Node, high: Node, closing: str) -> Function:
    first, last = build(low), build(high)
    return lambda context: Range(first(context), last(context), opening == "[", closing == "]")


def _list(*nodes: Node) -> Function:
    functions = [build(node) for node in nodes]
    return lambda context: [part(context) for part in functions]


def _context(*entries: tuple[str, Node]) -> Function:
    functions = [(key, build(node)) for key, node in entries]
    return lambda context: {key: part(context) for key, part in functions}


def _path(node: Node, name: str) -> Function:
    whole = build(node)
    return lambda context: _part(whole(context), name)


def _part(value: Value, name: str) -> Value:
    """An entry of a context; of a date one of its numbers; of a list the entry of each item."""
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        raise ExpressionError(_("there is no entry {name}").format(name=repr(name)))
    if isinstance(value, list):
        return [_part(item, name) for item in value]
    if isinstance(value, date):
        if name == "weekday":
            return value.isoweekday()
        if name in _DATE_PARTS and (isinstance(value, datetime) or name in ("year", "month", "day")):
            return getattr(value, name)
    raise ExpressionError(_("{found} has no entry {name}").format(found=describe(value), name=repr(name)))


def _select(node: Node, inner: Node) -> Function:
    """`list[1]` counts from 1, `list[-1]` from the end; `list[item > 3]` filters; `context["key"]`."""
    whole = build(node)
    chosen = build(inner)
    if inner[0] in ("compare", "and", "or", "not", "in", "some", "every"):
        return lambda context: [
            item for item in _counted(_as_list(whole(context)), context) if truth(chosen(_about(item, context)))
        ]
    return lambda context: _at(whole(context), chosen(context))


def _about(item: Value, context: Context) -> Context:
    names = item if isinstance(item, Mapping) else {}
    return context.within({**names, "item": item})


def _at(value: Value, key: Value) -> Value:
    if isinstance(value, Mapping) and isinstance(key, str):
        return _part(value, key)
    if isinstance(value, list) and isinstance(key, int) and not isinstance(key, bool):
        if 1 <= key <= len(value) or -len(value) <= key <= -1:
            return value[key - 1 if key > 0 else key]
        message = _("the list has {n} items; there is no item {key}")
        raise ExpressionError(message.format(n=len(value), key=key))
    raise ExpressionError(_("{found} has no entry {name}").format(found=describe(value), name=repr(key)))


def _as_list(value: Value) -> list[Value]:
    if isinstance(value, list):
        return value
    if isinstance(value, Range) and isinstance(value.low, int) and isinstance(value.high, int):
        if value.high - value.low > MAX_STEPS:
            raise ExpressionError(_("the expression takes too long; at most {n} steps").format(n=MAX_STEPS))
        first = value.low + (not value.low_included)
        return list(range(first, value.high + value.high_included))
    raise ExpressionError(_("{found} stands where a list is needed").format(found=describe(value)))


def _counted(items: list[Value], context: Context) -> Iterator[Value]:
    for item in items:
        context.step()
        yield item


def _rounds(name: str, items: Node, body: Node) -> Callable[[Context], Iterator[Value]]:
    source, function = build(items), build(body)

    def values(context: Context) -> Iterator[Value]:
        inner = context.within({})
        data: dict[str, Any] = {**context.data}
        inner.data = data
        for item in _counted(_as_list(source(context)), context):
            data[name] = item
            inner.steps = context.steps
            yield function(inner)
            context.steps = inner.steps

    return values


def _for(name: str, items: Node, body: Node) -> Function:
    values = _rounds(name, items, body)
    return lambda context: list(values(context))


def _some(name: str, items: Node, body: Node) -> Function:
    values = _rounds(name, items, body)
    return lambda context: any(map(truth, values(context)))


def _every(name: str, items: Node, body: Node) -> Function:
    values = _rounds(name, items, body)
    return lambda context: all(map(truth, values(context)))


def _call(name: str, *nodes: Node) -> Function:
    function = FUNCTIONS[name].function
    functions = [build(node) for node in nodes]

    def call(context: Context) -> Value:
        try:
            result = function(context, *[part(context) for part in functions])
            return finite(result) if isinstance(result, float) else result
        except (TypeError, ValueError, OverflowError) as error:
            message = _("{name}: {reason}").format(name=name, reason=error)
            raise error if isinstance(error, ExpressionError) else ExpressionError(message) from None

    return call


BUILD: dict[str, Callable[..., Function]] = {
    "constant": _constant,
    "name": _name,
    "defined": _defined,
    "if": _if,
    "and": _and,
    "or": _or,
    "not": _not,
    "compare": _compare,
    "arithmetic": _arithmetic,
    "negative": _negative,
    "in": _in,
    "range": _range,
    "list": _list,
    "context": _context,
    "path": _path,
    "select": _select,
    "for": _for,
    "some": _some,
    "every": _every,
    "call": _call,
}
"""Every kind of node that can be worked out."""
