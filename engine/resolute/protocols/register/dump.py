"""Writes a register: YAML comfortable to edit by hand."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from resolute import i18n
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol

_ = i18n.translator("protocols")

WIDTH = 100
_SCHEMA = "https://raw.githubusercontent.com/resolute-engine/resolute/main/engine/resolute/protocols/register/register.schema.json"
_PLAIN = re.compile(r"[A-Za-zА-Яа-яЁё«(][^\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*")
_SPECIAL = re.compile(r": |:$| #|^[-?:,\[\]{}#&*!|>'\"%@`]|\s$|^\s|^(?:true|false|yes|no|null|on|off|y|n|да|нет|~)$", re.I)
_WRAP = re.compile(r"(?<=\S) (?=\S)")


def dumps(protocol: Protocol) -> str:
    """The register of `protocol` as YAML, written anew."""
    return "\n".join(_sections(protocol)) + "\n"


def _sections(protocol: Protocol) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={_SCHEMA}"
    for line in _intro().splitlines():
        yield f"# {line}".rstrip()
    yield "protocol:"
    yield from (f"  {line}" for line in head_lines(protocol))
    if protocol.questions:
        yield ""
        yield "questions:"
        for question in protocol.questions:
            pairs = [("number", question.number), ("title", question.title or None), ("speaker", question.speaker)]
            yield from item_lines(list(mapping_lines(pairs)))
    yield ""
    yield "points:" if protocol.points else "points: []"
    for point in protocol.points:
        yield from item_lines(point_lines(point))
    if protocol.findings:
        yield ""
        yield "findings:"
        for finding in protocol.findings:
            keys = ("code", "severity", "ref", "message", "line")
            yield from item_lines(list(mapping_lines([(key, getattr(finding, key)) for key in keys])))


def _intro() -> str:
    return _(
        "Register of a protocol. Edit it freely: comments and order are kept when it is rewritten.\n"
        "after: what a point waits for. A proposal of the reader has `confirmed: false`; delete that line to confirm\n"
        "it, or delete the whole entry to refuse it."
    )


def head_lines(protocol: Protocol) -> list[str]:
    """The lines of the mapping `protocol:`."""
    lines = list(
        mapping_lines([("number", protocol.number), ("date", protocol.date), ("body", protocol.body)])
    )
    if protocol.controller is not None:
        lines += _party_lines("controller: ", protocol.controller)
    lines += mapping_lines([("signer", protocol.signer), ("source", protocol.source)])
    return lines or ["{}"]


def point_lines(point: Point) -> list[str]:
    """The lines of one point, not indented."""
    lines = [f"ref: {_quoted(point.ref)}"]
    lines += mapping_lines([("agenda", point.agenda), ("text", point.text), ("kind", point.kind)])
    if not point.text:
        lines.insert(1, 'text: ""')
    if point.responsible:
        lines.append("responsible:")
        for party in point.responsible:
            lines += _party_lines("  - ", party)
    if point.deadline != Deadline():
        lines.append("deadline:")
        lines += (f"  {line}" for line in _deadline_lines(point.deadline))
    if point.after:
        lines.append("after:")
        for dependency in point.after:
            lines += _dependency_lines(dependency)
    lines += mapping_lines([("line", point.line)])
    return lines


def _deadline_lines(deadline: Deadline) -> list[str]:
    pairs: list[tuple[str, Any]] = [("text", deadline.text), ("type", deadline.type), ("due", deadline.due)]
    if deadline.effective != deadline.due:
        pairs.append(("effective", deadline.effective))
    pairs += [("then", deadline.then), ("recurring", deadline.recurring), ("rule", deadline.rule)]
    return list(mapping_lines(pairs))


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
    return json.dumps(value, ensure_ascii=not value.isprintable())
