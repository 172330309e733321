"""Turns the items of a decision into points: parties, deadline and kind, inherited from heads where they say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from resolute.protocols import bodies, deadlines, kinds, morphology, parties
from resolute.protocols.addressees import AFTER_DEADLINE, BRACKETED, addressees, after_dash, in_brackets
from resolute.protocols.deadlines import NAMED
from resolute.protocols.labels import CO_EXECUTOR, RESPONSIBLE
from resolute.protocols.outline import Item
from resolute.protocols.parties import Name
from resolute.protocols.profile import Profile
from resolute.protocols.roles import controllers, designated
from resolute.protocols.sentences import has_infinitive
from resolute.protocols.source import DASH
from resolute.protocols.values import Deadline, Kind


@dataclass(frozen=True, slots=True)
class Draft:
    """A point before its names are resolved over the whole protocol."""

    item: Item
    text: str
    kind: Kind
    names: tuple[Name, ...]
    deadline: Deadline


@dataclass(frozen=True, slots=True)
class Said:
    """What an item says itself."""

    text: str
    names: tuple[Name, ...] = ()
    together: tuple[Name, ...] = ()
    deadline: Deadline | None = None
    noted: bool = False
    """Whether the deadline stands after a label («Срок: …»)."""
    on_own_line: bool = False
    """Whether labels stand on lines of their own below it."""
    named_late: bool = False
    """Whether parties stand after a label («Ответственный:»)."""
    marked: tuple[Name, ...] = ()
    """The parties after the label."""
    addressed: tuple[Name, ...] = ()
    """The parties that the sentence itself tells."""


def drafts(root: Item, base: date | None, profile: Profile) -> list[Draft]:
    """The points of one decision."""
    said = {id(item): _said(item, base, profile) for item in _all(root)}
    _spread(root, said)
    found = [_draft(leaf, said) for leaf in root.leaves() if leaf is not root]
    return [_completed(draft, base, profile) for draft in found]


def _completed(draft: Draft, base: date | None, profile: Profile) -> Draft:
    if draft.kind != "assignment":
        return draft
    return replace(draft, deadline=deadlines.by_default(draft.deadline, base, profile))


def _all(root: Item) -> list[Item]:
    found, todo = [], [root]
    while todo:
        item = todo.pop()
        found.append(item)
        todo.extend(item.children)
        if item.group is not None:
            found.append(item.group)
    return found


def _spread(root: Item, said: dict[int, Said]) -> None:
    """A deadline or a responsible party on the last line of a group covers the group, when no other item has one there.

    What an item says inside its own sentence still beats it.
    """
    for head in _all(root):
        leaves = [child for child in head.children if not child.children]
        if head is root or len(leaves) < 2 or leaves[-1] is not head.children[-1]:
            continue
        last, others = said[id(leaves[-1])], [said[id(leaf)] for leaf in leaves[:-1]]
        above = [said[id(item)] for item in (head, *head.ancestors())]
        if (
            last.noted
            and last.on_own_line
            and not any(one.noted for one in others)
            and not any(one.deadline for one in above)
        ):
            said[id(head)] = replace(said[id(head)], deadline=last.deadline)
        if last.named_late and not any(one.named_late for one in (*others, *above)):
            said[id(head)] = replace(said[id(head)], names=(*last.marked, *said[id(head)].names))
            said[id(leaves[-1])] = replace(last, names=last.addressed, named_late=False)


def _draft(leaf: Item, said: dict[int, Said]) -> Draft:
    own = said[id(leaf)]
    above = [said[id(item)] for item in leaf.heads()]
    heads = tuple(item.text for item in leaf.heads())
    names = own.names or next((one.names for one in above if one.names), ())
    together = own.together or next((one.together for one in above if one.together), ())
    if own.together and not own.names:
        together = own.together + tuple(next((one.together for one in above if one.together), ()))
    deadline = own.deadline or next((one.deadline for one in above if one.deadline), None) or Deadline()
    if leaf.voted_down:
        return Draft(leaf, own.text, "rejection", (), Deadline())
    kind = kinds.kind_of(own.text, addressed=bool(names) and _is_told(own, above), dated=_is_dated(own), heads=heads)
    if kind in ("information", "rejection", "approval"):
        return Draft(leaf, own.text, kind, (), Deadline())
    if kind == "control":
        return Draft(leaf, own.text, kind, controllers(own.text) or _in_column(own, leaf), Deadline())
    if kind == "designation":
        told = () if kinds.names_late(own.text) else own.names
        return Draft(leaf, own.text, kind, told or designated(own.text), own.deadline or Deadline())
    if kind == "assignment" and deadline.type in ("standing", "recurring", "as_needed"):
        kind = "standing"
    return Draft(leaf, own.text, kind, _ordered((*names, *together)), deadline)


def _in_column(own: Said, leaf: Item) -> tuple[Name, ...]:
    """The parties of a table row."""
    return own.names if leaf.columns is not None else ()


def _is_dated(own: Said) -> bool:
    """Whether an item has a deadline; a period or a first day in its own sentence may be that of what is approved."""
    if own.deadline is None or own.noted:
        return own.deadline is not None
    return own.deadline.type != "period" and not re.match(r"(?:с|со)\s", own.deadline.text or "")


def _is_told(own: Said, above: Sequence[Said]) -> bool:
    return bool(own.names) or any(one.names for one in above)


def _ordered(names: Sequence[Name]) -> tuple[Name, ...]:
    """The names without repeats, the one that is marked as the lead first."""
    unique = {name.text.lower(): name for name in reversed(names)}
    kept = dict.fromkeys(name.text.lower() for name in names)
    return tuple(sorted((unique[key] for key in kept), key=lambda name: not name.lead))


# ---- what one item says


def _said(item: Item, base: date | None, profile: Profile) -> Said:
    if item.columns is not None:
        return _row(item, base, profile)
    text = item.text
    noted: Deadline | None = None
    late: tuple[Name, ...] = ()
    for note in item.notes:
        found, names = _note(note, base, profile)
        noted = noted or found
        late = (*late, *names)
    body, label, trailing = _cut_notes(_LEADING_LABEL.sub("", text), base, profile)
    noted = noted or label
    late = late or trailing
    inline = None
    if noted is None:
        inline = _before_addressee(body, deadlines.find(body, base, profile)) or _last_words(body, base, profile)
    marked = _blanked(body, inline[1] if inline else None)
    names, together = addressees(marked)
    if not names and not late:
        names = in_brackets(marked) or after_dash(marked)
    return Said(
        text=text,
        names=(*late, *names),
        together=together,
        deadline=noted or (inline[0] if inline else None),
        noted=noted is not None,
        on_own_line=bool(item.notes),
        named_late=bool(late),
        marked=tuple(late),
        addressed=names,
    )


def _row(item: Item, base: date | None, profile: Profile) -> Said:
    columns = item.columns or {}
    names = parties.listed(columns.get("responsible", "")) + parties.listed(columns.get("co", ""))
    found = (
        deadlines.find(columns.get("deadline", ""), base, profile, labelled=True) if columns.get("deadline") else None
    )
    inner = None
    if not (columns.get("deadline", "").strip(" –—-") and names):
        inner = _said(Item(item.mark, item.text, item.line, item.parent), base, profile)
    deadline = found[0] if found else None
    if deadline is None and columns.get("deadline", "").strip(" –—-"):
        deadline = Deadline(text=columns["deadline"])
    if inner is not None:
        return replace(inner, names=tuple(names) or inner.names, deadline=deadline or inner.deadline)
    return Said(item.text, tuple(names), deadline=deadline, noted=deadline is not None)


def _note(note: str, base: date | None, profile: Profile) -> tuple[Deadline | None, tuple[Name, ...]]:
    """The deadline and the parties in a line of labels."""
    body, deadline, names = _cut_notes(note, base, profile)
    if deadline is None and not names and (found := deadlines.find(body, base, profile, labelled=True)):
        deadline = found[0]
    return deadline, names


def _cut_notes(text: str, base: date | None, profile: Profile) -> tuple[str, Deadline | None, tuple[Name, ...]]:
    """`text` without its labels, the deadline after «Срок:», the names after «Ответственный:»."""
    deadline: Deadline | None = None
    names: list[Name] = []
    labels = sorted(
        [(match.start(), match.end(), role) for role, pattern in _LABELS for match in pattern.finditer(text)]
    )
    body = text[: labels[0][0]] if labels else text
    if labels and (bracket := _OPEN_BRACKET.search(body)):
        inside, stop = parties.names_at(bracket[1], "nomn")
        if inside and not bracket[1][stop:].strip(" ,;–—-"):
            names.extend(inside)
            body = body[: bracket.start()]
    for (_start, begin, role), end in zip(labels, [*(label[0] for label in labels[1:]), len(text)], strict=False):
        value = _value(text[begin:end])
        if role == "deadline":
            found = deadlines.find(value, base, profile, labelled=True)
            deadline = deadline or (found[0] if found else Deadline(text=value) if value else None)
        else:
            names.extend(parties.listed(value))
    return body.rstrip(" (;,"), deadline, tuple(names)


_LEADING_LABEL = re.compile(r"^\W*срок\w*\s*[:–—-]?\s*(?=(?:до|не\s+позднее|к)\s[^:]{3,40}:\s)", re.I)
"""A label before the sentence that it belongs to: «Срок до 1 июня: отделу …»."""
_DASHED = re.compile(rf"\s[{DASH}]\s([^{DASH}]{{3,60}}?)[.;,\s]*$")
_OPEN_BRACKET = re.compile(r"\(([^()]{3,200})$")
_LABELS = (("deadline", NAMED), ("responsible", RESPONSIBLE), ("co", CO_EXECUTOR))


def _value(text: str) -> str:
    """The text of a label up to its closing bracket."""
    depth = 0
    for index, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return text[:index].strip(" ;")
    return (
        text.strip(" ;(").removesuffix(".") if not re.search(r"(?:[А-ЯЁ]|г|гг)\.$", text.strip()) else text.strip(" ;(")
    )


Found = tuple[Deadline, tuple[int, int]]


def _before_addressee(text: str, found: Found | None) -> Found | None:
    """A deadline whose wording ends where a party is told: «на очередном заседании штаба | Отделу … доложить»."""
    if found is None:
        return None
    deadline, (start, end) = found
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё«-]+", text[:end]):
        if match.start() <= start or "gent" in morphology.cases(match[0]):
            continue
        if not match[0][0].isupper() and not bodies.is_head(match[0], "datv"):
            continue
        names, stop = parties.names_at(text, "datv", start=match.start())
        if names and text[: match.start()].split()[-1] not in ("к", "ко", "по") and _is_told_to(text[stop:]):
            wording = text[start : match.start()].strip(" ,;–—-")
            return replace(deadline, text=wording), (start, start + len(wording))
    return found


def _last_words(text: str, base: date | None, profile: Profile) -> Found | None:
    """A deadline alone at the end, in brackets or after a dash, which needs no «Срок:» there: «– август 2024 года»."""
    match = BRACKETED.search(text) or _DASHED.search(text)
    found = deadlines.find(match[1], base, profile, labelled=True) if match else None
    if match is None or found is None or found[1][1] - found[1][0] < len(match[1].strip()) - 2:
        return None
    if match.re is _DASHED and found[0].type in ("event", "as_needed"):
        return None
    start = match.start(1)
    return found[0], (start + found[1][0], start + found[1][1])


def _is_told_to(rest: str) -> bool:
    """Whether what stands after a party says what it shall do."""
    return rest.lstrip().startswith(":") or has_infinitive(rest)


def _blanked(text: str, span: tuple[int, int] | None) -> str:
    if span is None:
        return text
    return f"{text[: span[0]]}{AFTER_DEADLINE}{text[span[1] :]}"
