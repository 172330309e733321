"""Business rule tasks: the decision tables that a net was compiled with."""

from __future__ import annotations

from resolute.net.dmn import Decision
from resolute.net.net import Net


def decision_of(net: Net, node: int) -> Decision | None:
    """The decision of a business rule task, None when the net was compiled without it."""
    decision = net.details[node].decision
    return None if decision is None else net.decisions.get(decision)
