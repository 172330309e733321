"""The public form of a graph of steps: networkx, which draws itself in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import networkx as nx

from resolute import display

if TYPE_CHECKING:
    _Base = nx.DiGraph[str]
else:
    _Base = nx.DiGraph


class StepGraph(_Base):
    """A directed graph of steps; docs/dependencies.md lists the attributes."""

    def _repr_svg_(self) -> str | None:
        return display.show("graph", self)
