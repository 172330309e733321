"""The words and number forms that every report shares: kinds, states, dates."""

from __future__ import annotations

import re
import textwrap
from datetime import date, datetime
from typing import TYPE_CHECKING

from resolute import i18n

if TYPE_CHECKING:
    from resolute.protocols.values import Deadline, Point

_ = i18n.translator("reports")
ngettext = i18n.plural("reports")


def kind(name: str) -> str:
    """The label of a point's kind."""
    return {
        "information": _("taken note of"),
        "approval": _("approved by the decision"),
        "designation": _("designation"),
        "assignment": _("assignment"),
        "recommendation": _("recommendation"),
        "standing": _("standing duty"),
        "rejection": _("rejected"),
        "control": _("control"),
    }.get(name, name)


def state(name: str) -> str:
    """The label of the state of a point, a step or an instance."""
    return {
        "done": _("done"),
        "done_late": _("done, late"),
        "settled": _("settled at adoption"),
        "running": _("in work"),
        "reported": _("reported, to be checked"),
        "returned": _("returned for rework"),
        "waiting": _("waiting"),
        "blocked": _("blocked"),
        "overdue": _("overdue"),
        "failed": _("failed"),
        "to_come": _("still to come"),
        "skipped": _("not needed"),
        "cancelled": _("cancelled"),
        "terminated": _("ended early"),
        "completed": _("completed"),
        "ready": _("open"),
    }.get(name, name)


def severity(name: str) -> str:
    """The label of a finding's severity."""
    return {"error": _("error"), "warning": _("warning"), "info": _("note")}.get(name, name)


def day(value: date | datetime | str | None) -> str:
    """A date as people write it: 01.07.2022 in Russian, 1 Jul 2022 in English; "" for none."""
    if value is None:
        return ""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if i18n.language() == "ru":
        return value.strftime("%d.%m.%Y")
    return f"{value.day} {value:%b} {value.year}"


def working_days(count: int) -> str:
    """A number of working days in words."""
    return ngettext("{n} working day", "{n} working days", count).format(n=count)


def steps(count: int) -> str:
    """A number of steps in words."""
    return ngettext("{n} step", "{n} steps", count).format(n=count)


def shortened(text: str, width: int) -> str:
    """`text` cut at a word to at most `width` characters, with an ellipsis."""
    return textwrap.shorten(text, width, placeholder="…")


def deadline(value: Deadline) -> str:
    """The wording of a deadline, with the date it comes to where the wording does not show it."""
    wording = value.text or ""
    plain = value.type == "date" and value.effective == value.due and re.search(r"\d{4}", wording)
    if value.due is None or plain:
        return wording
    dates = day(value.due)
    if value.effective and value.effective != value.due:
        dates = _("{due}, a day off: by {effective}").format(due=dates, effective=day(value.effective))
    return f"{wording} ({dates})" if wording else dates


def responsible(point: Point) -> str:
    """The parties of a point, lead first, one a line."""
    return "\n".join(party.name for party in point.responsible)
