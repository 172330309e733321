"""Dates and durations as expressions, timers and JSON data write them (ISO 8601)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from resolute import i18n

_ = i18n.translator("net")

_DURATION = re.compile(
    r"(?P<sign>-)?P(?!$)(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?!$)(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:[.,]\d+)?)S)?)?\Z"
)
_MAX_MONTHS = 12 * 9998
_MAX_SPAN = timedelta(days=3_650_000)


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of time: whole months, and an exact rest."""

    months: int = 0
    rest: timedelta = timedelta(0)

    def __str__(self) -> str:
        months, rest = self.months, self.rest
        if months < 0 or (months == 0 and rest < timedelta(0)):
            return f"-{Duration(-months, -rest)}"
        years, months = divmod(months, 12)
        day_part = f"{years}Y" * bool(years) + f"{months}M" * bool(months) + f"{rest.days}D" * bool(rest.days)
        hours, seconds = divmod(rest.seconds, 3600)
        minutes, seconds = divmod(seconds, 60)
        exact = f"{seconds}.{rest.microseconds:06}".rstrip("0") if rest.microseconds else str(seconds)
        shown = seconds or rest.microseconds
        time_part = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{exact}S" * bool(shown)
        if not day_part and not time_part:
            return "PT0S"
        return "P" + day_part + ("T" + time_part if time_part else "")

    def __neg__(self) -> Duration:
        return Duration(-self.months, -self.rest)

    def after(self, moment: datetime) -> datetime:
        """The moment this long after `moment`; months end at the last day where the next one is shorter."""
        return add_months(moment, self.months) + self.rest


def parse_duration(text: str) -> Duration:
    """Reads `P1Y2M3DT4H5M6S`, `P2W`, `-P1D`; raises ValueError."""
    match = _DURATION.match(text.strip())
    if match is None:
        message = _("{found} is no duration; expected ISO 8601 such as P5D or PT2H")
        raise ValueError(message.format(found=repr(text)))
    part = {name: value or "0" for name, value in match.groupdict().items()}
    if any(len(value) > 12 for value in part.values()):
        raise _too_long(text)
    months = int(part["years"]) * 12 + int(part["months"])
    try:
        rest = timedelta(
            weeks=int(part["weeks"]),
            days=int(part["days"]),
            hours=int(part["hours"]),
            minutes=int(part["minutes"]),
            seconds=float(part["seconds"].replace(",", ".")),
        )
    except OverflowError:
        raise _too_long(text) from None
    if months > _MAX_MONTHS or rest > _MAX_SPAN:
        raise _too_long(text)
    duration = Duration(months, rest)
    return -duration if match["sign"] else duration


def _too_long(text: str) -> ValueError:
    return ValueError(_("{found} is too long a duration").format(found=repr(text)))


def _no_date(text: str) -> ValueError:
    message = _("{found} is no date; expected ISO 8601 such as 2022-07-01 or 2022-07-01T10:00")
    return ValueError(message.format(found=repr(text)))


def parse_date(text: str) -> date:
    """Reads `2022-07-01`; of a date-time, the day. Raises ValueError."""
    text = text.strip()
    try:
        return date.fromisoformat(text) if len(text) <= 10 else parse_datetime(text).date()
    except ValueError:
        raise _no_date(text) from None


def parse_datetime(text: str) -> datetime:
    """Reads `2022-07-01T10:00:00+05:00`; a day means its midnight. Raises ValueError."""
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        raise _no_date(text) from None


def add_months(day: datetime, months: int) -> datetime:
    """The same day `months` later, or the last day of that month."""
    if months == 0:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day.replace(year=year, month=month + 1, day=min(day.day, calendar.monthrange(year, month + 1)[1]))


def as_moment(value: date, like: datetime) -> datetime:
    """A date as the midnight that begins it, in the time zone of `like` where it has none."""
    moment = value if isinstance(value, datetime) else datetime.combine(value, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=like.tzinfo or UTC)
