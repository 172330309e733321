"""Checks a BPMN document: the schema, then every rule, each as grave as the configuration says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal, TypeAlias, get_args

from resolute import i18n
from resolute.bpmn.document import Document
from resolute.bpmn.rule import Rule, all_rules
from resolute.bpmn.schema import schema_findings
from resolute.errors import Finding, InputError, Severity

_ = i18n.translator("bpmn")

Level: TypeAlias = Severity | Literal["off"]
LEVELS: tuple[str, ...] = (*get_args(Severity), "off")


def check(
    document: Document,
    *,
    config: Mapping[str, Level] | None = None,
    rules: Iterable[Rule] | None = None,
) -> tuple[Finding, ...]:
    """Everything that is wrong or doubtful in a document, in the order of its lines.

    `config` gives rules a severity of their own, or "off"; the schema is the rule `schema`. `rules` are the rules to
    ask, all of this package when None: `rules=[*all_rules(), my_rule]` adds one. Raises InputError when `config`
    names a severity that there is not.
    """
    reading = {rule.name for rule in all_rules() if rule.reading}
    found = [finding for finding in document.findings if finding.code not in reading]
    found += schema_findings(document)
    for rule in all_rules() if rules is None else rules:
        if (config or {}).get(rule.name) != "off":
            found += rule.findings(document)
    return tuple(sorted(grade(found, config), key=lambda finding: finding.line or 0))


def grade(findings: Iterable[Finding], config: Mapping[str, Level] | None) -> tuple[Finding, ...]:
    """The findings with the severities that `config` gives to their codes, without those it turns off."""
    levels = config or {}
    for name, level in levels.items():
        if level not in LEVELS:
            message = _('the severity of rule {name} is "{level}"; expected one of {levels}')
            raise InputError(message.format(name=name, level=level, levels=", ".join(LEVELS)))
    graded = []
    for finding in findings:
        level = levels.get(finding.code, finding.severity)
        if level != "off":
            graded.append(replace(finding, severity=level))
    return tuple(graded)
