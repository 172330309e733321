"""Compiles texts of the expression language once and works them out on data."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from resolute import i18n
from resolute.calendars import Calendar
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.evaluation import Context, Function, build, parts, truth
from resolute.net.expressions.parser import Node, Parser
from resolute.net.expressions.values import to_json

_ = i18n.translator("net")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRAPPERS = ("${", "#{")
_DATA_OBJECT = re.compile(r"""(?<!\w)(?:\w{1,40}:)?getData(?:Object|Input|Output)\(\s*['"](\w+)['"]\s*\)""")
"""How XPath, the default expression language of BPMN 2.0, reads a variable (clause 10.4.3)."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression; equal to another with the same source and form."""

    source: str
    names: frozenset[str] = field(compare=False)
    """The variables that it reads."""
    _function: Function = field(compare=False, repr=False)
    constant: bool = field(default=False, compare=False)
    """Whether it is a literal, the same on any data."""
    form: str = "="
    """How its source was read: `=` as an expression, `?` as unary tests, `'` as a text that stands for itself."""

    def evaluate(self, data: Mapping[str, Any], now: datetime = _EPOCH, calendar: Calendar | None = None) -> Any:
        """Its value on `data`: JSON data, or a date, date-time or duration. Raises ExpressionError."""
        try:
            return self._function(Context(data, now, calendar))
        except ExpressionError as error:
            raise ExpressionError(f"{self.source}: {error}") from None

    def holds(self, data: Mapping[str, Any], now: datetime = _EPOCH, calendar: Calendar | None = None) -> bool:
        """Its value as a condition; raises ExpressionError when that is neither true nor false."""
        try:
            return truth(self._function(Context(data, now, calendar)))
        except ExpressionError as error:
            raise ExpressionError(f"{self.source}: {error}") from None


class _Later:
    """The function of an expression that is compiled when it is first worked out."""

    __slots__ = ("_form", "_function", "_source")

    def __init__(self, source: str, form: str) -> None:
        self._source, self._form = source, form
        self._function: Function | None = None

    def __call__(self, context: Context) -> Any:
        if self._function is None:
            read = {"=": compile_expression, "?": compile_unary_tests}[self._form]
            self._function = read(self._source)._function
        return self._function(context)


def known(source: str, names: frozenset[str], constant: bool, form: str) -> Expression:
    """An expression that was compiled before, by what was known of it then; parsed when it is first worked out."""
    return literal(source) if form == "'" else Expression(source, names, _Later(source, form), constant, form)


@dataclass(frozen=True, slots=True)
class Script:
    """Compiled statements `NAME = EXPRESSION`, run in order."""

    source: str
    statements: tuple[tuple[str, Function], ...] = field(compare=False)

    def run(self, data: Mapping[str, Any], now: datetime = _EPOCH, calendar: Calendar | None = None) -> dict[str, Any]:
        """The variables that the statements set, as JSON data; each sees what those before it have set."""
        results: dict[str, Any] = {}
        seen = dict(data)
        for name, function in self.statements:
            try:
                seen[name] = results[name] = to_json(function(Context(seen, now, calendar)))
            except ExpressionError as error:
                raise ExpressionError(f"{name}: {error}") from None
        return results


def is_expression(raw: str) -> bool:
    """Whether an attribute's value is an expression: it begins with `=`, or is wrapped in `${...}`."""
    text = raw.lstrip()
    return text.startswith("=") or (text.startswith(_WRAPPERS) and text.rstrip().endswith("}"))


def _unwrapped(source: str) -> str:
    text = source.strip()
    if text.startswith("="):
        text = text[1:]
    elif text.startswith(_WRAPPERS) and text.endswith("}"):
        text = text[2:-1]
    return _DATA_OBJECT.sub(r"\1", text)


@lru_cache(maxsize=8192)
def compile_expression(source: str) -> Expression:
    """Compiles an expression, bare or wrapped like Zeebe's (`=...`) or Camunda's (`${...}`).

    Raises ExpressionError.
    """
    node = Parser(_unwrapped(source)).expression()
    return _compiled(source, node)


def tree(source: str) -> Node:
    """The allow-listed nodes of an expression, for who works it out in a way of his own. Raises ExpressionError."""
    return Parser(_unwrapped(source)).expression()


def script_trees(source: str, result: str | None = None) -> tuple[tuple[str, Node], ...]:
    """The statements of a script as names and nodes, as `compile_script` reads them. Raises ExpressionError."""
    text = source.strip()
    if result and (text.startswith("=") or not _has_assignment(text)):
        return ((result, Parser(_unwrapped(text)).expression()),)
    return tuple(Parser(_one_line(text)).statements())


@lru_cache(maxsize=8192)
def compile_unary_tests(source: str) -> Expression:
    """Compiles FEEL's unary tests (a cell of a decision table); the value tested is the variable `?`."""
    return _compiled(source, Parser(_unwrapped(source)).unary_tests(), "?")


def literal(text: str) -> Expression:
    """An expression that always stands for `text`."""
    return Expression(text, frozenset(), lambda _context: text, constant=True, form="'")


@lru_cache(maxsize=1024)
def compile_script(source: str, result: str | None = None) -> Script:
    """Compiles `NAME = EXPRESSION` lines; with `result`, a bare expression sets that variable."""
    statements = script_trees(source, result)
    for _name, node in statements:
        _check_levels(node)
    return Script(source, tuple((name, build(node)) for name, node in statements))


def value(raw: str, data: Mapping[str, Any], now: datetime = _EPOCH, calendar: Calendar | None = None) -> Any:
    """What the raw value of an attribute stands for: an expression's value, else the text itself."""
    return compile_expression(raw).evaluate(data, now, calendar) if is_expression(raw) else raw


MAX_LEVELS = 250
"""Nodes inside each other in the tree of an expression."""


def _compiled(source: str, node: Node, form: str = "=") -> Expression:
    _check_levels(node)
    names = frozenset(part[1] for part in parts(node) if part[:1] in (("name",), ("defined",)))
    return Expression(source, names, build(node), constant=node[0] == "constant", form=form)


def _check_levels(node: Node) -> None:
    level: list[Node] = [node]
    for _level in range(MAX_LEVELS):
        level = [part for outer in level for part in outer if isinstance(part, tuple)]
        if not level:
            return
    raise ExpressionError(_("the expression is nested deeper than {n}").format(n=MAX_LEVELS))


def _has_assignment(text: str) -> bool:
    try:
        Parser(text).expression()
    except ExpressionError:
        return True
    return False


def _one_line(text: str) -> str:
    """Line ends as `;`, except inside brackets and after an operator; comment lines dropped."""
    joined = ""
    for line in text.splitlines():
        stripped = line.split("#", 1)[0].strip() if line.lstrip().startswith("#") else line.strip()
        if not stripped:
            continue
        is_open = sum(map(joined.count, "([{")) > sum(map(joined.count, ")]}"))
        joined += stripped if not joined else (" " if is_open else ";") + stripped
    return joined
