"""Smaller graphs of the same thing: only the points of the protocol, or one node for a group of steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import networkx as nx

WORST_FIRST = ("failed", "overdue", "blocked", "waiting", "running", "to_come", "done", "skipped")
"""States, the gravest first: a group shows the gravest of its steps."""


def points(graph: nx.DiGraph[str]) -> nx.DiGraph[str]:
    """One node a point of the protocol, the steps between them contracted; `graph` itself when it has no
    points.

    An edge between two points keeps the strongest kind on the way: a message or an approval says more than a
    flow.
    """
    import networkx as nx

    wanted = [node for node, data in graph.nodes(data=True) if data.get("kind") == "point"]
    if not wanted or len(wanted) == len(graph):
        return graph
    keep = set(wanted)
    small: nx.DiGraph[str] = nx.DiGraph(**graph.graph)
    for node in wanted:
        small.add_node(node, **graph.nodes[node])
    for start in wanted:
        small.add_edges_from(edge for edge in graph.out_edges(start, data=True) if edge[1] in keep)
        _reach_points(graph, small, start, keep)
    return small


def _reach_points(graph: nx.DiGraph[str], small: nx.DiGraph[str], start: str, keep: set[str]) -> None:
    seen: set[str] = set()
    queue: list[tuple[str, dict[str, Any]]] = [
        (after, data) for after, data in graph.adj[start].items() if after not in keep
    ]
    while queue:
        node, data = queue.pop()
        if node in seen:
            continue
        seen.add(node)
        for after, further in graph.adj[node].items():
            joined = _stronger(data, further)
            if after not in keep:
                queue.append((after, joined))
            elif after != start and not small.has_edge(start, after):
                small.add_edge(start, after, **joined)


def _stronger(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    strong = second if first.get("kind") in ("sequence", "call") else first
    return {
        "kind": strong.get("kind"),
        "reason": first.get("reason") or second.get("reason"),
        "alternative": bool(first.get("alternative") or second.get("alternative")),
    }


def fold(
    graph: nx.DiGraph[str], *, by: Callable[[dict[str, Any]], Hashable], keep: Iterable[str] = ()
) -> nx.DiGraph[str]:
    """One node of kind `group` for all steps with the same `by(attributes)`; the steps in `keep` stay as they
    are.

    A group has `counts` (state -> number of steps), the earliest open `due` and `members`; edges have `count`.
    """
    import networkx as nx

    kept = set(keep)
    home = {node: node if node in kept else f"group:{by(data)}" for node, data in graph.nodes(data=True)}
    members: dict[str, list[str]] = {}
    for node, name in home.items():
        members.setdefault(name, []).append(node)
    small: nx.DiGraph[str] = nx.DiGraph(**graph.graph)
    for name, nodes in members.items():
        alone = nodes[0] in kept or len(nodes) == 1
        small.add_node(name, **(graph.nodes[nodes[0]] if alone else _group(graph, nodes)))
    for before, after, data in graph.edges(data=True):
        ends = home[before], home[after]
        if ends[0] == ends[1]:
            continue
        if small.has_edge(*ends):
            small.edges[ends]["count"] += 1
        else:
            small.add_edge(*ends, **{**data, "count": 1})
    return small


def _group(graph: nx.DiGraph[str], nodes: list[str]) -> dict[str, Any]:
    data = [graph.nodes[node] for node in nodes]
    counts = Counter(item["state"] for item in data)
    dues = [item["due"] for item in data if item.get("due") and item["state"] not in ("done", "skipped")]
    parties = {item.get("party") for item in data}
    decisions = {item.get("decision") for item in data}
    return {
        "name": "",
        "kind": "group",
        "state": min(counts, key=WORST_FIRST.index),
        "ref": None,
        "party": parties.pop() if len(parties) == 1 else None,
        "decision": decisions.pop() if len(decisions) == 1 else None,
        "due": min(dues) if dues else None,
        "counts": dict(counts),
        "members": tuple(nodes),
    }
