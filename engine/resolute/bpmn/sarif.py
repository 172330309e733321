"""Findings as SARIF 2.1.0, which code hosts and editors show beside the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from resolute.bpmn.rule import all_rules
from resolute.errors import Finding

_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(findings: Iterable[Finding]) -> dict[str, Any]:
    """One SARIF log with one run; `json.dumps` of it is the file."""
    found = list(findings)
    codes = sorted({finding.code for finding in found})
    places = {code: place for place, code in enumerate(codes)}
    summaries = {rule.name: rule.summary for rule in all_rules()}
    driver = {
        "name": "Resolute",
        "rules": [{"id": code, "shortDescription": {"text": summaries.get(code, code)}} for code in codes],
    }
    results = [_result(finding, places[finding.code]) for finding in found]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule_index,
        "level": _LEVELS[finding.severity],
        "message": {"text": finding.message},
    }
    location: dict[str, Any] = {}
    if finding.file is not None:
        location["physicalLocation"] = {"artifactLocation": {"uri": quote(finding.file.replace("\\", "/"))}}
        if finding.line is not None:
            location["physicalLocation"]["region"] = {"startLine": finding.line}
    place = finding.element or finding.ref
    if place is not None:
        location["logicalLocations"] = [{"name": place, "kind": "element"}]
    return {**result, "locations": [location]} if location else result
