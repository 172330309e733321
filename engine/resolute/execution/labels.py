"""What a task shows: its name, who it waits for, its deadline and its point, worked out from the model."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, tzinfo
from typing import Any, NamedTuple

from resolute.execution.live import Live
from resolute.execution.seam import Data
from resolute.net.expressions import ExpressionError, value
from resolute.net.net import NO_DETAILS

_log = logging.getLogger(__name__)
_LAST_SECOND = time(23, 59, 59)


class Label(NamedTuple):
    """What people read about a task."""

    name: str
    party: str | None
    due: str | None
    """An ISO date or date-time."""
    ref: str | None
    form: str | None
    """The name of its form."""


class Labels:
    """Labels at one moment."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def of(self, live: Live, element: str, local: Data | None) -> Label:
        """The label of an element of an instance; what cannot be worked out is left empty and logged."""
        net = live.program.net
        node = net.node(element)
        details = net.details[node] or NO_DETAILS
        data = {**live.data, **local} if local else live.data
        party = self._text(details.party, data, element)
        due = self._text(details.due, data, element)
        ref = self._text(details.ref, data, element) or _plain(data.get("ref"))
        return Label(net.names[node] or element, party, due, ref, details.form)

    def _text(self, raw: str | None, data: Data, element: str) -> str | None:
        if raw is None or not raw.startswith("="):
            return raw
        try:
            return _plain(value(raw, data, now=self._now))
        except ExpressionError as error:
            _log.warning("element %s: %s", element, error)
            return None


def _plain(found: Any) -> str | None:
    if found is None or isinstance(found, dict | list):
        return None
    return found.isoformat() if isinstance(found, date) else str(found)


def deadline(text: str | None, zone: tzinfo | None) -> datetime | None:
    """The moment after which a deadline is missed: the end of a day, or the very moment named.

    None for a text that is no ISO date or date-time.
    """
    if not text:
        return None
    try:
        if len(text) == len("2022-07-01"):
            return datetime.combine(date.fromisoformat(text), _LAST_SECOND, zone)
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
