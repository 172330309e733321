"""The kernel compiled by Numba from the same source, where the extra `fast` is installed."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from types import FunctionType, ModuleType
from typing import Any

from resolute.simulation import kernel, kernel_draw, kernel_flow, kernel_units, philox
from resolute.simulation.tables import State, Tables

_SOURCES: tuple[ModuleType, ...] = (philox, kernel_draw, kernel_units, kernel_flow, kernel)
_PLAIN = frozenset({"round_keys", "first_blocks"})


def available() -> bool:
    """Whether Numba is installed."""
    return find_spec("numba") is not None


@lru_cache(maxsize=1)
def functions() -> dict[str, Any]:
    """The compiled functions of the kernel by name; machine code is kept on disk between runs.

    Each function gets a namespace in which the names of the others mean their compiled forms.
    """
    import numba

    compiled = numba.njit(cache=True, nogil=True)
    namespace: dict[str, Any] = {}
    for module in _SOURCES:
        namespace.update(vars(module))
    for module in _SOURCES:
        for name, function in list(vars(module).items()):
            own = isinstance(function, FunctionType) and function.__module__ == module.__name__
            if own and name not in _PLAIN:
                namespace[name] = compiled(FunctionType(function.__code__, namespace, name))
    return namespace


def empty_log() -> Any:
    """An empty log of activities that compiled code can add to."""
    from numba import typed

    log = typed.List([(0, 0, 0, 0, 0.0, 0.0, 0.0)])
    log.pop()
    return log


@lru_cache(maxsize=1)
def _records() -> tuple[Any, Any]:
    """What makes records of tables and of state: compiled code passes them by reference."""
    from numba import types
    from numba.experimental import structref

    def record(name: str, fields: tuple[str, ...]) -> Any:
        kind = structref.register(type(f"{name}Type", (types.StructRef,), {}))
        body = {"__new__": lambda cls, *columns: structref.StructRefProxy.__new__(cls, *columns)}
        proxy = type(name, (structref.StructRefProxy,), body)
        structref.define_proxy(proxy, kind, list(fields))
        return proxy

    return record("TablesRecord", Tables._fields), record("StateRecord", State._fields)


def tables_record(tables: Tables) -> Any:
    """Tables of arrays as a record."""
    return _records()[0](*tables)


def state_record(state: State) -> Any:
    """State of arrays as a record on the same memory."""
    return _records()[1](*state)
