"""The vocabulary of BPMN 2.0 as a table: what each kind of element is, holds, refers to and defaults to.

`data/vocabulary.json` has one row a kind, taken from the OMG's metamodel (BPMN20.cmof) and schema
(Semantic.xsd): `is` its parents, `abstract`, `attributes` with type and default, `references` with the kind they
lead to (null when it lies outside the document), `children` by tag with their kind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TypedDict, TypeVar

Value = TypeVar("Value")


class Attribute(TypedDict, total=False):
    """A plain attribute: its XSD type, or the list of the values it may have."""

    type: str | list[str]
    default: str
    required: bool


Row = TypedDict(
    "Row",
    {
        "is": list[str],
        "abstract": bool,
        "attributes": dict[str, Attribute],
        "references": dict[str, str | None],
        "children": dict[str, str],
    },
    total=False,
)


@cache
def table() -> dict[str, Row]:
    """All rows by kind."""
    path = Path(__file__).parent / "data" / "vocabulary.json"
    rows: dict[str, Row] = json.loads(path.read_text(encoding="utf-8"))
    return rows


@cache
def ancestry(kind: str) -> tuple[str, ...]:
    """`kind` and everything it is, nearest first; a kind that the table lacks is only itself."""
    found = dict.fromkeys([kind])
    queue = [kind]
    for current in queue:
        parents = table().get(current, Row()).get("is", [])
        queue += [parent for parent in parents if parent not in found]
        found.update(dict.fromkeys(parents))
    return tuple(found)


def is_a(kind: str, *wanted: str) -> bool:
    """Whether `kind` is one of the `wanted` kinds or inherits from one: `is_a("userTask", "activity")`."""
    return not set(wanted).isdisjoint(ancestry(kind))


@cache
def tags() -> frozenset[str]:
    """Every tag that may stand in a document: concrete kinds, and the roles that children play in them."""
    rows = table()
    named = {tag for row in rows.values() for tag in (*row.get("children", {}), *row.get("references", {}))}
    return frozenset(tag for tag in {*rows, *named} if not rows.get(tag, Row()).get("abstract"))


@cache
def attributes(kind: str) -> dict[str, Attribute]:
    """The plain attributes of `kind`, inherited ones included."""
    return _merged(row.get("attributes", {}) for row in _rows(kind))


@cache
def references(kind: str) -> dict[str, str | None]:
    """The references of `kind` (attributes and child tags), inherited ones included, with what they lead to."""
    return _merged(row.get("references", {}) for row in _rows(kind))


@cache
def contents(kind: str) -> dict[str, str]:
    """The tags that `kind` may contain, inherited ones included, with their kinds."""
    return _merged(row.get("children", {}) for row in _rows(kind))


def _rows(kind: str) -> list[Row]:
    return [table().get(current, Row()) for current in ancestry(kind)]


def _merged(columns: Iterable[dict[str, Value]]) -> dict[str, Value]:
    merged: dict[str, Value] = {}
    for column in columns:
        merged = {**column, **merged}
    return merged
