"""Calendars of BPSim: the part of iCalendar (RFC 5545) that says weekly working hours and single days off."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from resolute.simulation.worktime import DAY, Hours, WorkCalendar, joined

_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STAMP = re.compile(r"(\d{8})(?:T(\d{6}))?")


def parse(text: str) -> WorkCalendar | None:
    """Working hours by weekday, without the days of EXDATE; None when an event repeats in another way."""
    week: list[list[tuple[float, float]]] = [[] for _day in range(7)]
    off: set[date] = set()
    for event in _events(text):
        start, end = _stamp(event.get("DTSTART", "")), _stamp(event.get("DTEND", ""))
        rule = dict(part.split("=", 1) for part in event.get("RRULE", "").split(";") if "=" in part)
        if start is None or end is None or end <= start or int(rule.get("INTERVAL", "1")) != 1:
            return None
        days = _days(rule, start)
        if days is None or rule.keys() - {"FREQ", "BYDAY", "INTERVAL", "WKST", "UNTIL"}:
            return None
        for day in days:
            _add(week, day, start, end)
        for part in event.get("EXDATE", "").split(","):
            stamp = _stamp(part)
            if stamp is not None:
                off.add(stamp.date())
    hours: tuple[Hours, ...] = tuple(joined(spans) for spans in week)
    return WorkCalendar(hours, None, frozenset(off)) if any(hours) else None


def _events(text: str) -> Iterable[dict[str, str]]:
    current: dict[str, str] | None = None
    for line in text.splitlines():  # not unfolded: in XML every line may be indented
        name, _colon, value = line.strip().partition(":")
        name = name.partition(";")[0].upper()
        if name == "BEGIN" and value.upper() == "VEVENT":
            current = {}
        elif name == "END" and value.upper() == "VEVENT" and current is not None:
            yield current
            current = None
        elif current is not None and name:
            current[name] = f"{current[name]},{value}" if name == "EXDATE" and name in current else value


def _stamp(text: str) -> datetime | None:
    match = _STAMP.match(text.strip())
    if match is None:
        return None
    try:
        return datetime.strptime(match[1] + (match[2] or "000000"), "%Y%m%d%H%M%S")  # noqa: DTZ007
    except ValueError:
        return None


def _days(rule: Mapping[str, str], start: datetime) -> Sequence[int] | None:
    match rule.get("FREQ"):
        case "DAILY" if "BYDAY" not in rule:
            return range(7)
        case "DAILY" | "WEEKLY":
            named = rule.get("BYDAY", _WEEKDAYS[start.weekday()]).split(",")
            return [_WEEKDAYS.index(day) for day in named] if set(named) <= set(_WEEKDAYS) else None
    return None


def _add(week: list[list[tuple[float, float]]], day: int, start: datetime, end: datetime) -> None:
    """Adds the hours of an event that begins on a weekday; what lies after midnight belongs to the next days."""
    begin = start.hour * 3600.0 + start.minute * 60 + start.second
    rest = (end - start).total_seconds()
    while rest > 0:
        part = min(rest, DAY - begin)
        week[day % 7].append((begin, begin + part))
        day, begin, rest = day + 1, 0.0, rest - part


def union(calendars: Sequence[WorkCalendar]) -> WorkCalendar:
    """Worked whenever one of them is; their common days off."""
    hours = tuple(joined([span for one in calendars for span in one.week[day]]) for day in range(7))
    return WorkCalendar(hours, None, frozenset.intersection(*(one.days_off for one in calendars)))


def text_of(calendar: WorkCalendar, first: date, off: Iterable[date]) -> str:
    """The calendar as iCalendar text, from a day on; `off` are its days without work."""
    monday = first - timedelta(days=first.weekday())
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Resolute//BPSim//EN"]
    spans: dict[tuple[float, float], list[int]] = {}
    for day, hours in enumerate(calendar.week):
        for span in hours:
            spans.setdefault(span, []).append(day)
    closed = sorted(off)
    for number, ((begin, end), days) in enumerate(spans.items()):
        start = datetime.combine(monday, datetime.min.time()) + timedelta(days=days[0], seconds=begin)
        missed = [day for day in closed if day.weekday() in days and day >= monday]
        lines += [
            "BEGIN:VEVENT",
            f"UID:{number}@resolute",
            f"DTSTAMP:{start:%Y%m%dT%H%M%S}",
            f"DTSTART:{start:%Y%m%dT%H%M%S}",
            f"DTEND:{start + timedelta(seconds=end - begin):%Y%m%dT%H%M%S}",
            f"RRULE:FREQ=WEEKLY;BYDAY={','.join(_WEEKDAYS[day] for day in days)}",
            *(
                f"EXDATE:{datetime.combine(day, datetime.min.time()) + timedelta(seconds=begin):%Y%m%dT%H%M%S}"
                for day in missed
            ),
            "END:VEVENT",
        ]
    return "\n".join([*lines, "END:VCALENDAR"])
