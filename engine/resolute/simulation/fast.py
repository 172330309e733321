"""The kernel compiled by Numba from the same source, where the extra `fast` is installed."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from resolute.simulation import (
    codes,
    kernel,
    kernel_activities,
    kernel_adhoc,
    kernel_data,
    kernel_draw,
    kernel_events,
    kernel_flow,
    kernel_joins,
    kernel_live,
    kernel_measures,
    kernel_undo,
    kernel_units,
    philox,
    tables,
)
from resolute.simulation.tables import State, Tables

_SOURCES: tuple[ModuleType, ...] = (
    *(philox, kernel_draw, kernel_events, kernel_units, kernel_data, kernel_flow, kernel_joins, kernel_adhoc),
    *(kernel_undo, kernel_measures, kernel_activities, kernel_live, kernel),
)
_INLINED = frozenset({"has_room", "forget", "go", "locate", "table_value", "measure_step", "depart"})
"""Small functions, or those called from one place, that are cheaper without a call."""
_PLAIN = frozenset({"round_keys", "first_blocks", "first_uniforms"})


def available() -> bool:
    """Whether Numba is installed."""
    return find_spec("numba") is not None


@lru_cache(maxsize=1)
def functions() -> dict[str, Any]:
    """The compiled functions of the kernel by name; machine code is kept on disk between runs.

    Each function gets a namespace in which the names of the others mean their compiled forms. Its name on disk holds
    a fingerprint of all sources, because Numba itself looks only at the file that the function stands in.
    """
    import numba

    from resolute.simulation import machine

    shared = {"cache": True, "nogil": True, "error_model": "numpy"}
    inner = {**shared, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    namespace: dict[str, Any] = {}
    for module in _SOURCES:
        namespace.update(vars(module))
    for module in _SOURCES:
        for name, function in list(vars(module).items()):
            own = isinstance(function, FunctionType) and function.__module__ == module.__name__
            if own and name not in _PLAIN:
                options = shared if name == "play_chunk" else {**inner, "forceinline": name in _INLINED}
                copy = FunctionType(function.__code__, namespace, name)
                copy.__qualname__ = f"{name}_{_fingerprint()}"
                namespace[name] = getattr(machine, name, None) or numba.njit(**options)(copy)
    namespace["frexp"] = machine.frexp
    return namespace


@lru_cache(maxsize=1)
def _fingerprint() -> str:
    digest = hashlib.sha256()
    folder = Path(__file__).parent
    others = [folder / name for name in ("fast.py", "machine.py", "records.py")]
    for path in (*(Path(module.__file__ or "") for module in (*_SOURCES, codes, tables)), *others):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def is_cached() -> bool:
    """Whether machine code of an earlier run is at hand."""
    folder = Path(kernel.__file__).parent / "__pycache__"
    return any(folder.glob(f"*play_chunk_{_fingerprint()}*.nbi"))


def record(columns: Tables | State) -> Any:
    """Columns of arrays as compiled code takes them."""
    from resolute.simulation.records import Record

    return Record(columns)
