"""Decisions of DMN 1.1 to 1.5, read from .dmn: tables with every hit policy, literal expressions, requirements."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.names import BPMN
from resolute.bpmn.read import loads
from resolute.calendars import Calendar
from resolute.errors import Finding, InputError, ModelError
from resolute.net.expressions import (
    Expression,
    ExpressionError,
    compile_expression,
    compile_unary_tests,
)
from resolute.net.expressions.values import equal, to_json

_ = i18n.translator("net")

MAX_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Output:
    """A column of results."""

    name: str
    order: Expression | None = None
    """The list of its possible values, the most important first."""
    default: Expression | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: one test for each input, one result for each output."""

    tests: tuple[Expression, ...]
    results: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table."""

    policy: str
    """UNIQUE, FIRST, PRIORITY, ANY, COLLECT, RULE ORDER or OUTPUT ORDER."""
    aggregation: str | None
    """With COLLECT: SUM, MIN, MAX, COUNT, or None for the list."""
    inputs: tuple[Expression, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision and, before it, those that it needs."""

    id: str
    variable: str
    """The name under which others see its result."""
    logic: Table | Expression
    required: tuple[Decision, ...] = field(default=())
    """In the order in which they can be worked out."""

    def decide(self, data: Mapping[str, Any], now: datetime, calendar: Calendar | None = None) -> Any:
        """What it says on `data`, as JSON data: a value, a context of several outputs, or a list of either.

        None when no rule matches and there is no default. Raises ExpressionError where the rules contradict the
        hit policy or cannot be worked out.
        """
        seen = dict(data)
        for decision in self.required:
            seen[decision.variable] = _worked_out(decision, seen, now, calendar)
        return to_json(_worked_out(self, seen, now, calendar))


def _worked_out(decision: Decision, data: Mapping[str, Any], now: datetime, calendar: Calendar | None) -> Any:
    logic = decision.logic
    try:
        if isinstance(logic, Expression):
            return logic.evaluate(data, now, calendar)
        return _POLICIES[logic.policy](logic, list(_hits(logic, data, now, calendar)), data, now)
    except ExpressionError as error:
        raise ExpressionError(_("decision {id}: {reason}").format(id=decision.id, reason=error)) from None


def _hits(table: Table, data: Mapping[str, Any], now: datetime, calendar: Calendar | None) -> Iterator[tuple[Any, ...]]:
    """The results of the rules that match, in the order of the table."""
    given = [expression.evaluate(data, now, calendar) for expression in table.inputs]
    for rule in table.rules:
        matches = all(
            test.holds(ChainMap({"?": value}, data), now, calendar)  # type: ignore[arg-type]
            for test, value in zip(rule.tests, given, strict=True)
        )
        if matches:
            yield tuple(result.evaluate(data, now, calendar) for result in rule.results)
            if table.policy == "FIRST":
                return


# --- hit policies ---


def _shaped(table: Table, results: tuple[Any, ...]) -> Any:
    """The value of the one output, or a context of all."""
    if len(table.outputs) == 1:
        return results[0]
    return {output.name: result for output, result in zip(table.outputs, results, strict=True)}


def _none(table: Table, data: Mapping[str, Any], now: datetime) -> Any:
    """What a table says when no rule matches."""
    if all(output.default is None for output in table.outputs):
        return None
    defaults = tuple(None if output.default is None else output.default.evaluate(data, now) for output in table.outputs)
    return _shaped(table, defaults)


