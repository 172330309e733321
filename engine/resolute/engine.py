"""The engine as programs use it: the execution core with the graph of steps and the blocked report on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.execution.core import Engine as Core

if TYPE_CHECKING:
    import networkx

    from resolute.dependencies import Blocked


class Engine(Core):
    """Runs processes on a store; see `resolute.execution.core.Engine` for everything but the graph."""

    def graph(self) -> networkx.DiGraph[str]:
        """The steps of all running decisions and what waits for what."""
        from resolute.dependencies import graph

        return graph(self.snapshot())

    def blocked(self) -> list[Blocked]:
        """Every step that is neither done nor running, or late, with the reasons; worst first."""
        from resolute.dependencies import blocked

        return blocked(self.snapshot())
