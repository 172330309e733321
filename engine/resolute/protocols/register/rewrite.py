"""Rewrites a register in place: comments, order and the lines of what did not change stay as a person left them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from resolute.protocols.register import dump
from resolute.protocols.register.load import compose, loads_register
from resolute.protocols.values import Point, Protocol


@dataclass(frozen=True, slots=True)
class _Part:
    """A key with its value, or an item of a list, as lines of the file; comments before it belong to it."""

    comments: list[str]
    lines: list[str]


def rewritten(previous: str, protocol: Protocol) -> str:
    """`protocol` as a register that keeps what it can of the text of the `previous` one."""
    root = compose(previous, None)
    before = loads_register(previous)
    if root.flow_style:
        return dump.dumps(protocol)
    lines = previous.splitlines()
    parts, tail = _mapping_parts(root, lines, 0, len(lines))
    wanted = {
        "protocol": lambda part: _head(part, root, lines, before, protocol),
        "questions": lambda part: _whole(part, dump.question_lines(before), dump.question_lines(protocol)),
        "points": lambda part: _points(part, root, lines, before, protocol),
        "findings": lambda part: _whole(part, dump.finding_lines(before), dump.finding_lines(protocol)),
    }
    missing = {
        "protocol": dump.head_section(protocol),
        "questions": dump.question_lines(protocol),
        "findings": dump.finding_lines(protocol),
    }
    result: list[str] = []
    for key, part in parts.items():
        result += [*part.comments, *wanted[key](part)]
    for key, section in missing.items():
        if key not in parts and section:
            result += ["", *section]
    return "\n".join([*result, *tail]) + "\n"


def _whole(part: _Part, before: list[str], after: list[str]) -> list[str]:
    return part.lines if before == after else after


def _mapping_parts(
    node: yaml.MappingNode, lines: list[str], start: int, end: int
) -> tuple[dict[str, _Part], list[str]]:
    """The parts of a block mapping that stands in `lines[start:end]`, and the comments after the last one."""
    places = [(str(key.value), int(key.start_mark.line)) for key, _value in node.value]
    return _parts(places, lines, start, end)


def _parts(places: list[tuple[str, int]], lines: list[str], start: int, end: int) -> tuple[dict[str, _Part], list[str]]:
    parts: dict[str, _Part] = {}
    position = start
    bounds = [line for _key, line in places[1:]] + [end]
    for (key, line), bound in zip(places, bounds, strict=True):
        last = bound
        while last > line + 1 and _is_comment(lines[last - 1]):
            last -= 1
        parts[key] = _Part(lines[position:line], lines[line:last])
        position = last
    return parts, lines[position:end]


def _is_comment(line: str) -> bool:
    return not line.strip() or line.lstrip().startswith("#")


def _value_of(root: yaml.MappingNode, key: str) -> yaml.Node:
    found: yaml.Node = next(value for name, value in root.value if name.value == key)
    return found


def _head(part: _Part, root: yaml.MappingNode, lines: list[str], before: Protocol, after: Protocol) -> list[str]:
    old, new = dump.head_fields(before), dump.head_fields(after)
    node = _value_of(root, "protocol")
    if old == new:
        return part.lines
    if not isinstance(node, yaml.MappingNode) or node.flow_style:
        return dump.head_section(after)
    first = int(node.start_mark.line)
    inner, tail = _mapping_parts(node, lines, first, first + len(part.lines) - 1)
    indent = " " * int(node.start_mark.column)
    return [part.lines[0], *_fields(inner, old, new, indent), *tail]


def _fields(parts: dict[str, _Part], old: dict[str, list[str]], new: dict[str, list[str]], indent: str) -> list[str]:
    """The keys of a mapping: unchanged ones as they stood, changed ones anew, new ones at the end."""
    result: list[str] = []
    for key, part in parts.items():
        result += part.comments
        if old.get(key) == new.get(key):
            result += part.lines
        else:
            result += _inner_comments(key, part)
            result += [indent + line for line in new.get(key, [])]
    for key, lines in new.items():
        if key not in parts:
            result += [indent + line for line in lines]
    return result


def _inner_comments(key: str, part: _Part) -> list[str]:
    """The comment lines inside a value that is written anew; in a folded text a # is no comment."""
    return [] if key == "text" else [line for line in part.lines[1:] if line.lstrip().startswith("#")]


def _points(part: _Part, root: yaml.MappingNode, lines: list[str], before: Protocol, after: Protocol) -> list[str]:
    node = _value_of(root, "points")
    if not isinstance(node, yaml.SequenceNode) or node.flow_style or not node.value:
        return ["points:" if after.points else "points: []", *_anew(after.points)]
    places = [(old.ref, int(item.start_mark.line)) for old, item in zip(before.points, node.value, strict=True)]
    key_line = next(int(key.start_mark.line) for key, _value in root.value if key.value == "points")
    items, tail = _parts(places, lines, key_line + 1, key_line + len(part.lines))
    old_points = {point.ref: (point, item) for point, item in zip(before.points, node.value, strict=True)}
    result = [part.lines[0]] if after.points else ["points: []"]
    for point in after.points:
        if point.ref in items:
            result += items[point.ref].comments
            result += _point(items[point.ref], *old_points[point.ref], point)
        else:
            result += _anew((point,))
    for ref, item in items.items():
        if not any(point.ref == ref for point in after.points):
            result += item.comments
    return [*result, *tail]


def _anew(points: tuple[Point, ...]) -> Iterator[str]:
    for point in points:
        yield from dump.item_lines(dump.flat(dump.point_fields(point)))


def _point(part: _Part, before: Point, node: yaml.Node, after: Point) -> list[str]:
    old, new = dump.point_fields(before), dump.point_fields(after)
    if old == new:
        return part.lines
    column = int(node.start_mark.column)
    if not isinstance(node, yaml.MappingNode) or node.flow_style or part.lines[0][column - 2 : column] != "- ":
        return list(_anew((after,)))
    first = int(node.start_mark.line)
    indent = " " * column
    whole = [indent + part.lines[0][column:], *part.lines[1:]]
    places = [(str(key.value), int(key.start_mark.line) - first) for key, _value in node.value]
    inner, tail = _parts(places, whole, 0, len(whole))
    lines = [*_fields(inner, old, new, indent), *tail]
    return [f"{indent[:-2]}- {lines[0][column:]}", *lines[1:]]
