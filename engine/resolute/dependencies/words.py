"""The answers of this package in words, Russian and English."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from resolute import i18n
from resolute.dependencies.changes import Change, Delayed, Done, Dropped, Due, Given
from resolute.dependencies.values import Root, RootClass
from resolute.protocols.declension import Name

_ = i18n.translator("dependencies")
ngettext = i18n.plural("dependencies")

_TITLE = 70


def day(value: date | None) -> str:
    """A date: 01.07.2022 in Russian, 1 Jul 2022 in English; with the time where that matters."""
    if value is None:
        return ""
    clock = isinstance(value, datetime) and (value.hour, value.minute, value.second) not in (
        (0, 0, 0),
        (23, 59, 59),
    )
    time = f" {value:%H:%M}" if clock else ""
    if i18n.language() == "ru":
        return value.strftime("%d.%m.%Y") + time
    return f"{value.day} {value:%b %Y}{time}"


def working_days(count: int) -> str:
    """A number of working days."""
    return ngettext("{n} working day", "{n} working days", count).format(n=count)


def action(cls: RootClass, what: str) -> str:
    """What would move a root, in the imperative."""
    texts = {
        "person-unassigned": _("name somebody to do it: {what}"),
        "person-working": _("do it: {what}"),
        "timer": _("wait for the timer: {what}"),
        "message": _("send the message “{what}”; nobody has sent it"),
        "signal": _("give the signal “{what}”"),
        "condition": _("bring the condition about: {what}"),
        "incident": _("settle the incident and retry: {what}"),
        "job": _("wait for the function {what}"),
        "missing-worker": _("register the function {what}"),
        "dead-join-input": _("a branch that {what} waits for can never come; cancel the decision or repair its model"),
        "cycle": _("break the circle of waits between {what}"),
    }
    return texts[cls].format(what=what)


def timer(due: datetime) -> str:
    """What a timer waits for."""
    return _("wait until {date}").format(date=day(due))


def label(ref: str | None, name: str) -> str:
    """A step in a sentence: its point, else its name."""
    return _("point {ref}").format(ref=ref) if ref else f"“{name}”" if i18n.language() == "en" else f"«{name}»"


class Place(str):
    """A step in a sentence, `label`; in Russian `"{place:gent}"` puts it into a case: «пункта 1.3.1»."""

    __slots__ = ("_tail",)
    _tail: str

    def __new__(cls, ref: str | None, name: str) -> Place:
        made = super().__new__(cls, label(ref, name))
        made._tail = f"{_POINT} {ref}" if ref else f"{_STEP} «{name}»"
        return made

    def __format__(self, case: str) -> str:
        if not case:
            return str(self)
        noun, space, rest = self._tail.partition(" ")
        return noun + _CASES[case] + space + rest


_POINT, _STEP = "пункт", "шаг"
_CASES = {"gent": "а", "datv": "у", "accs": "", "ablt": "ом"}


def title(ref: str | None, name: str) -> str:
    """A step as the subject of a sentence: its point and the beginning of its text."""
    short = name if len(name) <= _TITLE else name[:_TITLE].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"
    return f"{ref} {short}" if ref else short


def root(value: Root) -> str:
    """A root as what a step waits for: a noun with its point."""
    texts = {
        "person-unassigned": _("an executor to be named ({place})"),
        "person-working": "{place} ({party})",
        "timer": _("the time set: {date} ({place})"),
        "message": _("the message “{name}”, which nobody has sent"),
        "signal": _("the signal “{name}”"),
        "condition": _("a condition to come true ({place})"),
        "incident": _("an incident to be settled ({place})"),
        "job": _("an automatic job ({place})"),
        "missing-worker": _("a function that nobody has registered ({place})"),
        "dead-join-input": _("a branch that can never come ({place})"),
        "cycle": _("a circle of waits ({place})"),
    }
    place = label(value.ref, value.name)
    party = value.party or ""
    if value.cls.startswith("person") and value.due:
        party = _("{party}, due {date}").format(party=party, date=day(value.due))
    return texts[value.cls].format(place=place, party=party, name=value.name, date=day(value.due))


def own(value: Root) -> str:
    """What a step waits for when it is the root itself, or its own life cycle is."""
    if value.cls == "person-unassigned":
        return _("nobody is named to do it: {name}").format(name=value.name)
    if value.cls.startswith("person"):
        return _("with {party}: {name}").format(party=value.party, name=value.name)
    return root(value)


def overdue(due: date, days: int, text: str) -> str:
    """How late a step is, and why."""
    return _("{days} late (due {date}); {text}").format(days=working_days(days), date=day(due), text=text)


def waits_for_several(driving: Root, others: int) -> str:
    """Which root decides, and that there are more."""
    text = ngettext("waits for {root} and {n} more", "waits for {root} and {n} more", others)
    return text.format(root=root(driving), n=others)


def unknown_days(count: int) -> str:
    """That durations were not declared."""
    return _unknown_days(i18n.language(), count)


@lru_cache(maxsize=1024)
def _unknown_days(_language: i18n.Language, count: int) -> str:
    text = ngettext(
        "the duration of {n} step on the way is not known: one working day was counted for it",
        "the durations of {n} steps on the way are not known: one working day was counted for each",
        count,
    )
    return text.format(n=count)


def protocol(number: str | None, body: str | None) -> str:
    """What to call a protocol in a heading."""
    text = _("Protocol No. {number}").format(number=number) if number else _("Protocol")
    return f"{text} · {body}" if body else text


def of_protocol(number: str, decision: str) -> str:
    """A decision, where those of several protocols stand side by side."""
    return _("No. {number}: {decision}").format(number=number, decision=decision)


def only_if(value: Root) -> str:
    """That a step is not due to run at all unless something unusual happens."""
    return _("only if this comes: {root}").format(root=_EVENT.get(value.cls, root)(value))


def _message(value: Root) -> str:
    return _("the message “{name}”").format(name=value.name)


_EVENT = {"message": _message}


def stalled(since: datetime, text: str) -> str:
    """That nothing has happened for long."""
    return _("nothing has moved since {date}; {text}").format(date=day(since.date()), text=text)


def change(value: Change, point: str) -> str:
    """What is supposed, in a few words; `point` is the label of the step."""
    match value:
        case Done():
            return _("{point} is done today").format(point=point)
        case Dropped():
            return _("{point} is dropped").format(point=point)
        case Delayed(days=days):
            return _("{point} takes {days} longer").format(point=point, days=working_days(days))
        case Given(party=party):
            return _("{point} goes to {party}").format(point=point, party=Name(party))
        case Due(due=due):
            return _("{point} is due on {date}").format(point=point, date=day(due))
