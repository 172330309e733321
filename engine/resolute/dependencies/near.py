"""The part of a snapshot that a question about one step needs: what can wait for it, or it for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from resolute.dependencies.describe import Describer
from resolute.dependencies.groups import Groups
from resolute.execution.snapshot import InstanceView, Snapshot
from resolute.net.net import Details, Net


def near(snapshot: Snapshot, name: str) -> Snapshot:
    """The instances that hang together with steps that may go by `name`, a ref or an id; all where none does."""
    groups = Groups()
    for view in snapshot.instances.values():
        groups.add(view)
    wanted = {groups.of(view.id) for view in _named(snapshot, name)}
    views = {key: view for key, view in snapshot.instances.items() if groups.of(key) in wanted}
    return replace(snapshot, instances=views) if views else snapshot


def _named(snapshot: Snapshot, name: str) -> Iterator[InstanceView]:
    instance, _colon, element = name.strip().partition(":")
    view = snapshot.instances.get(instance)
    if view is not None and element in view.net.index:
        yield view
        return
    ref = name.strip().rstrip(".")
    describer = Describer(snapshot.at, snapshot.instances)
    nodes: dict[Net, tuple[int, ...]] = {}
    for view in snapshot.instances.values():
        if view.net not in nodes:
            nodes[view.net] = tuple(_with_ref(view.net, ref))
        if str(view.data.get("ref")) == ref or any(describer.ref(view, node) == ref for node in nodes[view.net]):
            yield view


def _with_ref(net: Net, ref: str) -> Iterator[int]:
    """The nodes that name this point, or one that the variables of an instance name."""
    for node in range(len(net)):
        details: Details = net.details[node]
        if details.ref is not None and (details.ref == ref or details.ref.startswith("=")):
            yield node
