"""Finds the step that a person means: by the number of its point, or by its id."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING

from resolute import i18n
from resolute.dependencies.describe import Describer
from resolute.dependencies.live import task_at
from resolute.errors import ConflictError, InputError, NotFoundError

if TYPE_CHECKING:
    import networkx as nx

    from resolute.execution.snapshot import Snapshot

_ = i18n.translator("dependencies")

OVER = ("done", "skipped")
NEAR = 6
"""So many names are offered where one is not known."""


def find(graph: nx.DiGraph[str], name: str, *, among: Container[str] | None = None, over_too: bool = False) -> str:
    """The id of the open step that goes by `name`: the ref of a point (`1.3.1`), or an id (`7:carry_out`).

    `among` leaves only the steps of these instances; `over_too` also finds what is done or not needed any more. Raises
    NotFoundError with names that are near, ConflictError for what is over, InputError where a ref stands in several
    protocols.
    """
    wanted = name.strip()
    if wanted in graph:
        found = [wanted]
    else:
        found = _with_ref(graph, wanted.rstrip("."), among)
    if not found:
        raise NotFoundError(_unknown(graph, wanted, among))
    still = [step for step in found if graph.nodes[step]["state"] not in OVER]
    if over_too and not still:
        still = found[:1]
    if not still:
        states = {"done": _("{name} is done already"), "skipped": _("{name} is not needed any more")}
        raise ConflictError(states[graph.nodes[found[0]]["state"]].format(name=wanted))
    instances = {graph.nodes[step]["instance"] for step in still}
    if len(instances) > 1:
        raise InputError(
            _("{name} stands in several open protocols; say which protocol, or name a step: {steps}").format(
                name=wanted, steps=", ".join(still[:NEAR])
            )
        )
    return still[0]


def labels(snapshot: Snapshot, steps: Iterable[str]) -> dict[str, str]:
    """What to call steps in few words, by their ids: the ref of the point, or the name where they belong to none."""
    describer = Describer(snapshot.at, snapshot.instances)
    found = {}
    for step in dict.fromkeys(steps):
        instance, _colon, element = step.partition(":")
        view = snapshot.instances.get(instance)
        if view is not None and element in view.net.index:
            node = view.net.index[element]
            label = describer.label(view, node, task_at(view, node))
            found[step] = label.ref or label.name
    return found


def _with_ref(graph: nx.DiGraph[str], ref: str, among: Container[str] | None) -> list[str]:
    """The points with this ref, else the steps outside of any point with it."""
    found = [step for step in _shown(graph, among) if graph.nodes[step]["ref"] == ref]
    return [step for step in found if graph.nodes[step]["kind"] == "point"] or found


def _shown(graph: nx.DiGraph[str], among: Container[str] | None) -> Iterable[str]:
    return (step for step, facts in graph.nodes(data=True) if among is None or facts["instance"] in among)


def _unknown(graph: nx.DiGraph[str], name: str, among: Container[str] | None) -> str:
    refs = [
        str(graph.nodes[step]["ref"])
        for step in _shown(graph, among)
        if graph.nodes[step]["ref"] and graph.nodes[step]["state"] not in OVER
    ]
    listed = near(name, list(dict.fromkeys(refs)))
    if not listed:
        return _("no point goes by {name}, and none is open").format(name=name)
    return _("no point goes by {name}; open ones near it: {near}").format(name=name, near=", ".join(listed))


def near(name: str, known: Sequence[str]) -> list[str]:
    """The names of `known` that are nearest to `name`: below it, alike, or beside it; else the first ones."""
    inside = [other for other in known if other.startswith(f"{name}.")]
    like = get_close_matches(name, known, NEAR, 0.7)
    stem = name.rpartition(".")[0]
    beside = [other for other in known if stem and other.startswith(f"{stem}.")]
    return list(dict.fromkeys([*inside, *like, *beside]))[:NEAR] or list(known[:NEAR])
