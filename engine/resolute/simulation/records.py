"""Tables and state as records that compiled code passes by reference; imported only where Numba is used."""

from __future__ import annotations

from typing import Any

from numba import types
from numba.experimental import structref

from resolute.simulation.tables import State, Tables


@structref.register
class TablesType(types.StructRef):  # type: ignore[misc]
    """The type of a tables record."""


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """The type of a state record."""


class TablesRecord(structref.StructRefProxy):  # type: ignore[misc]
    """Tables of arrays."""

    def __new__(cls, *columns: Any) -> TablesRecord:
        record: TablesRecord = structref.StructRefProxy.__new__(cls, *columns)
        return record


class StateRecord(structref.StructRefProxy):  # type: ignore[misc]
    """State of arrays, on the same memory."""

    def __new__(cls, *columns: Any) -> StateRecord:
        record: StateRecord = structref.StructRefProxy.__new__(cls, *columns)
        return record


structref.define_proxy(TablesRecord, TablesType, list(Tables._fields))
structref.define_proxy(StateRecord, StateType, list(State._fields))
