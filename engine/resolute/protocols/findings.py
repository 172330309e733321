"""What a careful reader remarks on a protocol: one function a finding, each with its stable code."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from resolute import i18n
from resolute.errors import Finding, Severity
from resolute.protocols import dependencies, remarks
from resolute.protocols.directory import Directory
from resolute.protocols.header import Header
from resolute.protocols.persons import PERSON
from resolute.protocols.profile import Profile
from resolute.protocols.structure import Structure
from resolute.protocols.values import Point, Protocol

_ = i18n.translator("protocols")

_DUTIES = ("assignment", "standing", "recommendation")
_UNTIL = re.compile(r"^(?:в\s+срок\s+)?(?:до|к)\s+\d", re.I)
_MEETING = re.compile(r"\b(?:на|к)\s+(?:[а-яё]+\s+)?заседани[еюи]\b", re.I)
_APPROVED = re.compile(r"^утвержда\w+\W*|_{2,}|[«\"]?\b\d{1,2}\b[»\"]?\s+[а-я]+\s+\d{4}\s*(?:г(?:ода)?\b\.?)?$", re.I)
_CERTIFIED = re.compile(r"\s+верно\s*:.*$", re.I)
_REPEAL = re.compile(r"утративш\w+\s+силу|^\W*отменить\b|внести\s+изменени", re.I)


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a remark can look at."""

    protocol: Protocol
    structure: Structure
    directory: Directory
    header: Header
    profile: Profile


def findings_of(reading: Reading) -> tuple[Finding, ...]:
    """All findings on a protocol, in the order of its points, general ones last."""
    found = [finding for rule in _RULES for finding in rule(reading)]
    found += remarks.on_form(reading.structure, reading.protocol)
    order = {point.ref: index for index, point in enumerate(reading.protocol.points)}
    return tuple(sorted(found, key=lambda finding: order.get(finding.ref or "", len(order))))


def signer_of(structure: Structure, head: Header) -> str | None:
    """Who signed or approved the protocol: post and name."""
    leading = [
        line.text
        for line in structure.signatures
        if not re.match(r"(?:ответственный\s+)?секретарь|протокол\s+в", line.text, re.I)
    ]
    if leading:
        return _signed(leading[0])
    if head.approval:
        return _signed(_APPROVED.sub("", head.approval)) or None
    return _signed(structure.signatures[0].text) if structure.signatures else None


def _signed(text: str) -> str:
    """Post and name without the place to sign between them and what stands after: «Глава ____ Орлов К.К. Верно: …»."""
    text = " ".join(re.sub(r"[_/]+", " ", _CERTIFIED.sub("", text)).split())
    people = list(PERSON.finditer(text))
    return text[: people[-1].end()] if people else text


def _note(code: str, severity: Severity, message: str, point: Point | None = None) -> Finding:
    if point is None:
        return Finding(code, severity, message)
    return Finding(code, severity, message, ref=point.ref, line=point.line)


