"""Proposed dependencies close no circle and repeat nothing: compared with networkx over random proposals."""

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from resolute.protocols.dependencies import _SURE, _acyclic, _Proposal

PAIRS = st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from([0.5, 0.7, 0.95])).filter(
    lambda pair: pair[0] != pair[1]
)


def by_paths(proposals: list[_Proposal]) -> list[_Proposal]:
    """The same by looking for paths, one by one."""
    graph, kept = nx.DiGraph(), []
    graph.add_nodes_from(range(10))
    for proposal in proposals:
        if not nx.has_path(graph, proposal.earlier, proposal.later):
            graph.add_edge(proposal.later, proposal.earlier)
            kept.append(proposal)
    return [
        proposal
        for proposal in kept
        if proposal.confidence >= _SURE
        or not any(
            nx.has_path(graph, other, proposal.earlier)
            for other in graph.successors(proposal.later)
            if other != proposal.earlier
        )
    ]


@given(st.lists(PAIRS, max_size=40, unique_by=lambda pair: pair[:2]))
def test_what_is_kept_is_what_paths_say(pairs):
    proposals = [_Proposal(later, earlier, "", confidence) for later, earlier, confidence in pairs]
    assert _acyclic(proposals) == by_paths(proposals)
