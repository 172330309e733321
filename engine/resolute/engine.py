"""The engine as programs use it: the execution core with the graph of steps and the blocked report on top."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resolute.execution.core import Engine as Core

if TYPE_CHECKING:
    from collections.abc import Iterable

    import networkx

    from resolute.dependencies import Blocked
    from resolute.dependencies.changes import Change
    from resolute.dependencies.difference import WhatIf
    from resolute.dependencies.explain import Explanation


class Engine(Core):
    """Runs processes on a store; see `resolute.execution.core.Engine` for everything but the graph."""

    def graph(self, *, history: bool = False) -> networkx.DiGraph[str]:
        """The steps of all running decisions and what waits for what.

        With `history` steps whose duration nothing declares have that of the same work so far.
        """
        from resolute.dependencies import graph

        return graph(self.snapshot(history=history))

    def blocked(self, *, history: bool = False) -> list[Blocked]:
        """Every step that is neither done nor running, or late, with the reasons; worst first.

        With `history` steps whose duration nothing declares count for what the same work took as a rule, not for a day.
        """
        from resolute.dependencies import blocked

        return blocked(self.snapshot(history=history))

    def what_if(self, changes: Iterable[Change], *, history: bool = False) -> WhatIf:
        """The difference that changes (`dependencies.Done`, `Dropped`, `Delayed`, `Given`, `Due`) would make.

        Nothing is stored. Raises NotFoundError for a step that is not open.
        """
        from resolute.dependencies import what_if

        return what_if(self.snapshot(history=history), changes)

    def why(self, name: str, *, history: bool = False) -> Explanation:
        """Why a step stands where it stands, who must act, what it holds back: in sentences with stable codes.

        `name` is the number of a point or the id of a step. Raises NotFoundError, InputError as `dependencies.find`.
        """
        from resolute.dependencies import why

        return why(self.around(name, history=history), name)
