"""Loads a register: YAML that a person edits, checked, with the line of every mistake."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.protocols.register.schema import checked, line_of, schema
from resolute.protocols.values import Deadline, Dependency, Party, Point, Protocol, Question

_ = i18n.translator("protocols")

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MAX_BYTES = 20_000_000


def load_register(path: str | os.PathLike[str]) -> Protocol:
    """The protocol kept in a register file; raises `InputError` with file and line for what is wrong in it."""
    name = str(path)
    try:
        if Path(path).stat().st_size > MAX_BYTES:
            raise InputError(
                _("the register is larger than {limit} MB").format(limit=MAX_BYTES // 1_000_000), file=name
            )
        text = Path(path).read_text("utf-8")
    except FileNotFoundError:
        raise InputError(_("there is no such file; check the path"), file=name) from None
    except IsADirectoryError:
        raise InputError(_("this is a folder; name a file in it"), file=name) from None
    except UnicodeDecodeError:
        raise InputError(
            _("this is no register: not UTF-8 text; `resolute read FILE -o …` makes one"), file=name
        ) from None
    except (OSError, ValueError) as error:
        raise InputError(_("the file cannot be read ({reason})").format(reason=error), file=name) from None
    return loads_register(text, name=name)


def loads_register(text: str, *, name: str | None = None) -> Protocol:
    """The protocol in the text of a register."""
    root = compose(text, name)
    values = checked(root, schema(), name)
    protocol = _protocol(values)
    _check_refs(protocol, root, name)
    return protocol


def compose(text: str, name: str | None) -> yaml.MappingNode:
    """The YAML tree of a register; anchors are refused, since aliases can unfold without end."""
    try:
        events = yaml.parse(text, Loader=_Loader)
        alias = next((event for event in events if isinstance(event, yaml.AliasEvent)), None)
        root = None if alias else yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        message = _("this is not YAML ({problem}); correct the line").format(problem=error.problem)
        raise InputError(message, file=name, line=line) from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise InputError(_("this is not YAML; a register is made by `resolute read FILE -o …`"), file=name) from None
    if alias is not None:
        message = _("YAML aliases (*name) are not allowed in a register; write the value out")
        raise InputError(message, file=name, line=1 + (alias.start_mark.line if alias.start_mark else 0))
    if not isinstance(root, yaml.MappingNode):
        message = _("this is no register: a mapping with `points:` was expected; `resolute read FILE -o …` makes one")
        raise InputError(message, file=name, line=1)
    return root


def is_register(path: str | os.PathLike[str]) -> bool:
    """Whether the file is a register (YAML), and not a document to read."""
    return Path(path).suffix.lower() in (".yaml", ".yml")


def _protocol(values: Mapping[str, Any]) -> Protocol:
    head = values.get("protocol") or {}
    return Protocol(
        number=head.get("number"),
        date=_date(head.get("date")),
        body=head.get("body"),
        points=tuple(_point(point) for point in values["points"]),
        questions=tuple(
            Question(q["number"], q.get("title") or "", q.get("speaker")) for q in values.get("questions") or ()
        ),
        findings=tuple(
            Finding(f["code"], f["severity"], f["message"], ref=f.get("ref"), line=f.get("line"))
            for f in values.get("findings") or ()
        ),
        controller=_party(head["controller"]) if head.get("controller") else None,
        signer=head.get("signer"),
        source=head.get("source"),
    )


def _point(values: Mapping[str, Any]) -> Point:
    return Point(
        ref=values["ref"],
        agenda=values.get("agenda"),
        text=values["text"],
        kind=values["kind"],
        responsible=tuple(_party(party) for party in values.get("responsible") or ()),
        deadline=_deadline(values.get("deadline") or {}),
        after=tuple(_dependency(dependency) for dependency in values.get("after") or ()),
        line=values.get("line"),
    )


def _deadline(values: Mapping[str, Any]) -> Deadline:
    return Deadline(
        text=values.get("text"),
        type=values.get("type") or ("date" if values.get("due") else "none"),
        due=_date(values.get("due")),
        effective=_date(values.get("effective")) or _date(values.get("due")),
        then=values.get("then"),
        recurring=values.get("recurring"),
        rule=values.get("rule"),
    )


def _party(value: str | Mapping[str, Any]) -> Party:
    if isinstance(value, str):
        return Party(value)
    return Party(value["name"], bool(value.get("group")))


def _dependency(value: str | Mapping[str, Any]) -> Dependency:
    if isinstance(value, str):
        return Dependency(value)
    confirmed = value.get("confirmed")
    confidence = value.get("confidence")
    return Dependency(
        ref=value["ref"],
        reason=value.get("reason"),
        confidence=1.0 if confidence is None else float(confidence),
        confirmed=True if confirmed is None else confirmed,
    )


def _date(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


# ---- refs


def _check_refs(protocol: Protocol, root: yaml.MappingNode, name: str | None) -> None:
    nodes = _point_nodes(root)
    seen: dict[str, int] = {}
    for point, node in zip(protocol.points, nodes, strict=True):
        if point.ref in seen:
            message = _("the ref {ref} stands already in line {line}; refs are unique")
            raise InputError(message.format(ref=point.ref, line=seen[point.ref]), file=name, line=line_of(node))
        seen[point.ref] = line_of(node)
    for point, node in zip(protocol.points, nodes, strict=True):
        for dependency, place in zip(point.after, _after_nodes(node), strict=True):
            if dependency.ref not in seen:
                message = _(
                    "point {ref} waits for {after}, which is not in the register; correct `after` or add the point"
                )
                raise InputError(message.format(ref=point.ref, after=dependency.ref), file=name, line=line_of(place))
    if cycle := cycle_in({point.ref: [d.ref for d in point.after] for point in protocol.points}):
        message = _("the points {cycle} wait for each other in a circle; remove one `after`")
        shown = " → ".join([*cycle, cycle[0]])
        raise InputError(message.format(cycle=shown), file=name, line=seen[cycle[0]])


def _point_nodes(root: yaml.MappingNode) -> Sequence[yaml.Node]:
    return next(list(value.value) for key, value in root.value if key.value == "points")


def _after_nodes(point: yaml.Node) -> Sequence[yaml.Node]:
    found = (list(value.value) for key, value in point.value if key.value == "after" and value.value)
    return next((nodes for nodes in found if not isinstance(nodes[0], str)), [])


def cycle_in(after: Mapping[str, Sequence[str]]) -> list[str] | None:
    """The refs of one cycle of waits, or None; walked without recursion."""
    state: dict[str, int] = {}
    for start in after:
        if start in state:
            continue
        path: list[str] = [start]
        todo = [iter(after[start])]
        state[start] = 1
        while todo:
            following = next(todo[-1], None)
            if following is None:
                state[path.pop()] = 2
                todo.pop()
            elif state.get(following) == 1:
                return path[path.index(following) :]
            elif following not in state:
                state[following] = 1
                path.append(following)
                todo.append(iter(after.get(following, ())))
    return None
