"""Compiles a BPMN process to a net of integers: the one meaning that running, forecasting and proving read."""

from __future__ import annotations

from resolute.net import dmn, soundness
from resolute.net.compiled import dumps_net, loads_net
from resolute.net.compiler import compile
from resolute.net.net import (
    ROOT,
    AdHoc,
    Details,
    EventDefinition,
    Kind,
    Loop,
    LoopKind,
    Marking,
    Net,
    ScopeKind,
    TimerKind,
    Trigger,
)

__all__ = [
    "ROOT",
    "AdHoc",
    "Details",
    "EventDefinition",
    "Kind",
    "Loop",
    "LoopKind",
    "Marking",
    "Net",
    "ScopeKind",
    "TimerKind",
    "Trigger",
    "compile",
    "dmn",
    "dumps_net",
    "loads_net",
    "soundness",
]
