"""Writes deadlines as a calendar (iCalendar, RFC 5545): a day-long entry for each, which any calendar program takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, BinaryIO

from resolute import i18n
from resolute.errors import InputError
from resolute.reports import words
from resolute.reports.event_log import clean

_ = i18n.translator("reports")

_OVER = frozenset({"done", "done_late", "settled", "skipped", "cancelled", "terminated"})


def write(points: Iterable[Mapping[str, Any]], now: datetime, stream: BinaryIO) -> None:
    """Writes the deadlines of all points that are still to be done; the same point has the same UID each time."""
    try:
        from icalendar import Alarm, Calendar, Event
    except ImportError as error:
        raise InputError(
            _("this format needs the package {name}; install it with resolute[office]").format(name="icalendar")
        ) from error
    calendar = Calendar()
    calendar.add("prodid", "-//Resolute//Deadlines//EN")
    calendar.add("version", "2.0")
    for point in points:
        if not point["due"] or point["state"] in _OVER:
            continue
        due = date.fromisoformat(str(point["due"])[:10])
        entry = Event()
        entry.add("uid", sha256(f"{point['decision']} {point['step']}".encode()).hexdigest()[:32] + "@resolute")
        entry.add("dtstamp", now)
        entry.add("dtstart", due)
        entry.add("dtend", due + timedelta(days=1))
        entry.add("summary", clean(f"{point['ref']} {words.shortened(point['name'], 80)}"))
        told = [point["name"], point["party"] or "", words.state(point["state"]), point["decision"] or ""]
        entry.add("description", clean("\n".join(line for line in told if line)))
        entry.add("transp", "TRANSPARENT")
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", timedelta(days=-3))
        alarm.add("description", clean(str(point["ref"])))
        entry.add_component(alarm)
        calendar.add_component(entry)
    stream.write(calendar.to_ical())
