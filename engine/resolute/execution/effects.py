"""The rows that the events of an instance lead to."""

from __future__ import annotations

from datetime import datetime

from resolute.execution import correlation
from resolute.execution.seam import Happened
from resolute.storage.rows import JobRow, SubscriptionRow, dumps, micros


def subscription_row(instance: int, group: int, event: Happened, at: int) -> SubscriptionRow:
    """What is waited for after a `subscribed` event; the id is given by the store."""
    detail = event.detail
    wanted = detail.get("correlation")
    due = detail.get("due")
    return SubscriptionRow(
        id=0,
        instance=instance,
        token=token_of(event),
        element=event.element,
        type=detail["type"],
        name=detail.get("name"),
        key=correlation.key_of(wanted) if detail["type"] == "message" else None,
        correlation=None if wanted is None else dumps(wanted),
        due=None if due is None else micros(datetime.fromisoformat(due)),
        group_id=group,
        created=at,
    )


def job_row(instance: int, event: Happened, at: int) -> JobRow:
    """The job that a `job` event asks for, due at once."""
    return JobRow(
        instance=instance,
        token=token_of(event),
        element=event.element,
        service=event.detail["service"],
        input=dumps(event.detail.get("input", {})),
        attempts=0,
        due=at,
        created=at,
        error=None,
        worker=None,
    )


def token_of(event: Happened) -> str:
    """The token of an event that has one."""
    assert event.token is not None, event
    return event.token
