"""Reads a document into a Protocol: converts it, finds its structure, understands every point."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from resolute import calendars, i18n
from resolute.errors import Finding, InputError
from resolute.protocols import dependencies, findings, header, keywords, layouts, morphology, paragraphs, points
from resolute.protocols.convert import convert
from resolute.protocols.directory import Directory
from resolute.protocols.findings import Reading
from resolute.protocols.outline import ref_of
from resolute.protocols.points import Draft
from resolute.protocols.profile import Profile
from resolute.protocols.questions import questions_of
from resolute.protocols.source import Source
from resolute.protocols.structure import Decision, Structure, structure_of
from resolute.protocols.values import Party, Point, Protocol

_ = i18n.translator("protocols")

morphology.load()
calendars.production_calendar(Profile().country)


def read(path: str | os.PathLike[str] | bytes, *, name: str | None = None, profile: Profile | None = None) -> Protocol:
    """The protocol in a document (.docx, .odt, .rtf, .html, .pdf, .md, .txt; a path or its bytes).

    What the reader is unsure of is in `.findings`; dependencies are proposals, each with its reason. `profile` holds
    the settings of the body. Raises `InputError` for a file that is missing, empty, no document or no protocol.
    """
    source = convert(path, name)
    file = name or (None if isinstance(path, bytes) else str(path))
    structure = structure_of(layouts.regrouped(paragraphs.unrolled(source.lines)))
    found = any(decision.outline.root.children for decision in structure.decisions)
    protocol = _protocol(source, structure, profile or Profile(), file) if found else None
    if protocol is None or _is_any_list(protocol, source):
        message = _("no decisions were found; a protocol has «РЕШИЛИ:» or numbered points, is this one?")
        raise InputError(message, file=file)
    return protocol


def _is_any_list(protocol: Protocol, source: Source) -> bool:
    """Whether nothing but numbers speaks for a protocol: no head, no «РЕШИЛИ», no point says who, when or how."""
    if any((protocol.number, protocol.date, protocol.body)):
        return False
    if any(keywords.decided(line.text) for line in source.lines):
        return False
    return all(
        point.kind == "assignment" and not point.responsible and point.deadline.type == "none"
        for point in protocol.points
    )


def _protocol(source: Source, structure: Structure, profile: Profile, file: str | None) -> Protocol:
    head = header.header_of(structure.header or source.lines[:30])
    drafts = [(decision, points.drafts(decision.outline.root, head.date, profile)) for decision in structure.decisions]
    signer = findings.signer_of(structure, head)
    directory = Directory(list(structure.texts()), [draft for _decision, some in drafts for draft in some], signer)
    found = _points(drafts, directory)
    protocol = Protocol(
        number=head.number,
        date=head.date,
        body=head.body,
        points=found,
        questions=questions_of(structure) if found and found[0].agenda is not None else (),
        controller=next((p.lead for p in found if p.kind == "control" and p.lead is not None), None),
        signer=signer,
        source=file,
    )
    protocol = dependencies.proposed(protocol)
    notes = findings.findings_of(Reading(protocol, structure, directory, head, profile))
    if source.partial:
        notes = (*notes, Finding("partly-converted", "warning", source.partial, file=file))
    return replace(protocol, findings=notes)


def _points(drafts: Sequence[tuple[Decision, list[Draft]]], directory: Directory) -> tuple[Point, ...]:
    agendas = _agendas([decision for decision, _some in drafts])
    continuous = _is_continuous([decision for decision, _some in drafts])
    found: list[Point] = []
    seen: Counter[str] = Counter()
    for (_decision, some), agenda in zip(drafts, agendas, strict=True):
        for draft in some:
            ref = _unique(ref_of(draft.item, agenda, continuous=continuous), seen)
            found.append(
                Point(
                    ref=ref,
                    agenda=agenda,
                    text=draft.text,
                    kind=draft.kind,
                    responsible=tuple(Party(n.text, n.group) for n in directory.resolved(draft.names)),
                    deadline=draft.deadline,
                    line=draft.item.line,
                )
            )
    return tuple(found)


def _agendas(decisions: Sequence[Decision]) -> list[int | None]:
    """The agenda numbers; none at all for a document with one decision that numbers no question."""
    if len(decisions) == 1 and not decisions[0].numbered:
        return [None]
    numbers: list[int | None] = []
    for index, decision in enumerate(decisions, 1):
        numbers.append(decision.number if decision.number is not None else index)
    return numbers


def _is_continuous(decisions: Sequence[Decision]) -> bool:
    """Whether the points are numbered on through all questions: 1–3, then 4–6."""
    last = 0
    for decision in decisions:
        tops = [item.mark for item in decision.outline.root.children if item.mark.style in ("dot", "paren")]
        if not tops:
            return False
        if tops[0].number != last + 1:
            return False
        last = tops[-1].number
    return len(decisions) > 1


def _unique(ref: str, seen: Counter[str]) -> str:
    """`ref`, or with a count when the document uses the number again."""
    seen[ref] += 1
    return ref if seen[ref] == 1 else f"{ref}-{seen[ref]}"
