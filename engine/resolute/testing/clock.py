"""A clock that stands still until it is set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from resolute.errors import InputError


class Clock:
    """A clock for tests, plans and the question "what if it were that day": `engine = Engine(clock=Clock(...))`."""

    def __init__(self, now: datetime | None = None) -> None:
        self.set(now or datetime(2022, 1, 1, 9, tzinfo=UTC))

    def now(self) -> datetime:
        """The moment that was set last."""
        return self._now

    def set(self, now: datetime) -> None:
        """Sets the time. Raises InputError for a time without a zone."""
        if now.tzinfo is None:
            raise InputError(f"{now}: a time without a zone; expected an aware datetime")
        self._now = now

    def advance(self, span: timedelta | None = None, **parts: float) -> datetime:
        """Goes on by `span`, or by `days=`, `hours=`, ... as in timedelta; returns the new time."""
        self.set(self._now + (span or timedelta(**parts)))
        return self._now
