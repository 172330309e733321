"""The stored form of a compiled net: versioned JSON, read back without the model it was compiled from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from enum import IntEnum
from typing import Any

from resolute import i18n
from resolute.errors import Finding, InputError
from resolute.net.dmn import Decision, Output, Rule, Table
from resolute.net.expressions import Expression, known
from resolute.net.net import (
    NO_DETAILS,
    AdHoc,
    DataFlow,
    Details,
    EventDefinition,
    Kind,
    Loop,
    LoopKind,
    Net,
    ScopeKind,
    TimerKind,
    Transfer,
    Trigger,
)

_ = i18n.translator("net")

FORMAT = 3
_SEQUENCE = "sequence"
_FORMS = frozenset("=?'")
"""What marks an expression: its form."""
_RECORDS: dict[str, type] = {
    record.__name__: record
    for record in (AdHoc, DataFlow, Details, EventDefinition, Loop, Transfer, Finding, Table, Output, Rule)
}
_ENUMS: dict[tuple[str, str], type[IntEnum]] = {
    ("EventDefinition", "trigger"): Trigger,
    ("EventDefinition", "timer"): TimerKind,
    ("Loop", "kind"): LoopKind,
}
_PLAIN = ("process", "name", "key", "ids", "names", "parents", "flow_ids", "flow_names", "sources", "targets")
_TABLES = (
    *("starts", "handlers", "defaults", "events", "loops", "scope_kind", "adhoc", "activation", "data", "locals"),
    *("boundaries", "members", "event_scopes"),
)
"""What few nodes or flows have is stored as pairs of a number and a value."""


def dumps_net(net: Net) -> bytes:
    """The stored form of `net`; `loads_net` makes an equal net of it."""
    stored: dict[str, Any] = {"format": FORMAT}
    for name in (*_PLAIN, "kinds", "triggers", "incoming", "outgoing"):
        stored[name] = getattr(net, name)
    for name in _TABLES:
        stored[name] = _written(getattr(net, name))
    stored["attached"] = _unlike(net.attached, -1)
    stored["not_interrupting"] = [node for node, interrupts in enumerate(net.interrupting) if not interrupts]
    stored["details"] = _unlike(net.details, NO_DETAILS)
    stored["conditions"] = _unlike(net.conditions, None)
    stored["links"] = _unlike(net.links, _SEQUENCE)
    stored["reasons"] = _unlike(net.reasons, None)
    stored["findings"] = _written(net.findings)
    stored["forms"] = dict(net.forms)
    stored["logics"], stored["decisions"] = _written_decisions(net.decisions)
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":")).encode()


def loads_net(content: bytes) -> Net:
    """The net that `content` was written from.

    Raises InputError for another format and for what cannot be read: compile the model again.
    """
    try:
        stored = json.loads(content)
        if stored["format"] == FORMAT:
            return _net(stored)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        message = _("the stored net cannot be read ({reason}); compile its model again")
        raise InputError(message.format(reason=error)) from error
    message = _("the stored net has format {found}; this version of Resolute reads {known}; compile its model again")
    raise InputError(message.format(found=stored["format"], known=FORMAT))


# --- writing ---


def _written(value: Any) -> Any:
    """Plain data for a value of a net: tables as pairs, records by name without what they leave at its default."""
    if isinstance(value, Expression):
        return {"is": value.form, "source": value.source, "names": sorted(value.names), "constant": value.constant}
    if isinstance(value, tuple):
        return [_written(part) for part in value]
    if isinstance(value, dict):
        return [[key, _written(part)] for key, part in value.items()]
    if type(value).__name__ in _RECORDS:
        return {"is": type(value).__name__, **_set_fields(value)}
    return value


def _set_fields(record: Any) -> dict[str, Any]:
    given = ((each.name, getattr(record, each.name), each.default) for each in fields(record))
    return {name: _written(value) for name, value, default in given if value != default}


def _unlike(column: tuple[Any, ...], usual: Any) -> list[Any]:
    """The length of a column, then the places whose value is not the usual one."""
    return [len(column), *([place, _written(value)] for place, value in enumerate(column) if value != usual)]


def _written_decisions(decisions: Mapping[str, Decision]) -> tuple[list[Any], list[Any]]:
    """Each logic once, and the decisions that point to their own and to those of what they need."""
    numbers: dict[int, int] = {}
    logics: list[Any] = []

    def number(decision: Decision) -> int:
        if id(decision.logic) not in numbers:
            numbers[id(decision.logic)] = len(logics)
            logics.append(_written(decision.logic))
        return numbers[id(decision.logic)]

    return logics, [
        [key, [[part.id, part.variable, number(part)] for part in (decision, *decision.required)]]
        for key, decision in decisions.items()
    ]


# --- reading ---


def _net(stored: Mapping[str, Any]) -> Net:
    plain: dict[str, Any] = {name: _frozen(stored[name]) for name in _PLAIN}
    tables: dict[str, Any] = {name: _table(stored[name]) for name in _TABLES}
    tables["scope_kind"] = {node: ScopeKind(kind) for node, kind in tables["scope_kind"].items()}
    held_back = frozenset(stored["not_interrupting"])
    kinds, triggers = tuple(Kind), tuple(Trigger)
    return Net(
        **plain,
        **tables,
        kinds=tuple([kinds[kind] for kind in stored["kinds"]]),
        triggers=tuple([triggers[trigger] for trigger in stored["triggers"]]),
        incoming=tuple(map(tuple, stored["incoming"])),
        outgoing=tuple(map(tuple, stored["outgoing"])),
        attached=_column(stored["attached"], -1),
        interrupting=tuple([node not in held_back for node in range(len(stored["ids"]))]),
        details=_column(stored["details"], NO_DETAILS),
        conditions=_column(stored["conditions"], None),
        links=_column(stored["links"], _SEQUENCE),
        reasons=_column(stored["reasons"], None),
        findings=_read(stored["findings"]),
        decisions=_decisions(stored),
        forms=stored.get("forms", {}),
    )


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _read(data: Any) -> Any:
    """The value that `_written` gave as `data`."""
    if isinstance(data, list):
        return tuple(map(_read, data))
    if not isinstance(data, dict):
        return data
    name = data.pop("is")
    if name in _FORMS:
        return known(data["source"], frozenset(data["names"]), data["constant"], name)
    values = {field: _read(value) for field, value in data.items()}
    for field in values:
        if (name, field) in _ENUMS:
            values[field] = _ENUMS[name, field](values[field])
    return _RECORDS[name](**values)


def _table(pairs: list[Any]) -> dict[int, Any]:
    return {key: _read(value) for key, value in pairs}


def _column(stored: list[Any], usual: Any) -> tuple[Any, ...]:
    length, *unusual = stored
    column = [usual] * length
    for place, value in unusual:
        column[place] = _read(value)
    return tuple(column)


def _decisions(stored: Mapping[str, Any]) -> dict[str, Decision]:
    logics = _read(stored["logics"])
    found = {}
    for key, parts in stored["decisions"]:
        own, *required = (Decision(name, variable, logics[number]) for name, variable, number in parts)
        found[key] = Decision(own.id, own.variable, own.logic, tuple(required))
    return found
