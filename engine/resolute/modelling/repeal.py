"""Finds the points of earlier protocols that a point repeals: their assignments are to be cancelled."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from resolute.modelling.names import point_key
from resolute.protocols.values import Point, Protocol

_REPEALS = re.compile(r"утративш\w+ силу|снять с контроля|\bотменить\b", re.IGNORECASE)
_POINTS = re.compile(
    r"пункт\w*\s+((?:\d+(?:\.\d+)*)(?:\s*(?:,|и)\s*\d+(?:\.\d+)*)*)\s+(?:[^№;]{0,80}?\b)?(?:протокола|решения)\b([^;]*)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"№\s*([^\s,;()]+)")
_DAY = re.compile(r"\bот\s+(\d{1,2})(?:\.(\d{1,2})\.|\s+([а-я]+)\s+)(\d{4})", re.IGNORECASE)
_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")


@dataclass(frozen=True, slots=True)
class Repealed:
    """A point of an earlier protocol of the same body."""

    ref: str
    number: str
    key: str | None
    """Its correlation key; None when the text does not give the date that the key needs."""


def repealed(protocol: Protocol, point: Point) -> tuple[Repealed, ...]:
    """The points that `point` takes off control, in the order of the text."""
    if point.kind != "approval" or not _REPEALS.search(point.text):
        return ()
    found = []
    for match in _POINTS.finditer(" ".join(point.text.split())):
        number = _NUMBER.search(match[2])
        if number is None:
            continue
        day = _day(match[2])
        earlier = replace(protocol, number=number[1].rstrip("."), date=day)
        for ref in re.findall(r"\d+(?:\.\d+)*", match[1]):
            key = point_key(earlier, ref) if day else None
            found.append(Repealed(ref, earlier.number or "", key))
    return tuple(found)


def _day(text: str) -> date | None:
    match = _DAY.search(text)
    if match is None:
        return None
    month = int(match[2]) if match[2] else _month(match[3].lower())
    try:
        return date(int(match[4]), month, int(match[1]))
    except ValueError:
        return None


def _month(name: str) -> int:
    """The month by the beginning of its name; 0 for what is none."""
    return next((number for number, begin in enumerate(_MONTHS, 1) if name.startswith(begin)), 0)
