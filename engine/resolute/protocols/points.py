"""Turns the items of a decision into points: parties, deadline and kind, inherited from heads where they say so."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from resolute.protocols import bodies, deadlines, kinds, morphology, parties, persons
from resolute.protocols.deadlines import NAMED
from resolute.protocols.labels import CO_EXECUTOR, RESPONSIBLE
from resolute.protocols.outline import Item
from resolute.protocols.parties import Name
from resolute.protocols.profile import Profile
from resolute.protocols.sentences import has_infinitive
from resolute.protocols.source import DASH
from resolute.protocols.values import Deadline, Kind

_TOGETHER = re.compile(r"\bсовместно\s+(?:с|со)\s+|\bво\s+взаимодействии\s+с\s+", re.I)
_BY_FORCES = re.compile(r"\bсилами\s+", re.I)
_ASKING = re.compile(
    r"^\W*(?:рекомендовать|предложить|просить|порекомендовать|попросить|поручить|обязать|предписать|поручается|рекомендуется|предлагается|ходатайствовать\s+перед)\s+",
    re.I,
)
_ASKED_DIRECTLY = re.compile(r"^\W*(?:просить|попросить|обязать)\s", re.I)
_ENTRUSTING = re.compile(r"\bпоручить\s+", re.I)
_INTRODUCTION = re.compile(
    r"^\W*(?:после|в\s+целях|с\s+целью|во\s+исполнение|на\s+основании|по\s+(?:итогам|результатам)|в\s+соответствии|с\s+уч[её]том|в\s+связи|в\s+рамках"
    r"|для|учитывая|принимая|исходя|согласно|в\s+случае|при)\s",
    re.I,
)
_CONTROLLER = re.compile(
    r"(?:возложить|возлагаю|возлагается|оставить|оставляю|закрепить|поручить|осуществл\w+)\s*"
    r"(?:контроль\b[^;]{0,120}?\s(?=(?:на|за)\s))?(?P<by>на|за)?\s*",
    re.I,
)
_DESIGNATED = re.compile(
    r"^\W*(?:определить|назначить|утвердить|избрать|закрепить|считать|признать|установить|наделить)\s+(?:за\s+)?", re.I
)
_RESPONSIBLE_ROLE = re.compile(
    r"ответственн|оператор|координатор|уполномоченн|головн|куратор|организатор|исполнител|администратор|секретар|председател|заказчик",
    re.I,
)
_IMPERSONAL_ROLE = re.compile(r"пилотн|базов\w*\s+площадк|опорн|площадк|территори", re.I)
_SELF = re.compile(r"\bза\s+собой\b", re.I)
_BRACKETED = re.compile(r"\(([^()]*)\)\s*[.;,]?\s*$")
_PASSIVE = re.compile(
    r"\b(?:долж(?:ен|н[а-я])\s+быть|[а-яё]+(?:уется|уются|ается|аются|ится|ятся)|(?:будет|будут)\s+[а-яё]+н[аоы]?)\b"
)
_AFTER_DEADLINE = "¦"


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
    above = [said[id(item)] for item in leaf.ancestors()]
    heads = tuple(item.text for item in leaf.ancestors())
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
        return Draft(leaf, own.text, kind, _controller(own.text) or _in_column(own, leaf), Deadline())
    if kind == "designation":
        told = () if kinds.names_late(own.text) else own.names
        return Draft(leaf, own.text, kind, told or _designated(own.text), own.deadline or Deadline())
    if kind == "assignment" and deadline.type in ("standing", "recurring", "as_needed"):
        kind = "standing"
    return Draft(leaf, own.text, kind, _ordered((*names, *together)), deadline)


def _in_column(own: Said, leaf: Item) -> tuple[Name, ...]:
    """The parties of a table row."""
    return own.names if leaf.columns is not None else ()


def _is_dated(own: Said) -> bool:
    """Whether an item has a deadline; a period in its own sentence may be that of what is approved."""
    return own.deadline is not None and (own.noted or own.deadline.type != "period")


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
    body, label, trailing = _cut_notes(text, base, profile)
    noted = noted or label
    late = late or trailing
    inline = None
    if noted is None:
        inline = _before_addressee(body, deadlines.find(body, base, profile)) or _bracketed_deadline(
            body, base, profile
        )
    marked = _blanked(body, inline[1] if inline else None)
    names, together = _names(marked)
    if not names and not late:
        names = _in_brackets(marked) or _after_dash(marked)
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
    if "deadline" not in columns or "responsible" not in columns:
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


def _bracketed_deadline(text: str, base: date | None, profile: Profile) -> Found | None:
    """A deadline alone in brackets at the end, which needs no «Срок:» there: «(I полугодие 2024 года)»."""
    match = _BRACKETED.search(text)
    found = deadlines.find(match[1], base, profile, labelled=True) if match else None
    if match is None or found is None or found[1][1] - found[1][0] < len(match[1].strip()) - 2:
        return None
    start = match.start(1)
    return found[0], (start + found[1][0], start + found[1][1])


def _is_told_to(rest: str) -> bool:
    """Whether what stands after a party says what it shall do."""
    return rest.lstrip().startswith(":") or has_infinitive(rest)


def _blanked(text: str, span: tuple[int, int] | None) -> str:
    if span is None:
        return text
    return f"{text[: span[0]]}{_AFTER_DEADLINE}{text[span[1] :]}"


def _names(text: str) -> tuple[tuple[Name, ...], tuple[Name, ...]]:
    """The parties that `text` addresses, and those that it joins to them («совместно с …»)."""
    joined: list[Name] = []
    for match in _TOGETHER.finditer(text):
        found, _end = parties.names_at(text, "ablt", start=match.end())
        joined.extend(found)
    if not joined and (by := _BY_FORCES.search(text)):
        forces, _end = parties.names_at(text, "gent", start=by.end())
        return tuple(_told(text) or forces), ()
    return _told(text), tuple(joined)


def _told(text: str) -> tuple[Name, ...]:
    """The parties that the sentence addresses."""
    start = text.lstrip(f" {_AFTER_DEADLINE},;")
    asking = _ASKING.match(start)
    if asking and (case := _case_of_asked(asking[0])):
        direct, _end = parties.names_at(start, case, start=asking.end())
        if direct:
            return tuple(direct)
    return tuple(_addressed(start[asking.end() :] if asking else start) or _entrusted(start))


def _case_of_asked(asking: str) -> str | None:
    """The case of who is asked, where the verb does not take the dative."""
    return "ablt" if asking.rstrip().endswith("перед") else "accs" if _ASKED_DIRECTLY.match(asking) else None


def _entrusted(text: str) -> list[Name]:
    """The names after what is entrusted to them: «Подготовку поручить отделу …», «Поручить подготовку отделу …»."""
    match = _ENTRUSTING.search(text)
    if match is None:
        return []
    for word in re.finditer(r"(?<![\w-])[А-ЯЁа-яё«]+", text[match.end() : match.end() + 200]):
        start = match.end() + word.start()
        names, _end = parties.names_at(text, "datv", start=start, known=True)
        if names and "gent" not in morphology.cases(word[0]) and text[:start].split()[-1] not in ("к", "ко", "по"):
            return names
    return []


def _addressed(text: str) -> list[Name]:
    """The names at the beginning of `text`, in the dative or as the subject, also after an introduction."""
    text = text.lstrip(f" {_AFTER_DEADLINE},")
    names, _end = parties.names_at(text, "datv")
    if names:
        return names
    names, end = parties.names_at(text, "nomn")
    if names and _acts(text[end:]):
        return names
    names, end = parties.names_at(text, "ablt")
    if names and _PASSIVE.search(text[end:]):
        return names
    names, end = parties.names_at(text, "datv", loose=True)
    if names and _must_act(text[end:]):
        return names
    if names := _after_introduction(text):
        return names
    for match in re.finditer(rf"[,{_AFTER_DEADLINE}]\s*", text[:300]):
        names, _end = parties.names_at(text, "datv", start=match.end())
        if names and _introduces(text[: match.start()]):
            return names
    return []


def _after_introduction(text: str) -> list[Name]:
    """The names after an introduction that no comma ends: «В целях экономии Министерству …»."""
    if not _INTRODUCTION.match(text):
        return []
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё]", text[:300]):
        if has_infinitive(text[: match.start()]):
            break
        names, end = parties.names_at(text, "datv", start=match.start(), known=True)
        if names and "по" not in text[: match.start()].split()[-1:] and has_infinitive(text[end:]):
            return names
    return []


def _introduces(before: str) -> bool:
    """Whether the words before a party are an introduction («В целях …,»), not an assignment already."""
    return not has_infinitive(before)


def _acts(rest: str) -> bool:
    """Whether a subject is followed by what it does: a verb, a colon, a dash."""
    rest = rest.lstrip(f" ,{_AFTER_DEADLINE}")
    if rest.startswith((":", "-", "–", "—")):
        return True
    words = re.findall(r"[а-яёА-ЯЁ]+", rest)[:4]
    return any(morphology.is_finite_verb(word) or morphology.is_infinitive(word) for word in words)


def _must_act(rest: str) -> bool:
    """Whether an infinitive follows at once, so that what stands before it must be who is told."""
    words = re.findall(r"[а-яёА-ЯЁ]+", rest.lstrip(f" ,{_AFTER_DEADLINE}"))[:1]
    return any(morphology.is_infinitive(word) for word in words)


def _in_brackets(text: str) -> tuple[Name, ...]:
    """Parties in brackets at the end: «провести сверку (Минфин края)», «(отв. Орлов К.К., до 1 мая)»."""
    match = _BRACKETED.search(text)
    if match is None or re.search(r"далее|согласовани|%", match[1]):
        return ()
    label = _LABEL.match(match[1])
    names, end = parties.names_at(match[1], "nomn", start=label.end() if label else 0)
    return tuple(names) if names and not match[1][end:].strip(f" .,;{DASH}{_AFTER_DEADLINE}") else ()


_OTHER_CONTROLLER = re.compile(rf"[{DASH}]\s*(?:на|за)\s+")


def _after_dash(text: str) -> tuple[Name, ...]:
    """Parties after the last dash, and nothing more: «Разработать памятку – отдел культуры»."""
    dash = next(iter(reversed(list(re.finditer(rf"\s[{DASH}]\s", text)))), None)
    if dash is None:
        return ()
    names, end = parties.names_at(text, "nomn", start=dash.end(), known=True)
    return tuple(names) if names and not text[end:].strip(f" .,;{_AFTER_DEADLINE}") else ()


_LABEL = re.compile(r"\s*(?:отв(?:етственн[а-я]+)?|исп(?:олнител[ьи])?)\b\.?\s*", re.I)


def _controller(text: str) -> tuple[Name, ...]:
    if _SELF.search(text):
        return (Name(SELF),)
    for match in _CONTROLLER.finditer(text):
        case = "ablt" if (match["by"] or "").lower() == "за" else "accs" if match["by"] else "datv"
        names, end = parties.names_at(text, case, start=match.end())
        if names:
            others = _OTHER_CONTROLLER.finditer(text, end) if match["by"] else ()
            return (*names, *(name for other in others for name in parties.names_at(text, case, start=other.end())[0]))
    tail = re.search(rf"[{DASH}:]\s*(?P<by>за\s+|на\s+)?(?P<who>.+)$", text)
    if tail is None:
        return ()
    if tail["by"]:
        case = "ablt" if tail["by"].startswith("за") else "accs"
        return tuple(parties.names_at(text, case, start=tail.start("who"))[0])
    return tuple(parties.listed(tail["who"]))


SELF = "за собой"
"""Stands for the signer, who keeps the control."""


def _designated(text: str) -> tuple[Name, ...]:
    """Who is given a role: «определить … ответственным»; nobody for «пилотным», «базовой площадкой»."""
    if _IMPERSONAL_ROLE.search(text) and not re.search(r"ответственн|оператор", text, re.I):
        return ()
    match = _DESIGNATED.match(text) or kinds.ROLE_FIRST.match(text)
    if match is None:
        place = re.search(r"возложить\s+(?:.{0,80}?\s)?на\s+|закрепить\s+(?P<by>за)\s+", text, re.I)
        case = "ablt" if place and place["by"] else "accs"
        return tuple(parties.names_at(text, case, start=place.end())[0]) if place else ()
    names, _end = parties.names_at(text, "accs", start=match.end())
    if names and _RESPONSIBLE_ROLE.search(text):
        return tuple(names)
    return _after_role(text, match.end())


def _after_role(text: str, start: int) -> tuple[Name, ...]:
    """The names after a role in the instrumental: «определить аудитором ООО …»."""
    role = re.compile(r"[а-яё]+").match(text, start)
    if role is None or "ablt" not in morphology.cases(role[0]) or "accs" in morphology.cases(role[0]):
        return ()
    if person := persons.PERSON.search(text, start):
        return _with_post(text, start, person)
    for match in re.finditer(r"(?<=\s)[А-ЯЁа-яё]+", text[start:]):
        names, _end = parties.names_at(text, "accs", start=start + match.start())
        if names and (match[0].isupper() or "gent" not in morphology.cases(match[0])):
            return tuple(names)
    return ()


def _with_post(text: str, start: int, person: re.Match[str]) -> tuple[Name, ...]:
    """A person in the accusative with the post before, which begins after `start`: «декана факультета Орлова К.К.»."""
    for match in re.finditer(r"(?<![\w-])[А-ЯЁа-яё]+", text[: person.start()]):
        if match.start() >= start and bodies.is_post(match[0]) and "accs" in morphology.cases(match[0]):
            begin = _first_adjective(text, start, match.start())
            names, end = parties.names_at(text, "accs", start=begin)
            if names and end >= person.end():
                return tuple(names)
    return (Name(persons.nominative(person[0], "accs")),)


def _first_adjective(text: str, start: int, post: int) -> int:
    """Where the adjectives before a post begin: «ответственного секретаря», «первого проректора»."""
    begin = post
    for match in reversed(list(re.finditer(r"[А-ЯЁа-яё-]+", text[start:post]))):
        between = text[start + match.end() : begin]
        if between.strip() or not morphology.is_adjective(match[0]) or "accs" not in morphology.cases(match[0]):
            break
        begin = start + match.start()
    return begin
