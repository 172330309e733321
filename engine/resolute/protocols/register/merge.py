"""Merges a protocol that was read again into its register, keeping what a person changed there."""

from __future__ import annotations

from dataclasses import replace

from resolute import i18n
from resolute.errors import Finding
from resolute.protocols.values import Dependency, Point, Protocol

_ = i18n.translator("protocols")


def merge(edited: Protocol, reread: Protocol) -> Protocol:
    """The `edited` register brought up to date with the document `reread`.

    Where the text of a point is unchanged, everything stays as it was edited. Where the document changed, the new
    text comes in, the new deadline too when its wording changed, and a finding asks to look at the rest. New points
    are added in their places; points that are gone stay, with a finding.
    """
    kept = {point.ref: point for point in edited.points}
    current = {point.ref: point for point in reread.points}
    notes: list[Finding] = []
    points: list[Point] = []
    for point in edited.points:
        if point.ref in current:
            points.append(_updated(point, current[point.ref], notes))
        else:
            message = _("the point is no longer in the document; delete it here, or keep it as a decision of its own")
            notes.append(Finding("gone-from-document", "warning", message, ref=point.ref))
            points.append(point)
    for index, point in enumerate(reread.points):
        if point.ref not in kept:
            place = _place(points, reread.points[:index])
            points.insert(place, point)
    refs = {point.ref for point in points}
    points = [replace(p, after=tuple(d for d in p.after if d.ref in refs)) for p in points]
    touched = {note.ref for note in notes} | (set(current) - set(kept))
    return replace(
        edited,
        number=edited.number or reread.number,
        date=edited.date or reread.date,
        body=edited.body or reread.body,
        controller=edited.controller or reread.controller,
        signer=edited.signer or reread.signer,
        questions=edited.questions or reread.questions,
        points=tuple(_without_circles(points, set(kept))),
        findings=(*_findings(edited, reread, touched), *notes),
    )


def _updated(edited: Point, reread: Point, notes: list[Finding]) -> Point:
    if " ".join(edited.text.split()) == " ".join(reread.text.split()):
        return edited
    message = _("the document has changed here; check the parties, the kind and what it waits for")
    notes.append(Finding("changed-in-document", "warning", message, ref=edited.ref))
    deadline = reread.deadline if edited.deadline.text != reread.deadline.text else edited.deadline
    return replace(edited, text=reread.text, deadline=deadline, line=reread.line)


def _place(points: list[Point], before: tuple[Point, ...]) -> int:
    """Where a new point goes: after the nearest point that stands before it in the document."""
    places = {point.ref: index for index, point in enumerate(points)}
    for point in reversed(before):
        if point.ref in places:
            return places[point.ref] + 1
    return 0


def _without_circles(points: list[Point], edited: set[str]) -> list[Point]:
    """Proposals of new points that would close a circle with what a person confirmed are left out."""
    from resolute.protocols.register.load import cycle_in

    after = {point.ref: [d.ref for d in point.after] for point in points}
    while (cycle := cycle_in(after)) is not None:
        new = [ref for ref in cycle if ref not in edited] or cycle[:1]
        after[new[0]] = [ref for ref in after[new[0]] if ref not in cycle]
    return [replace(p, after=_only(p.after, after[p.ref])) for p in points]


def _only(dependencies: tuple[Dependency, ...], refs: list[str]) -> tuple[Dependency, ...]:
    return tuple(dependency for dependency in dependencies if dependency.ref in refs)


def _findings(edited: Protocol, reread: Protocol, touched: set[str | None]) -> list[Finding]:
    """The findings that still hold: those not deleted by a person, and those on points that are new or changed."""
    known = {(finding.code, finding.ref, finding.message) for finding in edited.findings}
    return [f for f in reread.findings if (f.code, f.ref, f.message) in known or (f.ref and f.ref in touched)]