def _unique(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    if len(hits) > 1:
        raise ExpressionError(_("{n} rules match, the table allows one").format(n=len(hits)))
    return _shaped(table, hits[0]) if hits else _none(table, data, now)


def _first(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    return _shaped(table, hits[0]) if hits else _none(table, data, now)


def _any(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    if any(not equal(list(hit), list(hits[0])) for hit in hits):
        raise ExpressionError(_("the rules that match disagree"))
    return _first(table, hits, data, now)


def _ranked(table: Table, hits: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The results, the most important first: by the first output's list of values, then by the next one's."""
    orders = [[] if output.order is None else output.order.evaluate({}) for output in table.outputs]

    def rank(hit: tuple[Any, ...]) -> tuple[int, ...]:
        return tuple(
            next((place for place, value in enumerate(order) if equal(value, result)), len(order))
            for order, result in zip(orders, hit, strict=True)
        )

    return sorted(hits, key=rank)


def _priority(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    return _first(table, _ranked(table, hits), data, now)


def _output_order(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    return _rule_order(table, _ranked(table, hits), data, now)


def _rule_order(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    if not hits:
        default = _none(table, data, now)
        return [] if default is None else [default]
    return [_shaped(table, hit) for hit in hits]


def _collect(table: Table, hits: list[tuple[Any, ...]], data: Mapping[str, Any], now: datetime) -> Any:
    if table.aggregation is None:
        return _rule_order(table, hits, data, now)
    if table.aggregation == "COUNT":
        return len(hits)
    if not hits:
        return _none(table, data, now)
    function = {"SUM": "sum", "MIN": "min", "MAX": "max"}[table.aggregation]
    return compile_expression(f"{function}(hits)").evaluate({"hits": [hit[0] for hit in hits]}, now)


_POLICIES: dict[str, Callable[[Table, list[tuple[Any, ...]], Mapping[str, Any], datetime], Any]] = {
    "UNIQUE": _unique,
    "FIRST": _first,
    "PRIORITY": _priority,
    "ANY": _any,
    "COLLECT": _collect,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
}

# --- reading ---


def load(source: str | Path | bytes) -> dict[str, Decision]:
    """The decisions of a .dmn file, or of its bytes, by id. Raises InputError, or ModelError with all findings."""
    content, file = _content(source)
    return _Reader(_parsed(content, file), file).decisions()


def embedding(document: Document, sources: Iterable[str | Path | bytes]) -> Document:
    """A copy of a BPMN document that carries the decisions of .dmn files; `document` stays as it is.

    Raises InputError, or ModelError with all findings.
    """
    copy = loads(document.xml, file=document.file)
    for source in sources:
        embed(copy, source)
    return copy


def embed(document: Document, source: str | Path | bytes) -> None:
    """Puts the decisions of a .dmn file into a BPMN document, so that it can be deployed and kept as one.

    They stand as the DMN `definitions` in the extension elements of the BPMN ones.
    """
    content, file = _content(source)
    root = _parsed(content, file)
    _Reader(root, file).decisions()
    holder = document.tree.getroot().find(f"{{{BPMN}}}extensionElements")
    if holder is None:
        holder = etree.Element(f"{{{BPMN}}}extensionElements")
        document.tree.getroot().insert(0, holder)
    holder.append(root)


def embedded(document: Document) -> dict[str, Decision]:
    """The decisions that a BPMN document carries. Raises ModelError with all findings."""
    found: dict[str, Decision] = {}
    for holder in document.tree.getroot().iterchildren(f"{{{BPMN}}}extensionElements"):
        for node in holder.iterchildren("{*}definitions"):
            found.update(_Reader(node, document.file).decisions())
    return found


def _content(source: str | Path | bytes) -> tuple[bytes, str | None]:
    """The bytes of a .dmn file, and its name where it has one."""
    if isinstance(source, bytes):
        return source, None
    try:
        return Path(source).read_bytes(), str(source)
    except OSError as error:
        message = _("cannot be opened ({reason}); expected a .dmn file").format(reason=error.strerror)
        raise InputError(message, file=str(source)) from None


def _parsed(content: bytes, file: str | None) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise InputError(_("is larger than {n} MB").format(n=MAX_BYTES >> 20), file=file)
    parser = etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        message = _("is not well-formed XML ({reason}); expected a .dmn file").format(reason=error.msg)
        raise InputError(message, file=file, line=error.lineno) from None
    tree: Any = root.getroottree()
    if tree.docinfo.doctype:
        raise InputError(_("has a DOCTYPE; expected plain DMN; remove it"), file=file, line=1)
    if etree.QName(root).localname != "definitions":
        raise InputError(_("has no DMN definitions; expected a .dmn file"), file=file, line=_line(root))
    return root


def _name_of(node: etree._Element) -> str:
    return node.get("id") or node.get("name") or ""


def _line(node: etree._Element) -> int | None:
    found: Any = node.sourceline
    return found if isinstance(found, int) else None


class _Reader:
    """Reads the decisions of one DMN definitions element."""

    def __init__(self, root: etree._Element, file: str | None) -> None:
        self.file = file
        self.findings: list[Finding] = []
        self.nodes = {_name_of(node): node for node in root.iterchildren("{*}decision")}

    def decisions(self) -> dict[str, Decision]:
        """All of them, each with what it needs."""
        alone = {key: self._alone(node) for key, node in self.nodes.items()}
        if self.findings:
            first = self.findings[0]
            raise ModelError(first.message, file=self.file, line=first.line, findings=self.findings)
        return {
            decision.id: Decision(
                decision.id,
                decision.variable,
                decision.logic,
                tuple(alone[needed] for needed in self._needed(key) if needed != key),
            )
            for key, decision in alone.items()
        }

    def _needed(self, key: str) -> list[str]:
        """The decisions that come before `key`, each once, in the order they can be worked out."""
        order: list[str] = []
        open_: set[str] = set()
        stack = [(key, False)]
        while stack:
            current, done = stack.pop()
            if done:
                order.append(current)
                open_.discard(current)
            elif current in open_:
                node = self.nodes[current]
                message = _("decision {id} needs itself; remove the circle").format(id=current)
                finding = Finding("decision-circle", "error", message, element=current, line=_line(node))
                raise ModelError(message, file=self.file, line=_line(node), findings=[finding])
            elif current not in order:
                open_.add(current)
                stack.append((current, True))
                stack += [(other, False) for other in self._requirements(self.nodes[current])]
        return order

    def _requirements(self, node: etree._Element) -> list[str]:
        links = [
            (link.get("href") or "").lstrip("#")
            for requirement in node.iterchildren("{*}informationRequirement")
            for link in requirement.iterchildren("{*}requiredDecision")
        ]
        return [link for link in links if link in self.nodes]

    def _alone(self, node: etree._Element) -> Decision:
        variable = node.find("{*}variable")
        name = (None if variable is None else variable.get("name")) or node.get("name")
        table = node.find("{*}decisionTable")
        literal = node.find("{*}literalExpression")
        if table is not None:
            logic: Table | Expression = self._table(table)
        elif literal is not None:
            logic = self._expression(literal)
        else:
            self._problem("unsupported-decision", node, _("it has neither a table nor an expression; give it one"))
            logic = compile_expression("null")
        return Decision(_name_of(node), name or _name_of(node), logic)

    def _table(self, node: etree._Element) -> Table:
        policy = node.get("hitPolicy", "UNIQUE").upper()
        if policy not in _POLICIES:
            message = _("hit policy {found} is unknown; expected one of {known}")
            self._problem("bad-hit-policy", node, message.format(found=policy, known=", ".join(_POLICIES)))
        outputs = tuple(self._output(output) for output in node.iterchildren("{*}output"))
        inputs = tuple(
            self._expression(expression)
            for column in node.iterchildren("{*}input")
            for expression in column.iterchildren("{*}inputExpression")
        )
        rules = tuple(self._rule(rule, len(inputs), len(outputs)) for rule in node.iterchildren("{*}rule"))
        aggregation = node.get("aggregation")
        if aggregation not in (None, "SUM", "MIN", "MAX", "COUNT"):
            message = _("aggregation {found} is unknown; expected SUM, MIN, MAX or COUNT")
            self._problem("bad-hit-policy", node, message.format(found=aggregation))
        return Table(policy, aggregation, inputs, outputs, rules)

    def _output(self, node: etree._Element) -> Output:
        default = node.find("{*}defaultOutputEntry")
        values = node.find("{*}outputValues")
        order = None
        if values is not None and self._text(values):
            listed = self._compiled(f"[{self._text(values)}]", values)
            order = None if listed.names or listed.source == "null" else listed
        return Output(
            node.get("name") or node.get("label") or node.get("id") or "",
            order,
            None if default is None or not self._text(default) else self._expression(default),
        )

    def _rule(self, node: etree._Element, inputs: int, outputs: int) -> Rule:
        tests = list(node.iterchildren("{*}inputEntry"))
        results = list(node.iterchildren("{*}outputEntry"))
        if len(tests) != inputs or len(results) != outputs:
            message = _("the rule has {n} cells; the table has {inputs} inputs and {outputs} outputs")
            found = len(tests) + len(results)
            self._problem("bad-rule", node, message.format(n=found, inputs=inputs, outputs=outputs))
        return Rule(
            tuple(self._compiled(self._text(test) or "-", test, compile_unary_tests) for test in tests),
            tuple(self._compiled(self._text(result) or "null", result) for result in results),
        )

    def _text(self, node: etree._Element) -> str:
        return (node.findtext("{*}text") or "").strip()

    def _expression(self, node: etree._Element) -> Expression:
        return self._compiled(self._text(node) or "null", node)

    def _compiled(
        self, source: str, node: etree._Element, read: Callable[[str], Expression] = compile_expression
    ) -> Expression:
        try:
            return read(source)
        except ExpressionError as error:
            self._problem("bad-expression", node, str(error))
            return compile_expression("null")

    def _problem(self, code: str, node: etree._Element, message: str) -> None:
        self.findings.append(Finding(code, "error", message, element=node.get("id"), file=self.file, line=_line(node)))
