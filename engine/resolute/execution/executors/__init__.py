"""The executors by name, each imported when it is first wanted."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from resolute import i18n
from resolute.errors import InputError
from resolute.execution.seam import Executor

_ = i18n.translator("execution")

_EXECUTORS = {
    "net": ("resolute.execution.executors.net", "NetExecutor"),
    "spiff": ("resolute.execution.executors.spiff", "SpiffExecutor"),
}


@cache
def executor(name: str) -> Executor:
    """The executor that goes by `name`: "net" or "spiff"."""
    if name not in _EXECUTORS:
        raise InputError(_("executor {name!r}: expected one of {known}").format(name=name, known=", ".join(_EXECUTORS)))
    module, kind = _EXECUTORS[name]
    made: Executor = getattr(import_module(module), kind)()
    return made
