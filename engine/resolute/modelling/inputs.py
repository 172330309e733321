"""What a point hands to the process that carries it out: the variables that docs/patterns.md lists."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from resolute.modelling.choose import Pattern
from resolute.modelling.labels import deed
from resolute.modelling.leaders import controller, giver
from resolute.modelling.names import point_key
from resolute.modelling.terms import first_day, half_term, period
from resolute.protocols.values import Party, Point, Protocol

_NULL = "=null"
_OWN: dict[Pattern, dict[str, str]] = {
    "report_at_meeting": {"meeting": _NULL},
    "approval": {"meeting": _NULL},
    "collective": {"members": "=[]", "quorum": _NULL},
    "standing_duty": {"round": "=0"},
}
"""What single patterns begin with beside the common variables."""


def inputs(protocol: Protocol, point: Point, pattern: Pattern, *, further: bool = False) -> dict[str, str]:
    """The inputs of a call by name: literal texts, or `=` and an expression.

    `further`: for what keeps a compound duty going after its first part.
    """
    due = first_day(point, protocol.date, after_first=further)
    given = {
        "key": text(point_key(protocol, point.ref)),
        "protocol": text(protocol.number),
        "body": text(protocol.body),
        "ref": text(point.ref),
        "text": text(" ".join(point.text.split())),
        "deed": text(deed(point)),
        "lead": text(point.lead.name if point.lead else None),
        "co_executors": _names(point.responsible[1:]),
        "parties": _names(point.responsible),
        "controller": text(controller(protocol)),
        "giver": text(giver(protocol)),
        "issued": _day(protocol.date),
        "due": _day(due),
        "half_term": _day(half_term(protocol.date, due)),
        "deadline": text(point.deadline.text),
        "period": text(period(point)),
        "decision": _NULL,
        "reason": _NULL,
    }
    return given | _OWN.get(pattern, {})


def text(value: str | None) -> str:
    """A raw value that means this text and nothing else, whatever it looks like."""
    if value is None:
        return _NULL
    return "=" + json.dumps(value, ensure_ascii=False) if value.lstrip()[:1] in ("=", "$", "#") else value


def _day(day: date | None) -> str:
    return day.isoformat() if day else _NULL


def _names(parties: Sequence[Party]) -> str:
    return "=" + json.dumps([party.name for party in parties], ensure_ascii=False)
