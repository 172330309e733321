"""Jobs: calling the functions that service tasks want, with retries and, after the last, an incident."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

from resolute import i18n
from resolute.errors import ResoluteError
from resolute.execution.given import checked
from resolute.execution.seam import Data

_ = i18n.translator("execution")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class JobCall:
    """The job that a function is called for."""

    id: str
    """`INSTANCE-TOKEN`, the same at every try and after every crash: it tells what was done already."""
    instance: str
    element: str
    attempt: int
    """1 at the first try; only tries that failed are counted, not those of an engine that died."""


Service: TypeAlias = Callable[[Data], Mapping[str, Any] | None] | Callable[[Data, JobCall], Mapping[str, Any] | None]
"""Takes the input of a service task and, where it has a second parameter, its job; answers the variables it sets."""

RETRY_AFTER = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
"""How long to wait before each further try of a failed job."""


class ServiceError(ResoluteError):
    """A service refuses for a reason that the model may handle: a boundary error event with this `code` takes it."""

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code


class Services:
    """The functions that a host has registered, by name."""

    def __init__(self, retry_after: Sequence[timedelta] = RETRY_AFTER) -> None:
        self.retry_after = tuple(retry_after)
        self._functions: dict[str, Callable[[Data, JobCall], Mapping[str, Any] | None]] = {}

    def register(self, name: str, function: Service) -> None:
        """Makes `function` answer the service tasks that want `name`; the last one registered counts."""
        self._functions[name] = _taking_job(function)

    @property
    def names(self) -> frozenset[str]:
        """The names that are answered."""
        return frozenset(self._functions)

    def call(self, name: str, data: Data, job: JobCall) -> Data:
        """Calls a function. Raises TypeError or InputError when its answer is not a mapping of JSON values."""
        answer = self._functions[name](data, job)
        if answer is None:
            return {}
        if not isinstance(answer, Mapping):
            raise TypeError(
                _("service {name} answered {found}; expected a mapping of variables, or None").format(
                    name=name, found=type(answer).__name__
                )
            )
        return checked(answer)


def _taking_job(function: Any) -> Callable[[Data, JobCall], Mapping[str, Any] | None]:
    """The function as one of two arguments; the second is given to whoever has a parameter for it."""
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except ValueError:  # a function of C that says nothing about itself
        parameters = []
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(positional) > 1 and positional[1].default is inspect.Parameter.empty:
        taking: Callable[[Data, JobCall], Mapping[str, Any] | None] = function
        return taking
    return lambda data, job: function(data)
