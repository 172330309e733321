"""Decides how a point is carried out: settled by the decision itself, or by a process of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from resolute.protocols.values import Point

Pattern = Literal[
    "assignment",
    "report_at_meeting",
    "forming_body",
    "collective",
    "recommendation",
    "standing_duty",
    "monitoring",
    "approval",
    "acknowledgement",
]
"""The processes in the folder `bpmn/` that points are carried out by."""

_SETTLED = frozenset({"information", "approval", "designation", "rejection", "control"})
_CONTINUING: dict[str | None, Pattern] = {
    "standing": "standing_duty",
    "recurring": "standing_duty",
    "as_needed": "monitoring",
}
_AT_A_MEETING = re.compile(r"\b(?:на|к)\s+(?:[^\W\d_]+\s+){0,3}заседани[еиюя]", re.IGNORECASE)
_REPORTS = re.compile(r"\b(?:представить|доложить|заслушать|внести|сообщить|проинформировать)\b", re.IGNORECASE)
_FORMS = re.compile(
    r"\b(?:сформировать|образовать|создать|формировани\w+|создани\w+|образовани\w+)\s+(?:[^\s,;.]+\s+){0,4}?"
    r"(?:\(?совет\w*\)?|комисси\w+|комитет\w*|штаб\w*|рабоч\w+\s+групп\w+|коллеги\w+|оргкомитет\w*)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Course:
    """How a point is carried out."""

    pattern: Pattern | None
    """The process called for it; None when the decision itself settles it."""
    further: Pattern | None = None
    """The process that keeps it going after its first part, which alone others wait for."""


def course(point: Point, *, settled_before: bool, awaited: bool) -> Course:
    """The course of a point.

    `settled_before`: all that it waits for is done when the decision is adopted. `awaited`: other points wait
    for it, so a duty without an end needs a first part that ends.
    """
    if continuing := _continuing(point):
        return Course("assignment", continuing) if awaited else Course(continuing)
    if point.kind in _SETTLED:
        return _decided(point, settled_before)
    if point.kind == "recommendation":
        return Course("recommendation", _CONTINUING.get(point.deadline.then))
    return Course(_first_part(point), _CONTINUING.get(point.deadline.then))


def _continuing(point: Point) -> Pattern | None:
    """The process of a duty that has no end of its own."""
    if point.kind not in ("assignment", "standing", "designation") or not point.responsible:
        return None
    if point.kind == "standing":
        return _CONTINUING.get(point.deadline.type, "standing_duty")
    return _CONTINUING.get(point.deadline.type)


def _decided(point: Point, settled_before: bool) -> Course:
    if point.kind == "approval" and not settled_before:
        return Course("approval")
    if point.kind == "information" and point.responsible:
        return Course("acknowledgement")
    return Course(None)


def _first_part(point: Point) -> Pattern:
    if _AT_A_MEETING.search(point.text) and _REPORTS.search(point.text):
        return "report_at_meeting"
    if _FORMS.search(point.text):
        return "forming_body"
    if point.lead is not None and point.lead.group:
        return "collective"
    return "assignment"
