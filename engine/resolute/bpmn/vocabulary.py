"""The vocabulary of BPMN 2.0 as a table: what each kind of element is, holds, refers to and defaults to.

`data/vocabulary.json` has one row a kind, taken from the OMG's metamodel (BPMN20.cmof) and schema
(Semantic.xsd): `is` its parents, `abstract`, `attributes` with type and default, `references` with the kind
that they lead to (null when it lies outside the document), `children` by tag with their kind. Where the metamodel
and the text of the standard differ the text counts: message flows may touch every activity (7.6.2), not tasks only.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache, lru_cache
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


@lru_cache(maxsize=1024)
def ancestry(kind: str) -> tuple[str, ...]:
    """`kind` and everything it is, nearest first; a kind that the table lacks is only itself."""
    found = dict.fromkeys([kind])
    queue = [kind]
    for current in queue:
        parents = table().get(current, Row()).get("is", [])
        queue += [parent for parent in parents if parent not in found]
        found.update(dict.fromkeys(parents))
    return tuple(found)


@lru_cache(maxsize=4096)
def is_a(kind: str, *wanted: str) -> bool:
    """Whether `kind` is one of the `wanted` kinds or inherits from one: `is_a("userTask", "activity")`."""
    return not set(wanted).isdisjoint(ancestry(kind))


@cache
def kinds_of(*wanted: str) -> tuple[str, ...]:
    """Every kind that is one of the `wanted` kinds or inherits from one."""
    return tuple(kind for kind in table() if is_a(kind, *wanted))


@cache
def tags() -> frozenset[str]:
    """Every tag that may stand in a document: concrete kinds, and the roles that children play in them."""
    rows = table()
    named = {tag for row in rows.values() for tag in (*row.get("children", {}), *row.get("references", {}))}
    return frozenset(tag for tag in {*rows, *named} if not rows.get(tag, Row()).get("abstract"))


@lru_cache(maxsize=1024)
def attributes(kind: str) -> dict[str, Attribute]:
    """The plain attributes of `kind`, inherited ones included."""
    return _merged(row.get("attributes", {}) for row in _rows(kind))


@lru_cache(maxsize=1024)
def references(kind: str) -> dict[str, str | None]:
    """The references of `kind` (attributes and child tags), inherited ones included, and where they lead."""
    return _merged(row.get("references", {}) for row in _rows(kind))


@lru_cache(maxsize=1024)
def inner_references(kind: str) -> dict[str, str]:
    """Those references of `kind` that must lead to an element of the same file.

    A called process may live in a file of its own.
    """
    found = references(kind).items()
    return {name: target for name, target in found if target is not None and name != "calledElement"}


@lru_cache(maxsize=1024)
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
