"""Writes a register: YAML comfortable to edit by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from resolute import i18n
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol

_ = i18n.translator("protocols")

WIDTH = 100
_PLAIN = re.compile(r"[A-Za-zА-Яа-яЁё«(][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*")
_SPECIAL = re.compile(
    r": |:$| #|^[-?:,\[\]{}#&*!|>'\"%@`]|\s$|^\s|^(?:true|false|yes|no|null|on|off|y|n|да|нет|~)$", re.I
)
_WRAP = re.compile(r"(?<=\S) (?=\S)")


def dumps(protocol: Protocol) -> str:
    """The register of `protocol` as YAML, written anew."""
    return "\n".join(_sections(protocol)) + "\n"


def _sections(protocol: Protocol) -> Iterator[str]:
    for line in _intro().splitlines():
        yield f"# {line}".rstrip()
    for section in (head_section(protocol), question_lines(protocol)):
        if section:
            yield from (*section, "")
    yield "points:" if protocol.points else "points: []"
    for point in protocol.points:
        yield from item_lines(flat(point_fields(point)))
    if protocol.findings:
        yield from ("", *finding_lines(protocol))


def _intro() -> str:
    return _(
        "Register of a protocol. Edit it freely: comments and order are kept when it is rewritten.\n"
        "after: what a point waits for. A proposal of the reader has `confirmed: false`; delete that line to confirm\n"
        "it, or delete the whole entry to refuse it."
    )


def head_fields(protocol: Protocol) -> dict[str, list[str]]:
    """The lines of the mapping `protocol:`, by key."""
    controller = [] if protocol.controller is None else _party_lines("controller: ", protocol.controller)
    return _fields(
        {
            "number": mapping_lines([("number", protocol.number)]),
            "date": mapping_lines([("date", protocol.date)]),
            "body": mapping_lines([("body", protocol.body)]),
            "controller": controller,
            "signer": mapping_lines([("signer", protocol.signer)]),
            "source": mapping_lines([("source", protocol.source)]),
        }
    )


def point_fields(point: Point) -> dict[str, list[str]]:
    """The lines of one point, not indented, by key."""
    return _fields(
        {
            "ref": [f"ref: {_quoted(point.ref)}"],
            "agenda": mapping_lines([("agenda", point.agenda)]),
            "text": mapping_lines([("text", point.text)]),
            "kind": mapping_lines([("kind", point.kind)]),
            "responsible": _list("responsible", [_party_lines("  - ", party) for party in point.responsible]),
            "deadline": _deadline_lines(point.deadline),
            "after": _list("after", [_dependency_lines(dependency) for dependency in point.after]),
            "line": mapping_lines([("line", point.line)]),
        }
    )


def _fields(lines: dict[str, Iterable[str]]) -> dict[str, list[str]]:
    return {key: kept for key, value in lines.items() if (kept := list(value))}


def _list(key: str, items: list[list[str]]) -> list[str]:
    return [f"{key}:", *(line for item in items for line in item)] if items else []


def flat(fields: dict[str, list[str]]) -> list[str]:
    """All lines of a mapping."""
    return [line for lines in fields.values() for line in lines]


def question_lines(protocol: Protocol) -> list[str]:
    """The section `questions:`."""
    items = []
    for question in protocol.questions:
        pairs = [("number", question.number), ("title", question.title or None), ("speaker", question.speaker)]
        items.append(item_lines(list(mapping_lines(pairs))))
    return _list("questions", items)


def finding_lines(protocol: Protocol) -> list[str]:
    """The section `findings:`."""
    keys = ("code", "severity", "ref", "message", "line")
    items = [item_lines(list(mapping_lines([(key, getattr(f, key)) for key in keys]))) for f in protocol.findings]
    return _list("findings", items)


def head_section(protocol: Protocol) -> list[str]:
    """The section `protocol:`."""
    lines = flat(head_fields(protocol))
    return ["protocol:", *(f"  {line}" for line in lines)] if lines else []


def _deadline_lines(deadline: Deadline) -> list[str]:
    if deadline == Deadline():
        return []
    pairs: list[tuple[str, Any]] = [("text", deadline.text), ("type", deadline.type), ("due", deadline.due)]
    if deadline.effective != deadline.due:
        pairs.append(("effective", deadline.effective))
    pairs += [("then", deadline.then), ("recurring", deadline.recurring), ("rule", deadline.rule)]
    return ["deadline:", *(f"  {line}" for line in mapping_lines(pairs))]


def _party_lines(start: str, party: Party) -> list[str]:
    if not party.group:
        return [start + scalar(party.name)]
    pairs = list(mapping_lines([("name", party.name), ("group", True)]))
    if start.endswith("- "):
        return [start + pairs[0], *(" " * len(start) + line for line in pairs[1:])]
    return [start.rstrip(), *(f"  {line}" for line in pairs)]


def _dependency_lines(dependency: Dependency) -> list[str]:
    if dependency == Dependency(dependency.ref):
        return [f"  - {_quoted(dependency.ref)}"]
    lines = [f"ref: {_quoted(dependency.ref)}", *mapping_lines([("reason", dependency.reason)])]
    if dependency.confidence != 1.0:
        lines.append(f"confidence: {dependency.confidence!r}")
    if not dependency.confirmed:
        lines.append("confirmed: false")
    return [f"  {line}" for line in item_lines(lines, indent="")]


def item_lines(lines: list[str], indent: str = "  ") -> list[str]:
    """A mapping as an item of a list."""
    return [f"{indent}- {lines[0]}", *(f"{indent}  {line}" if line else "" for line in lines[1:])]


def mapping_lines(pairs: list[tuple[str, Any]]) -> Iterator[str]:
    """`key: value` lines; None is left out, long texts are folded over several lines."""
    for key, value in pairs:
        if value is None:
            continue
        if isinstance(value, str):
            yield from _text_lines(key, value)
        elif isinstance(value, bool):
            yield f"{key}: {'true' if value else 'false'}"
        elif isinstance(value, date):
            yield f"{key}: {value.isoformat()}"
        else:
            yield f"{key}: {value}"


def _text_lines(key: str, value: str) -> Iterator[str]:
    if len(value) <= WIDTH or _WRAP.sub("", value).count(" ") or not _is_foldable(value):
        yield f"{key}: {scalar(value)}"
        return
    yield f"{key}: >-"
    line = ""
    for word in value.split(" "):
        if line and len(line) + len(word) + 1 > WIDTH:
            yield f"  {line}"
            line = word
        else:
            line = f"{line} {word}" if line else word
    yield f"  {line}"


def _is_foldable(value: str) -> bool:
    """Whether a text can be folded and comes back the same: printable, single inner spaces only."""
    return value.isprintable() and "  " not in value and value == value.strip()


def scalar(value: str) -> str:
    """A text as a YAML scalar on one line."""
    if _PLAIN.fullmatch(value) and not _SPECIAL.search(value) and value.isprintable():
        return value
    return _quoted(value)


def _quoted(value: str) -> str:
    """A text in double quotes; what cannot be printed is escaped."""
    return f'"{"".join(map(_escaped, value))}"'


def _escaped(sign: str) -> str:
    if sign in '"\\':
        return f"\\{sign}"
    if sign.isprintable() and sign != "\ufeff":
        return sign
    code = ord(sign)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
