"""Collects what is wrong with a model while it is compiled, each finding with its element and its line."""

from __future__ import annotations

from dataclasses import dataclass, field

from resolute import i18n
from resolute.bpmn.document import Element
from resolute.errors import Finding, ModelError, Severity
from resolute.net.expressions import (
    Expression,
    ExpressionError,
    compile_expression,
    is_expression,
    literal,
)
from resolute.net.net import TimerKind
from resolute.net.timers import is_literal

_ = i18n.translator("net")


@dataclass
class Problems:
    """The findings of one compilation."""

    file: str | None
    findings: list[Finding] = field(default_factory=list)

    def error(self, code: str, element: Element, message: str) -> None:
        """A reason not to run the model."""
        self._add(code, "error", element, message)

    def warning(self, code: str, element: Element, message: str) -> None:
        """Odd, yet it runs."""
        self._add(code, "warning", element, message)

    def _add(self, code: str, severity: Severity, element: Element, message: str) -> None:
        self.findings.append(
            Finding(code, severity, message, element=element.id or None, file=self.file, line=element.line)
        )

    def expression(self, source: str, element: Element) -> Expression | None:
        """The compiled expression, or None with a finding when it is not in our language."""
        try:
            return compile_expression(source)
        except ExpressionError as error:
            self.error("bad-expression", element, str(error))
            return None

    def timer(self, source: str, kind: TimerKind, element: Element) -> Expression | None:
        """When a timer is due: ISO 8601 as it stands, or an expression; None with a finding when neither."""
        if is_literal(source, kind):
            return literal(source.strip())
        try:
            return compile_expression(source)
        except ExpressionError as error:
            message = _("{found} is no time ({reason}); expected ISO 8601 such as P5D, or an expression")
            self.error("bad-timer", element, message.format(found=repr(source), reason=error))
            return None

    def raw_value(self, raw: str | None, element: Element) -> str | None:
        """`raw` as it is, with a finding when it is a broken expression."""
        if raw is not None and is_expression(raw):
            self.expression(raw, element)
        return raw

    def raise_errors(self, process: str) -> None:
        """Raises ModelError with everything found when any of it is an error."""
        errors = [finding for finding in self.findings if finding.severity == "error"]
        if not errors:
            return
        first = errors[0]
        more = _(" (and {n} more)").format(n=len(errors) - 1) if len(errors) > 1 else ""
        message = _("process {process} cannot be run: element {element}: {message}").format(
            process=process, element=first.element or "-", message=first.message
        )
        raise ModelError(message + more, file=self.file, line=first.line, findings=self.findings)
