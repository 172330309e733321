"""Where a step may stand: the opened protocols that a question about it has to read."""

from __future__ import annotations

from collections.abc import Iterator

from resolute.execution.definitions import Library
from resolute.net.net import Net
from resolute.storage import queries
from resolute.storage.store import Store

SEVERAL = 6
"""Where a point is in work in so many protocols, its number does not say which: more need not be read."""


def groups(store: Store, library: Library, name: str) -> set[int]:
    """The groups of live instances in which a step may go by `name`, an id or the ref of a point."""
    wanted = name.strip()
    instance = wanted.partition(":")[0]
    row = store.instance(int(instance)) if instance.isascii() and instance.isdigit() and len(instance) < 19 else None
    if row is not None and ":" in wanted:
        return {row.group_id}
    ref = wanted.rstrip(".")
    in_work = queries.groups_with(store.database, ref, "running")
    if len(in_work) >= SEVERAL:
        return set(in_work[:SEVERAL])
    return {*queries.groups_with(store.database, ref), *_naming(store, library, ref)}


def _naming(store: Store, library: Library, ref: str) -> Iterator[int]:
    """The groups with a live instance whose model names the point."""
    named: dict[tuple[int, str], bool] = {}
    for definition, executor, group in queries.live_definitions(store.database):
        key = definition, executor
        if key not in named:
            named[key] = _names(library.program(*key).net, ref)
        if named[key]:
            yield group


def _names(net: Net, ref: str) -> bool:
    """Whether a node has this ref, or one to be worked out by more than the variable of that name."""
    found = {each.ref for each in net.details if each.ref is not None} - {"=ref"}
    return ref in found or any(each.startswith("=") for each in found)
