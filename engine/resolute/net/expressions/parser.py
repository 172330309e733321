"""Reads an expression into a tree of allow-listed nodes.

A node is a tuple: its kind, then its parts. The kinds are the keys of `evaluation.BUILD`; nothing else can come
out of here, so nothing else can ever run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from resolute import i18n
from resolute.net.expressions.errors import ExpressionError
from resolute.net.expressions.functions import FUNCTIONS, PHRASES
from resolute.net.expressions.lexer import Token, tokens, unexpected
from resolute.net.expressions.values import finite

_ = i18n.translator("net")

Node: TypeAlias = tuple[Any, ...]

MAX_NODES = 2_000
MAX_DEPTH = 30
"""Brackets, calls and conditions inside each other."""
MAX_CHAIN = 200
"""Terms of one sum or product."""

_COMPARE = {"=": "==", "==": "==", "!=": "!=", "<>": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_WORD_COMPARE = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_ORDERING = frozenset({"<", "<=", ">", ">="})
_CONSTANTS = {
    "true": True,
    "True": True,
    "false": False,
    "False": False,
    "null": None,
    "None": None,
}
_KEYWORDS = frozenset(
    {
        *_CONSTANTS,
        *_WORD_COMPARE,
        "and",
        "or",
        "not",
        "in",
        "between",
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "div",
        "mod",
    }
)


def _is_plain(node: Node) -> bool:
    """Whether it is a value, a variable or an entry of one: nothing that would be worked out twice."""
    while node[0] == "path":
        node = node[1]
    return node[0] in ("name", "constant")


class Parser:
    """One pass over the tokens of one source; methods go from loose binding to tight."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokens(source)
        self.at = 0
        self.depth = 0
        self.nodes = 0

    # --- whole texts ---

    def expression(self) -> Node:
        """The whole source as one expression."""
        node = self._any()
        self._end()
        return node

    def unary_tests(self) -> Node:
        """The whole source as tests on the value `?` (cells of DMN): `-`, `< 5`, `[1..3], 7`, `not("a")`."""
        if self._accept("-") and self._peek().kind == "end":
            return ("constant", True)
        self.at = 0
        negated = self._peek().text == "not" and self.tokens[1].text == "("
        if negated:
            self.at = 2
        tests = self._tests()
        if negated:
            self._expect(")")
        self._end()
        node = ("in", ("name", "?"), tests)
        return ("not", node) if negated else node

    def statements(self) -> list[tuple[str, Node]]:
        """`NAME = EXPRESSION` (also `+=` and so on), separated by `;` (as line ends have become before)."""
        found = []
        while self._peek().kind != "end":
            if self._accept(";"):
                continue
            name = self._next()
            if name.kind != "name" or name.text in _KEYWORDS:
                raise self._unexpected(name)
            operator = self._accept(*"+-*/")
            self._expect("=")
            value = self._any()
            if operator:
                value = self._node("arithmetic", operator, ("name", name.text), value)
            found.append((name.text, value))
            if self._peek().kind != "end":
                self._expect(";")
        return found

    # --- tokens ---

    def _peek(self) -> Token:
        return self.tokens[self.at]

    def _next(self) -> Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def _is(self, *texts: str) -> bool:
        token = self.tokens[self.at]
        return token.kind in ("operator", "name") and token.text in texts

    def _accept(self, *texts: str) -> str | None:
        return self._next().text if self._is(*texts) else None

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected(self._peek())

    def _end(self) -> None:
        if self._peek().kind != "end":
            raise self._unexpected(self._peek())

    def _unexpected(self, token: Token) -> ExpressionError:
        return unexpected(self.source, token.place)

    def _node(self, *parts: Any) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise ExpressionError(_("the expression is too big: more than {n} parts").format(n=MAX_NODES))
        return parts

    def _deeper(self, parse: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(_("the expression is nested deeper than {n}").format(n=MAX_DEPTH))
        node = parse()
        self.depth -= 1
        return node

    # --- from loose to tight ---

    def _any(self) -> Node:
        return self._deeper(self._choice)

    def _choice(self) -> Node:
        if self._accept("if"):
            condition = self._any()
            self._expect("then")
            yes = self._any()
            self._expect("else")
            return self._node("if", condition, yes, self._any())
        if self._accept("for"):
            return self._iteration("for", "return")
        quantifier = self._accept("some", "every")
        if quantifier:
            return self._iteration(quantifier, "satisfies")
        node = self._or()
        if self._accept("?"):
            yes = self._any()
            self._expect(":")
            return self._node("if", node, yes, self._any())
        return node

    def _iteration(self, kind: str, keyword: str) -> Node:
        name = self._next()
        if name.kind != "name" or name.text in _KEYWORDS:
            raise self._unexpected(name)
        self._expect("in")
        items = self._any()
        self._expect(keyword)
        return self._node(kind, name.text, items, self._any())

    def _or(self) -> Node:
        return self._row("or", self._and, "or", "||")

    def _and(self) -> Node:
        return self._row("and", self._not, "and", "&&")

    def _row(self, kind: str, part: Callable[[], Node], *operators: str) -> Node:
        parts = [part()]
        while self._accept(*operators):
            parts.append(part())
        return parts[0] if len(parts) == 1 else self._node(kind, *parts)

    def _not(self) -> Node:
        if self._accept("not", "!"):
            return self._node("not", self._deeper(self._not))
        return self._comparison()

    def _comparison(self) -> Node:
        left = self._sum()
        operator = self._comparing()
        if operator:
            self._next()
            middle = self._sum()
            first = self._node("compare", operator, left, middle)
            second = self._comparing()
            if {operator, second} <= _ORDERING and _is_plain(middle):
                self._next()
                return self._node("and", first, self._node("compare", second, middle, self._sum()))
            return first
        if self._accept("between"):
            low = self._sum()
            self._expect("and")
            return self._node("in", left, self._node("range", "[", low, self._sum(), "]"))
        if self._accept("in"):
            return self._node("in", left, self._membership())
        if self._is("not") and self.tokens[self.at + 1].text == "in":
            self.at += 2
            return self._node("not", self._node("in", left, self._membership()))
        return left

    def _comparing(self) -> str | None:
        """The comparison that comes next."""
        token = self._peek()
        if token.kind == "operator":
            return _COMPARE.get(token.text)
        return _WORD_COMPARE.get(token.text) if token.kind == "name" else None

    def _membership(self) -> Node:
        """What stands after `in`: a value to look in, one test, or tests in round brackets."""
        if self._is("("):
            here = self.at
            self._next()
            tests = self._tests()
            if self._accept(")"):
                return tests
            self.at = here
        return self._test(alone=True)

    def _tests(self) -> Node:
        tests = [self._test()]
        while self._accept(","):
            tests.append(self._test())
        return self._node("tests", *tests)

    def _test(self, *, alone: bool = False) -> Node:
        token = self._peek()
        if token.kind == "operator" and token.text in _COMPARE:
            self._next()
            return self._node("test", _COMPARE[token.text], self._sum())
        return self._sum() if alone else self._any()

    def _sum(self) -> Node:
        return self._chain(self._product, {"+": "+", "-": "-"})

    def _product(self) -> Node:
        return self._chain(self._power, {"*": "*", "/": "/", "%": "%", "div": "/", "mod": "%"})

    def _chain(self, part: Callable[[], Node], operators: dict[str, str]) -> Node:
        node = part()
        length = 0
        while self._is(*operators):
            length += 1
            if length > MAX_CHAIN:
                raise ExpressionError(_("the expression has more than {n} terms in a row").format(n=MAX_CHAIN))
            node = self._node("arithmetic", operators[self._next().text], node, part())
        return node

    def _power(self) -> Node:
        base = self._unary()
        if self._accept("**"):
            return self._node("arithmetic", "**", base, self._deeper(self._power))
        return base

    def _unary(self) -> Node:
        if self._accept("-"):
            return self._node("negative", self._deeper(self._unary))
        if self._accept("+"):
            return self._deeper(self._unary)
        if self._is("not", "!"):
            self._next()
            return self._node("not", self._deeper(self._unary))
        return self._postfix()

    def _postfix(self) -> Node:
        node = self._primary()
        while True:
            if self._accept("."):
                name = self._next()
                if name.kind != "name":
                    raise self._unexpected(name)
                node = self._node("path", node, name.text)
            elif self._is("[") and node[0] != "constant":
                self._next()
                inner = self._any()
                self._expect("]")
                node = self._node("select", node, inner)
            else:
                return node

    def _primary(self) -> Node:
        token = self._next()
        if token.kind == "number":
            return self._number(token)
        if token.kind == "string":
            return self._node("constant", token.text)
        if token.kind == "name":
            return self._name(token)
        if token.text == "?":
            return self._node("name", "?")
        if token.text == "(":
            return self._bracket()
        if token.text in ("[", "]"):
            return self._list(token.text)
        if token.text == "{":
            return self._context()
        raise self._unexpected(token)

    def _number(self, token: Token) -> Node:
        if len(token.text) > 40:
            raise self._unexpected(token)
        is_whole = token.text.isdigit()
        return self._node("constant", int(token.text) if is_whole else finite(float(token.text)))

    def _name(self, token: Token) -> Node:
        if token.text in _CONSTANTS:
            return self._node("constant", _CONSTANTS[token.text])
        if token.text in _KEYWORDS:
            raise self._unexpected(token)
        words = [token.text]
        while self._peek().kind == "name" and self._can_go_on(words):
            words.append(self._next().text)
        name = " ".join(words)
        if not self._is("("):
            return self._node("name", name)
        self._next()
        function = PHRASES.get(name, name)
        if function not in FUNCTIONS and function != "defined":
            known = _("there is no function {name}; docs/expressions.md lists them").format(name=repr(name))
            raise ExpressionError(known)
        return self._call(function)

    def _can_go_on(self, words: list[str]) -> bool:
        """Whether the next word belongs to the same name: `Vacation Approval`, `date and time(`."""
        phrase = " ".join([*words, self._peek().text])
        if any(known == phrase or known.startswith(phrase + " ") for known in PHRASES):
            return True
        return self._peek().text not in _KEYWORDS

    def _call(self, function: str) -> Node:
        arguments = []
        if not self._accept(")"):
            arguments.append(self._any())
            while self._accept(","):
                arguments.append(self._any())
            self._expect(")")
        if function == "defined":
            if len(arguments) != 1 or arguments[0][0] != "name":
                raise ExpressionError(_("defined(...) takes the name of one variable"))
            return self._node("defined", arguments[0][1])
        least, most = FUNCTIONS[function].arity
        if not least <= len(arguments) <= most:
            message = _("{name} takes {least} to {most} values, {n} are given")
            raise ExpressionError(message.format(name=function, least=least, most=most, n=len(arguments)))
        return self._node("call", function, *arguments)

    def _bracket(self) -> Node:
        inner = self._any()
        if self._accept(".."):
            return self._range("(", inner)
        self._expect(")")
        return inner

    def _list(self, bracket: str) -> Node:
        if bracket == "[" and self._accept("]"):
            return self._node("list")
        first = self._any()
        if self._accept(".."):
            return self._range("[" if bracket == "[" else "(", first)
        if bracket == "]":
            raise self._unexpected(self._peek())
        items = [first]
        while self._accept(","):
            items.append(self._any())
        self._expect("]")
        return self._node("list", *items)

    def _range(self, opening: str, low: Node) -> Node:
        high = self._sum()
        closing = self._accept("]", ")", "[")
        if not closing:
            raise self._unexpected(self._peek())
        return self._node("range", opening, low, high, "]" if closing == "]" else ")")

    def _context(self) -> Node:
        entries = []
        while not self._accept("}"):
            key = self._next()
            if key.kind not in ("name", "string"):
                raise self._unexpected(key)
            self._expect(":")
            entries.append((key.text, self._any()))
            if not self._is("}"):
                self._expect(",")
        return self._node("context", *entries)
