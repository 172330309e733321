"""The JSON shape of a protocol, as `resolute read --json` prints it."""

from __future__ import annotations

from typing import Any

from resolute.errors import Finding
from resolute.protocols.values import Dependency, Point, Protocol


def to_json(protocol: Protocol) -> dict[str, Any]:
    """`protocol` as plain values: dates in ISO, parties as names, `after` as refs."""
    return {
        "protocol": {
            "number": protocol.number,
            "date": protocol.date and protocol.date.isoformat(),
            "body": protocol.body,
            "controller": protocol.controller and protocol.controller.name,
            "signer": protocol.signer,
        },
        "questions": [{"number": q.number, "title": q.title, "speaker": q.speaker} for q in protocol.questions],
        "points": [_point(point) for point in protocol.points],
        "findings": [_finding(finding) for finding in protocol.findings],
    }


def _point(point: Point) -> dict[str, Any]:
    deadline = point.deadline
    return {
        "ref": point.ref,
        "agenda": point.agenda,
        "text": point.text,
        "kind": point.kind,
        "responsible": [party.name for party in point.responsible],
        "groups": [party.name for party in point.responsible if party.group],
        "deadline": {
            "text": deadline.text,
            "type": deadline.type,
            "due": deadline.due and deadline.due.isoformat(),
            "effective": deadline.effective and deadline.effective.isoformat(),
            "then": deadline.then,
            "recurring": deadline.recurring,
            "rule": deadline.rule,
        },
        "after": [dependency.ref for dependency in point.after],
        "dependencies": [_dependency(dependency) for dependency in point.after],
        "line": point.line,
    }


def _dependency(dependency: Dependency) -> dict[str, Any]:
    return {
        "ref": dependency.ref,
        "reason": dependency.reason,
        "confidence": dependency.confidence,
        "confirmed": dependency.confirmed,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "ref": finding.ref,
        "message": finding.message,
        "line": finding.line,
    }
