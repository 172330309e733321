"""The net: one BPMN process as tables of integers, with names beside them.

Nodes and flows are numbered from 0. Nothing here runs anything; `compile.py` makes a net, `run.py` plays it,
the simulation, the dependency graph and the soundness check read it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum


class Kind(IntEnum):
    """What a node does when a token reaches it."""

    TASK = 0  # none and manual tasks: pass through unless a person owns them
    USER = 1
    SERVICE = 2
    SCRIPT = 3
    SEND = 4
    RECEIVE = 5
    RULE = 6
    CALL = 7
    SCOPE = 8  # embedded sub-process, also event, transaction and ad-hoc (see Net.scope_kind)
    EXCLUSIVE = 9
    PARALLEL = 10
    INCLUSIVE = 11
    EVENT_BASED = 12
    COMPLEX = 13
    START = 14
    CATCH = 15
    THROW = 16
    BOUNDARY = 17
    END = 18


class Trigger(IntEnum):
    """What an event node waits for or throws."""

    NONE = 0
    MESSAGE = 1
    TIMER = 2
    SIGNAL = 3
    ERROR = 4
    ESCALATION = 5
    CONDITIONAL = 6
    LINK = 7
    COMPENSATION = 8
    CANCEL = 9
    TERMINATE = 10
    MULTIPLE = 11
    PARALLEL_MULTIPLE = 12


@dataclass(frozen=True, slots=True)
class Marking:
    """Where the tokens of one instance stand: the view that every executor gives of its state."""

    nodes: dict[int, int] = field(default_factory=dict)
    """Node -> tokens inside it: a running activity, a waiting event, an open sub-process."""
    flows: dict[int, int] = field(default_factory=dict)
    """Flow -> tokens waiting on it: branches that have reached a join whose others are still to come."""