def _missing_party(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        if point.kind in _DUTIES and not point.responsible:
            yield _note("missing-responsible", "warning", _("nobody is named who is to carry it out"), point)


def _missing_deadline(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        if point.kind in ("assignment", "standing") and point.deadline.type == "none":
            yield _note("missing-deadline", "warning", _("no deadline is named"), point)


def _unclear_deadline(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        deadline = point.deadline
        if deadline.type == "none" and deadline.text:
            message = _("the deadline «{text}» was not understood; write it into the register")
            yield _note("unclear-deadline", "warning", message.format(text=deadline.text), point)
        elif deadline.type == "date" and deadline.due is None:
            message = _("there is no such day: «{text}»")
            yield _note("impossible-date", "error", message.format(text=deadline.text), point)


def _past_deadline(reading: Reading) -> Iterator[Finding]:
    day = reading.protocol.date
    for point in reading.protocol.points:
        if day and point.deadline.due and point.deadline.due < day:
            message = _("the deadline {due} lies before the date of the protocol, {day}")
            yield _note("deadline-in-past", "error", message.format(due=_day(point.deadline.due), day=_day(day)), point)


def _day_off(reading: Reading) -> Iterator[Finding]:
    moved: dict[tuple[date, date], list[Point]] = defaultdict(list)
    for point in reading.protocol.points:
        deadline = point.deadline
        if deadline.due and deadline.effective and deadline.effective != deadline.due:
            moved[deadline.due, deadline.effective].append(point)
    for (due, effective), points in moved.items():
        message = _("{due} is a day off; the deadline is counted to {effective}: points {refs}")
        refs = _refs(points)
        yield _note("day-off", "info", message.format(due=_day(due), effective=_day(effective), refs=refs), points[0])


def _ambiguous_until(reading: Reading) -> Iterator[Finding]:
    """«до 1 июля» does not say whether 1 July counts; it shows where «1 июля» stands beside it."""
    until: dict[date, list[Point]] = defaultdict(list)
    plain: dict[date, list[Point]] = defaultdict(list)
    for point in reading.protocol.points:
        if point.deadline.type == "date" and point.deadline.due:
            (until if _UNTIL.match(point.deadline.text or "") else plain)[point.deadline.due].append(point)
    both = [day for day in until if day in plain]
    for day in both:
        message = _(
            "«до» {day} (points {until}) stands beside {day} without it (points {plain}): is the day itself meant?"
        )
        shown = message.format(day=_day(day), until=_refs(until[day]), plain=_refs(plain[day]))
        yield _note("ambiguous-until", "warning", shown, until[day][0])
    rest = [point for day, points in until.items() if day not in plain for point in points]
    if rest:
        counted = _("the named day counts") if reading.profile.inclusive else _("the day before counts")
        message = _("«до <date>» leaves open whether the day itself counts; here {counted}: points {refs}")
        yield _note("ambiguous-until", "info", message.format(counted=counted, refs=_refs(rest)))


def _compound(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        if point.deadline.then is not None:
            message = _("two deadlines in one («{text}»): the first can be late, what follows never ends")
            yield _note("compound-deadline", "info", message.format(text=point.deadline.text), point)


def _events(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        deadline = point.deadline
        if deadline.type == "event" and deadline.due is None:
            message = _("the deadline is an event without a date («{text}»); write the date when it is known")
            yield _note("event-without-date", "warning", message.format(text=deadline.text), point)
        elif deadline.type in ("quarter", "half_year", "month", "year", "period") and _MEETING.search(point.text):
            message = _("due at a meeting and in a period («{text}»): the date of the meeting is not known")
            yield _note("meeting-date-unknown", "warning", message.format(text=deadline.text), point)


def _standing(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        if point.deadline.type == "standing" and point.kind != "recommendation":
            message = _("a standing duty without a date of reporting")
            yield _note("standing-without-report", "info", message, point)


def _slack(reading: Reading) -> Iterator[Finding]:
    """Dependent points that share a day, or stand in the wrong order."""
    by_ref = {point.ref: point for point in reading.protocol.points}
    for point in reading.protocol.points:
        for dependency in point.after:
            earlier = by_ref[dependency.ref]
            due, needed = point.deadline.due, earlier.deadline.due
            if due is None or needed is None or due > needed:
                continue
            if due == needed:
                message = _("due on {due} like point {ref}, which it waits for: no slack")
                yield _note("no-slack", "warning", message.format(due=_day(due), ref=earlier.ref), point)
            else:
                message = _("due on {due}, but point {ref}, which it waits for, only on {needed}")
                shown = message.format(due=_day(due), ref=earlier.ref, needed=_day(needed))
                yield _note("deadline-order", "error", shown, point)


def _mutual(reading: Reading) -> Iterator[Finding]:
    for point, other in dependencies.mutual(reading.protocol.points):
        message = _("this point and point {ref} wait for each other in the wording; kept: this one after {ref}")
        yield _note("mutual-wait", "warning", message.format(ref=other.ref), point)


def _shared_days(reading: Reading) -> Iterator[Finding]:
    days: dict[date, list[Point]] = defaultdict(list)
    for point in reading.protocol.points:
        if point.deadline.due:
            days[point.deadline.due].append(point)
    for day, points in sorted(days.items()):
        if len(points) >= 3:
            message = _("points due on {day}: {refs} ({count} in all)")
            yield _note("shared-deadline", "info", message.format(count=len(points), day=_day(day), refs=_refs(points)))


def _groups(reading: Reading) -> Iterator[Finding]:
    seen: dict[str, list[Point]] = defaultdict(list)
    for point in reading.protocol.points:
        if point.lead is not None and point.lead.group and point.kind in ("assignment", "standing"):
            seen[point.lead.name].append(point)
    for name, points in seen.items():
        message = _("given to an open group without a lead («{name}»): points {refs}")
        yield _note("open-group", "warning", message.format(name=name, refs=_refs(points)), points[0])


def _spellings(reading: Reading) -> Iterator[Finding]:
    for forms in (*remarks.spellings(reading.directory), *remarks.prefixes(reading.structure)):
        shown = " / ".join(forms)
        yield _note(
            "two-spellings", "warning", _("one organisation under different spellings: {forms}").format(forms=shown)
        )


def _outside(reading: Reading) -> Iterator[Finding]:
    seen: dict[str, list[Point]] = defaultdict(list)
    for point in reading.protocol.points:
        for party in point.responsible:
            if point.kind == "assignment" and remarks.is_outside(party.name):
                seen[party.name].append(point)
    for name, points in seen.items():
        message = _("{name} is hardly subordinate to the body that met; «рекомендовать» is usual: points {refs}")
        yield _note("outside-body", "info", message.format(name=name, refs=_refs(points)), points[0])


def _busiest(reading: Reading) -> Iterator[Finding]:
    dated = [point for point in reading.protocol.points if point.deadline.type != "none" and point.responsible]
    counts = Counter(party.name for point in dated for party in point.responsible)
    for name, count in counts.most_common(1):
        if count >= 5 and count * 2 > len(dated):
            message = _("{name}: points with a deadline {count} of {total}")
            yield _note("busiest-party", "info", message.format(name=name, count=count, total=len(dated)))


def _controller(reading: Reading) -> Iterator[Finding]:
    if reading.protocol.controller is None and any(
        p.kind in ("assignment", "standing") for p in reading.protocol.points
    ):
        yield _note("no-controller", "warning", _("nobody is named who controls execution"))


def _base(reading: Reading) -> Iterator[Finding]:
    if reading.protocol.date is None:
        message = _("the protocol has no date; terms and deadlines without a year cannot be counted")
        yield _note("no-date", "error", message)
    elif reading.header.approval and not re.search(r"\d{4}", reading.header.approval):
        message = _("the approval has no date; terms are counted from the date of the protocol")
        yield _note("undated-approval", "info", message)


def _repeals(reading: Reading) -> Iterator[Finding]:
    for point in reading.protocol.points:
        if point.kind == "approval" and _REPEAL.search(point.text):
            yield _note(
                "repeals-earlier", "info", _("repeals or changes an earlier decision; update its register"), point
            )


def _day(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _refs(points: list[Point]) -> str:
    return ", ".join(point.ref for point in points)


_RULES: tuple[Callable[[Reading], Iterator[Finding]], ...] = (
    _missing_party, _missing_deadline, _unclear_deadline, _past_deadline, _day_off, _ambiguous_until, _compound,
    _events, _standing, _slack, _mutual, _shared_days, _groups, _spellings, _outside, _busiest, _controller, _base,
    _repeals,
)  # fmt: skip
